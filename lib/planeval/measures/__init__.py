"""What the ledger says: values per target and task, before anybody judges them."""
