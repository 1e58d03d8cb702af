"""Origins of funds, investments, credit, talents, services, premises, and the four chains."""

from __future__ import annotations

from planeval.show.origins.origin import Origin

CAPITAL = {
    "fund_section": Origin(
        "同一种记录的金额相加；占最早一步＝本步金额÷最早一步金额。",
        ledger=("funds",),
        decisions=("counting.fund",),
        tables=("finance_scales",),
        places=("35_finance#funds",),
    ),
    "leverage_section": Origin(
        "撬动比＝（金额－其中财政资金）÷其中财政资金，只用写明财政资金的笔。",
        ledger=("funds", "investments"),
        tables=("finance_scales", "finance_stages"),
        places=("35_finance#leverage",),
    ),
    "stage_section": Origin(
        "投资按所填阶段相加；占全部金额＝本阶段金额÷全部金额。",
        ledger=("investments",),
        tables=("finance_stages",),
        places=("35_finance#stages",),
    ),
    "recycling_section": Origin(
        "收回倍数＝收回÷投资金额；DPI＝已分配÷实缴，RVPI＝剩余价值÷实缴，TVPI＝DPI＋RVPI。",
        ledger=("funds", "investments"),
        decisions=("fund_reading",),
        tables=("finance_returns",),
        places=("35_finance#recycling",),
    ),
    "credit_section": Origin(
        "按企业类型、贷款种类和放款季度相加；余额为未结清各笔所写之和。",
        ledger=("credit",),
        decisions=("plan_start",),
        tables=("finance_credit_firms", "finance_credit_kinds", "finance_grants"),
        places=("35_finance#credit",),
    ),
    "talent_section": Origin(
        "按人才编号一人一行，到岗、离开按日期归季；留存比例按卡普兰—迈耶法估计。",
        ledger=("talents",),
        decisions=("plan_start", "survival_reading"),
        tables=("environment_arrivals", "environment_levels", "environment_curves"),
        places=("36_environment#talents",),
    ),
    "subsidy_section": Origin(
        "兑现率＝已发÷应发，是金额之比；付清用时按卡普兰—迈耶法估计。",
        ledger=("talents",),
        decisions=("survival_reading",),
        tables=("environment_subsidies",),
        places=("36_environment#subsidies",),
    ),
    "service_section": Origin(
        "按提出日期计到评价日，按种类、承办单位数出；半数办结用时按卡普兰—迈耶法估计。",
        ledger=("talent_services",),
        decisions=("survival_reading",),
        tables=("environment_services", "environment_handlers"),
        places=("36_environment#services",),
    ),
    "premises_section": Origin(
        "使用率＝已用面积÷建筑面积，按区域和种类相加后相除。",
        ledger=("premises",),
        tables=("environment_premises",),
        places=("55_zone-main#premises",),
    ),
    "fusion_chain_section": Origin(
        "指标指数＝（数值－不允许值）÷（满意值－不允许值），限于 0 到 1；链指数为各项平均；D＝√（C×T）。",
        ledger=("certificates", "achievements", "investments", "talents"),
        decisions=("fusion",),
        places=("37_fusion#chains",),
    ),
    "firmness_section": Origin(
        "去掉一项指标后照同样公式重算 D；变化＝重算后－原来。",
        decisions=("fusion", "robustness"),
        places=("37_fusion#chains",),
    ),
    "role_section": Origin(
        "定位的指数为其各项指标指数的平均。",
        ledger=("certificates", "achievements", "investments", "talents"),
        decisions=("fusion",),
        places=("37_fusion#roles",),
    ),
}
