"""Lights set by hand: beside the computed light, never in its place.

An override changes no number, no score and no count of lights; it is printed next to what was computed, with
author, date and reason (method.yml `overrides`).
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from planeval.plan.lights import LIGHT_NAMES, Override

OVERRIDE_COLUMNS = ("progress_override", "outlook_override", "evidence_override", "override_note")


def with_overrides(table: pd.DataFrame, kind: str, id_column: str, overrides: Iterable[Override]) -> pd.DataFrame:
    """The table with OVERRIDE_COLUMNS: the word set by hand or an empty text; the note names author, date, reason.

    overrides: those of the period (Method.overrides); of two for one light the later one in the file applies.
    """
    mine = [override for override in overrides if override.kind == kind]
    filled = table.assign(**dict.fromkeys(OVERRIDE_COLUMNS, ""))
    for row, item in zip(filled.index, filled[id_column], strict=True):
        for_it = {override.light: override for override in mine if override.id == item}
        for light, override in for_it.items():
            filled.loc[row, f"{light}_override"] = override.to
        filled.loc[row, "override_note"] = "；".join(_note(override) for override in for_it.values())
    return filled


def _note(override: Override) -> str:
    name = LIGHT_NAMES[override.light]
    return f"{name}由{override.author}于 {override.on.isoformat()} 改为“{override.to}”：{override.reason}"
