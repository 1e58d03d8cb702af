"""data/README.md is what the declarations of the tables say, no more and no less."""

from __future__ import annotations

from pathlib import Path

from planeval.ledger.codebook import KINDS, codebook, write_codebook
from planeval.ledger.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_codebook_is_the_generated_one(tmp_path: Path) -> None:
    committed = (ROOT / "data" / "README.md").read_bytes()
    assert committed.decode("utf-8") == codebook(), "run python -m planeval.ledger.codebook"
    assert write_codebook(tmp_path).read_bytes() == committed


def test_every_column_of_every_table_is_explained() -> None:
    sections = codebook().split("\n## ")
    explained = {section.splitlines()[0]: section for section in sections}
    for table in TABLES:
        section = explained[table.sheet]
        assert table.meaning in section and table.proof in section and table.filed_by in section
        lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
        assert len(lines) == len(table.columns)
        for column, line in zip(table.columns, lines, strict=True):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            assert cells[0] == column.heading and cells[1] == f"`{column.id}`"
            assert cells[2] == KINDS[column.kind] and cells[3] == column.unit
            assert cells[4].startswith("是") == column.required
            assert cells[5] == "、".join(column.choices) and cells[6] == column.meaning


def test_every_kind_has_a_name_and_every_table_says_who_files_it_with_which_proof() -> None:
    assert {column.kind for table in TABLES for column in table.columns} <= set(KINDS)
    assert all(table.filed_by and table.proof for table in TABLES)
