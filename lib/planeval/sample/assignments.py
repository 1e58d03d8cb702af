"""Who files and who leads what in the demonstration world: the office that usually keeps such a record."""

from __future__ import annotations

# Which unit files which of a table's items. A unit without the duty is passed over for the first one that has it.
FILED_BY: dict[str, dict[str, str]] = {
    "enterprises": {"引进": "touzicujin"},
    "certificates": {"高新技术企业": "kejiju"},
    "platforms": {"工程研究中心": "fagaiwei", "企业技术中心": "gongxinju", "重点实验室": "kejiju",
                  "技术创新中心": "kejiju", "中试基地": "kejiju", "新型研发机构": "kejiju"},
    "partnerships": {"合作协议": "jiaoyuju"},
    "achievements": {"技术合同": "kejiju"},
    "events": {"产业对接会": "gongxinju", "科技论坛": "kejiju", "投融资对接": "jingkaiqu", "其他": "jingkaiqu"},
    "funds": {"实缴": "caizhengju"},
    "credit": {"示例银行04": "jinrongjianguan", "示例银行05": "jinrongjianguan"},
    "talents": {"国家级": "zuzhibu", "省级": "zuzhibu", "市级": "zuzhibu",
                "博士": "renshe", "硕士": "renshe", "其他": "renshe"},
    "publicity": {"推进会": "kejiju", "交流会": "kejiju"},
}  # fmt: skip

# Lead unit of each work item's milestones; an item that is not listed goes to its task's lead unit.
LEADS: dict[str, str] = {
    "fit_city_industries": "fagaiwei", "three_industries": "fagaiwei", "optoelectronics_cluster": "gongxinju",
    "digital_pilot_zone": "shujuju", "wellness_destination": "wenlvju", "industry_planning": "fagaiwei",
    "resource_supply": "jingkaiqu", "factor_allocation": "jingkaiqu", "platform_strength": "jingkaiqu",
    "platform_support": "fagaiwei", "innovation_chain": "kejiju", "new_platforms": "kejiju",
    "existing_platforms": "kejiju", "regional_exchange": "shangwuju", "university_cooperation": "jiaoyuju",
    "resource_gathering": "jingkaiqu", "achievement_supply": "jiaoyuju", "researchers_in_valley": "zuzhibu",
    "promising_firms": "touzicujin", "promotion_projects": "touzicujin", "chain_leader_investment": "touzicujin",
    "firm_matching": "touzicujin", "regional_teams": "touzicujin", "high_growth_smes": "touzicujin",
    "regional_linkage": "gongxinju", "startups": "jingkaiqu", "student_founders": "renshe",
    "sme_clusters": "gongxinju", "gradient_plan": "gongxinju", "discovery_mechanism": "gongxinju",
    "conversion_institutions": "kejiju", "transfer_institutions": "kejiju", "technology_deputies": "kejiju",
    "ip_services": "shichangjianguan", "legal_services": "shichangjianguan", "expert_teams": "gongxinju",
    "appraisal_services": "shichangjianguan", "incubators": "jingkaiqu",
    "service_platform": "zhengfuban", "investment_bank_way": "zhengfuban", "full_chain_investment": "zhengfuban",
    "listing": "zhengfuban", "innovation_fund": "caizhengju", "fund_team": "caizhengju",
    "capital_cycle_model": "caizhengju", "guidance_funds": "caizhengju", "public_capital_cycle": "caizhengju",
    "social_capital": "minying", "new_markets": "minying", "bank_lending": "renhang",
    "capital_market_financing": "jinrongjianguan", "support_policies": "zuzhibu", "policy_delivery": "zuzhibu",
    "researcher_motivation": "zuzhibu", "virtual_accounts": "zuzhibu", "one_stop_service": "shenpiju",
    "talent_subsidies": "renshe", "employment_support": "renshe", "talent_spouse_jobs": "renshe",
    "talent_health_care": "weijianwei", "talent_schooling": "jiaoyuju",
}  # fmt: skip

# Which unit carries out which kind of service for talents; all of them are asked for at one window.
SERVED_BY: dict[str, str] = {
    "就医": "weijianwei", "子女入学": "jiaoyuju", "配偶就业": "renshe", "虚拟账户": "zuzhibu", "补贴申领": "renshe",
    "其他": "shenpiju",
}  # fmt: skip
