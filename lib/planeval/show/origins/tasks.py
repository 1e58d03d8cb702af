"""Origins of tasks, nodes, units and filings."""

from __future__ import annotations

from planeval.show.origins.origin import Origin

_LIGHTS = ("milestone_bands", "outlook_bands", "evidence_bands", "overrides")

TASKS = {
    "task_table": Origin(
        "按任务数出各状态的节点：按期完成、逾期完成、逾期未完成、未到期、未报送，五者之和为节点数。",
        ledger=("milestones",),
        decisions=("lead_units",),
        tables=("tasks", "milestones"),
        places=("30_tasks#tasks",),
        about="tasks",
    ),
    "report_tasks": Origin(
        "节点：已完成数／已到期和提前完成数；进度灯看完成率，展望灯按以往按期的记录推算，证据灯看佐证。",
        ledger=("milestones",),
        decisions=("lead_units", *_LIGHTS),
        tables=("task_lights", "milestones"),
        about="tasks",
    ),
    "task_light_table": Origin(
        "完成率＝已完成÷（已到期＋提前完成）；余下按期的可能按以往按期的比例推算（贝塔-二项）。",
        ledger=("milestones",),
        decisions=_LIGHTS,
        tables=("task_lights",),
        about="tasks",
    ),
    "burn_up_chart": Origin(
        "各季末累计到期的节点与累计完成的节点。",
        ledger=("milestones",),
        tables=("burn_up",),
        about="tasks",
        places=("30_tasks#progress",),
    ),
    "slippage_section": Origin(
        "后续节点：沿前置关系找出直接或间接以它为前置、还没有完成的节点；已过天数＝季末－时限。",
        ledger=("milestones",),
        tables=("slippage", "nodes"),
        about="tasks",
    ),
    "task_unit_table": Origin(
        "按牵头单位和任务数出已完成／已到期（含提前完成）的节点。",
        ledger=("milestones",),
        tables=("milestones",),
        about="tasks",
    ),
    "report_next_nodes": Origin(
        "时限在下一季度以内而没有完成的节点，按牵头单位数出。",
        ledger=("milestones",),
        tables=("milestones",),
        about="tasks",
    ),
    "overdue_milestones": Origin(
        "时限不晚于季末而没有完成的节点。",
        ledger=("milestones",),
        tables=("milestones",),
        about="tasks",
    ),
    "next_milestones": Origin(
        "时限在下一季度以内而没有完成的节点。",
        ledger=("milestones",),
        tables=("milestones",),
        about="tasks",
    ),
    "unit_table": Origin(
        "按单位数出报送的表、退回的错误和牵头的节点；收到日期不晚于期限为按时。",
        ledger=("milestones",),
        decisions=("filing_deadline_days", "filing_duties"),
        tables=("units", "filings"),
        places=("41_units#units",),
    ),
    "basis": Origin(
        "报送文件和报送的单位照登记簿数出，不晚于数据截至日；其余照方案列出。",
        decisions=("filing_duties", "filing_deadline_days", "plan_start"),
        tables=("filings", "units"),
        about="targets",
    ),
    "report_units": Origin(
        "节点：已完成／已到期；得分按各节点的状态和牵头、配合的份额平均，名次区间由收缩后得分的误差随机模拟得出。",
        ledger=("milestones",),
        decisions=("filing_deadline_days", "unit_judgement"),
        tables=("units",),
        places=("41_units#units",),
    ),
    "unit_light_table": Origin(
        "与重点任务三灯同一算法，只计该单位牵头的节点。",
        ledger=("milestones",),
        decisions=_LIGHTS,
        tables=("unit_lights",),
    ),
    "unit_courses": Origin(
        "各单位牵头的节点，各季末累计到期的与累计完成的。",
        ledger=("milestones",),
        tables=("nodes", "milestones"),
        places=("41_units#units",),
    ),
    "unit_bands_section": Origin(
        "得分＝Σ（节点得分×份额）÷Σ份额；收缩后得分向总平均靠拢，节点越少靠得越多；名次区间由其误差随机模拟得出。",
        ledger=("milestones",),
        decisions=("unit_judgement",),
        tables=("units",),
    ),
    "unit_summary": Origin(
        "牵头的节点按状态数出；得分按各节点的状态和牵头、配合的份额平均，名次区间由收缩后得分的误差随机模拟得出。",
        ledger=("milestones",),
        decisions=("filing_duties", "filing_deadline_days", "unit_judgement"),
        tables=("units", "milestones"),
        about="tasks",
    ),
    "unit_milestones": Origin(
        "照任务节点的分解和台账列出；状态由时限、完成日期和报送情况得出。",
        ledger=("milestones",),
        tables=("milestones", "nodes"),
        about="tasks",
    ),
    "unit_targets": Origin(
        "该单位应报的表，和用到这些表的指标。",
        decisions=("filing_duties",),
        tables=("targets",),
        about="targets",
    ),
    "unit_filing": Origin(
        "每季第一份报送的收到日期与期限相比；更正次数为同季后来的报送数。",
        decisions=("filing_deadline_days", "filing_duties"),
        tables=("filings",),
    ),
    "unit_orders": Origin(
        "督办台账里承办单位为该单位、季末没有销号的事项；逾期天数＝季末－时限。",
        ledger=("dispatch",),
        decisions=("dispatch_limits",),
        tables=("dispatch",),
    ),
    "unit_refused": Origin("该单位报送文件里的错误和警告，一处一行。", tables=("problems",)),
    "unit_next": Origin(
        "时限在下一季度以内、由该单位牵头而没有完成的节点。",
        ledger=("milestones",),
        tables=("milestones",),
        about="tasks",
    ),
    "filing_table": Origin(
        "每季第一份报送的收到日期与期限相比。",
        decisions=("filing_deadline_days", "filing_duties"),
        tables=("filings",),
    ),
    "duty_matrix": Origin(
        "每个工作事项的节点按牵头、配合的单位归拢，取最要紧的一个状态。",
        ledger=("milestones",),
        tables=("nodes", "milestones"),
        places=("30_tasks#tasks", "41_units#units"),
        about="tasks",
    ),
    "index_tables": Origin("各数表的行数，一行一条记录；怎样算出见用到它的网页。"),
    "evidence_table": Origin(
        "覆盖率＝写明佐证材料的行数÷计入的行数。", decisions=("evidence_bands",), tables=("unit_lights",)
    ),
    "revision_table": Origin(
        "当时：按该季报送期限以前收到的报送计算；现在：按本次数据截至日计算；变化＝现在－当时。",
        decisions=("filing_deadline_days",),
        tables=("value_revisions",),
        about="targets",
    ),
}
