"""Reading through an old .xls workbook's records once before the real reader lays out its sheets.

An .xls file is a small file system (OLE) with one stream of records (BIFF). The scan finds what the reader
cannot tell: a password, how far the cells reach, and error values, which it takes for blanks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from planeval.ledger.addresses import column_letters
from planeval.ledger.containers import locked, refused
from planeval.ledger.sheet_scan import ERROR_VALUE, MAX_AREA, MAX_COLUMNS, MAX_ROWS, unreadable

_DIRECTORY_ENTRY, _FAT_IN_HEADER, _SMALL = 128, 109, 4096
_LAST_SECTOR = 0xFFFFFFFA  # and above: end of chain, free …
_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
_FORMULA, _BOOLERR = 0x0006, 0x0205
_CELLS = {0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E, 0x00BD, _BOOLERR, _FORMULA}  # cells that hold something
_MULTIPLE = 0x00BD  # numbers side by side: its last two bytes are the last column


def scan_xls(raw: bytes, shown: str) -> list[dict[str, str]]:
    """Of every sheet of the file, in its order: cells that hold an error value (A1 → `error_value`).

    raw: bytes of an .xls file. Raises InputError: encrypted, damaged or reaching too far.
    """
    try:
        return _scan(_workbook_stream(raw), shown)
    except (struct.error, IndexError, ValueError) as error:
        raise unreadable(shown) from error


def _scan(stream: bytes, shown: str) -> list[dict[str, str]]:
    starts, area = [], 0
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise locked(shown)
        if kind == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", body)[0])
    if not starts or len(set(starts)) < len(starts):
        raise unreadable(shown)
    found = []
    for start in starts:
        rows, columns, errors = _scan_sheet(stream, start)
        area += rows * columns
        if rows > MAX_ROWS or columns > MAX_COLUMNS or area > MAX_AREA:
            cell = f"{column_letters(columns)}{rows}"
            message = f"填写到了 {cell}，超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，或格子过多"
            raise refused(shown, "dimensions", message, "清除这个格子和它以外的内容", cell=cell)
        found.append(errors)
    return found


def _scan_sheet(stream: bytes, start: int) -> tuple[int, int, dict[str, str]]:
    rows = columns = 0
    errors: dict[str, str] = {}
    for kind, body in _records(stream, start):
        if kind not in _CELLS:
            continue
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MULTIPLE else column
        rows, columns = max(rows, row + 1), max(columns, last + 1)
        is_error = (kind == _BOOLERR and body[7] == 1) or (
            kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff"
        )
        if is_error:
            errors[f"{column_letters(column + 1)}{row + 1}"] = ERROR_VALUE
    return rows, columns, errors


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part, until its own end; parts inside it (charts) are passed over."""
    depth = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length
    raise ValueError("the part has no end")


def _workbook_stream(raw: bytes) -> bytes:
    """The stream of records. Raises ValueError, IndexError or struct.error when the file system is damaged."""
    shift = struct.unpack_from("<H", raw, 30)[0]
    if shift not in (9, 12):
        raise ValueError("sector size")
    size = 1 << shift
    first_directory = struct.unpack_from("<I", raw, 48)[0]
    fat = _sector_table(raw, size)
    directory = b"".join(_chain(raw, fat, first_directory, size))
    for place in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        name_length = struct.unpack_from("<H", directory, place + 64)[0]
        name = directory[place : place + max(0, min(name_length, 64) - 2)].decode("utf-16-le", "replace").lower()
        if name in ("workbook", "book") and directory[place + 66] == 2:
            first, length = struct.unpack_from("<II", directory, place + 116)
            if length < _SMALL:
                raise ValueError("too short for a workbook")
            return b"".join(_chain(raw, fat, first, size))[:length]
    raise ValueError("no workbook")


def _sector_table(raw: bytes, size: int) -> list[int]:
    """Which sector follows each."""
    listed = list(struct.unpack_from(f"<{_FAT_IN_HEADER}I", raw, 76))
    following, steps = struct.unpack_from("<I", raw, 68)[0], 0
    while following < _LAST_SECTOR:
        steps += 1
        if steps > len(raw) // size:
            raise ValueError("the list runs in a circle")
        entries = struct.unpack_from(f"<{size // 4}I", raw, (following + 1) * size)
        listed += entries[:-1]
        following = entries[-1]
    table: list[int] = []
    for sector in listed:
        if sector < _LAST_SECTOR:
            table += struct.unpack_from(f"<{size // 4}I", raw, (sector + 1) * size)
    return table


def _chain(raw: bytes, table: list[int], sector: int, size: int) -> Iterator[bytes]:
    left = len(raw) // size + 1
    while sector < _LAST_SECTOR:
        left -= 1
        if left < 0:
            raise ValueError("the chain runs in a circle")
        yield raw[(sector + 1) * size : (sector + 2) * size]
        sector = table[sector]
