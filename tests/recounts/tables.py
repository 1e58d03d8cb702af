"""Which recount stands behind which published table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recomputation import Row
from recounts import (
    chains,
    clusters,
    counting,
    details,
    faults,
    filers,
    firms,
    flips,
    headlines,
    judging,
    money,
    orders,
    outlook,
    papers,
    people,
    places,
    revisions,
    safeguards,
    scoring,
    transfer,
    units,
    work,
)
from recounts.filings import Known


@dataclass(frozen=True)
class Recount:
    """The rows of a published table computed again: every column of every row.

    rows: what should be published for a quarter, as known on a day. key: columns that tell the rows apart.
    ordered: whether the order of the rows is itself a statement (nearest first, the plan's order). sentences: columns
    of words made up of other columns, whose numbers are compared there; never a column that holds a number.
    """

    rows: Callable[[Known, str], list[Row]]
    key: tuple[str, ...]
    ordered: bool = True
    sentences: tuple[str, ...] = ()


RECOUNTS: dict[str, Recount] = {
    "targets": Recount(headlines.headlines, ("target_id",), sentences=("reason",)),
    "incubation_flow": Recount(firms.flow, ("period",)),
    "incubation_origins": Recount(firms.origins, ("origin",)),
    "incubation_rungs": Recount(firms.rungs, ("rung_id",)),
    "incubation_steps": Recount(firms.climb_rows, ("from_id",)),
    "incubation_curves": Recount(firms.curves, ("curve", "group", "days")),
    "incubation_lapsing": Recount(firms.lapsing, ("enterprise_id", "rung_id"), ordered=False),
    "incubation_lapsed": Recount(firms.lapsed, ("enterprise_id", "rung_id"), ordered=False),
    "environment_arrivals": Recount(people.arrivals, ("period",)),
    "environment_levels": Recount(people.levels, ("level",)),
    "environment_subsidies": Recount(people.subsidies, ("period",)),
    "environment_services": Recount(people.services, ("group",)),
    "environment_handlers": Recount(people.handlers, ("group",), ordered=False),
    "environment_premises": Recount(people.premises, ("zone", "kind"), ordered=False),
    "environment_curves": Recount(people.curves, ("curve", "group", "days")),
    "finance_scales": Recount(money.scales, ("fund_id", "record")),
    "finance_stages": Recount(money.stages, ("stage",)),
    "finance_returns": Recount(money.returns, (), sentences=("fault",)),
    "finance_credit_kinds": Recount(money.credit_kinds, ("group",)),
    "finance_credit_firms": Recount(money.credit_firms, ("group",)),
    "finance_grants": Recount(money.grants, ("period",)),
    "policies": Recount(money.policies, ("policy_id",), ordered=False),
    "actors_platforms": Recount(transfer.platforms, ("platform_id",), ordered=False),
    "actors_partnerships": Recount(transfer.partnerships, ("partnership_id",), ordered=False),
    "actors_universities": Recount(transfer.universities, ("university",), ordered=False),
    "transfer_funnel": Recount(transfer.funnel, ("stage",)),
    "transfer_cohorts": Recount(transfer.cohorts, ("quarter",)),
    "transfer_sources": Recount(transfer.sources, ("provider",), ordered=False),
    "transfer_receivers": Recount(transfer.receivers, ("place",), ordered=False),
    "cluster_industries": Recount(clusters.industries, ("industry",)),
    "cluster_chains": Recount(clusters.chains, ("industry", "chain")),
    "cluster_links": Recount(clusters.links, ("chain", "position")),
    "cluster_location": Recount(clusters.location, ("industry", "place")),
    "milestones": Recount(work.milestones, ("milestone_id",), ordered=False),
    "nodes": Recount(work.nodes, ("milestone_id",), sentences=("differs",)),
    "slippage": Recount(work.slippage, ("holder", "held"), ordered=False),
    "burn_up": Recount(work.burn_up, ("period",)),
    "tasks": Recount(work.tasks, ("task_id",)),
    "task_lights": Recount(work.task_lights, ("task_id",)),
    "unit_lights": Recount(work.unit_lights, ("unit_id",)),
    "units": Recount(units.units, ("unit_id",)),
    "dispatch": Recount(orders.orders, ("order_id",), ordered=False),
    "decisions": Recount(papers.decisions, ("decision",)),
    "duplicates": Recount(papers.duplicates, ("table", "item"), ordered=False),
    "published": Recount(papers.published, ("file", "series", "place", "period"), ordered=False),
    "filings": Recount(papers.filings, ("file",), ordered=False),
    "series": Recount(counting.series, ("target_id", "period")),
    "verdicts": Recount(
        judging.verdicts,
        ("target_id", *judging.READINGS),
    ),
    "final": Recount(judging.final, ("target_id",)),
    "flips": Recount(flips.flips, ("target_id", "decision"), sentences=("sentence",)),
    "value_revisions": Recount(revisions.value_revisions, ("target_id", "period"), ordered=False),
    "revisions": Recount(revisions.changes, ("target_id", "what")),
    "forecasts": Recount(outlook.forecasts, ("target_id", "event", "made_in")),
    "problems": Recount(faults.problems, ("file", "cell", "rule"), False, ("message", "expected", "remedy")),
    "industries": Recount(places.industries, ("industry", "quarter")),
    "industries_titles": Recount(places.titles, ("industry", "kind"), ordered=False),
    "industries_results": Recount(places.results, ("industry", "what", "kind"), ordered=False),
    "industries_targets": Recount(places.industry_shares, ("industry", "target")),
    "zones": Recount(places.zones, ("zone", "quarter")),
    "zones_stock": Recount(places.stock, ("kind",)),
    "zones_readiness": Recount(places.readiness, ("zone", "measure")),
    "zones_targets": Recount(places.zone_shares, ("zone", "target")),
    "public_places": Recount(places.public_cells, ("table", "industry", "zone")),
}

# What pages show beside the published tables; where each stands in a review is said in test_recomputed_tables.py.
PAGE_RECOUNTS: dict[str, Recount] = {
    "fusion_indices": Recount(chains.indices, ("indicator", "period"), sentences=("reason",)),
    "fusion_groups": Recount(chains.groups, ("group", "period"), ordered=False),
    "fusion_degrees": Recount(chains.degrees, ("period",)),
    "fusion_without": Recount(chains.without, ("indicator",), ordered=False),
    "fusion_band": Recount(chains.band, ("share",)),
    "publicity_media": Recount(safeguards.by_medium, ("medium",)),
    "publicity_quarters": Recount(safeguards.by_quarter, ("quarter",)),
    "working_group": Recount(safeguards.working_group, ("quarter",)),
    "order_quarters": Recount(safeguards.order_quarters, ("period",)),
    "order_units": Recount(safeguards.order_units, ("unit_id",)),
    "order_ageing": Recount(safeguards.ageing, ("from_days",)),
    "filing_history": Recount(filers.history, ("unit_id", "period"), ordered=False),
    "evidence_by_unit": Recount(filers.evidence, ("unit_id", "table"), ordered=False),
    "unit_detail": Recount(filers.detail, ("unit_id",)),
    "unit_pairs": Recount(filers.pairs, ("unit_a", "unit_b"), ordered=False, sentences=("reason",)),
    "revisions_by_unit": Recount(filers.revised, ("unit_id",)),
    "platform_kinds": Recount(details.platform_kinds, ("kind",)),
    "platform_issuers": Recount(details.issuers, ("issuer",), ordered=False),
    "platform_hosts": Recount(details.host_places, ("host_place",), ordered=False),
    "university_regions": Recount(details.regions, ("region",)),
    "policy_fields": Recount(details.fields, ("field",)),
    "policy_effects": Recount(details.effects, ("policy_id",), ordered=False, sentences=("reason",)),
    "revenue_unevenness": Recount(details.unevenness, ()),
    "chain_unplaced": Recount(details.unplaced, ("chain",)),
    "transfer_totals": Recount(details.totals, ()),
    "transfer_lags": Recount(details.lags, ("begins",)),
    "resources": Recount(details.resources, ("source",)),
    "zone_premises": Recount(details.zone_premises, ("zone", "kind"), ordered=False),
    "transfer_lag_curves": Recount(details.lag_curves, ("curve", "days")),
    "score_readings": Recount(scoring.readings, ("weights", "goalposts")),
    "score_without": Recount(scoring.leave_one_out, ("item_id",), sentences=("sentence",)),
    "score_simulation": Recount(scoring.simulation, ("what",), ordered=False),
    "light_dependence": Recount(scoring.dependence, ("target_id",)),
    "forecast_calibration": Recount(scoring.calibration, ()),
    "forecast_words": Recount(scoring.by_word, ("word",), ordered=False),
    "proposed_orders": Recount(
        safeguards.proposed, ("about_id",), False, ("finding", "source", "quote", "content", "lead_basis")
    ),
    "rate_of_exits": Recount(money.rate_of_exits, ()),
}
