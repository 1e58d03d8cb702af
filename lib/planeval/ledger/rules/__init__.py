"""Rules of the ledger: what must hold of filed rows, as params of a plan, applied to whatever was filed.

`load_rules` reads params/<plan>/rules.yml, `apply_rules` holds the rules against the filed tables and returns the
problems, cell by cell, and the rows that must not be counted.
"""

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.engine import RuleFindings, apply_rules
from planeval.ledger.rules.loading import load_rules
from planeval.ledger.rules.rule import Rule

__all__ = ["Rule", "RuleContext", "RuleFindings", "apply_rules", "load_rules"]
