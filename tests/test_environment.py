"""pyproject.toml, the two locks and environment.yml say the same."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from environment_file import (
    CONDA_NAMES,
    ENVIRONMENT,
    PIP_ONLY,
    PYTHON_MINOR,
    REVIEW_LOCK,
    ROOT,
    WHOLE_LOCK,
    direct,
    environment,
    normal,
    project,
    read_lock,
)

MATCH_SPEC = re.compile(r"  - (?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)=(?P<version>[0-9]+(?:\.[0-9a-z]+)*)")
PIP_PIN = re.compile(r"      - (?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)==(?P<version>[0-9]+(?:\.[0-9a-z]+)*)")
HEAD = ["name: planeval", "channels:", "  - conda-forge", "  - nodefaults", "dependencies:"]
EXTRAS = ["lab", "cluster", "test", "build"]


def environment_lines() -> list[str]:
    text = ENVIRONMENT.read_text(encoding="utf-8")
    assert text.endswith("\n") and "\r" not in text and "\t" not in text
    return [line for line in text.split("\n")[:-1] if not line.startswith("# ")]


def parsed_environment() -> tuple[dict[str, str], dict[str, str]]:
    """The conda pins and the pip pins; every line must be exactly one of the forms allowed in its place."""
    lines = environment_lines()
    assert lines[:5] == HEAD
    assert lines[5] == f"  - python={PYTHON_MINOR}"
    assert lines[6] == "  - pip"
    assert lines[-1] == "      - -e ."
    start_of_pip = lines.index("  - pip:")
    conda = [MATCH_SPEC.fullmatch(line) for line in lines[7:start_of_pip]]
    pip = [PIP_PIN.fullmatch(line) for line in lines[start_of_pip + 1 : -1]]
    assert None not in conda and None not in pip, "a line that is neither name=version nor, under pip, name==version"
    pins = [{found["name"]: found["version"] for found in group if found} for group in (conda, pip)]
    assert (len(pins[0]), len(pins[1])) == (len(conda), len(pip)), "a package stands twice"
    return pins[0], pins[1]


def every_direct_name() -> set[str]:
    return {name for extra in ("", *EXTRAS) for name in direct(extra)}


def test_environment_file_is_what_the_generator_writes() -> None:
    assert ENVIRONMENT.read_text(encoding="utf-8") == environment(), "run: python tests/environment_file.py"


def test_every_direct_dependency_has_the_locked_version_in_the_environment() -> None:
    lock = read_lock(WHOLE_LOCK)
    conda, pip = parsed_environment()
    plain_names = {conda_name: name for name, conda_name in CONDA_NAMES.items()}
    pinned = {plain_names.get(name, name): version for name, version in conda.items()} | pip
    assert pinned == {name: lock[name].version for name in every_direct_name()}
    assert set(pip) == PIP_ONLY


def test_environment_has_the_whole_tool_set() -> None:
    conda, _ = parsed_environment()
    assert {"jupyterlab", "pandas", "matplotlib-base", "papermill", "nbval", "scipy"} <= set(conda)


def test_environment_python_is_one_the_project_supports() -> None:
    assert f"{PYTHON_MINOR}.0" in SpecifierSet(project()["requires-python"])


def test_bootstrap_and_pyproject_agree_on_python() -> None:
    supported = SpecifierSet(project()["requires-python"])
    assert [minor for minor in range(8, 20) if f"3.{minor}.0" in supported] == [11, 12, 13]
    source = (ROOT / "bootstrap.py").read_text(encoding="utf-8")
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in source


def test_review_lock_is_a_part_of_the_whole_lock() -> None:
    review, whole = read_lock(REVIEW_LOCK), read_lock(WHOLE_LOCK)
    assert set(review) < set(whole)
    differing = {
        name: (entry.version, whole[name].version)
        for name, entry in review.items()
        if (entry.version, entry.hashes) != (whole[name].version, whole[name].hashes)
    }
    assert not differing


def test_review_lock_leaves_out_what_a_review_does_not_need() -> None:
    review = read_lock(REVIEW_LOCK)
    unneeded = set(direct("lab")) | set(direct("test")) - {"packaging"}  # which a review needs by way of others
    assert not unneeded & set(review)
    assert set(direct()) | set(direct("build")) <= set(review)


def test_locked_versions_satisfy_pyproject() -> None:
    lock = read_lock(WHOLE_LOCK)
    requirements = [Requirement(line) for extra in ("", *EXTRAS) for line in direct(extra).values()]
    unmet = [str(each) for each in requirements if lock[normal(each.name)].version not in each.specifier]
    assert not unmet
    assert sorted(project()["optional-dependencies"]) == sorted(EXTRAS)


@pytest.mark.parametrize("path", [REVIEW_LOCK, WHOLE_LOCK], ids=lambda path: path.name)
def test_locks_name_no_index_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(?!hash=sha256:))", text, re.MULTILINE)
    assert not list(ROOT.glob("uv.lock")), "uv.lock writes the index's address into the project"


def test_each_dependency_stands_alone_and_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r'^  "([A-Za-z0-9._-]+[<>=][^"]*)",(.*)$', text, re.MULTILINE)
    assert len(listed) == len(every_direct_name()) == sum(len(direct(extra)) for extra in ("", *EXTRAS))
    assert not [requirement for requirement, reason in listed if not re.fullmatch(r"\s+# \S.{9,}", reason)]


def test_refresh_commands_in_pyproject_name_both_locks() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    commands = re.findall(r"^#   (uv pip compile .+)$", text, re.MULTILINE)
    assert [re.findall(r"-o (\S+)", command) for command in commands] == [[REVIEW_LOCK.name], [WHOLE_LOCK.name]]
    assert all("--universal" in command and "--generate-hashes" in command for command in commands)


def imported_packages(path: Path) -> set[str]:
    """The top-level names that a file imports from outside the standard library and the project."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return {name for name in names if name not in sys.stdlib_module_names and name != "planeval"}


def test_what_the_package_imports_is_declared() -> None:
    """In the dependencies, or in the extra of a cluster, whose one import comes late and is told when it fails."""
    declared = {*direct(), *direct("cluster")}
    distributions = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT).as_posix()}: {name}"
        for path in (ROOT / "lib").rglob("*.py")
        for name in imported_packages(path)
        if not {normal(each) for each in distributions.get(name, [name])} & declared
    }
    assert not undeclared
