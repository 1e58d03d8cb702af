"""How little would flip a light: the smallest change of each decision, and how many more or fewer items.

Every change is tried on the grid on which the number is displayed and judged by the very functions that judge the
target (progress.expected_share, progress.judge_progress), from the smallest change outwards, so the answer
is exact for the displayed arithmetic: one step less leaves the light as it is. One decision is moved at a
time; the value counted is held (a start date can also move what a counting rule counts: that is in the verdict
table of readings). Grids: bands and shares 0.001, values and baselines 1 unit as displayed (0.01 亿元), start
dates 1 day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from planeval.judge.progress import DONE, MISSED, Progress, expected_share, judge_progress
from planeval.judge.rounding import DECIMALS, SHARE_DECIMALS, displayed
from planeval.measures.counting import UNREPORTED
from planeval.periods import Period
from planeval.plan import Target
from planeval.plan.decisions import LightBands

COLUMNS = (
    "target_id", "name", "light", "decision", "in_force", "to", "change", "unit", "new_light", "flips", "sentence",
)  # fmt: skip
SHARE_STEP = Decimal(1).scaleb(-SHARE_DECIMALS)
POINTS = "百分点"


@dataclass(frozen=True)
class JudgedTarget:
    """Everything the light of one target depends on at the end of a period.

    value: None with `absence` when nothing can be said. path: cumulative value due by quarter (empty: elapsed
    share). yearly: an amount that starts from nothing each year.
    """

    target: Target
    value: float | None
    baseline: float
    start: date
    path: dict[Period, float]
    period: Period
    bands: LightBands
    yearly: bool = False
    absence: str = UNREPORTED

    def progress(self) -> Progress:
        """Judged by the ordinary arithmetic."""
        expected = expected_share(self.target, self.start, self.baseline, self.path, self.period, self.yearly)
        return judge_progress(
            self.value, self.target, self.baseline, expected, self.bands, self.period.end, self.absence
        )

    def light(self) -> str:
        """The light by the ordinary arithmetic."""
        return self.progress().light


@dataclass(frozen=True)
class _Trial:
    """One changed decision: what it becomes, by how much, and the target judged with it."""

    to: Decimal | date
    change: Decimal | int
    judged: JudgedTarget


@dataclass(frozen=True)
class _Question:
    """A decision, its value in force, the trials from the smallest change outwards, and how to say it.

    unmoved: what to say before 都还是 when no trial flips the light.
    """

    decision: str
    label: str
    in_force: Decimal | date
    unit: str
    unmoved: str
    trials: Iterable[_Trial]


def flips(targets: Iterable[JudgedTarget]) -> pd.DataFrame:
    """One row per target and decision; columns as in COLUMNS, targets in the order given.

    change: signed, in `unit`; to, change and new_light are None where no allowed value of this decision alone
    flips the light, and the sentence says so. `counted.more` and `counted.less` are the items (or 亿元) that
    would have to be counted more or less.
    """
    rows = [row for target in targets for row in _rows(target)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _rows(judged: JudgedTarget) -> Iterator[tuple[object, ...]]:
    target = judged.target
    if judged.value is None:
        said = f"{target.name}{judged.absence}，没有灯可翻。"
        yield (target.id, target.name, judged.absence, "", None, None, None, "", None, False, said)
        return
    light = judged.light()
    for question in _questions(judged, light):
        found = next((trial for trial in question.trials if trial.judged.light() != light), None)
        head = (target.id, target.name, light, question.decision, _plain(question.in_force))
        if found is None:
            said = f"{target.name}：{question.unmoved}都还是“{light}”。"
            yield (*head, None, None, question.unit, None, False, said)
        else:
            new_light = found.judged.light()
            said = f"{target.name}：{_change_said(question, found)}，就由“{light}”变为“{new_light}”。"
            yield (*head, _plain(found.to), _plain(found.change), question.unit, new_light, True, said)


def _plain(value: Decimal | date | int) -> float | int | str:
    return value.isoformat() if isinstance(value, date) else float(value) if isinstance(value, Decimal) else value


def _change_said(question: _Question, found: _Trial) -> str:
    if isinstance(found.to, date):
        direction = "推后" if found.change > 0 else "提前"
        return f"{question.label}{direction} {abs(found.change)} 天（到 {found.to}）"
    if question.decision.startswith("counted."):
        how_many = Decimal(found.change).copy_abs().normalize()
        return f"{'再多' if found.change > 0 else '再少'}算 {how_many:f} {question.unit}"
    return f"{question.label}由 {_printed(question.in_force, question)} 改为 {_printed(found.to, question)}"


def _printed(value: Decimal | date, question: _Question) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{100 * value:.1f} 个百分点" if question.unit == POINTS else f"{value.normalize():f} {question.unit}"


def _questions(judged: JudgedTarget, light: str) -> Iterator[_Question]:
    target, unit = judged.target, judged.target.unit
    step, amount = Decimal(1).scaleb(-DECIMALS.get(unit, 0)), Decimal(repr(float(target.amount)))
    shown = displayed(judged.value or 0.0, unit)
    yield _Question("counted.more", "计入的数", shown, unit, "再多算多少", _counted(judged, shown, step))
    yield _Question("counted.less", "计入的数", shown, unit, "少算到零", _counted(judged, shown, -step))
    baseline = Decimal(repr(float(judged.baseline)))
    moved = ((to, replace(judged, baseline=float(to))) for to in _outwards(baseline, step, Decimal(0), amount - step))
    unmoved = "基数在目标值以下怎么改"
    yield _Question(f"baseline.{target.id}", "基数", baseline, unit, unmoved, _trials(baseline, moved))
    if light in (DONE, MISSED):
        return  # neither the bands nor the expectation takes part
    for name, label in (("on_pace", "按序时的界限"), ("behind", "滞后的界限")):
        in_force = Decimal(repr(getattr(judged.bands, name)))
        trials = _bands(judged, name, in_force)
        yield _Question(f"light_bands.{name}", label, in_force, POINTS, f"{label}在允许范围内怎么改", trials)
    yield _milestone(judged, step, amount) if judged.path else _start(judged)


def _milestone(judged: JudgedTarget, step: Decimal, amount: Decimal) -> _Question:
    """The last milestone due; before the first one, the baseline is what is due this quarter."""
    due = [quarter for quarter in judged.path if quarter <= judged.period]
    last = max(due) if due else judged.period
    in_force = Decimal(repr(float(judged.path[last] if due else judged.baseline)))
    values = _outwards(in_force, step, Decimal(0), max(amount, in_force))
    moved = ((to, replace(judged, path={**judged.path, last: float(to)})) for to in values)
    name, label = f"milestones.{judged.target.id}", f"{last} 应达值"
    return _Question(name, label, in_force, judged.target.unit, f"{label}在目标值以内怎么改", _trials(in_force, moved))


def _start(judged: JudgedTarget) -> _Question:
    """Start dates a day, two days … later and earlier, the later of a pair first.

    From one length of the plan earlier up to the due date.
    """
    length = (judged.target.due - judged.start).days

    def trials() -> Iterator[_Trial]:
        for days in range(1, length + 1):
            for signed in (days, -days):
                to = judged.start + timedelta(days=signed)
                yield _Trial(to, signed, replace(judged, start=to))

    earliest = judged.start - timedelta(days=length)
    return _Question("plan_start", "起算日", judged.start, "天", f"起算日在 {earliest} 以后怎么改", trials())


def _trials(in_force: Decimal, moved: Iterable[tuple[Decimal, JudgedTarget]]) -> Iterator[_Trial]:
    return (_Trial(to, to - in_force, judged) for to, judged in moved)


def _outwards(in_force: Decimal, step: Decimal, least: Decimal, most: Decimal) -> Iterator[Decimal]:
    """Values one step, two steps … above and below, within the allowed range; the higher of a pair first."""
    above, below = in_force + step, in_force - step
    while above <= most or below >= least:
        if above <= most:
            yield above
        if below >= least:
            yield below
        above, below = above + step, below - step


def _counted(judged: JudgedTarget, shown: Decimal, step: Decimal) -> Iterator[_Trial]:
    """More items up to where the target is reached (plus a step for 突破), or fewer down to none."""
    most = max(Decimal(repr(float(judged.target.amount))), shown) + abs(step)
    to = shown + step
    while 0 <= to <= most:
        yield _Trial(to, to - shown, replace(judged, value=float(to)))
        to += step


def _bands(judged: JudgedTarget, name: str, in_force: Decimal) -> Iterator[_Trial]:
    """The band moved alone within [−1, 0], never past the other band."""
    behind, on_pace = Decimal(repr(judged.bands.behind)), Decimal(repr(judged.bands.on_pace))
    least, most = (behind + SHARE_STEP, Decimal(0)) if name == "on_pace" else (Decimal(-1), on_pace - SHARE_STEP)
    for to in _outwards(in_force, SHARE_STEP, least, most):
        bands = judged.bands.model_copy(update={name: float(to)})
        yield _Trial(to, 100 * (to - in_force), replace(judged, bands=bands))
