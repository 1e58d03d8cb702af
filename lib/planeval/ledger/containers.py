"""Looking at a workbook's bytes before any reader opens it: what is it, is it whole, will it stay small.

A workbook of five kilobytes can ask for gigabytes, and a reader that runs out of memory takes the whole
review with it. So the file is unpacked here first, piece by piece, against limits that no form reaches.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator

from planeval.problems import InputError, Problem

MAX_FILE_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 100  # a sheet of figures packs to a tenth; only empty repetition packs to a hundredth
SMALL_BYTES = 5_000_000  # below this nobody minds the ratio
MAX_ENTRIES = 400
_PIECE = 1 << 16
_LOCAL_HEADER_BYTES = 30
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_ENTRY = 0x1
_ODF = b"mimetypeapplication/vnd.oasis"
_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
XLSX, XLS, ODS = "xlsx", "xls", "ods"
_BAD_NAME = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")


def refused(shown: str, rule: str, message: str, remedy: str, expected: str = "", sheet: str = "", cell: str = "",
            value: str = "") -> InputError:  # fmt: skip
    """The error that refuses a file as a whole: one Problem, wherever in the file the reason stands."""
    return InputError([Problem(shown, sheet, cell, message, value, expected, remedy, rule)])


def checked_entries(raw: bytes, shown: str) -> list[zipfile.ZipInfo]:
    """The parts of an .xlsx or .ods file, after its names and sizes were found harmless.

    Raises InputError: encrypted, not a workbook of these kinds, damaged, too many or misnamed parts. Sizes
    are those the file claims; `unpacked` holds each part to its claim.
    """
    if workbook_kind(raw, shown) == XLS:
        raise _no_workbook(shown, "内容不是 .xlsx 工作簿")
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise refused(shown, "damaged", "文件不完整", "重新导出后再报送") from error
    if len(entries) > MAX_ENTRIES:
        raise _too_large(shown, f"内部有 {len(entries)} 个部件")
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if total > MAX_UNPACKED_BYTES:
        raise _too_large(shown, f"展开后有 {total / 1e6:.0f} MB")
    if total > SMALL_BYTES and total > MAX_RATIO * min(packed, len(raw)):
        raise _too_large(shown, f"展开后是原来的 {total / len(raw):.0f} 倍")
    _check_names(entries, shown)
    return entries


def workbook_kind(raw: bytes, shown: str) -> str:
    """XLSX, XLS or ODS, by the bytes and not by the name. Raises InputError: something else, or encrypted."""
    if raw.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise locked(shown)
        if not any(name.encode("utf-16-le") in raw for name in ("Workbook", "Book")):
            raise _no_workbook(shown, "内容不是工作簿")
        return XLS
    if not raw.startswith(_ZIP):
        raise _no_workbook(shown, "内容不是 .xlsx 工作簿")
    name_and_content = raw[_LOCAL_HEADER_BYTES : _LOCAL_HEADER_BYTES + len(_ODS)]
    if name_and_content.startswith(_ODF) and name_and_content != _ODS:
        raise _no_workbook(shown, "是 OpenDocument 文件，但不是工作簿")
    return ODS if name_and_content == _ODS else XLSX


def _no_workbook(shown: str, message: str) -> InputError:
    return refused(shown, "not_xlsx", message, "用 Excel 或 WPS 另存为 .xlsx", ".xlsx 工作簿")


def locked(shown: str) -> InputError:
    """The error for a workbook that asks for a password."""
    return refused(shown, "encrypted", "文件已加密", "取消打开密码后再报送", "未加密的 .xlsx")


def _check_names(entries: list[zipfile.ZipInfo], shown: str) -> None:
    """Names that leave the file's own folder, that stand twice, or whose content is locked."""
    names = Counter(entry.filename.replace("\\", "/").lower() for entry in entries)
    for entry in entries:
        if _BAD_NAME.search(entry.orig_filename) or names[entry.filename.replace("\\", "/").lower()] > 1:
            raise refused(
                shown, "entry_name", "工作簿内部的部件名称不正常，文件可能被人改造过",
                "用 Excel 或 WPS 打开后另存为 .xlsx 再报送", value=entry.orig_filename,
            )  # fmt: skip
        if entry.flag_bits & _ENCRYPTED_ENTRY:
            raise locked(shown)


def _too_large(shown: str, what: str) -> InputError:
    return refused(
        shown, "unpacked_size", f"工作簿{what}，过大", "删去多余的工作表、格式和图片，或把数据复制到新的模板里"
    )


def unpacked(raw: bytes, entry: zipfile.ZipInfo, shown: str) -> Iterator[bytes]:
    """The content of one part in pieces. Raises InputError when it is not as long as the file claims.

    Python's zipfile would stop at the claimed size; other readers go on to the real end.
    """
    start = _content_start(raw, entry)
    content = raw[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        if start < 0 or len(content) != entry.file_size:
            raise _damaged(shown, entry)
        yield content
        return
    if start < 0 or entry.compress_type != zipfile.ZIP_DEFLATED:
        raise _damaged(shown, entry)
    yield from _inflated(content, entry, shown)


def _inflated(content: bytes, entry: zipfile.ZipInfo, shown: str) -> Iterator[bytes]:
    stream, length = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while not stream.eof and (piece := stream.decompress(content, _PIECE)):
            content = stream.unconsumed_tail
            length += len(piece)
            if length > entry.file_size:
                raise _damaged(shown, entry)
            yield piece
    except zlib.error as error:
        raise _damaged(shown, entry) from error
    if length != entry.file_size:
        raise _damaged(shown, entry)


def _content_start(raw: bytes, entry: zipfile.ZipInfo) -> int:
    """Where a part's packed bytes begin, after its own header; -1 when there is no header."""
    header = raw[entry.header_offset : entry.header_offset + _LOCAL_HEADER_BYTES]
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(_ZIP):
        return -1
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    return entry.header_offset + _LOCAL_HEADER_BYTES + name + extra


def _damaged(shown: str, entry: zipfile.ZipInfo) -> InputError:
    return refused(
        shown, "damaged", "工作簿内部的部件与登记的长短不符，文件已损坏", "重新导出后再报送", value=entry.filename
    )
