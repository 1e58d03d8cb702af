"""The criteria of an extension, and their values, in words."""

from __future__ import annotations

from planeval.show.words import percent

CRITERIA = {
    "firms": "在谷企业（家）",
    "occupancy": "载体使用率",
    "delivered": "方案写明的载体已建成的比例（全谷）",
    "net_entrants": "近四季净迁入（家）",
    "certified_share": "有效期内持有高新技术企业或科技型中小企业资质的企业比例",
}
_SHARES = ("occupancy", "delivered", "certified_share")


def measured(measure: str, value: float) -> str:
    """A value or limit of one of CRITERIA as displayed."""
    return percent(value) if measure in _SHARES else f"{value:g}"
