"""Editions of the project list side by side, and a figure too old to decide. Shares, counts and
debt are in `cases/debt.yaml`.
"""

from __future__ import annotations

import pytest
from invented_tables import CASES, frame, read

import ca_research as ca
from ca_research.article import debt
from ca_research.ground.errors import CoverageError

FILE = read(CASES / "debt.yaml")
BOTH = frame("projects", "two_editions", FILE["same"]["projects"], FILE["sets"])


def test_each_edition_counts_apart_and_the_newest_first():
    assert debt.editions(BOTH) == ["new", "old"]
    table = debt.completion_by(BOTH).set_index(["edition", "host"])
    told = table[["share", "commitments", "amount_share"]].astype(float)
    assert told.loc[("new", "KGZ")].tolist() == [100, 2, 100]
    assert told.loc[("new", "TJK"), "share"] == 0 and told.loc[("old", "KGZ"), "share"] == 50
    assert ("new", "UZB") not in table.index, "its project is younger than five years"
    unpriced = debt.completion_by(BOTH.assign(amount_usd=float("nan")))
    assert unpriced["amount_share"].isna().all()


def test_pledges_and_actions_on_old_debt_are_no_commitments():
    kept = debt.commitments(BOTH, edition="new")
    assert set(kept["flow_type"]) == {"loan", "grant"} and kept.attrs["until"] == 2016
    old = debt.commitments(BOTH, edition="old")
    assert not old["status"].str.contains("Pledge").any() and len(old) == 2
    with pytest.raises(CoverageError):
        debt.commitments(BOTH, edition="other")


def test_a_figure_too_old_to_decide_answers_no_more_than_none():
    """The official debt took the place of the loans of 2017 without their source, and decided."""
    (affordable,) = (r for r in ca.check("C32").beside if r.reading == "affordable")
    assert affordable.verdict == "not enough evidence" and not affordable.fragile
