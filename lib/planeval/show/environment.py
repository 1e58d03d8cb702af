"""创新生态: talents that came and stayed, their subsidies, the services they asked for, and the premises.

Talents are counted, never named: no page of this file shows a person's row.
"""

from __future__ import annotations

import math
from typing import Any

from planeval.measures.environment import Environment
from planeval.measures.environment.subsidies import Subsidies
from planeval.review import Review
from planeval.show.html import Fragment, heading, numbers, paragraph, rows_of, table, together
from planeval.show.silence import silent_units, unavailable, without_rows
from planeval.show.small_samples import NO_READING, median_text, reading_note
from planeval.show.stays import StayWords, stay_chart, stay_finding, stay_table
from planeval.show.subsidy_figure import subsidy_chart
from planeval.show.survival_figures import curve_chart
from planeval.show.trace import traced
from planeval.show.words import ABSENT, listed, percent

TALENTS = StayWords("人才", "人", "到岗", "离开", "仍在岗", "层次")
_STATES = (("in_full", "付清"), ("in_part", "部分"), ("unpaid", "未发"), ("unstated", "未填"))


@traced
def talent_section(review: Review) -> Fragment:
    """Arrivals by quarter and level, and retention."""
    head = heading(3, "人才来了多少，留得住吗", "talents")
    absent = unavailable(review, "talents")
    if absent is not None:
        return together([head, absent])
    found = review.themes.environment
    last = rows_of(found.arrivals)[-1]
    first = (
        f"{review.period.label}末在岗人才 {last['in_post']:.0f} 人，本季到岗 {last['arrived']:.0f} 人、"
        f"离开 {last['left']:.0f} 人。"
    )
    parts = [head, paragraph(first + _level_words(found)), _arrival_table(review), _level_table(found)]
    if found.reading is None:
        return together([*parts, paragraph(NO_READING)])
    return together([
        *parts, paragraph(stay_finding(found.stays[0], found.reading, TALENTS)), stay_chart(found.stays, TALENTS),
        stay_table(found.stays, found.reading, TALENTS),
    ])  # fmt: skip


def _level_words(found: Environment) -> str:
    none = [row["level"] for row in rows_of(found.levels) if not row["arrived"]]
    return f"起算日以来没有新到岗的层次：{listed(none)}。" if none else "起算日以来各层次都有人到岗。"


def _arrival_table(review: Review) -> Fragment:
    rows = [
        (row["period"], *(_whole(row[name]) for name in ("arrived", "left", "in_post")),
         f"{row['units_filed']}/{row['units_due']}")
        for row in rows_of(review.themes.environment.arrivals)
    ]  # fmt: skip
    return table(
        "各季人才到岗和离开", ("季度", "到岗", "离开", "季末在岗", "报送单位"), rows,
        ("text", "number", "number", "number", "number"), unit="人",
        notes=["口径：按人才编号计，一人一行；到岗、离开按日期归季。", *silent_units(review, "talents")],
    )  # fmt: skip


def _whole(value: float) -> str:
    return ABSENT if math.isnan(value) else f"{value:.0f}"


def _level_table(found: Environment) -> Fragment:
    rows = [
        (row["level"], *(str(row[name]) for name in ("in_post", "arrived", "left", "ever")))
        for row in rows_of(found.levels)
    ]
    return table(
        "各层次人才", ("层次", "当日在岗", "起算日以来到岗", "起算日以来离开", "台账中到岗"), rows,
        ("text", "number", "number", "number", "number"), unit="人",
        notes=["层次按认定，没有认定的按学历；一人只有一个层次。"],
    )  # fmt: skip


@traced
def subsidy_section(review: Review) -> Fragment:
    """Subsidies due against paid, and the days it took."""
    head = heading(3, "人才补贴发了多少，发得快不快", "subsidies")
    absent = unavailable(review, "talents")
    paid = None if absent else review.themes.environment.subsidies
    if paid is None:
        return together([head, absent or paragraph("没有可用的数，不作零计。")])
    rows = rows_of(paid.quarters)
    if not rows:
        return together([head, paragraph("到评价日没有应发的人才补贴。")])
    parts = [head, paragraph(_subsidy_finding(paid)), subsidy_chart(rows, _subsidy_title(rows))]
    parts.append(_subsidy_table(review, paid))
    return together([*parts, _payment_times(review, paid)])


def environment_finding(review: Review) -> str:
    """The one sentence of the page: subsidies due against paid."""
    absent = unavailable(review, "talents")
    if absent is not None:
        return absent.text
    paid = review.themes.environment.subsidies
    if paid is None or paid.quarters.empty:
        return "到评价日没有应发的人才补贴。"
    return _subsidy_finding(paid)


def retention_finding(review: Review) -> str:
    """How many talents stayed, with the interval."""
    absent = unavailable(review, "talents")
    if absent is not None:
        return absent.text
    found = review.themes.environment
    return NO_READING if found.reading is None else stay_finding(found.stays[0], found.reading, TALENTS)


def _subsidy_finding(paid: Subsidies) -> str:
    total = paid.quarters.sum(numeric_only=True)
    behind = f"{total['in_part']:.0f} 人只发了一部分，{total['unpaid']:.0f} 人还没有发"
    return (
        f"到评价日应发 {total['due']:,g} 万元（{total['people']:.0f} 人），已发 {total['paid']:,g} 万元，"
        f"兑现 {percent(total['paid'] / total['due'])}；{total['in_full']:.0f} 人付清，{behind}。"
    )


def _subsidy_title(rows: list[dict[str, Any]]) -> str:
    behind = [row["period"] for row in rows if row["paid"] < row["due"]]
    return f"{listed(behind)} 应发的补贴还没有发足" if behind else "各季应发的补贴都已发足"


def _subsidy_table(review: Review, paid: Subsidies) -> Fragment:
    rows = [
        (row["period"], str(row["people"]), f"{row['due']:,g}", f"{row['paid']:,g}", percent(row["paid"] / row["due"]),
         *(str(row[name]) for name, _ in _STATES))
        for row in rows_of(paid.quarters)
    ]  # fmt: skip
    notes = [
        "口径：应发日期在评价日以前的；已发为台账所写累计数，发放日期晚于评价日的按未发计；兑现率＝已发÷应发，是金额之比。",
        "付清：已发不少于应发。未填：没有写已发金额的人数，不计入已发合计，也不当作零。",
    ]
    notes += [f"另有 {paid.without_due_date} 人写了应发金额而没有应发日期，不在表内。"] if paid.without_due_date else []
    return table(
        "各季应发补贴及其发放", ("应发季度", "人数", "应发", "已发", "兑现率", *(word for _, word in _STATES)), rows,
        ("text", *numbers(8)), unit="万元、人", notes=[*notes, *silent_units(review, "talents")],
    )  # fmt: skip


def _payment_times(review: Review, paid: Subsidies) -> Fragment:
    reading = review.themes.environment.reading
    if paid.curve is None or reading is None:
        return paragraph(NO_READING)
    curve = paid.curve
    if curve.last_day is None:
        return paragraph(f"起算日以后应发的只有 {curve.n} 人，不足以估计发放用时。")
    waiting = curve.n - curve.times.events
    said = f"从应发到付清，半数用时：{median_text(curve)}；{curve.n} 人中 {waiting} 人到评价日尚未付清。"
    undated = f"{paid.undated} 人付清而没有写发放日期，不在曲线之内。" if paid.undated else ""
    title = f"半数在应发后 {curve.median} 天内付清" if curve.median is not None else "到曲线末尾还没有半数付清"
    return together([
        paragraph(said), curve_chart([("付清", curve)], title, "应发以后，已付清的人数比例", ended=True),
        paragraph(f"{reading_note(reading, '应发')}早于应发日期发放的按 0 天。{undated}", "note"),
    ])  # fmt: skip


@traced
def service_section(review: Review) -> Fragment:
    """One-stop services by kind and by unit, and the time to finish."""
    head = heading(3, "“一站式”服务办得怎么样", "services")
    absent = unavailable(review, "talent_services")
    if absent is not None:
        return together([head, absent])
    found = review.themes.environment
    return together([head, paragraph(_service_finding(found)), _service_table(review), _handler_table(review)])


def _service_finding(found: Environment) -> str:
    kinds = rows_of(found.services)
    total = found.services.sum(numeric_only=True)
    none = [row["group"] for row in kinds if not row["requested"]]
    if not total["requested"]:
        return "到评价日没有人提出过“一站式”服务事项。"
    text = f"到评价日共提出 {total['requested']:.0f} 件，办结 {total['finished']:.0f} 件，未办结 {total['open']:.0f} 件"
    waiting = [row for row in kinds if row["open"]]
    if waiting:
        longest = max(waiting, key=lambda row: row["longest_open"])
        text += f"；等得最久的一件是{longest['group']}，已 {longest['longest_open']:.0f} 天"
    return text + (f"。没有人提出过的种类：{listed(none)}。" if none else f"；{len(kinds)} 类服务都有人提出。")


def _service_table(review: Review) -> Fragment:
    found = review.themes.environment
    rows = []
    for row in rows_of(found.services):
        curve = found.service_curves.get(row["group"])
        rows.append((row["group"], *_service_counts(row), median_text(curve) if curve else ABSENT))
    everything = found.service_curves.get("")
    notes = [
        "口径：按提出日期计到评价日；种类为“人才服务”表的服务种类，没有提出的也列出。最久未办结：最早一件已等的天数。"
    ]
    if everything is not None and found.reading is not None:
        notes.append(
            f"半数办结用时：未办结的按删失处理；全部种类合计：{median_text(everything)}。"
            f"{reading_note(found.reading, '提出')}"
        )
    else:
        notes.append(NO_READING)
    return table(
        "“一站式”服务按种类",
        ("服务种类", "提出", "其中本季", "办结", "未办结", "最久未办结（天）", "半数办结用时"), rows,
        ("text", *numbers(6)), unit="件", notes=[*notes, *silent_units(review, "talent_services")],
    )  # fmt: skip


def _service_counts(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        *(str(row[name]) for name in ("requested", "this_quarter", "finished", "open")),
        _whole(row["longest_open"]),
    )


def _handler_table(review: Review) -> Fragment:
    rows = [
        (review.plan.unit(row["group"]).short_name, *_service_counts(row))
        for row in rows_of(review.themes.environment.handlers)
    ]
    return table(
        "“一站式”服务按承办单位", ("承办单位", "提出", "其中本季", "办结", "未办结", "最久未办结（天）"), rows,
        ("text", *numbers(5)), unit="件",
    )  # fmt: skip


@traced
def premises_section(review: Review) -> Fragment:
    """Premises of the period by zone and kind with occupancy."""
    head = heading(3, "载体用了多少", "premises")
    absent = unavailable(review, "premises")
    if absent is not None:
        return together([head, absent])
    found = review.themes.environment.premises
    if found.empty:
        return together([head, paragraph(without_rows(review, "premises", ""))])
    names = {zone.id: zone.name for zone in review.plan.text.zones}
    total = found.sum(numeric_only=True)
    first = (
        f"本季报送载体 {total['places']:.0f} 处，建筑面积 {total['floor_area']:,.0f} 平方米，"
        f"已用 {total['let_area']:,.0f} 平方米{_used(total['let_area'], total['floor_area'])}。"
    )
    rows = [
        (names.get(row["zone"], row["zone"]), row["kind"], str(row["places"]), f"{row['floor_area']:,.0f}",
         f"{row['let_area']:,.0f}", percent(row["occupancy"]), str(row["tenants"]))
        for row in rows_of(found)
    ]  # fmt: skip
    unstated = int(total["tenants_unstated"])
    notes = ["口径：载体表本季的行，使用率＝已用面积÷建筑面积，是面积之比；方案所列面积与分区情况见各区域页。"]
    notes += [f"{unstated} 处没有写入驻户数，不计入户数合计。"] if unstated else []
    return together([
        head, paragraph(first),
        table("载体按区域和种类", ("区域", "种类", "处数", "建筑面积", "已用面积", "使用率", "入驻户数"), rows,
              ("text", "text", *numbers(5)), unit="平方米、处、户",
              notes=[*notes, *silent_units(review, "premises")]),
    ])  # fmt: skip


def _used(let: float, floor: float) -> str:
    return f"，使用率 {percent(let / floor)}" if floor else ""
