"""Every published table computed a second time: from the raw cells of the filings and the params, in plain Python.

Nothing here imports the package: definitions are taken from the codebook (data/README.md), the plan and the decisions
in params/, and what each column is said to hold. A number that disagrees is a fault in one of the two.
"""
