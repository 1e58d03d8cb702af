"""One frozen `Review`: the only place where reading and computing meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from planeval.judge.assessment.assess import Assessment, assess, scored_targets
from planeval.judge.assessment.changes import changes_table
from planeval.judge.assessment.decided import DecisionsRefused, check_decisions, scoring_decided
from planeval.judge.assessment.stages import Facts, stages_since
from planeval.judge.dispatch import propose_orders
from planeval.judge.final import FinalVerdicts, judge_final
from planeval.judge.forecasts import calibrate, judge_forecasts
from planeval.judge.fusion import FusionJudgement, judge_fusion
from planeval.judge.outlook import Calibration
from planeval.judge.slippage import slippage
from planeval.judge.target_lights import with_lights
from planeval.judge.targets import judge_targets
from planeval.judge.task_lights import judge_task_lights
from planeval.judge.unit_bands import UnitBands
from planeval.judge.unit_lights import judge_unit_lights
from planeval.judge.units import band_units
from planeval.judge.verdicts import judge_dependence, judge_flips, judge_readings
from planeval.ledger import Ledger, ReadOnce, open_ledger
from planeval.ledger.inputs import InputFile, input_files
from planeval.ledger.last_review import LastReview, find_last_review
from planeval.ledger.published import PublishedFile, read_published
from planeval.ledger.store import cached_ledger
from planeval.ledger.tables import BY_ID, COLUMNS_BY_TABLE
from planeval.measures.counting import Count
from planeval.measures.dispatch import dispatch_changes, dispatch_faults, dispatch_orders, follow, orders_by_quarter
from planeval.measures.fusion import fusion_indicators
from planeval.measures.nodes import burn_up, due_dates, measure_nodes, unit_burn_up
from planeval.measures.quality import FilingTally, evidence_coverage, filing_history, tally_filings
from planeval.measures.revisions import measure_revisions, revisions_by_unit
from planeval.measures.targets import measure_targets, target_series
from planeval.measures.tasks import measure_tasks, milestone_states
from planeval.measures.themes import Themes
from planeval.measures.units import measure_units
from planeval.periods import Period
from planeval.plan import Method, Plan, load_params
from planeval.plan.coverage import Covered, load_coverage
from planeval.plan.loading import decision_faults
from planeval.plan.method import InForce
from planeval.plan.milestones import Decomposition, load_decomposition
from planeval.plan.review_files import INTERNAL, review_words
from planeval.problems import ERROR, InputError, Problem
from planeval.workspace import Workspace, find_workspace, handed_over


@dataclass(frozen=True)
class Review:
    """A plan judged at the end of a period, as known on a day. What is computed is the internal edition; `disclosure`
    makes the others from it.

    targets: see judge.targets.COLUMNS, with score and weight (see scored_targets). series: target_id, period,
    value, added. verdicts: see judge.verdicts. milestones: see milestone_states. tasks: see measure_tasks. units: see
    measure_units. task_lights, unit_lights: their three lights, see judge.task_lights.COLUMNS and
    judge.unit_lights.COLUMNS. decomposition: milestones.yml; nodes, burn_up: see measures.nodes; slippage: see
    judge.slippage. unit_bands: see judge.unit_bands, None when no rule was decided. filing_history, evidence: see
    measures.quality. revisions: see measures.revisions. forecasts: see judge.forecasts.COLUMNS. counts: target id →
    Count with the rows behind the value. coverage: demand id → how it is looked after. assessment: the score, None
    when the method decides none. last_review: None for the first. changes: what changed since then, see
    judge.assessment.changes. inputs: every file read, in path order.
    """

    plan: Plan
    method: Method
    period: Period
    as_known_on: date | None
    edition: str
    ledger: Ledger
    published: tuple[PublishedFile, ...]
    counts: dict[str, Count]
    targets: pd.DataFrame
    series: pd.DataFrame
    verdicts: pd.DataFrame
    milestones: pd.DataFrame
    tasks: pd.DataFrame
    units: pd.DataFrame
    task_lights: pd.DataFrame
    unit_lights: pd.DataFrame
    decomposition: Decomposition | None
    nodes: pd.DataFrame
    slippage: pd.DataFrame
    burn_up: pd.DataFrame
    unit_bands: UnitBands | None
    filing_history: pd.DataFrame
    evidence: pd.DataFrame
    revisions: pd.DataFrame
    forecasts: pd.DataFrame
    coverage: Mapping[str, Covered]
    assessment: Assessment | None
    last_review: LastReview | None
    changes: pd.DataFrame
    inputs: tuple[InputFile, ...]

    @cached_property
    def unit_burn_up(self) -> pd.DataFrame:
        """Nodes planned and done by quarter and unit, see measures.nodes."""
        return unit_burn_up(self.nodes, self.plan, self.period)

    @cached_property
    def themes(self) -> Themes:
        """Measures of the industries, tasks, zones and policies, each computed when a page asks for it."""
        return Themes(self.ledger, self.published, self.plan, self.method, self.period)

    @cached_property
    def fusion(self) -> FusionJudgement | None:
        """“四链”融合 and the three roles; None for a plan whose method does not decide what stands for them."""
        if not self.method.decides("fusion"):
            return None
        fusion = self.method.value("fusion", self.period)
        values = fusion_indicators(self.ledger, self.plan, self.method, self.period, fusion)
        return judge_fusion(values, fusion)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """督办 orders opened by the period's end, as they stood then; see measures.dispatch.ORDER_COLUMNS."""
        return dispatch_orders(self.ledger, self.plan, self.period)

    @cached_property
    def order_faults(self) -> pd.DataFrame:
        """Rows of 督办 that may not follow what came before; see measures.dispatch.FAULT_COLUMNS."""
        return dispatch_faults(self.ledger, self.period)

    @cached_property
    def order_quarters(self) -> pd.DataFrame:
        """The orders quarter by quarter from the plan's start; see measures.dispatch.QUARTER_COLUMNS."""
        return orders_by_quarter(self.ledger, Period.of(self.method.plan_start(self.period)), self.period)

    @cached_property
    def proposed_orders(self) -> pd.DataFrame:
        """Orders this review opens by rule; see judge.dispatch.PROPOSED_COLUMNS."""
        courses, _ = follow(dispatch_changes(self.ledger))
        return propose_orders(self.targets, self.milestones, courses, self.plan, self.method, self.period)

    @cached_property
    def final(self) -> FinalVerdicts:
        """Each target reached or not by now, and under which readings."""
        return judge_final(self.verdicts, self.targets, self.period.end >= self.plan.text.due)

    @cached_property
    def tally(self) -> FilingTally:
        """How many filings stand and how many faults they had, without a row of them."""
        return tally_filings(self.ledger, self.plan)

    @cached_property
    def is_sample(self) -> bool:
        """Whether any row behind this review is 示例数据; such a review is marked on every page."""
        return self.ledger.sample_rows > 0

    @cached_property
    def flips(self) -> pd.DataFrame:
        """The smallest change of each decision that flips a 进度灯; see judge.robustness.flips."""
        return judge_flips(self.plan, self.method, self.period, self.counts)

    @cached_property
    def dependence(self) -> pd.DataFrame:
        """Which verdicts hold under every reading and which depend on our choice; see judge.verdicts."""
        return judge_dependence(self.verdicts)

    @cached_property
    def calibration(self) -> Calibration:
        """How the forecasts whose quarter has closed did."""
        return calibrate(self.forecasts)

    @cached_property
    def decisions(self) -> tuple[InForce, ...]:
        """Every decision in force, in the order of method.yml."""
        return self.method.in_force(self.period)

    @cached_property
    def revising_units(self) -> pd.DataFrame:
        """Units whose later filings changed earlier quarters' values; see measures.revisions.UNIT_COLUMNS."""
        return revisions_by_unit(self.revisions, self.plan)

    def measure_shared(self) -> None:
        """Work out now what several pages show and take long over: the processes of the pages then find it done."""
        _ = self.fusion, self.dependence
        if self.assessment is not None:
            _ = self.assessment.robustness

    @cached_property
    def errors(self) -> tuple[Problem, ...]:
        """Faults that kept rows or files out of this review."""
        return tuple(problem for problem in self.ledger.problems if problem.level == ERROR)

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal characters over everything that decides the numbers: inputs, names, package."""
        known = self.as_known_on.isoformat() if self.as_known_on else ""
        parts = [version("planeval"), self.plan.id, str(self.period), known, self.edition]
        parts += [f"{file.path} {file.sha256}" for file in self.inputs]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8")).hexdigest()[:12]


def open_review(
    plan: str, period: str, as_known_on: str = "", edition: str = "internal", workspace: str | Path | None = None
) -> Review:
    """Read, measure and judge one review: the internal edition. Notebooks open theirs by `disclosure.open_review`.

    plan: folder name under params/. period: `2026Q3`. as_known_on: a date, or empty for the last receipt
    date in the register (never today). Raises InputError for params, register or arguments that cannot
    be used; faults of filings do not raise, they are in `Review.ledger.problems`. In a kernel of the publisher the
    review is the one already computed there, as long as it was asked for in these words and no input changed since.
    """
    place = find_workspace(workspace)
    asked = asked_for(place, plan, period, as_known_on, edition)
    return _handed_review(asked, place) or _computed_review(place, *asked[1:5])


def asked_for(
    place: Workspace, plan: str, period: str, as_known_on: str, edition: str, unit: str = ""
) -> tuple[str, ...]:
    """The words a review is handed over under. unit: whose, in the unit edition."""
    return (str(place.root), plan, period, as_known_on, edition, unit)


def _computed_review(place: Workspace, plan: str, period: str, as_known_on: str, edition: str) -> Review:
    quarter, day = review_words(period, as_known_on, edition, (INTERNAL,))
    the_plan, method = load_params(place, plan, COLUMNS_BY_TABLE)
    _check_score(place, the_plan, method)
    published = read_published(place, the_plan)
    read = partial(open_ledger, shared=ReadOnce())
    ledger = cached_ledger(place, the_plan, method, quarter, day, read)
    counts = measure_targets(ledger, published, the_plan, method, quarter)
    series = target_series(ledger, published, the_plan, method, quarter)
    decomposition = load_decomposition(place, the_plan)
    milestones = milestone_states(ledger, quarter, due_dates(decomposition, ledger.as_known_on))
    nodes = measure_nodes(milestones, ledger, decomposition, the_plan, quarter)
    history = filing_history(ledger, the_plan, method, quarter)
    coverage = evidence_coverage(ledger)
    first_known = _first_known(place, the_plan, method, ledger, quarter, read)
    last = find_last_review(place, the_plan, method, ledger, quarter, read)
    facts = Facts(ledger, published, the_plan, method)
    stages = stages_since(last, facts, quarter)
    assessment = assess(stages, facts, quarter)
    revisions = measure_revisions(first_known, ledger, the_plan, method, quarter)
    judged = judge_targets(counts, series, ledger, the_plan, method, quarter)
    targets = with_lights(judged, counts, series, ledger, history, revisions, first_known, the_plan, method, quarter)
    return Review(
        plan=the_plan, method=method, period=quarter, as_known_on=ledger.as_known_on, edition=edition,
        ledger=ledger, published=published, counts=counts, series=series,
        targets=scored_targets(targets, assessment),
        verdicts=judge_readings(ledger, the_plan, method, quarter, counts),
        milestones=milestones, tasks=measure_tasks(milestones, the_plan),
        units=measure_units(ledger, history, milestones, the_plan, quarter),
        decomposition=decomposition, nodes=nodes, slippage=slippage(nodes, quarter.end),
        burn_up=burn_up(nodes, the_plan.text.due, quarter),
        unit_bands=band_units(milestones, the_plan, method.unit_judgement(quarter)),
        task_lights=judge_task_lights(milestones, the_plan, method, quarter),
        unit_lights=judge_unit_lights(milestones, coverage, history, the_plan, method, quarter),
        filing_history=history, evidence=coverage, revisions=revisions,
        forecasts=judge_forecasts(first_known, ledger, series, published, the_plan, method, quarter),
        coverage=load_coverage(place, the_plan, BY_ID),
        assessment=assessment, last_review=last, changes=changes_table(stages, the_plan),
        inputs=input_files(place, the_plan, ledger, last),
    )  # fmt: skip


def _handed_review(asked: tuple[str, ...], place: Workspace) -> Review | None:
    """The review handed over by the publisher, or None when there is none, or it is of other words or inputs."""
    review = handed_over(asked)
    if not isinstance(review, Review):
        return None
    unchanged = input_files(place, review.plan, review.ledger, review.last_review) == review.inputs
    return review if unchanged else None


def _first_known(
    workspace: Workspace, plan: Plan, method: Method, now: Ledger, period: Period, read: Callable[..., Ledger]
) -> dict[Period, Ledger]:
    """The ledger as known on the day each earlier quarter's filings were due, for quarters that were filed."""
    grace = timedelta(days=method.value("filing_deadline_days", period))
    quarters = sorted({filing.period for filing in now.received if filing.period < period})
    days = {quarter: quarter.end + grace for quarter in quarters}
    return {quarter: cached_ledger(workspace, plan, method, period, day, read) for quarter, day in days.items()}


def _check_score(workspace: Workspace, plan: Plan, method: Method) -> None:
    """Raise InputError for decisions of the score that cannot be used, in force or competing, at their lines."""
    if not scoring_decided(method, plan):
        return
    try:
        check_decisions(method, plan)
    except DecisionsRefused as refused:
        faults = [(fault.decision, fault.message, fault.remedy) for fault in refused.faults]
        raise InputError(decision_faults(workspace, plan.id, faults)) from refused
