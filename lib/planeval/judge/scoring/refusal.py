"""A decision that cannot be used as it stands, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable


class Refused(ValueError):
    """A refusal that names every fault with its remedy, both whole Chinese phrases.

    faults: (message, remedy) pairs, ready to become problems of the file in which the decision stands.
    """

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("；".join(f"{message}。处理：{remedy}" for message, remedy in self.faults))


def refuse_if(faults: Iterable[tuple[str, str]]) -> None:
    """Raise Refused when there is any fault."""
    found = tuple(faults)
    if found:
        raise Refused(found)
