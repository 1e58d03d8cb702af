"""Firms and where they sit: 企业, 资质, 经营, 载体."""

from __future__ import annotations

from planeval.ledger.tables.columns import (
    ENTERPRISE_ID,
    EVIDENCE,
    INDUSTRY,
    Column,
    Table,
    area,
    choice,
    code,
    count,
    day,
    money,
    quarter,
    text,
)

ENTERPRISES = Table(
    "enterprises", "企业", "在“晋创谷·晋城”范围内的企业，一家一行",
    (
        ENTERPRISE_ID,
        text("name", "企业名称", "营业执照上的名称", True),
        INDUSTRY,
        text("chain", "所属产业链", "方案所列产业链；不在其中的留空"),
        Column("zone", "所在区域", "zone", "方案所列区域之一", True),
        day("entered_on", "入驻日期", "入驻协议或注册地址生效之日", True),
        day("left_on", "迁出日期", "迁出、注销之日；仍在的留空"),
        choice("origin", "来源", "引进 本地 高校团队 大学生创业", "企业从哪里来"),
        text("link", "所属环节", "所在产业链上的环节，按评估办法的环节清单填；不在产业链上或说不准的留空"),
        *EVIDENCE,
    ),
    key=("enterprise_id",),
    ordered=(("entered_on", "left_on"),),
    proof="入驻协议、营业执照",
    filed_by="承接招商和园区管理的单位",
    ended_by="left_on",
)  # fmt: skip

CERTIFICATES = Table(
    "certificates", "资质", "企业取得的资质，一个证书或一次入库一行",
    (
        ENTERPRISE_ID,
        choice("kind", "资质种类", "高新技术企业 科技型中小企业 创新型中小企业 专精特新中小企业 专精特新小巨人",
                "认定或入库的种类"),
        code("certificate_number", "证书或登记编号", "高新证书编号、入库登记编号等"),
        day("issued_on", "发证或入库日期", "证书日期或入库公告日期", True),
        day("revoked_on", "撤销日期", "被撤销、取消之日；到期不在此填"),
        text("issuer", "认定机关", "发证或入库的机关", True),
        *EVIDENCE,
    ),
    key=("enterprise_id", "kind", "certificate_number"),
    ordered=(("issued_on", "revoked_on"),),
    proof="证书或公告",
    filed_by="受理认定、入库的单位",
    ended_by="revoked_on",
)  # fmt: skip

OPERATIONS = Table(
    "operations", "经营", "企业一个季度的经营数，一家一季一行（当季数，不是累计数）",
    (
        ENTERPRISE_ID,
        quarter("例如 2026Q3"),
        money("revenue", "营业收入", "当季营业收入", True),
        money("rd_expense", "研发费用", "当季研发费用"),
        count("employees", "从业人员", "人", "季末人数"),
        *EVIDENCE,
    ),
    key=("enterprise_id", "quarter"),
    proof="企业报表或纳税申报",
    filed_by="掌握企业经营情况的单位",
    repeated=True,
)  # fmt: skip

PREMISES = Table(
    "premises", "载体", "办公区、标准化厂房、孵化载体，一处一季一行",
    (
        code("premises_id", "载体编号", "自编，不重复，各季不变"),
        quarter("例如 2026Q3"),
        text("name", "载体名称", "楼栋、厂房或众创空间的名称", True),
        choice("kind", "载体种类", "办公区 标准化厂房 众创空间 孵化器 其他", "方案二、四（四）所列种类"),
        Column("zone", "所在区域", "zone", "方案所列区域之一", True),
        area("floor_area", "建筑面积", "可用的建筑面积", True),
        area("let_area", "已用面积", "季末已出租或已使用的面积", True),
        count("tenants", "入驻户数", "户", "季末入驻的企业和团队数"),
        *EVIDENCE,
    ),
    key=("premises_id", "quarter"),
    proof="租赁台账或产权证明", filed_by="管理园区载体的单位", repeated=True,
)  # fmt: skip
