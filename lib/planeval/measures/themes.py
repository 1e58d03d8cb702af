"""What the ledger says about the plan's themes beside the targets: each measured when first asked for.

One property per module of this folder that is not about targets; a page computes only what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from planeval.ledger import Ledger
from planeval.ledger.published import PublishedFile
from planeval.measures.actors import Actors, measure_actors
from planeval.measures.cluster import Cluster, measure_cluster
from planeval.measures.environment import Environment, measure_environment
from planeval.measures.finance import Finance, measure_finance
from planeval.measures.incubation import Incubation, measure_incubation
from planeval.measures.industries import IndustryProfile, measure_industries
from planeval.measures.policies import Policies, measure_policies
from planeval.measures.publicity import Publicity, measure_publicity
from planeval.measures.resources import Resources, measure_resources
from planeval.measures.transfer import Transfer, measure_transfer
from planeval.measures.working_group import WorkingGroup, measure_working_group
from planeval.measures.zones import ZoneProfile, measure_zones
from planeval.periods import Period
from planeval.plan import Method, Plan


@dataclass(frozen=True)
class Themes:
    """Measures of one review, computed on demand and kept (`functools.cached_property`)."""

    ledger: Ledger
    published: tuple[PublishedFile, ...]
    plan: Plan
    method: Method
    period: Period

    @cached_property
    def publicity(self) -> Publicity:
        """五(四): the publicity record."""
        return measure_publicity(self.ledger, self.period)

    @cached_property
    def policies(self) -> Policies:
        """四（六）, 五（二）: support policies, their use, payment, review and what is proposed."""
        return measure_policies(self.ledger, self.method, self.period)

    @cached_property
    def working_group(self) -> WorkingGroup:
        """五(一): what the working group assigned, checked and closed."""
        return measure_working_group(self.ledger, self.period)

    @cached_property
    def incubation(self) -> Incubation:
        """引育孵化: firms that came, stayed and climbed."""
        return measure_incubation(self.ledger, self.plan, self.method, self.period)

    @cached_property
    def actors(self) -> Actors:
        """创新主体: platforms, partnerships and what was produced with them."""
        return measure_actors(self.ledger, self.plan, self.method, self.period)

    @cached_property
    def environment(self) -> Environment:
        """创新生态: talents and what is done for them, and the premises."""
        return measure_environment(self.ledger, self.plan, self.method, self.period)

    @cached_property
    def cluster(self) -> Cluster:
        """主导产业集聚度: industries, chains and their gaps, location quotients, concentration."""
        return measure_cluster(self.ledger, self.published, self.plan, self.method, self.period)

    @cached_property
    def transfer(self) -> Transfer:
        """成果转化: from registration to production, money, sources and receivers."""
        return measure_transfer(self.ledger, self.method, self.period)

    @cached_property
    def industries(self) -> dict[str, IndustryProfile]:
        """Industry id → what its firms hold, earn, develop, are invested in and borrow."""
        return measure_industries(self.ledger, self.plan, self.method, self.period)

    @cached_property
    def zones(self) -> dict[str, ZoneProfile]:
        """Zone id → its firms, buildings, movements and readiness for an extension."""
        return measure_zones(self.ledger, self.plan, self.method, self.period)

    @cached_property
    def finance(self) -> Finance:
        """科技金融: the fund, its investments and what came back, and bank credit."""
        return measure_finance(self.ledger, self.method, self.period)

    @cached_property
    def resources(self) -> Resources:
        """Money put in beside what came of it."""
        return measure_resources(self.ledger, self.period)
