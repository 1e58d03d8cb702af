"""Industries and zones a second time: quarter by quarter, titles, results, shares in the targets, readiness."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from recomputation import Row, quarter_end
from recounts.counting import SCALE, columns_of, expiry, targets, value
from recounts.filings import Known, Line, params_of, quarter_start, quarters
from recounts.firms import within
from recounts.transfer import STAGES, achievements, stated

COLUMN = {"industry": "所属产业", "zone": "所在区域"}
PLURAL = {"industry": "industries", "zone": "zones"}


def firms_of(known: Known, by: str, name: str) -> dict[str, Line]:
    """Every firm ever filed under an industry or zone."""
    return {line["企业代码"]: line for line in known.believed("企业") if line[COLUMN[by]] == name}


def _history(known: Known, quarter: str, by: str) -> list[Row]:
    found = []
    for name, id in known.ids_of(PLURAL[by]).items():
        own = firms_of(known, by, name)
        for each in quarters("2024Q4", quarter):
            first, last = quarter_start(each), quarter_end(each)
            here = known.inside(last).keys() & own.keys()
            earned = [line["营业收入"] for line in known.believed("经营")
                      if line["所属季度"] == each and line["企业代码"] in here]  # fmt: skip
            found.append({
                by: id, "quarter": each, "firms": len(here),
                "entered": sum(within(line.day("入驻日期"), first, last) for line in own.values()),
                "left": sum(within(line.day("迁出日期"), first, last) for line in own.values()),
                "revenue": sum(earned) if earned else None, "earning": len(earned),
            })  # fmt: skip
    return found


def industries(known: Known, quarter: str) -> list[Row]:
    """Each industry by quarter."""
    return _history(known, quarter, "industry")


def zones(known: Known, quarter: str) -> list[Row]:
    """Each zone by quarter."""
    return _history(known, quarter, "zone")


def validities(known: Known) -> dict[str, Row]:
    """Kind of certificate → how long it holds, where a target's counting rule decides it."""
    rules = [known.decision(f"counting.{target['id']}") for target in targets(known)]
    return {kind: rule["validity"] for rule in rules if "validity" in rule for kind in rule["where"]["kind"]}


def holders(known: Known, kind: str, validity: Row | None, end: date) -> set[str]:
    """Firms in the valley with such a certificate: granted, not revoked and, where that is decided, not expired."""
    found = set()
    for line in known.believed("资质"):
        issued, revoked = line.day("发证或入库日期"), line.day("撤销日期")
        stands = line["资质种类"] == kind and issued is not None and issued <= end and not (revoked and revoked <= end)
        if stands and issued and (validity is None or expiry(issued, validity) > end):
            found.add(line["企业代码"])
    return found & known.inside(end).keys()


def titles(known: Known, quarter: str) -> list[Row]:
    """Firms of each industry by kind of certificate: valid (where decided), granted, and valid in the whole valley."""
    end, decided, found = quarter_end(quarter), validities(known), []
    for name, id in known.ids_of("industries").items():
        own = firms_of(known, "industry", name).keys()
        for kind in {*decided, *(line["资质种类"] for line in known.believed("资质"))}:
            valid = holders(known, kind, decided[kind], end) if kind in decided else None
            found.append({
                "industry": id, "kind": kind, "valid": None if valid is None else len(valid & own),
                "granted": len(holders(known, kind, None, end) & own), "all_valid": None if valid is None else len(valid),
            })  # fmt: skip
    return found


def public_cells(known: Known, quarter: str) -> list[Row]:
    """Firms, holders of each title a target counts, employees and the quarter's revenue by industry and zone, with
    margins; before anything is hidden. Revenue in whole 万元, shares of the whole to a tenth of a point.
    """
    end, rules = (
        quarter_end(quarter),
        {each["name"]: known.decision(f"counting.{each['id']}") for each in targets(known)},
    )
    here = {code: 1.0 for code in known.inside(end)}
    tables = [("企业", "家", here)] if known.filed("企业", quarter) else []
    for name, rule in rules.items():
        if rule["table"] == "certificates" and known.filed("资质", quarter):
            kinds = rule["where"]["kind"]
            held = set().union(*(holders(known, kind, rule["validity"], end) for kind in kinds))
            tables.append((name, "家", dict.fromkeys(held, 1.0)))
    said = [line for line in known.believed("经营") if line["所属季度"] == quarter and line["企业代码"] in here]
    for name, unit, column in (("从业人员", "人", "从业人员"), ("当季营业收入", "万元", "营业收入")):
        tables.append(
            (name, unit, {line["企业代码"]: line.amount(column) for line in said if line[column] is not None})
        )
    found = []
    for name, unit, parts in tables:
        whole = Fraction(sum(map(Fraction, parts.values())))
        for industry in (*known.ids_of("industries"), "合计"):
            for zone in (*known.ids_of("zones"), "合计"):
                own = [Fraction(amount) for code, amount in parts.items()
                       if industry in (here_line(known, code)["所属产业"], "合计")
                       and zone in (here_line(known, code)["所在区域"], "合计")]  # fmt: skip
                value = sum(own, Fraction())
                share = None if not whole else _half_up(value / whole, 1000)
                found.append({"table": name, "unit": unit, "industry": industry, "zone": zone,
                              "value": float(value) if unit != "万元" else _half_up(value, 1), "share": share,
                              "state": "公开"})  # fmt: skip
    return found


def here_line(known: Known, code: str) -> Line:
    """The line a firm was filed by."""
    return next(line for line in known.believed("企业") if line["企业代码"] == code)


def _half_up(value: Fraction, parts: int) -> float:
    return float(Fraction(int(value * parts + Fraction(1, 2)), parts))


def _money(known: Known, quarter: str, sheet: str, kind: str, dated: str, amount: str, own: set[str]) -> dict[str, Row]:
    by_kind: dict[str, list[Line]] = {}
    for line in known.believed(sheet):
        if line["企业代码"] in own and within(line.day(dated), date.min, quarter_end(quarter)):
            by_kind.setdefault(line[kind], []).append(line)
    return {name: {"items": len(lines), "firms": len({line["企业代码"] for line in lines}),
                   "amount": sum(line.amount(amount) or 0 for line in lines), "received": None}
            for name, lines in by_kind.items()}  # fmt: skip


def results(known: Known, quarter: str) -> list[Row]:
    """Achievements by the stage reached by then, investments by stage, loans by kind: of the firms filed under an industry."""
    found = []
    for name, id in known.ids_of("industries").items():
        parts: dict[tuple[str, str], Row] = {}
        for stage in STAGES:
            here = [row for row in achievements(known, quarter) if (row["industry"], row["stage"]) == (name, stage)]
            parts["achievements", stage] = {
                "items": len(here), "firms": None, "amount": stated([row["contract"] for row in here]),
                "received": stated([row["received"] for row in here]),
            }  # fmt: skip
        own = set(firms_of(known, "industry", name))
        invested = _money(known, quarter, "投资", "投资阶段", "投资日期", "投资金额", own)
        lent = _money(known, quarter, "信贷", "贷款种类", "放款日期", "贷款金额", own)
        parts |= {("investments", kind): row for kind, row in invested.items()}
        parts |= {("credit", kind): row for kind, row in lent.items()}
        found += [{"industry": id, "what": what, "kind": kind, **row} for (what, kind), row in parts.items()]
    return found


def _shares(known: Known, quarter: str, by: str) -> list[Row]:
    found = []
    said = {"industry": "这类事项不按产业登记", "zone": "这类事项不按区域登记"}
    firms = {line["企业代码"]: line[COLUMN[by]] for line in known.believed("企业")}
    for name, id in known.ids_of(PLURAL[by]).items():
        for target in targets(known):
            counted, rule = value(known, target["id"], quarter), known.decision(f"counting.{target['id']}")
            row: Row = {by: id, "target": target["id"], "name": target["name"], "unit": target["unit"], "value": None,
                        "whole": counted.value, "unplaced": 0, "why_not": None}  # fmt: skip
            names = columns_of(known.root)[counted.lines[0].sheet] if counted.lines else {}
            places = [line[names[by]] if by in names else firms.get(line[names["enterprise_id"]])
                      for line in counted.lines if by in names or "enterprise_id" in names]  # fmt: skip
            if counted.lines and not places:
                row["why_not"] = said[by]
            elif counted.lines:
                own = [line for line, place in zip(counted.lines, places, strict=True) if place == name]
                summed = "sum" in rule
                row["value"] = (
                    sum(x.amount(names[rule["sum"]]) or 0 for x in own) / SCALE[target["unit"]] if summed else len(own)
                )
                row["unplaced"] = places.count(None)
            else:
                row["why_not"] = said[by]
            found.append(row)
    return found


def industry_shares(known: Known, quarter: str) -> list[Row]:
    """What each industry brings to each target."""
    return _shares(known, quarter, "industry")


def zone_shares(known: Known, quarter: str) -> list[Row]:
    """What each zone brings to each target."""
    return _shares(known, quarter, "zone")


def buildings(known: Known, quarter: str) -> list[Line]:
    """The quarter's buildings."""
    return [line for line in known.believed("载体") if line["所属季度"] == quarter]


def stock(known: Known, quarter: str) -> list[Row]:
    """The buildings the plan names, in 平方米, against what all zones have of their kind."""
    found = []
    for item in params_of(known.root, "plan")["premises"]:
        planned = item["amount"] * {"万平方米": 10_000, "平方米": 1}[item["unit"]]
        there = sum(line["建筑面积"] for line in buildings(known, quarter) if line["载体种类"] == item["name"])
        found.append({"kind": item["name"], "planned": planned, "delivered": there, "delivered_share": there / planned,
                      "clause": item["clause"]})  # fmt: skip
    return found


def readiness(known: Known, quarter: str) -> list[Row]:
    """Each zone against each criterion of an extension, with the counts it rests on."""
    end, found = quarter_end(quarter), []
    held = set().union(*(holders(known, kind, validity, end) for kind, validity in validities(known).items()))
    whole = stock(known, quarter)
    for name, id in known.ids_of("zones").items():
        here = known.inside(end).keys() & firms_of(known, "zone", name).keys()
        past = [row for row in zones(known, quarter) if row["zone"] == id][-4:]
        came, went = (sum(row[column] for row in past) for column in ("entered", "left"))
        own = [line for line in buildings(known, quarter) if line["所在区域"] == name]
        let, floor = (sum(line[column] for line in own) for column in ("已用面积", "建筑面积"))
        there, planned = (sum(row[column] for row in whole) for column in ("delivered", "planned"))
        said = {
            "firms": (len(here), None), "occupancy": (let / floor, f"{let:,.0f}/{floor:,.0f} 平方米"),
            "delivered": (there / planned, f"{there:,.0f}/{planned:,.0f} 平方米（全谷）"),
            "net_entrants": (came - went, f"{came} 家迁入、{went} 家迁出"),
            "certified_share": (len(held & here) / len(here), f"{len(held & here)}/{len(here)} 家"),
        }  # fmt: skip
        for criterion in known.decision("extension_readiness"):
            number, counts = said[criterion["measure"]]
            least = criterion["at_least"]
            found.append({"zone": id, "measure": criterion["measure"], "value": number, "at_least": least,
                          "met": number >= least, "counts": counts})  # fmt: skip
    return found
