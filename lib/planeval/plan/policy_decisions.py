"""What evaluators decide about support policies: what a policy is meant to move, and when effects may be compared."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from planeval.plan.counting_rule import CountingRule
from planeval.plan.model import Entry, Text


class PolicyOutcome(Entry):
    """What a policy is meant to move, told from dated rows of the ledger; `unit` as in counting rules."""

    name: Text
    unit: Text
    rule: CountingRule


class PolicyEffect(Entry):
    """When effects of a policy may be compared.

    least_treated, least_control: firms with and without the policy that a difference-in-differences needs;
    pre_quarters: quarters before the policy whose trends must be shown; outcomes: policy number → what it is meant
    to move.
    """

    least_treated: Annotated[int, Field(ge=20, le=10_000), Strict()]
    least_control: Annotated[int, Field(ge=20, le=10_000), Strict()]
    pre_quarters: Annotated[int, Field(ge=2, le=40), Strict()]
    outcomes: dict[Text, PolicyOutcome] = Field(default_factory=dict)
