"""What a page says in colour it says in grey too: text stays readable, and each light has a mark of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import planeval.publish.exporter
from planeval.judge.evidence import FAIR, SUFFICIENT, WEAK
from planeval.judge.outlook.bands import ASSURED, DOUBTFUL, OPEN
from planeval.judge.outlook.verdict import MISSED as MISSED_AT_DUE
from planeval.judge.outlook.verdict import REACHED
from planeval.judge.progress import LIGHTS
from planeval.show.words import SYMBOLS, light

CSS = (Path(planeval.publish.exporter.__file__).parent / "template" / "page.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", CSS))
BACKGROUNDS = frozenset(("rule", "soft"))  # of COLOURS, those that no text is written in
READABLE = 4.5  # contrast that WCAG 2.2 asks of text, 1.4.3


def grey(colour: str) -> float:
    """Relative luminance, which is what a grey printer keeps of a colour."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((grey(one), grey(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", sorted(set(COLOURS) - BACKGROUNDS))
def test_every_colour_of_text_is_readable_in_grey(name: str) -> None:
    """On white paper, and on the pale ground of contents and 来历."""
    assert contrast(COLOURS[name], "#ffffff") >= READABLE
    assert contrast(COLOURS[name], COLOURS["soft"]) >= READABLE


def test_what_stands_in_every_margin_of_the_paper_is_readable() -> None:
    printed = CSS[CSS.index("@page {") : CSS.index("html { font-size: 10.5pt")]
    colours = set(re.findall(r"color: (#[0-9a-f]{6})", printed))
    assert colours and all(contrast(colour, "#ffffff") >= READABLE for colour in colours)


@pytest.mark.parametrize(
    "lights",
    [LIGHTS, (REACHED, ASSURED, OPEN, DOUBTFUL, MISSED_AT_DUE), (SUFFICIENT, FAIR, WEAK)],
    ids=["progress", "outlook", "evidence"],
)
def test_the_lights_of_one_kind_differ_without_colour(lights: tuple[str, ...]) -> None:
    """A different mark for each, and the word beside it."""
    judged = [word for word in lights if SYMBOLS[word] not in "○◌"]  # an empty ring: nothing was judged
    assert len({SYMBOLS[word] for word in judged}) == len(judged)
    assert all(light(word).text == f"{SYMBOLS[word]} {word}" and word in light(word).html for word in lights)
