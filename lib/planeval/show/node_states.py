"""How the state of a node looks wherever it stands; without matplotlib, for the index is written without it too."""

from __future__ import annotations

from planeval.measures.tasks import MADE_UP, NOT_DUE, ON_TIME, OVERDUE, UNREPORTED
from planeval.show.html import Cell, esc

STATE_SYMBOLS = {
    ON_TIME: ("●", "done"), MADE_UP: ("◆", "behind"), OVERDUE: ("■", "far-behind"), NOT_DUE: ("◇", "unreported"),
    UNREPORTED: ("○", "unreported"),
}  # fmt: skip
"""State → symbol and CSS class; readable without colour."""


def state_mark(state: str) -> Cell:
    """A node's state with symbol and colour."""
    symbol, kind = STATE_SYMBOLS[state]
    return Cell(
        f"{symbol} {state}", f'<span class="light {kind}"><span aria-hidden="true">{symbol}</span> {esc(state)}</span>'
    )
