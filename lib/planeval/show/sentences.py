"""Numbers in sentences as links to the 来历 that explains them, so that reading on needs no search and no script.

What is not a number of the review stays plain: dates, quarters, years, document numbers, ids and file names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from planeval.show.html import Fragment, esc, together

_PLAIN = (
    r"&[#\w]+;"  # an escaped character
    r"|\d{4}Q\d|\d{4}-\d{2}-\d{2}|\d{4}\s?年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日|\d{4}–\d{4}(?!\d)"
    r"|〔\d{4}〕\s?\d+号|[A-Za-z_][\w./-]*|\d[\w./-]*[A-Za-z_][\w./-]*"
)
_AMOUNT = r"\d[\d,]*(?:\.\d+)?%?"
_NUMBER = re.compile(rf"(?P<plain>{_PLAIN})|[+−-]?{_AMOUNT}(?:[–—/]{_AMOUNT})?", re.ASCII)
_PIECE = re.compile(r"<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)(?P<attributes>[^<>]*)>|[^<]+")
_SENTENCES = frozenset(("p", "li", "dd"))
_CLOSED = frozenset(("a", "table", "figure", "summary", "h2", "h3", "h4"))
_CLOSED_CLASSES = re.compile(r'class="(?:[^"]* )?(?:trace|note|card|decision)(?: [^"]*)?"')
_VOID = frozenset(("br", "col", "hr", "img", "wbr"))


def source_of(name: str) -> str:
    """The id of the 来历 of a section, by the section's name in show.origins."""
    return f"trace-of-{name}"


def linked_text(text: str, anchor: str) -> str:
    """Plain text as HTML in which every number leads to an anchor of the page."""
    return _linked(esc(text), anchor)


def sentence(text: str, anchor: str, kind: str = "") -> Fragment:
    """A paragraph whose numbers lead to an anchor; kind is a CSS class (`lead`)."""
    attribute = f' class="{esc(kind)}"' if kind else ""
    return Fragment(f"<p{attribute}>{linked_text(text, anchor)}</p>", text)


def sentences(told: Iterable[tuple[str, str]], kind: str = "points") -> Fragment:
    """A list of (sentence, anchor of its numbers); empty sentences are left out."""
    items = [Fragment(f"<li>{linked_text(text, anchor)}</li>", f"{text}\n") for text, anchor in told if text]
    listed = together(items)
    return Fragment(f'<ul class="{esc(kind)}">{listed.html}</ul>', listed.text.strip("\n"))


def has_numbers(text: str) -> bool:
    """Whether a sentence states a number of the review."""
    return any(not match["plain"] for match in _NUMBER.finditer(esc(text)))


def numbers_linked(made: Fragment, anchor: str) -> str:
    """The HTML of a section with the numbers of its sentences leading to an anchor.

    Only paragraphs, list items and facts are changed; what is a link already, tables, figures, notes and 来历 are not.
    """
    shown: list[str] = []
    opened: list[tuple[str, bool]] = []  # tags around, and whether what they hold stays as it is
    for piece in _PIECE.finditer(made.html):
        tag = piece["tag"]
        if tag is None:
            inside = any(name in _SENTENCES for name, _ in opened) and not any(closed for _, closed in opened)
            shown.append(_linked(piece[0], anchor) if inside else piece[0])
            continue
        shown.append(piece[0])
        if piece["end"]:
            opened.pop()
        elif tag not in _VOID:
            opened.append((tag, tag in _CLOSED or bool(_CLOSED_CLASSES.search(piece["attributes"]))))
    return "".join(shown)


def _linked(escaped: str, anchor: str) -> str:
    def link(match: re.Match[str]) -> str:
        if match["plain"]:
            return match[0]
        return f'<a class="number" href="#{esc(anchor)}">{match[0]}</a>'

    return _NUMBER.sub(link, escaped)
