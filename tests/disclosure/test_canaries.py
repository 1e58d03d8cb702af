"""Nothing that a unit filed is found in any byte of an edition whose readers may not see it."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from canaries import QUARTER, Canaries, canary_workspace
from planeval.batch.run import Options, run_review
from planeval.disclosure.public_places import HIDDEN, every_cell
from planeval.office.document import write_documents
from planeval.office.published import read_edition
from planeval.office.workbook import write_workbook
from planeval.plan import load_review
from planeval.problems import InputError
from planeval.publish.file_views import views_of
from planeval.publish.published_editions import PLACES
from planeval.review import open_review
from planeval.workspace import Workspace

LOWER = ("unit", "brief", "public")
_DATA = re.compile(r"data:[a-z+/-]+;base64,([A-Za-z0-9+/=]+)")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Canaries:
    return canary_workspace(tmp_path_factory.mktemp("canaries"))


@pytest.fixture(scope="module")
def editions(planted: Canaries) -> Path:
    """The folder of a review with every lower edition published, from rows that are all canaries."""
    place = Workspace(planted.root)
    output = planted.root / "output"
    whole = open_review("jincheng", QUARTER, workspace=planted.root)
    for edition in LOWER:
        request = load_review(place, QUARTER).of_edition(edition)
        published = run_review(place, request, output, Options(), lambda told: None, whole)
        assert published.promoted and not published.failures, published.failures
    return output / QUARTER


def said(path: Path) -> str:
    """All that a file says: its name, its bytes as text, as a browser decodes them, and what is packed in base64."""
    raw = path.read_bytes().decode("utf-8", "replace")
    packed = [base64.b64decode(found + "==").decode("utf-8", "replace") for found in _DATA.findall(raw)]
    plain = html.unescape(raw)
    return "\n".join((path.name, raw, plain, re.sub(r"<[^>]*>", "", plain), *packed))


def test_the_canaries_are_counted_and_would_be_seen(planted: Canaries) -> None:
    """The rows stand in the ledger of the internal review: they are withheld from the others, not lost on the way."""
    review = open_review("jincheng", QUARTER, workspace=planted.root)
    filed = "\n".join(rows.to_csv() for rows in review.ledger.filed.values())
    seen = [text for text in planted.owners if text in filed]
    assert len(seen) > len(planted.owners) * 0.6, f"{len(seen)} of {len(planted.owners)}"
    assert all(len(rows) for table, rows in review.ledger.filed.items()), "every table holds rows"


@pytest.mark.parametrize("edition", ["brief", "public"])
def test_no_firm_code_amount_or_word_of_a_unit_is_in_the_brief_or_the_public_edition(
    planted: Canaries, editions: Path, edition: str
) -> None:
    for path in sorted(path for path in (editions / edition).rglob("*") if path.is_file()):
        text = said(path)
        assert not [canary for canary in planted.owners if canary in text], path.name


@pytest.mark.parametrize("edition", ["brief", "public"])
def test_no_canary_is_in_a_workbook_of_the_brief_or_the_public_edition(
    planted: Canaries, editions: Path, edition: str
) -> None:
    """Unpacked, and as any reader would decode it."""
    files = write_workbook(read_edition(editions / edition))
    assert files
    for name, content in files.items():
        views = [(view.part or name, view.content.decode("utf-8", "replace")) for view in views_of(content)]
        assert len(views) > 10
        assert not [part for part, text in views for canary in planted.owners if canary in text]


def test_a_unit_s_workbook_holds_its_own_rows_alone(planted: Canaries, editions: Path) -> None:
    """One workbook per unit, for a unit is sent its own and no other; the index lists them all and is not sent."""
    files = write_workbook(read_edition(editions / "unit"))
    units = {path.stem.removeprefix("40_unit-") for path in (editions / "unit").glob("40_unit-*.html")}
    assert {name.split("_")[2] for name in files} == units
    for name, content in files.items():
        text = "\n".join(view.content.decode("utf-8", "replace") for view in views_of(content))
        assert not [each for each in planted.of_others(name.split("_")[2]) if each in text], name


def test_a_unit_finds_nothing_of_another_unit_on_its_page(planted: Canaries, editions: Path) -> None:
    for path in sorted(path for path in (editions / "unit").rglob("*") if path.is_file()):
        text = said(path)
        own_table = path.stem.rpartition("-")[0] if path.parent.name == "tables" else ""
        unit = path.stem.removeprefix("40_unit-") if path.name.startswith("40_unit-") else own_table
        assert not [canary for canary in planted.of_others(unit) if canary in text], path.name


def said_inside(name: str, packed: bytes) -> str:
    """All that an office file says, in every part of it: as it lies there, and as it reads across its marks."""
    texts = [name]
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        for part in parts.namelist():
            plain = html.unescape(parts.read(part).decode("utf-8", "replace"))
            texts += [part, plain, re.sub(r"<[^>]*>", "", plain)]
    return "\n".join(texts)


@pytest.mark.parametrize("edition", LOWER)
def test_office_files_of_a_lower_edition_hold_no_more_than_its_pages(
    planted: Canaries, editions: Path, edition: str
) -> None:
    published = read_edition(editions / edition)
    drafts = write_documents(published, published.pages)
    assert len(drafts) == len(published.pages)
    for name, content in drafts.items():
        text = said_inside(name, content)
        assert "草稿" in text and published.edition_name in text
        unit = name.removeprefix("40_unit-").removesuffix(".docx") if edition == "unit" else ""
        assert not [canary for canary in planted.of_others(unit) if canary in text], name
        own = [canary for canary in planted.owners if unit in planted.owners[canary] and canary in text]
        assert bool(own) == (edition == "unit"), "what a unit filed is on its own page, and would be seen"


def test_a_unit_is_never_handed_the_rows_of_another(planted: Canaries) -> None:
    """The bytes of the hand-over file itself, for every lower edition."""
    import pickle

    from planeval.disclosure import disclose

    whole = open_review("jincheng", QUARTER, workspace=planted.root)
    for edition, unit in (("brief", ""), ("public", ""), ("unit", ""), ("unit", "kejiju"), ("unit", "jingkaiqu")):
        handed = pickle.dumps(disclose(whole, edition, unit))
        assert not [each for each in planted.of_others(unit) if each.encode("utf-8") in handed], (edition, unit)


def test_an_earlier_edition_that_tells_a_hidden_number_stops_the_publication(planted: Canaries, editions: Path) -> None:
    """Published again beside an edition of the same quarter in which one hidden cell was printed: refused, and what
    stood there stays.
    """
    place, output = Workspace(planted.root), planted.root / "output"
    whole = open_review("jincheng", QUARTER, workspace=planted.root)
    told = every_cell(whole)
    rows = read_places(editions / "public")
    hidden = next(number for number, row in enumerate(rows) if row["state"] == HIDDEN and told["value"][number] > 0)
    early = output / "early" / "public"
    shutil.copytree(editions / "public", early)
    rows[hidden]["value"] = f"{told['value'][hidden]:g}"
    write_places(early, rows)
    before = (editions / "public" / "run.json").read_bytes()
    with pytest.raises(InputError, match="以前的公开版 early/public"):
        run_review(place, load_review(place, QUARTER).of_edition("public"), output, Options(), lambda said: None, whole)
    assert (editions / "public" / "run.json").read_bytes() == before
    shutil.rmtree(early)
    run_review(place, load_review(place, QUARTER).of_edition("public"), output, Options(), lambda said: None, whole)


def read_places(folder: Path) -> list[dict[str, str]]:
    with (folder / PLACES).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def write_places(folder: Path, rows: list[dict[str, str]]) -> None:
    """The table with other rows, and a run.json that accounts for it."""
    with (folder / PLACES).open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / PLACES).read_bytes()).hexdigest()
    for entry in run["outputs"]:
        entry["sha256"] = digest if entry["path"] == PLACES else entry["sha256"]
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
