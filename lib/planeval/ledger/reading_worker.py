"""The child process that opens filed workbooks: run as a script by `reading_child`, never by hand.

It takes a workbook's bytes on stdin and answers on stdout with its sheets as text, as JSON, each preceded by its
length in eight bytes; it ends when stdin closes. It imports nothing of planeval but this file, so that it starts
at once, and it may die of a file: whoever asked lives on.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

LENGTH_BYTES = 8
SHEETS, FAILED, ENCRYPTED, MEMORY, DIMENSIONS = "sheets", "failed", "encrypted", "memory", "dimensions"
_MOST_ANSWERED = 400_000_000  # bytes: the other side has to hold them too
_EXACT_FROM = 1e-4  # below it, repr writes an exponent
_EXACT_DIGITS = 10**15  # Excel keeps 15 digits of a number; a longer one is no longer what was typed


def cell_text(value: object) -> str:
    """A cell as the text a person sees: whole numbers without `.0`, days as 2025-03-31.

    A number of more than 15 digits is written 9.114050012345678E+17: its last digits are not what was typed.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and _EXACT_FROM <= abs(value) < _EXACT_DIGITS:  # the usual case: repr has no exponent
        return repr(value).removesuffix(".0")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT_DIGITS:
            return f"{Decimal(repr(value)).normalize():E}"
        return f"{Decimal(repr(value)).normalize() + 0:f}"
    if isinstance(value, datetime):
        value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def answer(raw: bytes, limits: tuple[int, int, int]) -> tuple[str, list[Any]]:
    """What is in a workbook's bytes: (SHEETS, [[place, name, hidden, merged, rows] …]), or (why not, []).

    limits: most rows, columns, and cells over all sheets. Every way for the reader to fail is an answer, but
    those that end the process.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return SHEETS, list(_sheets(workbook, *limits))
    except PasswordError:
        return ENCRYPTED, []
    except MemoryError:
        return MEMORY, []
    except _TooWide:
        return DIMENSIONS, []
    except KeyboardInterrupt:
        raise
    except BaseException:  # a panic of the Rust reader is no Exception
        return FAILED, []


class _TooWide(Exception):
    """A sheet reaches further than any form."""


def _sheets(workbook: CalamineWorkbook, most_rows: int, most_columns: int, most_cells: int) -> Iterator[list[Any]]:
    area = 0
    for place, found in enumerate(workbook.sheets_metadata):
        if found.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(found.name)
        area += sheet.total_height * sheet.total_width
        if sheet.total_height > most_rows or sheet.total_width > most_columns or area > most_cells:
            raise _TooWide
        rows = [
            [cell if type(cell) is str else cell_text(cell) for cell in row]
            for row in sheet.to_python(skip_empty_area=False)
        ]
        merged = [[a, b, c, d] for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
        yield [place, found.name, found.visible != SheetVisibleEnum.Visible, merged, rows]


def read_exactly(stream: BinaryIO, size: int) -> bytes:
    """That many bytes. Raises EOFError when the other side has gone."""
    content = stream.read(size)
    if content is None or len(content) < size:
        raise EOFError
    return content


def receive(stream: BinaryIO) -> bytes:
    """One message. Raises EOFError when the other side has gone."""
    return read_exactly(stream, int.from_bytes(read_exactly(stream, LENGTH_BYTES), "big"))


def send(stream: BinaryIO, message: bytes) -> None:
    """One message, sent at once."""
    stream.write(len(message).to_bytes(LENGTH_BYTES, "big"))
    stream.write(message)
    stream.flush()


def _limit_memory(most_bytes: int) -> None:
    if sys.platform != "win32":
        import resource

        try:
            resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except (ValueError, OSError):  # macOS keeps no such limit: the time limit remains
            pass


def _packed(raw: bytes, limits: tuple[int, int, int]) -> bytes:
    message = json.dumps(answer(raw, limits), ensure_ascii=False).encode()
    if len(message) > _MOST_ANSWERED:
        raise MemoryError
    return message


def main(arguments: list[str]) -> None:
    """Answer until stdin closes. arguments: bytes of memory, most rows, most columns, most cells."""
    memory, rows, columns, cells = (int(argument) for argument in arguments)
    _limit_memory(memory)
    gc.disable()  # millions of cells and no circle among them: looking for circles is a fifth of the work
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no part of an answer
    while True:
        try:
            raw = receive(sys.stdin.buffer)
            send(replies, _packed(raw, (rows, columns, cells)))
        except MemoryError:
            send(replies, json.dumps((MEMORY, [])).encode())
        except (EOFError, BrokenPipeError, KeyboardInterrupt):
            os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
