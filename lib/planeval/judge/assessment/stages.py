"""The way from the last review to this one, one kind of change at a time.

    上期所印   as the last review printed it, when its tables were kept (else as computed again)
    方法变更   the last quarter as known then, by its decisions, computed again by this program
    更正       the last quarter as known now, by the decisions then in force
    口径变更   the same, by the decisions now in force
    应达变化   the same values, held against what is due at the end of this quarter (moves lights and scores only)
    新增事实   this quarter

Each stage differs from the one before by its own cause alone, so the steps add up to the whole change exactly.
更正 is everything filed about the last quarter after its review: late filings, supplements and corrections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planeval.judge.assessment.decided import scheme_in_force, scoring_decided
from planeval.judge.assessment.standing import Standing, score_table, standing
from planeval.judge.scoring.totals import Total, score_items
from planeval.ledger import Ledger
from planeval.ledger.last_review import LastReview
from planeval.ledger.printed import PrintedResult
from planeval.ledger.published import PublishedFile
from planeval.measures.targets import count_in_quarter
from planeval.periods import Period
from planeval.plan import Method, Plan

PRINTED, METHOD, CORRECTION, DECISION, DUE, FACT = "上期所印", "方法变更", "更正", "口径变更", "应达变化", "新增事实"
CAUSES = (METHOD, CORRECTION, DECISION, DUE, FACT)


@dataclass(frozen=True)
class Stage:
    """All targets at one stage; cause: what changed since the stage before. total: None when nothing is scored."""

    cause: str
    results: Mapping[str, PrintedResult]
    standings: Mapping[str, Standing]
    total: Total | None
    total_value: float | None


@dataclass(frozen=True)
class Facts:
    """What is measured: one ledger, the published figures, the plan and its method."""

    ledger: Ledger
    published: tuple[PublishedFile, ...]
    plan: Plan
    method: Method

    def standings(self, measured: Period, judged: Period, decided_in: Period) -> dict[str, Standing]:
        """Every target as measured at the end of one quarter and held against what is due at the end of another."""
        found = {}
        for target in self.plan.targets:
            count = count_in_quarter(
                self.ledger, self.published, self.plan, self.method, target, measured, decided_in
            )  # fmt: skip
            found[target.id] = standing(count, target, self.method, judged, decided_in)
        return found


def stages_since(last: LastReview | None, now: Facts, period: Period) -> tuple[Stage, ...]:
    """From the last review to this one; this quarter alone when there is no last review."""
    today = _stage(FACT, now, now.standings(period, period, period), period)
    if last is None:
        return (today,)
    then = Facts(last.ledger, now.published, now.plan, now.method)
    before = last.period
    stages = [
        _stage(METHOD, then, then.standings(before, before, before), before),
        _stage(CORRECTION, now, now.standings(before, before, before), before),
        _stage(DECISION, now, now.standings(before, before, period), period),
        _stage(DUE, now, now.standings(before, period, period), period),
        today,
    ]
    printed = last.printed
    if printed is None:
        return tuple(stages)
    return (Stage(PRINTED, printed.results, {}, None, printed.total), *stages)


def _stage(cause: str, facts: Facts, standings: dict[str, Standing], decided_in: Period) -> Stage:
    total = None
    if scoring_decided(facts.method, facts.plan):
        items = score_table(standings, facts.plan, facts.method, decided_in)
        total = score_items(items, scheme_in_force(facts.method, facts.plan, decided_in))
    points = dict(zip(total.table["item_id"], total.table["points"], strict=True)) if total else {}
    results = {
        name: PrintedResult(each.value, each.light, _known(points.get(name))) for name, each in standings.items()
    }
    return Stage(cause, results, standings, total, total.value if total else None)


def _known(points: float | None) -> float | None:
    return None if points is None or points != points else float(points)
