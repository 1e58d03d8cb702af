"""The content key of a page: everything that decides its bytes, part by part, so that a change can be named.

A page prints the fingerprint of its review and the number of its inputs. So the slice of the ledger that a page
depends on is exactly the files of `review.inputs`, as known on the day; a page that read less would still print more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planeval.batch.sources import hashed
from planeval.publish.page_making import PageOrder
from planeval.review import Review

# What a change is called, in the order in which it is told.
PARTS = {
    "inputs": "输入变了", "notebook": "笔记本变了", "parameters": "参数变了", "package": "程序变了",
    "environment": "依赖的软件包变了", "page": "网页的清单或版本标记变了",
}  # fmt: skip


@dataclass(frozen=True)
class ContentKey:
    """Part → its hash (`inputs`: file → hash, as one mapping). `digest` is the key of all of them together."""

    parts: Mapping[str, str]
    inputs: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Forty hexadecimal characters."""
        return hashed([dict(sorted(self.parts.items())), dict(sorted(self.inputs.items()))])[:40]


def content_key(order: PageOrder, review: Review, package: str, environment: str) -> ContentKey:
    """The key of one page. package, environment: see sources, the same for all pages."""
    info = order.info
    said = [info.title, info.running_head, info.sample, sorted(info.files), info.footer, order.page.file]
    parts = {
        "notebook": order.page.notebook_sha256, "parameters": hashed(sorted(order.parameters.items())),
        "package": package, "environment": environment, "page": hashed(said),
        "fingerprint": review.fingerprint,
    }  # fmt: skip
    return ContentKey(parts, {file.path: file.sha256 for file in review.inputs})
