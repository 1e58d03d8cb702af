"""The eight targets by site × industry as a person would write them: DuckDB's SQL, and plain pandas.

They are the rivals in `ledger.py` and import nothing of the project. The counting rules are those of
params/jincheng/method.yml for 2026Q3; `ledger.py` stops when they no longer give the same numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

START, END = "2024-12-02", "2026-09-30"
QUARTERS = {"2025Q4": "2025-12-31", "2026Q1": "2026-03-31", "2026Q2": "2026-06-30", "2026Q3": "2026-09-30"}
Groups = dict[tuple[str, str | None], float]

_CASE = "CASE quarter " + " ".join(f"WHEN '{quarter}' THEN DATE '{end}'" for quarter, end in QUARTERS.items()) + " END"
_LISTED = ", ".join(f"'{quarter}'" for quarter in QUARTERS)
# {industry}, {entered} and {left} are columns that rows of an enterprise carry, or columns of a join.
SQL = {
    "partnerships": f"""
        SELECT unit_id, NULL, count(DISTINCT partnership_id) FROM partnerships
        WHERE form = '实体机构' AND operating_on <= DATE '{END}' AND (ended_on IS NULL OR ended_on > DATE '{END}')
        GROUP BY 1""",
    "platforms": f"""
        SELECT unit_id, NULL, count(DISTINCT platform_id) FROM platforms
        WHERE level IN ('国家级', '省级') AND recognised_on <= DATE '{END}'
          AND (revoked_on IS NULL OR revoked_on > DATE '{END}')
        GROUP BY 1""",
    "achievements": f"""
        SELECT unit_id, industry, count(DISTINCT achievement_id) FROM achievements
        WHERE stage IN ('签约', '到账', '投产') AND landed_on BETWEEN DATE '{START}' AND DATE '{END}'
        GROUP BY 1, 2""",
    "high_tech_firms": f"""
        SELECT c.unit_id, {{industry}}, count(DISTINCT c.enterprise_id) FROM {{certificates}}
        WHERE kind = '高新技术企业' AND issued_on <= DATE '{END}' AND (revoked_on IS NULL OR revoked_on > DATE '{END}')
          AND issued_on + INTERVAL 3 YEAR > DATE '{END}'
          AND {{entered}} <= DATE '{END}' AND ({{left}} IS NULL OR {{left}} > DATE '{END}')
        GROUP BY 1, 2""",
    "tech_smes": f"""
        SELECT c.unit_id, {{industry}}, count(DISTINCT c.enterprise_id) FROM {{certificates}}
        WHERE kind = '科技型中小企业' AND issued_on <= DATE '{END}'
          AND (revoked_on IS NULL OR revoked_on > DATE '{END}') AND issued_on + INTERVAL 12 MONTH > DATE '{END}'
          AND {{entered}} <= DATE '{END}' AND ({{left}} IS NULL OR {{left}} > DATE '{END}')
        GROUP BY 1, 2""",
    "revenue": f"""
        SELECT c.unit_id, {{industry}}, sum(revenue) / 10000 FROM {{operations}}
        WHERE quarter IN ({_LISTED}) AND {{entered}} <= {_CASE} AND ({{left}} IS NULL OR {{left}} > {_CASE})
        GROUP BY 1, 2""",
    "fund": f"""
        SELECT unit_id, NULL, sum(amount) / 10000 FROM funds
        WHERE record = '备案' AND recorded_on BETWEEN DATE '{START}' AND DATE '{END}' GROUP BY 1""",
    "events": f"""
        SELECT unit_id, NULL, count(DISTINCT event_id) FROM events
        WHERE kind IN ('产业对接会', '科技论坛', '投融资对接') AND held_on BETWEEN DATE '{START}' AND DATE '{END}'
        GROUP BY 1""",
}
CARRIED = {
    "industry": "firm_industry", "entered": "firm_entered_on", "left": "firm_left_on",
    "certificates": "certificates c", "operations": "operations c",
}  # fmt: skip
JOINED = {
    "industry": "e.industry", "entered": "e.entered_on", "left": "e.left_on",
    "certificates": "certificates c JOIN enterprises e ON e.enterprise_id = c.enterprise_id",
    "operations": "operations c JOIN enterprises e ON e.enterprise_id = c.enterprise_id",
}  # fmt: skip
CSV_COLUMNS = {
    "enterprises": "enterprise_id, industry, entered_on, left_on",
    "certificates": "enterprise_id, kind, issued_on, revoked_on, unit_id",
    "operations": "enterprise_id, quarter, revenue, unit_id",
    "platforms": "platform_id, level, recognised_on, revoked_on, unit_id",
    "partnerships": "partnership_id, form, operating_on, ended_on, unit_id",
    "achievements": "achievement_id, stage, landed_on, industry, unit_id",
    "events": "event_id, kind, held_on, unit_id",
    "funds": "fund_id, record, recorded_on, amount, unit_id",
}


def by_sql(store: Path, columns: dict[str, str]) -> dict[str, Groups]:
    """The targets from a store by hand-written SQL, DuckDB set as it comes."""
    import duckdb

    connection = duckdb.connect(str(store), read_only=True)
    found = {}
    for target, text in SQL.items():
        rows = connection.execute(text.format(**columns)).fetchall()
        found[target] = {(site, industry): float(value) for site, industry, value in rows}
    connection.close()
    return found


def by_pandas(folder: Path) -> dict[str, Groups]:
    """The targets from CSV files that hold only the columns needed, with plain pandas."""
    import pandas as pd

    def read(table: str, *days: str) -> Any:
        return pd.read_csv(folder / f"{table}.csv", parse_dates=list(days))

    start, end = pd.Timestamp(START), pd.Timestamp(END)
    firms = read("enterprises", "entered_on", "left_on")
    certificates = read("certificates", "issued_on", "revoked_on").merge(firms, on="enterprise_id")
    held = certificates[
        (certificates["issued_on"] <= end) & ~(certificates["revoked_on"] <= end)
        & (certificates["entered_on"] <= end) & ~(certificates["left_on"] <= end)
    ]  # fmt: skip
    hnte = held[held["kind"].eq("高新技术企业") & (held["issued_on"] + pd.DateOffset(years=3) > end)]
    smes = held[held["kind"].eq("科技型中小企业") & (held["issued_on"] + pd.DateOffset(months=12) > end)]
    operations = read("operations")
    operations = operations[operations["quarter"].isin(QUARTERS)].merge(firms, on="enterprise_id")
    ends = pd.to_datetime(operations["quarter"].map(QUARTERS))
    operations = operations[(operations["entered_on"] <= ends) & ~(operations["left_on"] <= ends)]
    partnerships = read("partnerships", "operating_on", "ended_on")
    partnerships = partnerships[
        partnerships["form"].eq("实体机构") & (partnerships["operating_on"] <= end) & ~(partnerships["ended_on"] <= end)
    ]
    platforms = read("platforms", "recognised_on", "revoked_on")
    platforms = platforms[
        platforms["level"].isin(["国家级", "省级"]) & (platforms["recognised_on"] <= end)
        & ~(platforms["revoked_on"] <= end)
    ]  # fmt: skip
    achievements = read("achievements", "landed_on")
    achievements = achievements[
        achievements["stage"].isin(["签约", "到账", "投产"]) & achievements["landed_on"].between(start, end)
    ]
    events = read("events", "held_on")
    events = events[
        events["kind"].isin(["产业对接会", "科技论坛", "投融资对接"]) & events["held_on"].between(start, end)
    ]
    funds = read("funds", "recorded_on")
    funds = funds[funds["record"].eq("备案") & funds["recorded_on"].between(start, end)]
    both, site = ["unit_id", "industry"], ["unit_id"]
    return {
        "partnerships": _told(partnerships.groupby(site)["partnership_id"].nunique()),
        "platforms": _told(platforms.groupby(site)["platform_id"].nunique()),
        "achievements": _told(achievements.groupby(both)["achievement_id"].nunique()),
        "high_tech_firms": _told(hnte.groupby(both)["enterprise_id"].nunique()),
        "tech_smes": _told(smes.groupby(both)["enterprise_id"].nunique()),
        "revenue": _told(operations.groupby(both)["revenue"].sum() / 10_000),
        "fund": _told(funds.groupby(site)["amount"].sum() / 10_000),
        "events": _told(events.groupby(site)["event_id"].nunique()),
    }


def _told(values: Any) -> Groups:
    return {
        (key if isinstance(key, tuple) else (key, None)): float(value) for key, value in values.items()
    }  # fmt: skip
