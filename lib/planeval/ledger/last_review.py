"""The review of the quarter before: on which day it was known, and its ledger as known on that day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from planeval.ledger.book import Ledger
from planeval.ledger.printed import PrintedReview, printed_files, read_printed
from planeval.ledger.store import cached_ledger
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.review_files import reviews_of
from planeval.workspace import Workspace


@dataclass(frozen=True)
class LastReview:
    """ledger: as known on `known_on`. known_from: where that day stands (Chinese).

    printed: its kept tables, None when they were not kept. files: what was read to know all this, beside the ledger.
    """

    period: Period
    known_on: date | None
    known_from: str
    ledger: Ledger
    printed: PrintedReview | None = None
    files: tuple[Path, ...] = ()


def find_last_review(
    workspace: Workspace, plan: Plan, method: Method, now: Ledger, period: Period, read: Callable[..., Ledger]
) -> LastReview | None:
    """The review of the quarter before, as known on the day its review file names, else when its filings were due.

    Never later than what is known now. None when that quarter has neither a review file nor a filing. Raises
    InputError for review files and kept tables that cannot be used.
    """
    before = period.previous
    requests = reviews_of(workspace, plan.id, before)
    if not requests and all(filing.period != before for filing in now.received):
        return None
    grace = method.value("filing_deadline_days", before)
    days = [request.as_known_on for request in requests if request.as_known_on]
    known_from = f"{before} 的评估文件" if days else f"季末后 {grace} 天的报送截止日"
    day = max(days) if days else before.end + timedelta(days=grace)
    day = min(day, now.as_known_on) if now.as_known_on else day
    files = (*(request.path for request in requests), *printed_files(workspace, plan, before))
    ledger = cached_ledger(workspace, plan, method, period, day, read)
    return LastReview(before, day, known_from, ledger, read_printed(workspace, plan, before), files)
