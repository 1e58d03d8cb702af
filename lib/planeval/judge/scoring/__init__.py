"""Scores on fixed goalposts: points per item, weights that a person owns, one total and what moved it."""
