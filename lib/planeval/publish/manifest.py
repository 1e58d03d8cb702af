"""run.json: what a published edition was made from and what it consists of, so that anyone can check it.

The same inputs give the same bytes: no clock time, no machine, user or absolute path stands in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from planeval.problems import ERROR, WARNING
from planeval.publish.git_state import GitState
from planeval.review import Review


@dataclass(frozen=True)
class PublishedPage:
    """A page of an edition. notebook_sha256 is of the notebook as it was run.

    key: of the unit, industry or zone the page is about; empty for a page about the whole plan. group, label: how
    the index lists pages of one notebook together: the title they share and the name of this one.
    """

    notebook: str
    title: str
    file: str
    notebook_sha256: str
    key: str = ""
    group: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """The page as failures and logs name it: its notebook, with the key where there is one."""
        return Path(self.file).stem


def sha256(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def manifest(
    review: Review, name: str, git: GitState, pages: Iterable[PublishedPage], outputs: Mapping[str, bytes]
) -> dict[str, Any]:
    """The content of run.json. outputs: every file of the edition but run.json itself, by name."""
    return {
        "review": name,
        "plan": review.plan.id,
        "document": review.plan.text.document.number,
        "period": str(review.period),
        "as_known_on": review.as_known_on.isoformat() if review.as_known_on else "",
        "edition": review.edition,
        "sample": review.is_sample,
        "package": {"name": "planeval", "version": version("planeval"), "commit": git.commit, "dirty": git.dirty},
        "fingerprint": review.fingerprint,
        "inputs": [{"path": file.path, "sha256": file.sha256, "size": file.size} for file in review.inputs],
        "outputs": [_output(path, outputs[path]) for path in sorted(outputs)],
        "pages": [
            {"notebook": page.notebook, "title": page.title, "file": page.file, "notebook_sha256": page.notebook_sha256,
             **({"key": page.key} if page.key else {})}
            for page in pages
        ],
        "decisions": [
            {"id": choice.id, "value": to_jsonable_python(choice.value), "reading": choice.reading,
             "reason": choice.reason, "by": choice.by, "from": str(choice.since)}
            for choice in review.decisions
        ],
        "filing_faults": {ERROR: review.tally.errors, WARNING: review.tally.warnings},
    }  # fmt: skip


def _output(path: str, content: bytes) -> dict[str, Any]:
    return {"path": path, "sha256": sha256(content), "size": len(content)}


def manifest_bytes(content: dict[str, Any]) -> bytes:
    """The bytes of run.json: keys sorted, Chinese readable, LF."""
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")
