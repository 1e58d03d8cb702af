"""Office files of a published edition: what its pages and tables hold, and nothing else, as Word, Excel and PDF."""
