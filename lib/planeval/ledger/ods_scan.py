"""Reading through an .ods workbook's XML once before the real reader lays out its sheets.

An OpenDocument sheet writes a cell or a row once and how often it is repeated: ten bytes ask for a billion
cells. Blank repetition at the end of a row or a sheet is what LibreOffice writes of every sheet, and harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planeval.ledger.addresses import column_letters
from planeval.ledger.containers import checked_entries, locked, refused, unpacked
from planeval.ledger.sheet_scan import (
    ERROR_VALUE,
    MAX_AREA,
    MAX_COLUMNS,
    MAX_ELEMENTS,
    MAX_ROWS,
    UNSAVED,
    careful_parser,
    feed,
    unreadable,
)

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in Excel and LibreOffice
_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"


def scan_ods(raw: bytes, shown: str) -> dict[str, dict[str, str]]:
    """Sheet name → cells whose value cannot be trusted (A1 → `unsaved` or `error_value`).

    raw: bytes of an .ods file. Raises InputError when it is not a harmless, unencrypted .ods workbook.
    """
    entries = {entry.filename.replace("\\", "/"): entry for entry in checked_entries(raw, shown)}
    if any(b"encryption-data" in part for part in _whole(raw, entries, _MANIFEST, shown)):
        raise locked(shown)
    if _CONTENT not in entries:
        raise unreadable(shown)
    for name, entry in entries.items():
        pieces = unpacked(raw, entry, shown)
        parser = careful_parser(shown)
        if name == _CONTENT:
            scan = _OdsScan(parser, shown)
        if name.endswith((".xml", ".rdf")) and entry.file_size:
            feed(parser, pieces, "", shown)
        else:
            for _ in pieces:
                pass
    return scan.untrusted


def _whole(raw: bytes, entries: dict[str, Any], name: str, shown: str) -> Iterator[bytes]:
    if name in entries:
        yield b"".join(unpacked(raw, entries[name], shown))


class _OdsScan:
    """Handlers of the XML parser: where the filled cells reach, counting repeated ones as often as they stand."""

    def __init__(self, parser: Any, shown: str) -> None:
        self.shown = shown
        self.untrusted: dict[str, dict[str, str]] = {}
        self.sheet = ""
        self.elements = self.area = self.row = self.column = self.rows = self.columns = 0
        self.row_repeat = self.cell_repeat = self.filled_to = 0
        self.filled = self.formula = False
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise refused(self.shown, "dimensions", "格子过多", "删去整行整列的空白格式后再报送", sheet=self.sheet)
        if name == "table:table":
            self.sheet = attributes.get("table:name", "")
            self.untrusted.setdefault(self.sheet, {})
            self.row = self.rows = self.columns = 0
        elif name == "table:table-row":
            self.row_repeat = self._times(attributes.get("table:number-rows-repeated"), _MOST_ROWS)
            self.column = self.filled_to = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.cell_repeat = self._times(attributes.get("table:number-columns-repeated"), _MOST_COLUMNS)
            self.filled = "office:value-type" in attributes
            self.formula = "table:formula" in attributes
            if attributes.get("calcext:value-type") == "error":
                self._doubt(ERROR_VALUE)
        elif name == "text:p":
            self.filled = True

    def end(self, name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            if self.formula and not self.filled:  # a formula's blank result is a text, with a type
                self._doubt(UNSAVED)
            self.formula = False
            self.column += self.cell_repeat
            if self.filled:
                self.filled_to = self.column
            self.filled = False
        elif name == "table:table-row":
            self.row += self.row_repeat
            if self.filled_to:
                self.rows, self.columns = self.row, max(self.columns, self.filled_to)
                self._check_reach()
        elif name == "table:table":
            self.area += self.rows * self.columns

    def _doubt(self, why: str) -> None:
        """Note the cell at hand, and its repetitions to the right."""
        for column in range(self.column, min(self.column + self.cell_repeat, MAX_COLUMNS)):
            self.untrusted.setdefault(self.sheet, {})[f"{column_letters(column + 1)}{self.row + 1}"] = why

    def _times(self, written: str | None, most: int) -> int:
        if written is None:
            return 1
        if not (written.isascii() and written.isdigit() and len(written) < 8 and 0 < int(written) <= most):
            raise refused(
                self.shown, "dimensions", "格子重复的次数不正常", "用 Excel 或 WPS 另存为 .xlsx 再报送",
                sheet=self.sheet, value=written[:40],
            )  # fmt: skip
        return int(written)

    def _check_reach(self) -> None:
        if self.rows > MAX_ROWS or self.columns > MAX_COLUMNS or self.area + self.rows * self.columns > MAX_AREA:
            cell = f"{column_letters(self.columns)}{self.rows}"
            raise refused(
                self.shown, "dimensions", f"填写到了 {cell}，超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，或格子过多",
                "清除这个格子和它以外的内容", sheet=self.sheet, cell=cell,
            )  # fmt: skip
