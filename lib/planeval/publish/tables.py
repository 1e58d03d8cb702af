"""The tables published beside the pages, as CSV that Excel opens rightly and no formula hides in.

UTF-8 with BOM, lines end in LF, empty = not reported, true/false, numbers as short as they can be written
without losing a digit and never with an exponent. Text that a spreadsheet would take for a formula gets a
leading apostrophe; numbers never do.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd
from pydantic_core import to_jsonable_python

from planeval.disclosure import DisclosedReview, withheld
from planeval.disclosure.public_places import COLUMNS as PLACE_COLUMNS
from planeval.judge.unit_bands import COLUMNS as BAND_COLUMNS
from planeval.ledger.exporting import inert
from planeval.periods import Period
from planeval.plan.review_files import BRIEF, INTERNAL, PUBLIC, UNIT
from planeval.publish.environment_tables import ENVIRONMENT_TABLES, environment_tables
from planeval.publish.finance_tables import FINANCE_TABLES, finance_tables
from planeval.publish.incubation_tables import INCUBATION_TABLES, incubation_tables
from planeval.publish.place_tables import INDUSTRY_TABLES, ZONE_TABLES, industry_tables, zone_tables
from planeval.review import Review
from planeval.show.edition_tables import own_file

DECISION_COLUMNS = ("decision", "question", "value", "reading", "reason", "by", "from")
PROBLEM_COLUMNS = ("file", "sheet", "cell", "level", "unit", "message", "value", "expected", "remedy", "rule")
PUBLISHED_COLUMNS = (
    "file", "series", "place", "period", "value", "unit", "note", "target_id", "title", "publisher", "url", "url_note",
    "date_published", "date_collected", "confidence", "confidence_note", "measures", "not_measures",
)  # fmt: skip
_CLUSTER_TABLES = {
    "cluster_industries": "各产业的企业、营收、占比和集中度",
    "cluster_chains": "各产业链的企业和营收",
    "cluster_location": "区位商及其参照",
    "cluster_links": "各产业链环节的企业",
}


class TableGroup(NamedTuple):
    """Tables read together: what each holds by file name, as the index prints it, and where they come from.

    forms: the editions beside the internal one in which they may stand, with the columns they show there, all when
    none are named. They are read from the edition's own review, so a table that its review does not hold cannot be
    published by mistake.
    """

    meanings: dict[str, str]
    read: Callable[[Review], dict[str, pd.DataFrame]]
    forms: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def _one(
    name: str, meaning: str, read: Callable[[Review], pd.DataFrame], forms: Mapping[str, tuple[str, ...]] | None = None
) -> TableGroup:
    return TableGroup({name: meaning}, lambda review: {name: read(review)}, forms or {})


_TARGET_COLUMNS = (
    "target_id", "name", "unit", "kind", "value", "amount", "comparison", "baseline", "done_share", "expected_share",
    "gap", "progress_light", "reported", "clause", "outlook_light", "evidence_light", "progress_override",
    "outlook_override", "evidence_override",
)  # fmt: skip
_TASK_COLUMNS = (
    "task_id", "name", "clause", "milestones", "due", "finished", "finished_late", "overdue", "unknown", "remaining",
    "finished_share", "progress_light", "outlook_light", "evidence_light", "progress_override", "outlook_override",
    "evidence_override",
)  # fmt: skip
_TARGETS, _TASKS = dict.fromkeys((BRIEF, PUBLIC), _TARGET_COLUMNS), dict.fromkeys((BRIEF, PUBLIC), _TASK_COLUMNS)
_UNIT_COLUMNS = (
    "unit_id", "name", "filing", "tables_due", "tables_filed", "refused", "milestones", "due", "finished", "overdue",
)  # fmt: skip
_UNITS = {BRIEF: _UNIT_COLUMNS, UNIT: (*_UNIT_COLUMNS, "items", "score", "rank_low", "rank_high", "band")}
_OWN: dict[str, tuple[str, ...]] = {UNIT: ()}  # all columns of the unit's own rows, see disclosure.own_rows


def _cluster(review: Review) -> dict[str, pd.DataFrame]:
    """Tables of 31_cluster, columns as in measures.cluster and measures.chain_links; none without industries."""
    cluster = review.themes.cluster
    if cluster.industries.empty:
        return {}
    tables = (cluster.industries, cluster.chains, cluster.location, cluster.links.links)
    return dict(zip(_CLUSTER_TABLES, tables, strict=True))


def _funnel(review: Review) -> pd.DataFrame:
    """As in measures.transfer; no rows where nobody ever filed 成果: not known, which is not zero."""
    transfer = review.themes.transfer
    return transfer.funnel if "achievements" in transfer.filed else transfer.funnel.iloc[:0]


def _units(review: Review) -> pd.DataFrame:
    """The judgement of each unit, then how it filed and what it leads; blank scores where no rule was decided."""
    if withheld(review.unit_bands):
        return review.units
    if review.unit_bands is None:
        judged = review.units[["unit_id"]].reindex(columns=list(BAND_COLUMNS))
    else:
        judged = review.unit_bands.units
    return judged.merge(review.units, on="unit_id", how="left", validate="one_to_one", sort=False)


def _decisions(review: Review) -> pd.DataFrame:
    rows = [
        (choice.id, choice.question, plain_value(choice.value), choice.reading, choice.reason, choice.by, choice.since)
        for choice in review.decisions
    ]
    return pd.DataFrame(rows, columns=list(DECISION_COLUMNS))


def plain_value(value: Any) -> str | float:
    """A decision's value as one cell: text and numbers as they are, anything else as JSON."""
    plain = to_jsonable_python(value)
    if isinstance(plain, str | int | float) and not isinstance(plain, bool):
        return plain
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def _problems(review: Review) -> pd.DataFrame:
    rows = [[getattr(problem, column) for column in PROBLEM_COLUMNS] for problem in review.ledger.problems]
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))


def _published(review: Review) -> pd.DataFrame:
    rows = []
    for source in review.published:
        card = {name: getattr(source.card, name) for name in PUBLISHED_COLUMNS if hasattr(source.card, name)}
        rows += [{"file": source.name, **card, **figure} for figure in source.figures.to_dict("records")]
    return pd.DataFrame(rows, columns=list(PUBLISHED_COLUMNS))


def _public_places(review: Review) -> dict[str, pd.DataFrame]:
    """As in disclosure.public_places; no table where the edition prints none."""
    places = review.places if isinstance(review, DisclosedReview) else None
    return {} if places is None or places.rows.empty else {name: places.rows for name in _PLACES}


def _filings(review: Review) -> pd.DataFrame:
    columns = ("unit_id", "unit", "period", "file", "received_on", "sha256", "supersedes")
    rows = [
        (filing.unit, review.plan.unit(filing.unit).short_name, filing.period, filing.file, filing.received_on,
         filing.sha256, filing.supersedes)
        for filing in review.ledger.filings
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


# Every table of a review, in the order in which the index lists them.
_GROUPS = (
    _one("targets", "各项指标：现值、目标、完成比例、应达比例，三灯和依据，人工改判，得分、权重",
         lambda review: review.targets, _TARGETS),
    _one("series", "各项指标逐季的数值和当季新增", lambda review: review.series),
    _one("verdicts", "各项指标在每一种口径下的结论", lambda review: review.verdicts),
    _one("final", "各项指标的终期（或中期）结论：在几种口径下达到，由哪项选择决定",
         lambda review: review.final.targets),
    _one("revisions", "与上期评估结果相比的变化和原因：数值、进度灯、得分、总分", lambda review: review.changes),
    _one("value_revisions", "以前各季数值在首次得知以后的修订", lambda review: review.revisions),
    TableGroup(INCUBATION_TABLES, lambda review: incubation_tables(review.themes.incubation)),
    TableGroup(ENVIRONMENT_TABLES, lambda review: environment_tables(review.themes.environment)),
    _one("flips", "每项决定改动多少，各指标的进度灯就会变", lambda review: review.flips),
    _one("forecasts", "各季所作的预测：概率、八成区间，和到期后的结果", lambda review: review.forecasts),
    _one("tasks", "各项重点任务的节点数和状态", lambda review: review.tasks),
    _one("task_lights", "各项重点任务的进度灯、展望灯、证据灯和依据", lambda review: review.task_lights, _TASKS),
    _one("units", "各责任单位的得分、收缩后得分、名次区间、分段，报送和牵头节点", _units, _UNITS),
    _one("unit_lights", "各责任单位的进度灯、展望灯、证据灯和依据", lambda review: review.unit_lights, _OWN),
    _one("milestones", "任务节点明细和状态", lambda review: review.milestones, _OWN),
    _one("nodes", "任务分解的节点：牵头、配合、时限、前置节点、状态、是否有单位报送", lambda review: review.nodes,
         _OWN),
    _one("slippage", "逾期或未报送的节点和它压住的后续节点", lambda review: review.slippage),
    _one("burn_up", "各季末计划到期和已完成的节点（累计）", lambda review: review.burn_up),
    _one("actors_platforms", "创新平台明细：种类、级别、认定机关、依托单位、状态",
         lambda review: review.themes.actors.platforms),
    _one("actors_partnerships", "市校合作明细：高校、地区、形式、运行和终止",
         lambda review: review.themes.actors.partnerships),
    _one("actors_universities", "各高校的合作和成果", lambda review: review.themes.actors.universities),
    _one("transfer_funnel", "成果转化各阶段的数量", _funnel),
    _one("transfer_cohorts", "各期成果走到各阶段的比例", lambda review: review.themes.transfer.cohorts),
    _one("transfer_sources", "成果的来源", lambda review: review.themes.transfer.sources),
    _one("transfer_receivers", "成果的接收方", lambda review: review.themes.transfer.receivers),
    _one("dispatch", "督办事项：事由、承办单位、时限、状态、办结灯、延期和反馈", lambda review: review.orders, _OWN),
    TableGroup(FINANCE_TABLES, lambda review: finance_tables(review.themes.finance)),
    _one("policies", "政策：落实主体、文号、应享实享、应兑已兑（万元）、复评、废改立建议",
         lambda review: review.themes.policies.inventory),
    _one("decisions", "评估人员的决定：取值、理由、作出者、起用季度", _decisions,
         {PUBLIC: DECISION_COLUMNS}),
    _one("problems", "报送中的错误和警告：位置、问题、处理", _problems, _OWN),
    _one("duplicates", "两个以上单位重复报送的事项和采用的一方", lambda review: review.ledger.duplicates),
    _one("published", "公开数和出处", _published, {PUBLIC: PUBLISHED_COLUMNS}),
    _one("filings", "计入本次评估的报送文件和哈希", _filings, _OWN),
    TableGroup(_CLUSTER_TABLES, _cluster),
    TableGroup(INDUSTRY_TABLES, lambda review: industry_tables(review.themes.industries)),
    TableGroup(ZONE_TABLES, lambda review: zone_tables(review.themes.zones)),
)  # fmt: skip
# Tables that the internal edition has no need of: it holds what they are made from.
_PLACES = {"public_places": "分产业、分区域的企业、资质、从业人员、营收：值、占全谷；不公开的为空"}
_LOWER_ONLY = (TableGroup(_PLACES, _public_places, {PUBLIC: PLACE_COLUMNS}),)
TABLE_MEANINGS = {name: meaning for group in (*_GROUPS, *_LOWER_ONLY) for name, meaning in group.meanings.items()}


def published_tables(review: Review) -> dict[str, pd.DataFrame]:
    """Every table of a review's edition by file name without `.csv`, in the order in which they are listed."""
    if review.edition == INTERNAL:
        return {name: content for group in _GROUPS for name, content in group.read(review).items()}
    return {
        name: content[list(group.forms[review.edition] or content.columns)]
        for group in (*_GROUPS, *_LOWER_ONLY) if review.edition in group.forms
        for name, content in group.read(review).items()
    }  # fmt: skip


def own_tables(reviews: Mapping[str, Review]) -> dict[str, pd.DataFrame]:
    """The tables of the unit edition, each of one unit's own rows and named after it. reviews: unit → its review."""
    return {
        own_file(unit, name): content
        for unit, review in reviews.items()
        for name, content in published_tables(review).items()
    }


def meaning(name: str, review: Review) -> str:
    """What a table of an edition holds, as the index prints it; in the unit edition whose rows too."""
    unit, _, table = name.rpartition("-")
    return f"{review.plan.unit(unit).short_name}：{TABLE_MEANINGS[table]}" if unit else TABLE_MEANINGS[table]


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as the bytes of its CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([cell_text(value) for value in row] for row in table.itertuples(index=False, name=None))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def cell_text(value: Any) -> str:
    """One cell as written in a published CSV."""
    if isinstance(value, str):
        return inert(value).replace("\r", "\n")  # csv quotes only the line end that it writes itself
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list | set | frozenset):
        return cell_text("、".join(_listed(value)))
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date | Period):
        return str(value)
    if isinstance(value, int | float | Decimal):
        return number_text(value)
    if hasattr(value, "item"):  # a numpy scalar
        return cell_text(value.item())
    raise TypeError(f"no CSV form for {type(value).__name__}")


def _listed(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]


def number_text(value: float | Decimal) -> str:
    """A number in the fewest digits that give it back, without an exponent: 4, 0.1, -0.25."""
    exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    return f"{exact.normalize():f}" if exact else "0"
