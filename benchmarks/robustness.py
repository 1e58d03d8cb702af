"""Times the Monte Carlo of the total: 100,000 draws of 8 targets on one core; one line of JSON.

Run: python benchmarks/robustness.py
The limit is 1 second. The eight done shares are made up; the work does not depend on them.
"""

from __future__ import annotations

import json
import os
import statistics
import time

import numpy as np
import pandas as pd

from planeval.judge.robustness.monte_carlo import Uncertainty, simulate
from planeval.judge.scoring.points import OWED, SCORED, Goalposts
from planeval.judge.scoring.totals import Floor, GradeScale, Scheme
from planeval.judge.scoring.weights import equal_weights

DRAWS, LIMIT_SECONDS, REPEATS = 100_000, 1.0, 7
DONE_SHARES = (0.5, 0.7, 0.63, 0.7, 0.9, 1.0, np.nan, 1.0)


def eight_targets() -> tuple[pd.DataFrame, Scheme]:
    """Eight targets, one of them 应报未报, equal weights, a floor on each."""
    ids = [f"target_{number}" for number in range(1, 9)]
    states = [OWED if np.isnan(share) else SCORED for share in DONE_SHARES]
    items = pd.DataFrame({"item_id": ids, "name": ids, "x": DONE_SHARES, "state": states, "last_x": 0.4})
    grades = GradeScale((("优", 90.0), ("良", 80.0), ("中", 60.0), ("差", 0.0)))
    goalposts = dict.fromkeys(ids, Goalposts(0.6, 1.0))
    return items, Scheme(goalposts, equal_weights(ids), Floor(dict.fromkeys(ids, 30.0), "中"), grades)


def on_one_core() -> bool:
    """Bind this process to one core where the system allows it."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return True


def main() -> None:
    """Print the median and the best of the repeats, for both ways of drawing weights."""
    bound = on_one_core()
    items, scheme = eight_targets()
    result: dict[str, object] = {"draws": DRAWS, "targets": len(items), "one_core": bound, "limit_s": LIMIT_SECONDS}
    slowest = 0.0
    for weights in ("band", "dirichlet"):
        choices = Uncertainty(weights, 0.25, 0.10, 0.5, ("zero", "left_out", "last_reported"))
        seconds = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            found = simulate(items, scheme, choices, draws=DRAWS)
            seconds.append(time.perf_counter() - started)
        slowest = max(slowest, statistics.median(seconds))
        result[f"{weights}_median_s"] = round(statistics.median(seconds), 3)
        result[f"{weights}_best_s"] = round(min(seconds), 3)
        result[f"{weights}_band"] = [round(found.quantiles[share], 2) for share in (0.05, 0.95)]
    result["within_limit"] = slowest < LIMIT_SECONDS
    print(json.dumps(result))


if __name__ == "__main__":
    main()
