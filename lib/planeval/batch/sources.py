"""What the program itself is made of: its own sources, and everything installed beside it. Imports nothing heavy."""

from __future__ import annotations

import hashlib
import json
import sys
import sysconfig
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_SOURCES = (".py", ".css", ".j2")


def package_files() -> list[Path]:
    """Every source of the package, style sheet and template included, in path order."""
    return sorted(path for path in PACKAGE.rglob("*") if path.suffix in _SOURCES)


def package_digest() -> str:
    """Over name and bytes of every source of the package."""
    whole = hashlib.sha256()
    for path in package_files():
        whole.update(path.relative_to(PACKAGE).as_posix().encode("utf-8") + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def environment_digest() -> str:
    """Over Python and the name and version of everything installed beside it, fonts and engines included."""
    return hashed([sys.version, sysconfig.get_platform(), *_installed()])


def _installed() -> list[str]:
    """The folders that name what is installed and its version: `pandas-3.0.1.dist-info`."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return sorted({path.name for place in places for path in Path(place).glob("*.dist-info")})


def hashed(plain: object) -> str:
    """SHA-256 of plain values, hexadecimal."""
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode("utf-8")).hexdigest()
