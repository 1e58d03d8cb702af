"""Origins of targets, scores, readings, forecasts, and what is said at the end of the plan."""

from __future__ import annotations

from planeval.show.origins.origin import Origin

_COUNTED = ("source_of_record", "plan_start", "counting.*", "baseline.*")

JUDGEMENT = {
    "target_table": Origin(
        "完成比例＝（现值－基数）÷（目标值－基数）；差距＝完成比例－应达比例；灯按所印的数判断。",
        decisions=("source_of_record", "plan_start", "light_bands", "outlook_bands", "evidence_bands", "overrides"),
        tables=("targets", "series"),
        about="targets",
    ),
    "progress_chart": Origin(
        "与“量化指标完成情况”一表是同一批数：完成比例＝（现值－基数）÷（目标值－基数）。",
        decisions=("plan_start", "light_bands"),
        tables=("targets",),
        about="targets",
    ),
    "required_pace_table": Origin(
        "每季所需＝（目标值－现值）÷剩余季度数；年度指标按到期前最后四个季度计算。本季实际、历史最好取各季新增。",
        decisions=("source_of_record",),
        tables=("targets", "series"),
        about="targets",
    ),
    "score_section": Origin(
        "得分＝60＋40×（对照数－不允许值）÷（满意值－不允许值），限于 0 到 100；贡献＝得分×权重，合计为总分。",
        decisions=("goalposts.*", "weights", "floor", "grades", "missing"),
        tables=("targets", "revisions"),
        about="targets",
    ),
    "score_line": Origin(
        "总分＝得分×权重之和；得分＝60＋40×（对照数－不允许值）÷（满意值－不允许值），限于 0 到 100；等级按界限定。",
        decisions=("goalposts.*", "weights", "floor", "grades", "missing"),
        tables=("targets", "revisions"),
        about="targets",
    ),
    "change_section": Origin(
        "变化＝本期－上期，一次只换一样，依次重算：方法、更正和补报、口径、应达，余下为新增事实，各项之和等于变化。",
        decisions=_COUNTED,
        tables=("revisions",),
        about="targets",
    ),
    "decision_table": Origin("照 method.yml 列出，没有计算。", tables=("decisions",)),
    "verdict_table": Origin(
        "起算日、计数口径、基数、节点、亮灯界限各取一种读法，全部组合都照同样的办法重算。",
        decisions=("plan_start", "light_bands"),
        tables=("verdicts",),
        about="targets",
    ),
    "flip_table": Origin(
        "只改一项决定，其余不动，找出使进度灯改变的最小改动。",
        decisions=("light_bands",),
        tables=("flips",),
        about="targets",
    ),
    "robustness_section": Origin(
        "随机改变权重、标准值、汇总办法和未报的处理，重算总分若干次；再逐一去掉或改动一项重算。",
        decisions=("weights", "goalposts.*", "floor", "grades", "missing", "robustness", "comparison"),
        tables=("targets",),
        about="targets",
    ),
    "forecast_table": Origin(
        "每一次预测与到期后的实际相比；布赖尔分＝（概率－结果）²的平均，越小越好。",
        decisions=("outlook_bands",),
        tables=("forecasts",),
        about="targets",
    ),
    "coverage_table": Origin("照 coverage.yml 列出：每一单项由哪张表计量、在哪一页看，或由谁评。没有计算。"),
    "published_table": Origin(
        "照公开来源抄录，只换算单位，不与报送数相加。", decisions=("source_of_record",), tables=("published",)
    ),
    "problem_table": Origin(
        "逐格检查报送文件，一处问题一行；错误所在的行没有计入。", tables=("problems", "duplicates")
    ),
    "report_data": Origin("逐格检查报送文件，一处问题一行；错误所在的行没有计入，警告已计入。", tables=("problems",)),
    "completion_section": Origin(
        "现在的结论：把各种口径组合都重算一遍，数出其中达到目标值的组合；任务节点按状态计数。",
        decisions=("plan_start", "light_bands", "milestone_bands", "outlook_bands", "evidence_bands"),
        tables=("final", "verdicts", "series", "task_lights"),
        places=("99_final#completion",),
        about="targets",
    ),
    "final_summary": Origin(
        "每项指标把各种口径组合都重算一遍，各组合结论一样的才下结论，再按结论数出；任务节点按状态计数。",
        ledger=("milestones",),
        decisions=("plan_start", "light_bands", "counting.*", "baseline.*"),
        tables=("final", "verdicts", "task_lights"),
        places=("99_final#completion",),
        about="targets",
    ),
    "sustainability_section": Origin("数出五个方面中有单位报送过台账的；各方面的来历见下。"),
    "annex_section": Origin(
        "照 method.yml 和输入文件清单数出；布赖尔分＝（概率－结果）²的平均，越小越好。",
        tables=("decisions", "forecasts", "problems"),
    ),
    "report_annexes": Origin(
        "照 method.yml、登记簿和输入文件清单数出。", tables=("decisions", "value_revisions", "filings")
    ),
    "relevance_section": Origin("按 coverage.yml 计数：每一单项由台账计量，还是由人判断。", about="qualitative"),
    "efficiency_section": Origin(
        "金额为台账所写之和；平均＝金额÷直接结果数，只在每一个结果都由这笔钱支付、金额没有缺漏时计算。",
        ledger=("funds", "investments", "credit", "talents", "policies"),
        decisions=("plan_start",),
    ),
    "lesson_section": Origin(
        "逾期的节点和办迟的督办事项照台账列出；逾期天数＝完成或办结日期（还没有的为季末）－时限。",
        ledger=("milestones", "dispatch"),
        tables=("milestones", "dispatch"),
        about="tasks",
    ),
}
