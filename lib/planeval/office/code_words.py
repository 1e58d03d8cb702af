"""Words for the codes that published tables hold, where pages have words for them; any other text stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

from planeval.judge.outlook.verdict import METHOD_NAMES
from planeval.plan.model import KIND_NAMES
from planeval.show.zone_words import CRITERIA

_ALL = {"all": "全部"}
_WORDS: dict[tuple[str, str], Mapping[str, str]] = {
    ("targets", "kind"): KIND_NAMES,
    ("targets", "comparison"): {">=": "不低于", ">": "高于"},
    ("final", "comparison"): {">=": "不低于", ">": "高于"},
    ("targets", "expected_basis"): {"milestone": "节点", "elapsed": "序时进度"},
    ("targets", "outlook_method"): METHOD_NAMES,
    ("forecasts", "method"): METHOD_NAMES,
    ("zones_readiness", "measure"): CRITERIA,
    ("industries_results", "what"): {"achievements": "成果", "investments": "投资", "credit": "贷款"},
    ("incubation_curves", "curve"): {"climb": "升级", "stay": "留在谷内"},
    ("environment_curves", "curve"): {"stay": "在岗", "payment": "补贴发放", "service": "服务办结"},
    ("incubation_curves", "group"): _ALL,
    ("environment_curves", "group"): _ALL,
    ("cluster_industries", "industry"): _ALL,
}


def in_words(table: str, field: str, text: str) -> str:
    """The word for a code of a table's column, or the text as it is; nothing stays nothing."""
    return _WORDS.get((table, field), {}).get(text, text) if text else text
