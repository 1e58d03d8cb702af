"""Names that become files and folders: such as every system takes, and none that leads out of the folder it is in."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 60  # characters; with what is added to it a name stays below the 255 bytes that file systems take
OWN_FOLDERS = frozenset({"jobs", "ledger"})  # what the program itself keeps beside the reviews in the output folder
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_PLAIN = re.compile(r"\w[\w-]*")
_FORBIDDEN = frozenset('\\:*?"<>|')


def is_device(name: str) -> bool:
    """Whether Windows takes a file of this name for a device (CON, NUL.txt, COM1 …)."""
    return _DEVICE.fullmatch(name.rstrip(". ")) is not None


def not_a_device(name: str) -> str:
    """The name itself; raises ValueError (Chinese) when it could not be part of a file's name."""
    if is_device(name):
        raise ValueError("是 Windows 的设备名，不能用作 id")
    return name


def name_fault(name: str) -> str:
    """Why a name may not become a folder of the output, in Chinese; empty when it may."""
    if len(name) > LONGEST:
        return f"名称太长（{len(name)} 个字，最多 {LONGEST} 个）"
    if not _PLAIN.fullmatch(name) or not unicodedata.is_normalized("NFKC", name):
        return "名称不能用作文件夹名"
    if is_device(name):
        return "名称是 Windows 的设备名，不能用作文件夹名"
    if name.lower() in OWN_FOLDERS:
        return "名称与程序自己的文件夹相同"
    return ""


def stays_inside(file: str) -> bool:
    """Whether a relative path with forward slashes is tidy, and leads nowhere else on any system."""
    path = PurePosixPath(file)
    tidy = bool(file) and path.as_posix() == file and not path.is_absolute() and ".." not in path.parts
    if not tidy or not file.isprintable() or set(file) & _FORBIDDEN:
        return False
    return not any(is_device(part) or part != part.strip() or part.endswith(".") for part in path.parts)
