"""planeval: quarterly reviews of an innovation plan, from ledgers filed by the responsible units.

Notebooks write `from planeval import open_review, opening, …`; each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planeval.disclosure import open_review as open_review
    from planeval.review import Review as Review

_HOMES = {
    "planeval.review": ("Review",),
    "planeval.disclosure": ("open_review",),
    "planeval.show.opening": ("headline_cards", "opening", "summary"),
    "planeval.show.brief": (
        "brief_conclusion", "brief_decisions", "brief_orders", "brief_outlook", "brief_targets", "brief_tasks",
        "brief_title",
    ),
    "planeval.show.public_page": ("how_to_read", "public_method", "public_summary"),
    "planeval.show.public_places": ("public_place_tables",),
    "planeval.show.overview": (
        "basis", "next_milestones", "overdue_milestones", "required_pace_table", "suggestions", "target_table",
        "task_table", "unit_table",
    ),
    "planeval.show.dispatch": (
        "carried_orders", "dispatch_summary", "order_digest", "order_fault_table", "order_loop", "order_table",
        "order_units",
    ),
    "planeval.show.dispatch_figures": ("ageing_chart", "closing_chart"),
    "planeval.show.dispatch_slips": ("order_slips", "proposed_table"),
    "planeval.show.nodes": ("burn_up_chart", "slippage_section", "task_nodes", "task_progress", "task_unit_table"),
    "planeval.show.unit_courses": ("unit_courses",),
    "planeval.show.unit_bands": ("unit_bands_section", "unit_standing"),
    "planeval.show.unit_page": ("unit_milestones", "unit_summary", "unit_targets", "unit_title"),
    "planeval.show.unit_filings": ("unit_filing", "unit_next", "unit_orders", "unit_refused"),
    "planeval.show.report_sections": (
        "report_annexes", "report_outlook", "report_problems", "report_summary", "report_targets", "report_tasks",
        "report_units",
    ),
    "planeval.show.final_version": ("final_summary",),
    "planeval.show.final_relevance": ("relevance_section",),
    "planeval.show.final_completion": ("completion_section",),
    "planeval.show.final_results": ("final_effect_section", "efficiency_section", "sustainability_section"),
    "planeval.show.final_lessons": ("annex_section", "lesson_section"),
    "planeval.show.figures": ("progress_chart", "target_chart"),
    "planeval.show.coverage": ("coverage_table",),
    "planeval.show.safeguards": ("publicity_section", "working_group_section"),
    "planeval.show.changes": ("score_and_changes",),
    "planeval.show.robustness": ("robustness_section",),
    "planeval.show.fusion": ("fusion_chain_section", "firmness_section", "role_section"),
    "planeval.show.quality": ("evidence_table", "filing_table", "revision_table"),
    "planeval.show.incubation": ("flow_section", "ladder_section", "lapsing_section"),
    "planeval.show.environment": ("premises_section", "service_section", "subsidy_section", "talent_section"),
    "planeval.show.entrants": ("origin_section", "stay_section"),
    "planeval.show.targets": ("target_sections",),
    "planeval.show.platforms": ("platform_section",),
    "planeval.show.partnerships": ("partnership_section", "university_section"),
    "planeval.show.industry": (
        "industry_chains", "industry_firms", "industry_results", "industry_summary", "industry_targets",
        "industry_title", "industry_titles",
    ),
    "planeval.show.zone": (
        "zone_firms", "zone_movers", "zone_premises", "zone_readiness", "zone_summary", "zone_targets", "zone_title",
    ),
    "planeval.show.cluster": (
        "chain_section", "cluster_summary", "concentration_section", "industry_section", "location_section",
    ),
    "planeval.show.finance": ("fund_section", "leverage_section", "stage_section"),
    "planeval.show.fund_returns": ("recycling_section",),
    "planeval.show.credit": ("credit_section",),
    "planeval.show.policies": ("coverage_section", "delivery_section", "inventory_section"),
    "planeval.show.policy_reviews": ("effect_section", "proposal_section", "review_section"),
    "planeval.show.transfer": ("funnel_section", "lag_section", "money_section"),
    "planeval.show.transfer_parties": ("base_section", "source_section"),
    "planeval.show.lights": ("task_light_table", "unit_light_table"),
    "planeval.show.method": ("decision_table", "problem_table", "provenance", "published_table"),
    "planeval.show.forecasts": ("forecast_table",),
    "planeval.show.glossary": ("glossary",),
    "planeval.show.verdicts": ("flip_table", "verdict_table"),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'planeval' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [*__all__]
