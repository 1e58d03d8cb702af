"""Writes environment.yml, for conda users, from pyproject.toml and the lock.

Run `python tests/environment_file.py` after either of them changed; test_environment.py holds the three together.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "environment.yml"
REVIEW_LOCK = ROOT / "requirements.lock"
WHOLE_LOCK = ROOT / "requirements-all.lock"

PYTHON_MINOR = "3.13"
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # the same library without the Qt windows that nobody opens here
PIP_ONLY = {"pylopdf-fonts-zh-cn", "axe-playwright-python", "resvg-py"}  # not packaged for conda

HEADER = """\
# Written by tests/environment_file.py from pyproject.toml and requirements-all.lock; change those, not this.
# Every line is checked against them by a test. It has not been solved against conda-forge.
"""

_LOCKED = re.compile(
    r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)==(?P<version>[0-9][0-9a-z.]*)(?: ; (?P<marker>[^\\]+))? \\\n"
    r"(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
)


@dataclass(frozen=True)
class Locked:
    """One package of a lock: its version, where it applies, and the files that may be installed."""

    version: str
    marker: str
    hashes: frozenset[str]


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path) -> dict[str, Locked]:
    """A lock as packages by name; refuses a line that is not one, and a package with two versions."""
    text = path.read_text(encoding="utf-8")
    packages: dict[str, Locked] = {}
    position = 0
    while position < len(text):
        found = _LOCKED.match(text, position)
        if found is None:
            raise ValueError(f"{path.name}: not a locked package: {text[position : position + 80]!r}")
        if found["name"] in packages:
            raise ValueError(f"{path.name}: {found['name']} is locked twice")
        hashes = frozenset(re.findall(r"[0-9a-f]{64}", found["hashes"]))
        packages[found["name"]] = Locked(found["version"], found["marker"] or "", hashes)
        position = found.end()
    return packages


def project() -> dict[str, Any]:
    """The [project] table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def direct(extra: str = "") -> dict[str, str]:
    """The requirements of the package, or of one of its extras, by normal name, in their own order."""
    table = project()
    lines: list[str] = table["optional-dependencies"][extra] if extra else table["dependencies"]
    return {normal(re.split(r"[<>=!~; ]", line, maxsplit=1)[0]): line for line in lines}


def environment() -> str:
    """The text of environment.yml."""
    lock = read_lock(WHOLE_LOCK)
    names = [name for extra in ("", *project()["optional-dependencies"]) for name in direct(extra)]
    lines = ["name: planeval", "channels:", "  - conda-forge", "  - nodefaults", "dependencies:"]
    lines += [f"  - python={PYTHON_MINOR}", "  - pip"]
    lines += [f"  - {CONDA_NAMES.get(name, name)}={lock[name].version}" for name in names if name not in PIP_ONLY]
    lines += ["  - pip:", *(f"      - {name}=={lock[name].version}" for name in names if name in PIP_ONLY)]
    return HEADER + "\n".join([*lines, "      - -e ."]) + "\n"


if __name__ == "__main__":
    ENVIRONMENT.write_text(environment(), encoding="utf-8", newline="\n")
