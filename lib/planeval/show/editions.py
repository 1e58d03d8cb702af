"""What pages say about their edition: its name, for whom it is, and what it leaves out."""

from __future__ import annotations

from planeval.plan.review_files import BRIEF, EDITION_NAMES, INTERNAL, PUBLIC, UNIT
from planeval.review import Review
from planeval.show.html import Fragment, paragraph

READERS = {
    INTERNAL: "含全部台账明细，不得外传", UNIT: "只含本单位的报送，只发本单位", BRIEF: "供领导决策，不含企业名称和明细",
    PUBLIC: "只含按公开规则可以公开的数，不含企业和单位的明细",
}  # fmt: skip


def edition_text(review: Review) -> str:
    """The edition in words, and who it is for."""
    return f"{EDITION_NAMES[review.edition]}（{READERS[review.edition]}）"


def not_shown(review: Review) -> Fragment:
    """In place of a section that the edition may not show."""
    return paragraph(f"{EDITION_NAMES[review.edition]}不列这一节，见{EDITION_NAMES[INTERNAL]}。")
