"""Origins of the pages made for one edition alone: the leadership brief and the public report."""

from __future__ import annotations

from planeval.show.origins.origin import Origin

EDITIONS = {
    "brief_targets": Origin(
        "完成＝（现值－基数）÷（目标值－基数）；灯按所印的数判断，与总报告相同。",
        decisions=("source_of_record", "plan_start", "light_bands", "outlook_bands", "evidence_bands", "overrides"),
        tables=("targets",),
        about="targets",
    ),
    "brief_tasks": Origin(
        "节点：已完成数／已到期和提前完成数；三灯与总报告相同。",
        decisions=("lead_units", "milestone_bands", "outlook_bands", "evidence_bands", "overrides"),
        tables=("task_lights",),
        about="tasks",
    ),
    "brief_decisions": Origin(
        "从指标、节点、督办和报送四个方面挑出：到期难以达到而落后的、逾期的、未报送的，各自数出；每季所需＝（目标值－现值）÷剩余季度数。",
        decisions=("source_of_record", "outlook_bands", "dispatch_limits", "lead_units", "filing_duties"),
        tables=("targets", "task_lights", "units"),
        about="targets",
    ),
    "brief_orders": Origin(
        "按承办单位数出季末没有销号的督办事项；逾期天数从现行时限算到季末。",
        decisions=("dispatch_limits",),
        about="tasks",
    ),
    "brief_outlook": Origin(
        "每季所需＝（目标值－现值）÷剩余季度数；与最好季度比＝每季所需÷以往最好一季。",
        decisions=("source_of_record",),
        tables=("targets",),
        about="targets",
    ),
    "public_place_tables": Origin(
        "企业、资质：季末在谷企业逐家数；从业人员、营收：在谷企业当季所报相加；占全谷＝本行合计÷全谷合计；"
        "不公开的格由公开规则确定，已核验不能由公布的数算出。",
        decisions=("disclosure_rule", "public_places", "public_totals"),
        tables=("public_places",),
    ),
    "public_summary": Origin(
        "完成＝（现值－基数）÷（目标值－基数）；三灯逐项按所印的数判断，摘要数出各有几项；份数、处数按收件登记和核验结果数出。",
        decisions=("source_of_record", "plan_start", "light_bands", "outlook_bands", "evidence_bands", "overrides"),
        tables=("targets",),
        about="targets",
    ),
    "public_method": Origin("照 method.yml 列出，没有计算。", tables=("decisions",)),
}
