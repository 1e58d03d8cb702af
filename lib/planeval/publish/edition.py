"""An edition being made: what each of its pages says about itself, its tables and its index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from planeval.plan.review_files import EDITION_NAMES, UNIT
from planeval.publish.exporter import PageInfo, page_exporter
from planeval.publish.failures import Failure, NotebookFailed, PageRefused
from planeval.publish.git_state import GitState
from planeval.publish.index_page import index_blocks
from planeval.publish.jobs import INDEX
from planeval.publish.manifest import PublishedPage
from planeval.publish.page_contract import Expected, check_page
from planeval.publish.staging import TABLES
from planeval.publish.tables import csv_bytes, own_tables, published_tables
from planeval.review import Review
from planeval.show.editions import edition_text
from planeval.show.html import Cell, paragraph
from planeval.show.opening import opening

_NEXT = "下一步：按上面的原因改正后再运行一次同样的命令，只会重做没有完成的网页；详细记录在 logs 文件夹里。"


@dataclass(frozen=True)
class Edition:
    """The review behind an edition, the pages it will consist of, and the commit it is made from.

    own: in the unit edition, unit → its own review.
    """

    review: Review
    pages: tuple[PublishedPage, ...]
    git: GitState
    own: Mapping[str, Review] = field(default_factory=dict)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every published table by name, without `.csv`."""
        return own_tables(self.own) if self.review.edition == UNIT else published_tables(self.review)

    @cached_property
    def table_files(self) -> dict[str, bytes]:
        """The published tables as files of the edition."""
        return {f"{TABLES}/{name}.csv": csv_bytes(table) for name, table in self.tables.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """What the edition consists of; links to anything else become their text."""
        return frozenset(
            [INDEX, *(page.file for page in self.pages), *(f"{TABLES}/{name}.csv" for name in self.tables)]
        )

    @cached_property
    def units(self) -> dict[str, str]:
        """In the unit edition, file → the unit it is for: its page and its tables; empty in every other edition."""
        if self.review.edition != UNIT:
            return {}
        own = {f"{TABLES}/{name}.csv": name.rpartition("-")[0] for name in self.tables}
        return {page.file: page.key for page in self.pages} | own

    @property
    def expected(self) -> Expected:
        """What every page is checked against."""
        return Expected(self.review.fingerprint, self.review.is_sample, self.names)

    def info(self, title: str, file: str) -> PageInfo:
        """What a page of this edition says about itself.

        A unit gets its own page and tables, and not the index nor the others', so its page leads to no more than that.
        """
        known = self.review.as_known_on
        footer = {
            "version": version("planeval"), "commit": self.git.label, "fingerprint": self.review.fingerprint,
            "known_on": known.isoformat() if known else "", "edition": edition_text(self.review),
            "inputs": str(len(self.review.inputs)),
        }  # fmt: skip
        name = EDITION_NAMES[self.review.edition]
        head = f"{self.review.plan.text.short_title} {self.review.period.label}评估（{name}）"
        unit = self.units.get(file)
        files = self.names if unit is None else frozenset(name for name, whose in self.units.items() if whose == unit)
        return PageInfo(title, head, self.review.is_sample, files, footer)

    def index(self) -> bytes:
        """index.html, within the contract. Raises PageRefused."""
        return self._checked(INDEX, "目录", index_blocks(self.review, self.pages, self.tables))

    def unfinished(self, page: PublishedPage, failure: Failure) -> bytes:
        """The page that stands in the place of one that failed: 未完成, which cell, why, and the next step."""
        if isinstance(failure, NotebookFailed):
            place = f"停在第 {failure.cell} 个单元格" if failure.cell else "还没有运行到第一个单元格"
            why = f"{failure.error}：{failure.reason}" if failure.error else failure.reason
            said = [paragraph(f"本页未完成：{place}。"), paragraph(f"原因：{why}")]
        else:
            said = [paragraph("本页未完成：笔记本运行到了最后，但网页没有通过检查。")]
            said += [paragraph(f"原因：{fault}") for fault in failure.faults]
        blocks = [f"<h1>{Cell(page.title).html}（未完成）</h1>", opening(self.review).html, "<h2>没有完成</h2>"]
        blocks += [part.html for part in (*said, paragraph(_NEXT))]
        return self._checked(page.file, f"{page.title}（未完成）", blocks)

    def _checked(self, name: str, title: str, blocks: Sequence[str]) -> bytes:
        text = page_exporter().render(blocks, self.info(title, name))
        faults = check_page(text, self.expected)
        if faults:
            raise PageRefused(Path(name).stem, faults)
        return text.encode("utf-8")
