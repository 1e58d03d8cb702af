"""Markdown that a notebook's output holds: data, so nothing in it leads anywhere, loads anything or shapes the page.

What the author of a notebook writes in a cell is another matter (see exporter). Here emphasis, lists and code are
shown; HTML, links, pictures, headings and tables are shown as the text they are, so that no name or note in a ledger
can stop a page by breaking its rules, and none is lost.
"""

from __future__ import annotations

from html import escape

import mistune
from mistune.renderers.html import HTMLRenderer

from planeval.publish.sanitise import is_page_link


class _AsText(HTMLRenderer):
    """HTML of markdown that came from data; every text that arrives here is escaped already, addresses are not."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link inside the edition is one; any other is its words and the address beside them."""
        if is_page_link(url) and not url.startswith("#"):
            return f'<a href="{escape(url)}">{text}</a>'
        address = self._address(url, title)
        return text if text == address else f"{text}（{address}）"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture is its words and its address: nothing is loaded."""
        return f"{text}（{self._address(url, title)}）"

    def heading(self, text: str, level: int, **attrs: object) -> str:
        """A line in bold: the page's own headings are made by its author."""
        return f"<p><strong>{text}</strong></p>\n"

    def thematic_break(self) -> str:
        """The signs it was written with are not kept; a rule says the same."""
        return "<hr>\n"

    def _address(self, url: str, title: str | None) -> str:
        return escape(f"{url} {title}" if title else url)


def output_html(text: str) -> str:
    """The HTML (to be sanitised, as everything) of markdown in an output."""
    return str(_MARKDOWN(text))


_MARKDOWN = mistune.create_markdown(renderer=_AsText(escape=True), plugins=["strikethrough"])
_MARKDOWN.block.rules.remove("ref_link")  # an address book entry would vanish; it is shown
