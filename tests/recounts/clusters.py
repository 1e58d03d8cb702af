"""主导产业集聚度 a second time: firms and revenue by industry, chain and link, concentration and location quotients."""

from __future__ import annotations

import csv
from collections.abc import Callable

from recomputation import Row, earlier, quarter_end
from recounts.filings import Known, Line, params_of

Earned = dict[str, float]


def window(known: Known, quarter: str) -> list[str]:
    """The four quarters of the revenue target when each was filed, else this quarter alone, else nothing."""
    named = {line["所属季度"] for line in known.believed("经营")}
    back = [earlier(quarter, steps) for steps in range(4)]
    if not known.filed("经营", quarter):
        return []
    return back if all(known.quarters_filed("经营").count(each) or each in named for each in back) else [quarter]


def revenue(known: Known, quarters: list[str]) -> Earned:
    """Firm → revenue of some quarters, of those in which it was in the valley at their end; 万元."""
    found: Earned = {}
    for line in known.believed("经营"):
        if line["所属季度"] in quarters and line["企业代码"] in known.inside(quarter_end(line["所属季度"])):
            found[line["企业代码"]] = found.get(line["企业代码"], 0.0) + line["营业收入"]
    return found


def firms(known: Known) -> dict[str, Line]:
    """Firm → its row."""
    return {line["企业代码"]: line for line in known.believed("企业")}


def part(known: Known, earned: Earned, belongs: Callable[[Line], bool]) -> Earned:
    """The revenue of the firms that belong somewhere."""
    of = firms(known)
    return {firm: amount for firm, amount in earned.items() if belongs(of[firm])}


def concentration(known: Known, earned: Earned) -> Row:
    """HHI = Σ (100 s)², 1 / Σ s², the share of the four largest and the largest firm."""
    whole = sum(earned.values())
    if not whole:
        return dict.fromkeys(("hhi", "equivalent", "cr4", "largest", "largest_share"))
    shares = sorted((amount / whole for amount in earned.values()), reverse=True)
    largest = max(earned, key=lambda firm: earned[firm])
    return {"hhi": sum((100 * s) ** 2 for s in shares), "equivalent": 1 / sum(s * s for s in shares),
            "cr4": sum(shares[:4]), "largest": firms(known)[largest]["企业名称"], "largest_share": shares[0]}  # fmt: skip


def industries(known: Known, quarter: str) -> list[Row]:
    """Firms, revenue, shares and concentration by industry, then all."""
    here, earned, found = known.inside(quarter_end(quarter)), revenue(known, window(known, quarter)), []
    whole = sum(earned.values())
    names = known.ids_of("industries")
    for name, id in [*names.items(), ("合计", "all")]:
        own_firms = [line for line in here.values() if id == "all" or line["所属产业"] == name]
        own = part(known, earned, lambda line, name=name, id=id: id == "all" or line["所属产业"] == name)  # type: ignore[misc]
        found.append({
            "industry": id, "name": name, "firms": len(own_firms), "firm_share": len(own_firms) / len(here),
            "earning": len(own), "revenue": sum(own.values()) if own else None,
            "revenue_share": sum(own.values()) / whole if own else None, **concentration(known, own),
        })  # fmt: skip
    return found


def chains(known: Known, quarter: str) -> list[Row]:
    """Firms and revenue by chain; '' for firms outside the chains of their industry."""
    here, earned, found = known.inside(quarter_end(quarter)), revenue(known, window(known, quarter)), []
    whole = sum(earned.values())
    for industry in params_of(known.root, "plan")["industries"]:
        for chain in (*industry["chains"], ""):

            def belongs(line: Line, name: str = industry["name"], chain: str = chain) -> bool:
                return bool(line["所属产业"] == name and line["所属产业链"] == chain)

            own = part(known, earned, belongs)
            found.append({
                "industry": industry["id"], "name": industry["name"], "chain": chain,
                "firms": sum(map(belongs, here.values())), "earning": len(own),
                "revenue": sum(own.values()) if own else None,
                "revenue_share": sum(own.values()) / whole if own else None,
            })  # fmt: skip
    return found


def links(known: Known, quarter: str) -> list[Row]:
    """Firms by link of each chain, as the list of links has them from upstream down."""
    decided, found = known.decision("chain_links"), []
    here = known.inside(quarter_end(quarter)).values()
    for industry in params_of(known.root, "plan")["industries"]:
        for chain in industry["chains"]:
            for position, link in enumerate(decided[chain], start=1):
                names = [
                    line["企业名称"] for line in here
                    if (line["所属产业"], line["所属产业链"], line["所属环节"]) == (industry["name"], chain, link)
                ]  # fmt: skip
                found.append({"industry": industry["id"], "chain": chain, "position": position, "link": link,
                              "firms": len(names), "names": names})  # fmt: skip
    return found


def published_share(known: Known, file: str, series: str, quarter: str) -> tuple[float, str, str, str] | None:
    """Share, place, period and title of the latest published percentage of a series not later than a quarter."""
    folder = known.root / "data/jincheng/published"
    with (folder / f"{file}.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["series"] == series and row["period"][:4] <= quarter[:4]]
    if not rows:
        return None
    latest = max(rows, key=lambda row: row["period"])
    assert latest["unit"] == "%"
    title = next(
        line.split(":", 1)[1].strip().strip('"') for card in folder.glob(f"{file}.*ml")
        for line in card.read_text(encoding="utf-8").splitlines() if line.startswith("title:")
    )  # fmt: skip
    return float(latest["value"]) / 100, latest["place"], latest["period"], title


def location(known: Known, quarter: str) -> list[Row]:
    """(part here / whole here) / (part there / whole there): against a published area, then zone against valley."""
    earned, here = revenue(known, window(known, quarter)), known.inside(quarter_end(quarter)).values()
    whole, found = sum(earned.values()), []
    references = known.decision("industry_reference")
    for name, id in known.ids_of("industries").items():
        own = part(known, earned, lambda line, name=name: line["所属产业"] == name)  # type: ignore[misc]
        share = sum(own.values()) / whole
        told = (
            published_share(known, references[id]["file"], references[id]["series"], quarter)
            if id in references
            else None
        )
        row: Row = {"industry": id, "name": name, "place": "谷内全部", "reference": None, "reference_period": None,
                    "source": None, "here_share": share, "reference_share": None, "lq": None,
                    "firms": sum(line["所属产业"] == name for line in here), "why_not": "没有同口径的公开参照数"}  # fmt: skip
        if told:
            row |= {"reference": told[1], "reference_period": told[2], "source": told[3], "reference_share": told[0],
                    "lq": share / told[0], "why_not": None}  # fmt: skip
        found.append(row)
        for zone in known.ids_of("zones"):
            inner = part(known, earned, lambda line, zone=zone: line["所在区域"] == zone)  # type: ignore[misc]
            both = part(known, own, lambda line, zone=zone: line["所在区域"] == zone)  # type: ignore[misc]
            local = sum(both.values()) / sum(inner.values())
            found.append(row | {
                "place": zone, "reference": "谷内全部", "reference_period": None, "source": None, "here_share": local,
                "reference_share": share, "lq": local / share, "why_not": None,
                "firms": sum((line["所属产业"], line["所在区域"]) == (name, zone) for line in here),
            })  # fmt: skip
    return found
