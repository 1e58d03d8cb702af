"""One rule of the ledger as params write it: what must hold, whom a breach is told to and on what ground."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, Strict, model_validator

from planeval.plan.model import Entry, Text, WordId
from planeval.problems import ERROR

Level = Literal["错误", "警告"]
Scope = Literal["cell", "row", "table", "cross_table", "cross_period"]
ALL_TABLES = "all"
Settings = TypeVar("Settings", bound=Entry)


class Rule(Entry):
    """A rule. level: 错误 (the row is not counted) or 警告 (counted and listed). scope: how much a rule must see.

    Either `expression` says what must hold of a row, or `check` names a documented check with its parameters in
    `with`. `when` is an expression that narrows the rows an expression speaks of; the expression of a cell rule
    speaks of its own column only. table: a ledger table, or `all` for a check of every table. column: the cell to
    blame. message and remedy may hold {column} of the blamed row, the check's own words, {unit}, {period} and
    {heading}. hide: what the cell says is personal and must not be repeated by any message, of this rule or another.
    basis: clause, rule text, or 示例设定.
    """

    id: WordId
    level: Level
    scope: Scope
    table: WordId
    when: str = ""
    expression: str = ""
    check: str = ""
    given: dict[str, Any] = Field(default_factory=dict, alias="with")
    column: str = ""
    hide: bool = False
    message: Text
    remedy: Text
    basis: Text

    @model_validator(mode="after")
    def _one_way_of_saying(self) -> Rule:
        if bool(self.expression) == bool(self.check):
            raise ValueError("expression 和 check 必须写且只写一个")
        if self.check and self.when:
            raise ValueError("when 只用于 expression；check 的范围写在 with 里")
        if self.expression and (self.given or not self.column):
            raise ValueError("expression 要写 column，不写 with")
        if self.expression and (self.scope not in ("cell", "row") or self.table == ALL_TABLES):
            raise ValueError("expression 只能用于一张表的 cell 或 row 规则")
        return self

    @property
    def refuses(self) -> bool:
        """Whether a row that breaks the rule is not counted."""
        return self.level == ERROR

    def settings(self, model: type[Settings]) -> Settings:
        """The parameters of the check, typed."""
        return model.model_validate(self.given)


class RuleList(Entry):
    """rules.yml as written."""

    plan: WordId
    rules: Annotated[tuple[Rule, ...], Strict(False)]


def placeholders(template: str) -> list[str]:
    """The names between braces. Raises ValueError (Chinese) for anything but a plain {name}."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise ValueError("大括号不成对") from None
    names = []
    for _, name, specification, conversion in parts:
        if name is None:
            continue
        if specification or conversion or not name.isidentifier():
            raise ValueError("大括号里只写名称，如 {name}")
        names.append(name)
    return names
