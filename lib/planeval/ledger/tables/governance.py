"""Milestones, policies, publicity and dispatch: 任务节点, 政策, 宣传, 督办."""

from __future__ import annotations

from planeval.ledger.tables.columns import (
    EVIDENCE,
    Column,
    Table,
    choice,
    code,
    count,
    day,
    money,
    quarter,
    text,
    unit,
)

MILESTONES = Table(
    "milestones", "任务节点", "重点任务分解出的节点，一个节点一行",
    (
        code("milestone_id", "节点编号", "自编，不重复，各季不变"),
        Column("task", "重点任务", "task", "方案第四部分的任务", True),
        text("work_item", "工作事项", "方案条款中的事项", True),
        text("name", "节点名称", "可以验收的结果", True),
        unit("lead_unit", "牵头单位", "责任单位之一", True),
        Column("supporting_units", "配合单位", "units", "用顿号分开；没有的留空"),
        day("due_on", "完成时限", "计划完成之日", True),
        day("finished_on", "完成日期", "实际完成之日；未完成的留空"),
        text("progress_note", "进展", "一句话说明进展"),
        *EVIDENCE,
    ),
    key=("milestone_id",),
    proof="验收材料",
    filed_by="全部责任单位",
    ended_by="finished_on",
)  # fmt: skip

POLICIES = Table(
    "policies", "政策", "支持政策及其兑现，一项政策一季一行",
    (
        code("policy_id", "政策编号", "自编，不重复，各季不变"),
        quarter("例如 2026Q3"),
        text("name", "政策名称", "文件名称或条款名称", True),
        code("document_number", "文号", "没有文号的写“无”"),
        unit("owner", "落实主体", "责任单位之一", True),
        day("effective_on", "起施行日期", "文件写明的日期", True),
        day("expires_on", "失效日期", "文件写明的日期；没有的留空"),
        day("review_due_on", "应复评日期", "按规定应评价、修订之日"),
        day("reviewed_on", "复评日期", "实际评价之日；没有的留空"),
        count("eligible", "应享户数", "户", "符合条件的企业或人才数"),
        count("beneficiaries", "实享户数", "户", "截至本期末已享受的数"),
        money("amount_due", "应兑金额", "截至本期末应兑现的金额"),
        money("amount_paid", "已兑金额", "截至本期末已兑现的金额"),
        choice("proposal", "废改立建议", "保留 修订 废止 新立", "本季的建议", False),
        text("proposal_reason", "建议理由", "建议修订、废止或新立的理由"),
        *EVIDENCE,
    ),
    key=("policy_id", "quarter"), ordered=(("effective_on", "expires_on"),),
    proof="文件、兑现凭证、评价报告", filed_by="政策落实主体", repeated=True,
)  # fmt: skip

PUBLICITY = Table(
    "publicity", "宣传", "报道和推广，一篇或一场一行",
    (
        code("item_id", "宣传编号", "自编，不重复"),
        text("title", "标题", "报道或会议的名称", True),
        choice("medium", "媒体种类", "报刊 网络 电视 推进会 交流会 其他", "方案五（四）所列种类"),
        choice("level", "媒体级别", "国家级 省级 市级 其他", "媒体或会议的级别"),
        text("outlet", "媒体名称", "刊播的媒体或主办单位", True),
        day("published_on", "刊播日期", "刊播或召开之日", True),
        *EVIDENCE,
    ),
    key=("item_id",), proof="版面、网址或会议通知", filed_by="组织宣传的单位",
)  # fmt: skip

DISPATCH = Table(
    "dispatch", "督办", "督办事项的每一次状态变化，一次一行，只增不改",
    (
        code("order_id", "督办编号", "由工作专班编发"),
        day("changed_on", "日期", "状态变化之日", True),
        choice("state", "状态", "收集 交办 解决 督办 销号", "收集—交办—解决—督办—销号"),
        text("source", "来源条款", "方案条款、指标或节点编号", True),
        text("content", "事项", "一事一单，写明要做什么", True),
        unit("lead_unit", "承办单位", "责任单位之一", True),
        day("due_on", "办结时限", "要求办结之日", True),
        text("feedback", "反馈", "本次反馈的内容"),
        text("author", "填写人", "写单位和岗位，不写手机号", True),
        *EVIDENCE,
    ),
    key=("order_id", "changed_on", "state"), proof="交办单、反馈件", filed_by="承办单位和工作专班",
)  # fmt: skip
