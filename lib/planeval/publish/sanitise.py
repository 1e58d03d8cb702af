"""What HTML may stand in a page: one explicit list; everything else is taken out.

The text of an element that is not listed stays, except for elements whose text is never meant to be read
(script, style, svg …). Nothing here can lead out of the folder a page lies in.
"""

from __future__ import annotations

import re

import nh3

TAGS = frozenset(
    "section article div p span h1 h2 h3 h4 h5 h6 br hr strong b em i small sub sup s del ins mark abbr code pre kbd "
    "blockquote q cite time ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td "
    "figure figcaption img details summary a".split()
)
EMPTIED_TAGS = frozenset(
    "script style svg math template noscript iframe object embed applet noembed noframes title textarea select".split()
)
ATTRIBUTES = {
    "*": {"class", "id", "lang", "title", "role", "style"},
    "a": {"href"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "div": {"tabindex"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr"},
    "time": {"datetime"},
}
ATTRIBUTE_PREFIXES = {"data-", "aria-"}

_BAR_WIDTH = re.compile(r"\s*width\s*:\s*(?:100|\d{1,2})(?:\.\d+)?%\s*;?\s*")
_IMAGE = re.compile(r"data:image/(?:svg\+xml|png);base64,[A-Za-z0-9+/]+={0,2}")
_PAGE_LINK = re.compile(r"(?:#[^\s\"'<>]+|(?:(?:[\w-]+/){0,3}[\w-]+\.html|tables/[\w-]+\.csv)(?:#[^\s\"'<>]+)?)")


def is_image_source(value: str) -> bool:
    """Whether an image carries its own bytes, as SVG or PNG."""
    return _IMAGE.fullmatch(value) is not None


def is_page_link(value: str) -> bool:
    """Whether a link stays inside the folder of its page: `#…`, `20_targets.html#…`, `2026Q3/internal/index.html`."""
    return _PAGE_LINK.fullmatch(value) is not None


def is_bar_width(value: str) -> bool:
    """Whether a style says nothing but a width in percent, as the bars inside tables need."""
    return _BAR_WIDTH.fullmatch(value) is not None


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        return value if is_bar_width(value) else None
    if attribute == "tabindex":
        return value if value == "0" else None
    if (tag, attribute) == ("a", "href"):
        return value if is_page_link(value) else None
    if (tag, attribute) == ("img", "src"):
        return value if is_image_source(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(EMPTIED_TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_kept,
    generic_attribute_prefixes=ATTRIBUTE_PREFIXES,
    url_schemes={"data"},
    url_relative="pass_through",
    link_rel=None,
    strip_comments=True,
)


def sanitise(html: str) -> str:
    """The same HTML with only what is listed above, well formed. A link out of the edition becomes its text."""
    return _CLEANER.clean(html)
