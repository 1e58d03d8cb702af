"""output/index.html: every published review over time. It repeats what was published and computes nothing.

Written after each promotion. What it says comes from run.json and tables/*.csv of the editions alone; the same
editions give the same bytes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from filelock import FileLock

from planeval.periods import Period
from planeval.plan.review_files import EDITION_NAMES, EDITIONS
from planeval.publish.exporter import PageInfo, page_exporter
from planeval.publish.failures import PageRefused
from planeval.publish.page_contract import Expected, check_page
from planeval.publish.published_editions import PublishedEdition, Unreadable, published_editions
from planeval.publish.sparkline import sparkline
from planeval.publish.staging import write_bytes
from planeval.show.html import Align, Cell, Fragment, definition_list, esc, folded, link, paragraph, table
from planeval.show.words import LIGHT_CLASSES, light

TITLE, PAGE = "历次评估", "index.html"
LEAST_TOP = 1.1  # sparklines reach at least a little above the whole target


def write_reviews_index(output: Path) -> Path:
    """Write output/index.html anew from what is published under it; returns the page.

    Raises PageRefused (the old page stays) when the page does not keep to the contract.
    """
    with FileLock(output / ".index.lock"):
        found = list(published_editions(output))
        text, faults = reviews_page(found)
        if faults:
            raise PageRefused(TITLE, faults)
        write_bytes(output / PAGE, text.encode("utf-8"))
    return output / PAGE


def reviews_page(found: Iterable[PublishedEdition | Unreadable]) -> tuple[str, tuple[str, ...]]:
    """The page over some editions, and its faults."""
    listed = list(found)
    editions = [edition for edition in listed if isinstance(edition, PublishedEdition)]
    code = hashlib.sha256("".join(edition.run_sha256 for edition in editions).encode("ascii")).hexdigest()[:12]
    sample = any(edition.run["sample"] for edition in editions)
    files = frozenset(edition.page for edition in editions)
    footer = {"version": version("planeval"), "commit": "", "fingerprint": code, "known_on": "", "edition": "",
              "inputs": str(len(editions))}  # fmt: skip
    info = PageInfo(TITLE, "planeval", sample, files, footer)
    text = page_exporter().render(_blocks(listed, editions, code), info)
    return text, check_page(text, Expected(code, sample, files, traced=False))


def _blocks(listed: Sequence[PublishedEdition | Unreadable], editions: list[PublishedEdition], code: str) -> list[str]:
    facts = definition_list([
        ("收录", f"{len(editions)} 个已发布的版本，{len({edition.run['review'] for edition in editions})} 次评估"),
        ("用途", "供评估人员查找，不属于任何一版，不随任何一版分发"),
        ("来源", "各版文件夹里的 run.json 和 tables 里的表；本页照抄，不重新计算"),
    ])  # fmt: skip
    blocks = [f"<h1>{TITLE}</h1>", f'<section class="opening" data-fingerprint="{code}">{facts.html}</section>']
    in_order = sorted(editions, key=lambda edition: edition.run["plan"])
    numbers = iter("一二三四五六七八九")
    for _, group in groupby(in_order, key=lambda edition: edition.run["plan"]):
        blocks += _plan_blocks(list(group), next(numbers, "又"))
    blocks.append(f"<h2>{next(numbers, '末')}、核对</h2>")
    return [*blocks, _unread(listed).html, _hashes(editions).html]


def _plan_blocks(editions: list[PublishedEdition], number: str) -> list[str]:
    """A plan's reviews, then its targets over the quarters."""
    name = f"{editions[0].run['document']}（{editions[0].run['plan']}）"
    in_order = sorted(editions, key=lambda edition: (edition.period, edition.run["review"], _rank(edition)))
    rows = [
        (link(edition.run["review"], edition.page), edition.period.label, edition.run["as_known_on"] or "—",
         EDITION_NAMES[edition.run["edition"]], _score(edition.total), _pages(edition),
         edition.run["fingerprint"])
        for edition in reversed(in_order)
    ]  # fmt: skip
    headings = ("评估", "评估期", "数据截至", "版本", "总分", "网页（个）", "复核码")
    aligns: tuple[Align, ...] = ("text", "text", "mark", "text", "number", "number", "text")
    notes = ["总分照各版 tables/revisions.csv 所印；“—”为没有总分，或该版不列。"]
    blocks = [f"<h2>{number}、{esc(name)}</h2>", table("已发布的评估", headings, rows, aligns, notes=notes).html]
    by_quarter = _one_a_quarter(in_order)
    if by_quarter:
        blocks += ["<h3>各项指标逐季的进度灯</h3>", _lights(by_quarter).html, _multiples(by_quarter).html]
    return blocks


def _pages(edition: PublishedEdition) -> str:
    unfinished = edition.run.get("unfinished")
    said = str(len(edition.run["pages"]))
    return f"{said}（{len(unfinished)} 个未完成）" if isinstance(unfinished, list) and unfinished else said


def _rank(edition: PublishedEdition) -> int:
    return EDITIONS.index(edition.run["edition"])


def _score(text: str) -> str:
    try:
        return f"{float(text):.1f}"
    except ValueError:
        return "—"


def _one_a_quarter(editions: list[PublishedEdition]) -> dict[Period, PublishedEdition]:
    """The edition whose targets stand for a quarter: known latest, and of these the one that shows most."""
    chosen: dict[Period, PublishedEdition] = {}
    for edition in sorted(editions, key=lambda each: (each.run["as_known_on"], -_rank(each), each.run["review"])):
        if edition.targets:
            chosen[edition.period] = edition
    return dict(sorted(chosen.items()))


def _quarters(chosen: dict[Period, PublishedEdition]) -> tuple[Period, ...]:
    """From the first published quarter to the last, those between that were not published too."""
    return min(chosen).until(max(chosen))


def _targets(chosen: dict[Period, PublishedEdition]) -> dict[str, list[dict[str, str]]]:
    """Target id → its row in every quarter, an empty one where it has none; in the order of the last quarter."""
    newest_first = [edition.targets for edition in reversed(chosen.values())]
    names = dict.fromkeys(row.get("target_id", "") for rows in newest_first for row in rows)
    published = [chosen[quarter].targets if quarter in chosen else () for quarter in _quarters(chosen)]
    found = [{row.get("target_id", ""): row for row in rows} for rows in published]
    return {name: [rows.get(name, {}) for rows in found] for name in names}


def _name(rows: list[dict[str, str]]) -> str:
    return next(row["name"] for row in reversed(rows) if row.get("name"))


def _light(row: dict[str, str]) -> Cell:
    word = row.get("progress_light", "")
    return light(word) if word in LIGHT_CLASSES else Cell(word or "—")


def _lights(chosen: dict[Period, PublishedEdition]) -> Fragment:
    """Targets by quarters: the progress light as published then."""
    rows: list[list[Cell | str]] = [[_name(rows), *(_light(row) for row in rows)] for rows in _targets(chosen).values()]
    quarters = _quarters(chosen)
    marks: list[Align] = ["mark" for _ in quarters]
    notes = [
        "“—”：该季没有发布，或没有这项指标。每季取数据截至日最晚的一次评估，其中所列最全的一版；灯是当时所印的，以后的修订见后来的评估。"
    ]
    return table(
        "各项指标逐季的进度灯", ("指标", *map(str, quarters)), rows, ["text", *marks], notes=notes, kind="compact"
    )


def _multiples(chosen: dict[Period, PublishedEdition]) -> Fragment:
    """One small line per target, all on the same scale."""
    targets = _targets(chosen)
    shares = [_share(row, "done_share") for rows in targets.values() for row in rows]
    top = max([LEAST_TOP, *(share for share in shares if share is not None)])
    figures = "".join(_multiple(rows, _quarters(chosen), top) for rows in targets.values())
    said = "小图：实线为完成比例，虚线为当时应达比例，横线为目标值；各图同一比例。"
    return Fragment(f'<p class="note">{said}</p><div class="multiples">{figures}</div>')


def _multiple(rows: list[dict[str, str]], quarters: Sequence[Period], top: float) -> str:
    done, expected = ([_share(row, column) for row in rows] for column in ("done_share", "expected_share"))
    listed = [
        (str(quarter), _percent(share), _percent(due), _light(row))
        for quarter, share, due, row in zip(quarters, done, expected, rows, strict=True)
    ]
    data = table(f"{_name(rows)}逐季", ("季度", "完成比例", "应达比例", "进度灯"), listed,
                 ("text", "number", "number", "mark"), kind="plain")  # fmt: skip
    said = "；".join(f"{quarter} {share}，{cell.text}" for quarter, share, _, cell in listed)
    return (
        f'<figure class="chart"><img src="{sparkline(done, expected, top)}" alt="{esc(f"{_name(rows)}：{said}。")}">'
        f"<figcaption>{esc(_name(rows))}：{listed[-1][1]}　{listed[-1][3].html}</figcaption>"
        f'<details class="data"><summary>图中数据</summary>{data.html}</details></figure>'
    )


def _share(row: dict[str, str], column: str) -> float | None:
    try:
        share = float(row.get(column, ""))
    except ValueError:
        return None
    return share if math.isfinite(share) else None


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.1f}%"


def _unread(listed: Sequence[PublishedEdition | Unreadable]) -> Fragment:
    """Folders that could not be taken up, and why."""
    rows = [(each.folder, each.reason) for each in listed if isinstance(each, Unreadable)]
    if not rows:
        return paragraph("各版的 run.json 和所用的表都与发布时相同。")
    return table("没有收录的文件夹", ("文件夹", "原因"), rows, ("text", "text"))


def _hashes(editions: list[PublishedEdition]) -> Fragment:
    rows = [(edition.folder, Cell(edition.run_sha256, f"<code>{edition.run_sha256}</code>")) for edition in editions]
    listing = table("各版 run.json 的哈希", ("文件夹", "SHA-256"), rows, ("text", "text"), kind="rows")
    return folded("各版 run.json 的哈希", listing)
