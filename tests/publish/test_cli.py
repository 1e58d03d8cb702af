"""The command line on a stranger's workspace: what it prints, what it leaves behind, and its exit codes."""

from __future__ import annotations

import csv
import getpass
import hashlib
import io
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from planeval.cli import app
from planeval.judge.targets import COLUMNS
from stranger import (
    EVENT_COLUMNS,
    PARAMETERS,
    PLAN,
    event,
    file_csv,
    write_report,
    write_reports_list,
    write_workspace,
)


def planeval(root: Path, *words: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [*words, "--workspace", str(root)])


def outputs(root: Path) -> dict[str, bytes]:
    folder = root / "output" / "2026Q2" / "internal"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def write_unit_report(root: Path, parameter: str = "unit") -> None:
    """A third notebook, published once for each responsible unit."""
    own = PARAMETERS + f'\n{parameter} = "library"  # 责任单位'
    write_report(root, "03_unit", "责任单位", parameter, parameters=own)
    titles = {"01_targets": "指标", "02_again": "附表", "03_unit": "责任单位"}
    write_reports_list(root, titles, {"03_unit": "unit"})


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A stranger's workspace whose default review was run as a person runs it: as a program, in the folder."""
    root = write_workspace(tmp_path_factory.mktemp("stranger") / "书香 城市{1}")
    write_unit_report(root)
    run = subprocess.run(
        [sys.executable, "-m", "planeval", "review"],
        cwd=root / "data", capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return root, run


def manifest(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(outputs(root)["run.json"])
    return content


class TestPublished:
    """Exit code 0: every page is there."""

    def test_the_last_line_is_the_path_of_the_index(self, published: Any) -> None:
        root, run = published
        assert run.returncode == 0, run.stderr
        assert run.stdout.splitlines()[-1] == str(root / "output" / "2026Q2" / "internal" / "index.html")
        assert "Traceback" not in run.stderr and "完成 指标" in run.stderr

    def test_pages_tables_and_manifest_are_there(self, published: Any) -> None:
        names = set(outputs(published[0]))
        assert {"index.html", "01_targets.html", "02_again.html", "run.json", "tables/targets.csv"} <= names

    def test_targets_csv_says_what_was_filed(self, published: Any) -> None:
        content = outputs(published[0])["tables/targets.csv"]
        rows = read_table(content)
        assert content.startswith(b"\xef\xbb\xbf") and tuple(rows[0]) == (*COLUMNS, "score", "weight")
        assert [(row["target_id"], row["value"], row["done_share"], row["reported"]) for row in rows] == [
            ("readings", "3", "0.3", "true"),
            ("schools", "2", "0.5", "true"),
        ]

    def test_the_manifest_accounts_for_every_file_and_names_no_machine(self, published: Any) -> None:
        root, files, content = published[0], outputs(published[0]), manifest(published[0])
        assert {entry["path"]: entry["sha256"] for entry in content["outputs"]} == {
            name: hashlib.sha256(file).hexdigest()
            for name, file in files.items()
            if name not in ("run.json", "SHA256SUMS")
        }
        for entry in content["inputs"]:
            assert hashlib.sha256((root / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
        text = files["run.json"].decode("utf-8")
        for private in (str(root), root.parent.name, getpass.getuser() + "@", socket.gethostname()):
            assert private not in text
        assert (content["review"], content["plan"], content["sample"]) == ("2026Q2", PLAN, False)

    def test_pages_are_of_real_filings_without_banner_or_outward_address(self, published: Any) -> None:
        for name, content in outputs(published[0]).items():
            if name.endswith(".html"):
                text = content.decode("utf-8")
                assert 'class="banner"' not in text and "http://" not in text and "https://" not in text

    def test_one_page_for_each_unit(self, published: Any) -> None:
        """Each ran with its own key, is titled with the unit's short name, and stands on the index in one line."""
        files, content = outputs(published[0]), manifest(published[0])
        for key, other, name in (("library", "schoolboard", "图书馆"), ("schoolboard", "library", "教育局")):
            page = files[f"03_unit-{key}.html"].decode("utf-8")
            assert f"<title>责任单位：{name}" in page and f"<pre>'{key}'</pre>" in page and f"'{other}'" not in page
        assert "03_unit.html" not in files
        index = files["index.html"].decode("utf-8")
        links = '<a href="03_unit-library.html">图书馆</a>、<a href="03_unit-schoolboard.html">教育局</a>'
        assert f"<li>责任单位：{links}</li>" in index
        assert [(page["file"], page.get("key")) for page in content["pages"]] == [
            ("01_targets.html", None),
            ("02_again.html", None),
            ("03_unit-library.html", "library"),
            ("03_unit-schoolboard.html", "schoolboard"),
        ]
        assert "已发布 4 个网页：指标、附表、责任单位。" in published[1].stdout

    def test_only_remakes_every_page_of_one_notebook(self, published: Any) -> None:
        root = published[0]
        before = outputs(root)
        result = planeval(root, "review", "2026Q2", "--only", "03_unit")
        assert (result.exit_code, outputs(root)) == (0, before), result.stderr
        assert [f"完成 {title}" in result.stderr for title in ("责任单位：图书馆", "责任单位：教育局", "指标")] == [
            True,
            True,
            False,
        ]

    def test_list_says_that_it_is_published(self, published: Any) -> None:
        assert "已发布（数据截至 2026-07-10）" in planeval(published[0], "list").stdout

    def test_only_remakes_one_page_and_the_same_inputs_give_the_same_bytes(self, published: Any) -> None:
        root = published[0]
        before = outputs(root)
        (root / "output" / "2026Q2" / "internal" / "02_again.html").touch()
        result = planeval(root, "review", "2026Q2", "--only", "02_again")
        assert (result.exit_code, outputs(root)) == (0, before), result.stderr
        assert "完成 附表" in result.stderr and "完成 指标" not in result.stderr


def test_a_failed_notebook_leaves_a_whole_edition_alone_and_says_everything(stranger: Path) -> None:
    """Exit code 3. Two notebooks fail in two ways; the pages published before stay, byte for byte."""
    assert planeval(stranger, "review", "2026Q2").exit_code == 0
    before = outputs(stranger)
    write_report(stranger, "01_targets", "读书活动", "1 / 0")
    write_report(stranger, "02_again", "附表", "print('调试')")
    result = planeval(stranger, "review", "2026Q2")
    assert result.exit_code == 3 and result.stdout == ""
    assert "01_targets：第 7 个单元格出错（ZeroDivisionError）" in result.stderr
    assert "02_again：网页没有通过检查" in result.stderr and "第 7 个单元格：有打印输出" in result.stderr
    assert "Traceback" not in result.stderr
    log = (stranger / "output/2026Q2/logs/internal/01_targets.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log and "Traceback" in log and str(stranger) not in log
    assert "没有发布：原来完整的网页没有改动" in result.stderr and outputs(stranger) == before


def test_where_nothing_stood_a_failed_page_says_what_is_unfinished(stranger: Path) -> None:
    """Exit code 3. The other pages are published; the failed one names its cell, the reason and the next step."""
    write_report(stranger, "01_targets", "读书活动", "1 / 0")
    result = planeval(stranger, "review", "2026Q2")
    assert result.exit_code == 3 and "没有完成的写明“未完成”" in result.stderr
    page = outputs(stranger)["01_targets.html"].decode("utf-8")
    for said in ("指标（未完成）", "停在第 7 个单元格", "ZeroDivisionError", "下一步"):
        assert said in page
    content = manifest(stranger)
    assert (content["complete"], content["unfinished"]) == (False, ["01_targets.html"])
    assert "（未完成）" not in outputs(stranger)["02_again.html"].decode("utf-8")
    write_report(stranger, "01_targets", "读书活动")
    again = planeval(stranger, "review", "2026Q2")
    assert again.exit_code == 0 and "完成 附表" not in again.stderr, "only what was unfinished is made"
    assert manifest(stranger)["complete"] and "（未完成）" not in outputs(stranger)["01_targets.html"].decode("utf-8")


def test_a_faulty_filing_is_left_out_and_the_rest_is_published(stranger: Path) -> None:
    """Exit code 2 with pages: the fault is told by file and cell; the other rows count."""
    rows = [event(4), event(5, held_on="2026-13-01"), event(6, name="<script>alert(1)</script>")]
    file_csv(stranger, "library", "活动", EVENT_COLUMNS, rows, period="2026Q1")
    write_reports_list(stranger, {"01_targets": "指标"})
    result = planeval(stranger, "review", "2026Q2")
    assert result.exit_code == 2 and "没有这一天（写的是“2026-13-01”）" in result.stderr
    assert result.stdout.splitlines()[-1].endswith("index.html")
    (readings, _) = read_table(outputs(stranger)["tables/targets.csv"])
    assert readings["value"] == "4", "three events, and the one good row of three"
    problems = read_table(outputs(stranger)["tables/problems.csv"])
    assert {(row["unit"], row["cell"]) for row in problems} == {("library", "D3"), ("library", "B4")}
    assert b"<script" not in outputs(stranger)["index.html"]
    page = outputs(stranger)["01_targets.html"].decode("utf-8")
    assert "报送中有 2 处错误，有关行或文件没有计入，涉及图书馆" in page, "each page says how many and whose"
    check = planeval(stranger, "check", "2026Q2")
    assert check.exit_code == 2 and "2 处错误" in check.stdout and "按时 2 个：图书馆、教育局" in check.stdout


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("params/reviews/2026Q2.yml", "period", "peroid", "period"),
        ("params/reviews/2026Q2.yml", "plan: reading", "plan: readin", "是不是“reading”"),
        ("params/reading/plan.yml", "amount: 10", "amount: 十", "应写成数字"),
        ("params/reading/method.yml", "plan_start", "plan_begin", "plan_start"),
        ("params/reading/reports.yml", "01_targets", "01_target", "是不是“01_targets”"),
        ("params/reading/reports.yml", "02_again", "01_targets", "网页重名"),
        ("notebooks/01_targets.ipynb", "as_known_on = ", "known_on = ", "没有参数 as_known_on"),
        ("data/reading/register.csv", "schoolboard,2026Q2", "schoolbord,2026Q2", "是不是“schoolboard”"),
    ],
)
def test_bad_input_stops_before_anything_runs(stranger: Path, file: str, old: str, new: str, said: str) -> None:
    """Exit code 2 without pages, and `check` says the same. The store of what was read is no output of a review."""
    spoil(stranger / file, old, new)
    for command in ("review", "check"):
        result = planeval(stranger, command, "2026Q2")
        assert result.exit_code == 2 and said in result.output and "Traceback" not in result.output
    assert {path.name for path in (stranger / "output").glob("*")} <= {"ledger"}


def test_a_page_per_unit_needs_the_parameter_and_the_units(stranger: Path) -> None:
    """The notebook must take the key; a plan without industries has no page per industry; names must not meet."""
    write_unit_report(stranger, parameter="unti")
    said = planeval(stranger, "check", "2026Q2").output
    assert "没有参数 unit" in said and "笔记本里的“unti”是不是“unit”" in said
    reports = stranger / "params/reading/reports.yml"
    spoil(reports, "for_each: unit", "for_each: industry")
    assert "要按产业分页，但方案没有列出产业" in planeval(stranger, "check", "2026Q2").output
    spoil(reports, "for_each: industry", "for_each: clause")
    assert "不在允许的取值之中" in planeval(stranger, "check", "2026Q2").output
    write_unit_report(stranger)
    write_report(stranger, "03_unit-library", "另一页")
    spoil(reports, "reports:\n", "reports:\n  - {notebook: 03_unit-library, title: 另一页, editions: [internal]}\n")
    assert "网页重名" in planeval(stranger, "check", "2026Q2").output


def test_a_failing_page_of_a_unit_is_named(stranger: Path) -> None:
    """Which of the pages failed, in the sentence and in the name of the log."""
    write_unit_report(stranger)
    own = PARAMETERS + '\nunit = "library"'
    write_report(stranger, "03_unit", "责任单位", "{'library': 1}[unit]", parameters=own)
    write_reports_list(stranger, {"03_unit": "责任单位"}, {"03_unit": "unit"})
    result = planeval(stranger, "review", "2026Q2")
    assert result.exit_code == 3 and "03_unit-schoolboard：第 7 个单元格出错（KeyError）" in result.stderr
    logs = stranger / "output/2026Q2/logs/internal"
    assert {path.stem: "结果：ok" in path.read_text(encoding="utf-8") for path in logs.iterdir()} == {
        "03_unit-library": True, "03_unit-schoolboard": False,
    }  # fmt: skip


def test_all_faults_of_all_inputs_come_at_once(stranger: Path) -> None:
    spoil(stranger / "notebooks/02_again.ipynb", "as_known_on = ", "known_on = ")
    spoil(stranger / "params/reading/units.yml", "schoolboard", "school board")
    result = planeval(stranger, "review", "2026Q2")
    assert "notebooks/02_again.ipynb" in result.stderr and "params/reading/units.yml" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("review", "2026Q3"), "是不是“2026Q2”"),
        (("review", "2026Q2", "--only", "01_target"), "是不是“01_targets”"),
        (("review", "2026Q2", "--only", "01_targets"), "先不带 --only 运行整个评估"),
        (("check", "2026Q3"), "没有这个评估"),
        (("sample", "--plan", "redaing"), "是不是“reading”"),
    ],
)
def test_a_wrong_word_gets_a_did_you_mean(stranger: Path, words: tuple[str, ...], said: str) -> None:
    result = planeval(stranger, *words)
    assert result.exit_code == 2 and said in result.stderr


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    result = planeval(tmp_path, "list")
    assert result.exit_code == 2 and "这里不是评估工作区" in result.stderr


def test_sample_writes_the_same_demonstration_filings_each_time(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).resolve().parents[2] / "params", tmp_path / "params")
    (tmp_path / "data").mkdir()
    written = []
    for _ in range(2):
        result = planeval(tmp_path, "sample")
        assert result.exit_code == 0 and result.stdout.splitlines()[-1].endswith("register.csv")
        files = (path for path in (tmp_path / "data").rglob("*") if path.is_file())
        written.append({path: path.read_bytes() for path in files})
    assert len(written[0]) > 100 and written[0] == written[1]


def test_check_of_a_sound_workspace(stranger: Path) -> None:
    result = planeval(stranger, "check", "2026Q2")
    assert result.exit_code == 0 and "0 处错误" in result.stdout


def test_help_is_chinese_quick_and_lists_the_exit_codes() -> None:
    """The command starts at once because the whole process of `planeval --help` loads nothing heavy."""
    heavy = {"pandas", "numpy", "scipy", "matplotlib", "pydantic", "papermill", "nbconvert", "nbformat", "yaml", "duckdb",
             "IPython", "asyncio"}  # fmt: skip
    code = (
        "import atexit, sys\nfrom planeval.cli import main\n"
        f"atexit.register(lambda: sys.stderr.write(repr(sorted({heavy} & set(sys.modules)))))\n"
        "sys.argv[1:] = ['--help']\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "运行一次评估并发布网页" in done.stdout and done.stderr == "[]"
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0 and "退出码" in result.stdout and "运行一次评估并发布网页" in result.stdout
