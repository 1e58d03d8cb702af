"""What units file: each ledger table declared once.

From one declaration come the reading, the validation, the demonstration filings and (later) the
templates and the codebook. A row is one item with its evidence, never a quarterly total.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

ColumnKind = Literal[
    "text", "code", "number", "count", "date", "choice", "quarter", "unit", "units", "industry", "zone", "task"
]
SAMPLE = "示例数据"
NATURES = ("正式填报", SAMPLE)


@dataclass(frozen=True)
class Column:
    """One column: Chinese heading, kind, unit (万元, 人 …), whether it must be filled, its closed list.

    Dates are days; `number` and `count` are not negative; `code` is compared after NFKC without spaces.
    """

    id: str
    heading: str
    kind: ColumnKind
    meaning: str
    required: bool = False
    unit: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def title(self) -> str:
        """The heading as printed in a form, with its unit."""
        return f"{self.heading}（{self.unit}）" if self.unit else self.heading


@dataclass(frozen=True)
class Table:
    """One ledger table. `key` identifies an item; `ordered` are pairs of dates that must not run backwards."""

    id: str
    sheet: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...] = ()

    def column(self, column_id: str) -> Column:
        """The column with this id; KeyError when the table has none."""
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)


def _text(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    return Column(id, heading, "text", meaning, required)


def _code(id: str, heading: str, meaning: str, required: bool = True) -> Column:
    return Column(id, heading, "code", meaning, required)


def _day(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    return Column(id, heading, "date", meaning, required)


def _choice(id: str, heading: str, choices: str, meaning: str, required: bool = True) -> Column:
    return Column(id, heading, "choice", meaning, required, choices=tuple(choices.split()))


def _money(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    return Column(id, heading, "number", meaning, required, unit="万元")


def _count(id: str, heading: str, unit: str, meaning: str) -> Column:
    return Column(id, heading, "count", meaning, unit=unit)


_ENTERPRISE = _code("enterprise_id", "企业代码", "统一社会信用代码，18 位")
_EVIDENCE = (
    _text("evidence", "佐证材料", "文件名、文号或网址；没有佐证的行计入，但证据覆盖率降低"),
    Column("nature", "数据性质", "choice", "正式填报，或示例数据；空白按正式填报", choices=NATURES),
)

ENTERPRISES = Table(
    "enterprises", "企业", "在“晋创谷·晋城”范围内的企业，一家一行",
    (
        _ENTERPRISE,
        _text("name", "企业名称", "营业执照上的名称", True),
        Column("industry", "所属产业", "industry", "方案所列产业之一", True),
        _text("chain", "所属产业链", "方案所列产业链；不在其中的留空"),
        Column("zone", "所在区域", "zone", "方案所列区域之一", True),
        _day("entered_on", "入驻日期", "入驻协议或注册地址生效之日", True),
        _day("left_on", "迁出日期", "迁出、注销之日；仍在的留空"),
        _choice("origin", "来源", "引进 本地 高校团队 大学生创业", "企业从哪里来"),
        *_EVIDENCE,
    ),
    key=("enterprise_id",),
    ordered=(("entered_on", "left_on"),),
)  # fmt: skip

CERTIFICATES = Table(
    "certificates", "资质", "企业取得的资质，一个证书或一次入库一行",
    (
        _ENTERPRISE,
        _choice("kind", "资质种类", "高新技术企业 科技型中小企业 创新型中小企业 专精特新中小企业 专精特新小巨人",
                "认定或入库的种类"),
        _code("certificate_number", "证书或登记编号", "高新证书编号、入库登记编号等"),
        _day("issued_on", "发证或入库日期", "证书日期或入库公告日期", True),
        _day("revoked_on", "撤销日期", "被撤销、取消之日；到期不在此填"),
        _text("issuer", "认定机关", "发证或入库的机关", True),
        *_EVIDENCE,
    ),
    key=("enterprise_id", "kind", "certificate_number"),
    ordered=(("issued_on", "revoked_on"),),
)  # fmt: skip

OPERATIONS = Table(
    "operations", "经营", "企业一个季度的经营数，一家一季一行（当季数，不是累计数）",
    (
        _ENTERPRISE,
        Column("quarter", "所属季度", "quarter", "例如 2026Q3", True),
        _money("revenue", "营业收入", "当季营业收入", True),
        _money("rd_expense", "研发费用", "当季研发费用"),
        _count("employees", "从业人员", "人", "季末人数"),
        *_EVIDENCE,
    ),
    key=("enterprise_id", "quarter"),
)  # fmt: skip

PLATFORMS = Table(
    "platforms", "平台", "创新平台，一个平台一行（两块牌子只算一个平台）",
    (
        _code("platform_id", "平台编号", "自编，不重复，各季不变"),
        _text("name", "平台名称", "认定文件上的名称", True),
        _choice("kind", "平台种类", "重点实验室 技术创新中心 工程研究中心 企业技术中心 中试基地 新型研发机构 其他",
                "方案四（二）所列种类"),
        _choice("level", "级别", "国家级 省级 市级", "认定级别"),
        _text("issuer", "认定机关", "认定的机关", True),
        _code("document_number", "认定文号", "认定文件的文号"),
        _day("recognised_on", "认定日期", "认定文件的日期", True),
        _day("revoked_on", "撤销日期", "被撤销、摘牌之日"),
        _text("host", "依托单位", "建设平台的企业或院所", True),
        *_EVIDENCE,
    ),
    key=("platform_id",),
    ordered=(("recognised_on", "revoked_on"),),
)  # fmt: skip

PARTNERSHIPS = Table(
    "partnerships", "市校合作", "市校合作主体，一个主体一行",
    (
        _code("partnership_id", "合作编号", "自编，不重复，各季不变"),
        _text("university", "高校", "合作高校的全称", True),
        _text("partner", "合作主体", "落地的研究院、中心或企业", True),
        _choice("form", "合作形式", "实体机构 合作协议", "是否设立了实体"),
        _day("signed_on", "签约日期", "协议签署之日", True),
        _day("operating_on", "运行日期", "实体挂牌并开展工作之日；尚未运行的留空"),
        _day("ended_on", "终止日期", "协议终止或实体撤销之日"),
        _code("agreement_number", "协议编号", "协议或批复的编号"),
        *_EVIDENCE,
    ),
    key=("partnership_id",),
    ordered=(("signed_on", "operating_on"), ("signed_on", "ended_on")),
)  # fmt: skip

ACHIEVEMENTS = Table(
    "achievements", "成果", "推广转化的科技成果，一项一行",
    (
        _code("achievement_id", "成果编号", "登记编号或自编编号，各季不变"),
        _text("name", "成果名称", "登记或合同上的名称", True),
        _text("provider", "成果来源", "提供成果的高校、院所或企业", True),
        _text("receiver", "承接单位", "承接转化的企业", True),
        _choice("stage", "转化阶段", "登记 签约 到账 投产", "到本期末达到的阶段"),
        _day("landed_on", "转化日期", "签约（或登记）之日", True),
        _money("contract_amount", "合同金额", "合同约定金额"),
        _money("received_amount", "到账金额", "截至本期末累计到账"),
        Column("industry", "所属产业", "industry", "方案所列产业之一", True),
        *_EVIDENCE,
    ),
    key=("achievement_id",),
)  # fmt: skip

EVENTS = Table(
    "events", "活动", "科创活动，一场一行",
    (
        _code("event_id", "活动编号", "自编，不重复"),
        _text("name", "活动名称", "通知或议程上的名称", True),
        _choice("kind", "活动种类", "产业对接会 科技论坛 投融资对接 其他", "方案一所列种类"),
        _day("held_on", "举办日期", "第一天的日期", True),
        _text("place", "地点", "举办地点", True),
        _text("organiser", "主办单位", "通知上的主办单位", True),
        _count("participants", "参加人数", "人", "签到人数"),
        *_EVIDENCE,
    ),
    key=("event_id",),
)  # fmt: skip

FUNDS = Table(
    "funds", "基金", "科技创新基金的规模记录：公告、首期、备案、实缴各记一行",
    (
        _code("fund_id", "基金编号", "备案编码或自编编号"),
        _text("name", "基金名称", "基金全称", True),
        _choice("record", "记录种类", "公告 首期 备案 实缴", "这一行是哪一种规模"),
        _day("recorded_on", "记录日期", "公告、备案或到账之日", True),
        _money("amount", "金额", "公告、首期、备案记规模，实缴记本次到账", True),
        _text("manager", "管理人", "基金管理人", True),
        _code("document_number", "文号或凭证号", "公告文号、备案编码或到账凭证号"),
        *_EVIDENCE,
    ),
    key=("fund_id", "record", "document_number"),
)  # fmt: skip

MILESTONES = Table(
    "milestones", "任务节点", "重点任务分解出的节点，一个节点一行",
    (
        _code("milestone_id", "节点编号", "自编，不重复，各季不变"),
        Column("task", "重点任务", "task", "方案第四部分的任务", True),
        _text("work_item", "工作事项", "方案条款中的事项", True),
        _text("name", "节点名称", "可以验收的结果", True),
        Column("lead_unit", "牵头单位", "unit", "责任单位之一", True),
        Column("supporting_units", "配合单位", "units", "用顿号分开；没有的留空"),
        _day("due_on", "完成时限", "计划完成之日", True),
        _day("finished_on", "完成日期", "实际完成之日；未完成的留空"),
        _text("progress_note", "进展", "一句话说明进展"),
        *_EVIDENCE,
    ),
    key=("milestone_id",),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    ENTERPRISES, CERTIFICATES, OPERATIONS, PLATFORMS, PARTNERSHIPS, ACHIEVEMENTS, EVENTS, FUNDS, MILESTONES,
)  # fmt: skip
BY_ID: dict[str, Table] = {table.id: table for table in TABLES}
COLUMNS_BY_TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    table.id: {column.id: column.choices for column in table.columns} for table in TABLES
}
BY_SHEET: dict[str, Table] = {table.sheet: table for table in TABLES}


def with_choices(table: Table, closed_lists: dict[str, tuple[str, ...]]) -> Table:
    """The table with closed lists replaced where a plan decides its own (`certificates-kind: [...]`)."""
    return replace(
        table,
        columns=tuple(
            replace(column, choices=closed_lists.get(f"{table.id}-{column.id}", column.choices))
            for column in table.columns
        ),
    )
