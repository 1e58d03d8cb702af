"""Made-up support policies: a row per policy and quarter, from who could claim to what was paid."""

from __future__ import annotations

from datetime import date

from planeval.periods import Period
from planeval.sample.claims import Standing, World, make_claims, standing
from planeval.sample.item import Item, Row, Setting, State, evidence, make_item
from planeval.sample.scenario import Support


def policy_items(world: World, setting: Setting) -> list[Item]:
    """Story: use grows; one review is overdue, one policy benefits nobody, one is to be revised, one abolished,
    and the one that follows it comes into force when it ends.
    """
    dice = setting.dice("policies")
    items = []
    for number, support in enumerate(setting.story.supports, start=1):
        claims = make_claims(support, world, setting)
        for quarter in setting.story.quarters:
            if support.effective_on > quarter.end or (support.expires_on or date.max) < quarter.start:
                continue
            row = _row(number, support, quarter, standing(claims, quarter))
            row["evidence"] = evidence(dice, setting, f"政策-{number:02d}-{quarter}")
            items.append(make_item("policies", _filer(support, setting), State(quarter.end, row)))
    return items


def _filer(support: Support, setting: Setting) -> str:
    """Each policy is filed by the unit that must see it through, where that unit owes the table."""
    due = setting.duties["policies"]
    return support.owner if support.owner in due else due[0]


def _row(number: int, support: Support, quarter: Period, now: Standing) -> Row:
    reviewed = support.reviewed_on is not None and support.reviewed_on <= quarter.end
    with_money = support.amounts is not None
    return {
        "policy_id": f"ZC-{number:02d}", "quarter": str(quarter), "name": f"示例政策{number:02d}：{support.name}",
        "document_number": f"示例文号〔{support.effective_on.year}〕{number + 20}号", "owner": support.owner,
        "effective_on": support.effective_on, "expires_on": support.expires_on,
        "review_due_on": support.review_due_on, "reviewed_on": support.reviewed_on if reviewed else None,
        "eligible": now.eligible, "beneficiaries": now.beneficiaries,
        "amount_due": now.due if with_money else None, "amount_paid": now.paid if with_money else None,
        "proposal": support.proposal if reviewed else None, "proposal_reason": support.reason if reviewed else None,
    }  # fmt: skip
