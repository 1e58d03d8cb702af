"""The whole corpus of bad filings: no crash, none accepted in silence, every fault with its place and a remedy."""

from __future__ import annotations

from collections import Counter

import pytest
from bad_inputs import CORPUS, BadInput

from filing_desk import CHINESE
from planeval.ledger.tables import TABLES


def test_the_corpus_is_large_and_every_case_has_its_own_name() -> None:
    """At least 300 bad files and rows; faults in params are not among them."""
    assert len(CORPUS) >= 300
    assert not [name for name, times in Counter(case.name for case in CORPUS).items() if times > 1]
    assert all(case.how for case in CORPUS)
    assert {case.sheet for case in CORPUS} >= {table.sheet for table in TABLES}
    whole = [case for case in CORPUS if not case.sheet]
    assert len(whole) >= 30 and len([case for case in CORPUS if case.name.startswith("shape: ")]) >= 40


@pytest.mark.parametrize("case", CORPUS, ids=[case.name for case in CORPUS])
def test_a_bad_input_is_told_with_its_place_and_a_remedy(case: BadInput) -> None:
    """The fault expected is told in the file, sheet and cell expected; every other fault can be acted on, too."""
    told = case.told()
    places = {(problem.rule, problem.file, problem.sheet, problem.cell) for problem in told}
    if case.sheet:
        assert (case.rule, case.file, case.sheet, case.cell) in places
    else:
        assert [(problem.rule, problem.file) for problem in told] == [(case.rule, case.file)]  # refused whole
    for problem in told:
        assert CHINESE.search(problem.message) and CHINESE.search(problem.remedy), problem
