"""The plan's score of a quarter: its decisions made usable, the total, what moved it and how far to trust it."""
