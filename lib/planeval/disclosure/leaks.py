"""The last look before a lower edition is published: no firm, person or certificate in any of its bytes.

`disclose` is what keeps them out; this looks at what came out of it, whoever wrote the notebook.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from planeval.plan.review_files import INTERNAL
from planeval.problems import InputError, Problem
from planeval.review import Review

_PROTECTED = ("enterprise_id", "certificate_number", "talent_id", "loan_id", "investment_id", "agreement_number")
_NAMED = "enterprises"
_SHORTEST = 6  # characters; what is shorter may stand in any text


def protected(review: Review) -> dict[str, frozenset[str]]:
    """Codes and names of firms, persons and certificates in all that was filed → ids of the units that filed them.

    review: of the internal edition. Left out is what the plan itself says.
    """
    found: dict[str, set[str]] = {}
    for table, rows in review.ledger.filed.items():
        columns = [*_PROTECTED, *(["name"] if table == _NAMED else [])]
        for column in (column for column in columns if column in rows):
            for text, unit in rows[[column, "unit_id"]].dropna().itertuples(index=False, name=None):
                if len(str(text)) >= _SHORTEST:
                    found.setdefault(str(text), set()).add(str(unit))
    said = review.plan.model_dump_json()
    return {text: frozenset(units) for text, units in found.items() if text not in said}


def refuse_leaks(review: Review, edition: str, files: Mapping[str, bytes], units: Mapping[str, str]) -> None:
    """Raises InputError naming every file of an edition that holds what its readers may not see, without saying what.

    review: of the internal edition. units: file → the unit it is for, which may read what it filed itself.
    """
    if edition == INTERNAL:
        return
    guarded = protected(review)
    problems = []
    for name, content in files.items():
        text = html.unescape(content.decode("utf-8", "replace"))
        unit = units.get(name, "")
        count = sum(each in text for each, owners in guarded.items() if unit not in owners)
        if count:
            message = f"含有 {count} 个这一版不该有的企业、人员或证书的名称或代码"
            remedy = "查这一页的笔记本和 show 里的函数；改好以前不发布这一版"
            problems.append(Problem(name, rule="leak", message=message, remedy=remedy))
    if problems:
        raise InputError(problems)
