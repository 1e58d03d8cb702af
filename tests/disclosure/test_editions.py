"""Which parts of a review each edition may touch: decided one by one, and everything else refuses."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path

import pandas as pd
import pytest

from planeval.disclosure import DisclosedReview, DisclosureError, Withheld, disclose, open_review, withheld
from planeval.disclosure.editions import parts
from planeval.disclosure.fields import HELD, rules
from planeval.disclosure.leaks import protected, refuse_leaks
from planeval.plan.review_files import EDITIONS
from planeval.problems import InputError
from planeval.review import Review, asked_for
from planeval.workspace import HANDED_OVER, Workspace, hand_over

ROOT = Path(__file__).resolve().parents[2]
LOWER = ("unit", "brief", "public")
SAID_BY_DISCLOSE = {"edition", "fingerprint"}


def test_the_internal_edition_is_the_review_itself(demonstration: Review) -> None:
    assert disclose(demonstration, "internal") is demonstration
    assert disclose(demonstration, "internal", "kejiju") is demonstration


@pytest.mark.parametrize("edition", LOWER)
def test_every_part_of_a_review_is_decided_for_every_edition(demonstration: Review, edition: str) -> None:
    """A field or property without a line in disclosure.fields is withheld; this test asks for the line."""
    assert set(parts(Review)) - SAID_BY_DISCLOSE == set(rules(edition))
    shown = disclose(demonstration, edition, "kejiju")
    for name in parts(Review):
        held = name not in SAID_BY_DISCLOSE and rules(edition)[name] is HELD
        assert withheld(getattr(shown, name)) is held, name


def test_properties_are_computed_from_the_whole_review_and_never_again_from_what_is_left() -> None:
    """A plain property would run on the disclosed review; a cached one is what disclosure put there."""
    assert not [name for name, part in vars(Review).items() if isinstance(part, property)]


@pytest.mark.parametrize("edition", LOWER)
def test_a_part_nobody_has_decided_is_withheld(demonstration: Review, edition: str) -> None:
    class Later(Review):
        @cached_property
        def firms(self) -> pd.DataFrame:
            return self.ledger.current["enterprises"]

    later = Later(**{field.name: getattr(demonstration, field.name) for field in fields(Review)})
    assert withheld(vars(disclose(later, edition))["firms"])


@pytest.mark.parametrize(
    "touch",
    [
        len, list, str, bool, float, hash, "{}".format, lambda part: part.columns, lambda part: part["name"],
        lambda part: part == 1, lambda part: part + 1, lambda part: "x" in part, lambda part: part(),
        lambda part: f"{part}", lambda part: pd.DataFrame(part), lambda part: part is not None and part > 0,
    ],
)  # fmt: skip
def test_a_withheld_part_refuses_every_touch(touch: object) -> None:
    with pytest.raises(DisclosureError, match=r"公开版（public）不提供“ledger”"):
        touch(Withheld("ledger", "public"))  # type: ignore[operator]


def test_a_withheld_part_can_be_handed_over_and_stays_withheld() -> None:
    """Review files for other processes are pickles."""
    held = Withheld("ledger", "public")
    for again in (pickle.loads(pickle.dumps(held)), copy.copy(held)):
        assert withheld(again) and repr(again) == "<withheld 'ledger' in edition 'public'>"
    error = pickle.loads(pickle.dumps(DisclosureError("ledger", "public")))
    assert str(error) == str(DisclosureError("ledger", "public"))


def test_what_is_computed_from_withheld_rows_is_refused_too(demonstration: Review) -> None:
    for edition in ("brief", "public"):
        shown = disclose(demonstration, edition)
        for touch in ("themes.finance", "ledger.current", "counts.values", "last_review.ledger"):
            with pytest.raises(DisclosureError):
                attrgetter(touch)(shown)


def test_only_the_internal_review_is_disclosed(demonstration: Review) -> None:
    """What is missing in one edition cannot be there in another made from it."""
    with pytest.raises(ValueError, match="only the internal review"):
        disclose(disclose(demonstration, "public"), "unit")
    with pytest.raises(InputError, match="没有这个版本"):
        disclose(demonstration, "secret")
    with pytest.raises(InputError, match="没有这个责任单位"):
        disclose(demonstration, "unit", "kejijv")


def test_a_unit_gets_its_own_rows_and_nobody_elses(demonstration: Review) -> None:
    shown = disclose(demonstration, "unit", "kejiju")
    for table, rows in shown.ledger.filed.items():
        whole = demonstration.ledger.filed[table]
        assert len(rows) == int(whole["unit_id"].eq("kejiju").sum()), table
        assert set(rows["unit_id"]) <= {"kejiju"}
    assert {filing.unit for filing in shown.ledger.received} == {"kejiju"}
    for name in ("units", "unit_lights", "filing_history", "evidence", "orders"):
        assert set(getattr(shown, name)["unit_id"]) <= {"kejiju"}, name
    assert {problem.unit for problem in shown.ledger.problems} <= {"kejiju"}
    assert shown.unit_bands is not None and len(shown.unit_bands.units) == 1 and shown.unit_bands.pairs.empty
    nodes = shown.nodes
    assert (nodes["lead_unit"].eq("kejiju") | nodes["supporting_units"].map(lambda units: "kejiju" in units)).all()
    assert 0 < len(nodes) < len(demonstration.nodes)


def test_the_unit_edition_without_a_unit_holds_no_rows_at_all(demonstration: Review) -> None:
    """What its index page is made from."""
    shown = disclose(demonstration, "unit")
    assert all(rows.empty for rows in shown.ledger.filed.values())
    assert shown.units.empty and shown.orders.empty and shown.nodes.empty and shown.ledger.problems == ()


def test_the_brief_keeps_no_word_of_a_unit_and_no_number_of_an_order(demonstration: Review) -> None:
    shown = disclose(demonstration, "brief")
    for rows in (shown.orders, shown.proposed_orders, shown.nodes):
        assert not {"content", "feedback", "source", "progress_note", "order_id", "differs"} & set(rows.columns)
    named = {target.name for target in demonstration.plan.targets}
    named |= {node.name for node in demonstration.decomposition.nodes} if demonstration.decomposition else set()
    assert set(shown.orders["about"]) <= named | {"其他事项", "任务分解以外的节点"}


def test_a_lower_edition_does_not_name_the_filings_behind_it(demonstration: Review) -> None:
    """Params and public figures by name, the rest under one hash, which changes with every byte of them."""
    shown = disclose(demonstration, "public").inputs
    assert not [file.path for file in shown if "filings" in file.path or "register" in file.path]
    assert {file.path for file in shown[:-1]} <= {file.path for file in demonstration.inputs}
    first, *others = demonstration.inputs
    changed = disclose(replace(demonstration, inputs=(replace(first, sha256="0" * 64), *others)), "public").inputs
    assert changed[-1].sha256 != shown[-1].sha256 and changed[:-1] == shown[:-1]


def test_every_edition_has_its_own_fingerprint_and_all_units_share_one(demonstration: Review) -> None:
    prints = {edition: disclose(demonstration, edition).fingerprint for edition in EDITIONS}
    assert len(set(prints.values())) == len(EDITIONS)
    assert disclose(demonstration, "unit", "kejiju").fingerprint == prints["unit"]


def test_a_process_of_a_lower_edition_opens_that_one_and_computes_none(
    demonstration: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a notebook that asks for the internal edition by name does not get it there."""
    place = Workspace(ROOT)
    shown = disclose(demonstration, "unit", "kejiju")
    hand_over(shown, asked_for(place, "jincheng", "2026Q3", "", "unit", "kejiju"), tmp_path / "review")
    monkeypatch.setenv(HANDED_OVER, str(tmp_path / "review"))
    monkeypatch.setattr("planeval.disclosure.opened.compute_review", None)
    opened = open_review("jincheng", "2026Q3", "", "unit", "kejiju", workspace=ROOT)
    assert isinstance(opened, DisclosedReview) and opened.unit == "kejiju"
    for words in (
        ("", "internal", ""),
        ("", "unit", "gongxinju"),
        ("", "public", ""),
        ("2026-10-01", "unit", "kejiju"),
    ):
        with pytest.raises(DisclosureError):
            open_review("jincheng", "2026Q3", *words, workspace=ROOT)


def test_a_notebook_run_by_hand_gets_the_edition_it_asks_for(demonstration: Review) -> None:
    shown = open_review("jincheng", "2026Q3", edition="public", workspace=ROOT)
    assert isinstance(shown, DisclosedReview) and shown.fingerprint == disclose(demonstration, "public").fingerprint


def test_a_firm_in_any_byte_stops_the_publication(demonstration: Review) -> None:
    """The refusal names the file and never the firm; a unit may read what it filed itself."""
    firms = demonstration.ledger.filed["enterprises"]
    firm = firms[firms["unit_id"].eq("jingkaiqu")].iloc[0]
    owners = protected(demonstration)[firm["name"]]
    other = next(unit.id for unit in demonstration.plan.units if unit.id not in owners)
    for text in (firm["name"], firm["enterprise_id"], "".join(f"&#{ord(sign)};" for sign in firm["name"])):
        page = f"<p>{text}</p>".encode()
        for edition, unit in (("public", ""), ("brief", ""), ("unit", other)):
            with pytest.raises(InputError, match="含有 1 个") as refused:
                refuse_leaks(demonstration, edition, {"12_public.html": page}, {"12_public.html": unit})
            assert "12_public.html" in str(refused.value) and firm["name"] not in str(refused.value)
        refuse_leaks(demonstration, "unit", {"a.html": page}, {"a.html": "jingkaiqu"})
        refuse_leaks(demonstration, "internal", {"a.html": page}, {})
