"""Who entered since the plan began: how long they stay, and where the firms come from."""

from __future__ import annotations

from planeval.measures.incubation import Incubation
from planeval.review import Review
from planeval.show.html import Fragment, heading, paragraph, rows_of, table, together
from planeval.show.silence import silent_units, unavailable
from planeval.show.small_samples import NO_READING
from planeval.show.stays import StayWords, stay_chart, stay_finding, stay_table
from planeval.show.trace import traced
from planeval.show.words import listed, percent

FIRMS = StayWords("企业", "家", "入驻", "迁出", "仍在谷内", "来源")


@traced
def stay_section(review: Review) -> Fragment:
    """Survival of entrants, all and by origin, with the number under observation and the log-rank test."""
    head = heading(3, "来了的企业留得住吗", "stay")
    absent = unavailable(review, "enterprises")
    firms = None if absent else review.themes.incubation
    if firms is None or firms.reading is None:
        return together([head, absent or paragraph(NO_READING)])
    return together([
        head, paragraph(stay_finding(firms.stays[0], firms.reading, FIRMS)), stay_chart(firms.stays, FIRMS),
        stay_table(firms.stays, firms.reading, FIRMS),
        *(paragraph(note, "note") for note in silent_units(review, "enterprises")),
    ])  # fmt: skip


@traced
def origin_section(review: Review) -> Fragment:
    """Where firms come from: 引进, 本地, 高校团队, 大学生创业."""
    head = heading(3, "企业从哪里来", "origin")
    absent = unavailable(review, "enterprises")
    if absent is not None:
        return together([head, absent])
    firms = review.themes.incubation
    origins = rows_of(firms.origins)
    enough = firms.inside >= (firms.reading.least_at_risk if firms.reading else 1)
    rows = [
        (row["origin"], str(row["inside"]), percent(row["inside"] / firms.inside) if enough and firms.inside else "—",
         str(row["entered"]), str(row["left"]))
        for row in origins
    ]  # fmt: skip
    return together([
        head, paragraph(_origin_finding(firms)),
        table("企业来源", ("来源", "当日在谷", "占在谷企业", "起算日以来进", "起算日以来出"), rows,
              ("text", "number", "number", "number", "number"), unit="家",
              notes=["口径：按企业表的“来源”一栏，每家只有一个来源；占比是全体在谷企业的构成，不是抽样，不给区间。",
                     *silent_units(review, "enterprises")]),
    ])  # fmt: skip


def _origin_finding(firms: Incubation) -> str:
    if not firms.inside:
        return "当日没有在谷企业，来源无从统计。"
    ordered = rows_of(firms.origins.sort_values("inside", ascending=False, kind="stable"))
    counts = "，".join(f"{row['origin']} {row['inside']} 家" for row in ordered)
    none = [row["origin"] for row in ordered if not row["entered"]]
    text = f"在谷 {firms.inside} 家中，{counts}。"
    return text + (f"起算日以来没有新进的{listed(none)}企业。" if none else "")
