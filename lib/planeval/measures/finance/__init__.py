"""科技金融 (clause 四（五）): the fund, its investments and what came back, and bank credit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.actors import ever_filed
from planeval.measures.finance.credit import FIRM_TYPES, KINDS, grants_by_quarter, loans_at, loans_by
from planeval.measures.finance.funds import PAID_IN, fund_records, fund_scales
from planeval.measures.finance.investments import by_stage, investments_at
from planeval.measures.finance.rates import Rate, rate_of_all, rate_of_exits
from planeval.measures.finance.returns import Returns, measure_returns
from planeval.periods import Period
from planeval.plan import Method
from planeval.plan.fund_reading import FundReading

__all__ = ["Finance", "measure_finance"]
TABLES = ("funds", "investments", "credit")


@dataclass(frozen=True)
class Finance:
    """What the ledger says of money at the end of a period; amounts in 万元.

    records, scales: see funds. investments, stages: see investments. returns: see returns. exit_rate, all_rate: a
    Rate, or why none can be sought; None when fund_reading was not decided. loans: see loans_at; by_kind,
    by_firm_type, grants: see credit. filed: tables that anybody ever filed.
    """

    reading: FundReading | None
    records: pd.DataFrame
    scales: pd.DataFrame
    investments: pd.DataFrame
    stages: pd.DataFrame
    returns: Returns
    exit_rate: Rate | str | None
    all_rate: Rate | str | None
    loans: pd.DataFrame
    by_kind: pd.DataFrame
    by_firm_type: pd.DataFrame
    grants: pd.DataFrame
    filed: frozenset[str]


def measure_finance(ledger: Ledger, method: Method, period: Period) -> Finance:
    """Everything the finance page shows."""
    reading: FundReading | None = method.optional("fund_reading", period)
    start = pd.Timestamp(method.plan_start(period))
    records, items = fund_records(ledger, period), investments_at(ledger, period)
    loans = loans_at(ledger, start, period)
    return Finance(
        reading=reading, records=records, scales=fund_scales(records), investments=items, stages=by_stage(items),
        returns=measure_returns(records[records["record"].eq(PAID_IN)], items, period, reading),
        exit_rate=None if reading is None else rate_of_exits(items, reading),
        all_rate=None if reading is None else rate_of_all(items, period, reading),
        loans=loans, by_kind=loans_by(loans, "kind", KINDS), by_firm_type=loans_by(loans, "firm_type", FIRM_TYPES),
        grants=grants_by_quarter(ledger, start, period),
        filed=frozenset(table for table in TABLES if ever_filed(ledger, table, period)),
    )  # fmt: skip
