"""来历: what stands behind the numbers of a section, opened where they stand and readable without any program.

Clause and quote, decisions in force with author and reason, formula, ledger rows with the files they stand in, tables.
A page without it is refused (see publish.page_contract).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import wraps
from itertools import count, groupby
from typing import Concatenate, ParamSpec

import pandas as pd

from planeval.disclosure.withheld import withheld
from planeval.ledger.tables import BY_ID
from planeval.plan.coverage import demands
from planeval.plan.review_files import UNIT
from planeval.problems import shorten
from planeval.review import Review
from planeval.show.decision_words import value_in_words
from planeval.show.edition_tables import files_of_edition
from planeval.show.html import Cell, Fragment, definition_list, esc, folded, link, together
from planeval.show.origins import ORIGINS, Origin
from planeval.show.sentences import has_numbers, numbers_linked, source_of

SUMMARY = "来历：条款、口径、算式、台账"
PARTS = ("条款", "口径", "算式", "台账", "复核")
FILES = "files"  # anchor of the list of input files on every page
_LONGEST = 80  # characters of a quote
_Asked = ParamSpec("_Asked")
_Section = Callable[Concatenate[Review, _Asked], Fragment]


def traced(section: _Section[_Asked]) -> _Section[_Asked]:
    """Give every table, figure and sentence of a section its 来历; the section's name says which, see show.origins.

    Its second argument, if any, is the unit, industry or zone it is about. A section without numbers gets none.
    """
    name = section.__name__
    if name not in ORIGINS:
        raise KeyError(f"{name} has no origin in planeval.show.origins")

    @wraps(section)
    def shown(review: Review, *args: _Asked.args, **kwargs: _Asked.kwargs) -> Fragment:
        part = next((value for value in (*args, *kwargs.values()) if isinstance(value, str)), "")
        return with_trace(section(review, *args, **kwargs), review, name, part)

    return shown


def with_trace(made: Fragment, review: Review, name: str, part: str = "", more: Fragment | None = None) -> Fragment:
    """A section and, folded below it, where its numbers come from; the numbers of its sentences lead there.

    name: of its origin in show.origins. more: 来历 of single numbers, each with an anchor of its own.
    """
    shown = numbers_linked(made, source_of(name))
    if "<table" not in made.html and shown == made.html and not has_numbers(made.text):
        return made
    inside = together([sourced(review, name, part), *([more] if more else [])])
    return Fragment(f'<section class="traced">{shown}{folded(SUMMARY, inside, "trace").html}</section>', made.text)


def sourced(review: Review, name: str, part: str = "") -> Fragment:
    """The five parts of an origin, with the anchor that sentences lead to."""
    told = trace(review, ORIGINS[name], part)
    return Fragment(f'<div id="{esc(source_of(name))}">{told.html}</div>', told.text)


def trace(review: Review, origin: Origin, part: str = "") -> Fragment:
    """The five parts of an origin as they stand in this review."""
    return definition_list([
        ("条款", _lines(_clauses(review, origin, part))),
        ("口径", _lines(_decisions(review, origin))),
        ("算式", origin.formula),
        ("台账", _lines(_ledger(review, origin))),
        ("复核", checking(review, origin.tables)),
    ])  # fmt: skip


def _lines(lines: Iterable[str]) -> Cell:
    told = list(lines)
    return Cell("；".join(told), "".join(f'<span class="line">{esc(line)}</span>' for line in told))


def _clauses(review: Review, origin: Origin, part: str) -> Iterator[str]:
    """The plan's own words behind a section, each with its clause."""
    text = review.plan.text
    said: list[tuple[str, str]] = []
    if origin.about == "targets":
        said += [(target.clause, target.quote) for target in text.targets]
    elif origin.about == "tasks":
        said += [(task.clause, task.quote) for task in text.tasks]
    elif origin.about == "qualitative":
        said += [(target.clause, target.quote) for target in text.qualitative_targets]
    places = {place.format(part=part) for place in origin.places}
    shown = {name for name, covered in review.coverage.items() if places & set(covered.shown)}
    said += [(demand.clause, demand.quote) for demand in demands(review.plan) if demand.id in shown]
    if not said:
        yield "方案（或其公开部分）没有就此单列条款，这里是评估人员为说明进展而列。"
    for clause, quotes in groupby(dict.fromkeys(said), key=lambda pair: pair[0]):
        yield f"{clause}：" + "；".join(f"“{shorten(quote, _LONGEST)}”" for _, quote in quotes)


def _decisions(review: Review, origin: Origin) -> Iterator[str]:
    """Every decision in force that shapes a section: what was decided, by whom, since when and, for one alone, why."""
    found = False
    for wanted in origin.decisions:
        for choice in review.decisions:
            if fnmatchcase(choice.id, wanted):
                found = True
                value = value_in_words(choice.value, review.plan, choice.reading)
                why = "" if wanted.endswith("*") else f"：{choice.reason.rstrip('。')}"
                yield f"{choice.question}——{value}（{choice.by}，{choice.since} 起{why}）"
    if not found:
        yield "没有用到评估人员的决定。"


def _ledger(review: Review, origin: Origin) -> Iterator[str]:
    """How many rows of which tables were read, and in which files they stand, as far as the edition may see them."""
    if withheld(review.ledger):
        yield "本版不列台账行和报送文件。"
    elif not origin.ledger:
        yield "不直接数台账行，由其他表的数得出。"
    else:
        for table in origin.ledger:
            rows = review.ledger.current[table]
            whose = "本单位所报" if review.edition == UNIT else ""
            yield f"{whose}“{BY_ID[table].sheet}”表 {len(rows)} 行{files_of(review, rows)}"


def files_of(review: Review, rows: pd.DataFrame) -> str:
    """The input files that rows stand in, by their numbers in the page's list of files: `（文件 3、7–9）`."""
    numbers = {file.path: number for number, file in enumerate(review.inputs, start=1)}
    found = sorted(numbers[path] for path in set(rows["file"]) if path in numbers)
    return f"（文件 {_ranges(found)}）" if found else ""


def _ranges(numbers: list[int]) -> str:
    """1, 2, 3, 7 → `1–3、7`."""
    place = count()
    runs = [list(run) for _, run in groupby(numbers, key=lambda number: number - next(place))]
    return "、".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def checking(review: Review, tables: Iterable[str]) -> Cell:
    """Where a reader goes on: the published tables, the list of input files with their hashes, the 复核码."""
    links = [link(file, file) for file in files_of_edition(review, tables)]
    links.append(link("输入文件和哈希", f"#{FILES}"))
    text = "、".join(cell.text for cell in links)
    code = f"；复核码 {review.fingerprint}"
    return Cell(text + code, "、".join(cell.html for cell in links) + esc(code))
