"""证据灯: how far a value can be checked: rows with a document, age of standing items, revisions, absences.

Each aspect is judged by its own limits (method.yml `evidence_bands`) and the worst one decides: a complete file
does not make up for figures that keep changing. Shares are judged as displayed. The light says nothing about
progress, and progress nothing about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from planeval.judge.rounding import displayed_share
from planeval.plan.lights import EvidenceBands

SUFFICIENT, FAIR, WEAK = "充分", "基本充分", "不足"
NOTHING_TO_CHECK, NOT_APPLICABLE = "无可核对", "不适用"
UNDECIDED = "未定档次"
EVIDENCE_LIGHTS = (SUFFICIENT, FAIR, WEAK, NOTHING_TO_CHECK, NOT_APPLICABLE, UNDECIDED)
_SEVERITY = (SUFFICIENT, FAIR, WEAK)


@dataclass(frozen=True)
class EvidenceFacts:
    """What the ledger knows of the rows behind a value. All are numbers of rows unless said otherwise.

    ages: full quarters since each standing item was last filed; None where age says nothing (what has happened
    has happened; a certificate within its validity speaks for itself). revision: mean over `compared` closed
    quarters of |now − first known| / |first known|, a share; None when none could be compared. absent, late: filers
    that filed nothing or too late this quarter, in the `filers` wording. `what`: what a row is called on the page.
    """

    rows: int
    with_evidence: int
    ages: tuple[int, ...] | None = None
    revision: float | None = None
    compared: int = 0
    absent: int = 0
    late: int = 0
    filers: str = "应报单位"
    what: str = "计入的行"


@dataclass(frozen=True)
class Evidence:
    """A judged light and the sentence that carries its numbers. coverage: as displayed, None without rows."""

    light: str
    reason: str
    coverage: float | None = None


def judge_evidence(facts: EvidenceFacts, bands: EvidenceBands | None) -> Evidence:
    """The worst of the aspects that can be said, each in words; 未定档次 when the method has no bands."""
    if bands is None:
        return Evidence(UNDECIDED, "参数中没有定证据灯的档次（evidence_bands），不作判断")
    coverage = None
    aspects = [*_absences(facts), *_age(facts, bands), *_revision(facts, bands)]
    if facts.rows:
        share = displayed_share(Decimal(facts.with_evidence) / facts.rows)
        coverage = float(share)
        word = _at_least(share, bands.coverage_full, bands.coverage_some)
        said = f"{facts.what}共 {facts.rows} 条，{facts.with_evidence} 条有佐证（{_percent(share)}）"
        aspects.insert(0, (word, said))
    elif not facts.absent:
        return Evidence(NOTHING_TO_CHECK, f"没有{facts.what}，无可核对")
    worst = max(aspects, key=lambda aspect: _SEVERITY.index(aspect[0]))[0]
    return Evidence(worst, "；".join(said for _, said in aspects), coverage)


def _absences(facts: EvidenceFacts) -> list[tuple[str, str]]:
    """A filer who said nothing leaves the value unchecked; one who came late was not checked in time."""
    found = []
    if facts.absent:
        found.append((WEAK, f"{facts.absent} 个{facts.filers}未报送"))
    if facts.late:
        found.append((FAIR, f"{facts.late} 个{facts.filers}迟报"))
    return found


def _age(facts: EvidenceFacts, bands: EvidenceBands) -> list[tuple[str, str]]:
    if not facts.ages:
        return []
    old = sum(age > bands.old_quarters for age in facts.ages)
    share = displayed_share(Decimal(old) / len(facts.ages))
    said = f"{old} 条超过 {bands.old_quarters} 个季度没有重新报送（{_percent(share)}）"
    return [(_at_most(share, bands.old_full, bands.old_some), said)]


def _revision(facts: EvidenceFacts, bands: EvidenceBands) -> list[tuple[str, str]]:
    if facts.revision is None or not facts.compared:
        return []
    share = displayed_share(Decimal(repr(float(facts.revision))))
    said = f"以前 {facts.compared} 个季度的数后来平均改动 {_percent(share)}"
    return [(_at_most(share, bands.revision_full, bands.revision_some), said)]


def _at_least(share: Decimal, full: float, some: float) -> str:
    return SUFFICIENT if share >= Decimal(repr(full)) else FAIR if share >= Decimal(repr(some)) else WEAK


def _at_most(share: Decimal, full: float, some: float) -> str:
    return SUFFICIENT if share <= Decimal(repr(full)) else FAIR if share <= Decimal(repr(some)) else WEAK


def _percent(share: Decimal) -> str:
    return f"{100 * share:.1f}%"
