"""What every notebook needs, loaded once before the first fork. No code of a notebook ever runs here."""

from __future__ import annotations

import gc
import pkgutil
import time
from importlib import import_module
from pathlib import Path

import planeval.show
from planeval.ledger.reading_child import CHILD

_LONGEST_END = 3.0
_REHEARSALS = 3  # CPython specialises what it has seen a handful of times

# What pandas, matplotlib and IPython load only when a frame is first shown, a figure first drawn, a cell first run.
# Not matplotlib_inline.backend_inline: it looks for the shell while it is imported, and would lose every figure.
_LOADED_LATE = (
    "matplotlib.backends.backend_svg", "matplotlib.pyplot", "pandas.io.formats.html", "scipy.stats", "IPython.display",
)  # fmt: skip


def preload() -> None:
    """Import the stack and our own modules, and draw one figure of our own."""
    for name in _LOADED_LATE:
        import_module(name)
    for module in pkgutil.iter_modules(planeval.show.__path__):
        import_module(f"planeval.show.{module.name}")
    for _ in range(_REHEARSALS):
        _rehearse()


def _rehearse() -> None:
    """A figure and a table of our own, of the kinds that pages have: the caches of fonts and of text fill, and Python
    specialises the code that every page runs through, once and not in every child.
    """
    import matplotlib as mpl
    import pandas as pd
    from matplotlib.figure import Figure

    from planeval.show.figures import chart, style
    from planeval.show.html import rows_of, table

    frame = pd.DataFrame(
        {"name": ["目标值", "完成比例"], "day": pd.Series([pd.Timestamp("2024-01-01"), pd.NaT]), "value": [0.25, 3]}
    )
    rows = [(row["name"], f"{row['value']:g}") for row in rows_of(frame[frame["value"].gt(0)])]
    with mpl.rc_context(style()):
        figure = Figure(figsize=(2, 1))
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.barh([0, 1], frame["value"], hatch="//", label="目标值")
        axes.bar([0, 1], frame["value"], bottom=[1, 2])
        axes.plot(pd.to_datetime(["2024-01-01", "2026-12-31"]), [0, 1], marker="o", linestyle=(0, (2, 2)))
        axes.axvline(0.5)
        axes.text(0, 0.5, "年度 2026Q4 0123456789%", ha="right")
        axes.annotate("完成", (0, 1), xytext=(3, 3), textcoords="offset points")
        axes.set_yticks([0, 1], frame["name"])
        axes.legend(loc="upper right")
        chart(figure, "标题", "说明", table("数据", ("名称", "数值"), rows, ("text", "number"), kind="rows"))


def settle() -> None:
    """End what reading left behind, collect once, and set all objects aside, so that no collection in a child writes
    into shared pages.
    """
    CHILD.close()
    deadline = time.monotonic() + _LONGEST_END
    while thread_count() > 1 and time.monotonic() < deadline:  # the reader's watch looks up now and then
        time.sleep(0.02)
    gc.collect()
    gc.freeze()


def thread_count() -> int:
    """Threads of this process, those of libraries included. A process with more than one must not fork."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())
