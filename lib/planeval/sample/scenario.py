"""The knobs of the demonstration world, all of them, in one place.

How much the plan demands, which units it names and who files what come from the plan and its method;
here stands only how far a made-up valley got with it, when, and what went wrong on the way (who keeps
which record: `assignments`). Nothing here is an observation: no figure of “晋创谷·晋城” is published, so
the world is invented throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from planeval.periods import Period
from planeval.sample.assignments import FILED_BY, LEADS, SERVED_BY

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


@dataclass(frozen=True)
class Building:
    """Office or workshop space, delivered in a quarter. floor_area in 平方米."""

    name: str
    kind: str
    zone: str
    floor_area: float
    delivered: Period


@dataclass(frozen=True)
class Support:
    """A support policy. claims: who can claim, in the words of `claims`; amounts: 万元 for each, or by base.

    wait, delay: days from the right to the claim, and from the claim to the money; asked, honoured: the shares
    of those entitled who claim, and of those who are paid. A proposal stands from the review on.
    """

    name: str
    owner: str
    claims: str
    effective_on: date
    review_due_on: date
    reviewed_on: date | None
    amounts: tuple[float, float] | None = None
    expires_on: date | None = date(2027, 12, 31)
    wait: int = 60
    delay: tuple[int, int] = (20, 150)
    asked: float = 1.0
    honoured: float = 0.9
    proposal: str = "保留"
    reason: str | None = None


@dataclass(frozen=True)
class TargetOrder:
    """An order about a target that a review found red or yellow; solved_on: None while it is not solved."""

    target: str
    raised: Period
    unit: str
    content: str
    days: int
    solved_on: date | None = None
    feedback: str | None = None


BUILDINGS = (
    Building("办公楼01", "办公区", "main", 7_200, Period(2025, 1)),
    Building("办公楼02", "办公区", "jinjiang_north", 4_500, Period(2025, 1)),
    Building("办公楼03", "办公区", "main", 4_000, Period(2026, 2)),
    Building("厂房01", "标准化厂房", "main", 62_000, Period(2025, 1)),
    Building("厂房02", "标准化厂房", "jinjiang_north", 48_000, Period(2025, 1)),
    Building("厂房03", "标准化厂房", "main", 46_000, Period(2025, 4)),
    Building("众创空间01", "众创空间", "main", 1_800, Period(2025, 1)),
    Building("孵化器01", "孵化器", "main", 1_600, Period(2025, 2)),
    Building("孵化器02", "孵化器", "jinjiang_north", 1_000, Period(2025, 1)),
)
_NEW_YEAR, _YEAR_LATER = date(2025, 1, 1), date(2026, 1, 31)
SUPPORTS = (
    Support("入驻启动资金", "jingkaiqu", "startups", _NEW_YEAR, _YEAR_LATER, date(2026, 1, 23), (10, 50),
            proposal="修订", reason="启动资金须以到位资本为前提，初创团队多数达不到，建议改为分期拨付"),
    Support("标准化厂房租金减免", "jingkaiqu", "workshop_tenants", _NEW_YEAR, _YEAR_LATER, date(2026, 1, 23), (3, 18)),
    Support("创新平台建设奖补", "kejiju", "platforms", _NEW_YEAR, _YEAR_LATER, date(2026, 1, 21), (50, 100)),
    Support("高新技术企业认定奖励", "kejiju", "certified", _NEW_YEAR, _YEAR_LATER, date(2026, 1, 16), (10, 10)),
    # its review is overdue
    Support("科技型企业贷款贴息", "caizhengju", "borrowers", date(2025, 3, 1), date(2026, 3, 31), None, (0.02, 0.02),
            asked=0.8),
    Support("引进人才补贴", "renshe", "talents", _NEW_YEAR, _YEAR_LATER, date(2026, 1, 20), (3, 50)),
    Support("人才“一站式”服务", "shenpiju", "services", _NEW_YEAR, _YEAR_LATER, date(2026, 1, 28)),
    # nobody benefits from it: those entitled have not claimed
    Support("企业上市奖励", "zhengfuban", "listing", _NEW_YEAR, _YEAR_LATER, date(2026, 1, 30), (100, 100), asked=0.0),
    Support("科研论文奖励", "zuzhibu", "doctors", _NEW_YEAR, date(2026, 6, 30), date(2026, 6, 18), (1, 3),
            date(2026, 12, 31), asked=0.7, proposal="废止",
            reason="以论文数量定奖励，有违创新规律，改为按成果转化到账奖励"),
    Support("成果转化到账奖励", "kejiju", "paid_contracts", date(2026, 7, 1), date(2027, 6, 30), None, (0.03, 0.03),
            date(2028, 12, 31), wait=20, delay=(15, 60)),
)  # fmt: skip
TARGET_ORDERS = (
    TargetOrder("high_tech_firms", Period(2025, 4), "kejiju", "补报第四季度资质表，逐家核对高新技术企业证书有效期", 20,
                date(2026, 2, 13), "已补报，重新认定和新认定的证书已列入"),
    TargetOrder("fund", Period(2025, 4), "caizhengju", "完成科技创新基金备案", 45, date(2026, 2, 11),
                "已取得备案编码，备案规模小于公告规模"),
    TargetOrder("partnerships", Period(2026, 2), "jiaoyuju", "推动已签约的实体机构挂牌运行", 120),
    TargetOrder("achievements", Period(2026, 2), "kejiju", "为只登记、未签约的成果逐项对接承接企业", 60,
                date(2026, 9, 24), "已逐项对接，部分进入签约程序"),
    TargetOrder("tech_smes", Period(2026, 2), "gongxinju", "组织符合条件的企业参加本年度评价入库", 60,
                date(2026, 9, 15), "本年度各批次已公告入库"),
    TargetOrder("fund", Period(2026, 2), "caizhengju", "提出科技创新基金扩募方案", 60),  # overdue at the end
)  # fmt: skip


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
    link_said: float = 0.88  # of the firms in a chain; the others leave their link blank
    vacant_links: tuple[str, ...] = ("图像传感器与相机", "衬底与晶圆")  # no firm takes these
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

    # --- premises: a firm rents by what it makes; a few have premises of their own
    buildings: tuple[Building, ...] = BUILDINGS
    own_premises: float = 0.08
    rents: Mapping[str, tuple[float, float]] = field(  # 平方米 of one tenant
        default_factory=lambda: {
            "办公区": (150, 420), "标准化厂房": (1500, 5500), "众创空间": (30, 90), "孵化器": (80, 220)
        }
    )  # fmt: skip
    teams: tuple[int, ...] = (5, 7, 8, 10, 11, 13, 15)  # without a firm yet, in the 众创空间
    team_area: float = 35.0

    # --- the fund's investments: only what is paid in or came back is invested
    fund_fiscal: tuple[float | None, ...] = (0.40, 0.40, None, 0.60, 0.50, 0.40)  # of each of fund_steps
    investments: Mapping[Period, tuple[str, ...]] = field(
        default_factory=lambda: {
            Period(2026, 1): ("科创", "天使", "种子"),
            Period(2026, 2): ("天使", "种子", "科创", "天使", "产业"),
            Period(2026, 3): ("产业", "种子", "天使", "科创"),
        }
    )
    invested_wan: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: {"种子": (50, 120), "天使": (120, 300), "科创": (300, 700), "产业": (900, 1600)}
    )
    valued: float = 0.6  # of the investments a quarter old or older; the others have no agreed value
    exit_on: date = date(2026, 8, 18)  # the first 科创 investment is sold …
    exit_multiple: float = 1.12
    reinvested_on: date = date(2026, 9, 22)  # … and part of the money goes into another firm
    reinvested: float = 0.6

    # --- loans by five banks
    loans_before: int = 4  # granted before the first quarter
    loans: tuple[int, ...] = (3, 4, 5, 6, 6, 7, 8)
    loan_wan: tuple[float, float] = (40.0, 600.0)
    loan_overdue: int = 2  # this one by its date is not repaid when due

    # --- talents: those already there, then arrivals; what is due to them by level, in 万元
    talents_before: int = 12
    talents: tuple[int, ...] = (6, 7, 9, 8, 8, 10, 11)
    subsidies: Mapping[str, float] = field(
        default_factory=lambda: {"国家级": 50.0, "省级": 30.0, "市级": 15.0, "博士": 10.0, "硕士": 3.0}
    )
    talent_weights: tuple[float, ...] = (0.02, 0.07, 0.14, 0.28, 0.36, 0.13)  # in the order of the ledger's levels
    subsidy_wait: int = 90  # days from arrival until the subsidy is due
    subsidy_late: float = 0.30  # share paid late
    talents_leaving: int = 4
    served_by: Mapping[str, str] = field(default_factory=lambda: SERVED_BY)
    services_open: float = 0.06  # share of the services that never come to an end

    # --- policies, publicity, dispatch
    supports: tuple[Support, ...] = SUPPORTS
    listing_days: tuple[date, ...] = (date(2025, 11, 12), date(2026, 8, 6))  # firms that could claim, and do not
    reports: tuple[int, ...] = (2, 3, 3, 4, 4, 4, 5)  # per quarter, besides those on events
    reported_events: float = 0.7
    target_orders: tuple[TargetOrder, ...] = TARGET_ORDERS
    review_day: int = 28  # of the month after the quarter: the review that raises the orders
    order_days: int = 60  # limit of an order about a milestone
    extended_by: int = 35

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
        """Units that play a part of their own in the story, each once."""
        named = [self.late_unit, self.silent_unit, self.correcting_unit, self.made_up_unit, *self.served_by.values()]
        named += [support.owner for support in self.supports] + [order.unit for order in self.target_orders]
        return tuple(dict.fromkeys(named))
