"""Origins of policies, safeguards and the orders of 督办."""

from __future__ import annotations

from planeval.show.origins.origin import Origin

_ORDERS = ("70_dispatch#orders",)

GOVERNANCE = {
    "inventory_section": Origin(
        "每项政策取报到本期末最近一季的一行；按方面相加户数和金额。",
        ledger=("policies",),
        decisions=("policy_fields",),
        tables=("policies",),
        places=("60_policy#inventory",),
    ),
    "coverage_section": Origin(
        "覆盖＝实享÷应享，区间为威尔逊法；户均已兑＝已兑÷实享。",
        ledger=("policies",),
        decisions=("survival_reading",),
        tables=("policies",),
        places=("60_policy#coverage",),
    ),
    "delivery_section": Origin(
        "兑现率＝已兑÷应兑，是金额之比；尚差＝应兑－已兑。",
        ledger=("policies",),
        tables=("policies",),
        places=("60_policy#delivery",),
    ),
    "review_section": Origin(
        "早或晚＝实复评日期－应复评日期；逾期未评的计到评价日。",
        ledger=("policies",),
        tables=("policies",),
        places=("60_policy#reviews",),
    ),
    "proposal_section": Origin(
        "建议和理由照落实主体所报，右侧各列取自同一台账。",
        ledger=("policies",),
        tables=("policies",),
        places=("60_policy#proposals",),
    ),
    "effect_section": Origin(
        "施行后最多四个完整季度新发生的数，与上年同样几季相比；只说前后，不说因果。",
        ledger=("policies",),
        decisions=("policy_effect",),
        places=("60_policy#reviews",),
    ),
    "working_group_section": Origin(
        "督办表中每件第一次到达各状态的日期，按季数出；天数为中位数。",
        ledger=("dispatch",),
        tables=("dispatch",),
        places=("61_safeguards#working-group",),
    ),
    "publicity_section": Origin(
        "刊播或召开日期不晚于季末的记录，按种类和级别数出，同一条只计一次。",
        ledger=("publicity",),
        places=("61_safeguards#publicity",),
    ),
    "dispatch_summary": Origin(
        "期末未销号＝期初未销号＋新交办－销号；累计销号率＝累计销号÷累计交办；逾期＝季末（已解决的为解决日）－时限。",
        ledger=("dispatch",),
        decisions=("dispatch_limits",),
        tables=("dispatch",),
        places=_ORDERS,
    ),
    "order_digest": Origin(
        "期末未销号＝期初未销号＋新交办－销号；累计销号率＝累计销号÷累计交办。",
        ledger=("dispatch",),
        decisions=("dispatch_limits",),
        tables=("dispatch",),
        places=_ORDERS,
    ),
    "order_slips": Origin(
        "进度灯落后的指标和逾期的节点，按规定的时限各开一件；时限＝交办之日＋规定的天数。",
        ledger=("dispatch", "milestones"),
        decisions=("dispatch_limits", "target_tasks", "lead_units"),
        tables=("dispatch", "targets"),
        places=_ORDERS,
    ),
    "carried_orders": Origin(
        "上季末没有销号的事项和它们本季末的状态。",
        ledger=("dispatch",),
        decisions=("dispatch_limits",),
        tables=("dispatch",),
        places=_ORDERS,
    ),
    "order_table": Origin(
        "历时＝销号日（没有销号的为季末）－开单日；逾期＝解决日（没有解决的为季末）－时限。",
        ledger=("dispatch",),
        decisions=("dispatch_limits",),
        tables=("dispatch",),
        places=_ORDERS,
    ),
    "ageing_chart": Origin(
        "没有销号的事项按开单以来的天数分档计数。",
        ledger=("dispatch",),
        decisions=("dispatch_limits",),
        tables=("dispatch",),
        places=_ORDERS,
    ),
    "proposed_table": Origin(
        "进度灯落后的指标和逾期的节点，按规定的时限各开一件，已有在办的不重开。",
        ledger=("dispatch", "milestones"),
        decisions=("dispatch_limits", "target_tasks", "lead_units"),
        tables=("dispatch", "targets"),
        places=_ORDERS,
    ),
    "order_loop": Origin(
        "期末未销号＝期初未销号＋新交办－销号；累计销号率＝累计销号÷累计交办。",
        ledger=("dispatch",),
        tables=("dispatch",),
        places=_ORDERS,
    ),
    "closing_chart": Origin(
        "累计销号率＝累计销号÷累计交办，各季末。", ledger=("dispatch",), tables=("dispatch",), places=_ORDERS
    ),
    "order_units": Origin(
        "按承办单位数出各灯的事项；销号比例＝销号÷交办。", ledger=("dispatch",), tables=("dispatch",), places=_ORDERS
    ),
    "order_fault_table": Origin(
        "不合前后次序的状态变化逐行列出，没有计入。", ledger=("dispatch",), tables=("dispatch",)
    ),
}
