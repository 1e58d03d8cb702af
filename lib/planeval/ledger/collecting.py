"""Not looking for garbage while millions of cells are read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Python does not look for objects in circles meanwhile: cells and rows form none, and are too many to go through
    time and again. What nobody holds any more is freed at once, as ever. Nested, or in several threads, whoever
    stopped it lets it begin again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
