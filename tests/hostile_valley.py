"""The demonstration's plan and decisions with hostile text wherever a person can write: the workspace of one review.

What stands in tests/cases/hostile goes into the params (names, quotes, reasons, titles), into the ledger (platforms and
orders), into published figures with their cards and file names, and into an own notebook that shows it through every
builder a notebook has: markdown, headings, column headings, figure labels, alternative text, plain text.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from planeval.ledger.tables import BY_ID
from planeval.plan.documents import read_document
from sparse_valley import FILED, ROOT, write_sparse_valley
from stranger import write_notebook

CASES = Path(__file__).resolve().parent / "cases" / "hostile"
REVIEW = FILED
SINKS = "95_sinks"
NOTEBOOKS = ("20_targets", "32_actors", "55_zone", "80_data_quality", "90_method")
_FOR_EACH = {"55_zone": "zone"}
_GROUP = 10
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_NAMES = {"光机电": "optoelectronics", "数字经济": "digital_economy", "主区": "main", "市科技局": "kejiju"}


def cases(name: str) -> list[str]:
    """The strings of a case file, one a line: `\\uXXXX` is that character, lines that begin with //// are remarks."""
    lines = (CASES / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return [_ESCAPE.sub(lambda match: chr(int(match[1], 16)), line) for line in lines
            if line and not line.startswith("//// ")]  # fmt: skip


def printable(text: str) -> str:
    """A text as a ledger keeps it: signs that cannot be seen left out, white space one blank."""
    seen = (char for char in text if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    return " ".join("".join(seen).split())


PAYLOADS = cases("xss")
TEXTS = list(dict.fromkeys(filter(None, map(printable, PAYLOADS))))
FORMULAS = list(dict.fromkeys(filter(None, map(printable, cases("formulas")))))


BROKEN_NAME = "a\r=1+1"  # of a file: what follows the line end must begin no row of a table


def file_name(text: str) -> str:
    """A payload as the name of a file: what no system lets stand in one is written otherwise."""
    return text.replace("/", "\u2044")[:80]


def titles() -> dict[str, str]:
    """The title of every notebook's pages: each payload stands in one of them."""
    names = (*NOTEBOOKS, SINKS)
    return {name: " ¦ ".join(TEXTS[number :: len(names)]) for number, name in enumerate(names)}


def write_hostile_valley(root: Path) -> Path:
    """The workspace, its own notebooks with it."""
    write_sparse_valley(root)
    for path in (root / "data" / "jincheng").rglob("*.csv"):
        _rename(path)
    _write_params(root / "params" / "jincheng")
    _write_reports(root)
    _write_published(root / "data" / "jincheng" / "published")
    _add_filings(root / "data" / "jincheng")
    for name in NOTEBOOKS:
        source = ROOT / "notebooks" / f"{name}.ipynb"
        target = root / "notebooks" / source.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(source.read_bytes())
    write_notebook(root / "notebooks" / f"{SINKS}.ipynb", *_CELLS)
    return root


def _rename(path: Path) -> None:
    """Write the plan's ids where a filing wrote its names, which are hostile now; and say so in the register."""
    text = path.read_text(encoding="utf-8-sig")
    if path.name != "register.csv":
        for name, said in _NAMES.items():
            text = text.replace(name, said)
        path.write_text(text, encoding="utf-8", newline="")


def _write_params(folder: Path) -> None:
    """Every text of plan.yml, units.yml and method.yml that no rule ties to another becomes a payload."""
    texts = cycle(TEXTS)
    plan = read_document(folder / "plan.yml", "plan").content
    plan["title"], plan["short_title"] = TEXTS[0], TEXTS[1]
    for entry in _entries(plan):
        entry["name"] = next(texts)
        if "quote" in entry:
            entry["quote"] = f"{next(texts)} {entry['quote']}"
    units = read_document(folder / "units.yml", "units").content
    for unit in units["units"]:
        unit["name"], unit["short_name"], unit["aliases"] = next(texts), next(texts), []
    method = read_document(folder / "method.yml", "method").content
    for decision in method["decisions"].values():
        decision["question"] = next(texts)
        for value in decision["values"]:
            value["reason"], value["by"] = next(texts), next(texts)
        for reading in decision.get("readings", []):
            reading["label"] = next(texts)
    for name, content in (("plan", plan), ("units", units), ("method", method)):
        (folder / f"{name}.yml").write_text(json.dumps(content), encoding="utf-8")


def _entries(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything of the plan that has a name, work items with it."""
    for family in (
        "targets",
        "qualitative_targets",
        "zones",
        "layout",
        "premises",
        "industries",
        "tasks",
        "safeguards",
    ):
        for entry in plan[family]:
            yield entry
            yield from entry.get("work_items", [])


def _write_reports(root: Path) -> None:
    reports = [
        {"notebook": name, "title": title, "editions": ["internal"]}
        | ({"for_each": _FOR_EACH[name]} if name in _FOR_EACH else {})
        for name, title in titles().items()
    ]
    (root / "params" / "jincheng" / "reports.yml").write_text(json.dumps({"reports": reports}), encoding="utf-8")
    review = root / "params" / "reviews" / f"{REVIEW}.yml"
    review.parent.mkdir()
    review.write_text(f'plan: jincheng\nperiod: "{REVIEW}"\nas_known_on: ""\nedition: internal\n', encoding="utf-8")


def _write_published(folder: Path) -> None:
    """Published files of ten payloads each, with a card of other payloads; the last file holds the formulas."""
    folder.mkdir()
    others = cycle([*TEXTS[100:], *TEXTS[:100]])
    for start in range(0, len(TEXTS), _GROUP):
        some = range(start, min(start + _GROUP, len(TEXTS)))
        rows = [(TEXTS[at], next(others), "2024", "1", next(others), PAYLOADS[at].replace("\0", "")) for at in some]
        _write_group(folder, f"{start:03d} {file_name(TEXTS[start])}", TEXTS[start], next(others), rows)
    formulas = [(formula, formula, "2024", "1", formula, formula) for formula in FORMULAS]
    _write_group(folder, "公式", FORMULAS[0], FORMULAS[1], formulas)


def _write_group(folder: Path, name: str, title: str, other: str, rows: list[tuple[str, ...]]) -> None:
    card = {
        "title": title, "publisher": other, "url": other, "date_published": other, "date_collected": "2026-01-01",
        "confidence": "C", "confidence_note": other, "measures": other, "not_measures": other,
    }  # fmt: skip
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("series", "place", "period", "value", "unit", "note"), *rows])
    (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    (folder / f"{name}.yml").write_text(json.dumps(card), encoding="utf-8")


def _add_filings(data: Path) -> None:
    """Platforms and orders named by payloads and formulas; the register names every file with its hash."""
    texts = [text for text in dict.fromkeys([*PAYLOADS, *cases("formulas")]) if "\0" not in text]
    platforms = [
        {"platform_id": f"PT-{number}", "name": text, "kind": "其他", "level": "市级", "issuer": "机关",
         "document_number": f"文{number}", "recognised_on": "2025-01-10", "host": "单位", "evidence": text}
        for number, text in enumerate(texts)
    ]  # fmt: skip
    orders = [
        {"order_id": f"DB-2025-{number:03d}", "changed_on": "2025-03-01", "state": "交办", "source": "一", "content": text,
         "lead_unit": "kejiju", "due_on": "2025-06-30", "author": "岗位", "feedback": text}
        for number, text in enumerate(texts) if number % 4 == 0
    ]  # fmt: skip
    for unit, table, rows in (("kejiju", "platforms", platforms), ("zhengfuban", "dispatch", orders)):
        file = f"{FILED}/{unit}/{BY_ID[table].sheet}.csv"
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        columns = BY_ID[table].columns
        writer.writerow([column.heading for column in columns])
        writer.writerows([[row.get(column.id, "") for column in columns] for row in rows])
        path = data / "filings" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        with (data / "register.csv").open("a", encoding="utf-8", newline="") as register:
            register.write(f"{unit},{FILED},{file},2025-04-10,,\n")
    for text in [*TEXTS, BROKEN_NAME]:
        (data / "filings" / FILED / file_name(text)).write_bytes(b"")
    _hash_all(data)


def _hash_all(data: Path) -> None:
    """Write the hash of every filing into the register anew."""
    lines = (data / "register.csv").read_text(encoding="utf-8-sig").splitlines()
    hashed = [lines[0]]
    for line in lines[1:]:
        unit, period, file, day, _, supersedes = line.split(",")
        digest = hashlib.sha256((data / "filings" / file).read_bytes()).hexdigest()
        hashed.append(",".join((unit, period, file, day, digest, supersedes)))
    (data / "register.csv").write_text("\ufeff" + "\n".join(hashed) + "\n", encoding="utf-8", newline="")


_CELLS = (
    "# 各处",
    f'plan = "jincheng"  # 计划\nperiod = "{REVIEW}"\nas_known_on = ""\nedition = "internal"',
    "import matplotlib as mpl\nfrom IPython.display import display\nfrom matplotlib.figure import Figure\n"
    "from planeval import open_review, opening, provenance\n"
    "from planeval.show.figures import chart, style\n"
    "from planeval.show.html import bullets, definition_list, folded, heading, paragraph, table, together\n"
    "from planeval.show.trace import with_trace",
    "review = open_review(plan, period, as_known_on, edition)\n"
    "texts = [text for file in review.published[:-1] for text in file.figures['series']]\nopening(review)",
    "## 一、标题和段落",
    "together(part for text in texts for part in (heading(3, text), paragraph(text, 'note'))) + bullets(texts)",
    "## 二、表头、表题、折叠",
    "groups = [texts[at : at + 10] for at in range(0, len(texts), 10)]\n\n\n"
    "def tables():\n"
    "    for some in groups:\n"
    "        said = ' ¦ '.join(some)\n"
    "        rows = [(text, text, *[''] * (len(some) - 1)) for text in some]\n"
    "        cells = table(said, ('项目', *some), rows, ['text'] * (len(some) + 1), unit=some[0], notes=some)\n"
    "        yield folded(said, cells + definition_list((text, text) for text in some))\n\n\n"
    "with_trace(together(tables()), review, 'problem_table')",
    "## 三、图",
    "def drawn(some):\n"
    "    with mpl.rc_context(style()):\n"
    "        figure = Figure(figsize=(4, 0.15 * len(some) + 0.4))\n"
    "        axes = figure.add_axes((0.5, 0.1, 0.4, 0.8), title=some[0])\n"
    "        axes.set_yticks(range(len(some)), some)\n"
    "        axes.text(0, 0, some[-1])\n"
    "        data = table('图中数据', ('项目', '数'), [(text, '1') for text in some], ('text', 'number'))\n"
    "        return chart(figure, '；'.join(some), ' ¦ '.join(some), data)\n\n\n"
    "with_trace(together(drawn(some) for some in groups), review, 'evidence_table')",
    "## 四、Markdown",
    "for text in texts:\n    display({'text/markdown': text}, raw=True)",
    "## 五、原样",
    "texts",
    "## 附件",
    "provenance(review)",
)  # fmt: skip
