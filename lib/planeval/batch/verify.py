"""Whether a published edition is still what its run.json says, and the same inputs give the same bytes again."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planeval.plan.file_names import name_fault, stays_inside
from planeval.plan.review_files import EDITIONS
from planeval.problems import InputError, Problem
from planeval.publish.page_tree import read_page
from planeval.publish.staging import MANIFEST, SUMS, read_manifest
from planeval.workspace import Workspace

SAME, CHANGED, MISSING, DIFFERENT = "相同", "发布后改动过", "不见了", "重做的结果不同"
_SHOWN = 40


@dataclass(frozen=True)
class Verdict:
    """What was found of one file: SAME, CHANGED or MISSING since it was published, or DIFFERENT when made again."""

    file: str
    found: str
    said: str = ""


def verify_edition(folder: Path, workspace: Workspace) -> tuple[Verdict, ...]:
    """Hash every file of an edition again, make all of it anew in a fresh process, and compare byte for byte.

    Raises InputError when the folder is no published edition, or the review cannot be made from what there is now.
    """
    content = read_manifest(folder)
    listed = _listed(content, folder)
    stored = {name: _stored(folder / name, sha) for name, sha in listed.items()}
    with tempfile.TemporaryDirectory(prefix="planeval-verify-", ignore_cleanup_errors=True) as place:
        anew = _made_again(content, workspace, Path(place))
        return tuple(_verdict(name, stored[name], folder / name, anew / name) for name in listed)


def _listed(content: dict[str, object], folder: Path) -> dict[str, str]:
    """File → SHA-256 of every file run.json accounts for."""
    outputs = content.get("outputs")
    if not isinstance(outputs, list) or not outputs:
        message, expected = f"这里没有发布的评估（没有 {MANIFEST}）", "一个版本的文件夹，例如 output/2026Q3/internal"
        raise InputError(
            [Problem(str(folder), rule="verify", message=message, expected=expected, remedy="改成那个文件夹")]
        )
    listed = {str(entry.get("path")): str(entry.get("sha256")) for entry in outputs if isinstance(entry, dict)}
    words = ("plan", "period", "as_known_on", "edition", "review")
    outside = [name for name in listed if not stays_inside(name)]
    unsaid = [word for word in words if not isinstance(content.get(word), str)]
    if outside or unsaid or name_fault(str(content["review"])) or content["edition"] not in EDITIONS:
        message = f"{MANIFEST} 不是本程序写的，或被人改动过"
        raise InputError([Problem(str(folder), rule="verify", message=message, value="、".join([*outside, *unsaid]),
                                  remedy="从发布者那里重新取得整个文件夹")])  # fmt: skip
    return listed


def _stored(path: Path, sha256: str) -> str:
    if not path.is_file():
        return MISSING
    return SAME if hashlib.sha256(path.read_bytes()).hexdigest() == sha256 else CHANGED


def _made_again(content: dict[str, object], workspace: Workspace, place: Path) -> Path:
    """The edition made anew, from the words of its run.json, by a process of its own into a folder of its own."""
    words = {name: str(content[name]) for name in ("plan", "period", "as_known_on", "edition")}
    request = place / f"{content['review']}.yml"
    lines = [f"{name}: {json.dumps(said, ensure_ascii=False)}\n" for name, said in words.items()]
    request.write_text("".join(lines), encoding="utf-8")
    command = [
        sys.executable, "-m", "planeval", "review", str(request), "--workspace", str(workspace.root),
        "--output", str(place / "output"), "--force",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    made = place / "output" / str(content["review"]) / words["edition"]
    if not (made / SUMS).is_file():
        said = "；".join(line for line in done.stderr.splitlines() if line.strip())[-600:]
        raise InputError([Problem(str(content["review"]), rule="verify", message=f"这个评估现在做不出来：{said}",
                                  remedy="先用 planeval check 看看参数和台账")])  # fmt: skip
    return made


def _verdict(name: str, found: str, stored: Path, anew: Path) -> Verdict:
    if found == MISSING:
        return Verdict(name, MISSING)
    before, after = stored.read_bytes(), anew.read_bytes() if anew.is_file() else None
    if before == after:
        return Verdict(name, SAME)
    said = "这次没有这个文件" if after is None else _difference(name, before, after)
    return Verdict(name, CHANGED if found == CHANGED else DIFFERENT, said)


def _difference(name: str, before: bytes, after: bytes) -> str:
    """The first place at which two versions part, in words a reader can look up on the page."""
    read = _page_lines if name.endswith(".html") else _plain_lines
    old, new = list(read(before)), list(read(after))
    for number, (here, there) in enumerate(zip(old, new, strict=False), start=1):
        if here != there:
            at = next((at for at, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), 0)
            start = max(0, at - 10)
            return f"第 {number} 段：发布的是“{here[start : start + _SHOWN]}”，现在是“{there[start : start + _SHOWN]}”"
    if len(old) != len(new):
        return f"发布的有 {len(old)} 段，现在有 {len(new)} 段"
    return "文字相同，样式或标记不同"


def _page_lines(content: bytes) -> Iterator[str]:
    for element in read_page(content.decode("utf-8", "replace")).root.walk():
        said = " ".join("".join(element.text).split())
        if said and element.tag != "style":
            yield said


def _plain_lines(content: bytes) -> Iterator[str]:
    yield from content.decode("utf-8", "replace").splitlines()
