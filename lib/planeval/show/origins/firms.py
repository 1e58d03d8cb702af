"""Origins of industries, innovating bodies, firms and transfer."""

from __future__ import annotations

from planeval.show.origins.origin import Origin

FIRMS = {
    "cluster_summary": Origin(
        "企业：季末已入驻、未迁出；营收为最近四季合计；区位商、HHI、CR4 的算式见各节。",
        ledger=("enterprises", "operations"),
        decisions=("counting.revenue", "industry_reference", "concentration_bands", "chain_links"),
        tables=("cluster_industries", "cluster_chains", "cluster_location", "cluster_links"),
        places=("31_cluster#industries", "31_cluster#chains"),
    ),
    "industry_section": Origin(
        "企业：季末已入驻、未迁出；营收为最近四季合计；占比＝本产业÷全谷。",
        ledger=("enterprises", "operations"),
        decisions=("counting.revenue",),
        tables=("cluster_industries", "cluster_chains"),
        places=("31_cluster#industries",),
    ),
    "chain_section": Origin(
        "按“所属环节”数出在谷企业。",
        ledger=("enterprises",),
        decisions=("chain_links",),
        tables=("cluster_links",),
        places=("31_cluster#chains",),
    ),
    "location_section": Origin(
        "区位商＝（产业营收÷该地全部营收）÷（参照地区同一产业营收÷参照地区全部营收）。",
        ledger=("enterprises", "operations"),
        decisions=("industry_reference", "counting.revenue"),
        tables=("cluster_location", "published"),
        places=("31_cluster#industries",),
    ),
    "concentration_section": Origin(
        "HHI＝Σ（企业营收占比的百分数）²；相当企业数＝10000÷HHI；CR4＝最大四家的占比。",
        ledger=("enterprises", "operations"),
        decisions=("concentration_bands", "counting.revenue"),
        tables=("cluster_industries",),
        places=("31_cluster#concentration",),
    ),
    "platform_section": Origin(
        "按平台编号一个只计一次，按种类、级别、认定机关、依托单位数出；认定日期早于起算日的为方案前已有。",
        ledger=("platforms", "enterprises"),
        decisions=("plan_start", "counting.platforms", "name_similarity"),
        tables=("actors_platforms",),
        places=("32_actors#platforms",),
    ),
    "partnership_section": Origin(
        "按合作编号计，按地区和季末状态数出。",
        ledger=("partnerships",),
        decisions=("university_regions", "counting.partnerships"),
        tables=("actors_partnerships",),
        places=("32_actors#regions",),
    ),
    "university_section": Origin(
        "成果来源与高校或其合作主体名称全同的记在该校名下，按所到阶段数出，金额相加。",
        ledger=("partnerships", "achievements"),
        decisions=("university_regions", "name_similarity"),
        tables=("actors_universities",),
        places=("32_actors#universities",),
    ),
    "flow_section": Origin(
        "季末＝季初＋进－出；入驻、迁出按日期归季。",
        ledger=("enterprises",),
        tables=("incubation_flow",),
        places=("33_enterprises#flow",),
    ),
    "origin_section": Origin(
        "按“来源”一栏数出在谷企业；占比＝该来源÷全部在谷企业。",
        ledger=("enterprises",),
        decisions=("plan_start",),
        tables=("incubation_origins",),
        places=("33_enterprises#origin",),
    ),
    "stay_section": Origin(
        "留存比例按卡普兰—迈耶法估计，未结束的按删失处理；各组之间作对数秩检验。",
        ledger=("enterprises",),
        decisions=("survival_reading", "plan_start"),
        tables=("incubation_curves",),
        places=("33_enterprises#flow",),
    ),
    "ladder_section": Origin(
        "各级按梯度的定义数出在谷企业；升级比例＝已升÷跟踪，半数用时按卡普兰—迈耶法估计。",
        ledger=("enterprises", "certificates"),
        decisions=("enterprise_ladder", "survival_reading", "plan_start"),
        tables=("incubation_rungs", "incubation_steps", "incubation_curves"),
        places=("33_enterprises#ladder",),
    ),
    "lapsing_section": Origin(
        "在谷企业每一级只看有效到最晚的一张证书；到期日＝发证日期＋有效期。",
        ledger=("enterprises", "certificates"),
        decisions=("enterprise_ladder",),
        tables=("incubation_lapsing", "incubation_lapsed"),
        places=("33_enterprises#ladder",),
    ),
    "funnel_section": Origin(
        "按成果编号一项只计一次，走到后一步的也算走过前面各步；占上一步＝项数÷上一步项数，区间为威尔逊法。",
        ledger=("achievements",),
        decisions=("plan_start", "counting.achievements", "survival_reading"),
        tables=("transfer_funnel",),
        places=("34_transfer#funnel",),
    ),
    "lag_section": Origin(
        "各步用时按卡普兰—迈耶法估计，未走完的按删失处理；中位用时为走完比例到一半的天数。",
        ledger=("achievements",),
        decisions=("survival_reading", "plan_start"),
        tables=("transfer_cohorts",),
        places=("34_transfer#funnel",),
    ),
    "money_section": Origin(
        "按签约日所在季度相加合同额和到账额，只加写明的；到账占合同额＝到账额÷合同额。",
        ledger=("achievements",),
        tables=("transfer_cohorts",),
        places=("34_transfer#funnel",),
    ),
    "source_section": Origin(
        "来源、承接单位按名称全同归并；占全部签约＝签约数÷全部签约数。",
        ledger=("achievements", "enterprises"),
        decisions=("name_similarity",),
        tables=("transfer_sources", "transfer_receivers"),
        places=("34_transfer#sources",),
    ),
    "base_section": Origin(
        "“平台”表中种类为中试基地、季末未撤销的。",
        ledger=("platforms",),
        decisions=("plan_start",),
        tables=("actors_platforms",),
        places=("32_actors#platforms",),
    ),
}
