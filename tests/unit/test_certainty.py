"""How certain a verdict is: high, less a step for each thing against relying on it."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from tests.unit.test_claims_judge import CA5, claim, criterion, evidence, row

import ca_research as ca
from ca_research.claims.certainty import certainty, origins_of
from ca_research.claims.criteria import judge_criteria
from ca_research.claims.judge import judge
from ca_research.claims.leave_out import Dependence

TWO, NOTHING = ("KAZ_BNS", "KGZ_NSC"), Dependence()


def graded(
    sources: tuple[str, ...] = TWO,
    hangs: Dependence = NOTHING,
    today: int = 2020,
    indirect: str | None = None,
    other: float = 3.0,
) -> dict[str, str]:
    """Of one criterion by two ways, the second without the first source."""
    spec = claim(criterion())
    reading = spec.readings[0].model_copy(update={"indirect": indirect})
    found = evidence(row(0, 2.0, sources=sources), row(1, other, pick="b", sources=sources))
    results = judge_criteria(reading, found.rows, ["how"], CA5)
    return certainty(spec, reading, found, ["how"], results, hangs, today)


def test_nothing_against_it_is_high():
    found = graded()
    assert found["level"] == "high"
    assert "two independent sources" in found["reason"] and "2018" in found["reason"]


@pytest.mark.parametrize(
    "given",
    [
        {"sources": ("KAZ_BNS",)},
        {"hangs": Dependence(needed={"KAZ_BNS": ["size"]})},
        {"other": 0.0},
        {"hangs": Dependence(beside=True)},
        {"indirect": "polls stand for trust"},
        {"today": 2024},
    ],
)
def test_each_thing_against_it_costs_a_step(given):
    assert graded(**given)["level"] == "moderate"


def test_two_things_against_it_are_low_and_disagreement_counts_once():
    assert graded(sources=("KAZ_BNS",), today=2024)["level"] == "low"
    assert graded(other=0.0, hangs=Dependence(beside=True))["level"] == "moderate"


def test_what_asserts_nothing_has_no_certainty():
    spec = claim(criterion())
    found = evidence(row(0))
    results = judge_criteria(spec.readings[0], found.rows, ["how"], CA5)
    assert certainty(spec, spec.readings[0], found, ["how"], results, Dependence(), 2020) == {}


def test_sources_of_which_each_is_needed_corroborate_nothing():
    """Four offices, each for its own country, and four countries asked for (C33 said 'high, four
    independent sources')."""
    offices = ("KAZ_BNS", "KGZ_NSC", "TJK_STAT", "UZB_STAT")
    spec = claim(criterion(over={"economies": CA5, "at_least": 4}))
    each = [row(0, 2, economy=e, sources=(s,)) for e, s in zip(CA5, offices, strict=False)]
    alone = judge(spec, evidence(*each, row(0, economy=CA5[4])), {})
    assert alone.verdict == "supported"
    assert alone.certainty["level"] != "high"
    assert "independent" not in alone.certainty["reason"]


@pytest.mark.parametrize(("join", "level"), [("all", "moderate"), ("any", "high")])
def test_the_least_sourced_criterion_decides_where_it_is_needed(join, level):
    spec = claim(
        criterion("many"),
        criterion("few"),
        supported={join: ["many holds", "few holds"]},
        contradicted={"all": ["many fails", "few fails"]},
    )
    rows = [
        *(row(n, 2, name="many", sources=(s,), pick="ab"[n]) for n, s in enumerate(TWO)),
        row(0, 2, name="few"),
    ]
    rows[0]["sources"] = TWO
    hangs, reading = Dependence(needed={"KAZ_BNS": ["few"]}), spec.readings[0]
    results = judge_criteria(reading, evidence(*rows).rows, ["how"], CA5)
    graded = certainty(spec, reading, evidence(*rows), ["how"], results, hangs, 2020)
    assert graded["level"] == level


@pytest.mark.parametrize("same", [True, False])
def test_a_file_that_was_added_does_not_raise_it(monkeypatch, same):
    """A second, typed source beside an office's made 'moderate' 'high'."""
    spec = claim(criterion())
    office = row(0, 2.0)
    if not same:  # without what was typed nothing is decided
        office = row(0)
    typed = row(0, 2.0, sources=(*office["sources"], "TYPED", "ALSO"))
    entry = SimpleNamespace(vintage=None)
    reading, methods = spec.readings[0], ["how"]
    monkeypatch.setattr("ca_research.registry.added", lambda: {"TYPED": entry, "ALSO": entry})
    before = evidence(office)
    after = evidence(typed, less=lambda sources: before)
    results = judge_criteria(reading, after.rows, methods, CA5)
    graded = certainty(spec, reading, after, methods, results, Dependence(), 2020)
    assert graded["level"] == "moderate"
    fetched = SimpleNamespace(vintage="2026-11-29")
    monkeypatch.setattr("ca_research.registry.added", lambda: {"TYPED": fetched, "ALSO": fetched})
    assert certainty(spec, reading, after, methods, results, Dependence(), 2020)["level"] == "high"


def test_sources_of_one_origin_are_one():
    from ca_research.registry import origin_groups

    groups: dict[str, list[str]] = {}
    for source, origin in origin_groups().items():
        groups.setdefault(origin, []).append(source)
    twins = next(members for members in groups.values() if len(members) > 1)[:2]
    of_twins = origins_of(pd.DataFrame({"sources": [tuple(twins)]}))
    assert len(of_twins) == 1 and graded(sources=tuple(twins))["level"] == "moderate"


def test_documents_count_by_the_origins_that_their_rows_name():
    """Six papers that quote two speakers are two sources, not six (C06)."""
    rows = pd.DataFrame({"sources": [("A", "B", "C"), ("D",)], "origins": [("X", "Y"), ()]})
    assert origins_of(rows) == ["D", "X", "Y"]
    said = next(v for v in ca.check("C06").all() if v.reading == "substance")
    assert said.criteria[0].estimate == 2
    assert "one of its two sources" in said.certainty["reason"], "two are asked for"
