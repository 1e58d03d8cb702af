"""成果转化: how far achievements have come, how long a step takes, what was agreed and received."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from planeval.measures.transfer import Transfer
from planeval.measures.transfer_lags import Lag
from planeval.review import Review
from planeval.show.actors_words import NUMBER, target_notes, wan_text
from planeval.show.html import Fragment, heading, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, silence_notes
from planeval.show.small_samples import at_risk_text, median_text, reading_note, remaining_text, share_text
from planeval.show.survival_figures import curve_chart
from planeval.show.trace import traced
from planeval.show.transfer_figures import funnel_chart, money_chart
from planeval.show.words import percent

_FEW = 5


@traced
def funnel_section(review: Review) -> Fragment:
    """登记→签约→到账→投产: how many reached each stage and what share of the stage before."""
    transfer = review.themes.transfer
    absent = never_filed(review, "achievements", transfer.filed)
    if absent:
        return together([heading(3, "成果没有报送", "funnel"), absent])
    rows = rows_of(transfer.funnel)
    return together([
        heading(3, f"台账成果 {rows[0]['reached']} 项，投产 {rows[-1]['reached']} 项", "funnel"),
        paragraph(_funnel_finding(rows)),
        silence_notes(review, "achievements"),
        _funnel_table(review, transfer, rows),
        funnel_chart(rows),
    ])  # fmt: skip


def transfer_finding(review: Review) -> str:
    """The one sentence of the page: how far achievements have come, and where fewest go on."""
    transfer = review.themes.transfer
    absent = never_filed(review, "achievements", transfer.filed)
    return absent.text if absent else _funnel_finding(rows_of(transfer.funnel))


def _funnel_finding(rows: list[dict[str, Any]]) -> str:
    if not rows[0]["reached"]:
        return "期末台账里没有成果。"
    steps = [f"{row['stage']} {row['reached']} 项" for row in rows]
    text = f"期末台账成果走到各步的：{'、'.join(steps)}。"
    known = [(earlier, row) for earlier, row in pairwise(rows) if row["previous"] >= _FEW]
    if not known:
        return text
    before, worst = min(known, key=lambda pair: pair[1]["share"])
    return f"{text}走得最少的一步是{before['stage']}到{worst['stage']}：{_share(worst)}。"


def _share(row: dict[str, Any]) -> str:
    """`15/45，33.3%（21.4%–47.9%）`; counts alone on fewer than five, a dash for the first stage."""
    if not row["previous"]:
        return "—"
    share = row["share"] if row["previous"] >= _FEW else math.nan
    return share_text(row["reached"], row["previous"], share, row["low"], row["high"])


def _funnel_table(review: Review, transfer: Transfer, rows: list[dict[str, Any]]) -> Fragment:
    body = [(row["stage"], str(row["reached"]), str(row["since_start"]), _share(row)) for row in rows]
    notes = [
        f"n={rows[0]['reached']}。口径：“成果”表按成果编号一项只计一次；走到后一步的也算走过前面各步，"
        "“登记”一行即台账全部成果，其中有的没有登记、直接报的签约。阶段按报到本期为止的报送计。",
        "比例没有扣除时间：新近的成果还来不及走到后一步，各步要多久见下一节。",
        *target_notes(review, "achievements"),
    ]
    if transfer.told_later:
        notes.append(f"其中 {transfer.told_later} 项是以后各季补报的，只按签约（或登记）计，当时是否到账不知道。")
    if transfer.reading is None:
        notes.append("区间的置信水平：未作决定，故不给区间。")
    else:
        notes.append(f"括号内为 {100 * transfer.reading.confidence:g}% 区间（威尔逊法），置信水平是评估人员的决定。")
    return table("成果走到各步的项数", ("走到", "项数", "其中起算日以后", "占上一步"), body,
                 ("text", "number", "number", "number"), unit="项", notes=notes)  # fmt: skip


@traced
def lag_section(review: Review) -> Fragment:
    """How long each step takes, with those still waiting counted as waiting."""
    transfer = review.themes.transfer
    absent = never_filed(review, "achievements", transfer.filed)
    if absent:
        return together([heading(3, "用时没有可用的数", "lags"), absent])
    if transfer.lags is None or transfer.reading is None:
        said = "未结束的时间怎样算：未作决定，本节不作估计。"
        return together([heading(3, "用时未作估计", "lags"), paragraph(said)])
    day = transfer.reading.horizon_days
    drawn = [(f"{lag.begins}到{lag.ends}", lag.curve) for lag in transfer.lags if lag.curve.last_day is not None]
    return together([
        heading(3, _lag_heading(transfer.lags[1]), "lags"),
        paragraph(_lag_finding(transfer.lags)),
        _lag_table(transfer.lags, day, reading_note(transfer.reading, "开始")),
        curve_chart(drawn, _lag_title(transfer.lags), "已走完这一步的比例", ended=True)
        if drawn
        else paragraph("各步可跟踪的成果都太少，不画曲线。", "note"),
    ])  # fmt: skip


def _lag_heading(lag: Lag) -> str:
    if lag.curve.median is None:
        return f"签约到到账：{lag.curve.times.events}/{lag.curve.n} 项已到账，中位用时还说不出"
    return f"签约到到账的中位用时 {lag.curve.median} 天"


def _lag_finding(lags: tuple[Lag, ...]) -> str:
    parts = [
        f"{lag.begins}到{lag.ends}：跟踪 {lag.curve.n} 项，{lag.curve.times.events} 项已走完，"
        f"中位用时 {median_text(lag.curve)}"
        for lag in lags
    ]
    return "；".join(parts) + "。还没走完的按仍在等待计，不当作不会走完。"


def _lag_title(lags: tuple[Lag, ...]) -> str:
    said = [f"{lag.begins}到{lag.ends} {lag.curve.median} 天" for lag in lags if lag.curve.median is not None]
    return f"中位用时：{'，'.join(said)}" if said else "各步都还没有到半数走完"


def _lag_table(lags: tuple[Lag, ...], day: int, note: str) -> Fragment:
    rows = [
        (f"{lag.begins}→{lag.ends}", str(lag.curve.n), str(lag.curve.times.events),
         str(lag.curve.n - lag.curve.times.events), median_text(lag.curve), remaining_text(lag.curve, day, ended=True),
         at_risk_text(lag.curve, day), str(lag.earlier), str(lag.unseen))
        for lag in lags
    ]  # fmt: skip
    headings = (
        "一步",
        "跟踪",
        "已走完",
        "仍在等",
        "中位用时",
        f"{day} 天内走完",
        f"{day} 天时仍在观察",
        "开始在起算日前",
        "看不到",
    )
    return table(
        "各步用时", headings, rows, ("text", *[NUMBER] * 8), kind="compact", unit="项，另注明的除外",
        notes=[
            note,
            "台账一行只有一个日期：已签约的是签约日，只登记的是登记日。故登记、签约精确到天；"
            "到账、投产只知道哪个季度首次报来，按该季末计，偏长不超过一个季度。",
            "“看不到”：登记到签约一步，是从未报过登记阶段、登记日不知道的；后两步，是首次报来时已经到账而签约在更早季度的，"
            "到账可能在其间任何时候，不放进来。签约到投产中间是否还有中试等步骤，台账没有，无法量。",
        ],
    )  # fmt: skip


@traced
def money_section(review: Review) -> Fragment:
    """Amounts agreed against amounts received, by the quarter of signing."""
    transfer = review.themes.transfer
    absent = never_filed(review, "achievements", transfer.filed)
    if absent:
        return together([heading(3, "合同额没有可用的数", "money"), absent])
    said = transfer.totals
    rows = rows_of(transfer.cohorts)
    return together([
        heading(3, _money_heading(said), "money"),
        paragraph(_money_finding(transfer)),
        _money_table(rows, said),
        money_chart(rows, said),
    ])  # fmt: skip


def _money_heading(said: dict[str, float]) -> str:
    return f"合同额 {wan_text(said['contract_amount'])} 万元，到账 {wan_text(said['received_amount'])} 万元"


def _money_finding(transfer: Transfer) -> str:
    said = transfer.totals
    if not said["contracts"]:
        return "期末还没有签约的成果。"
    blank = int(said["contracts"] - said["amount_stated"])
    text = f"{transfer.contracts} 份合同中 {int(said['amount_stated'])} 份写了合同额，"
    text += f"合计 {wan_text(said['contract_amount'])} 万元；"
    text += f"{int(said['received_stated'])} 份写了到账额，合计 {wan_text(said['received_amount'])} 万元，"
    text += f"到账占合同额 {percent(said['received_share'])}。" if said["contract_amount"] > 0 else "比例无从计算。"
    return text + (f"{blank} 份没有写合同额，不作零计，也不在比例里。" if blank else "")


def _money_table(rows: list[dict[str, Any]], said: dict[str, float]) -> Fragment:
    body = [_money_row(row["quarter"], row) for row in rows]
    if rows:
        body.append(_money_row("合计", said))
    headings = (
        "签约季度",
        "合同（份）",
        "写了合同额（份）",
        "合同额",
        "已到账（份）",
        "写了到账额（份）",
        "到账额",
        "到账占合同额",
    )
    return table(
        "合同额与到账额，按签约季度", headings, body, ("text", *[NUMBER] * 7), unit="万元，另注明的除外",
        notes=[
            f"n={int(said['contracts'])} 份。口径：签约及以后阶段的成果，按签约日所在季度分；"
            "到账额为报到本期末的累计数。"
            "没有写金额的不作零计；签了约没有写到账额的按尚无到账记录计。不足 5 份的季度只写金额，不写比例。",
        ],
    )  # fmt: skip


def _money_row(label: str, row: dict[str, Any]) -> tuple[str, ...]:
    share = percent(row["received_share"]) if row["amount_stated"] >= _FEW else "—"
    return (
        label, str(int(row["contracts"])), str(int(row["amount_stated"])), wan_text(row["contract_amount"]),
        str(int(row["received"])), str(int(row["received_stated"])), wan_text(row["received_amount"]), share,
    )  # fmt: skip
