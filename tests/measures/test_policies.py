"""政策评价与修订: a worked case, before and after, the gate of comparisons, the demonstration counted again."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgers import ledger_of
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.measures.policies import Policies, measure_policies
from planeval.measures.policies.effect import before_and_after, difference_refusal
from planeval.periods import Period
from planeval.plan import CountingRule, Method, load_params
from planeval.plan.policy_decisions import PolicyEffect, PolicyOutcome
from planeval.review import Review, open_review
from planeval.show.policies import coverage_section, delivery_section, inventory_section
from planeval.show.policy_reviews import effect_section, proposal_section, review_section
from planeval.workspace import find_workspace
from recomputation import day, standing_rows

ROOT = Path(__file__).resolve().parents[2]
CASE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/policies.yml").read_text(encoding="utf-8"))
ANCHORS = ("inventory", "coverage", "delivery", "reviews", "proposals", "effect")
SECTIONS = (
    inventory_section, coverage_section, delivery_section, review_section, proposal_section, effect_section,
)  # fmt: skip


@pytest.fixture(scope="module")
def method() -> Method:
    return load_params(find_workspace(ROOT), "jincheng", COLUMNS_BY_TABLE)[1]


@pytest.fixture(scope="module")
def worked(method: Method) -> Policies:
    rows = [{"owner": "kejiju", "document_number": "无", "effective_on": "2025-01-01", "unit_id": "kejiju", **row,
             "period": Period.parse(row["quarter"])} for row in CASE["rows"]]  # fmt: skip
    reported = {(row["period"], "kejiju", "policies") for row in rows}
    return measure_policies(ledger_of({"policies": rows}, reported), method, Period.parse(CASE["period"]))


@pytest.mark.parametrize("policy", CASE["expected"])
def test_a_policy_as_worked(worked: Policies, policy: str) -> None:
    row = worked.inventory.set_index("policy_id").loc[policy]
    *numbers, review, stale, state = CASE["expected"][policy]
    for name, wanted in zip(("coverage", "delivery", "per_beneficiary"), numbers, strict=True):
        assert math.isnan(row[name]) if wanted is None else row[name] == pytest.approx(wanted), name
    assert (row["review"], row["stale"], row["state"]) == (review, stale, state)


def test_quarters_of_a_policy_are_never_added(worked: Policies) -> None:
    assert worked.inventory["amount_due"].sum() == 105  # 100 + 0 + 5: not 80 + 100 + 5, not 999
    assert worked.inventory["policy_id"].tolist() == ["P1", "P2", "P3", "P4"]


EFFECT = PolicyEffect(
    least_treated=20, least_control=20, pre_quarters=4,
    outcomes={"P1": PolicyOutcome(name="贷款", unit="万元", rule=CountingRule(
        table="credit", distinct="loan_id", dated_by="granted_on", sum="amount"))},
)  # fmt: skip


def test_before_and_after_are_the_same_quarters_a_year_apart(worked: Policies) -> None:
    """In force on 2025-11-10: the first whole quarter is 2026Q1, 50 + 20; in 2025Q1 it was 30. 2025Q4 is in neither."""
    loans = [("2025-02-01", 30), ("2025-12-01", 500), ("2026-01-05", 50), ("2026-03-31", 20), ("2026-04-01", 900)]
    rows = [{"loan_id": str(number), "granted_on": when, "amount": amount, "unit_id": "renhang",
             "period": Period(2026, 1)} for number, (when, amount) in enumerate(loans)]  # fmt: skip
    policies = worked.inventory.assign(
        effective_on=worked.inventory["effective_on"].mask(lambda s: s.notna(), "2025-11-10")
    )
    policies["effective_on"] = policies["effective_on"].astype("datetime64[ns]")
    reported = {(Period(2025, 1), "renhang", "credit"), (Period(2026, 1), "renhang", "credit")}
    start, now = date(2024, 12, 2), Period(2026, 1)
    (row,) = before_and_after(ledger_of({"credit": rows}, reported), policies, EFFECT, start, now).to_dict("records")
    assert (row["before"], row["after"], row["quarters"], row["reason"]) == (30, 70, 1, "")
    silent = ledger_of({"credit": rows}, {(Period(2026, 1), "renhang", "credit")})
    (row,) = before_and_after(silent, policies, EFFECT, start, now).to_dict("records")
    assert math.isnan(row["before"]) and row["reason"].startswith("2025Q1 没有单位报送")


@pytest.mark.parametrize(
    ("treated", "control", "quarters", "says"),
    [(None, None, 8, "没有享受企业的代码"), (19, 40, 8, "享受的 19 家"), (20, 19, 8, "没有享受的 19 家"),
     (20, 20, 3, "只有 3 季"), (20, 20, 4, "")],
)  # fmt: skip
def test_firms_are_compared_only_where_there_are_enough(
    treated: int | None, control: int | None, quarters: int, says: str
) -> None:  # fmt: skip
    found = difference_refusal(treated, control, quarters, EFFECT)
    assert says in found and bool(found) == bool(says)


def test_an_empty_ledger_has_no_policies(method: Method) -> None:
    empty = measure_policies(ledger_of({}), method, Period(2026, 1))
    assert empty.inventory.empty and not empty.filed
    assert empty.fields is not None and empty.fields["policies"].tolist() == [0] * 5


def test_the_demonstration_counted_again_from_its_cells(demonstration: Review) -> None:
    """Each policy's last row, by plain loops over the cells."""
    sheets, _ = standing_rows(ROOT, "")
    last: dict[str, dict[str, Any]] = {}
    for (policy, quarter), row in sheets["政策"].items():
        if quarter <= "2026Q3" and (policy not in last or quarter > last[policy]["所属季度"]):
            last[policy] = row
    found = demonstration.themes.policies.inventory.set_index("policy_id")
    assert set(found.index) == set(last)
    for column, heading in (("eligible", "应享户数"), ("beneficiaries", "实享户数"), ("amount_due", "应兑金额"),
                            ("amount_paid", "已兑金额")):  # fmt: skip
        assert found[column].sum() == pytest.approx(sum(float(row[heading] or 0) for row in last.values())), column
    end = date(2026, 9, 30)
    overdue = {policy for policy, row in last.items() if not row["复评日期"] and day(row["应复评日期"]) < end}
    assert set(found.index[found["review"].eq("逾期未评")]) == overdue


@pytest.mark.parametrize(("anchor", "section"), list(zip(ANCHORS, SECTIONS, strict=True)), ids=ANCHORS)
def test_a_section_says_its_finding_first(demonstration: Review, anchor: str, section: Any) -> None:
    said = section(demonstration)
    assert f'id="{anchor}"' in said.html
    assert said.html.index("<p>") < said.html.find("<table")
    shown = said.html.split("base64")[0] + said.text
    assert "nan" not in shown.lower() and "导致" not in shown


def test_the_second_plan_is_told_what_does_not_apply() -> None:
    review = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    assert all("不适用" in section(review).text for section in SECTIONS)
