"""The tables of 科技金融 as they are published: sums by fund, stage, kind and quarter; no row of a firm."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from planeval.measures.finance import Finance

FINANCE_TABLES = {
    "finance_scales": "基金的公告、首期、备案、实缴：日期、金额、财政资金、撬动比（万元）",
    "finance_stages": "投资按种子、天使、科创、产业：笔数、金额、同轮社会资本、退出（万元）",
    "finance_returns": "实缴、已投、收回、再投、估值和 DPI、RVPI、TVPI（万元）",
    "finance_credit_kinds": "贷款按种类：笔数、放款、余额、逾期（万元）",
    "finance_credit_firms": "贷款按企业类型：笔数、放款、余额、逾期（万元）",
    "finance_grants": "各季贷款发放和季末余额（万元）",
}


def finance_tables(found: Finance) -> dict[str, pd.DataFrame]:
    """File name → table; columns as in measures.finance. finance_returns: one row, the fields of Returns.

    What rests on a table that nobody ever filed has no rows: not known, which is not zero.
    """
    returns = pd.DataFrame([asdict(found.returns)])
    tables = (
        (found.scales, ("funds",)), (found.stages, ("investments",)), (returns, ("funds", "investments")),
        (found.by_kind, ("credit",)), (found.by_firm_type, ("credit",)), (found.grants, ("credit",)),
    )  # fmt: skip
    told = [table if found.filed.issuperset(needed) else table.iloc[:0] for table, needed in tables]
    return dict(zip(FINANCE_TABLES, told, strict=True))
