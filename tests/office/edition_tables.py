"""Editions made of tables alone, for tests of what is written from tables."""

from __future__ import annotations

from pathlib import Path

from planeval.office.published import EditionFiles, EditionPage, EditionTable

HEAD = "晋创谷·晋城 2026年第三季度评估（内部版）"
INDEX = f"""<!doctype html><html lang="zh-CN"><body><header><span>{HEAD}</span></header><main><h1>目录</h1>
<section class="opening"><dl><dt>评估期</dt><dd>2026年第三季度</dd></dl></section></main></body></html>"""


def edition_of(*tables: EditionTable, pages: tuple[EditionPage, ...] = (), sample: bool = True) -> EditionFiles:
    """An internal edition of 2026Q3, as known on 2026-10-15."""
    return EditionFiles(
        folder=Path(), review="2026Q3", plan="jincheng", document="晋市政办〔2024〕38号", period="2026Q3",
        as_known_on="2026-10-15", edition="internal", sample=sample, fingerprint="8be61eca86f1", version="0.1.0",
        run_sha256="", inputs=(), index=EditionPage("index", "目录", "", INDEX), pages=pages, unfinished=(),
        tables=tables,
    )  # fmt: skip


def table_of(name: str, columns: tuple[str, ...], *rows: tuple[str, ...]) -> EditionTable:
    return EditionTable(name, f"“{name}”的内容", columns, rows, ())
