"""How far a verdict depends on the evaluators' own choices."""
