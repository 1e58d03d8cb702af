"""Made-up loans (信贷): granted by several banks, drawn down, repaid, and one of them not repaid when due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planeval.ledger.tables.finance import CREDIT
from planeval.periods import Period
from planeval.sample.dice import Dice
from planeval.sample.firms import Firm
from planeval.sample.item import Item, Row, Setting, State, evidence, make_item
from planeval.sample.titles import Titles

_BANKS, _BANK_WEIGHTS = tuple(f"示例银行{number:02d}" for number in range(1, 6)), (0.28, 0.24, 0.20, 0.16, 0.12)
_KIND_WEIGHTS = (0.34, 0.22, 0.24, 0.16, 0.04)  # in the order of the ledger's kinds
_YEARS, _YEAR_WEIGHTS = (1, 2, 3), (0.70, 0.20, 0.10)
_SETTLED_IN = timedelta(days=90)  # a bank wants to see a firm in its place first


@dataclass(frozen=True)
class _Loan:
    firm: Firm
    granted_on: date
    due_on: date
    amount: float
    in_parts: bool
    repaid_on: date


def credit_items(firms: Sequence[Firm], titles: Titles, setting: Setting) -> list[Item]:
    """Story: more loans each quarter, most to firms with a title, which is booked as held on the day."""
    dice = setting.dice("credit")
    loans = _loans(firms, titles, setting, dice)
    end = setting.story.last.end
    falling_due = sorted((loan for loan in loans if loan.due_on <= end), key=lambda loan: loan.due_on)
    overdue = falling_due[-min(setting.story.loan_overdue, len(falling_due))] if falling_due else None
    return [
        _item(number, loan, loan is overdue, titles, setting, dice) for number, loan in enumerate(loans, start=1)
    ]  # fmt: skip


def _loans(firms: Sequence[Firm], titles: Titles, setting: Setting, dice: Dice) -> list[_Loan]:
    story = setting.story
    before = story.first.start
    days = [dice.day(before - timedelta(days=200), before - timedelta(days=20)) for _ in range(story.loans_before)]
    for quarter, count in zip(story.quarters, story.loans, strict=True):
        days += [dice.day(quarter.start, quarter.end) for _ in range(count)]
    loans: list[_Loan] = []
    for day in sorted(days):
        borrowed = Counter(loan.firm.number for loan in loans)
        firm = dice.pick(_borrowers(firms, day, borrowed, titles, dice))
        loans.append(_loan(firm, day, setting, dice))
    return loans


def _borrowers(
    firms: Sequence[Firm], day: date, borrowed: Counter[int], titles: Titles, dice: Dice
) -> list[Firm]:  # fmt: skip
    """Settled firms without a second loan; those that won a title in the last weeks wait until it is known."""
    settled = [firm for firm in firms if firm.resident(day) and firm.left_on is None
               and firm.entered_on <= day - _SETTLED_IN and borrowed[firm.number] < 2
               and not titles.fresh(firm.id, day)]  # fmt: skip
    titled = [firm for firm in settled if titles.borrower_type(firm.id, day) != "其他"]
    return (titled if dice.chance(0.85) else settled) or settled


def _loan(firm: Firm, day: date, setting: Setting, dice: Dice) -> _Loan:
    low, high = setting.story.loan_wan
    amount = float(10 * int(min(low + firm.size * dice.between(40, 160), high) / 10))
    due = date(day.year + dice.weighted(_YEARS, _YEAR_WEIGHTS), day.month, min(day.day, 28))
    return _Loan(firm, day, due, amount, dice.chance(0.35), dice.day(due - timedelta(days=12), due))


def _item(number: int, loan: _Loan, overdue: bool, titles: Titles, setting: Setting, dice: Dice) -> Item:
    bank = dice.weighted(_BANKS, _BANK_WEIGHTS)
    row: Row = {
        "loan_id": f"DK-{number:03d}", "enterprise_id": loan.firm.id, "bank": bank,
        "kind": dice.weighted(CREDIT.column("kind").choices, _KIND_WEIGHTS),
        "firm_type": titles.borrower_type(loan.firm.id, loan.granted_on), "granted_on": loan.granted_on,
        "amount": loan.amount, "balance": loan.amount, "due_on": loan.due_on, "repaid_on": None,
        "evidence": evidence(dice, setting, f"放款凭证-{number:03d}"),
    }  # fmt: skip
    states = [State(loan.granted_on, row, open=True)]
    ends = [quarter.end for quarter in Period.of(loan.granted_on).until(setting.story.last)]
    for day in (day for day in ends if loan.in_parts and day < loan.repaid_on):
        left = loan.amount * ((loan.due_on - day).days / (loan.due_on - loan.granted_on).days)
        states.append(State(day, {**row, "balance": round(left, 1)}, open=True))
    if not overdue:
        states.append(State(loan.repaid_on, {**row, "balance": 0.0, "repaid_on": loan.repaid_on}))
    return make_item("credit", setting.filer("credit", bank), *states)
