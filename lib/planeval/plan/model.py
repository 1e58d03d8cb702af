"""What the plan says, and nothing else: each entry carries its clause and a short quote."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from planeval.plan.file_names import LONGEST, not_a_device

Kind = Literal["flow", "stock", "expiring_stock", "annual_flow", "money"]
KIND_NAMES: dict[str, str] = {
    "flow": "累计流量",
    "stock": "存量",
    "expiring_stock": "有期限的存量",
    "annual_flow": "年度流量",
    "money": "资金",
}


def parse_date(value: object) -> date:
    """A date written as text `2026-12-31`; raises ValueError (Chinese) for anything else."""
    if isinstance(value, date):
        return value
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
        raise ValueError("日期应写成 2026-12-31 这样的形式，并加引号")
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("没有这一天，核对月份和日子") from None


def normal(text: str) -> str:
    """Text in the form in which quotes and names are compared: NFKC, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


Day = Annotated[date, BeforeValidator(parse_date), Strict(False)]
Text = Annotated[str, Field(min_length=1)]
WordId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=LONGEST), AfterValidator(not_a_device)]


class Entry(BaseModel):
    """Base of everything in params: strict types, unknown keys refused, frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Document(Entry):
    """The document the plan is taken from; `news_report` means second-hand."""

    number: str
    issuer: Text
    written: Day | None = None
    published: Day
    url: str
    kind: Literal["official_text", "news_report"]

    @property
    def second_hand(self) -> bool:
        """Whether the plan's words are known only through a report about them."""
        return self.kind == "news_report"


class SourceText(Entry):
    """The plan's full text file and its SHA-256, against which the quotes were checked."""

    file: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class WorkItem(Entry):
    """One single demand of a clause; `universities` and `platforms` are those its quote names one by one."""

    id: WordId
    name: Text
    quote: Text
    universities: Annotated[tuple[Text, ...], Strict(False)] = ()
    platforms: Annotated[tuple[Text, ...], Strict(False)] = ()

    @model_validator(mode="after")
    def _names_are_quoted(self) -> WorkItem:
        unsaid = [name for name in (*self.universities, *self.platforms) if normal(name) not in normal(self.quote)]
        if unsaid:
            raise ValueError(f"quote 里没有这些名称：{'、'.join(unsaid)}")
        return self


class Industry(Entry):
    """An industry the plan names, with the chains and the focus its clause lists."""

    id: WordId
    name: Text
    clause: Text
    quote: Text
    chains: Annotated[tuple[Text, ...], Strict(False)] = ()
    focus: Annotated[tuple[Text, ...], Strict(False)] = ()
    work_items: Annotated[tuple[WorkItem, ...], Strict(False)] = ()


class Zone(Entry):
    """A part of the planned area, in square kilometres."""

    id: WordId
    name: Text
    area_km2: Annotated[float, Field(gt=0)]
    clause: Text
    quote: Text


class Premises(Entry):
    """Building stock the plan names."""

    id: WordId
    name: Text
    amount: Annotated[float, Field(gt=0)]
    unit: Text
    clause: Text
    quote: Text


class Target(Entry):
    """One numeric target. amount is in `unit`; 突破 is `>`, 不少于/不低于/以上 and bare numbers are `>=`."""

    id: WordId
    name: Text
    unit: Text
    amount: Annotated[float, Field(gt=0)]
    comparison: Literal[">=", ">"]
    due: Day
    kind: Kind
    direction: Literal["up"]
    clause: Text
    quote: Text

    @property
    def wanted(self) -> str:
        """The target as printed: `≥ 30 家`, `＞ 5 亿元`."""
        sign = "＞" if self.comparison == ">" else "≥"
        return f"{sign} {self.amount:g} {self.unit}"


class QualitativeTarget(Entry):
    """What the plan demands by the due date without a number."""

    id: WordId
    name: Text
    due: Day
    clause: Text
    quote: Text


class Task(Entry):
    """A key task with its responsible units in the order of the clause (the plan names no lead)."""

    id: WordId
    name: Text
    clause: Text
    units: Annotated[tuple[WordId, ...], Strict(False)]
    quote: Text
    work_items: Annotated[tuple[WorkItem, ...], Strict(False)]


class Provision(Entry):
    """A clause without responsible units (section 二, the head of 三, a safeguard) and its single demands."""

    id: WordId
    name: Text
    clause: Text
    quote: Text
    work_items: Annotated[tuple[WorkItem, ...], Strict(False)] = ()


class Unit(Entry):
    """A responsible unit; `short_name` is how the plan writes it."""

    id: WordId
    name: Text
    short_name: Text
    aliases: Annotated[tuple[Text, ...], Strict(False)] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way of writing this unit that a ledger may use."""
        return (self.id, self.name, self.short_name, *self.aliases)


Identified = TypeVar("Identified", Target, Unit)


class UnitList(Entry):
    """units.yml: the responsible units in official order."""

    units: Annotated[tuple[Unit, ...], Strict(False), Field(min_length=1)]

    @model_validator(mode="after")
    def _spellings_are_unique(self) -> UnitList:
        spellings = Counter(name for unit in self.units for name in {normal(text) for text in unit.spellings})
        repeated = [name for name, count in spellings.items() if count > 1]
        if repeated:
            raise ValueError(f"不同单位用了相同的名称或别名：{'、'.join(repeated)}")
        return self


class PlanText(Entry):
    """plan.yml as written; `Plan` adds the units."""

    id: WordId
    title: Text
    short_title: Text
    document: Document
    source_text: SourceText | None = None
    due: Day
    industries: Annotated[tuple[Industry, ...], Strict(False)] = ()
    zones: Annotated[tuple[Zone, ...], Strict(False)] = ()
    premises: Annotated[tuple[Premises, ...], Strict(False)] = ()
    targets: Annotated[tuple[Target, ...], Strict(False), Field(min_length=1)]
    qualitative_targets: Annotated[tuple[QualitativeTarget, ...], Strict(False)] = ()
    tasks: Annotated[tuple[Task, ...], Strict(False)] = ()
    safeguards: Annotated[tuple[Provision, ...], Strict(False)] = ()
    layout: Annotated[tuple[Provision, ...], Strict(False)] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> PlanText:
        for label, entries in self._families().items():
            repeated = [name for name, count in Counter(entries).items() if count > 1]
            if repeated:
                raise ValueError(f"{label}的 id 重复：{'、'.join(repeated)}")
        return self

    @property
    def clauses(self) -> tuple[Provision | Industry | Task, ...]:
        """Every clause of sections 二 to 五 that has single demands, in the order of the plan."""
        return (*self.layout, *self.industries, *self.tasks, *self.safeguards)

    def _families(self) -> dict[str, list[str]]:
        families: dict[str, Iterable[Industry | Zone | Premises | Target | QualitativeTarget | Task | Provision]]
        families = {
            "产业": self.industries,
            "区域": self.zones,
            "载体": self.premises,
            "指标": (*self.targets, *self.qualitative_targets),
            "任务": self.tasks,
            "保障措施": self.safeguards,
            "布局": self.layout,
        }
        ids = {label: [entry.id for entry in entries] for label, entries in families.items()}
        ids["工作事项"] = [item.id for clause in self.clauses for item in clause.work_items]
        return ids


class Plan(Entry):
    """A plan with its responsible units: the authority on what is demanded."""

    text: PlanText
    units: tuple[Unit, ...]

    @property
    def id(self) -> str:
        """Folder name of the plan under params/ and data/."""
        return self.text.id

    @property
    def targets(self) -> tuple[Target, ...]:
        """Numeric targets in the plan's own order."""
        return self.text.targets

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Key tasks in the plan's own order."""
        return self.text.tasks

    def target(self, target_id: str) -> Target:
        """The target with this id; KeyError when there is none."""
        return next_by_id(self.targets, target_id)

    def unit(self, unit_id: str) -> Unit:
        """The unit with this id; KeyError when there is none."""
        return next_by_id(self.units, unit_id)

    def unit_named(self, written: str) -> Unit | None:
        """The unit a person meant by id, full name, short name or alias; None when nobody is."""
        wanted = normal(written)
        for unit in self.units:
            if wanted in {normal(spelling) for spelling in unit.spellings}:
                return unit
        return None


def next_by_id(entries: tuple[Identified, ...], wanted: str) -> Identified:
    """The entry with this id; KeyError when there is none."""
    for entry in entries:
        if entry.id == wanted:
            return entry
    raise KeyError(wanted)
