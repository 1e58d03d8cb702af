"""Where things lie: the one file of the package that knows a folder by name.

A workspace is any folder that holds `params/` and `data/`, and optionally its own `notebooks/`.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from planeval.problems import InputError, Problem

WORKSPACE_VARIABLE = "PLANEVAL_WORKSPACE"
HANDED_OVER = "PLANEVAL_HANDED_OVER"
_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


@dataclass(frozen=True)
class Workspace:
    """A folder of plans and ledgers, with a name for every place in it."""

    root: Path

    @cached_property
    def _resolved(self) -> Path:
        return self.root.resolve()

    @property
    def params(self) -> Path:
        """Plans, decisions and review files."""
        return self.root / "params"

    @property
    def reviews(self) -> Path:
        """The review files, one per review."""
        return self.params / "reviews"

    @property
    def output(self) -> Path:
        """Everything the project writes; may be deleted on any day."""
        return self.root / "output"

    def plan_folder(self, plan: str) -> Path:
        """Params of one plan."""
        return self.params / plan

    def data_folder(self, plan: str) -> Path:
        """Register, filings and published figures of one plan."""
        return self.root / "data" / plan

    def filings(self, plan: str) -> Path:
        """What the units filed, one folder per period."""
        return self.data_folder(plan) / "filings"

    def register(self, plan: str) -> Path:
        """The append-only list of filings received."""
        return self.data_folder(plan) / "register.csv"

    def published(self, plan: str) -> Path:
        """Published figures with their origin cards."""
        return self.data_folder(plan) / "published"

    @property
    def notebooks(self) -> Path:
        """The workspace's own notebooks, else the ones that come with the package."""
        own = self.root / "notebooks"
        return own if any(own.glob("*.ipynb")) else packaged_notebooks()

    def relative(self, path: Path) -> str:
        """A path as people of this workspace would write it: relative, forward slashes."""
        try:
            return path.resolve().relative_to(self._resolved).as_posix()
        except ValueError:
            return path.name


def packaged_notebooks() -> Path:
    """The notebooks of an installed wheel, or of the checkout the package is run from."""
    installed = _PACKAGE / "notebooks"
    return installed if installed.is_dir() else _CHECKOUT / "notebooks"


def is_workspace(folder: Path) -> bool:
    """Whether a folder holds both `params/` and `data/`."""
    return (folder / "params").is_dir() and (folder / "data").is_dir()


def find_workspace(folder: str | Path | None = None) -> Workspace:
    """The workspace to use: the folder given, else PLANEVAL_WORKSPACE, else the nearest one at or
    above the working directory, else the checkout the package is run from.

    Raises InputError when a named folder is no workspace or none can be found.
    """
    named = folder or os.environ.get(WORKSPACE_VARIABLE)
    if named:
        root = Path(named).expanduser().resolve()
        if is_workspace(root):
            return Workspace(root)
        raise InputError([_no_workspace(str(named))])
    here = Path.cwd().resolve()
    for candidate in (here, *here.parents, _CHECKOUT):
        if is_workspace(candidate):
            return Workspace(candidate)
    raise InputError([_no_workspace(str(here))])


def _no_workspace(folder: str) -> Problem:
    return Problem(
        file=folder,
        rule="workspace",
        message="这里不是评估工作区",
        expected="一个同时有 params 和 data 两个子文件夹的文件夹",
        remedy="进入工作区后再运行，或用 --workspace 指明工作区",
    )


def hand_over(thing: object, words: tuple[str, ...], path: Path) -> None:
    """Write what was computed for these words where processes started with HANDED_OVER = `path` find it.

    The folder must be private: whoever can write to it can run code in those processes.
    """
    path.write_bytes(pickle.dumps((words, thing), protocol=pickle.HIGHEST_PROTOCOL))


def handed_over(words: tuple[str, ...]) -> object | None:
    """What was handed over for these words; None when nothing was, or it was for others."""
    path = os.environ.get(HANDED_OVER, "")
    if not path or not Path(path).is_file():
        return None
    said, thing = _read_once(path)
    return thing if said == words else None


def handed_words() -> tuple[str, ...] | None:
    """The words something was handed over for to this process; None when nothing was."""
    path = os.environ.get(HANDED_OVER, "")
    return _read_once(path)[0] if path and Path(path).is_file() else None


@cache
def _read_once(path: str) -> tuple[tuple[str, ...], object]:
    """The content of the file; a process and its forks hold it once."""
    said, thing = pickle.loads(Path(path).read_bytes())
    return said, thing
