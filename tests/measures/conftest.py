"""The demonstration review, opened once for the tests of measures and their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from planeval.review import Review, open_review


@pytest.fixture(scope="session")
def demonstration() -> Review:
    """2026Q3 of the demonstration, everything known."""
    return open_review("jincheng", "2026Q3", workspace=Path(__file__).resolve().parents[2])
