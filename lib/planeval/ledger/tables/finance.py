"""Funds, investments and loans: 基金, 投资, 信贷."""

from __future__ import annotations

from planeval.ledger.tables.columns import (
    ENTERPRISE_ID,
    EVIDENCE,
    Table,
    choice,
    code,
    day,
    money,
    text,
)

FUNDS = Table(
    "funds", "基金", "科技创新基金的规模记录：公告、首期、备案、实缴各记一行",
    (
        code("fund_id", "基金编号", "备案编码或自编编号"),
        text("name", "基金名称", "基金全称", True),
        choice("record", "记录种类", "公告 首期 备案 实缴", "这一行是哪一种规模"),
        day("recorded_on", "记录日期", "公告、备案或到账之日", True),
        money("amount", "金额", "公告、首期、备案记规模，实缴记本次到账", True),
        money("fiscal_amount", "其中财政资金", "金额中来自财政的部分"),
        text("manager", "管理人", "基金管理人", True),
        code("document_number", "文号或凭证号", "公告文号、备案编码或到账凭证号"),
        *EVIDENCE,
    ),
    key=("fund_id", "record", "document_number"),
    proof="公告、备案证明、到账凭证",
    filed_by="管理基金的单位",
)  # fmt: skip

INVESTMENTS = Table(
    "investments", "投资", "基金投出的项目，一笔投资一行；退出在同一行补填",
    (
        code("investment_id", "投资编号", "自编，不重复，各季不变"),
        code("fund_id", "基金编号", "“基金”表中的编号"),
        ENTERPRISE_ID,
        choice("stage", "投资阶段", "种子 天使 科创 产业", "方案四（五）所列阶段"),
        day("invested_on", "投资日期", "第一笔款到企业之日", True),
        money("amount", "投资金额", "基金投出的金额", True),
        money("social_capital", "同轮社会资本", "同一轮中基金以外投入的金额"),
        money("valuation", "期末估值", "经审计或双方确认的持有价值；没有的留空"),
        day("exited_on", "退出日期", "股权全部转出之日；未退出的留空"),
        money("exit_amount", "退出金额", "截至本期末累计收回的金额"),
        money("reinvested_amount", "退出再投金额", "收回后再次投出的金额"),
        *EVIDENCE,
    ),
    key=("investment_id",), ordered=(("invested_on", "exited_on"),),
    proof="投资协议、付款和收款凭证", filed_by="管理基金的单位", ended_by="exited_on",
)  # fmt: skip

CREDIT = Table(
    "credit", "信贷", "银行对科技型企业的贷款，一笔一行",
    (
        code("loan_id", "贷款编号", "借据号或自编编号，各季不变"),
        ENTERPRISE_ID,
        text("bank", "银行", "放款银行", True),
        choice("kind", "贷款种类", "信用 知识产权质押 抵押 保证 其他", "担保方式"),
        choice("firm_type", "企业类型", "高新技术企业 科技型中小企业 专精特新企业 其他", "放款时的类型，都有的按前者"),
        day("granted_on", "放款日期", "放款之日", True),
        money("amount", "贷款金额", "放款金额", True),
        money("balance", "期末余额", "季末未还余额"),
        day("due_on", "到期日期", "合同约定的到期日"),
        day("repaid_on", "结清日期", "全部还清之日；未结清的留空"),
        *EVIDENCE,
    ),
    key=("loan_id",), ordered=(("granted_on", "due_on"), ("granted_on", "repaid_on")),
    proof="借款合同或放款凭证", filed_by="汇总金融机构数据的单位", ended_by="repaid_on",
)  # fmt: skip
