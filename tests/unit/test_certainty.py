"""How certain a verdict is: high, less a step for each thing against relying on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from tests.unit.test_claims_judge import CA5, claim, criterion, evidence, row

import ca_research as ca
from ca_research.claims.certainty import certainty, origins_of
from ca_research.claims.criteria import judge_criterion

INDEPENDENT = ["KAZ_BNS", "KGZ_NSC"]


def graded(
    origins: list[str] = INDEPENDENT,
    word: str = "supported",
    fragile: bool = False,
    today: int = 2020,
    indirect: str | None = None,
    **result: Any,
) -> dict[str, str]:
    spec = claim(criterion())
    reading = spec.readings[0].model_copy(update={"indirect": indirect})
    frame = evidence(row(0, 2.0), row(1, 3.0, pick="b")).frame
    judged = replace(judge_criterion(reading.criteria[0], frame, ["how"], CA5), **result)
    return certainty(spec, reading, word, [judged], origins, fragile, today)


def test_nothing_against_it_is_high():
    found = graded()
    assert found["level"] == "high"
    assert "two independent sources" in found["reason"] and "2018" in found["reason"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"origins": ["KAZ_BNS"]}, "one source"),
        ({"origins": []}, "one source"),
        ({"agreeing": 1}, "other ways to calculate"),
        ({"fragile": True}, "leaving out one"),
        ({"indirect": "polls stand for trust"}, "polls stand for trust"),
        ({"today": 2024}, "2018"),
    ],
)
def test_each_thing_against_it_costs_a_step_and_is_named_first(given, why):
    found = graded(**given)
    assert found["level"] == "moderate"
    assert why in found["reason"].split(";")[0]


def test_two_things_against_it_are_low_and_disagreement_counts_once():
    assert graded(origins=["KAZ_BNS"], today=2024)["level"] == "low"
    assert graded(agreeing=1, fragile=True)["level"] == "moderate"


def test_what_asserts_nothing_has_no_certainty():
    assert graded(word="not enough evidence") == {} and graded(word="not testable") == {}


def test_sources_of_one_origin_are_one():
    from ca_research.registry import origin_groups

    groups: dict[str, list[str]] = {}
    for source, origin in origin_groups().items():
        groups.setdefault(origin, []).append(source)
    twins = next(members for members in groups.values() if len(members) > 1)[:2]
    of_twins = origins_of(pd.DataFrame({"sources": [tuple(twins)]}))
    assert len(of_twins) == 1 and graded(origins=of_twins)["level"] == "moderate"


def test_documents_count_by_the_origins_that_their_rows_name():
    """Six papers that quote two speakers are two sources, not six (C06)."""
    rows = pd.DataFrame({"sources": [("A", "B", "C"), ("D",)], "origins": [("X", "Y"), ()]})
    assert origins_of(rows) == ["D", "X", "Y"]
    said = ca.check("C06").beside[0]
    assert said.criteria[0].estimate == 2
    assert said.certainty["reason"].endswith("two independent sources")
