"""A threshold decides: moved past the figure it turns the verdict, and the register shows that it
was moved.
"""

from __future__ import annotations

import copy

import pytest

import ca_research as ca
from ca_research import registry
from ca_research.claims import Claim, check
from ca_research.registry import ClaimSpec


def moved(claim_id: str, criterion: str, threshold: float, **changes) -> ClaimSpec:
    content = copy.deepcopy(registry.claim(claim_id).model_dump(mode="json"))
    for reading in content["readings"]:
        for one in reading["criteria"]:
            if one["name"] == criterion:
                one |= {"threshold": threshold}
    return ClaimSpec.model_validate(content | changes)


@pytest.mark.parametrize(
    ("threshold", "word"),
    [
        (3000, "supported"),
        (3304, "supported"),
        (3305, "contradicted"),
        (4000, "contradicted"),
    ],  # 3,305 km by FBK
)
def test_the_border_is_as_long_as_it_is(threshold, word):
    claim = Claim(moved("C25", "total_length", threshold))
    evidence = claim.gather(facts=ca.load("facts"), geography=ca.load("geography"))
    assert claim.judge(evidence).verdict == word


def test_students_turn_where_the_rise_asked_for_is_larger_than_any_was(stored):
    # none rose by as many persons from 2013 to 2018
    beyond = Claim(moved("C30", "rise_observed", 10_000))
    verdict = beyond.judge(beyond.gather(students=ca.load("students")))
    words = {v.reading: v.verdict for v in verdict.all()}
    assert stored("C30", "latest")["observed"]["verdict"] == "supported"
    assert words["observed"] == "contradicted"


def test_a_moved_threshold_is_another_rule_and_an_amendment_shows():
    before = registry.claim("C25")
    after = moved("C25", "total_length", 4000)
    assert after.rule_sha256 != before.rule_sha256
    assert check.stale({"claim": "C25", "rule_sha256": after.rule_sha256})
    record = {
        "date": "2026-12-01",
        "reason": "for the test",
        "before": {"then": "supported", "now": "supported"},
        "after": {"then": None, "now": "contradicted"},
        "rule_sha256_before": before.rule_sha256,
    }
    tables = {"facts": ca.load("facts"), "geography": ca.load("geography")}
    claims = Claim(moved("C25", "total_length", 4000, amendments=[record])), Claim(before)
    assert [bool(c.judge(c.gather(**tables)).amended) for c in claims] == [True, False]


def test_every_amendment_names_the_rule_before_it_and_what_came_of_it():
    for spec in registry.claims().values():
        for amendment in spec.amendments:
            assert amendment.date >= spec.declared_on
            assert len(amendment.reason.split()) >= 12, spec.id
