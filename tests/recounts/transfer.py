"""创新主体 and 成果转化 a second time: platforms, partnerships, and achievements from registration to production."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date
from typing import Any

from recomputation import PLAN_START, Row, quarter_end
from recounts.filings import Known, quarter_of
from recounts.firms import within
from recounts.survival import wilson

STAGES = ("登记", "签约", "到账", "投产")
STATES = ("已运行", "已签约未运行", "仅有协议", "已终止")


def same_name(name: str) -> str:
    """A name without blanks and full-width forms: only equal ones are one body."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def past(when: date | None, end: date) -> date | None:
    """A day, unless it is still to come."""
    return when if when is not None and when <= end else None


def platforms(known: Known, quarter: str) -> list[Row]:
    """Platforms recognised by the quarter's end, each number once."""
    end, found = quarter_end(quarter), []
    inside = known.inside(end)
    hosts = {same_name(line["企业名称"]): line["企业代码"] in inside for line in known.believed("企业")}
    words = {True: "谷内企业", False: "企业台账中，期末不在谷内", None: "不在企业台账"}
    filers = known.filers("平台")
    for line in known.believed("平台"):
        recognised, revoked = line.day("认定日期"), line.day("撤销日期")
        if recognised is not None and recognised <= end:
            found.append({
                "platform_id": line["平台编号"], "name": line["平台名称"], "kind": line["平台种类"],
                "level": line["级别"], "issuer": line["认定机关"], "document_number": line["认定文号"],
                "host": line["依托单位"], "host_place": words[hosts.get(same_name(line["依托单位"]))],
                "recognised_on": recognised, "revoked_on": revoked, "standing": "撤销" if past(revoked, end) else "在册",
                "existing": recognised < PLAN_START, "unit_id": line.unit,
                "also_filed_by": filers[line.key][1:],
            })  # fmt: skip
    return found


def partnerships(known: Known, quarter: str) -> list[Row]:
    """Partnerships signed by the quarter's end: their days as they are known, their state on its last day."""
    end, found = quarter_end(quarter), []
    regions = {name: region for region, names in known.decision("university_regions").items() for name in names}
    for line in known.believed("市校合作"):
        signed, operating, ended = (line.day(name) for name in ("签约日期", "运行日期", "终止日期"))
        if signed is None or signed > end:
            continue
        if past(ended, end):
            state = "已终止"
        elif line["合作形式"] == "合作协议":
            state = "仅有协议"
        else:
            state = "已运行" if past(operating, end) else "已签约未运行"
        found.append({
            "partnership_id": line["合作编号"], "university": line["高校"],
            "region": regions.get(line["高校"], "未定"), "partner": line["合作主体"], "form": line["合作形式"],
            "signed_on": signed, "operating_on": operating, "ended_on": ended, "state": state, "unit_id": line.unit,
        })  # fmt: skip
    return found


def achievements(known: Known, quarter: str) -> list[Row]:
    """What was registered or signed by the quarter's end, and how far it had come by what was filed until then.

    Signing is dated, so the last row known tells it; the stage beyond and the money are told only to the quarter, so
    the row filed by then does. Something that only a later filing tells of was signed, and nothing more is known.
    """
    end, found = quarter_end(quarter), []
    for rows in known.history("成果").values():
        last, by_then = rows[-1], [row for row in rows if row.period <= quarter]
        signed = last["转化阶段"] != "登记" and within(last.day("转化日期"), date.min, end)
        base = by_then[-1] if by_then else last
        on = last.day("转化日期") if signed else base.day("转化日期")
        if not signed and base["转化阶段"] != "登记" and by_then:
            earlier = [row for row in by_then if row["转化阶段"] == "登记"]
            base, on = (earlier[-1], earlier[-1].day("转化日期")) if earlier else (base, on)
        if on is None or on > end:
            continue
        stage = base["转化阶段"] if by_then else ("签约" if signed else "登记")
        stage = "签约" if signed and stage == "登记" else stage
        found.append({
            "id": last["成果编号"], "provider": base["成果来源"], "receiver": base["承接单位"], "stage": stage, "on": on,
            "industry": base["所属产业"], "contract": base.amount("合同金额"),
            "received": base.amount("到账金额") if by_then else None,
        })  # fmt: skip
    return found


def at_least(items: list[Row], stage: str) -> list[Row]:
    """Those that reached a stage or went beyond."""
    return [row for row in items if STAGES.index(row["stage"]) >= STAGES.index(stage)]


def stated(values: list[Any]) -> float | None:
    """The sum of what is stated; nothing stated is not zero."""
    told = [value for value in values if value is not None]
    return sum(told) if told else None


def universities(known: Known, quarter: str) -> list[Row]:
    """Each university with a partnership, and the achievements that bear its name or that of one of its partners."""
    own: dict[str, list[Row]] = {}
    for row in partnerships(known, quarter):
        own.setdefault(row["university"], []).append(row)
    everything, found = achievements(known, quarter), []
    for university, rows in own.items():
        names = {same_name(university), *(same_name(row["partner"]) for row in rows)}
        made = [row for row in everything if same_name(row["provider"]) in names]
        contracts, first = at_least(made, "签约"), min(row["signed_on"] for row in rows)
        found.append({
            "university": university, "region": rows[0]["region"], "partnerships": len(rows),
            **{state: sum(row["state"] == state for row in rows) for state in STATES}, "first_signed_on": first,
            "achievements": len(made), "contracts": len(contracts),
            "since_signing": sum(row["on"] >= first for row in contracts),
            "received": len(at_least(made, "到账")), "producing": len(at_least(made, "投产")),
            "contract_amount": stated([row["contract"] for row in contracts]),
            "received_amount": stated([row["received"] for row in contracts]),
        })  # fmt: skip
    return found


def funnel(known: Known, quarter: str) -> list[Row]:
    """How many reached each stage, and the share of the stage before that went on."""
    items, before, found = achievements(known, quarter), 0, []
    confidence = known.decision("survival_reading")["confidence"]
    for stage in STAGES:
        own = at_least(items, stage)
        low, high = wilson(len(own), before, confidence) if before else (None, None)
        found.append({"stage": stage, "reached": len(own), "since_start": sum(row["on"] >= PLAN_START for row in own),
                      "previous": before, "share": len(own) / before if before else None, "low": low, "high": high})  # fmt: skip
        before = len(own)
    return found


def cohorts(known: Known, quarter: str) -> list[Row]:
    """Contracts by the quarter they were signed in: what was agreed, and what of it is on record as received.

    A blank 到账金额 is a contract without a payment on record, so it adds nothing to the share.
    """
    by_quarter: dict[str, list[Row]] = {}
    for row in at_least(achievements(known, quarter), "签约"):
        by_quarter.setdefault(quarter_of(row["on"]), []).append(row)
    found = []
    for each, own in sorted(by_quarter.items()):
        agreed = stated([row["contract"] for row in own])
        of_these = sum(row["received"] or 0 for row in own if row["contract"] is not None)
        found.append({
            "quarter": each, "contracts": len(own), "amount_stated": sum(row["contract"] is not None for row in own),
            "contract_amount": agreed, "received": len(at_least(own, "到账")),
            "received_stated": sum(row["received"] is not None for row in own),
            "received_amount": stated([row["received"] for row in own]),
            "received_share": of_these / agreed if agreed else None,
        })  # fmt: skip
    return found


def sources(known: Known, quarter: str) -> list[Row]:
    """Who provides: achievements, contracts, their share in all contracts, money."""
    items = achievements(known, quarter)
    contracts = at_least(items, "签约")
    found = []
    for provider, number in Counter(row["provider"] for row in items).items():
        own = [row for row in contracts if row["provider"] == provider]
        found.append({
            "provider": provider, "achievements": number, "contracts": len(own),
            "share": len(own) / len(contracts) if contracts else None,
            "contract_amount": stated([row["contract"] for row in own]),
            "received_amount": stated([row["received"] for row in own]),
        })  # fmt: skip
    return found


def receivers(known: Known, quarter: str) -> list[Row]:
    """Whether those who take contracts over bear the name of a firm that was in the valley on the day of signing."""
    firms: dict[str, list[tuple[date | None, date | None]]] = {}
    for line in known.believed("企业"):
        firms.setdefault(same_name(line["企业名称"]), []).append((line.day("入驻日期"), line.day("迁出日期")))
    places: dict[str, list[Row]] = {}
    for row in at_least(achievements(known, quarter), "签约"):
        spells = firms.get(same_name(row["receiver"]))
        here = any(begun and begun <= row["on"] and (not left or left > row["on"]) for begun, left in spells or [])
        place = "不在企业台账" if spells is None else "签约时在谷内" if here else "在企业台账，签约时不在谷内"
        places.setdefault(place, []).append(row)
    return [
        {"place": place, "contracts": len(own), "contract_amount": stated([row["contract"] for row in own]),
         "received_amount": stated([row["received"] for row in own])}
        for place, own in places.items()
    ]  # fmt: skip
