"""The demonstration's plan and decisions with next to nothing filed: what a first quarter may look like.

2025Q1 holds three firms of two industries, one fund with a single payment and one investment, a policy that nobody uses
and one that does not say, an empty sheet of premises and one node; nobody files certificates, achievements, platforms,
talents or credit. 2025Q2 holds nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from pathlib import Path
from typing import Any

from planeval.ledger.tables import BY_ID

ROOT = Path(__file__).resolve().parents[1]
FILED, SILENT = "2025Q1", "2025Q2"
Rows = list[dict[str, Any]]
_CODES = ("91000000MA00000069", "91000000MA00000522", "91000000MA0000001R")


def _firm(code: str, name: str, industry: str, zone: str) -> dict[str, Any]:
    return {"enterprise_id": code, "name": name, "industry": industry, "zone": zone, "entered_on": "2025-01-10",
            "origin": "引进", "evidence": "协议"}  # fmt: skip


# 文旅康养 has no firm; 金匠园区北区 has none either.
FIRMS = [
    _firm(_CODES[0], "甲", "光机电", "主区"), _firm(_CODES[1], "乙", "光机电", "主区"),
    _firm(_CODES[2], "丙", "数字经济", "主区"),
]  # fmt: skip
REVENUE = [{"enterprise_id": code, "quarter": FILED, "revenue": 100, "evidence": "报表"} for code in _CODES]
# One cash flow: 3 000 paid in, nothing back, and the one investment has no valuation.
FUND = [{"fund_id": "JJ-1", "name": "基金一", "record": "实缴", "recorded_on": "2025-02-20", "amount": 3000,
         "manager": "管理人", "document_number": "凭证1", "evidence": "凭证"}]  # fmt: skip
INVESTMENT = [{"investment_id": "TZ-1", "fund_id": "JJ-1", "enterprise_id": _CODES[0], "stage": "种子",
               "invested_on": "2025-03-01", "amount": 200, "evidence": "协议"}]  # fmt: skip
POLICY = [{"policy_id": "ZC-1", "quarter": FILED, "name": "入驻启动资金", "document_number": "文1", "owner": "市科技局",
           "effective_on": "2025-01-01", "review_due_on": "2026-01-31", "eligible": 6, "beneficiaries": 0,
           "amount_due": 0, "amount_paid": 0, "evidence": "文件"}]  # fmt: skip
UNSTATED = [{**POLICY[0], "policy_id": "ZC-2", "name": "人才补贴", "eligible": "", "beneficiaries": "", "amount_due": "",
             "amount_paid": ""}]  # fmt: skip
NODE = [{"milestone_id": "JD-1", "task": "加快科技成果转移转化", "work_item": "健全科技人员服务机制", "name": "建立服务机制",
         "lead_unit": "市科技局", "due_on": "2025-03-31", "finished_on": "2025-03-20", "evidence": "文件"}]  # fmt: skip
FILINGS: dict[str, dict[str, Rows]] = {
    "jingkaiqu": {"enterprises": FIRMS, "operations": REVENUE, "premises": []},
    "caizhengju": {"funds": FUND, "investments": INVESTMENT},
    "kejiju": {"policies": [*POLICY, *UNSTATED], "milestones": NODE},
}


def write_sparse_valley(root: Path) -> Path:
    """The workspace: the demonstration's params without its decomposition, the filings above, no published figures."""
    shutil.copytree(ROOT / "params" / "jincheng", root / "params" / "jincheng")
    (root / "params" / "jincheng" / "milestones.yml").unlink()
    data = root / "data" / "jincheng"
    lines = []
    for unit, tables in FILINGS.items():
        for table, rows in tables.items():
            file = Path(FILED) / unit / f"{BY_ID[table].sheet}.csv"
            content = _csv(table, rows)
            (data / "filings" / file).parent.mkdir(parents=True, exist_ok=True)
            (data / "filings" / file).write_bytes(content)
            lines.append(f"{unit},{FILED},{file.as_posix()},2025-04-10,{hashlib.sha256(content).hexdigest()},")
    head = "\ufeffunit,period,file,received_on,sha256,supersedes"
    (data / "register.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8", newline="")
    return root


def _csv(table: str, rows: Rows) -> bytes:
    columns = BY_ID[table].columns
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.heading for column in columns])
    writer.writerows([[row.get(column.id, "") for column in columns] for row in rows])
    return text.getvalue().encode("utf-8")
