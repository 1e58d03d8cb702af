"""Origins of the pages of one industry or one zone."""

from __future__ import annotations

from planeval.show.origins.origin import Origin

_INDUSTRY, _ZONE = ("50_industry-{part}#industry",), ("55_zone-{part}#zone",)

PLACES = {
    "industry_summary": Origin(
        "企业：季末已入驻、未迁出；营收为最近四季合计；资质一家一种只计一次，只计有效的。",
        ledger=("enterprises", "operations", "certificates"),
        decisions=("counting.*", "chain_links"),
        tables=("cluster_industries", "industries_titles", "cluster_links"),
        places=_INDUSTRY,
    ),
    "zone_summary": Origin(
        "企业：季末已入驻、未迁出，按登记的所在区域；使用率＝已用面积÷建筑面积；成熟的标准逐条与现值相比。",
        ledger=("enterprises", "premises", "certificates"),
        decisions=("extension_readiness",),
        tables=("zones", "zones_stock", "zones_readiness"),
        places=_ZONE,
    ),
    "industry_firms": Origin(
        "企业：季末已入驻、未迁出；营收：季末在谷企业当季营收相加，各季独立。",
        ledger=("enterprises", "operations"),
        tables=("industries", "cluster_industries"),
        places=_INDUSTRY,
    ),
    "industry_titles": Origin(
        "季末在谷、证书有效的企业数，一家一种资质只计一次；占全谷＝本产业÷全谷有效。",
        ledger=("enterprises", "certificates"),
        decisions=("counting.*", "enterprise_ladder"),
        tables=("industries_titles",),
        places=_INDUSTRY,
    ),
    "industry_chains": Origin(
        "按“所属环节”数出在谷企业。",
        ledger=("enterprises",),
        decisions=("chain_links",),
        tables=("cluster_links",),
        places=_INDUSTRY,
    ),
    "industry_results": Origin(
        "按台账中的所属产业数出成果、投资、贷款，金额只加写明的。",
        ledger=("achievements", "investments", "credit", "enterprises"),
        tables=("industries_results",),
        places=_INDUSTRY,
    ),
    "industry_targets": Origin(
        "份额＝本产业计入的事项÷指标现值。",
        decisions=("counting.*",),
        tables=("industries_targets", "targets"),
        about="targets",
    ),
    "zone_firms": Origin(
        "企业：季末已入驻、未迁出，按登记的所在区域；营收：当季营收相加。",
        ledger=("enterprises", "operations"),
        tables=("zones",),
        places=_ZONE,
    ),
    "zone_movers": Origin("入驻或迁出日期在本季以内的企业。", ledger=("enterprises",), places=_ZONE),
    "zone_premises": Origin(
        "使用率＝已用面积÷建筑面积；与方案的比例＝各区域本季面积之和÷方案写明的面积。",
        ledger=("premises",),
        tables=("environment_premises", "zones_stock"),
        places=("55_zone-main#premises",),
    ),
    "zone_readiness": Origin(
        "各项标准的现值与“不低于”相比。",
        ledger=("enterprises", "premises", "certificates"),
        decisions=("extension_readiness",),
        tables=("zones_readiness",),
        places=("55_zone-main#extension",),
    ),
    "zone_targets": Origin(
        "份额＝本区域计入的事项÷指标现值。",
        decisions=("counting.*",),
        tables=("zones_targets", "targets"),
        about="targets",
    ),
}
