"""Forecasts kept with their review and scored when their quarter has closed: the forecaster is judged too.

Brier score = mean (p - o)², o = 1 if reached, else 0; 0 is perfect, 0.25 is what "一半对一半" always gets
(Brier 1950, recalled). Coverage = share of outcomes within [low, high], nominal 80 %. Shares carry Jeffreys
intervals, Beta(k + ½, n - k + ½) (Brown, Cai & DasGupta 2001, recalled). Forecasts of one target in
successive quarters are not independent, so these intervals are rather too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from scipy.special import betaincinv

from planeval.judge.outlook.distributions import LEVEL
from planeval.judge.outlook.verdict import ARITHMETIC, WORDS, Outlook, in_words
from planeval.periods import Period

AT_DUE, NEXT_QUARTER = "到期", "下一季"
FORECAST_COLUMNS = ("target_id", "event", "made_in", "horizon", "needed", "p", "low", "high", "outcome")
TABLE_COLUMNS = ("word", "forecasts", "mean_p", "reached_share", "reached_low", "reached_high")
HORIZON_COLUMNS = ("horizon", "forecasts", "brier", "coverage")
_KEY = ["target_id", "event", "made_in", "horizon"]


@dataclass(frozen=True)
class Calibration:
    """How the closed forecasts did. Numbers are None when none has closed; `reason` then says so.

    brier_base: what always saying the share reached would have got, known only afterwards. table: a row per
    word; by_horizon: a row per number of quarters ahead.
    """

    closed: int
    open: int
    brier: float | None
    brier_base: float | None
    coverage: float | None
    coverage_low: float | None
    coverage_high: float | None
    table: pd.DataFrame
    by_horizon: pd.DataFrame
    reason: str


def forecast_row(
    target_id: str, event: str, made_in: Period, horizon: int, needed: float, outlook: Outlook
) -> dict[str, object] | None:
    """A forecast as it is kept (FORECAST_COLUMNS); None when nothing was foreseen.

    needed: the least value (AT_DUE) or addition (NEXT_QUARTER) that counts as reached. outcome stays NaN
    until the quarter `made_in` + `horizon` has closed.
    """
    if outlook.p is None or outlook.method == ARITHMETIC:
        return None
    row = (target_id, event, str(made_in), horizon, needed, outlook.p, outlook.low, outlook.high, float("nan"))
    return dict(zip(FORECAST_COLUMNS, row, strict=True))


def score_forecasts(forecasts: pd.DataFrame) -> Calibration:
    """Brier score, coverage and calibration table of forecasts (FORECAST_COLUMNS) whose outcome is known.

    Raises ValueError when one forecast is kept twice or a probability lies outside [0, 1].
    """
    _check(forecasts)
    closed = forecasts[forecasts["outcome"].notna() & forecasts["p"].notna()]
    waiting = int((forecasts["outcome"].isna() & forecasts["p"].notna()).sum())
    if closed.empty:
        why = f"{waiting}项预测都还没有到期，暂不评价预测本身" if waiting else "还没有作过预测"
        empty = pd.DataFrame(columns=list(TABLE_COLUMNS)), pd.DataFrame(columns=list(HORIZON_COLUMNS))
        return Calibration(0, waiting, None, None, None, None, None, *empty, why)
    scored = _scored(closed)
    hits, number = int(scored["covered"].sum()), len(scored)
    base = float(scored["reached"].mean())
    return Calibration(
        closed=number, open=waiting, brier=float(scored["squared"].mean()), brier_base=base * (1 - base),
        coverage=hits / number, coverage_low=_jeffreys(hits, number)[0], coverage_high=_jeffreys(hits, number)[1],
        table=_by_word(scored), by_horizon=_by_horizon(scored),
        reason=f"{number} 项预测已到期，其中 {hits} 项落在标称 {LEVEL:.0%} 的区间内",
    )  # fmt: skip


def _check(forecasts: pd.DataFrame) -> None:
    absent = [name for name in FORECAST_COLUMNS if name not in forecasts]
    if absent:
        raise ValueError(f"预测记录缺少列：{'、'.join(absent)}")
    repeated = forecasts[forecasts.duplicated(_KEY)]
    if not repeated.empty:
        row = repeated.iloc[0]
        raise ValueError(f"{row['target_id']}在{row['made_in']}的预测（{row['event']}）记录了两次")
    known = forecasts["p"].dropna()
    if not known.between(0, 1).all():
        raise ValueError(f"概率应在0到1之间，现有{known[~known.between(0, 1)].iloc[0]:g}")


def _scored(closed: pd.DataFrame) -> pd.DataFrame:
    outcome = closed["outcome"].astype(float)
    reached = outcome.ge(closed["needed"].astype(float) - 1e-9)
    p = closed["p"].astype(float)
    return pd.DataFrame({
        "p": p, "horizon": closed["horizon"].astype(int), "reached": reached.astype(float),
        "squared": (p - reached) ** 2, "word": p.map(in_words),
        "covered": outcome.between(closed["low"].astype(float), closed["high"].astype(float)),
    })  # fmt: skip


def _by_word(scored: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for _, word in WORDS:
        group = scored[scored["word"].eq(word)]
        if not group.empty:
            reached = int(group["reached"].sum())
            rows.append((word, len(group), group["p"].mean(), reached / len(group), *_jeffreys(reached, len(group))))
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS))


def _by_horizon(scored: pd.DataFrame) -> pd.DataFrame:
    groups = scored.groupby("horizon")
    table = pd.DataFrame({
        "forecasts": groups.size(), "brier": groups["squared"].mean(), "coverage": groups["covered"].mean(),
    })  # fmt: skip
    return table.reset_index()[list(HORIZON_COLUMNS)]


def _jeffreys(yes: int, number: int, level: float = 0.95) -> tuple[float, float]:
    """Jeffreys interval of a share; its ends are 0 and 1 where none or all say yes."""
    tail = (1 - level) / 2
    low = float(betaincinv(yes + 0.5, number - yes + 0.5, tail)) if yes else 0.0
    high = float(betaincinv(yes + 0.5, number - yes + 0.5, 1 - tail)) if yes < number else 1.0
    return low, high
