"""A log for each page made: why it was made, how it ended, and the technical side of what went wrong."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from planeval.batch.job_plan import PlannedPage
from planeval.publish.failures import NotebookFailed
from planeval.publish.hygiene import scrubbed
from planeval.publish.page_making import OK, MadePage
from planeval.publish.staging import write_bytes
from planeval.publish.this_machine import machine_secrets
from planeval.workspace import Workspace

LOGS = "logs"


def log_file(folder: Path, edition: str, page: str) -> Path:
    """Where the log of a page lies. folder: of the review. page: its file."""
    return folder / LOGS / edition / f"{Path(page).stem}.log"


def write_log(folder: Path, edition: str, page: PlannedPage, made: MadePage, workspace: Workspace) -> None:
    """Write the log of one page; paths of this machine are written as the workspace, the home folder and 临时文件夹."""
    lines = [
        f"网页：{page.order.page.title}（{page.order.page.file}）", f"重做原因：{page.why}",
        f"参数：{json.dumps(page.order.parameters, ensure_ascii=False)}", f"内容键：{page.key.digest}",
        f"结果：{made.ending}",
    ]  # fmt: skip
    if made.ending == OK:
        lines.append(f"SHA-256：{made.sha256}，{len(made.content)} 字节")
    else:
        lines.append(str(made.failure))
        if isinstance(made.failure, NotebookFailed):
            lines += ["", made.failure.log]
    said = _scrubbed("\n".join(lines) + "\n", workspace)
    write_bytes(log_file(folder, edition, page.order.page.file), said.encode("utf-8", "replace"))


def _scrubbed(text: str, workspace: Workspace) -> str:
    """Without paths, names and keys of this machine; the places that a reader needs keep a name."""
    places = {str(workspace.root): "<工作区>", str(workspace.notebooks): "<笔记本>", str(Path.home()): "~",
              tempfile.gettempdir(): "<临时文件夹>"}  # fmt: skip
    for place, said in places.items():
        if len(place) > 1:
            text = text.replace(place, said)
    return scrubbed(text, machine_secrets(workspace))
