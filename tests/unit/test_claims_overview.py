"""The register at a glance, from verdicts made by hand."""

import pytest
from tests.unit.engine import STORED, cases

from ca_research.claims import overview
from ca_research.ground.errors import CoverageError, UsageError
from ca_research.stats import holm

NUMBERS = cases("overview")
CRITERION = STORED["criterion"]
VERDICT = STORED["verdict"] | {"criteria": [CRITERION], "deciding": ["n"]}


def verdict(claim="C25", word="supported", **given):
    return VERDICT | {"claim": claim, "verdict": word} | given


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
    assert table["claim"].tolist() == ["C25", "C33"]
    assert table["verdict"].tolist() == ["supported", "supported"]
    told = {"other_day": "contradicted", "certainty": "low", "criterion": "L"}
    told |= {"answer": VERDICT["answer"], "finding": VERDICT["finding"]}
    assert table.loc[0].to_dict().items() >= told.items()


@pytest.mark.parametrize("case", NUMBERS.values(), ids=NUMBERS)
def test_ranges_and_unobserved_numbers_are_said_as_such(case):
    row = overview.table([verdict(criteria=[CRITERION | case["criterion"]])]).loc[0]
    assert (row["number"], row["interval"]) == (case["number"], case["interval"])


def test_an_opinion_has_no_number_and_counts_as_not_testable():
    glance = overview.table([verdict("O01", "not testable", criteria=[], guess=None), verdict()])
    assert glance["number"].tolist() == ["3 km", ""]
    counts = overview.testable_share(glance).set_index("what")["entries"]
    assert counts["sentences of opinion"] == counts["can be tested, and is decided"] == 1
    assert overview.by_theme(glance)[["supported", "not testable"]].sum().tolist() == [1, 1]


def test_guesses_are_scored_blind_and_not_blind_apart():
    guessed = [verdict(), verdict("C33", "contradicted"), verdict("C30", blind=True)]
    made = overview.guesses([*guessed, verdict("C23", guess=None)])
    assert made["right"].tolist() == [True, False, True]
    score = overview.guess_score(made).set_index("written")
    assert score["guesses"].to_dict() == {"not blind": 2, "blind": 1}
    assert score["share"].to_dict() == {"not blind": 0.5, "blind": 1.0}


def test_a_report_without_claims_has_empty_tables_that_can_be_filtered():
    glance, made = overview.table([]), overview.guesses([])
    assert made[~made["right"]].empty and overview.guess_score(made)["guesses"].sum() == 0
    assert overview.testable_share(glance)["entries"].sum() == 0
    assert overview.family([])["p"].isna().all()


def p_values(name, *values, kind="p"):
    cells = [{"economy": code, "estimate": value} for code, value in values]
    return CRITERION | {"name": name, "kind": kind, "unit": "p", "cells": cells}


def test_the_family_is_adjusted_together_and_nothing_drops_out_of_it():
    joint = p_values("joint_p", ("KAZ", 0.01), ("KGZ", None))
    loss = p_values("joint_loss_p", ("", 0.001))  # is no member
    level = p_values("level_p", ("", 0.04))
    told = [verdict("C20", criteria=[joint, loss]), verdict("C35", criteria=[level])]
    table = overview.family(told)
    assert table["claim"].tolist() == ["C20", "C20", "C30", "C31", "C35"]
    assert set(table["label"][2:4]) == {"not judged"}
    expected = holm({"a": 0.01, "b": 1.0, "c": 1.0, "d": 1.0, "e": 0.04})["adjusted"]
    adjusted = table["adjusted"].dropna().tolist()
    assert adjusted == pytest.approx([expected[0], expected[4]])
    assert adjusted == pytest.approx([0.05, 0.16])  # five members, not two


def test_a_member_of_the_family_that_is_no_p_value_has_none():
    """Whatever its unit is called: what a criterion is stands in its kind."""
    days = p_values("joint_p", ("", 0.01), kind="days")
    assert overview.family([verdict("C20", criteria=[days])])["p"].isna().all()


def test_reading_what_is_not_there_or_broken_is_refused(tmp_path):
    file = tmp_path / "verdicts.json"
    with pytest.raises(CoverageError):
        overview.read_verdicts(file)
    file.write_text("{")
    with pytest.raises(UsageError):
        overview.read_verdicts(file)


def test_the_number_shown_is_of_what_decides_and_beside_a_finding_of_what_is_known():
    """What is stored is shown and not judged again."""
    open_ = CRITERION | {"name": "trade", "label": "Trade", "state": "undecided"}
    known = CRITERION | {"name": "votes", "label": "Votes", "state": "fails", "specifications": 8}
    stored = verdict(word="not enough evidence", criteria=[open_, known], deciding=["trade"])
    assert overview.told(stored) is known
    assert overview.table([stored]).loc[0, "criterion"] == "Trade"
    turned = overview.table([stored | {"deciding": ["votes"]}]).loc[0]
    assert turned["criterion"] == "Votes" and "eight" in turned["ways"], "of that criterion alone"
