"""The demonstration filings: reproducible, marked throughout, never written over real ones."""

from __future__ import annotations

import io
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from stdnum.cn import uscc

from planeval.ledger.tables import TABLES
from planeval.ledger.workbooks import write_workbook
from planeval.plan import Method, Plan, load_method, load_plan
from planeval.problems import InputError
from planeval.sample import write_sample
from planeval.workspace import Workspace
from sample_filings import DATA, ROOT, Filings, read_filings


@pytest.fixture(scope="module")
def filings() -> Filings:
    return read_filings()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Workspace(ROOT), "jincheng")


@pytest.fixture(scope="module")
def method(plan: Plan) -> Method:
    return load_method(Workspace(ROOT), plan)


@pytest.fixture(scope="module")
def written(plan: Plan, method: Method, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample")
    write_sample(root, plan, method)
    return root


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpacked(workbook: bytes) -> list[tuple[str, tuple[int, ...], int, bytes]]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return [(entry.filename, entry.date_time, entry.create_system, archive.read(entry))
                for entry in archive.infolist()]  # fmt: skip


def packs_alike(workbook: bytes) -> bool:
    """Whether this computer's zlib squeezes a member into the very bytes that the workbook holds."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        entry = max(archive.infolist(), key=lambda entry: entry.file_size)
        name, extra = struct.unpack("<HH", workbook[entry.header_offset + 26 : entry.header_offset + 30])
        start = entry.header_offset + 30 + name + extra
        squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return (
            squeezer.compress(archive.read(entry)) + squeezer.flush() == workbook[start : start + entry.compress_size]
        )


# ------------------------------------------------------------------------------ reproduced


def test_generator_reproduces_the_committed_filings(written: Path) -> None:
    committed, made = files_of(DATA / "filings"), files_of(written / "data" / "jincheng" / "filings")
    assert sorted(made) == sorted(committed)
    for name in committed:
        assert unpacked(made[name]) == unpacked(committed[name]), name
    if packs_alike(max(committed.values(), key=len)):  # else the same content is packed into other bytes
        assert made == committed
        assert (written / "data/jincheng/register.csv").read_bytes() == (DATA / "register.csv").read_bytes()


def test_second_run_changes_nothing_and_clears_what_is_stale(plan: Plan, method: Method, written: Path) -> None:
    folder = written / "data" / "jincheng"
    before = files_of(folder)
    shutil.copy(folder / "filings/2025Q1/kejiju.xlsx", folder / "filings/2025Q1/kejiju-v7.xlsx")
    paths = write_sample(written, plan, method)
    assert files_of(folder) == before
    assert {path.relative_to(folder).as_posix() for path in paths} == set(before)


def test_another_seed_gives_another_world(plan: Plan, method: Method, tmp_path: Path, written: Path) -> None:
    write_sample(tmp_path, plan, method, seed=39)
    name = "data/jincheng/filings/2026Q3/jingkaiqu.xlsx"
    assert (tmp_path / name).read_bytes() != (written / name).read_bytes()


def test_filings_are_small() -> None:
    assert sum(len(content) for content in files_of(DATA / "filings").values()) < 2_000_000


# ------------------------------------------------------------------------------ marked


def test_every_workbook_and_every_row_is_marked(filings: Filings) -> None:
    assert sorted(filings.notes) == sorted(files_of(DATA / "filings"))
    assert all(["数据性质", "示例数据"] in notes for notes in filings.notes.values())
    assert filings.rows
    assert {row["数据性质"] for row in filings.rows} == {"示例数据"}


def test_names_are_plainly_made_up(filings: Filings) -> None:
    headings = ("企业名称", "平台名称", "认定机关", "依托单位", "高校", "合作主体", "成果名称", "成果来源", "活动名称",
                "地点", "主办单位", "基金名称", "管理人", "银行", "用人单位", "政策名称", "标题", "媒体名称",
                "载体名称")  # fmt: skip
    named = [row[heading] for row in filings.rows for heading in headings if heading in row.cells]
    assert named
    assert all(name.startswith("示例") for name in named)


def test_enterprise_codes_are_valid_and_of_no_region(filings: Filings) -> None:
    codes = {row["企业代码"] for row in filings.rows if "企业代码" in row.cells}
    assert all(uscc.is_valid(code) and code[2:8] == "000000" for code in codes)
    assert codes == {row["企业代码"] for row in filings.of("企业")}


def test_most_rows_have_evidence_and_some_have_none(filings: Filings) -> None:
    proven = [bool(row["佐证材料"]) for row in filings.rows if row.sheet != "任务节点"]
    assert 0.75 < sum(proven) / len(proven) < 0.95


def test_cells_are_numbers_days_and_text(filings: Filings) -> None:
    kinds = {(table.sheet, column.title): column.kind for table in TABLES for column in table.columns}
    for row in filings.rows:
        for heading, cell in row.cells.items():
            kind = kinds[row.sheet, heading]
            wanted = date if kind == "date" else float if kind in ("number", "count") else str
            assert cell == "" or isinstance(cell, wanted), (row.file, row.sheet, heading, cell)


# ------------------------------------------------------------------------------ refused


def add_real_row(folder: Path) -> None:
    rewrite(folder / "filings/2025Q2/kejiju.xlsx", "示例数据", ["正式填报"])


def add_unmarked_row(folder: Path) -> None:
    rewrite(folder / "filings/2025Q2/kejiju.xlsx", "示例数据", [""])


def add_unmarked_workbook(folder: Path) -> None:
    rewrite(folder / "filings/2025Q2/kejiju.xlsx", "正式填报", [])


def add_csv(folder: Path) -> None:
    (folder / "filings/2025Q2/kejiju.csv").write_text("活动编号\nHD-1\n", encoding="utf-8")


def lose_a_filing(folder: Path) -> None:
    (folder / "filings/2025Q2/kejiju.xlsx").unlink()


def rewrite(path: Path, nature: str, rows: list[str]) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("填报说明").write_row(0, 0, ["数据性质", nature])
    sheet = book.add_worksheet("活动")
    sheet.write_row(0, 0, ["活动编号", "活动名称", "数据性质"])
    for number, written in enumerate(rows, start=1):
        sheet.write_row(number, 0, [f"HD-{number}", "对接会", written])
    book.close()


@pytest.mark.parametrize(
    "spoil",
    [add_real_row, add_unmarked_row, add_unmarked_workbook, add_csv, lose_a_filing],
    ids=lambda spoil: spoil.__name__,
)
def test_real_filings_are_never_written_over(
    spoil: Callable[[Path], None], plan: Plan, method: Method, written: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "jincheng"
    shutil.copytree(written / "data" / "jincheng", folder)
    spoil(folder)
    before = files_of(folder)
    with pytest.raises(InputError, match="示例数据") as refused:
        write_sample(tmp_path, plan, method, seed=7)
    assert [problem.rule for problem in refused.value.problems] == ["not_sample"]
    assert "2025Q2/kejiju" in str(refused.value)
    assert files_of(folder) == before


def test_a_plan_without_place_for_the_story_is_refused(tmp_path: Path) -> None:
    other = load_plan(Workspace(ROOT), "lvliang-2025")
    with pytest.raises(InputError, match="示例数据用到而这里没有"):
        write_sample(tmp_path, other, load_method(Workspace(ROOT), other))
    assert not list(tmp_path.rglob("*"))


# ------------------------------------------------------------------------------ the writer itself


def sheet_xml(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        yield from (archive.read(name).decode("utf-8") for name in archive.namelist() if "worksheets/" in name)


def test_text_never_becomes_a_formula_or_a_link(plan: Plan, tmp_path: Path) -> None:
    (table,) = [table for table in TABLES if table.id == "events"]
    rows = [{"event_id": "=1+1", "name": "https://example.org", "place": "@SUM(A1)", "participants": 12,
             "held_on": date(2026, 1, 5), "nature": None, "organiser": float("nan")}]  # fmt: skip
    write_workbook(tmp_path / "a.xlsx", {table: rows}, plan, [("说明", "=HYPERLINK(1)")])
    write_workbook(tmp_path / "b.xlsx", {table: rows}, plan, [("说明", "=HYPERLINK(1)")])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert not any(mark in xml for xml in sheet_xml(tmp_path / "a.xlsx") for mark in ("<f>", "hyperlink"))
    cells = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_name("活动").to_python()[1]
    assert cells[:7] == ["=1+1", "https://example.org", "", date(2026, 1, 5), "@SUM(A1)", "", 12.0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_an_id_the_plan_does_not_have_is_no_name(plan: Plan, tmp_path: Path) -> None:
    (table,) = [table for table in TABLES if table.id == "milestones"]
    with pytest.raises(KeyError):
        write_workbook(tmp_path / "a.xlsx", {table: [{"lead_unit": "nobody"}]}, plan, [])
    assert not list(tmp_path.iterdir())
