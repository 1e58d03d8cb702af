"""What units file, what is accepted and what was known when."""

from planeval.ledger.book import Ledger, ReadOnce, open_ledger
from planeval.ledger.tables import SAMPLE, TABLES, Table

__all__ = ["SAMPLE", "TABLES", "Ledger", "ReadOnce", "Table", "open_ledger"]
