"""The knobs of the demonstration world, all of them, in one place.

How much the plan demands, which units it names and who files what come from the plan and its method;
here stands only how far a made-up valley got with it, when, and what went wrong on the way. Nothing
here is an observation: no figure of “晋创谷·晋城” is published, so the world is invented throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from planeval.periods import Period

# Share of the plan's amount reached at the end of the last period, by the counting rules in force.
REACHED: dict[str, float] = {
    "partnerships": 0.50,  # behind
    "platforms": 0.70,  # on pace
    "achievements": 0.63,  # behind
    "high_tech_firms": 0.70,  # on pace, though a batch lapses just before the plan ends
    "tech_smes": 0.90,  # on pace, at the top of its yearly wave
    "revenue": 1.03,  # done
    "fund": 0.40,  # far behind, though what was announced is the whole amount
    "events": 1.00,  # done, exactly
}

# Which share of what is reached in the end was there at the end of each quarter, 2025Q1 … 2026Q3.
PATHS: dict[str, tuple[float, ...]] = {
    "partnerships": (0.20, 0.20, 0.40, 0.60, 0.60, 0.80, 1.00),
    "platforms": (0.29, 0.29, 0.43, 0.72, 0.72, 0.86, 1.00),
    "achievements": (0.08, 0.20, 0.34, 0.50, 0.66, 0.83, 1.00),
    "events": (0.10, 0.25, 0.40, 0.50, 0.60, 0.80, 1.00),
}

# Who of the units that owe a table files which of its items: the office that usually keeps that record.
# A unit without the duty is passed over for the first one that has it.
FILED_BY: dict[str, dict[str, str]] = {
    "enterprises": {"引进": "touzicujin"},
    "certificates": {"高新技术企业": "kejiju"},
    "platforms": {"工程研究中心": "fagaiwei", "企业技术中心": "gongxinju", "重点实验室": "kejiju",
                  "技术创新中心": "kejiju", "中试基地": "kejiju", "新型研发机构": "kejiju"},
    "partnerships": {"合作协议": "jiaoyuju"},
    "achievements": {"技术合同": "kejiju"},
    "events": {"产业对接会": "gongxinju", "科技论坛": "kejiju", "投融资对接": "jingkaiqu", "其他": "jingkaiqu"},
    "funds": {"实缴": "caizhengju"},
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


@dataclass(frozen=True)
class Scenario:
    """Everything about the world that is not in the plan or its method. Change it here, nowhere else."""

    first: Period = Period(2025, 1)
    last: Period = Period(2026, 3)
    reached: Mapping[str, float] = field(default_factory=lambda: REACHED)
    paths: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: PATHS)
    filed_by: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: FILED_BY)
    leads: Mapping[str, str] = field(default_factory=lambda: LEADS)
    evidence_share: float = 0.86  # rows with evidence; the others show what 证据覆盖率 is for

    # --- firms: those already there before the first quarter, then newcomers quarter by quarter
    firms_before: int = 42
    newcomers: tuple[int, ...] = (6, 9, 11, 10, 8, 12, 13)
    industry_weights: tuple[float, ...] = (0.60, 0.25, 0.15)  # in the plan's order
    zone_weights: tuple[float, ...] = (0.70, 0.30)
    leaves_on: date = date(2026, 2, 26)  # the firm that moves away, with its certificates

    # --- certificates, as shares of the plan's amount
    hnte_issued: Mapping[int, float] = field(default_factory=lambda: {2022: 0.20, 2023: 0.14, 2024: 0.13})
    hnte_renewed: float = 0.67  # of those lapsing in the year when the first batch lapses; the rest drops out
    hnte_months: tuple[int, int] = (11, 12)  # certificates are dated in November and December
    sme_entries: Mapping[int, float] = field(default_factory=lambda: {2024: 0.48, 2025: 0.77})
    sme_months: Mapping[int, Mapping[int, float]] = field(  # year → month → weight; in 2026 the list came out late
        default_factory=lambda: {
            2024: {6: 0.60, 7: 0.20, 8: 0.12, 9: 0.08},
            2025: {6: 0.50, 7: 0.24, 8: 0.16, 9: 0.10},
            2026: {6: 0.08, 7: 0.42, 8: 0.30, 9: 0.20},
        }
    )
    sme_late_entries: int = 3  # of the second wave, published in October only
    sme_revoked_on: date = date(2026, 5, 20)
    other_titles: Mapping[str, int] = field(default_factory=lambda: {"创新型中小企业": 6, "专精特新中小企业": 4})

    # --- revenue: a Q4 season, growth of each firm per quarter, first quarters of a newcomer
    season: tuple[float, ...] = (0.88, 0.98, 1.00, 1.24)
    growth: tuple[float, float] = (1.02, 1.07)
    warming_up: tuple[float, ...] = (0.35, 0.65, 0.85)
    revenue_missing_in: Period = Period(2026, 1)  # one middling firm's row is missing in this quarter

    # --- projects
    platforms_before: int = 2  # of the platforms counted, those recognised before the plan
    partnerships_pending: int = 2  # signed, not operating at the end
    achievements_before: int = 2  # signed before the plan's start: do not count
    achievements_registered: int = 2  # per quarter: registered, nobody has taken them on
    contract_wan: tuple[float, float] = (20.0, 260.0)
    events_other: int = 2  # 其他: outside the three kinds the plan names
    fund_steps: tuple[tuple[str, str, float], ...] = (  # record, day, share of the plan's amount
        ("公告", "2025-05-16", 1.00),
        ("首期", "2025-11-20", 0.50),
        ("备案", "2026-02-11", 0.40),  # what counts must not exceed the first close
        ("实缴", "2026-03-06", 0.12),
        ("实缴", "2026-05-22", 0.10),
        ("实缴", "2026-08-28", 0.08),
    )

    # --- milestones
    milestones_late: float = 0.18  # share finished after the day due
    made_up_unit: str = "shenpiju"  # its milestone due in made_up_due is overdue (red), then made up
    made_up_due: Period = Period(2025, 2)
    made_up_on: date = date(2025, 8, 21)

    # --- how the filings came in
    receipt_days: tuple[tuple[int, int], ...] = ((6, 15), (7, 15), (7, 15), (9, 15))  # month after Q1 … Q4
    late_unit: str = "kejiju"  # files late for late_period: the review of that quarter does not know it yet
    late_period: Period = Period(2025, 4)
    late_on: date = date(2026, 2, 13)
    silent_unit: str = "weijianwei"  # files nothing for silent_period; its next filing catches up
    silent_period: Period = Period(2026, 1)
    correcting_unit: str = "jingkaiqu"  # corrects corrected_period, after the next quarter was reviewed
    corrected_period: Period = Period(2025, 3)
    corrected_on: date = date(2026, 2, 9)
    wrong_revenue_factor: float = 10.0  # the slipped decimal point in the filing that is corrected

    @property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters that are filed."""
        return self.first.until(self.last)

    @property
    def units(self) -> tuple[str, ...]:
        """Units that play a part of their own in the story."""
        return (self.late_unit, self.silent_unit, self.correcting_unit, self.made_up_unit)
