r"""Everything that can be read in a file: its own bytes and what is packed, compressed or encoded inside it.

A text may lie in a zip member (xlsx, docx), a compressed stream (pdf), a picture's text chunk, a data address in
base64, behind `&#…;`, `%…` or `\u…`, or in GB18030 or two-byte letters. Each is one view.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_DATA_ADDRESS = re.compile(rb"data:([a-z]+)/[\w.+-]*;base64,([A-Za-z0-9+/]+={0,2})")
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_PDF_ROOT = re.compile(rb"/Root \d+ \d+ R\b")
_ESCAPED_CHARACTER = re.compile(rb"\\u([0-9a-fA-F]{4})")
_ZIP, _PDF, _PNG = b"PK\x03\x04", b"%PDF", b"\x89PNG\r\n\x1a\n"
_DEEPEST = 4
_LARGEST = 200_000_000


@dataclass(frozen=True)
class View:
    """One thing to read in a file. part: where inside it, in Chinese, empty for the file itself. is_text: whether
    words in it mean anything, as they do not in the outlines of a font.
    """

    part: str
    content: bytes
    is_text: bool = True


def views_of(content: bytes, part: str = "", depth: int = 0) -> Iterator[View]:
    """The file as it lies on the disk, then everything inside it, at most four wrappings deep."""
    yield View(part, _own_words(content) if content.startswith(_PDF) else content)
    if depth == _DEEPEST:
        return
    if content.startswith(_ZIP):
        yield from _members(content, part, depth)
    elif content.startswith(_PDF):
        for number, found in enumerate(_PDF_STREAM.finditer(content), start=1):
            yield from _inflated(found[1], f"{part}第 {number} 个数据流", depth)
    elif content.startswith(_PNG):
        yield from _chunks(content, part, depth)
    else:
        yield from _decoded(content, part)
        yield from _data_addresses(content, part, depth)


def _own_words(content: bytes) -> bytes:
    """A PDF without what is compressed in it, which is read unpacked, and without the word by which it says where it
    begins: /Root is also the folder of an account.
    """
    plain = _PDF_STREAM.sub(lambda found: b"" if _is_packed(found[1]) else found[0], content)
    return _PDF_ROOT.sub(b"", plain)


def _is_packed(content: bytes) -> bool:
    try:
        zlib.decompressobj().decompress(content, 1)
    except zlib.error:
        return False
    return True


def _members(content: bytes, part: str, depth: int) -> Iterator[View]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for member in packed.infolist():
                inside = f"{part}{member.filename}"
                yield View(inside, member.filename.encode() + b"\n" + member.comment)
                if member.file_size <= _LARGEST:
                    yield from views_of(packed.read(member), inside, depth + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return  # not a whole archive: its bytes were looked at as they are


def _inflated(content: bytes, part: str, depth: int) -> Iterator[View]:
    try:
        plain = zlib.decompressobj().decompress(content, _LARGEST)
    except zlib.error:
        return  # not compressed: seen with the file itself
    yield from views_of(plain, part, depth + 1)


def _chunks(content: bytes, part: str, depth: int) -> Iterator[View]:
    """Compressed text chunks of a PNG; the others are seen with the file itself."""
    place = len(_PNG)
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + size]
        if kind in (b"zTXt", b"iTXt") and (start := body.find(b"\x78")) >= 0:
            yield from _inflated(body[start:], f"{part}图片文字块", depth)
        place += size + 12


def _data_addresses(content: bytes, part: str, depth: int) -> Iterator[View]:
    for number, found in enumerate(_DATA_ADDRESS.finditer(content), start=1):
        try:
            inside = base64.b64decode(found[2], validate=True)
        except (binascii.Error, ValueError):
            continue
        said = f"{part}第 {number} 处内嵌内容"
        if found[1] == b"font":
            yield View(said, inside, is_text=False)
        else:
            yield from views_of(inside, said, depth + 1)


def _decoded(content: bytes, part: str) -> Iterator[View]:
    """The same text where it was written so as to be read by a program: entities, percent signs, JSON, two bytes."""
    try:
        content.decode("utf-8")
        others: tuple[str, ...] = ("utf-16-le", "utf-16-be") if b"\0" in content else ()
    except UnicodeDecodeError:
        others = ("gb18030", "utf-16-le", "utf-16-be")
    for encoding in others:
        yield View(part, content.decode(encoding, "replace").encode("utf-8", "replace"))
    if b"&" in content:
        said = html.unescape(content.decode("utf-8", "replace")).encode("utf-8", "replace")
        if said != content:
            yield View(part, said)
    if b"%" in content:
        yield View(part, unquote_to_bytes(content))
    if b"\\" in content:
        said = _ESCAPED_CHARACTER.sub(_character, content)
        yield View(part, said.replace(b"\\\\", b"\\").replace(b"\\/", b"/"))


def _character(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1], 16)).encode("utf-8", "replace")
