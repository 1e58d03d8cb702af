"""Changes of 督办 orders put on record: each command is one filing of its own, checked and entered under the lock.

A filing of this kind holds only the rows of one command (`2026Q4/zhengfuban/督办/督办-0001.csv`); it is copied, hashed
and registered by the same mechanism as any filing, so views as known on a day hold and nothing is ever altered.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from planeval.judge.dispatch import propose_orders
from planeval.ledger import Ledger, open_ledger
from planeval.ledger.additions import addition
from planeval.ledger.incoming import Incoming
from planeval.ledger.receiving import receive_additions
from planeval.ledger.register import Filing
from planeval.ledger.register_writing import Said
from planeval.ledger.store import cached_ledger
from planeval.ledger.tables.governance import DISPATCH
from planeval.measures.dispatch import (
    ASSIGNED,
    COLLECTED,
    STATES,
    Change,
    Course,
    change_fault,
    dispatch_changes,
    follow,
)
from planeval.periods import Period
from planeval.plan import Method, Plan, part_names
from planeval.plan.decisions import DispatchLimits
from planeval.plan.model import normal
from planeval.problems import InputError, Problem
from planeval.review import Review
from planeval.workspace import Workspace

_NUMBER = re.compile(r"DB-(20[0-9]{2})-([0-9]+)")
_LOOK = "用 planeval dispatch list --all 核对这件督办的状态、时限和日期"
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


@dataclass(frozen=True)
class OrderDesk:
    """Where changes of orders are put on record. received_on: the day they are entered, the register's clock."""

    workspace: Workspace
    plan: Plan
    method: Method
    received_on: date
    said: Said

    def ledger(self) -> Ledger:
        """The ledger as it stands now."""
        period = Period.of(self.received_on)
        return cached_ledger(self.workspace, self.plan, self.method, period, None, open_ledger)

    def courses(self) -> dict[str, Course]:
        """Order number → its course, from every row on record."""
        return follow(dispatch_changes(self.ledger()))[0]

    @property
    def keeper(self) -> str:
        """The unit that keeps the 督办 ledger. Raises InputError when the method decides none."""
        units = self.method.value("filing_duties", Period.of(self.received_on)).get(DISPATCH.id, ())
        if not units:
            raise refusal("", "这个计划没有确定督办台账由谁登记，督办不适用",
                          f"要用督办，先在 method.yml 的 filing_duties 写明 {DISPATCH.id}: [单位]")  # fmt: skip
        return str(units[0])

    @property
    def limits(self) -> DispatchLimits | None:
        """The decision `dispatch_limits` in force; None when there is none."""
        period = Period.of(self.received_on)
        return self.method.value("dispatch_limits", period) if self.method.decides("dispatch_limits") else None

    def record(self, make: Callable[[dict[str, Course]], Sequence[Change]]) -> tuple[Filing, ...]:
        """Put on record what `make` returns for the orders as they stand; returns the filing, or nothing.

        Under the lock, so that what was checked still holds when it is entered. Raises InputError for a change
        that may not follow, with nothing written.
        """
        keeper = self.keeper

        def additions() -> list[Incoming]:
            courses = self.courses()
            changes = [each for each in make(courses) if not self._on_record(courses.get(each.order_id), each)]
            for change in changes:
                self._check(courses.get(change.order_id), change)
                courses[change.order_id] = _with(courses.get(change.order_id), change)
            if not changes:
                return []
            period = Period.of(max(change.changed_on for change in changes))
            names = part_names(self.plan, "unit")
            rows = [vars(change) | {"lead_unit": names[change.lead_unit]} for change in changes]
            return [addition(self.plan, DISPATCH, keeper, period, rows)]

        return receive_additions(
            self.workspace, self.plan, additions, received_on=self.received_on, said=self.said
        )  # fmt: skip

    def _on_record(self, course: Course | None, change: Change) -> bool:
        """Whether the very same change is on record already, which is said; the second time nothing happens."""
        same = course is not None and any(replace(each, place=change.place) == change for each in course.changes)
        if same:
            self.said(f"{change.order_id} {change.changed_on} {change.state}：同样的一条已经登记，没有重复登记")
        return same

    def _check(self, course: Course | None, change: Change) -> None:
        if not change.author.strip():
            raise refusal(change.order_id, "没有写填写人", "用 --author 写明单位和岗位，例如 市科技局经办岗")
        if _MOBILE.search(change.author):
            raise refusal(change.order_id, "填写人不写手机号", "只写单位和岗位")
        if change.changed_on > self.received_on:
            raise refusal(change.order_id, f"日期 {change.changed_on} 在登记之日（{self.received_on}）以后",
                          "改 --on；事情发生以后再登记")  # fmt: skip
        taken = [(each.changed_on, each.state) for each in course.changes] if course else []
        if (change.changed_on, change.state) in taken:
            raise refusal(change.order_id, f"{change.changed_on} 已经登记过{change.state}，内容与这次不同",
                          "登记过的不改；确有新的变化，写发生的那一天")  # fmt: skip
        fault = change_fault(course, change)
        if fault:
            late = course is not None and change.due_on > course.limit and not course.closed_on
            remedy = "时限过了不能延期；办结以后用 feedback 登记，按逾期补办处理" if late else _LOOK
            raise refusal(change.order_id, fault, remedy)


def _with(course: Course | None, change: Change) -> Course:
    return follow([*(course.changes if course else ()), change])[0][change.order_id]


def refusal(order_id: str, message: str, remedy: str, expected: str = "") -> InputError:
    """A change of an order that cannot be made, said in Chinese with what to do."""
    return InputError([Problem("督办", "", order_id, message, "", expected, remedy, "dispatch")])


def change_order(
    desk: OrderDesk, order_id: str, state: str, on: date, text: str, author: str, *, limit: date | None = None,
    evidence: str = "",
) -> tuple[Filing, ...]:  # fmt: skip
    """Put one change of an order on record. limit: the new one of an extension, None keeps the one in force."""
    wanted = normal(order_id).upper()

    def make(courses: dict[str, Course]) -> list[Change]:
        course = courses.get(wanted)
        if course is None:
            close = difflib.get_close_matches(wanted, courses, n=1)
            hint = f"是不是 {close[0]}" if close else "用 planeval dispatch list --all 查看全部编号"
            raise refusal(order_id, "没有这件督办", hint)
        said = " ".join(text.split())
        change = replace(
            course.first, changed_on=on, state=state, due_on=limit or course.limit, feedback=said,
            author=" ".join(author.split()), evidence=evidence, place=("", "", 0),
        )  # fmt: skip
        if limit is not None and not any(replace(each, place=change.place) == change for each in course.changes):
            _check_extension(desk, course, change)
        return [change]

    return desk.record(make)


def _check_extension(desk: OrderDesk, course: Course, change: Change) -> None:
    """An extension is asked for before the limit, while the order is unsolved, and stays within the decision."""
    order, limits, asked = change.order_id, desk.limits, (change.due_on - course.limit).days
    if course.closed_on:
        return  # said by change_fault
    if course.solved_on:
        raise refusal(order, f"{course.solved_on} 已经解决，不用延期", "核对督办编号")
    if asked <= 0:
        raise refusal(order, f"新的时限 {change.due_on} 不晚于现在的时限 {course.limit}", "改 --to")
    if change.changed_on > course.limit:
        return
    if limits is not None and course.extensions >= limits.extensions:
        raise refusal(order, f"已经延期 {course.extensions} 次，按决定最多 {limits.extensions} 次",
                      "到期办不完的按逾期登记；要改次数，改 method.yml 的 dispatch_limits")  # fmt: skip
    if limits is not None and asked > limits.extension_days:
        raise refusal(order, f"延期 {asked} 天，按决定最多 {limits.extension_days} 天",
                      f"不晚于 {course.limit + timedelta(days=limits.extension_days)}")  # fmt: skip


def open_orders(
    desk: OrderDesk, review: Review, on: date, author: str, matters: Sequence[str] = ()
) -> tuple[Filing, ...]:  # fmt: skip
    """Put on record, as one filing, an order for every matter the review proposes and nobody has opened meanwhile.

    matters: only these (node ids, target ids or names). A matter without a lead unit is left out, said aloud.
    """

    def make(courses: dict[str, Course]) -> list[Change]:
        proposed = still_proposed(review, courses)
        if matters:
            proposed = chosen(proposed, matters)
        changes: list[Change] = []
        for row in proposed.to_dict("records"):
            if not row["unit_id"]:
                desk.said(f"{row['about']}：{row['lead_basis']}，没有开单；在 method.yml 写明后再开")
                continue
            number = next_number(on.year, [*courses, *(change.order_id for change in changes)])
            first = Change(
                number, on, COLLECTED, row["source"], row["content"], row["unit_id"],
                on + timedelta(days=int(row["limit_days"])), "", " ".join(author.split()),
            )  # fmt: skip
            changes += [first, replace(first, state=ASSIGNED)]
            desk.said(f"{number}　{row['unit']}　{first.due_on} 以前　{row['content']}")
        return changes

    return desk.record(make)


def still_proposed(review: Review, courses: dict[str, Course]) -> pd.DataFrame:
    """What the review proposes, by the orders now on record: matters no order was opened for since."""
    proposed = propose_orders(
        review.targets, review.milestones, courses, review.plan, review.method, review.period
    )  # fmt: skip
    return proposed[proposed["order_id"].eq("")]


def chosen(proposed: pd.DataFrame, matters: Iterable[str]) -> pd.DataFrame:
    """The proposals about the matters named. Raises InputError for a name that none is about."""
    named = {normal(written) for written in matters}
    found = proposed[proposed["about_id"].map(normal).isin(named) | proposed["about"].map(normal).isin(named)]
    known = {normal(text) for text in (*found["about_id"], *found["about"])}
    if named - known:
        raise refusal("、".join(sorted(named - known)), "这次评估没有建议就此开单",
                      "不带 --write 运行 planeval dispatch open，看有哪些建议")  # fmt: skip
    return found


def next_number(year: int, taken: Iterable[str]) -> str:
    """The number after the highest of the year: `DB-2026-13`."""
    used = [int(match[2]) for order in taken if (match := _NUMBER.fullmatch(order)) and int(match[1]) == year]
    return f"DB-{year}-{max(used, default=0) + 1:02d}"


def state_named(written: str) -> str:
    """A state of an order as written. Raises InputError when there is none of that name."""
    if written not in STATES:
        raise refusal("", f"没有“{written}”这个状态", "改 --state", "、".join(STATES))
    return written
