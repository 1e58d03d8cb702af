"""Notebooks stay thin: they show parts of a review and hold no logic, no numbers, no paths and no outputs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

import planeval

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LOGIC = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.With,
    ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.Subscript, ast.Compare,
)  # fmt: skip


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    """The code cells of a notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_small_and_clean(path: Path) -> None:
    """At most 12 code cells and 36 code lines, no outputs, kernel python3, a title, valid nbformat."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = code_cells(path)
    lines = [line for cell in cells for line in cell.source.splitlines() if line.strip()]
    assert len(cells) <= 12
    assert len(lines) <= 36
    assert not [cell for cell in cells if cell.outputs or cell.execution_count]
    assert notebook.metadata.kernelspec.name == "python3"
    assert "papermill" not in notebook.metadata
    assert notebook.metadata.title


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_holds_no_logic_and_no_numbers(path: Path) -> None:
    """Names from planeval, one parameters cell of strings, calls; everything else belongs into lib/."""
    cells = code_cells(path)
    parameters = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(parameters) == 1
    for cell in cells:
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, LOGIC), f"move this into lib/: {ast.unparse(node)[:60]}"
            if isinstance(node, ast.ImportFrom):
                assert node.module == "planeval"
            assert not isinstance(node, ast.Import)
            if isinstance(node, ast.Constant):
                assert isinstance(node.value, str)
                assert cell in parameters, f"a value outside the parameters cell: {node.value!r}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_prose_holds_no_figures_of_a_plan(path: Path) -> None:
    """Text that depends on data comes from show/; a notebook's own text fits any plan."""
    prose = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\]\([^)]*\)", "]", prose)
    assert not re.search(r"\d", text)
    assert "晋" not in text


def test_every_notebook_is_published_and_every_published_one_exists() -> None:
    """reports.yml and notebooks/ name the same pages."""
    named = yaml.safe_load((ROOT / "params/jincheng/reports.yml").read_text(encoding="utf-8"))["reports"]
    assert {entry["notebook"] for entry in named} == {path.stem for path in NOTEBOOKS}


def test_a_name_notebooks_import_has_one_home() -> None:
    """Two modules offering the same name would put one page's section on the other, without any error."""
    named = [name for names in planeval._HOMES.values() for name in names]
    assert sorted(named) == sorted(set(named))


def test_plain_papermill_works_from_any_folder(tmp_path: Path) -> None:
    """`papermill notebooks/10_overview.ipynb out.ipynb -f params/reviews/2026Q2.yml`, called from elsewhere."""
    command = [
        sys.executable, "-m", "papermill", str(ROOT / "notebooks/10_overview.ipynb"), "out.ipynb",
        "-f", str(ROOT / "params/reviews/2026Q2.yml"), "--no-progress-bar",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    said = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "2026年第二季度" in said
    assert "2026年7月28日收到的报送" in said
