"""People and what is done for them: 人才, 人才服务."""

from __future__ import annotations

from planeval.ledger.tables.columns import (
    EVIDENCE,
    Table,
    choice,
    code,
    day,
    money,
    text,
    unit,
)

TALENTS = Table(
    "talents", "人才", "引进的人才，一人一行；只用编号，不写姓名和身份证号",
    (
        code("talent_id", "人才编号", "自编，不重复，各季不变；不得用身份证号"),
        choice("level", "人才层次", "国家级 省级 市级 博士 硕士 其他", "按认定层次，没有认定的按学历"),
        text("employer", "用人单位", "聘用的企业或平台", True),
        day("arrived_on", "到岗日期", "合同或协议生效之日", True),
        day("left_on", "离开日期", "离职之日；在岗的留空"),
        money("subsidy_due", "应发补贴", "按政策应发的金额"),
        day("subsidy_due_on", "应发日期", "按政策应发之日"),
        money("subsidy_paid", "已发补贴", "截至本期末累计发放"),
        day("subsidy_paid_on", "发放日期", "最近一次发放之日"),
        *EVIDENCE,
    ),
    key=("talent_id",), ordered=(("arrived_on", "left_on"),),
    proof="合同、认定文件、发放凭证", filed_by="人才工作单位", ended_by="left_on",
)  # fmt: skip

TALENT_SERVICES = Table(
    "talent_services", "人才服务", "“一站式”服务事项，一件一行",
    (
        code("service_id", "事项编号", "自编，不重复，各季不变"),
        code("talent_id", "人才编号", "“人才”表中的编号"),
        choice("kind", "服务种类", "就医 子女入学 配偶就业 虚拟账户 补贴申领 其他", "方案四（六）所列服务"),
        day("requested_on", "提出日期", "提出申请之日", True),
        day("finished_on", "办结日期", "办结之日；未办结的留空"),
        unit("handled_by", "承办单位", "责任单位之一", True),
        *EVIDENCE,
    ),
    key=("service_id",), ordered=(("requested_on", "finished_on"),),
    proof="受理和办结单", filed_by="“一站式”服务窗口所在单位", ended_by="finished_on",
)  # fmt: skip
