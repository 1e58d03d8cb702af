"""The counting rules as SQL give what `counting` gives: on the demonstration filings and on random ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from ledgers import ledger_of
from planeval.ledger import Ledger, open_ledger, store
from planeval.ledger import store_tables as tables
from planeval.ledger.tables import BY_ID, COLUMNS_BY_TABLE, TABLES
from planeval.measures.counting import count_on, window_quarters
from planeval.measures.targets import measure_targets
from planeval.measures.wide import WideLedger, counting_sql, open_wide
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan, load_method, load_plan
from planeval.plan.method import parse_day
from planeval.sample.scale import Scale, credit_codes, write_parquet, write_scale_store
from planeval.workspace import Workspace

WORKSPACE = Workspace(Path(__file__).resolve().parents[1])
LAST = Period(2026, 3)
GROUPINGS = [(), ("industry",), ("zone",), ("industry", "zone")]
Values = dict[tuple[Any, ...], float | None]


@pytest.fixture(scope="module")
def decided() -> tuple[Plan, Method]:
    plan = load_plan(WORKSPACE, "jincheng")
    return plan, load_method(WORKSPACE, plan, COLUMNS_BY_TABLE)


@pytest.fixture(scope="module")
def demonstration(decided: tuple[Plan, Method]) -> Ledger:
    return open_ledger(WORKSPACE, *decided, LAST)


@pytest.fixture(scope="module")
def stored(demonstration: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "jincheng.duckdb"
    store.save(demonstration, path, "key")
    return path


def groups_of(ledger: Ledger, table: str, by: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """What each row of a table is told apart by: its own columns, else its enterprise's, else nothing known."""
    rows = ledger.current[table]
    firms = ledger.current["enterprises"].set_index("enterprise_id")
    told = []
    for column in by:
        if column in rows:
            cells = rows[column]
        elif "enterprise_id" in rows and column in firms:
            cells = rows["enterprise_id"].map(firms[column].to_dict().get)
        else:
            cells = pd.Series([None] * len(rows))
        told.append([None if pd.isna(cell) else cell for cell in cells])
    return list(zip(*told, strict=True)) if by else [()] * len(rows)


def counted(
    ledger: Ledger, rule: CountingRule, start: date, period: Period, unit: str, by: tuple[str, ...]
) -> Values | None:
    """What `counting` says for each group: the rule on a ledger that holds the group's rows only."""
    if "unit_id" not in by and count_on(ledger, rule, start, period, unit).value is None:
        return None
    rows, keys = ledger.current[rule.table], groups_of(ledger, rule.table, by)
    found: Values = {}
    for key in dict.fromkeys(keys) if by else [()]:
        own = ledger.current | {rule.table: rows[np.array([each == key for each in keys], dtype=bool)]}
        reported = ledger.reported
        if "unit_id" in by:
            reported = of_site(ledger, rule, key[by.index("unit_id")])
        elif rule.window != "to_date":
            reported |= {(quarter, "", rule.table) for quarter in window_quarters(rule.window, period)}
        count = count_on(replace(ledger, current=own, reported=reported), rule, start, period, unit)
        if len(count.items) or not by:
            found[key] = count.value
    return found


def of_site(ledger: Ledger, rule: CountingRule, site: str) -> frozenset[tuple[Period, str, str]]:
    """What one site reported: by its filings, or by rows of any group that name a quarter."""
    rows = ledger.current[rule.table]
    rows = rows[rows["unit_id"].eq(site)]
    for column, allowed in rule.where.items():
        rows = rows[rows[column].isin(allowed)]
    named = {(Period.parse(quarter), site, rule.table) for quarter in rows.get("quarter", ())}
    return frozenset(each for each in ledger.reported if each[1] == site) | named


def wide_values(wide: WideLedger, rule: CountingRule, start: date, period: Period, unit: str, by: tuple[str, ...]
                ) -> Values | None:  # fmt: skip
    count = wide.count(rule, start, period, unit, by)
    if count.absence:
        assert count.reason and count.values.empty and count.value is None
        return None
    rows = count.values.astype(object).where(count.values.notna(), None)
    return {tuple(row[:-1]): row[-1] for row in rows.itertuples(index=False)}


def same(ours: Values | None, theirs: Values | None) -> bool:
    """Groups and counts are the same; sums differ by no more than the rounding of the last digit."""
    if ours is None or theirs is None:
        return ours is theirs
    known = {key for key, value in theirs.items() if value is not None}
    return set(ours) >= set(theirs) and all(
        ours[key] == pytest.approx(theirs.get(key), rel=1e-14, abs=0) if key in known else ours[key] is None
        for key in ours
    )


@pytest.mark.parametrize("by", GROUPINGS, ids=lambda by: "×".join(by) or "whole")
def test_every_reading_of_every_target_on_the_demonstration(
    decided: tuple[Plan, Method], demonstration: Ledger, stored: Path, by: tuple[str, ...]
) -> None:
    """Eight targets, each under every counting rule and start date, in the quarters of the plan."""
    plan, method = decided
    starts = [parse_day(reading.value) for reading in method.readings("plan_start")] or [method.plan_start(LAST)]
    quarters = (Period(2025, 1), Period(2025, 4), LAST) if not by else (LAST,)
    seen = 0
    with open_wide(stored) as wide:
        for target in plan.targets:
            rules = [reading.value for reading in method.readings(f"counting.{target.id}")]
            for rule in rules or [method.counting(target.id, LAST)]:
                for start in starts:
                    for quarter in quarters:
                        case = (rule, start, quarter, target.unit, by)
                        assert same(wide_values(wide, *case), counted(demonstration, *case)), (target.id, *case)
                        seen += 1
    assert seen >= 8 * len(quarters)


def test_measured_targets_are_those_of_the_review(
    decided: tuple[Plan, Method], demonstration: Ledger, stored: Path
) -> None:
    plan, method = decided
    with open_wide(stored) as wide:
        for quarter in Period(2024, 4).until(Period(2026, 4)):
            theirs = measure_targets(demonstration, (), plan, method, quarter)
            for target, ours in wide.measure(plan, method, quarter).items():
                assert (ours.value, ours.absence, ours.reason) == pytest.approx(
                    (theirs[target].value, theirs[target].absence, theirs[target].reason)
                ), (quarter, target)


def test_parquet_is_counted_as_the_store(decided: tuple[Plan, Method], stored: Path, tmp_path: Path) -> None:
    plan, method = decided
    write_parquet(stored, tmp_path / "parquet")
    with open_wide(stored) as from_store, open_wide(tmp_path / "parquet") as from_parquet:
        ours = from_parquet.measure(plan, method, LAST, ("unit_id", "industry"))
        for target, count in from_store.measure(plan, method, LAST, ("unit_id", "industry")).items():
            assert len(count.values)
            pd.testing.assert_frame_equal(ours[target].values, count.values)


# Random ledgers

FIRMS = list(map(str, credit_codes(4)))
DAYS = st.dates(date(2023, 1, 1), date(2027, 1, 1)).map(date.isoformat) | st.sampled_from(
    ["2024-02-29", "2025-12-31", "2026-01-01", "2025-03-31", "2024-12-02"]
)
MAYBE = st.none() | DAYS
QUARTER = st.sampled_from([str(quarter) for quarter in Period(2024, 4).until(Period(2026, 2))])
SITE = st.sampled_from(["east", "west"])
AMOUNT = st.none() | st.floats(0, 1e9) | st.sampled_from([0.1, 0.2, 1e-9])
ENTERPRISES = st.lists(
    st.fixed_dictionaries({
        "enterprise_id": st.sampled_from(FIRMS[:3]), "industry": st.sampled_from(["digital", "optoelectronics"]),
        "zone": st.sampled_from(["main", "north"]), "entered_on": DAYS, "left_on": MAYBE,
    }), unique_by=lambda row: row["enterprise_id"], max_size=3,
)  # fmt: skip
CERTIFICATES = st.lists(
    st.fixed_dictionaries({
        "enterprise_id": st.sampled_from(FIRMS), "kind": st.sampled_from(["高新技术企业", "科技型中小企业"]),
        "certificate_number": st.none() | st.sampled_from("ABC"), "issued_on": DAYS, "revoked_on": MAYBE,
        "unit_id": SITE,
    }), max_size=8,
)  # fmt: skip
OPERATIONS = st.lists(
    st.fixed_dictionaries({
        "enterprise_id": st.sampled_from(FIRMS), "quarter": QUARTER, "revenue": AMOUNT, "unit_id": SITE,
    }), max_size=8,
)  # fmt: skip
PLATFORMS = st.lists(
    st.fixed_dictionaries({
        "platform_id": st.sampled_from("PQR"), "level": st.sampled_from(["国家级", "省级", "市级"]),
        "document_number": st.none() | st.sampled_from("XY"), "recognised_on": MAYBE, "revoked_on": MAYBE,
        "unit_id": SITE,
    }), max_size=6,
)  # fmt: skip
VALIDITY = st.sampled_from(["none", {"years": 3}, {"years": 1}, {"months": 12}, {"months": 1}, {"until": "year_end"},
                            {"until": "next_march_31"}])  # fmt: skip
SINCE = st.sampled_from(["plan_start", "beginning"])
RULES = st.one_of(
    st.builds(
        lambda kinds, distinct, ends, since, validity, resident: CountingRule.model_validate({
            "table": "certificates", "where": {"kind": kinds}, "distinct": distinct, "dated_by": "issued_on",
            "ends_by": ends, "since": since, "validity": validity, "resident": resident,
        }),
        st.lists(st.sampled_from(["高新技术企业", "科技型中小企业"]), max_size=2),
        st.sampled_from(["enterprise_id", "certificate_number"]), st.sampled_from([None, "revoked_on"]), SINCE,
        VALIDITY, st.booleans(),
    ),
    st.builds(
        lambda distinct, total, window, resident: CountingRule.model_validate({
            "table": "operations", "distinct": distinct, "dated_by": "quarter", "resident": resident, "sum": total,
            "window": window,
        }),
        st.just("enterprise_id"), st.sampled_from([None, "revenue"]),
        st.sampled_from(["calendar_year", "rolling_four_quarters", "last_full_year"]), st.booleans(),
    ),
    st.builds(
        lambda distinct, ends, since: CountingRule.model_validate({
            "table": "platforms", "where": {"level": ["国家级", "省级"]}, "distinct": distinct,
            "dated_by": "recognised_on", "ends_by": ends, "since": since,
        }),
        st.sampled_from(["platform_id", "document_number"]), st.sampled_from([None, "revoked_on"]), SINCE,
    ),
)  # fmt: skip
REPORTED = st.frozensets(
    st.tuples(QUARTER.map(Period.parse), SITE, st.sampled_from(["operations", "certificates"])), max_size=16
)


@pytest.fixture(scope="module")
def small() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config=dict(tables.ONE_THREAD))
    for table in TABLES:
        tables.create_rows(connection, table)
    yield connection
    connection.close()


def refill(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
    """The rows of a small ledger, all of them standing."""
    for name in ("enterprises", "certificates", "operations", "platforms"):
        table, rows = BY_ID[name], ledger.current[name]
        connection.execute(f"DELETE FROM {tables.quoted(name)}")
        types = {**tables.filed_types(table), tables.STANDING: "BIGINT"}
        with tables.scanned(connection, rows.assign(**{tables.STANDING: range(len(rows))}), types) as select:
            tables.insert_rows(connection, table, select, {})


@settings(max_examples=100, deadline=None)
@given(
    rows=st.fixed_dictionaries({
        "enterprises": ENTERPRISES, "certificates": CERTIFICATES, "operations": OPERATIONS, "platforms": PLATFORMS,
    }),
    reported=REPORTED, rule=RULES, quarter=QUARTER,
    by=st.sampled_from([(), ("industry",), ("zone",), ("unit_id",), ("unit_id", "industry"), ("kind", "zone")]),
)  # fmt: skip
def test_random_ledgers(
    small: duckdb.DuckDBPyConnection, rows: dict[str, list[dict[str, Any]]],
    reported: frozenset[tuple[Period, str, str]], rule: CountingRule, quarter: str, by: tuple[str, ...],
) -> None:  # fmt: skip
    """Any rule on any rows: blanks, 29 February, firms nobody knows, quarters nobody reported."""
    ledger = ledger_of(rows, set(reported))
    refill(small, ledger)
    wide = WideLedger(small, frozenset((str(when), who, what) for when, who, what in reported))
    case = (rule, date(2024, 12, 2), Period.parse(quarter), "万元" if rule.sum else "家", by)
    assert same(wide_values(wide, *case), counted(ledger, *case))


# What a statement is made of


def rule_of(**changed: Any) -> CountingRule:
    given = {"table": "certificates", "distinct": "enterprise_id", "dated_by": "issued_on"} | changed
    return CountingRule.model_validate(given)


def test_values_are_bound_and_never_written_into_the_statement() -> None:
    poison = "x') OR 1=1; DROP TABLE certificates; --"
    sql, values = counting_sql(rule_of(where={"kind": [poison]}), date(2024, 12, 2), LAST, "家", ("industry",))
    assert poison not in sql and poison in values.values()
    assert not any(char.isdigit() for char in sql.replace("$v", "").translate({ord(digit): None for digit in "012"}))


@pytest.mark.parametrize("by", ["industry; DROP TABLE enterprises", 'x" FROM enterprises --', "行业", "standing", ""])
def test_a_column_that_no_table_declares_is_refused(by: str) -> None:
    with pytest.raises(ValueError, match="no table has a column"):
        counting_sql(rule_of(), date(2024, 12, 2), LAST, "家", (by,))


@pytest.mark.parametrize(
    "changed",
    [{"dated_by": "kind"}, {"dated_by": "held_on"}, {"distinct": "event_id"}, {"where": {"level": ["省级"]}},
     {"table": "platforms", "dated_by": "recognised_on", "distinct": "platform_id", "resident": True}],
)  # fmt: skip
def test_a_rule_that_does_not_fit_its_table_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has no"):
        counting_sql(rule_of(**changed), date(2024, 12, 2), LAST, "家")


# Scale


def test_the_generator_gives_what_was_asked_for(tmp_path: Path) -> None:
    """Rows, sites, industries and codes are right, and the same seed gives the same rows."""
    scale = Scale(1_000, sites=5, industries=7)
    digests = []
    for name in ("one", "two"):
        write_scale_store(tmp_path / f"{name}.duckdb", scale)
        with tables.connected(tmp_path / f"{name}.duckdb", "READ_ONLY") as connection:
            counts = {table: connection.table(table).shape[0] for table in scale.rows()}
            sites, firms, industries = connection.execute(
                "SELECT count(DISTINCT unit_id), count(DISTINCT enterprise_id), count(DISTINCT firm_industry) "
                "FROM operations"
            ).fetchall()[0]
            digests.append(store.checksums(connection))
    assert counts == scale.rows() and counts["operations"] == 1_000
    assert (sites, firms, industries) == (5, 125, 7)
    assert digests[0] == digests[1]
    assert all(map(uscc.is_valid, map(str, credit_codes(40))))


def test_at_scale_sql_and_pandas_count_the_same(decided: tuple[Plan, Method], tmp_path: Path) -> None:
    plan, method = decided
    path = tmp_path / "scale.duckdb"
    write_scale_store(path, Scale(2_000, sites=3, industries=4))
    with tables.connected(path, "READ_ONLY") as connection:
        current = {table.id: _frame(connection, table.id) for table in TABLES}
        said = connection.execute('SELECT period, unit, "table" FROM reported').fetchall()
    reported = {(Period.parse(when), who, what) for when, who, what in said}
    ledger = replace(ledger_of({}, reported), current=current)
    with open_wide(path) as wide:
        for target in plan.targets:
            case = (
                method.counting(target.id, LAST),
                method.plan_start(LAST),
                LAST,
                target.unit,
                ("unit_id", "industry"),
            )
            ours = wide_values(wide, *case)
            assert same(ours, counted(ledger, *case)), target.id
            assert ours or target.id == "fund"


def _frame(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    types = tables.filed_types(BY_ID[table])
    found = tables.fetch(connection, table, types)
    return pd.DataFrame({name: pd.Series(cells, dtype="M8[s]" if types[name] == "DATE" else cells.dtype)
                         for name, cells in found.items()})  # fmt: skip
