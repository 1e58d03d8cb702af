"""A small published edition written by hand, byte for byte as a publication accounts for it; no notebook is run."""

from __future__ import annotations

import hashlib
import html
import json
from pathlib import Path

DRAWING = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI5IiBoZWlnaHQ9IjkiLz4="
NAMES = {"internal": "内部版", "unit": "责任单位版", "brief": "领导专报", "public": "公开版"}


def table(text: str, cells: tuple[str, ...] = ("",)) -> str:
    """A table of one row with `text` as caption, unit, heading and note; cells: of the row, `text` where empty."""
    head = "".join(f'<th scope="col" class="text">{text}</th>' for _ in cells)
    first, *rest = [cell or text for cell in cells]
    row = f'<th scope="row" class="text">{first}</th>' + "".join(f'<td class="text">{cell}</td>' for cell in rest)
    return (
        f'<div class="table"><table><caption><span class="title">{text}</span><span class="unit">单位：{text}</span>'
        f"</caption><thead><tr>{head}</tr></thead><tbody><tr>{row}</tr></tbody></table>"
        f'<p class="note">{text}</p></div>'
    )


def page(said: str, running: str = "", more: str = "") -> str:
    """A page in which one text stands in every place that a page has. more: finished HTML at its end."""
    text = html.escape(said)
    return (
        f"<!doctype html><html><body><header><span>{running or text}</span></header>"
        f'<main style="counter-reset: chapter 0"><h1>{text}</h1><section class="opening"><dl><dt>{text}</dt><dd>{text}</dd>'
        f'</dl></section><h2>一、{text}</h2><h3>{text}</h3><p class="lead">{text}</p><ul class="points"><li>{text}</li></ul>'
        f'<ol><li>{text}</li></ol><section class="traced">{table(text)}<figure class="chart">'
        f'<img src="data:image/svg+xml;base64,{DRAWING}" alt="{text}"><figcaption>{text}</figcaption>'
        f'<details class="data"><summary>{text}</summary>{table(text)}</details></figure><details class="trace">'
        f'<summary>{text}</summary><p class="which">{text}</p></details></section><ul class="cards"><li class="card">'
        f'<span class="name">{text}</span></li></ul>{more}</main><footer><p>{text}</p></footer></body></html>'
    )


def write_edition(folder: Path, edition: str, pages: dict[str, str]) -> Path:
    """An edition folder with an index, these pages by name and one CSV table; returns the folder."""
    running = f"书香城市 2026年第二季度评估（{NAMES[edition]}）"
    files = {f"{name}.html": page(text, running).encode("utf-8") for name, text in pages.items()}
    listed = table("随本次评估发布的数据表", ("targets.csv", "各项指标", "1"))
    files["index.html"] = page("目录", running, listed).encode("utf-8")
    files["tables/targets.csv"] = "\N{BYTE ORDER MARK}target_id,name\nreadings,读书活动\n".encode()
    run = {
        "review": "2026Q2", "plan": "reading", "document": "文旅发〔2025〕1号", "period": "2026Q2",
        "as_known_on": "2026-07-15", "edition": edition, "sample": True, "fingerprint": "0123456789ab",
        "package": {"version": "0.1.0"}, "inputs": [{"path": "params/reading/plan.yml"}], "unfinished": [],
        "pages": [{"file": f"{name}.html", "title": name} for name in pages],
        "outputs": [{"path": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()],
    }  # fmt: skip
    files["run.json"] = json.dumps(run, ensure_ascii=False).encode("utf-8")
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode("utf-8")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
