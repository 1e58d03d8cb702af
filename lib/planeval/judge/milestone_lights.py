"""Three lights from a set of milestones (of one task, or led by one unit): pace, outlook, evidence. Never merged.

进度灯: finished / due among the milestones due whose result is known, as displayed, against `milestone_bands`.
A node finished late is finished, and the sentence says how many were late; a node due and not reported is neither.
展望灯: P(all m milestones still to come are finished on time) after k of n due ones were: BetaBinomial(m, ½ + k,
½ + n − k), Jeffreys' prior. Nothing is foreseen below `fewest_milestones` known results.
Its limit: nodes of one unit share one cause of delay, so the truth varies more than this says; and a node already
overdue cannot become punctual, so it is not part of the event.
证据灯: see judge.evidence; rows are the finished milestones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from planeval.judge.evidence import UNDECIDED
from planeval.judge.outlook.bands import outlook_light
from planeval.judge.outlook.distributions import beta_binomial, interval
from planeval.judge.outlook.verdict import NONE, displayed_probability, in_words
from planeval.judge.progress import BEHIND, DONE, FAR_BEHIND, MISSED, ON_PACE
from planeval.judge.rounding import displayed_share
from planeval.measures.counting import UNREPORTED
from planeval.measures.tasks import MADE_UP, NOT_DUE, ON_TIME, OVERDUE
from planeval.measures.tasks import UNREPORTED as NODE_UNREPORTED
from planeval.plan.lights import MilestoneBands, OutlookBands

NOTHING_DUE, NO_NODES, FINISHED = "未到期", "无节点", "已全部完成"
MILESTONE_LIGHTS = (DONE, ON_PACE, BEHIND, FAR_BEHIND, MISSED, NOTHING_DUE, UNREPORTED, NO_NODES, UNDECIDED)
LIGHT_COLUMNS = (
    "milestones", "due", "finished", "finished_late", "overdue", "unknown", "remaining", "finished_share",
    "progress_light", "progress_reason", "outlook_light", "outlook_p", "outlook_low", "outlook_high", "outlook_word",
    "outlook_reason", "evidence_light", "evidence_coverage", "evidence_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Nodes:
    """How many milestones stand how. due: on or before the day, result known; unknown: due, nobody reported."""

    total: int
    on_time: int
    late: int
    overdue: int
    unknown: int
    remaining: int

    @property
    def finished(self) -> int:
        """Finished, on time or late, including those finished before they were due."""
        return self.on_time + self.late

    @property
    def due(self) -> int:
        """Known results: finished or overdue."""
        return self.finished + self.overdue


def nodes_of(states: pd.DataFrame) -> Nodes:
    """Counts of a table of milestones with `state` (measures.tasks.milestone_states)."""
    count = states["state"].value_counts()
    by_state = [int(count.get(state, 0)) for state in (ON_TIME, MADE_UP, OVERDUE, NODE_UNREPORTED, NOT_DUE)]
    return Nodes(len(states), *by_state)


def judge_pace(nodes: Nodes, bands: MilestoneBands | None, past_due: bool) -> dict[str, object]:
    """finished_share (as displayed, None when nothing known is due), progress_light and progress_reason."""
    share = displayed_share(Decimal(nodes.finished) / nodes.due) if nodes.due else None
    return {
        "finished_share": None if share is None else float(share),
        "progress_light": _pace_light(nodes, share, bands, past_due),
        "progress_reason": _pace_said(nodes),
    }


def _pace_light(nodes: Nodes, share: Decimal | None, bands: MilestoneBands | None, past_due: bool) -> str:
    if not nodes.total:
        return NO_NODES
    if nodes.finished == nodes.total:
        return DONE
    if share is None:
        return UNREPORTED if nodes.unknown else NOTHING_DUE
    if past_due and nodes.overdue:
        return MISSED
    if bands is None:
        return UNDECIDED
    if share >= Decimal(repr(bands.on_pace)):
        return ON_PACE
    return BEHIND if share >= Decimal(repr(bands.behind)) else FAR_BEHIND


def _pace_said(nodes: Nodes) -> str:
    if not nodes.total:
        return "没有任务节点"
    parts = [
        f"已到期和提前完成的 {nodes.due} 个节点中完成 {nodes.finished} 个" if nodes.due else "没有已知结果的到期节点"
    ]
    if nodes.late:
        parts.append(f"其中逾期后完成 {nodes.late} 个")
    if nodes.overdue:
        parts.append(f"逾期未完成{nodes.overdue}个")
    if nodes.unknown:
        parts.append(f"另有{nodes.unknown}个到期节点未报送，不作完成也不作逾期计")
    return "，".join(parts)


def judge_node_outlook(nodes: Nodes, bands: OutlookBands | None) -> dict[str, object]:
    """outlook_* columns: P that every milestone still to come is finished on time, and 80 % of how many will be."""
    nothing: dict[str, object] = {"outlook_p": None, "outlook_low": None, "outlook_high": None, "outlook_word": NONE}
    if not nodes.total or not nodes.remaining:
        done = nodes.total > 0 and nodes.finished == nodes.total
        why = "没有任务节点" if not nodes.total else "节点已全部完成" if done else "没有尚未到期的节点"
        return {**nothing, "outlook_light": FINISHED if done else NONE, "outlook_reason": f"{why}，没有可预测的"}
    if bands is None:
        return {**nothing, "outlook_light": UNDECIDED, "outlook_reason": "参数中没有定展望灯的档次（outlook_bands）"}
    if nodes.due < bands.fewest_milestones:
        why = f"只有{nodes.due}个节点有结果，少于{bands.fewest_milestones}个，不作预测"
        return {**nothing, "outlook_light": NONE, "outlook_reason": why}
    forecast = beta_binomial(nodes.remaining, nodes.on_time, nodes.due - nodes.on_time)
    p, (low, high) = displayed_probability(forecast.at_least(nodes.remaining)), interval(forecast)
    word = in_words(p)
    event = f"余下{nodes.remaining}个节点全部" if nodes.remaining > 1 else "余下1个节点"
    why = f"以往{nodes.due}个节点中按期{nodes.on_time}个，据此推算{event}按期完成的可能"
    if nodes.overdue:
        why += f"；已逾期的{nodes.overdue}个不在其内"
    return {
        "outlook_p": p, "outlook_low": low, "outlook_high": high, "outlook_word": word,
        "outlook_light": outlook_light(p, word, bands), "outlook_reason": why,
    }  # fmt: skip


def node_counts(nodes: Nodes) -> dict[str, object]:
    """The counting columns of LIGHT_COLUMNS."""
    return {
        "milestones": nodes.total, "due": nodes.due, "finished": nodes.finished, "finished_late": nodes.late,
        "overdue": nodes.overdue, "unknown": nodes.unknown, "remaining": nodes.remaining,
    }  # fmt: skip


def past(due: date, day: date) -> bool:
    """Whether the plan's due date has come."""
    return day >= due
