"""What a run has to make, and why: every page of an edition beside what was made of it last time."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planeval.batch.content_keys import PARTS, ContentKey, content_key
from planeval.batch.journal import OK, last_states
from planeval.batch.proven_pages import ProvenPages
from planeval.batch.sources import environment_digest, package_digest
from planeval.problems import InputError, Problem
from planeval.publish.page_making import PageOrder
from planeval.publish.staging import write_bytes
from planeval.review import Review

NEW, FORCED, FAILED_LAST, LOST, SAME = "新增", "强制重做", "上次没有完成", "保存的网页不见了或不完整", "未变"
_FILES_NAMED = 3


@dataclass(frozen=True)
class Choice:
    """What the evaluator chose to make: only the pages of a notebook, only what failed, or everything again."""

    only: str | None = None
    failed_only: bool = False
    force: bool = False


@dataclass(frozen=True)
class PlannedPage:
    """A page with its key, and why it is made; SAME when the one proven before stays as it is."""

    order: PageOrder
    key: ContentKey
    why: str


def plan_pages(
    orders: Sequence[PageOrder], review: Review, folder: Path, proven: ProvenPages, choice: Choice
) -> tuple[PlannedPage, ...]:
    """Every page of an edition, in reading order. folder: of the review, output/<review>.

    Raises InputError when `choice` leaves out pages that would have to be made too.
    """
    edition = review.edition
    before, states = read_keys(folder, edition), last_states(folder, edition)
    package, environment = package_digest(), environment_digest()
    planned = []
    for order in orders:
        key = content_key(order, review, package, environment)
        forced = choice.force or order.page.notebook == choice.only
        if not forced and proven.find(key.digest) is not None:
            why = SAME
        else:
            why = _why(key, before.get(order.page.file), states.get(order.page.file), forced)
        planned.append(PlannedPage(order, key, why))
    _check_left_out(planned, states, choice)
    return tuple(planned)


def _why(key: ContentKey, before: ContentKey | None, state: str | None, forced: bool) -> str:
    if forced:
        return FORCED
    if before is None:
        return NEW if state is None else FAILED_LAST
    changed = [_told(part, key, before) for part in PARTS if _differs(part, key, before)]
    if changed:
        return "；".join(changed)
    return LOST if state == OK else FAILED_LAST


def _differs(part: str, key: ContentKey, before: ContentKey) -> bool:
    if part == "inputs":
        return key.inputs != before.inputs
    return key.parts.get(part) != before.parts.get(part)


def _told(part: str, key: ContentKey, before: ContentKey) -> str:
    if part != "inputs":
        return PARTS[part]
    names = sorted(
        name for name in {*key.inputs, *before.inputs} if key.inputs.get(name) != before.inputs.get(name)
    )  # fmt: skip
    more = f" 等 {len(names)} 个" if len(names) > _FILES_NAMED else ""
    return f"{PARTS[part]}：{'、'.join(names[:_FILES_NAMED])}{more}"


def _check_left_out(planned: Sequence[PlannedPage], states: Mapping[str, str], choice: Choice) -> None:
    """Pages that --only and --failed-only leave as they are must be as this very review would make them."""
    if choice.only is None and not choice.failed_only:
        return
    option = "--failed-only" if choice.failed_only else "--only"
    stale = [
        page for page in planned
        if page.why not in (SAME, FORCED)
        and not (choice.failed_only and states.get(page.order.page.file, OK) != OK and page.why == FAILED_LAST)
    ]  # fmt: skip
    if stale:
        message = "其他网页还没有发布，或不是用现在的数据和参数发布的"
        raise InputError([Problem(option, rule="stale", value=choice.only or "", message=message,
                                  remedy=f"先不带 {option} 运行整个评估")])  # fmt: skip


def keys_file(folder: Path, edition: str) -> Path:
    """Where the keys of the last run of an edition are kept."""
    return folder / f".{edition}.keys.json"


def read_keys(folder: Path, edition: str) -> dict[str, ContentKey]:
    """Page file → its key in the last run; empty when there was none or it cannot be read."""
    try:
        said: Any = json.loads(keys_file(folder, edition).read_text(encoding="utf-8"))
        inputs = said["inputs"]
        return {page: ContentKey(parts, inputs) for page, parts in said["pages"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_keys(folder: Path, edition: str, planned: Collection[PlannedPage]) -> None:
    """Keep the keys of this run for the next one to compare with; inputs are the same for every page."""
    inputs = next((dict(page.key.inputs) for page in planned), {})
    said = {"inputs": inputs, "pages": {page.order.page.file: dict(page.key.parts) for page in planned}}
    write_bytes(keys_file(folder, edition), json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8"))


def kept_digests(output: Path) -> set[str]:
    """The keys that the last run of any review under an output folder refers to."""
    digests: set[str] = set()
    for path in output.glob("*/.*.keys.json"):
        edition = path.name.removeprefix(".").removesuffix(".keys.json")
        digests |= {key.digest for key in read_keys(path.parent, edition).values()}
    return digests
