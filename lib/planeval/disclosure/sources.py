"""What a review was made from, as readers of a lower edition may know it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from planeval.ledger.inputs import InputFile
from planeval.measures.quality import FilingTally
from planeval.review import Review

NAMED = ("params/", "/published/")
TOGETHER = "报送文件、登记簿和上次评估的存档（合并计算）"


def inputs(review: Review, unit: str) -> tuple[InputFile, ...]:
    """Params and published figures by name; everything else as one entry, whose hash is over all of theirs."""
    named = [file for file in review.inputs if file.path.startswith(NAMED[0]) or NAMED[1] in file.path]
    rest = [file for file in review.inputs if file not in named]
    if not rest:
        return tuple(named)
    said = "\n".join(f"{file.sha256} {file.path}" for file in rest)
    whole = InputFile(TOGETHER, hashlib.sha256(said.encode("utf-8")).hexdigest(), sum(file.size for file in rest))
    return (*named, whole)


def tally_without_units(review: Review, unit: str) -> FilingTally:
    """How many faults there were, and not whose."""
    return replace(review.tally, units=())
