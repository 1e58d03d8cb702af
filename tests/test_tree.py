"""The shape of the tree: what git keeps, which way imports point, how long files and functions are."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lib" / "planeval"

# Lowest first: a file imports only what stands before its own place, or lies in its own folder.
LAYERS = [
    "problems",
    "periods",
    "workspace",
    "plan",
    "ledger",
    "measures",
    "judge",
    "review",
    "disclosure",
    "show",
    "warm",  # processes that hold a review open and show it; publish runs notebooks in them, they know no papermill
    "publish",
    "batch",
    "office",  # Word, Excel and PDF of an edition that stands published
    "sample",
    "dispatching",
    "cli_words",
    "cli_progress",
    "cli_review",
    "cli_dispatch",
    "cli_export",
    "cli_ledger",
    "cli_publish",
    "cli",
    "__main__",
]
ONLY_IN_PUBLISH = {"papermill", "nbconvert"}
VAGUE_NAMES = {"utils", "helpers", "common", "misc", "df2"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def package_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def git(*words: str) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)


def kept_files(*endings: str) -> list[Path]:
    """The files of the project that git tracks or would track."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.decode("utf-8").split("\0")
    paths = [ROOT / name for name in listed if name.endswith(endings)]
    return sorted(path for path in paths if path.is_file())


def imported_modules(tree: ast.AST, package: list[str]) -> Iterator[str]:
    """Every module named in an import; `from planeval import x` counts as planeval.x, dots are resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names) if base == "planeval" else [base]


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules_imported_by(path: Path) -> set[str]:
    package = ["planeval", *path.relative_to(PACKAGE).parts[:-1]]
    return set(imported_modules(parsed(path), package))


def upward_imports(path: Path) -> list[str]:
    """Imports of a file from a place above its own, as `file imports module`."""
    layer = layer_of(path)
    below = set() if layer == "__init__" else set(LAYERS[: LAYERS.index(layer)])
    own = {layer} if path.parent != PACKAGE else set()
    ours = [module.split(".") for module in modules_imported_by(path) if module.split(".")[0] == "planeval"]
    wrong = [words for words in ours if len(words) < 2 or words[1] not in below | own]
    return [f"{name_of(path)} imports {'.'.join(words)}" for words in wrong]


def test_every_place_in_the_package_has_a_layer() -> None:
    assert {layer_of(path) for path in package_files()} - {"__init__"} <= set(LAYERS)


def test_imports_point_one_way() -> None:
    assert not [line for path in package_files() if layer_of(path) in LAYERS for line in upward_imports(path)]


def test_only_publish_knows_papermill_and_nbconvert() -> None:
    outside = [path for path in package_files() if layer_of(path) != "publish"]
    assert not [
        f"{name_of(path)} imports {module}"
        for path in outside
        for module in modules_imported_by(path)
        if module.split(".")[0] in ONLY_IN_PUBLISH
    ]


def source_trees() -> Iterator[tuple[str, ast.Module]]:
    """Every Python file and every notebook of the project, parsed."""
    for path in kept_files(".py"):
        yield name_of(path), parsed(path)
    for path in kept_files(".ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        plain = "\n".join(line for cell in code for line in cell.splitlines() if not line.startswith(("%", "!")))
        yield name_of(path), ast.parse(plain)


def test_nobody_bends_the_import_path() -> None:
    bending = []
    for name, tree in source_trees():
        for node in ast.walk(tree):
            is_path = isinstance(node, ast.Attribute) and node.attr == "path" and ast.unparse(node.value) == "sys"
            if is_path or (isinstance(node, ast.ImportFrom) and node.module == "sys" and "path" in ast.unparse(node)):
                bending.append(f"{name}: {ast.unparse(node)}")
        bending += [f"{name}: imports {each}" for each in imported_modules(tree, []) if each.split(".")[0] == "lib"]
    assert not bending


def test_files_are_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in package_files()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def length_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def test_functions_are_short() -> None:
    long = {}
    for path in package_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if (length := length_without_docstring(node)) > LONGEST_FUNCTION:
                    long[f"{name_of(path)}: {node.name}"] = length
    assert not long


def test_names_say_something() -> None:
    assert not [name_of(path) for path in package_files() if VAGUE_NAMES & {*path.parts, path.stem}]


@pytest.mark.parametrize(
    "path",
    [
        "lib/planeval/plan/model.py",
        "lib/planeval/publish/template/index.html.j2",
        "data/jincheng/register.csv",
        "data/jincheng/filings/2026Q3/kejiju.xlsx",
        "data/jincheng/published/tech_smes.csv",
        "params/jincheng/plan.yml",
        "params/reviews/2026Q3.yml",
        "notebooks/10_overview.ipynb",
        "requirements-all.lock",
        ".ci/run",
    ],
)
def test_git_keeps(path: str) -> None:
    assert git("check-ignore", "--no-index", "-q", path).returncode == 1


@pytest.mark.parametrize(
    "path",
    [
        "output/2026Q3/internal/index.html",
        ".venv/bin/python",
        ".venv.lock",
        "notebooks/scratch/try.ipynb",
        "notebooks/.ipynb_checkpoints/10_overview-checkpoint.ipynb",
        "lib/planeval/__pycache__/cli.pyc",
        "lib/planeval.egg-info/PKG-INFO",
    ],
)
def test_git_ignores(path: str) -> None:
    assert git("check-ignore", "--no-index", "-q", path).returncode == 0


def test_no_kept_text_file_has_windows_line_ends() -> None:
    texts = [path for path in kept_files(".py", ".ipynb", ".yml", ".toml", ".lock", ".md") if "data" not in path.parts]
    assert not [name_of(path) for path in texts if b"\r\n" in path.read_bytes()]


# The checks above are worth what they catch: each is shown a fault of its kind.


def test_a_wrong_import_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_tree.PACKAGE", tmp_path / "planeval")
    monkeypatch.setattr("test_tree.ROOT", tmp_path)
    place = tmp_path / "planeval" / "judge" / "bands.py"
    place.parent.mkdir(parents=True)
    for source, is_wrong in {
        "from planeval.show.words import light": True,
        "from planeval import review": True,
        "import planeval.cli": True,
        "from ..show import words": True,
        "import planeval": True,
        "from planeval.judge.rounding import shown": False,
        "from . import rounding": False,
        "from planeval.measures import targets": False,
        "from planeval import periods": False,
        "import pandas": False,
    }.items():
        place.write_text(source, encoding="utf-8")
        assert bool(upward_imports(place)) is is_wrong, source


def test_the_docstring_does_not_count_as_length() -> None:
    function = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1').body[0]
    assert isinstance(function, ast.FunctionDef)
    assert length_without_docstring(function) == 2
