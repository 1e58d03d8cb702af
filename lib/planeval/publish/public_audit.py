"""The last look before a public edition goes out: can anybody work out what it hides?

Read from the files that are about to be published, and from the public editions that stand in the output folder.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from planeval.disclosure.linked import Address, Statement, said, share
from planeval.disclosure.public_places import every_cell, refusal
from planeval.disclosure.public_system import REVENUE_TABLE, WHOLE, titled
from planeval.disclosure.publication import Print, UnknownPrint, audit_publication
from planeval.periods import Period
from planeval.plan.review_files import PUBLIC
from planeval.problems import InputError, Problem
from planeval.publish.published_editions import PLACES, RESULTS, PublishedEdition, Unreadable, published_editions
from planeval.review import Review
from planeval.show.html import rows_of
from planeval.show.words import amount, percent

_CHECKED = frozenset((PLACES, RESULTS, "tables/task_lights.csv", "tables/decisions.csv", "tables/published.csv"))
_TAG = re.compile(r"<[^>]*>")
_SENTENCE = re.compile(r"[^。！？；\n]+")


def refuse_recoverable(review: Review, edition: str, files: Mapping[str, bytes], output: Path) -> None:
    """Raises InputError when a reader could work out a number that a public edition hides: which table and cell, the
    range he finds, what the rule asks and what gives it away.

    review: of the internal edition. files: of the edition, by name. output: folder with what was published before.
    """
    if edition != PUBLIC:
        return
    strange = sorted(name for name in files if name.startswith("tables/") and name not in _CHECKED)
    problems = [_strange(name) for name in strange]
    try:
        targets = _rows(files, RESULTS)
        _refuse_shares_alone(targets)
        now = _print("这一版", review, _rows(files, PLACES), targets)
        findings = audit_publication(review, now, _sentences(review, now, files), [*_earlier(review, output)])
    except UnknownPrint as error:
        problems.append(Problem(PLACES, rule="disclosure", message=str(error),
                                remedy="数表与台账对不上，查生成它的程序；改好以前不发布公开版"))  # fmt: skip
        findings = ()
    except ArithmeticError as error:
        problems.append(Problem("公开版", rule="disclosure", message=f"公布的内容互相矛盾，没有办法核验（{error}）",
                                remedy="查是哪一版印错了数，更正以后再发布"))  # fmt: skip
        findings = ()
    problems += [refusal(finding.line()) for finding in findings]
    if problems:
        raise InputError(problems)


def _strange(name: str) -> Problem:
    return Problem(name, rule="disclosure", message="这张表没有经过泄露核验，公开版不能带它",
                   remedy="从公开版里去掉，或者先把它纳入 publish/public_audit.py 的核验")  # fmt: skip


def _refuse_shares_alone(targets: Iterable[Mapping[str, str]]) -> None:
    """A share of a target tells its value, so it is not printed without it."""
    for row in targets:
        if not row["value"] and (row["done_share"] or row["gap"]):
            raise UnknownPrint(f"“{row['name']}”没有印现值，却印了完成比例或差距，由它们能算出现值")


def _rows(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig")))) if name in files else []


def _print(
    name: str, review: Review, places: Iterable[Mapping[str, str]], targets: Iterable[Mapping[str, str]],
    period: str = "",
) -> Print:  # fmt: skip
    """What an edition's tables say."""
    return Print(
        name, Period.parse(period) if period else review.period,
        {(row["table"], row["industry"], row["zone"]): (_number(row["value"]), _number(row["share"]))
         for row in places},
        {row["name"]: float(row["value"]) for row in targets if row["value"]},
    )  # fmt: skip


def _number(text: str) -> float | None:
    return float(text) if text else None


def _earlier(review: Review, output: Path) -> Iterator[Print]:
    """Every public edition of the same plan that stands in the output folder, the one to be replaced among them."""
    for each in published_editions(output):
        if isinstance(each, Unreadable):
            if each.folder.rpartition("/")[2] == PUBLIC:
                raise InputError([_unreadable(each)])
        elif each.run["edition"] == PUBLIC and each.run["plan"] == review.plan.id:
            yield _print(_named(each), review, each.places, each.targets, each.run["period"])


def _named(edition: PublishedEdition) -> str:
    return f"以前的公开版 {edition.folder}"


def _unreadable(edition: Unreadable) -> Problem:
    return Problem(edition.folder, rule="disclosure", message=f"以前的公开版不能核验：{edition.reason}",
                   remedy="恢复原来的文件，或者删掉这个文件夹（从没有发出去的才可以删）")  # fmt: skip


def _sentences(review: Review, now: Print, files: Mapping[str, bytes]) -> Iterator[Statement]:
    """What the pages say in words of cells that the tables hide: a sentence that names the table, the industry and the
    zone of the cell, no other, and its number or its share.
    """
    hidden = [key for key, (value, _) in now.places.items() if value is None]
    if not hidden:
        return
    cells = {(row["table"], row["industry"], row["zone"]): row for row in rows_of(every_cell(review))}
    names = {part: {key[1 + number] for key in now.places} - {WHOLE} for number, part in enumerate(("row", "column"))}
    for file, content in files.items():
        if not file.endswith(".html"):
            continue
        text = html.unescape(_TAG.sub("", re.sub(r"</(p|li|td|th|caption|dd|h\d)>", "。", content.decode("utf-8"))))
        for sentence in dict.fromkeys(_SENTENCE.findall(text)):
            if any(sign.isdigit() for sign in sentence):
                for key in hidden:
                    yield from _told(sentence, key, cells[key], names, file)


def _told(
    sentence: str, key: tuple[str, str, str], cell: Mapping[str, Any], names: Mapping[str, set[str]], file: str
) -> Iterator[Statement]:
    table, row, column = key
    if table not in sentence:
        return
    for part, own in (("row", row), ("column", column)):
        said_of = {name for name in names[part] if name in sentence}
        if said_of != ({own} - {WHOLE}):
            return
    value, unit, part_of = float(cell["value"]), str(cell["unit"]), float(cell["share"])
    address, whole = Address(titled(table), row, column), Address(titled(table), WHOLE, WHOLE)
    where = f"{file} 的一句话"
    if re.search(rf"(?<![\d.,]){re.escape(amount(value, unit))}\s*{unit}", sentence):
        yield said(address, value, 1.0 if titled(table) == REVENUE_TABLE else 0.0, where)
    if part_of == part_of and re.search(rf"(?<![\d.,]){re.escape(percent(part_of))}", sentence):
        yield from share(address, whole, part_of, 0.001, where)
