"""The ways to make pages that benchmarks/batch.py times. Each is a process that has imported what it needs.

`python batch_rivals.py NAME WORKSPACE REVIEW` reads one line of JSON per turn, a list of [notebook, parameters], makes
these pages, and answers `{"seconds": …, "shown": {page: digest of what its cells showed}}`; `ready` comes first.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

Asked = list[tuple[str, dict[str, str]]]
"""Pages: notebook (its name) and every parameter it is run with."""

Shown = dict[str, str]
KERNEL = "python3"
MIME = "text/html"
FOOTER = ("version", "commit", "fingerprint", "known_on", "edition", "inputs")


def page_name(notebook: str, parameters: Mapping[str, str]) -> str:
    """A name for a page in what the rivals answer."""
    own = [parameters[part] for part in ("unit", "industry", "zone") if part in parameters]
    return "-".join([notebook, *own])


def digest(shown: Iterable[str]) -> str:
    """Over what the cells of a page showed, in order."""
    return hashlib.sha256("\0".join(text.strip() for text in shown).encode("utf-8")).hexdigest()


def shown_by(notebook: Any) -> str:
    """The digest of an executed notebook's HTML outputs."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", ()))
    shown = (output.get("data", {}).get(MIME, "") for output in outputs)
    return digest("".join(text) for text in shown if text)


class CommandLines:
    """`papermill` and then `jupyter nbconvert`, two commands for each page, as anybody would type them."""

    def __init__(self, workspace: Path, review: str) -> None:
        self.notebooks = workspace / "notebooks"
        self.folder = Path(tempfile.mkdtemp(prefix="planeval-cli-"))
        self.scripts = Path(sys.executable).parent

    def make(self, asked: Asked) -> Shown:
        """Make the pages, one after another."""
        made = {}
        for notebook, parameters in asked:
            written = self.folder / f"{page_name(notebook, parameters)}.ipynb"
            words = [word for name, value in parameters.items() for word in ("-p", name, value)]
            run = [self.scripts / "papermill", self.notebooks / f"{notebook}.ipynb", written, "-k", KERNEL]
            self._call([*run, "--no-progress-bar", *words])
            self._call([self.scripts / "jupyter", "nbconvert", "--to", "html", written])
            made[written.stem] = shown_by(json.loads(written.read_text(encoding="utf-8")))
        return made

    def _call(self, command: list[Any]) -> None:
        subprocess.run([str(word) for word in command], check=True, capture_output=True, cwd=self.notebooks)


class PapermillInProcess:
    """papermill's Python interface with ordinary kernels, and one HTMLExporter for all pages."""

    def __init__(self, workspace: Path, review: str) -> None:
        import papermill
        from nbconvert import HTMLExporter

        self.run, self.exporter = papermill.execute_notebook, HTMLExporter()
        self.notebooks, self.folder = workspace / "notebooks", Path(tempfile.mkdtemp(prefix="planeval-api-"))

    def execute(self, notebook: str, parameters: dict[str, str], written: Path) -> Any:
        """The executed notebook."""
        return self.run(
            self.notebooks / f"{notebook}.ipynb", written, parameters=parameters, kernel_name=KERNEL,
            progress_bar=False, cwd=str(self.notebooks),
        )  # fmt: skip

    def make(self, asked: Asked) -> Shown:
        """Make the pages, one after another."""
        made = {}
        for notebook, parameters in asked:
            written = self.folder / f"{page_name(notebook, parameters)}.ipynb"
            executed = self.execute(notebook, parameters, written)
            page, _ = self.exporter.from_notebook_node(executed)
            written.with_suffix(".html").write_text(page, encoding="utf-8")
            made[written.stem] = shown_by(executed)
        return made


class PloomberEngine(PapermillInProcess):
    """ploomber-engine, which runs the cells of every notebook in this one process; the same exporter."""

    def __init__(self, workspace: Path, review: str) -> None:
        super().__init__(workspace, review)
        from ploomber_engine import execute_notebook

        self.run = execute_notebook

    def execute(self, notebook: str, parameters: dict[str, str], written: Path) -> Any:
        """The executed notebook; parameters are put in as papermill does."""
        source = self.notebooks / f"{notebook}.ipynb"
        return self.run(source, written, parameters=parameters, progress_bar=False, verbose=False)


class Ours:
    """What `planeval review` does for a page once it has begun: order, fork, page, checks, proof; one job."""

    jobs = 1

    def __init__(self, workspace: Path, review: str) -> None:
        from planeval.batch.executors import here
        from planeval.batch.run import Options, _prepared
        from planeval.plan import load_review
        from planeval.publish.page_engine import PageEngine
        from planeval.workspace import Workspace

        place = Workspace(workspace)
        request = load_review(place, review)
        engine = PageEngine(place)
        prepared = _prepared(place, request, Options())
        prepared.edition.review.measure_shared()
        engine.hand_over(prepared.edition.review, request.parameters())
        self.orders = {(order.page.notebook, order.page.key): order for order in prepared.orders}
        self.stack = here(engine, self.jobs)
        self.pages = self.stack.__enter__()

    def make(self, asked: Asked) -> Shown:
        """Make the pages, one after another."""
        made = {}
        keys = [(notebook, page_name("", parameters)[1:]) for notebook, parameters in asked]
        for future in [self.pages.submit(self.orders[key], lambda: None) for key in keys]:
            page = future.result()
            if page.failure is not None:
                raise SystemExit(str(page.failure))
            made[Path(page.file).stem] = ""
        return made


class OursEveryCore(Ours):
    """The same with as many jobs as there are cores."""

    jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Floor:
    """The same cells executed in this one warm process with the review opened once; the same figures; one render."""

    def __init__(self, workspace: Path, review: str) -> None:
        import mistune
        import nbformat

        from planeval.plan import load_review
        from planeval.publish.exporter import page_exporter
        from planeval.review import asked_for, open_review
        from planeval.warm.preload import preload
        from planeval.workspace import HANDED_OVER, WORKSPACE_VARIABLE, Workspace, hand_over

        place, private = Workspace(workspace), Path(tempfile.mkdtemp(prefix="planeval-floor-"))
        words = load_review(place, review).parameters()
        hand_over(open_review(**words, workspace=workspace), asked_for(place, **words), private / "review")
        os.environ |= {WORKSPACE_VARIABLE: str(workspace), HANDED_OVER: str(private / "review")}
        preload()
        self.words, self.open, self.untimed = words, open_review, 0.0
        self.notebooks, self.markdown = workspace / "notebooks", mistune.create_markdown()
        self.read, self.template = nbformat.read, page_exporter().template

    def _open_anew(self) -> None:
        """The review as it was opened, which counts for nothing: a page is made as if it were the first of its review,
        and keeps nothing of what another page has measured.
        """
        from planeval import workspace

        began = time.perf_counter()
        workspace._read_once.cache_clear()
        self.open(**self.words)
        self.untimed += time.perf_counter() - began

    def make(self, asked: Asked) -> Shown:
        """Make the pages, one after another."""
        made, self.untimed = {}, 0.0
        for notebook, parameters in asked:
            self._open_anew()
            blocks, shown = self._run(notebook, parameters)
            self.template.render(
                title=notebook, lang="zh-CN", css="", csp="", sample=True, running_head="", blocks=blocks,
                opening_index=-1, contents=[], footer=dict.fromkeys(FOOTER, ""), has_index=True, lists_files=False,
            )  # fmt: skip
            made[page_name(notebook, parameters)] = digest(shown)
        return made

    def _run(self, notebook: str, parameters: dict[str, str]) -> tuple[list[str], list[str]]:
        space: dict[str, Any] = {}
        blocks, shown = [], []
        for cell in self.read(self.notebooks / f"{notebook}.ipynb", as_version=4).cells:
            if cell.cell_type == "markdown":
                blocks.append(str(self.markdown(cell.source)))
                continue
            result = run_cell(cell.source, space)
            if result is not None:
                shown.append(result._repr_html_())
                blocks.append(shown[-1])
            if "parameters" in cell.metadata.get("tags", ()):
                space.update(parameters)
        return blocks, shown


def run_cell(source: str, space: dict[str, Any]) -> Any:
    """Execute a cell; the value of its last expression, as IPython would show it."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), space)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), space)


RIVALS: dict[str, Callable[[Path, str], Any]] = {
    "cli": CommandLines, "api": PapermillInProcess, "ploomber": PloomberEngine, "ours": Ours, "ours_all": OursEveryCore,
    "floor": Floor,
}  # fmt: skip


def main() -> None:
    """Get ready, then answer one line after another."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    name, workspace, review = sys.argv[1:]
    rival = RIVALS[name](Path(workspace), review)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        shown = rival.make(json.loads(line))
        seconds = time.perf_counter() - began - getattr(rival, "untimed", 0.0)
        print(json.dumps({"seconds": seconds, "shown": shown}), file=answers, flush=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
