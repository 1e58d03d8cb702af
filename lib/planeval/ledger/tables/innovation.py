"""Platforms, partnerships, achievements and events: 平台, 市校合作, 成果, 活动."""

from __future__ import annotations

from planeval.ledger.tables.columns import (
    EVIDENCE,
    INDUSTRY,
    Table,
    choice,
    code,
    count,
    day,
    money,
    text,
)

PLATFORMS = Table(
    "platforms", "平台", "创新平台，一个平台一行（两块牌子只算一个平台）",
    (
        code("platform_id", "平台编号", "自编，不重复，各季不变"),
        text("name", "平台名称", "认定文件上的名称", True),
        choice("kind", "平台种类", "重点实验室 技术创新中心 工程研究中心 企业技术中心 中试基地 新型研发机构 其他",
                "方案四（二）所列种类"),
        choice("level", "级别", "国家级 省级 市级", "认定级别"),
        text("issuer", "认定机关", "认定的机关", True),
        code("document_number", "认定文号", "认定文件的文号"),
        day("recognised_on", "认定日期", "认定文件的日期", True),
        day("revoked_on", "撤销日期", "被撤销、摘牌之日"),
        text("host", "依托单位", "建设平台的企业或院所", True),
        *EVIDENCE,
    ),
    key=("platform_id",),
    ordered=(("recognised_on", "revoked_on"),),
    proof="认定文件",
    filed_by="各类平台的主管单位",
    ended_by="revoked_on",
)  # fmt: skip

PARTNERSHIPS = Table(
    "partnerships", "市校合作", "市校合作主体，一个主体一行",
    (
        code("partnership_id", "合作编号", "自编，不重复，各季不变"),
        text("university", "高校", "合作高校的全称", True),
        text("partner", "合作主体", "落地的研究院、中心或企业", True),
        choice("form", "合作形式", "实体机构 合作协议", "是否设立了实体"),
        day("signed_on", "签约日期", "协议签署之日", True),
        day("operating_on", "运行日期", "实体挂牌并开展工作之日；尚未运行的留空"),
        day("ended_on", "终止日期", "协议终止或实体撤销之日"),
        code("agreement_number", "协议编号", "协议或批复的编号"),
        *EVIDENCE,
    ),
    key=("partnership_id",),
    ordered=(("signed_on", "operating_on"), ("signed_on", "ended_on")),
    proof="协议、挂牌文件",
    filed_by="组织市校合作的单位",
    ended_by="ended_on",
)  # fmt: skip

ACHIEVEMENTS = Table(
    "achievements", "成果", "推广转化的科技成果，一项一行",
    (
        code("achievement_id", "成果编号", "登记编号或自编编号，各季不变"),
        text("name", "成果名称", "登记或合同上的名称", True),
        text("provider", "成果来源", "提供成果的高校、院所或企业", True),
        text("receiver", "承接单位", "承接转化的企业", True),
        choice("stage", "转化阶段", "登记 签约 到账 投产", "到本期末达到的阶段"),
        day("landed_on", "转化日期", "签约（或登记）之日", True),
        money("contract_amount", "合同金额", "合同约定金额"),
        money("received_amount", "到账金额", "截至本期末累计到账"),
        INDUSTRY,
        *EVIDENCE,
    ),
    key=("achievement_id",),
    proof="登记证明、合同、到账凭证",
    filed_by="管理成果转化的单位",
)  # fmt: skip

EVENTS = Table(
    "events", "活动", "科创活动，一场一行",
    (
        code("event_id", "活动编号", "自编，不重复"),
        text("name", "活动名称", "通知或议程上的名称", True),
        choice("kind", "活动种类", "产业对接会 科技论坛 投融资对接 其他", "方案一所列种类"),
        day("held_on", "举办日期", "第一天的日期", True),
        text("place", "地点", "举办地点", True),
        text("organiser", "主办单位", "通知上的主办单位", True),
        count("participants", "参加人数", "人", "签到人数"),
        *EVIDENCE,
    ),
    key=("event_id",),
    proof="通知、签到表、新闻稿",
    filed_by="主办或承办活动的单位",
)  # fmt: skip
