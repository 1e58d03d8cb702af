"""The journal is the only proof: whole lines, in the order written, whatever the clock says."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from planeval.batch import journal as module
from planeval.batch.journal import JOURNAL, Journal, last_states, read_journal
from planeval.batch.proven_pages import ProvenPages


def test_the_last_word_counts_and_a_stale_running_is_never_ok(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    for state in ("queued", "running", "ok"):
        first.write(state, "internal", "a.html")
    first.write("running", "internal", "b.html")
    assert last_states(tmp_path, "internal") == {"a.html": "ok", "b.html": "running"}
    assert last_states(tmp_path, "public") == {}
    second = Journal(tmp_path)
    second.write("failed", "internal", "a.html")
    assert (first.run, second.run) == (1, 2) and last_states(tmp_path, "internal")["a.html"] == "failed"
    assert [event["n"] for event in read_journal(tmp_path)] == [1, 2, 3, 4, 5]


def test_half_a_line_is_passed_over_and_the_next_one_stands_on_its_own(tmp_path: Path) -> None:
    Journal(tmp_path).write("ok", "internal", "a.html")
    path = tmp_path / JOURNAL
    for cut in range(1, len(path.read_bytes()) - 1):
        whole = path.read_bytes()
        path.write_bytes(whole[:cut])
        Journal(tmp_path).write("failed", "internal", "b.html")
        assert last_states(tmp_path, "internal") == {"b.html": "failed"}
        path.write_bytes(whole)
    path.write_bytes(whole + b"\xff\xfe\n[1]\n{}\n")
    assert last_states(tmp_path, "internal") == {"a.html": "ok"}


def test_a_clock_that_goes_back_a_year_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal(tmp_path).write("running", "internal", "a.html")

    class Earlier(module.datetime):
        @classmethod
        def now(cls, tz: object = None) -> Earlier:
            return cls(2001, 1, 1)

    monkeypatch.setattr(module, "datetime", Earlier)
    Journal(tmp_path).write("ok", "internal", "a.html")
    lines = [json.loads(line) for line in (tmp_path / JOURNAL).read_text("utf-8").splitlines()]
    assert lines[1]["at"] < lines[0]["at"] and last_states(tmp_path, "internal") == {"a.html": "ok"}


def test_a_kept_page_is_found_whole_or_not_at_all(tmp_path: Path) -> None:
    pages, content = ProvenPages(tmp_path), "网页\n第二行\n".encode()
    pages.keep("ab12", content)
    assert pages.find("ab12") == content and pages.find("ab13") is None
    (path,) = tmp_path.rglob("*.page")
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert pages.find("ab12") is None
    path.write_bytes(whole)
    pages.keep("cd34", content)
    pages.prune({"cd34"})
    assert pages.find("ab12") is None and pages.find("cd34") == content


def test_what_another_run_is_writing_is_left_alone(tmp_path: Path) -> None:
    """Two reviews share a folder of proven pages; what a killed run left half-written goes an hour later."""
    pages = ProvenPages(tmp_path)
    pages.keep("ab12", b"")
    (path,) = tmp_path.rglob("*.page")
    fresh, left = (path.with_name(f".cd34.page.{pid}.part") for pid in (1, 2))
    for partial in (fresh, left):
        partial.write_bytes(b"half")
    os.utime(left, (time.time() - 4000,) * 2)
    pages.prune({"ab12"})
    assert (path.exists(), fresh.exists(), left.exists()) == (True, True, False)
