"""What is printed as it was written: filings and their hashes, decisions, published figures, items filed twice."""

from __future__ import annotations

import csv
import hashlib

import yaml

from recomputation import TABLES, Row
from recounts.cells import Decided
from recounts.filings import Known, params_of


def filings(known: Known, quarter: str) -> list[Row]:
    """Every filing in force, with the hash of the file as it lies on the disk."""
    names = {unit["id"]: unit["short_name"] for unit in params_of(known.root, "units")["units"]}
    found = []
    for line in known.register:
        content = (known.root / "data/jincheng/filings" / line["file"]).read_bytes()
        found.append({
            "unit_id": line["unit"], "unit": names[line["unit"]], "period": line["period"],
            "file": line["file"], "received_on": line["received_on"],
            "sha256": hashlib.sha256(content).hexdigest(), "supersedes": line["supersedes"],
        })  # fmt: skip
    return found


def decisions(known: Known, quarter: str) -> list[Row]:
    """Every decision in force, as written in method.yml."""
    found = []
    for id, decision in params_of(known.root, "method")["decisions"].items():
        (chosen,) = [each for each in decision["values"] if each["from"] <= quarter]
        labels = {reading["id"]: reading["label"] for reading in decision.get("readings", [])}
        found.append({
            "decision": id, "question": decision["question"], "value": Decided(known.decision(id)),
            "reading": labels.get(chosen.get("reading", "")), "reason": chosen["reason"], "by": chosen["by"],
            "from": chosen["from"],
        })  # fmt: skip
    return found


def published(known: Known, quarter: str) -> list[Row]:
    """Every published figure word for word as in its file, with what its card says of the source."""
    found = []
    for file in sorted((known.root / "data/jincheng/published").glob("*.csv")):
        card = yaml.safe_load(file.with_suffix(".yml").read_text(encoding="utf-8"))
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                said = {name: card.get(name) for name in (
                    "title", "publisher", "url", "url_note", "date_published", "date_collected", "confidence",
                    "confidence_note", "measures", "not_measures",
                )}  # fmt: skip
                figure = {name: row.get(name) for name in ("series", "place", "period", "unit", "note", "target_id")}
                found.append({"file": file.stem, **figure, "value": float(row["value"]), **said})
    return found


def duplicates(known: Known, quarter: str) -> list[Row]:
    """Items that two or more units filed, and whose row counts."""
    return [
        {"table": TABLES[sheet], "item": "、".join(key), "units": units, "counted": units[0]}
        for sheet in TABLES for key, units in known.filers(sheet).items() if len(units) > 1
    ]  # fmt: skip
