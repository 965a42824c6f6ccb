"""The register at a glance, from verdicts made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ca_research import registry
from ca_research.claims import overview, rule
from ca_research.claims.slots import in_words
from ca_research.ground.errors import CoverageError, RegistryError, UsageError
from ca_research.stats import holm


def criterion(**given: Any) -> dict[str, Any]:
    return {
        "name": "n",
        "label": "L",
        "state": "holds",
        "estimate": 3.0,
        "low": 3.0,
        "high": 3.0,
        "interval": "exact as published",
        "kind": "length",
        "unit": "km",
        "counted": "economies",
        "cell_threshold": None,
        "share_of_specifications": 0.9,
        "specifications": 5,
        "agreeing": 5,
        "main_met": True,
        "cells": [{"economy": "", "estimate": 3.0}],
    } | given


def verdict(claim: str = "C25", word: str = "supported", **given: Any) -> dict[str, Any]:
    return {
        "claim": claim,
        "reading": "literal",
        "title": "t",
        "leads": True,
        "params": {},
        "as_of": "latest",
        "verdict": word,
        "answer": "The borders measure 3 km.",
        "finding": "Three borders: 3 km",
        "certainty": {"level": "moderate", "reason": "it rests on one source"},
        "fragile": False,
        "guess": "supported",
        "blind": False,
        "criteria": [criterion()],
        "deciding": ["n"],
    } | given


def test_one_row_for_each_claim_of_the_whole_region_with_the_other_day_beside_it():
    table = overview.table(
        [
            verdict(),
            verdict(as_of="2023-05-19", word="contradicted"),
            verdict(leads=False, reading="other"),
            verdict("C33", params={"economy": "CA5"}),
            verdict("C33", params={"economy": "KAZ"}, word="contradicted"),
        ]
    )
    assert table[["claim", "verdict", "other_day"]].values.tolist()[0] == [
        "C25",
        "supported",
        "contradicted",
    ]
    assert table["claim"].tolist() == ["C25", "C33"]
    assert table["verdict"].tolist() == ["supported", "supported"]
    said = table.loc[0, ["answer", "finding", "certainty", "criterion", "ways"]].tolist()
    assert said[:3] == ["The borders measure 3 km.", "Three borders: 3 km", "moderate"]
    assert said[3:] == ["L", "all five ways to calculate it agree"]
    assert table.loc[0, "number"] == "3 km" and table.loc[0, "interval"] == "exact as published"


def test_ranges_and_unobserved_numbers_are_said_as_such():
    ranged = verdict(criteria=[criterion(estimate=None, low=0.5, high=2000.4, interval="range")])
    nothing = verdict(criteria=[criterion(estimate=None, low=None, high=None)])
    assert overview.table([ranged]).loc[0, ["number", "interval"]].tolist() == [
        "0.5 to 2,000 km",
        "0.5 to 2,000 (range)",
    ]
    assert overview.table([nothing]).loc[0, ["number", "interval"]].tolist() == [
        "nothing on record",
        "none",
    ]


def test_an_opinion_has_no_number_and_counts_as_not_testable():
    glance = overview.table([verdict("O01", "not testable", criteria=[], guess=None), verdict()])
    assert glance["number"].tolist() == ["3 km", ""]
    counts = overview.testable_share(glance).set_index("what")["entries"].to_dict()
    assert counts["sentences of opinion"] == 1 and counts["can be tested, and is decided"] == 1
    assert overview.by_theme(glance)[["supported", "not testable"]].sum().tolist() == [1, 1]


def test_guesses_are_scored_blind_and_not_blind_apart():
    made = overview.guesses(
        [
            verdict(),
            verdict("C33", "contradicted"),
            verdict("C30", blind=True),
            verdict("C23", guess=None),
        ]
    )
    assert made["right"].tolist() == [True, False, True]
    score = overview.guess_score(made).set_index("written")
    assert score["guesses"].to_dict() == {"not blind": 2, "blind": 1}
    assert score["share"].to_dict() == {"not blind": 0.5, "blind": 1.0}


def test_a_report_without_claims_has_empty_tables_that_can_be_filtered():
    glance, made = overview.table([]), overview.guesses([])
    assert made[~made["right"]].empty and overview.guess_score(made)["guesses"].sum() == 0
    assert (
        overview.testable_share(glance)["entries"].sum() == 0
        and overview.family([])["p"].isna().all()
    )


def test_the_family_is_adjusted_together_and_nothing_drops_out_of_it():
    cells = [{"economy": "KAZ", "estimate": 0.01}, {"economy": "KGZ", "estimate": None}]
    joint = criterion(name="joint_p", kind="p", cells=cells)
    loss = criterion(
        name="joint_loss_p", kind="p", cells=[{"economy": "", "estimate": 0.001}]
    )  # is no member
    level = criterion(name="level_p", kind="p", cells=[{"economy": "", "estimate": 0.04}])
    table = overview.family(
        [verdict("C20", criteria=[joint, loss]), verdict("C35", criteria=[level])]
    )
    assert table["claim"].tolist() == ["C20", "C20", "C30", "C31", "C35"]
    assert set(table["label"][2:4]) == {"not judged"}
    expected = holm({"a": 0.01, "b": 1.0, "c": 1.0, "d": 1.0, "e": 0.04})["adjusted"]
    assert table["adjusted"].dropna().tolist() == pytest.approx([expected[0], expected[4]])
    assert table["adjusted"].dropna().tolist() == pytest.approx(
        [0.05, 0.16]
    )  # five members, not two


def test_a_member_of_the_family_that_is_no_p_value_is_an_error():
    """Whatever its unit is called: what a criterion is stands in its kind."""
    days = criterion(
        name="joint_p", kind="days", unit="p", cells=[{"economy": "", "estimate": 0.01}]
    )
    with pytest.raises(RegistryError, match="no p-value but a days"):
        overview.family([verdict("C20", criteria=[days])])


def test_reading_what_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(CoverageError, match="no verdicts") as caught:
        overview.read_verdicts(tmp_path / "verdicts.json")
    assert caught.value.hint == "ca-research run"
    (tmp_path / "verdicts.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="not a file of verdicts"):
        overview.read_verdicts(tmp_path / "verdicts.json")
    (tmp_path / "verdicts.json").write_text(json.dumps([verdict()]), encoding="utf-8")
    assert overview.read_verdicts(tmp_path / "verdicts.json") == [verdict()]


@pytest.mark.parametrize(
    ("claim", "word", "states", "shown"),
    [
        (
            "C16",
            "contradicted",
            {"policy_condition": "holds", "contracts_read": "fails"},
            "policy_condition",
        ),
        (
            "C16",
            "supported",
            {"policy_condition": "fails", "contracts_read": "holds"},
            "policy_condition",
        ),
        (
            "C16",
            "not enough evidence",
            {"policy_condition": "fails", "contracts_read": "mixed"},
            "contracts_read",
        ),
        (
            "C16",
            "not enough evidence",
            {"policy_condition": "fails", "contracts_read": "undecided"},
            "contracts_read",
        ),
        (
            "C20",
            "not enough evidence",
            {
                "trade_gain": "mixed",
                "trade_loss": "undecided",
                "income_gain": "undecided",
                "income_loss": "fails",
            },
            "income_gain",
        ),
        (
            "C20",
            "not enough evidence",
            {
                "trade_gain": "fails",
                "trade_loss": "undecided",
                "income_gain": "fails",
                "income_loss": "fails",
            },
            "trade_loss",
        ),
        (
            "C20",
            "supported",
            {
                "trade_gain": "fails",
                "trade_loss": "fails",
                "income_gain": "holds",
                "income_loss": "fails",
            },
            "income_gain",
        ),
        (
            "C32",
            "partly supported",
            {"completion": "fails", "debt_low": "holds", "debt_falls": "fails"},
            "completion",
        ),
    ],
)
def test_the_number_shown_is_of_the_criterion_on_which_the_rule_turns(claim, word, states, shown):
    turned = rule.deciding(registry.claim(claim).readings[0], states, word)
    assert turned[0] == shown
    criteria = [
        criterion(name=n, label=n, state=s, specifications=i)
        for i, (n, s) in enumerate(states.items(), 7)
    ]
    stored = verdict(claim, word, criteria=criteria, deciding=list(turned))
    row = overview.table([stored]).loc[0]
    assert row["criterion"] == shown
    own = 7 + list(states).index(shown)
    assert in_words(own) in row["ways"], "of that criterion alone"


def test_what_is_stored_is_shown_and_not_judged_again():
    criteria = [criterion(name="condition"), criterion(name="none_on_the_whole")]
    stored = verdict("C16", criteria=criteria, deciding=["none_on_the_whole"])
    assert overview.deciding(stored) is criteria[1]
    assert overview.deciding(verdict(criteria=[], deciding=[])) is None


def test_the_number_beside_a_finding_is_of_what_the_finding_says_and_not_of_what_is_open():
    known = criterion(name="votes", state="fails")
    open_ = criterion(name="trade", state="undecided")
    given = {"criteria": [open_, known], "deciding": ["trade"]}
    assert overview.told(verdict(word="not enough evidence", **given)) is known
    assert overview.told(verdict(criteria=[], deciding=[])) is None
