"""The decisions behind the lights, and lights set by hand, as an evaluator would write them."""

from __future__ import annotations

from planeval.plan import Plan, part_names
from planeval.plan.lights import KIND_NAMES, LIGHT_NAMES, EvidenceBands, MilestoneBands, OutlookBands, Override


def bands_in_words(bands: OutlookBands | EvidenceBands | MilestoneBands) -> str:
    """The limits of a light in one sentence."""
    if isinstance(bands, OutlookBands):
        return (
            f"有把握：可能性 ≥ {_whole(bands.assured)}；不确定：≥ {_whole(bands.open)}；再低为难以达到；"
            f"任务和单位有结果的节点不足 {bands.fewest_milestones} 个不预测"
        )
    if isinstance(bands, MilestoneBands):
        return f"到期节点完成率 ≥ {_whole(bands.on_pace)} 为按序时；≥ {_whole(bands.behind)} 为滞后；再低为严重滞后"
    return (
        f"充分：有佐证 ≥ {_whole(bands.coverage_full)}，"
        f"超过 {bands.old_quarters} 个季度未更新 ≤ {_whole(bands.old_full)}，"
        f"改动 ≤ {_whole(bands.revision_full)}；基本充分：依次 ≥ {_whole(bands.coverage_some)}、"
        f"≤ {_whole(bands.old_some)}、≤ {_whole(bands.revision_some)}；再差为不足，取最差的一方面"
    )


def override_in_words(override: Override, plan: Plan) -> str:
    """Whose light was set to what by whom, when and why."""
    names = {
        "target": {target.id: target.name for target in plan.targets},
        "task": {task.id: task.name for task in plan.tasks},
        "unit": part_names(plan, "unit"),
    }[override.kind]
    return (
        f"{KIND_NAMES[override.kind]}“{names[override.id]}”的{LIGHT_NAMES[override.light]}在 {override.since} 至 "
        f"{override.until} 改为“{override.to}”（{override.author}，{override.on.isoformat()}：{override.reason}）"
    )


def _whole(share: float) -> str:
    return f"{100 * share:g}%"
