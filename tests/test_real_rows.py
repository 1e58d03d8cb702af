"""Rows nobody here wrote: a real membership list in six quarterly vintages, put through as a stranger's workspace.

The list (about 500 firms of a share index) has what made-up rows lack: three firms that stand twice under two
symbols, symbols renamed while the firm stays, a joining date inherited from a predecessor thirty years ago, dates
revised between vintages, and firms that appear a quarter late. The plan, the method, the closed lists, the units,
the filings and the register are the stranger's; no code knows them. Everything is counted again with plain pandas.

The list lies outside the project (see its own README for origin and licence); without it these tests are skipped.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from planeval.measures.targets import measure_targets
from planeval.periods import Period
from planeval.review import Review, open_review

FOLDER = Path(os.environ.get("PLANEVAL_REAL_ROWS", Path(__file__).resolve().parents[2] / "shared/reference/real/sp500"))
QUARTERS = ["2024Q4", "2025Q1", "2025Q2", "2025Q3", "2026Q1", "2026Q2"]
ENDS = {"2024Q4": "2024-12-31", "2025Q1": "2025-03-31", "2025Q2": "2025-06-30", "2025Q3": "2025-09-30",
        "2025Q4": "2025-12-31", "2026Q1": "2026-03-31", "2026Q2": "2026-06-30"}  # fmt: skip
RECEIVED = {quarter: (pd.Timestamp(ENDS[quarter]) + pd.Timedelta(days=8)).date().isoformat() for quarter in QUARTERS}

pytestmark = pytest.mark.skipif(
    not all((FOLDER / f"{quarter}.csv").is_file() for quarter in QUARTERS),
    reason=f"the real membership list is not part of the project and does not lie in {FOLDER}",
)

PLAN_YML = """\
id: membership
title: 成分公司管理办法
short_title: 成分公司
document: {number: 第1号, issuer: 指数委员会, written: "2024-12-01", published: "2024-12-31", url: "",
           kind: official_text}
due: "2026-12-31"
industries:
%s
zones:
  - {id: everywhere, name: 全部, area_km2: 1, clause: 一, quote: 全部}
targets:
  - {id: members, name: 成分公司, unit: 家, amount: 500, comparison: ">=", due: "2026-12-31", kind: expiring_stock,
     direction: up, clause: 一, quote: 500家}
  - {id: listings, name: 成分证券, unit: 只, amount: 503, comparison: ">=", due: "2026-12-31", kind: expiring_stock,
     direction: up, clause: 一, quote: 503只}
  - {id: financials, name: 金融业成分公司, unit: 家, amount: 70, comparison: ">=", due: "2026-12-31", kind: stock,
     direction: up, clause: 一, quote: 70家}
  - {id: entries, name: 新进, unit: 家, amount: 20, comparison: ">=", due: "2026-12-31", kind: flow, direction: up,
     clause: 一, quote: 20家}
  - {id: exits, name: 调出, unit: 家, amount: 20, comparison: ">=", due: "2026-12-31", kind: flow, direction: up,
     clause: 一, quote: 20家}
"""
UNITS_YML = """\
units:
  - {id: committee, name: 指数委员会, short_name: 委员会}
  - {id: registry, name: 证券登记处, short_name: 登记处}
"""
DECISIONS = {
    "plan_start": '"2025-01-01"',
    "source_of_record": "filings",
    "enterprise_identifier": "any",
    "light_bands": "{on_pace: -0.10, behind: -0.25, over: 1.20}",
    "filing_deadline_days": "15",
    "filing_duties": "{enterprises: [committee], certificates: [registry]}",
    "lead_units": "{}",
    "closed_lists": "{certificates-kind: [成分资格], enterprises-origin: [名单]}",
    "counting.members": "{table: certificates, distinct: enterprise_id, dated_by: issued_on, ends_by: revoked_on}",
    "counting.listings": "{table: certificates, distinct: certificate_number, dated_by: issued_on,"
    " ends_by: revoked_on}",
    "counting.financials": "{table: enterprises, where: {industry: [financials]}, distinct: enterprise_id,"
    " dated_by: entered_on, ends_by: left_on}",
    "counting.entries": "{table: enterprises, distinct: enterprise_id, dated_by: entered_on, since: plan_start}",
    "counting.exits": "{table: enterprises, distinct: enterprise_id, dated_by: left_on, since: plan_start}",
    **{f"baseline.{target}": "0" for target in ("members", "listings", "financials", "entries", "exits")},
}
DECISIONS_COUNTED = [name.removeprefix("counting.") for name in DECISIONS if name.startswith("counting.")]
FIRM_HEAD = ("企业代码", "企业名称", "所属产业", "所属产业链", "所在区域", "入驻日期", "迁出日期", "来源", "佐证材料")
SEAT_HEAD = ("企业代码", "资质种类", "证书或登记编号", "发证或入库日期", "撤销日期", "认定机关")


def vintage(quarter: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{quarter}.csv", dtype=str, keep_default_na=False)


def sector_id(name: str) -> str:
    return name.lower().replace(" ", "_")


def write_stranger(root: Path) -> Path:
    """Params from the list's own sectors, and one filing per quarter and table, each as it was published then."""
    params = root / "params" / "membership"
    params.mkdir(parents=True)
    sectors = sorted(vintage("2024Q4")["GICS Sector"].unique())
    industries = "\n".join(
        f"  - {{id: {sector_id(name)}, name: {name}, clause: 一, quote: {name}}}" for name in sectors
    )
    decisions = "".join(
        f"  {name}:\n    question: 怎样定\n    values:\n"
        f"      - {{value: {value}, reason: 便于举例, by: 我们, from: 2025Q1}}\n"
        for name, value in DECISIONS.items()
    )
    (params / "plan.yml").write_text(PLAN_YML % industries, encoding="utf-8")
    (params / "units.yml").write_text(UNITS_YML, encoding="utf-8")
    (params / "method.yml").write_text(f"plan: membership\ndecisions:\n{decisions}", encoding="utf-8")
    register = ["unit,period,file,received_on,sha256,supersedes"]
    before: pd.DataFrame | None = None
    for quarter in QUARTERS:
        now = vintage(quarter)
        filed = [("committee", "企业", firms(now, before, quarter)), ("registry", "资质", seats(now, before, quarter))]
        for unit, sheet, rows in filed:
            file = f"{quarter}/{unit}/{sheet}.csv"
            path = root / "data/membership/filings" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(rows)
            register.append(f"{unit},{quarter},{file},{RECEIVED[quarter]},{hashlib.sha256(rows).hexdigest()},")
        before = now
    (root / "data/membership/register.csv").write_text("\ufeff" + "\n".join(register) + "\n", encoding="utf-8")
    return root


def firms(now: pd.DataFrame, before: pd.DataFrame | None, quarter: str) -> bytes:
    """企业: the list as it is (a firm with two symbols stands twice), then the firms that left, with the day."""
    rows = [[row["CIK"], row["Security"], row["GICS Sector"], row["GICS Sub-Industry"], "全部", row["Date added"], "",
             "名单", row["Symbol"]] for row in now.to_dict("records")]  # fmt: skip
    gone = before[~before["CIK"].isin(now["CIK"])] if before is not None else now[:0]
    rows += [[row["CIK"], row["Security"], row["GICS Sector"], row["GICS Sub-Industry"], "全部", row["Date added"],
              ENDS[quarter], "名单", row["Symbol"]] for row in gone.to_dict("records")]  # fmt: skip
    return as_csv(FIRM_HEAD, rows)


def seats(now: pd.DataFrame, before: pd.DataFrame | None, quarter: str) -> bytes:
    """资质: one row a symbol; a symbol that is no longer listed is revoked at the quarter's end."""
    rows = [
        [row["CIK"], "成分资格", row["Symbol"], row["Date added"], "", "指数委员会"] for row in now.to_dict("records")
    ]
    gone = before[~before["Symbol"].isin(now["Symbol"])] if before is not None else now[:0]
    rows += [[row["CIK"], "成分资格", row["Symbol"], row["Date added"], ENDS[quarter], "指数委员会"]
             for row in gone.to_dict("records")]  # fmt: skip
    return as_csv(SEAT_HEAD, rows)


def as_csv(head: tuple[str, ...], rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([head, *rows])
    return text.getvalue().encode("utf-8-sig")


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Review]:
    """Reviews of the stranger's workspace by quarter and day known, each made once."""
    root = write_stranger(tmp_path_factory.mktemp("stranger"))
    return cache(lambda quarter, known="": open_review("membership", quarter, known, workspace=root))


def counted(review: Review) -> dict[str, float | None]:
    return {target: count.value for target, count in review.counts.items()}


# --------------------------------------------------------- the same counts, in plain pandas


def last_word(keys: list[str], known: str) -> pd.DataFrame:
    """For every key in the vintages up to `known`: its last row, and the quarter-end on which it was first missed."""
    read = [quarter for quarter in QUARTERS if quarter <= known]
    rows = []
    for position, quarter in enumerate(read):
        left = ENDS[read[position + 1]] if position + 1 < len(read) else ""
        rows.append(vintage(quarter).drop_duplicates(keys, keep="first").assign(left=left))
    last = pd.concat(rows).drop_duplicates(keys, keep="last")
    return last.assign(left=last["left"].where(last["left"].ne(""), "9999"))


def counted_again(quarter: str, known: str) -> dict[str, float]:
    """Members and listings from symbols, the rest from firms (the first of a firm's rows), at a quarter's end."""
    end = ENDS[quarter]
    symbols, by_firm = last_word(["CIK", "Symbol"], known), last_word(["CIK"], known)
    standing = symbols[symbols["Date added"].le(end) & symbols["left"].gt(end)]
    inside = by_firm[by_firm["Date added"].le(end) & by_firm["left"].gt(end)]
    return {
        "members": standing["CIK"].nunique(),
        "listings": standing["Symbol"].nunique(),
        "financials": int(inside["GICS Sector"].eq("Financials").sum()),
        "entries": int(by_firm["Date added"].between("2025-01-01", end).sum()),
        "exits": int(by_firm["left"].le(end).sum()),
    }


@pytest.mark.parametrize("quarter", QUARTERS)
def test_as_known_then_the_list_is_what_was_published_then(reviews: Callable[..., Review], quarter: str) -> None:
    """503 rows, 500 firms: three firms stand under two symbols and are counted once."""
    now = vintage(quarter)
    review = reviews(quarter, RECEIVED[quarter])
    assert (len(now), now["CIK"].nunique()) == (503, 500)
    assert (review.counts["members"].value, review.counts["listings"].value) == (500, 503)
    assert set(review.counts["members"].items["enterprise_id"]) == set(now["CIK"])
    assert set(review.counts["listings"].items["certificate_number"]) == set(now["Symbol"])
    assert counted(review) == counted_again(quarter, quarter)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_as_known_now_every_quarter_agrees_with_a_plain_count(reviews: Callable[..., Review], quarter: str) -> None:
    assert counted(reviews(quarter)) == counted_again(quarter, QUARTERS[-1])
    series = reviews(QUARTERS[-1]).series.set_index(["target_id", "period"])["value"]
    if quarter in ("2025Q1", "2025Q2", "2025Q3", "2026Q1", "2026Q2"):
        assert {target: series[target, quarter] for target in DECISIONS_COUNTED} == counted_again(quarter, QUARTERS[-1])


def test_any_quarter_as_known_on_any_receipt_day_agrees(reviews: Callable[..., Review]) -> None:
    """The whole triangle: what was known of 2024Q4 in each of six quarters, of 2025Q1 in each of five, and so on."""
    for known in QUARTERS:
        ledger, plan, method = (getattr(reviews(known, RECEIVED[known]), name) for name in ("ledger", "plan", "method"))
        for quarter in (quarter for quarter in QUARTERS if quarter <= known):
            counts = measure_targets(ledger, (), plan, method, Period.parse(quarter))
            assert {target: count.value for target, count in counts.items()} == counted_again(quarter, known)


def test_a_quarter_without_a_list_is_unreported_and_not_empty(reviews: Callable[..., Review]) -> None:
    """No vintage of 2025Q4 was kept: nothing can be said of it, though 504 firms were known before and after."""
    review = reviews("2025Q4")
    assert set(counted(review).values()) == {None}
    assert review.counts["members"].reason == "本季登记处均未报送"
    assert list(review.targets["progress_light"].unique()) == ["未报送"]


def test_what_later_vintages_revise(reviews: Callable[..., Review]) -> None:
    """2025Q3 was printed with 500 members; now it has 504: four firms joined in August and September, but the list
    of that quarter did not name them yet. 2024Q4 has one more, because a successor inherited a joining date of 1994.
    """

    def members(quarter: str, known: str = "") -> set[str]:
        return set(reviews(quarter, known).counts["members"].items["enterprise_id"])

    late = members("2025Q3") - members("2025Q3", RECEIVED["2025Q3"])
    assert set(vintage("2026Q1").set_index("CIK").loc[sorted(late), "Symbol"]) == {"APP", "EME", "HOOD", "IBKR"}
    inherited = members("2024Q4") - members("2024Q4", RECEIVED["2024Q4"])
    assert vintage("2025Q3").set_index("CIK").loc[sorted(inherited), "Date added"].tolist() == ["1994-09-30"]


def test_a_renamed_symbol_is_no_entry_and_no_exit(reviews: Callable[..., Review]) -> None:
    """Between 2025Q3 and 2026Q1 17 symbols went and came, but only 15 firms: two firms were renamed."""
    before, after = vintage("2025Q3"), vintage("2026Q1")
    symbols = set(before["Symbol"]) - set(after["Symbol"])
    gone = set(before["CIK"]) - set(after["CIK"])
    assert (len(symbols), len(gone)) == (17, 15)
    then, now = (reviews(quarter, RECEIVED["2026Q1"]).counts["exits"] for quarter in ("2025Q3", "2026Q1"))
    assert set(now.items["enterprise_id"]) - set(then.items["enterprise_id"]) == gone


def test_the_second_row_of_a_firm_is_returned_to_whoever_filed_it(reviews: Callable[..., Review]) -> None:
    """Three firms × six filings of 企业, each with its cell; the symbols' table has no fault at all."""
    problems = reviews(QUARTERS[-1]).ledger.problems
    expected = []
    for quarter in QUARTERS:
        rows = vintage(quarter)
        expected += [(quarter, f"A{row + 2}", rows["CIK"][row]) for row in rows.index[rows["CIK"].duplicated()]]
    told = [(problem.file.split("/")[3], problem.cell, problem.value) for problem in problems]
    assert (told, len(told)) == (expected, 18)
    assert {(problem.unit, problem.sheet, problem.rule) for problem in problems} == {("committee", "企业", "schema")}


def test_members_by_sector_agree(reviews: Callable[..., Review]) -> None:
    """The industries are the list's own sectors, written by name and kept by id, with no echo for a plain name."""
    ledger = reviews(QUARTERS[-1], RECEIVED[QUARTERS[-1]]).ledger
    rows = ledger.current["enterprises"]
    by_sector = rows[rows["left_on"].isna()].groupby("industry").size().to_dict()
    firms_now = vintage(QUARTERS[-1]).drop_duplicates("CIK")
    assert by_sector == firms_now["GICS Sector"].map(sector_id).value_counts().to_dict()
    assert ledger.echoes == () and ledger.duplicates.empty
