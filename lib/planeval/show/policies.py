"""政策评价与修订: which policies there are, who can claim and does, what is due and paid."""

from __future__ import annotations

import math
from typing import Any

from planeval.measures.policies import STANDING, Policies
from planeval.review import Review
from planeval.show.actors_words import day_text, wan_text
from planeval.show.html import Fragment, heading, numbers, paragraph, rows_of, table, together
from planeval.show.policy_figure import delivery_chart
from planeval.show.silence import never_filed, silence_notes
from planeval.show.small_samples import interval_text
from planeval.show.trace import traced
from planeval.show.words import ABSENT, listed, percent

FEW = 5
_INVENTORY = ("编号", "政策", "文号", "落实主体", "起施行", "失效", "状态", "最近报送季度")
_DELIVERY = ("政策", "落实主体", "应兑", "已兑", "兑现率", "尚差")


def nothing_to_say(review: Review, anchor: str, title: str) -> Fragment | None:
    """The section when no policy is known: not applicable, nobody filed, or none yet; None when there are some."""
    found = review.themes.policies
    absent = never_filed(review, "policies", found.filed)
    if absent is None and found.inventory.empty:
        absent = paragraph(f"{review.period.label}末以前“政策”表没有一行，没有可评的政策。")
        absent += silence_notes(review, "policies")
    return None if absent is None else together([heading(3, f"{title}：没有可用的数", anchor), absent])


def whole(value: float) -> str:
    """A count; a dash where it was not stated."""
    return ABSENT if math.isnan(value) else f"{value:,.0f}"


@traced
def inventory_section(review: Review) -> Fragment:
    """The policies with owner and document, and which of the plan's five fields they serve."""
    nothing = nothing_to_say(review, "inventory", "政策清单")
    if nothing is not None:
        return nothing
    found = review.themes.policies
    rows = rows_of(found.inventory)
    standing = [row for row in rows if row["state"] == STANDING]
    owners = {row["owner"] for row in standing}
    stale = [row["name"] for row in rows if row["stale"]]
    body = [
        (row["policy_id"], row["name"], row["document_number"], review.plan.unit(row["owner"]).short_name,
         day_text(row["effective_on"]), day_text(row["expires_on"]), row["state"], row["quarter"])
        for row in rows
    ]  # fmt: skip
    return together([
        heading(3, f"{len(standing)} 项政策施行中，{len(owners)} 个落实主体", "inventory"),
        paragraph(f"台账里有政策 {len(rows)} 项，其中施行中 {len(standing)} 项，每项都写了落实主体。{_stale(stale)}"),
        silence_notes(review, "policies"),
        table("政策清单", _INVENTORY, body,
              ("mark", "text", "text", "text", "mark", "mark", "mark", "mark"), kind="compact",
              notes=[f"n={len(rows)} 项。口径：“政策”表每项政策取报到本期末最近一季的一行；各季是累计数，从不相加。"]),
        _field_table(found),
    ])  # fmt: skip


def _stale(names: list[str]) -> str:
    return f"本季没有报送的：{listed(names)}，以下用其最近一季的数。" if names else ""


def _field_table(found: Policies) -> Fragment:
    if found.fields is None:
        return paragraph("哪项政策属于方案所列哪个方面，评估人员未作决定（policy_fields），不分。")
    body = [
        (row["field"], str(row["policies"]), "；".join(row["names"]) or ABSENT,
         f"{whole(row['beneficiaries'])}/{whole(row['eligible'])}" if row["policies"] else ABSENT,
         wan_text(row["amount_due"]),
         wan_text(row["amount_paid"]))
        for row in rows_of(found.fields)
    ]  # fmt: skip
    none = [row["field"] for row in rows_of(found.fields) if not row["policies"]]
    rest = [row["name"] for row in rows_of(found.inventory) if not row["field"]]
    unknown = [policy for row in rows_of(found.fields) for policy in row["unknown"]]
    said = (
        f"方案所列 {len(body)} 个方面中，{listed(none)}还没有政策。"
        if none
        else f"方案所列 {len(body)} 个方面都有政策。"
    )
    said += f"没有归入任何方面的：{listed(rest)}。" if rest else ""
    notes = [
        "哪项政策属于哪个方面是评估人员的决定（policy_fields），一项只归一个方面；户数为各项之和，同一户享受几项计几次。"
    ]
    notes += [f"决定里写了而台账到本期没有的：{listed(unknown)}。"] if unknown else []
    return paragraph(said) + table(
        "方案所列方面的政策", ("方面", "政策数", "政策", "实享/应享（户次）", "应兑", "已兑"), body,
        ("text", "number", "text", *numbers(3)), unit="万元，另注明的除外", notes=notes,
    )  # fmt: skip


def _unstated(review: Review, rows: list[dict[str, Any]]) -> str:
    """Policies whose owner left the eligible or the beneficiaries blank; they are in no sum."""
    if not rows:
        return ""
    names = listed([f"{row['name']}（{review.plan.unit(row['owner']).short_name}）" for row in rows])
    return f"没有写应享或实享、不在合计中的：{names}。"


@traced
def coverage_section(review: Review) -> Fragment:
    """实享 / 应享 with counts and interval, and the cost per beneficiary."""
    nothing = nothing_to_say(review, "coverage", "政策覆盖")
    if nothing is not None:
        return nothing
    rows = rows_of(review.themes.policies.inventory)
    known = [row for row in rows if not math.isnan(row["eligible"]) and not math.isnan(row["beneficiaries"])]
    idle = [row["name"] for row in known if row["eligible"] and not row["beneficiaries"]]
    nobody = [row["name"] for row in known if not row["eligible"]]
    over = [row["name"] for row in known if row["beneficiaries"] > row["eligible"]]
    had, could = (sum(row[name] for row in known) for name in ("beneficiaries", "eligible"))
    text = f"{len(known)} 项写明应享和实享的政策合计应享 {could:,.0f} 户次，实享 {had:,.0f} 户次"
    text += f"，覆盖 {percent(had / could)}。" if could >= FEW and had <= could else "。"
    text += f"有人应享而无人实享的：{listed(idle)}。" if idle else ""
    text += f"还没有人符合条件的：{listed(nobody)}。" if nobody else ""
    text += f"实享多于应享、须核对的：{listed(over)}。" if over else ""
    text += _unstated(review, [row for row in rows if row not in known])
    body = [(row["name"], _covered(row), wan_text(row["amount_paid"]), _cost(row)) for row in rows]
    return together([
        heading(3, f"应享 {could:,.0f} 户次，实享 {had:,.0f} 户次", "coverage"), paragraph(text),
        table("政策覆盖和户均兑现", ("政策", "实享/应享（户）", "已兑", "户均已兑"), body, ("text", *numbers(3)),
              unit="万元，另注明的除外",
              notes=[f"n={len(rows)} 项。口径：报到本期末的累计数，覆盖＝实享÷应享，括号内为威尔逊区间；"
                     f"应享不足 {FEW} 户的只写户数。"
                     "户均已兑＝已兑÷实享，没有实享的不算。一户享受几项在合计里计几次。"]),
    ])  # fmt: skip


def _covered(row: dict[str, Any]) -> str:
    counts = f"{whole(row['beneficiaries'])}/{whole(row['eligible'])}"
    if math.isnan(row["coverage"]) or row["eligible"] < FEW:
        return counts
    return f"{counts}，{percent(row['coverage'])}{interval_text(row['low'], row['high'])}"


def _cost(row: dict[str, Any]) -> str:
    return ABSENT if math.isnan(row["per_beneficiary"]) else f"{row['per_beneficiary']:,.2f}"


@traced
def delivery_section(review: Review) -> Fragment:
    """兑现率: paid of what is due."""
    nothing = nothing_to_say(review, "delivery", "政策兑现")
    if nothing is not None:
        return nothing
    rows = rows_of(review.themes.policies.inventory)
    known = [row for row in rows if row["amount_due"] > 0 and not math.isnan(row["amount_paid"])]
    unstated = [row["name"] for row in rows if math.isnan(row["amount_due"]) or math.isnan(row["amount_paid"])]
    due, paid = (sum(row[name] for row in known) for name in ("amount_due", "amount_paid"))
    if not known:
        return together([heading(3, "还没有应兑的资金", "delivery"),
                         paragraph("没有一项政策写明应兑和已兑金额，或应兑为零，兑现率无从计算。")])  # fmt: skip
    worst = min(known, key=lambda row: row["delivery"])
    text = f"{len(known)} 项有应兑资金的政策应兑 {wan_text(due)} 万元，已兑 {wan_text(paid)} 万元，"
    short = wan_text(worst["amount_due"] - worst["amount_paid"])
    text += f"兑现率 {percent(paid / due)}；最低的是{worst['name']}（{percent(worst['delivery'])}，差 {short} 万元）。"
    text += f"没有写金额、不在其中的：{listed(unstated)}。" if unstated else ""
    body = [
        (row["name"], review.plan.unit(row["owner"]).short_name, wan_text(row["amount_due"]),
         wan_text(row["amount_paid"]), percent(row["delivery"]), wan_text(row["amount_due"] - row["amount_paid"]))
        for row in rows
    ]  # fmt: skip
    return together([
        heading(3, f"兑现率 {percent(paid / due)}，还差 {wan_text(due - paid)} 万元", "delivery"), paragraph(text),
        table("政策兑现", _DELIVERY, body, ("text", "text", *numbers(4)), unit="万元",
              notes=[f"n={len(rows)} 项。口径：报到本期末的累计金额，兑现率＝已兑÷应兑，是金额之比；"
                     "没有写的写“—”，不作零计。"]),
        delivery_chart(known, f"应兑 {wan_text(due)} 万元中已兑 {wan_text(paid)} 万元，{worst['name']}兑现率最低"),
    ])  # fmt: skip
