"""延链补链强链: which link of which chain has no firm, by the list of links that the evaluators decided."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.measures.places import Firms
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.model import normal

LINK_COLUMNS = ("industry", "chain", "position", "link", "firms", "names")
UNPLACED_COLUMNS = ("industry", "chain", "firms", "blank", "unlisted", "unlisted_links")


@dataclass(frozen=True)
class ChainLinks:
    """links: LINK_COLUMNS, one row per link from upstream (position 1) down, `names` the firms in it.

    unplaced: UNPLACED_COLUMNS, per chain: resident firms, those that leave the link blank, and those whose link is
    not on the list. decided: whether the method lists links at all. undecided: chains of the plan without a list.
    A link without a firm is a gap only as far as everybody in the chain has said where it stands.
    """

    decided: bool
    links: pd.DataFrame
    unplaced: pd.DataFrame
    undecided: tuple[str, ...]

    @property
    def gaps(self) -> pd.DataFrame:
        """The links in which no firm says it is."""
        return self.links[self.links["firms"].eq(0)]


def chain_links(firms: Firms, plan: Plan, method: Method, period: Period) -> ChainLinks:
    """The links of every chain of the plan with the firms in them."""
    decided = method.decides("chain_links")
    listed = method.value("chain_links", period) if decided else {}
    links, unplaced, undecided = [], [], []
    for industry in plan.text.industries:
        for chain in industry.chains:
            if chain not in listed:
                undecided.append(chain)
                continue
            here = firms.rows[firms.rows["industry"].eq(industry.id) & firms.rows["chain"].eq(chain)]
            said = here["link"].map(normal, na_action="ignore")
            for position, link in enumerate(listed[chain], start=1):
                names = tuple(here.loc[said.eq(normal(link)), "name"])
                links.append((industry.id, chain, position, link, len(names), names))
            known = {normal(link) for link in listed[chain]}
            strange = here[said.notna() & ~said.isin(known)]
            unplaced.append((industry.id, chain, len(here), int(said.isna().sum()), len(strange),
                             tuple(dict.fromkeys(strange["link"]))))  # fmt: skip
    return ChainLinks(
        decided, pd.DataFrame(links, columns=list(LINK_COLUMNS)),
        pd.DataFrame(unplaced, columns=list(UNPLACED_COLUMNS)), tuple(undecided),
    )  # fmt: skip
