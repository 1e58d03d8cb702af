"""What stands in a lower edition's `Review` where something is withheld: touching it is an error, never a blank."""

from __future__ import annotations

from typing import Any, NoReturn

from planeval.plan.review_files import EDITION_NAMES


class DisclosureError(Exception):
    """Something was asked of a review that its edition may not show. `field`, `edition`: which, of which."""

    def __init__(self, field: str, edition: str) -> None:
        super().__init__(field, edition)
        self.field, self.edition = field, edition

    def __str__(self) -> str:
        name = EDITION_NAMES.get(self.edition, self.edition)
        return f"{name}（{self.edition}）不提供“{self.field}”：这一版的读者不能看，笔记本和表也不能用它"


class Withheld:
    """Raises DisclosureError on every use but `repr`, pickling and asking what type it is."""

    __slots__ = ("_edition", "_field")

    def __init__(self, field: str, edition: str) -> None:
        object.__setattr__(self, "_field", field)
        object.__setattr__(self, "_edition", edition)

    def __repr__(self) -> str:
        return f"<withheld {self._field!r} in edition {self._edition!r}>"

    def __reduce__(self) -> tuple[type[Withheld], tuple[str, str]]:
        return Withheld, (self._field, self._edition)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # what copying, pickling and displays look for; it is simply not there
            raise AttributeError(name)
        raise DisclosureError(self._field, self._edition)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise DisclosureError(self._field, self._edition)

    __str__ = __format__ = __bytes__ = __bool__ = __len__ = __iter__ = __reversed__ = __contains__ = _refuse
    __getitem__ = __setitem__ = __delitem__ = __setattr__ = __delattr__ = __call__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __int__ = __float__ = __complex__ = __index__ = __round__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __floordiv__ = __mod__ = __neg__ = __pos__ = __abs__ = __invert__ = _refuse
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __enter__ = __exit__ = _refuse


def withheld(value: object) -> bool:
    """Whether a part of a review is withheld from its edition; the one question about it that is allowed."""
    return type(value) is Withheld
