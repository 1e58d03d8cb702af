"""Lights and words from numbers as displayed, by the bands decided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from recomputation import Row, printed
from recounts.cells import Digits
from recounts.filings import Known

WORDS = ((0.95, "几乎确定"), (0.8, "很可能"), (0.6, "可能"), (0.4, "胜负参半"), (0.2, "可能性小"), (0.0, "几乎不可能"))
SEVERITY = ("充分", "基本充分", "不足")


def at_least(share: Any, limit: float) -> bool:
    """Whether a displayed share reaches a limit as it is written."""
    return Decimal(str(share)) >= Decimal(str(limit))


def share_light(share: Any, first: float, second: float, words: tuple[str, str, str]) -> str:
    """The first word from the first limit on, the second from the second, else the third."""
    return words[0] if at_least(share, first) else words[1] if at_least(share, second) else words[2]


def outlook_word(known: Known, p: Any) -> Row:
    """A displayed probability in words, and its light."""
    bands = known.decision("outlook_bands")
    word = next(word for least, word in WORDS if at_least(p, least))
    light = share_light(p, bands["assured"], bands["open"], ("有把握", "不确定", "难以达到"))
    return {"outlook_word": word, "outlook_light": light}


def overrides(known: Known, quarter: str, kind: str, id: str) -> Row:
    """The words set by hand for a quarter, and the note that names author, day and reason."""
    row: Row = {f"{light}_override": None for light in ("progress", "outlook", "evidence")} | {"override_note": None}
    names = {"progress": "进度灯", "outlook": "展望灯", "evidence": "证据灯"}
    for each in known.decision("overrides"):
        if (each["kind"], each["id"]) == (kind, id) and each["from"] <= quarter <= each["until"]:
            note = f"{names[each['light']]}由{each['author']}于 {each['on']} 改为“{each['to']}”：{each['reason']}"
            row |= {f"{each['light']}_override": each["to"], "override_note": note}
    return row


def judged_lights(
    known: Known, rows: int, backed: int, *, absent: int = 0, late: int = 0, old: tuple[int, int] | None = None,
    revised: tuple[float, int] | None = None,
) -> Row:  # fmt: skip
    """证据灯: the worst of what can be said of documents, silence, age (old, of all) and revision (mean, quarters)."""
    bands, lights, said = known.decision("evidence_bands"), [], []
    share = printed(backed / rows, 3) if rows else None
    if share is not None:
        lights.append(share_light(share, bands["coverage_full"], bands["coverage_some"], ("充分", "基本充分", "不足")))
        said += [rows, backed, percent(share)]
    if absent or late:
        lights.append("不足" if absent else "基本充分")
        said += [each for each in (absent, late) if each]
    if old is not None and old[1]:
        aged = printed(old[0] / old[1], 3)
        lights.append(at_most(aged, bands["old_full"], bands["old_some"]))
        said += [old[0], bands["old_quarters"], percent(aged)]
    if revised is not None and revised[1]:
        moved = printed(revised[0], 3)
        lights.append(at_most(moved, bands["revision_full"], bands["revision_some"]))
        said += [revised[1], percent(moved)]
    light = max(lights, key=SEVERITY.index) if lights and rows else "无可核对"
    return {"evidence_light": light, "evidence_coverage": share, "evidence_reason": Digits(said if rows else [])}


def at_most(share: Decimal, full: float, some: float) -> str:
    """充分 up to the first limit, 基本充分 up to the second, else 不足."""
    return "充分" if share <= Decimal(str(full)) else "基本充分" if share <= Decimal(str(some)) else "不足"


def percent(share: Decimal) -> Decimal:
    """A share as printed in a sentence: 91.7."""
    return (share * 100).quantize(Decimal("0.1"))
