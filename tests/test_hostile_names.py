"""Names that a program might take for a place elsewhere: refused with an error that says where, or kept inside."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hostile_valley import cases
from planeval.batch.verify import verify_edition
from planeval.cli import app
from planeval.ledger.register import COLUMNS, read_register
from planeval.ledger.register_writing import register_line
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.plan import load_params, load_plan, load_review
from planeval.plan.documents import read_document
from planeval.plan.file_names import LONGEST, is_device, name_fault, stays_inside
from planeval.plan.model import normal
from planeval.problems import InputError
from planeval.publish.jobs import prepare_jobs
from planeval.publish.slips import RETURNS
from planeval.publish.staging import MANIFEST, edition_stage, output_names, promote, read_manifest, write_bytes
from planeval.workspace import Workspace
from stranger import EVENT_COLUMNS, event, file_csv, write_workspace

PATHS = cases("paths")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A stranger's workspace inside a folder of its own, whose other content is watched."""
    return Workspace(write_workspace(tmp_path_factory.mktemp("names") / "outer" / "workspace"))


@pytest.fixture(autouse=True)
def nothing_outside(place: Workspace) -> Iterator[None]:
    """Whatever a test does, nothing appears beside the workspace or in the working directory."""
    watched = (place.root.parent, place.root.parent.parent, Path.cwd(), Path("/tmp"))
    ours = {place.root, place.root.parent}
    before = {folder: set(folder.iterdir()) for folder in watched[:3]}
    yield
    for folder in watched[:3]:
        assert set(folder.iterdir()) - before[folder] - ours == set()
    assert not [path for path in Path("/tmp").glob("escaped_here*")]


def told(error: InputError, *places: str) -> None:
    """Every fault says where it is, what is wrong, and what to do."""
    assert error.problems
    for problem in error.problems:
        assert problem.file and problem.message and problem.remedy, problem
        assert any(place in f"{problem.file} {problem.cell} {problem.message}" for place in places), problem


def copied(place: Workspace, folder: Path) -> Workspace:
    """The workspace's params and data again, to be spoilt."""
    for name in ("params", "data", "notebooks"):
        shutil.copytree(place.root / name, folder / "outer" / "workspace" / name)
    return Workspace(folder / "outer" / "workspace")


def everything(folder: Path) -> set[str]:
    """Every file and folder below one."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_there_are_enough() -> None:
    assert len(set(PATHS)) >= 100


# ------------------------------------------------------------------------------ names of reviews


def test_a_review_is_named_like_a_folder_or_refused(place: Workspace, tmp_path: Path) -> None:
    """A file of each name that the system takes, asked for by its path: no folder of the output but its own."""
    review = next(place.reviews.glob("*.yml")).read_text(encoding="utf-8")
    refused, output = set(), tmp_path / "output"
    for text in PATHS:
        file = tmp_path / "reviews" / f"{text}.yml"
        try:
            file.parent.mkdir(exist_ok=True)
            file.write_text(review, encoding="utf-8")
        except (OSError, ValueError):  # no file can bear this name, so no review can
            continue
        if file.parent != tmp_path / "reviews":
            file.unlink()
            continue
        try:
            request = load_review(place, str(file))
        except InputError as error:
            told(error, ".yml")
            refused.add(text)
            continue
        folder = output / request.name / request.edition
        assert folder.resolve().parent.parent == output.resolve() and request.name == text
    assert {"..", ".", "CON", "jobs", "ledger", "x.", "~", "x y", "$(touch escaped_here)"} <= refused
    assert not name_fault("2026Q3") and not name_fault("2026年三季度_更正-2") and not name_fault("lvliang-2025Q4")


def test_a_name_given_on_the_command_line_is_never_a_path(place: Workspace) -> None:
    """`planeval check NAME`: what is no review is refused, by a sentence; the output stays as it is."""
    before = everything(place.root)
    for text in [
        "..",
        "../x",
        "/tmp/escaped_here",
        "...yml",
        "C:\\x",
        "-- --output=/tmp/escaped_here",
        "\x00",
        "a" * 300,
    ]:
        result = CliRunner().invoke(app, ["check", "--workspace", str(place.root), "--", text])
        assert result.exit_code == 2 and not result.stdout, (text, result.output)
    assert everything(place.root) == before


# ------------------------------------------------------------------------------ ids of units, plans, notebooks


def test_an_id_is_a_plain_word_or_refused(place: Workspace, tmp_path: Path) -> None:
    """Each string as the id of a unit (pages, forms and slips are named by it), and as a notebook of reports.yml."""
    spoilt = copied(place, tmp_path)
    (plan_id,) = (path.name for path in spoilt.params.iterdir() if (path / "plan.yml").is_file())
    folder = spoilt.plan_folder(plan_id)
    units, reports = (read_document(folder / f"{name}.yml", name).content for name in ("units", "reports"))
    for name, content, entry, key in (
        ("units", units, units["units"][0], "id"), ("reports", reports, reports["reports"][0], "notebook"),
    ):  # fmt: skip
        whole = (folder / f"{name}.yml").read_text(encoding="utf-8")
        for text in PATHS:
            entry[key] = text
            (folder / f"{name}.yml").write_text(json.dumps(content), encoding="utf-8")
            try:
                if name == "units":
                    load_plan(spoilt, plan_id)
                else:
                    prepare_jobs(spoilt, load_review(spoilt, next(spoilt.reviews.glob("*.yml")).stem))
            except InputError as error:
                told(error, f"{name}.yml", "plan.yml", "notebooks/")
            else:
                raise AssertionError(f"{name}: {text!r} was taken")
        (folder / f"{name}.yml").write_text(whole, encoding="utf-8")


def accepted_names() -> list[str]:
    """The strings that params take as a name: those with signs that cannot be seen are refused at their line."""
    seen = {normal(text): text for text in PATHS if text.isprintable() and text.strip()}
    return [text for key, text in seen.items() if key]


def test_names_in_the_params_name_no_file(place: Workspace, tmp_path: Path) -> None:
    """Units and the plan called by the strings: pages, forms and slips bear ids, and lie below the output folder."""
    spoilt = copied(place, tmp_path)
    folder = spoilt.plan_folder("reading")
    names = iter(accepted_names())
    plan, method = ((folder / f"{name}.yml") for name in ("plan", "method"))
    ids = ["library", "schoolboard", *(f"u{number}" for number in range(24))]
    units = [{"id": unit, "name": next(names), "short_name": next(names), "aliases": [next(names), next(names)]}
             for unit in ids]  # fmt: skip
    (folder / "units.yml").write_text(json.dumps({"units": units}), encoding="utf-8")
    for word in ("title: 全民阅读推广工作方案（2025—2026年）", "short_title: 书香城市"):
        told_so = f"{word.partition(':')[0]}: {json.dumps(next(names))}"
        plan.write_text(plan.read_text(encoding="utf-8").replace(word, told_so), encoding="utf-8")
    duties = method.read_text(encoding="utf-8").replace("events: [library]", f"events: [{', '.join(ids)}]")
    method.write_text(duties, encoding="utf-8")
    wrong = file_csv(spoilt.root, "u0", "活动", EVENT_COLUMNS, [event(9, held_on="没有")])
    for command in ("template", "check"):
        result = CliRunner().invoke(app, [command, "2026Q2", "--workspace", str(spoilt.root)])
        assert result.exit_code == (0 if command == "template" else 2), result.output
    made = everything(spoilt.root) - everything(place.root) - {wrong.relative_to(spoilt.root).as_posix()}
    files = {name for name in made if (spoilt.root / name).is_file() and name.startswith("output/2026Q2/")}
    assert {f"output/2026Q2/templates/{unit}.xlsx" for unit in ids} | {"output/2026Q2/returns/u0.html"} <= files
    assert all(re.fullmatch(r"output/(?:2026Q2|ledger)(?:/\.?[\w.-]+)*", name, re.ASCII) for name in made
               if name not in ("output", "data/reading/filings/2026Q2/u0")), made  # fmt: skip
    assert everything(tmp_path / "outer") == {"workspace", *(f"workspace/{name}" for name in everything(spoilt.root))}


def test_signs_that_cannot_be_seen_are_refused_in_params(place: Workspace, tmp_path: Path) -> None:
    """Control and bidi characters and those without width, at the line they stand in."""
    spoilt = copied(place, tmp_path)
    file = spoilt.plan_folder("reading") / "plan.yml"
    whole = file.read_text(encoding="utf-8")
    hidden = [text for text in PATHS if any(unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t"
                                            for char in text)]  # fmt: skip
    assert len(hidden) > 10
    for text in hidden:
        file.write_text(whole.replace("short_title: 书香城市", f"short_title: {json.dumps(text)}"), encoding="utf-8")
        with pytest.raises(InputError, match="看不见的字符") as refused:
            load_plan(spoilt, "reading")
        assert [problem.cell for problem in refused.value.problems] == ["第 3 行"]


def test_a_plan_is_a_folder_of_params_or_refused(place: Workspace) -> None:
    for text in PATHS:
        with pytest.raises(InputError) as refused:
            load_params(place, text, COLUMNS_BY_TABLE)
        told(refused.value, "params/")


# ------------------------------------------------------------------------------ files named in a register or a run.json


def test_a_filing_lies_in_the_folder_of_filings_or_is_refused(place: Workspace, tmp_path: Path) -> None:
    """Each string as the file of a line: refused at its line and column, or a place below filings/."""
    spoilt = copied(place, tmp_path)
    (plan_id,) = (path.name for path in spoilt.params.iterdir() if (path / "plan.yml").is_file())
    plan, register = load_plan(spoilt, plan_id), spoilt.register(plan_id)
    lines = [register_line(COLUMNS)]
    lines += [register_line((plan.units[0].id, "2026Q2", text, "2026-07-09", "0" * 64, "")) for text in PATHS]
    register.write_bytes(b"\xef\xbb\xbf" + b"".join(lines))
    with pytest.raises(InputError) as refused:
        read_register(spoilt, plan)
    told(refused.value, "register.csv 第")
    said = {problem.value for problem in refused.value.problems}
    for text in PATHS:
        inside = (spoilt.filings(plan_id) / text.strip().replace("\0", "")).resolve()
        assert inside.is_relative_to(spoilt.filings(plan_id).resolve()) or not stays_inside(text.strip()), text
        assert text.strip() in said or stays_inside(text.strip()) or "\r" in text  # which ends a line: 列数不对


def published_edition(folder: Path, **more: Any) -> Path:
    """An edition with one page, whose run.json says something else besides."""
    content = {"plan": "x", "period": "2026Q2", "as_known_on": "", "edition": "internal", "review": "2026Q2",
               "outputs": [{"path": "index.html", "sha256": "0" * 64}]} | more  # fmt: skip
    folder.mkdir(parents=True)
    (folder / "index.html").write_bytes(b"x")
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize("word", ["review", "edition", "path"])
def test_a_run_json_cannot_send_verify_elsewhere(place: Workspace, tmp_path: Path, word: str) -> None:
    """What somebody else's folder says of itself is not followed out of it."""
    for number, text in enumerate([text for text in PATHS if name_fault(text) and not stays_inside(text)]):
        more = {"outputs": [{"path": text, "sha256": "0" * 64}]} if word == "path" else {word: text}
        folder = published_edition(tmp_path / str(number), **more)
        with pytest.raises(InputError) as refused:
            verify_edition(folder, place)
        told(refused.value, str(folder))
    assert len(everything(tmp_path)) == 3 * (number + 1)


def test_what_an_old_run_json_names_elsewhere_is_left_alone(tmp_path: Path) -> None:
    """Promotion removes pages that are no longer named, in its own folder only."""
    outside = tmp_path / "x.html"
    outside.write_bytes(b"x")
    final = published_edition(
        tmp_path / "2026Q2" / RETURNS, outputs=[{"path": text} for text in [*PATHS, "../../x.html"]]
    )
    assert set(output_names(read_manifest(final))) == {text for text in PATHS if stays_inside(text)}
    with edition_stage(final) as stage:
        write_bytes(stage / MANIFEST, b'{"outputs": []}')
        promote(stage, final)
    assert outside.is_file()


# ------------------------------------------------------------------------------ the rule itself


def test_a_name_without_fault_is_a_folder_anywhere() -> None:
    """What the rule lets through holds no separator, is no device and not hidden, and is short."""
    sound = [text for text in PATHS if not name_fault(text)]
    assert {"index", "tables", "internal", "\u0627\u0628", "caf\u00e9"} <= set(sound)
    for text in sound:
        assert len(text) <= LONGEST and not is_device(text) and text.isprintable()
        assert not set(text) & set("/\\:*?\"<>|. ~$%`'") and text[0] != "-"
