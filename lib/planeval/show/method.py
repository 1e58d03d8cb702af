"""What was decided and how far each verdict depends on it; published figures; what was refused; inputs."""

from __future__ import annotations

from planeval.disclosure import withheld
from planeval.ledger.tables import BY_ID
from planeval.plan import part_names
from planeval.plan.method import EXAMPLE_AUTHOR
from planeval.plan.review_files import INTERNAL, UNIT
from planeval.review import Review
from planeval.show.decision_words import value_in_words
from planeval.show.edition_tables import TABLES_OF, files_of_edition
from planeval.show.html import STACKED, Cell, Fragment, esc, folded, link, paragraph, rows_of, table, together
from planeval.show.trace import FILES, traced
from planeval.show.words import listed


@traced
def decision_table(review: Review) -> Fragment:
    """Every decision in force, with value, reason, author and first period."""
    decisions = review.decisions
    example = sum(decision.by == EXAMPLE_AUTHOR for decision in decisions)
    first = f"方案没有规定而由评估人员作出的决定共 {len(decisions)} 项" + (
        f"，其中 {example} 项为{EXAMPLE_AUTHOR}，正式使用前须由责任部门重新确定。" if example else "。"
    )
    rows = [
        (decision.question, value_in_words(decision.value, review.plan, decision.reading), decision.reason, decision.by,
         str(decision.since))
        for decision in decisions
    ]  # fmt: skip
    return together([
        paragraph(first),
        table("评估人员的决定", ("问题", "采用", "理由", "作出者", "起用季度"), rows,
              ("text", "text", "text", "text", "text"), notes=["以上都不是方案原文。"], kind=STACKED),
    ])  # fmt: skip


@traced
def published_table(review: Review) -> Fragment:
    """公开数: published figures with their origin, beside and never inside the filed figures."""
    measuring = sum(bool(row["target_id"]) for file in review.published for row in rows_of(file.figures))
    published_plan = review.method.value("source_of_record", review.period) == "published"
    role = "指标以公开数为准" if published_plan else "公开数只作旁证，不与报送数相加"
    absent = "没有一条直接反映本计划的量化指标（未见公开数据）" if not measuring else f"{measuring} 条直接反映量化指标"
    count = sum(len(file.figures) for file in review.published)
    parts = [paragraph(f"共收集 {len(review.published)} 组 {count} 条公开数，{absent}；{role}。")]
    for file in review.published:
        card = file.card
        rows = [
            (row["series"], row["place"], row["period"], f"{row['value']:,g}", row["unit"], row["note"] or "—")
            for row in rows_of(file.figures)
        ]
        confidence = f"可信度 {card.confidence}（{card.confidence_note}）"
        source = f"{card.publisher}" + (f"，{card.date_published}" if card.date_published else "，发布日期不详")
        parts.append(table(
            f"{card.title}（公开数）", ("项目", "范围", "时间", "数值", "单位", "说明"), rows,
            ("text", "text", "text", "number", "text", "text"),
            notes=[f"来源：{source}；{card.url or card.url_note or '无网址'}；{confidence}。",
                   f"反映：{card.measures} 不反映：{card.not_measures}"],
        ))  # fmt: skip
    return together(parts)


@traced
def problem_table(review: Review) -> Fragment:
    """What was refused (错误) and what was counted but questioned (警告), by unit and cell."""
    if withheld(review.ledger):
        tally = review.tally
        return paragraph(f"{tally.errors} 处错误没有计入；{tally.warnings} 处警告已计入。")
    problems = review.ledger.problems
    refused = len(review.errors)
    names = part_names(review.plan, "unit")
    whose = [names[unit] for unit in names if unit in {problem.unit for problem in review.errors}]
    first = (
        f"{refused} 处错误没有计入" + (f"，涉及{listed(whose)}" if whose else "") + "；"
        if refused
        else "没有退回的错误；"
    )
    first += f"{len(problems) - refused} 处警告已计入并列出。"
    rows = [
        (names.get(problem.unit, "—"), problem.level, problem.file.partition("/filings/")[2] or problem.file,
         problem.place or "整份文件", problem.message, problem.value or "—", problem.remedy)
        for problem in problems
    ]  # fmt: skip
    parts = [paragraph(first)]
    if rows:
        parts.append(
            table(
                "退回的错误和警告",
                ("报送单位", "级别", "文件", "位置", "问题", "写的是", "处理"),
                rows,
                ("text", "mark", "text", "text", "text", "text", "text"),
                kind="rows",
                notes=[f"报送文件在 data/{review.plan.id}/filings 中。"],
            )
        )
    return together([*parts, _duplicates(review), _echoes(review)])


def _duplicates(review: Review) -> Fragment:
    repeated = review.ledger.duplicates
    if repeated.empty:
        return paragraph("没有两个单位重复报送的事项。")
    names = part_names(review.plan, "unit")
    rows = [
        (row["item"], BY_ID[row["table"]].sheet, "、".join(names[unit] for unit in row["units"]), names[row["counted"]])
        for row in rows_of(repeated)
    ]
    return together([
        paragraph(f"{len(rows)} 个事项由两个以上单位报送，各只计一次。"),
        table("重复报送的事项", ("事项", "台账表", "报送单位", "采用"), rows, ("text",) * 4, kind="rows"),
    ])  # fmt: skip


def _echoes(review: Review) -> Fragment:
    echoes = review.ledger.echoes
    if not echoes:
        return Fragment("")
    rows = [(echo.written, echo.understood, echo.file, f"{echo.sheet} {echo.cell}") for echo in echoes[:200]]
    left = [f"另有 {len(echoes) - len(rows)} 处未列出。"] if len(echoes) > len(rows) else []
    listing = table(
        "写法与理解对照", ("写的是", "理解为", "文件", "位置"), rows, ("text",) * 4, notes=left, kind="rows"
    )
    return folded(f"{len(echoes)} 处写法经过换算或整理", listing)


def provenance(review: Review) -> Fragment:
    """可复核清单: every input with its hash, and the tables published with this page."""
    rows = [
        (str(number), file.path, str(file.size), Cell(file.sha256, f"<code>{file.sha256[:16]}…</code>"))
        for number, file in enumerate(review.inputs, start=1)
    ]
    listing = table(
        "输入文件",
        ("编号", "文件", "字节数", "SHA-256"),
        rows,
        ("mark", "text", "number", "text"),
        kind="rows",
        notes=["完整的哈希值见 run.json。编号与“来历”里的文件编号相同。"],
    )
    tables = "、".join(link(name, f"tables/{name}").html for name in ("targets.csv", "verdicts.csv", "problems.csv"))
    said = f"本页由 {len(review.inputs)} 个输入文件算出，复核码 {review.fingerprint}。"
    own = Fragment(f'<p id="{FILES}">{esc(said)}</p>')
    if review.edition == UNIT:
        files = "、".join(link(file, file).html for file in files_of_edition(review, TABLES_OF[UNIT]))
        sent = Fragment(f"<p>本单位的各表另存为 CSV，随本页一起发：{files}。</p>")
        return together([own, sent, folded("输入文件和哈希", listing, "trace")])
    if review.edition != INTERNAL:
        return together([own, folded("输入文件和哈希", listing, "trace")])
    return together([
        own,
        Fragment(f"<p>各表数据另存为 CSV：{tables} 等，与本页同时发布。</p>"),
        folded("输入文件和哈希", listing, "trace"),
    ])  # fmt: skip
