"""The table of targets: value, progress, pace, three lights, score and weight."""

from __future__ import annotations

from fractions import Fraction

from recomputation import Row
from recounts.cells import Digits
from recounts.counting import added, targets, value
from recounts.filings import SHEET_OF, Known, quarters
from recounts.judging import exact, pace, points, progress, shown
from recounts.outlook import at_due
from recounts.revisions import mean_revision
from recounts.words import judged_lights, outlook_word, overrides
from recounts.work import filing_state


def quarterly(known: Known, target: Row, quarter: str) -> Row:
    """The best quarter ever (the first of equals), and the last one; as printed."""
    figures = {each: shown(own, target["unit"]) for each in quarters("2024Q4", quarter)
               if (own := added(known, target["id"], each)) is not None}  # fmt: skip
    best = max(figures, key=lambda each: (figures[each], [-ord(sign) for sign in each]), default=None)
    return {"best_quarter": figures[best] if best else None, "best_quarter_period": best,
            "last_quarter": figures.get(quarter)}  # fmt: skip


def evidence(known: Known, target: Row, quarter: str) -> Row:
    """Documents of the rows that count, how old standing items are, what became of earlier values, who was silent."""
    rule = known.decision(f"counting.{target['id']}")
    sheet, lines = SHEET_OF[rule["table"]], value(known, target["id"], quarter).lines
    states = [filing_state(known, unit, quarter)[0] for unit in known.due(sheet)]
    silent = sum(unit not in known.heard(sheet, quarter) for unit in known.due(sheet))
    limit = known.decision("evidence_bands")["old_quarters"]
    old = sum(len(quarters(line.period, quarter)) - 1 > limit for line in lines)
    return judged_lights(
        known, len(lines), sum(bool(line["佐证材料"]) for line in lines), absent=silent, late=states.count("迟报"),
        old=(old, len(lines)) if target["kind"] == "stock" else None,
        revised=mean_revision(known, target["id"], quarter),
    )  # fmt: skip


def headlines(known: Known, quarter: str) -> list[Row]:
    """One row per target in the plan's order."""
    found = []
    judged = {target["id"]: progress(known, target, quarter) for target in targets(known)}
    scores = {target["id"]: points(known, target, judged[target["id"]]) for target in targets(known)}
    assert known.decision("weights") == {"basis": "equal"}
    counted = sum(each is not None for each in scores.values())
    for target in targets(known):
        id, row, seen = target["id"], judged[target["id"]], at_due(known, target, quarter)
        sheet = SHEET_OF[known.decision(f"counting.{id}")["table"]]
        light = {1: "已达到", None: "暂不预测"}.get(seen.p)
        found.append({
            "target_id": id, "name": target["name"], "unit": target["unit"], "kind": target["kind"], **row,
            "amount": target["amount"], "comparison": target["comparison"], "clause": target["clause"],
            "baseline": exact(known.decision(f"baseline.{id}")), "required_pace": pace(known, target, quarter),
            **quarterly(known, target, quarter), "reported": row["value"] is not None,
            "expected_basis": "milestone" if known.decision(f"milestones.{id}") else "elapsed",
            "quarters_left": len(quarters(quarter, f"{target['due'][:4]}Q4")) - 1,
            "filers_due": len(known.due(sheet)), "filers_filed": len(known.heard(sheet, quarter)),
            "outlook_p": seen.p, "outlook_low": seen.low, "outlook_high": seen.high, "outlook_method": seen.method,
            "outlook_word": seen.word, "outlook_light": light or outlook_word(known, seen.p)["outlook_light"],
            "outlook_reason": Digits(seen.said), **evidence(known, target, quarter),
            **overrides(known, quarter, "target", id), "score": scores[id],
            "weight": Fraction(1, counted) if scores[id] is not None else 0,
        })  # fmt: skip
    return found
