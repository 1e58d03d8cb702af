"""A line of a few numbers as a small SVG without words, for a figure whose caption and table say them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

WIDTH, HEIGHT, EDGE = 240, 72, 7
LINE, MUTED = "#1f4e79", "#5b6875"


def sparkline(values: Sequence[float | None], expected: Sequence[float | None], top: float) -> str:
    """A data address: values as a line with dots, the last one larger; expected dashed; a rule at 1.

    values and expected: one per quarter, None where there is none (the line is broken there). top: the height that the
    drawing reaches, the same for every line shown beside it.
    """
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)

    def place(index: int, value: float) -> str:
        return f"{EDGE + index * step:.1f} {HEIGHT - EDGE - min(max(value, 0.0), top) / top * (HEIGHT - 2 * EDGE):.1f}"

    known = [index for index, value in enumerate(values) if value is not None]
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="{4.5 if index == known[-1] else 2.5}"/>'
        for index in known
        for x, y in [place(index, _number(values[index])).split()]
    )
    rule = f'<path d="M{place(0, 1.0)}H{WIDTH - EDGE}" stroke="{MUTED}"/>'
    dashed = f'<path d="{_runs(expected, place)}" stroke="{MUTED}" stroke-dasharray="2 4" stroke-width="2"/>'
    line = f'<path d="{_runs(values, place)}" stroke="{LINE}" stroke-width="2.5"/>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<g fill="none">{rule}{dashed}{line}</g><g fill="{LINE}">{dots}</g></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode('ascii')).decode('ascii')}"


def _number(value: float | None) -> float:
    return 0.0 if value is None else value


def _runs(values: Sequence[float | None], place: Callable[[int, float], str]) -> str:
    """The path through the known values, begun anew after a gap."""
    parts, pen = [], "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
        else:
            parts.append(f"{pen}{place(index, value)}")
            pen = "L"
    return "".join(parts) or "M0 0"
