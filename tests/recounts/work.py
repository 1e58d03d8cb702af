"""重点任务 and 督办 a second time: nodes, which late one holds up which, three lights from counts, and orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from scipy.stats import betabinom

from recomputation import TABLES, Row, printed, quarter_end
from recounts.cells import Digits
from recounts.filings import Known, Line, due_day, params_of, quarters
from recounts.firms import within
from recounts.words import judged_lights, outlook_word, overrides, share_light

FINISHED = ("按期完成", "逾期完成")
STATES = (*FINISHED, "逾期未完成", "未到期", "未报送")


def decomposition(known: Known) -> dict[str, Row]:
    """Node → what was decided about it; due at the end of its quarter, for no extension was ever decided."""
    decided = params_of(known.root, "milestones")
    assert not decided.get("extensions")
    return {node["id"]: node for node in decided["nodes"]}


def state_of(due: date, finished: date | None, end: date, heard: bool) -> str:
    """How a node stands: a finish after the day has not happened yet, silence is not a delay."""
    if finished is not None and finished <= end:
        return "按期完成" if finished <= due else "逾期完成"
    if due > end:
        return "未到期"
    return "逾期未完成" if heard else "未报送"


def units_named(known: Known, cell: Any) -> list[str]:
    """The ids of the units that a cell names."""
    return [known.unit_ids[name.strip()] for name in str(cell).split("、") if name.strip()]


def milestones(known: Known, quarter: str) -> list[Row]:
    """Every node filed, due on the day decided, with its state at the quarter's end."""
    end, decided, tasks, found = quarter_end(quarter), decomposition(known), known.ids_of("tasks"), []
    heard = known.heard("任务节点", quarter)
    for line in known.believed("任务节点"):
        node = decided.get(line["节点编号"])
        due, finished = quarter_end(node["due"]) if node else line.day("完成时限"), line.day("完成日期")
        assert due is not None
        found.append({
            "milestone_id": line["节点编号"], "task": tasks[line["重点任务"]], "work_item": line["工作事项"],
            "name": line["节点名称"], "lead_unit": known.unit_ids[line["牵头单位"]],
            "supporting_units": units_named(known, line["配合单位"]), "due_on": due, "finished_on": finished,
            "progress_note": line.text("进展"), "evidence": line.text("佐证材料"), "nature": line.text("数据性质"),
            "unit_id": line.unit, "period": line.period, "received_on": line.received,
            "file": f"data/jincheng/filings/{line.file}", "sheet": "任务节点", "row": line.number,
            "state": state_of(due, finished, end, line.unit in heard),
        })  # fmt: skip
    return found


def nodes(known: Known, quarter: str) -> list[Row]:
    """Every node decided, with what was filed of it; one that nobody filed is 未报送 once it is due."""
    end, found = quarter_end(quarter), []
    filed = {row["milestone_id"]: row for row in milestones(known, quarter)}
    assert not filed.keys() - decomposition(known).keys()
    items = {
        item["id"]: (task["id"], item["name"])
        for task in params_of(known.root, "plan")["tasks"] for item in task["work_items"]
    }  # fmt: skip
    for id, node in decomposition(known).items():
        row, due = filed.get(id), quarter_end(node["due"])
        task, item = items[node["work_item"]]
        found.append({
            "milestone_id": id, "task": task, "work_item": item, "name": node["name"], "lead_unit": node["lead"],
            "supporting_units": node.get("supporting", []), "due_on": due, "extended": False,
            "after": node.get("after", []), "finished_on": row["finished_on"] if row else None,
            "state": row["state"] if row else "未到期" if due > end else "未报送",
            "progress_note": row["progress_note"] if row else None, "filed": row is not None, "decided": True,
        })  # fmt: skip
    return found


def slippage(known: Known, quarter: str) -> list[Row]:
    """Each late node, and every node not done that waits for it directly (1 step) or through others."""
    end, found = quarter_end(quarter), []
    table = {row["milestone_id"]: row for row in nodes(known, quarter)}
    for holder, row in table.items():
        if row["due_on"] > end or row["state"] in FINISHED:
            continue
        late, reached, layer, steps = (end - row["due_on"]).days, {holder}, {holder}, 0
        held: list[Row] = []
        while layer:
            steps += 1
            layer = {id for id, each in table.items() if layer & set(each["after"])} - reached
            reached |= layer
            held += [
                {"holder": holder, "held": id, "steps": steps, "days_overdue": late, "held_due_on": table[id]["due_on"]}
                for id in layer if table[id]["state"] not in FINISHED
            ]  # fmt: skip
        alone = {"holder": holder, "held": None, "steps": None, "days_overdue": late, "held_due_on": None}
        found += held or [alone]
    return found


def burn_up(known: Known, quarter: str) -> list[Row]:
    """Nodes due and done by each quarter's end; what is done is not known of quarters to come."""
    table, found = nodes(known, quarter), []
    last = params_of(known.root, "plan")["due"]
    for each in quarters(min(node["due"] for node in decomposition(known).values()), f"{last[:4]}Q4"):
        end = quarter_end(each)
        done = [row for row in table if within(row["finished_on"], date.min, end)]
        on_time = [row for row in done if row["finished_on"] <= row["due_on"]]
        known_now = each <= quarter
        found.append({"period": each, "planned": sum(row["due_on"] <= end for row in table),
                      "done": len(done) if known_now else None, "on_time": len(on_time) if known_now else None})  # fmt: skip
    return found


def tasks(known: Known, quarter: str) -> list[Row]:
    """Nodes filed by task and state."""
    filed, found = milestones(known, quarter), []
    for task in params_of(known.root, "plan")["tasks"]:
        own = [row["state"] for row in filed if row["task"] == task["id"]]
        found.append({"task_id": task["id"], "name": task["name"], "clause": task["clause"], "milestones": len(own),
                      **{state: own.count(state) for state in STATES}})  # fmt: skip
    return found


def pace_and_outlook(known: Known, quarter: str, own: list[Row]) -> Row:
    """Counts of some nodes, 进度灯 from finished ÷ due, 展望灯 from BetaBinomial(m, ½ + k, ½ + n − k)."""
    count = {state: sum(row["state"] == state for row in own) for state in STATES}
    on_time, late, overdue, to_come, unknown = (count[state] for state in STATES)
    finished, bands = on_time + late, known.decision("milestone_bands")
    due = finished + overdue
    share = printed(finished / due, 3) if due else None
    past = quarter_end(quarter) >= date.fromisoformat(params_of(known.root, "plan")["due"])
    if not own:
        light = "无节点"
    elif finished == len(own):
        light = "已完成"
    elif share is None:
        light = "未报送" if unknown else "未到期"
    elif past and overdue:
        light = "到期未完成"
    else:
        light = share_light(share, bands["on_pace"], bands["behind"], ("按序时", "滞后", "严重滞后"))
    row: Row = {"milestones": len(own), "due": due, "finished": finished, "finished_late": late, "overdue": overdue,
                "unknown": unknown, "remaining": to_come, "finished_share": share, "progress_light": light,
                "outlook_light": "暂不预测", "outlook_p": None, "outlook_low": None, "outlook_high": None,
                "outlook_word": "暂不预测"}  # fmt: skip
    said = (
        [due, finished, *(each for each in (late, overdue, unknown) if each)] if due else [unknown] if unknown else []
    )
    few = [due, known.decision("outlook_bands")["fewest_milestones"]]
    if to_come and due >= few[1]:
        ahead = betabinom(to_come, 0.5 + on_time, 0.5 + due - on_time)
        p, few = to_twentieth(ahead.pmf(to_come)), [due, on_time, to_come, *([overdue] if overdue else [])]
        row |= {"outlook_p": p, "outlook_low": ahead.ppf(0.1), "outlook_high": ahead.ppf(0.9),
                **outlook_word(known, p)}  # fmt: skip
    return row | {"progress_reason": Digits(said), "outlook_reason": Digits(few)}


def to_twentieth(p: float) -> Decimal:
    """A probability as printed: to 5 points, halves up, never below 5 or above 95."""
    return min(max(printed(p * 20, 0), Decimal(1)), Decimal(19)) / 20


def task_lights(known: Known, quarter: str) -> list[Row]:
    """Three lights of each task; its evidence is that of its finished nodes."""
    filed, found = milestones(known, quarter), []
    for task in params_of(known.root, "plan")["tasks"]:
        own = [row for row in filed if row["task"] == task["id"]]
        done = [row for row in own if row["state"] in FINISHED]
        silent = sum(row["state"] == "未报送" for row in own)
        found.append({
            "task_id": task["id"], "name": task["name"], "clause": task["clause"],
            **pace_and_outlook(known, quarter, own),
            **judged_lights(known, len(done), sum(bool(row["evidence"]) for row in done), absent=silent),
            **overrides(known, quarter, "task", task["id"]),
        })  # fmt: skip
    return found


def filing_state(known: Known, unit: str, quarter: str) -> tuple[str, date | None]:
    """按时, 迟报, 未报送 or 无报送任务, by the first filing received for a quarter, and its day."""
    duties = known.decision("filing_duties").values()
    days = [line["received_on"] for line in known.received if (line["unit"], line["period"]) == (unit, quarter)]
    if not days:
        return ("未报送" if any(unit in units for units in duties) else "无报送任务"), None
    first = date.fromisoformat(min(days))
    return ("按时" if first <= due_day(quarter, known.decision("filing_deadline_days")) else "迟报"), first


def believed_rows(known: Known, unit: str) -> list[Line]:
    """Every row of a unit that counts."""
    return [line for sheet in TABLES for line in known.believed(sheet) if line.unit == unit]


def unit_lights(known: Known, quarter: str) -> list[Row]:
    """Three lights of each unit: the nodes it leads, and the documents of everything it filed."""
    filed, found = milestones(known, quarter), []
    for unit in params_of(known.root, "units")["units"]:
        id, filing = unit["id"], filing_state(known, unit["id"], quarter)[0]
        done = {row["milestone_id"] for row in filed if row["state"] in FINISHED}
        rows = [line for line in believed_rows(known, id) if line.sheet != "任务节点" or line["节点编号"] in done]
        found.append({
            "unit_id": id, "name": unit["short_name"],
            **pace_and_outlook(known, quarter, [row for row in filed if row["lead_unit"] == id]),
            **judged_lights(known, len(rows), sum(bool(line["佐证材料"]) for line in rows),
                            absent=int(filing == "未报送"), late=int(filing == "迟报")),
            **overrides(known, quarter, "unit", id),
        })  # fmt: skip
    return found
