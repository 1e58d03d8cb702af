"""What every notebook needs, loaded once before the first fork. No code of a notebook ever runs here."""

from __future__ import annotations

import gc
import io
import pkgutil
import time
from importlib import import_module
from pathlib import Path

import planeval.show
from planeval.ledger.reading_child import CHILD

_LONGEST_END = 3.0

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
    _draw()


def _draw() -> None:
    """A small figure in our style: it fills the caches of fonts and of the layout of text."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    from planeval.show.figures import style

    with mpl.rc_context(style()):
        figure = Figure(figsize=(2, 1))
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.barh([0, 1], [0.25, 0.75])
        axes.set_yticks([0, 1], ["目标值", "完成比例"])
        FigureCanvasSVG(figure).print_svg(io.BytesIO(), metadata={"Date": None})


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
