"""Garbage is not looked for while a ledger is read, and is again afterwards, however that ends."""

from __future__ import annotations

import gc

import pytest

from planeval.ledger.collecting import no_collecting


def test_collecting_begins_again_where_it_was_stopped() -> None:
    assert gc.isenabled()
    with no_collecting():
        with no_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collecting_begins_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="bad"), no_collecting():
        raise ValueError("bad")
    assert gc.isenabled()
