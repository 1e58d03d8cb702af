"""终期评估: which version this is, the conclusion first, and one sentence for each of the five questions."""

from __future__ import annotations

from planeval.judge.final import DEPENDS, NOT_REACHED, NOT_YET, REACHED, UNKNOWN
from planeval.review import Review
from planeval.show.html import Fragment, bullets, esc, paragraph, together
from planeval.show.trace import traced
from planeval.show.words import listed

INTERIM = "中期（未到期）版"
_VERDICTS = (REACHED, NOT_REACHED, NOT_YET, DEPENDS, UNKNOWN)


def version_mark(review: Review) -> Fragment:
    """Final, or interim with the days that are left; an interim version cannot be taken for the final one."""
    due = review.plan.text.due
    if review.final.due:
        text = f"终期版：方案 {due.isoformat()} 到期，本版按{review.period.label}末的数评定。"
        return paragraph(text, "version")
    left = (due - review.period.end).days
    text = (
        f"{INTERIM}：方案 {due.isoformat()} 才到期，距{review.period.label}末还有 {left} 天。"
        "以下是“如果现在就作终期评估”的结果，不是终期结论。"
    )
    return Fragment(f'<p class="version"><strong>{esc(INTERIM)}</strong>{esc(text.removeprefix(INTERIM))}</p>', text)


@traced
def final_summary(review: Review) -> Fragment:
    """The verdicts counted, then who is who."""
    final = review.final
    counts = [(verdict, final.having(verdict)) for verdict in _VERDICTS]
    said = "，".join(f"{len(names)} 项{verdict}" for verdict, names in counts if names)
    lead = f"{len(final.targets)} 项量化指标中，{said}。"
    if len(final.having(UNKNOWN)) == len(final.targets):
        lead += f"{'终期' if final.due else '中期'}结论无法作出；没有数不作未达到计。"
    points = [f"{verdict}：{listed(names)}。" for verdict, names in counts if names]
    points.append(_tasks(review))
    return together([
        version_mark(review), Fragment(f'<p class="lead">{esc(lead)}</p>', lead), bullets(points),
        paragraph("“已达到”“未达到”“尚未达到”在所列各种口径下都一样；随口径而变的另列，见“完成”一节。", "note"),
    ])  # fmt: skip


def _tasks(review: Review) -> str:
    if not int(review.tasks["milestones"].sum()):
        return "重点任务没有可评的节点：方案没有列出任务，或没有收到节点台账。"
    lights = review.task_lights
    done = int((lights["finished"] == lights["milestones"]).sum())
    return (
        f"{len(lights)} 项重点任务共 {int(lights['milestones'].sum())} 个节点，完成 {int(lights['finished'].sum())} 个"
        f"（其中逾期后完成 {int(lights['finished_late'].sum())} 个），逾期未完成 {int(lights['overdue'].sum())} 个；"
        f"节点全部完成的任务 {done} 项。"
    )
