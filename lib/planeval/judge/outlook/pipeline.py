"""Statuses recognised in batches: who will lapse and who is waiting, instead of a trend.

    stock at the due date = stock - Binomial(expiring, p_lapse) + BetaBinomial(pending, a + passed, b + failed)

a = b = ½ (Jeffreys). Where p_lapse is not given it is learnt the same way from what happened to earlier
expiries: BetaBinomial(expiring, ½ + lapsed, ½ + renewed). All terms are independent numbers of firms, and the
sum is worked out term by term (convolution). Its limit: firms of one batch share one examination, so where
the experience comes from few batches the truth varies more than this says.

Reference: beta-binomial predictive of a future number of successes, Hahn & Meeker, *Statistical Intervals*
(recalled).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.judge.outlook.distributions import CountForecast, beta_binomial, binomial


@dataclass(frozen=True)
class PipelineFacts:
    """What the ledger knows of a batch-recognised status on the review's day. All are numbers of items.

    expiring: in the stock now, validity ends by the due date, not yet renewed.
    pending: applied for and undecided, expected before the due date; None: nobody files applications.
    p_lapse: share that will not renew, if decided; else learnt from lapsed and renewed (earlier expiries).
    passed, failed: earlier applications by their result.
    recognised: new recognitions per quarter (index `2026Q3`), used only when pending is None.
    """

    expiring: int
    pending: int | None = None
    p_lapse: float | None = None
    lapsed: int = 0
    renewed: int = 0
    passed: int = 0
    failed: int = 0
    recognised: pd.Series | None = None

    def __post_init__(self) -> None:
        counts = (self.expiring, self.pending or 0, self.lapsed, self.renewed, self.passed, self.failed)
        if min(counts) < 0:
            raise ValueError("到期、在审和以往结果的家数不能是负数")
        if self.p_lapse is not None and not 0 <= self.p_lapse <= 1:
            raise ValueError(f"到期不再续的比例应在0到1之间，现为{self.p_lapse:g}")


def lapses(facts: PipelineFacts) -> CountForecast:
    """How many of the expiring items will not be renewed."""
    if facts.p_lapse is not None:
        return binomial(facts.expiring, facts.p_lapse)
    return beta_binomial(facts.expiring, facts.lapsed, facts.renewed)


def passes(facts: PipelineFacts) -> CountForecast:
    """How many of the pending applications will pass; needs `pending`."""
    return beta_binomial(facts.pending or 0, facts.passed, facts.failed)


def forecast_pipeline(facts: PipelineFacts, arrivals: CountForecast | None = None) -> CountForecast:
    """Change of the stock until the due date. arrivals: foreseen recognitions where pending is not known."""
    return (passes(facts) if arrivals is None else arrivals).minus(lapses(facts))


def counts_in_words(facts: PipelineFacts) -> str:
    """The numbers that went into the forecast, for the page."""
    decided, judged = facts.lapsed + facts.renewed, facts.passed + facts.failed
    if facts.p_lapse is not None:
        renewal = f"不再续的比例按 {facts.p_lapse:.0%}"
    else:
        renewal = f"以往到期 {decided} 家中续上 {facts.renewed} 家" if decided else "能否续上没有经验数，按各半计"
    expiring = f"到期 {facts.expiring} 家（{renewal}）" if facts.expiring else "期内没有到期"
    if facts.pending is None:
        return f"{expiring}，在审数未知，新认定按以往各季推算"
    results = f"以往 {judged} 家中通过 {facts.passed} 家" if judged else "能否通过没有经验数，按各半计"
    return f"{expiring}，" + (f"在审 {facts.pending} 家（{results}）" if facts.pending else "没有在审")
