"""科技金融 and 政策 a second time: the fund from announced to paid in, investments, loans, and what policies paid."""

from __future__ import annotations

from datetime import date

from recomputation import PLAN_START, Row, quarter_end, year_later
from recounts.filings import Known, Line, quarter_of, quarter_start, quarters
from recounts.firms import within
from recounts.people import as_filed
from recounts.survival import wilson

RECORDS = ("公告", "首期", "备案", "实缴")
STAGES = ("种子", "天使", "科创", "产业")
LOAN_KINDS = ("信用", "知识产权质押", "抵押", "保证", "其他")
FIRM_TYPES = ("高新技术企业", "科技型中小企业", "专精特新企业", "其他")


def records(known: Known, quarter: str) -> list[Line]:
    """Every record of a fund dated by the quarter's end, by day."""
    end = quarter_end(quarter)
    dated = [line for line in known.believed("基金") if within(line.day("记录日期"), date.min, end)]
    return sorted(dated, key=lambda line: str(line.day("记录日期")))


def scales(known: Known, quarter: str) -> list[Row]:
    """Each fund's four scales: rows added, and 撬动 from those that say how much of them is public money."""
    told, found = records(known, quarter), []
    for fund in sorted({line["基金编号"] for line in told}):
        of_fund = [line for line in told if line["基金编号"] == fund]
        for kind in RECORDS:
            own = [line for line in of_fund if line["记录种类"] == kind]
            stated = [line for line in own if line.amount("其中财政资金") is not None]
            row: Row = {"fund_id": fund, "name": of_fund[-1]["基金名称"], "record": kind, "rows": len(own),
                        "first_on": None, "last_on": None, "amount": None, "fiscal_stated": len(stated),
                        "with_fiscal": None, "fiscal_amount": None, "social_amount": None, "leverage": None}  # fmt: skip
            if own:
                row |= {"first_on": own[0].day("记录日期"), "last_on": own[-1].day("记录日期"),
                        "amount": sum(line["金额"] for line in own)}  # fmt: skip
            if stated:
                whole, public = (sum(line[column] for line in stated) for column in ("金额", "其中财政资金"))
                row |= {"with_fiscal": whole, "fiscal_amount": public, "social_amount": whole - public,
                        "leverage": (whole - public) / public if public else None}  # fmt: skip
            found.append(row)
    return found


def investments(known: Known, quarter: str) -> list[Row]:
    """Investments made by the quarter's end, with what was said of them by then."""
    end, found = quarter_end(quarter), []
    said = {line.key: line for line in as_filed(known, "投资", quarter)}
    for latest in known.believed("投资"):
        line = said.get(latest.key, latest)
        if not within(line.day("投资日期"), date.min, end):
            continue
        row: Row = {"stage": line["投资阶段"], "firm": line["企业代码"], "on": line.day("投资日期"),
                    "amount": line["投资金额"], "social": line.amount("同轮社会资本"),
                    "valuation": None, "exited": None, "back": None, "again": None}  # fmt: skip
        if latest.key in said:
            row["valuation"] = line.amount("期末估值")
            if line.day("退出日期") is None or within(line.day("退出日期"), date.min, end):
                row |= {"exited": line.day("退出日期"), "back": line.amount("退出金额"),
                        "again": line.amount("退出再投金额")}  # fmt: skip
        found.append(row)
    return found


def stages(known: Known, quarter: str) -> list[Row]:
    """Investments by the plan's four stages; social capital beside the fund's own money of the rounds that state it."""
    made, found = investments(known, quarter), []
    whole = sum(row["amount"] for row in made)
    for stage in STAGES:
        own = [row for row in made if row["stage"] == stage]
        stated = [row for row in own if row["social"] is not None]
        amount, beside = sum(row["amount"] for row in own), sum(row["amount"] for row in stated)
        social = sum(row["social"] for row in stated)
        found.append({
            "stage": stage, "investments": len(own), "firms": len({row["firm"] for row in own}), "amount": amount,
            "share": amount / whole if whole else None, "social_stated": len(stated),
            "beside_social": beside if stated or not own else None, "social_capital": social if stated or not own else None,
            "social_ratio": social / beside if beside else None,
            "exited": sum(row["exited"] is not None for row in own),
            "valued": sum(row["exited"] is None and row["valuation"] is not None for row in own),
        })  # fmt: skip
    return found


def returns(known: Known, quarter: str) -> list[Row]:
    """What was paid in, put out, came back and is still held; DPI, RVPI and TVPI by the decision on fund_reading.

    The decision: what came back and did not go out again is taken as distributed; an investment without a valuation is
    worth its cost less what came back; what was paid in and not invested is still in the fund.
    """
    made, reading = investments(known, quarter), known.decision("fund_reading")
    paid = [line for line in records(known, quarter) if line["记录种类"] == "实缴"]
    paid_in, since = sum(line["金额"] for line in paid), paid[0].day("记录日期") if paid else None
    gone = [row for row in made if row["exited"]]
    held = [row for row in made if not row["exited"]]
    valued = [row for row in held if row["valuation"] is not None]
    invested = sum(row["amount"] for row in made)
    returned, again = sum(row["back"] or 0 for row in made), sum(row["again"] or 0 for row in made)
    worth = sum(row["valuation"] for row in valued)
    unvalued = sum(row["amount"] - (row["back"] or 0) for row in held if row["valuation"] is None)
    row: Row = {
        "paid_in": paid_in, "since": since, "invested": invested,
        "cost_of_exits": sum(row["amount"] for row in gone), "exits": len(gone),
        "unstated_exits": sum(row["back"] is None for row in gone), "partial": sum(bool(row["back"]) for row in held),
        "returned": returned, "reinvested": again, "recycled": again / returned if returned else None,
        "held": len(held), "valued": len(valued), "valuations": worth, "unvalued_cost": unvalued,
        "distributed": None, "cash": None, "residual": None, "dpi": None, "rvpi": None, "tvpi": None, "young": False,
    }  # fmt: skip
    if paid and since:
        assert (reading["distributed"], reading["unvalued"], reading["cash"]) == (
            "exits_less_reinvested", "at_cost", "counted",
        )  # fmt: skip
        back, cash = returned - again, paid_in - invested + again
        residual = worth + unvalued + cash
        row |= {"distributed": back, "cash": cash, "residual": residual, "dpi": back / paid_in,
                "rvpi": residual / paid_in, "tvpi": (back + residual) / paid_in,
                "young": year_later(since, reading["j_curve_years"]) > quarter_end(quarter)}  # fmt: skip
    return [row]


def loans(known: Known, quarter: str) -> list[Row]:
    """Loans granted by the quarter's end, with what was said of them by then."""
    end, found = quarter_end(quarter), []
    said = {line.key: line for line in as_filed(known, "信贷", quarter)}
    for latest in known.believed("信贷"):
        line = said.get(latest.key, latest)
        granted = line.day("放款日期")
        if granted is None or granted > end:
            continue
        told = latest.key in said
        repaid, due = line.day("结清日期") if told else None, line.day("到期日期")
        is_open = repaid is None or repaid > end
        found.append({
            "kind": line["贷款种类"], "type": line["企业类型"], "firm": line["企业代码"], "amount": line["贷款金额"],
            "granted": granted, "open": is_open, "balance": line.amount("期末余额") if told else None,
            "overdue": is_open and due is not None and due < end,
        })  # fmt: skip
    return found


def _loans_by(known: Known, quarter: str, column: str, groups: tuple[str, ...]) -> list[Row]:
    found = []
    for group in groups:
        own = [row for row in loans(known, quarter) if row[column] == group]
        new, still = [row for row in own if row["granted"] >= PLAN_START], [row for row in own if row["open"]]
        found.append({
            "group": group, "loans": len(own), "firms": len({row["firm"] for row in own}),
            "amount": sum(row["amount"] for row in own), "new_loans": len(new),
            "new_amount": sum(row["amount"] for row in new), "open": len(still),
            "balance": sum(row["balance"] or 0 for row in still),
            "unstated": sum(row["balance"] is None for row in still), "overdue": sum(row["overdue"] for row in still),
        })  # fmt: skip
    return found


def credit_kinds(known: Known, quarter: str) -> list[Row]:
    """Loans by what secures them."""
    return _loans_by(known, quarter, "kind", LOAN_KINDS)


def credit_firms(known: Known, quarter: str) -> list[Row]:
    """Loans by the type of firm."""
    return _loans_by(known, quarter, "type", FIRM_TYPES)


def grants(known: Known, quarter: str) -> list[Row]:
    """Granted in each quarter, and owed at its end as it was filed by then."""
    everything, found = known.believed("信贷"), []
    for each in quarters(quarter_of(PLAN_START), quarter):
        first, last = quarter_start(each), quarter_end(each)
        new = [line for line in everything if within(line.day("放款日期"), max(first, PLAN_START), last)]
        row: Row = {"period": each, "loans": len(new), "amount": sum(line["贷款金额"] for line in new),
                    "open": None, "balance": None, "unstated": None}  # fmt: skip
        if known.filed("信贷", each):
            still = [loan for loan in loans(known, each) if loan["open"]]
            row |= {"open": len(still), "balance": sum(loan["balance"] or 0 for loan in still),
                    "unstated": sum(loan["balance"] is None for loan in still)}  # fmt: skip
        found.append(row)
    return found


def review_state(due: date | None, done: date | None, end: date) -> str:
    """Whether a policy's review was held by the day it was due."""
    if due is None:
        return "没有应评日期"
    if done is not None and done <= end:
        return "按期复评" if done <= due else "逾期复评"
    return "逾期未评" if due <= end else "未到期"


def policies(known: Known, quarter: str) -> list[Row]:
    """Each policy's last row for a quarter up to this one: who can claim and does, due and paid, review, proposal."""
    end, latest = quarter_end(quarter), {}
    for line in sorted(known.believed("政策"), key=lambda line: line["所属季度"]):
        if line["所属季度"] <= quarter:
            latest[line["政策编号"]] = line
    fields = {policy: name for name, ids in known.decision("policy_fields").items() for policy in ids}
    confidence, found = known.decision("survival_reading")["confidence"], []
    for policy, line in latest.items():
        begins, ends = line.day("起施行日期"), line.day("失效日期")
        state = "未施行" if begins and begins > end else "已失效" if ends and ends <= end else "施行中"
        can, do, owed, paid = (line.amount(name) for name in ("应享户数", "实享户数", "应兑金额", "已兑金额"))
        share = do / can if can and do is not None and do <= can else None
        low, high = (
            wilson(int(do), int(can), confidence) if share is not None and can and do is not None else (None,) * 2
        )
        reviewed = line.day("复评日期")
        found.append({
            "policy_id": policy, "name": line["政策名称"], "document_number": line["文号"],
            "owner": known.unit_ids[line["落实主体"]], "effective_on": begins, "expires_on": ends, "state": state,
            "quarter": line["所属季度"], "stale": state == "施行中" and line["所属季度"] != quarter,
            "field": fields.get(policy), "eligible": can, "beneficiaries": do, "coverage": share, "low": low,
            "high": high, "amount_due": owed, "amount_paid": paid,
            "delivery": paid / owed if owed and paid is not None and paid <= owed else None,
            "per_beneficiary": paid / do if do and paid is not None else None,
            "review_due_on": line.day("应复评日期"), "reviewed_on": reviewed,
            "review": review_state(line.day("应复评日期"), reviewed, end), "proposal": line.text("废改立建议"),
            "proposal_reason": line.text("建议理由"), "evidence": line.text("佐证材料"),
        })  # fmt: skip
    return found


def rate_of_exits(known: Known, quarter: str) -> list[Row]:
    """What was sold: money back ÷ money out, the days between, and no yearly rate below the decided number of days."""
    gone = [row for row in investments(known, quarter) if row["exited"] and row["back"]]
    if not gone:
        return []
    days = (max(row["exited"] for row in gone) - min(row["on"] for row in gone)).days
    assert days < known.decision("fund_reading")["least_days"]  # else the rate r with Σ flow / (1 + r)^(days/365) = 0
    return [{"multiple": sum(r["back"] for r in gone) / sum(r["amount"] for r in gone), "days": days, "rate": None}]
