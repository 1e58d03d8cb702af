"""What theme pages show beside the published tables, a second time: groups of platforms, policies, lags, resources."""

from __future__ import annotations

import math
from datetime import date

from recomputation import PLAN_START, Row, earlier, quarter_end
from recounts.clusters import revenue, window
from recounts.counting import admitted, columns_of, stands, start_of
from recounts.filings import SHEET_OF, Known, Line, params_of, quarter_of, quarter_start, quarters
from recounts.firms import within
from recounts.money import policies
from recounts.people import as_filed
from recounts.places import buildings
from recounts.survival import Times, curve_rows, followed, median, steps
from recounts.transfer import STATES, achievements, at_least, platforms, stated, universities

KINDS = ("重点实验室", "技术创新中心", "工程研究中心", "企业技术中心", "中试基地", "新型研发机构", "其他")
LEVELS = ("国家级", "省级", "市级")
ENOUGH = 5


def standing(known: Known, quarter: str) -> list[Row]:
    """Platforms in 在册."""
    return [row for row in platforms(known, quarter) if row["standing"] == "在册"]


def platform_kinds(known: Known, quarter: str) -> list[Row]:
    """Platforms by kind: standing ones by level and age, and revoked ones."""
    everything, found = platforms(known, quarter), []
    for kind in KINDS:
        own = [row for row in standing(known, quarter) if row["kind"] == kind]
        old = sum(row["existing"] for row in own)
        found.append({
            "kind": kind, **{level: sum(row["level"] == level for row in own) for level in LEVELS},
            "standing": len(own), "existing": old, "new": len(own) - old,
            "revoked": sum(row["kind"] == kind for row in everything) - len(own),
        })  # fmt: skip
    return found


def _grouped(known: Known, quarter: str, column: str) -> list[Row]:
    names: dict[str, list[str]] = {}
    for row in standing(known, quarter):
        names.setdefault(row[column], []).append(row["name"])
    return [{column: each, "platforms": len(own), "names": own} for each, own in names.items()]


def issuers(known: Known, quarter: str) -> list[Row]:
    """Standing platforms by who recognised them."""
    return _grouped(known, quarter, "issuer")


def host_places(known: Known, quarter: str) -> list[Row]:
    """Standing platforms by whether their host is in the valley."""
    return _grouped(known, quarter, "host_place")


def regions(known: Known, quarter: str) -> list[Row]:
    """Universities and partnerships by region, 未定 last."""
    table, found = universities(known, quarter), []
    for region in (*known.decision("university_regions"), "未定"):
        own = [row for row in table if row["region"] == region]
        summed = ("partnerships", *STATES, "achievements", "contracts")
        found.append({"region": region, "universities": len(own), **{c: sum(row[c] for row in own) for c in summed}})
    return found


def fields(known: Known, quarter: str) -> list[Row]:
    """The policies of each of the plan's five fields."""
    table, found = {row["policy_id"]: row for row in policies(known, quarter)}, []
    for field, ids in known.decision("policy_fields").items():
        own = [table[id] for id in ids if id in table]
        found.append({
            "field": field, "policies": len(own), "names": [row["name"] for row in own],
            **{c: stated([row[c] for row in own]) for c in ("eligible", "beneficiaries", "amount_due", "amount_paid")},
            "unknown": [id for id in ids if id not in table],
        })  # fmt: skip
    return found


def effects(known: Known, quarter: str) -> list[Row]:
    """Up to four whole quarters since a policy came into force beside the same quarters a year earlier."""
    outcomes, found = known.decision("policy_effect")["outcomes"], []
    for row in policies(known, quarter):
        if row["policy_id"] not in outcomes:
            continue
        outcome, began = outcomes[row["policy_id"]], quarter_of(row["effective_on"])
        whole = quarters(began, "2099Q4")[0 if quarter_start(began) == row["effective_on"] else 1]
        after = [each for each in quarters(whole, quarter)][:4]
        before = [earlier(each, 4) for each in after]

        def new_in(each: str, outcome: Row = outcome) -> float:
            return _to_date(known, outcome, each) - _to_date(known, outcome, earlier(each, 1))

        sheet_filed = [known.filed(SHEET_OF[outcome["rule"]["table"]], each) for each in (*before, *after)]
        told = bool(after) and all(sheet_filed)
        sums = [sum(map(new_in, part)) if told else None for part in (before, after)]
        found.append({
            "policy_id": row["policy_id"], "name": row["name"], "outcome": outcome["name"], "unit": outcome["unit"],
            "effective_on": row["effective_on"], "quarters": len(after), "after_from": after[0] if after else None,
            "after_to": after[-1] if after else None, "before": sums[0], "after": sums[1],
        })  # fmt: skip
    return found


def _to_date(known: Known, outcome: Row, quarter: str) -> float:
    """What is dated up to a quarter's end, whether that quarter was filed or not."""
    rule = outcome["rule"]
    lines = [line for line in admitted(known, rule) if stands(known, rule, line, start_of(known), quarter_end(quarter))]
    names = columns_of(known.root)[lines[0].sheet] if lines else {}
    if "sum" in rule:
        return sum(line.amount(names[rule["sum"]]) or 0 for line in lines)
    return float(len({line[names[rule["distinct"]]] for line in lines}))


def unevenness(known: Known, quarter: str) -> list[Row]:
    """Theil's T over earning firms = Σ s ln(s n), and its part between industries = Σ s_g ln(s_g n / n_g)."""
    earned = revenue(known, window(known, quarter))
    of = {line["企业代码"]: line["所属产业"] for line in known.believed("企业")}
    whole, n = sum(earned.values()), len(earned)
    total = sum(x / whole * math.log(x / whole * n) for x in earned.values() if x)
    between = 0.0
    for industry in set(of.values()):
        own = [amount for firm, amount in earned.items() if of[firm] == industry]
        if sum(own):
            between += sum(own) / whole * math.log(sum(own) / whole * n / len(own))
    return [{"firms": n, "total": total, "between": between}]


def unplaced(known: Known, quarter: str) -> list[Row]:
    """Firms of each chain that leave their link blank or name one that is not listed."""
    decided, found = known.decision("chain_links"), []
    for industry in params_of(known.root, "plan")["industries"]:
        for chain in industry["chains"]:
            own = [line for line in known.inside(quarter_end(quarter)).values()
                   if (line["所属产业"], line["所属产业链"]) == (industry["name"], chain)]  # fmt: skip
            strange = [line["所属环节"] for line in own if line["所属环节"] and line["所属环节"] not in decided[chain]]
            found.append({"industry": industry["id"], "chain": chain, "firms": len(own),
                          "blank": sum(not line["所属环节"] for line in own), "unlisted": len(strange),
                          "unlisted_links": sorted(set(strange))})  # fmt: skip
    return found


def totals(known: Known, quarter: str) -> list[Row]:
    """All contracts together, and how concentrated their providers are (Σ of squared shares in their number, 1 from one source)."""
    own = at_least(achievements(known, quarter), "签约")
    agreed, received = stated([row["contract"] for row in own]), stated([row["received"] for row in own])
    shares = [sum(row["provider"] == each for row in own) / len(own) for each in {row["provider"] for row in own}]
    return [{
        "contracts": len(own), "amount_stated": sum(row["contract"] is not None for row in own), "contract_amount": agreed,
        "received": len(at_least(own, "到账")), "received_stated": sum(row["received"] is not None for row in own),
        "received_amount": received,
        "received_share": sum(row["received"] or 0 for row in own if row["contract"] is not None) / agreed if agreed else None,
        "hhi": sum(share**2 for share in shares),
    }]  # fmt: skip


def _stage_days(known: Known, rows: list[Line], quarter: str) -> Row:
    """The day on which each stage of an item is known to have been reached by the quarter's end."""
    end, told = quarter_end(quarter), [row for row in rows if row.period <= quarter]
    registered = next((row.day("转化日期") for row in rows if row["转化阶段"] == "登记"), None)
    signed = rows[-1].day("转化日期") if rows[-1]["转化阶段"] != "登记" else None
    days: Row = {"登记": registered, "签约": signed if signed and signed <= end else None, "unit": rows[-1].unit}
    for stage, beyond in (("到账", ("到账", "投产")), ("投产", ("投产",))):
        first = next((row.period for row in told if row["转化阶段"] in beyond), None)
        days[stage] = quarter_end(first) if first else None
    days["unseen"] = (
        told[0]["转化阶段"] in ("到账", "投产") and signed is not None and quarter_of(signed) < told[0].period
    )
    return days


def followed_lags(known: Known, quarter: str) -> list[tuple[str, str, Times, int, int]]:
    """From each stage to the next: the times followed, how many began unseen, and how many before the plan."""
    found = []
    items = [_stage_days(known, rows, quarter) for rows in known.history("成果").values()
             if any(row.period <= quarter for row in rows)]  # fmt: skip
    last_filed = {
        unit: max(
            (quarter_end(q) for q in quarters("2025Q1", quarter) if unit in known.heard("成果", q)), default=date.min
        )
        for unit in known.due("成果")
    }
    for begins, ends in (("登记", "签约"), ("签约", "到账"), ("到账", "投产")):
        times: Times = []
        unseen = earlier_ones = 0
        for item in items:
            begun = item[begins]
            if begins == "登记" and begun is None:
                unseen += 1  # first filed when it was signed
            elif begun is None or begun > quarter_end(quarter):
                continue
            elif item["unseen"] and begins != "登记":
                unseen += 1  # first filed as paid, some quarters after it was signed
            elif begun < PLAN_START:
                earlier_ones += 1
            else:
                times.append(followed(begun, item[ends], min(quarter_end(quarter), last_filed[item["unit"]])))
        found.append((begins, ends, times, unseen, earlier_ones))
    return found


def lags(known: Known, quarter: str) -> list[Row]:
    """How many are followed through each step, where the curve stops and when half had gone on."""
    reading, found = known.decision("survival_reading"), []
    for begins, ends, times, unseen, before in followed_lags(known, quarter):
        curve = steps(times, reading["least_at_risk"], reading["confidence"])
        found.append({"begins": begins, "ends": ends, "followed": len(times), "unseen": unseen, "earlier": before,
                      "last_day": curve[-1]["days"] if curve else None, "median": median(curve)})  # fmt: skip
    return found


def lag_curves(known: Known, quarter: str) -> list[Row]:
    """Every step of the three curves."""
    reading = known.decision("survival_reading")
    found = [(begins, ends, times) for begins, ends, times, _, _ in followed_lags(known, quarter)]
    return curve_rows(found, reading["least_at_risk"], reading["confidence"])


def resources(known: Known, quarter: str) -> list[Row]:
    """Money put in beside the items it was paid for, as filed for quarters up to this one; per item from five on."""
    end = quarter_end(quarter)

    def dated(sheet: str, column: str) -> list[Line]:
        return [line for line in known.believed(sheet) if within(line.day(column), date.min, end)]

    paid_in = [line for line in dated("基金", "记录日期") if line["记录种类"] == "实缴"]
    made, lent = dated("投资", "投资日期"), dated("信贷", "放款日期")
    costing = [row for row in policies(known, quarter) if row["amount_due"]]
    people = [line for line in as_filed(known, "人才", quarter)
              if (line.amount("已发补贴") or 0) > 0 and within(line.day("发放日期"), date.min, end)]  # fmt: skip
    sources: list[tuple[str, str, list[float | None], int, str]] = [
        ("基金实缴", "funds", [x.amount("金额") for x in paid_in], len({x["基金编号"] for x in paid_in}), "只基金"),
        ("基金投资", "investments", [x.amount("投资金额") for x in made], len(made), "笔投资"),
        ("政策兑现", "policies", [row["amount_paid"] for row in costing],
         int(sum(row["beneficiaries"] or 0 for row in costing)), "户次受惠"),
        ("人才补贴", "talents", [x.amount("已发补贴") for x in people], len(people), "人领取"),
        ("科技信贷", "credit", [x.amount("贷款金额") for x in lent], len(lent), "笔贷款"),
    ]  # fmt: skip
    return [
        {"source": source, "table": table, "amount": (sum_ := sum(x for x in amounts if x is not None)),
         "stated": sum(x is not None for x in amounts), "items": items, "item": item,
         "per_item": sum_ / items if items >= ENOUGH and None not in amounts else None}
        for source, table, amounts, items, item in sources
    ]  # fmt: skip


def zone_premises(known: Known, quarter: str) -> list[Row]:
    """Buildings of each zone by kind and together."""
    found = []
    for zone, id in known.ids_of("zones").items():
        own = [line for line in buildings(known, quarter) if line["所在区域"] == zone]
        for kind in (*{line["载体种类"] for line in own}, "合计"):
            some = [line for line in own if kind in ("合计", line["载体种类"])]
            floor, let = (sum(line[column] for line in some) for column in ("建筑面积", "已用面积"))
            said = [tenants for line in some if (tenants := line.amount("入驻户数")) is not None]
            found.append({"zone": id, "kind": kind, "places": len(some), "floor_area": floor, "let_area": let,
                          "occupancy": let / floor if floor else None, "tenants": sum(said),
                          "without_tenants": len(some) - len(said)})  # fmt: skip
    return found
