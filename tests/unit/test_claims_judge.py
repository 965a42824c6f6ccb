"""The judge on evidence made by hand: states, counts, fragility, certainty and sentences, case by
case, and what a verdict stores.
"""

import json
from types import SimpleNamespace

import pandas as pd
import pytest
from tests.unit.engine import cases, claim, evidence, look, verdict_of

import ca_research as ca
from ca_research import registry
from ca_research.claims import universe
from ca_research.claims.certainty import origins_of
from ca_research.claims.judge import judge
from ca_research.claims.rule import apply_rule, deciding, reachable
from ca_research.ground.errors import UsageError

JUDGED, RULED = cases("judged"), cases("ruled")
BY_HAND, ADDED = cases("by_hand"), cases("added_files")


def same(found, wanted):
    return found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize("case", JUDGED.values(), ids=JUDGED)
def test_the_judge_says(case):
    verdict = verdict_of(case)
    stored = {"stored": verdict.as_dict()}
    found = {
        path: look(stored if path.startswith("stored.") else verdict, path) for path in case["is"]
    }
    assert {p: v for p, v in found.items() if not same(v, case["is"][p])} == {}


def test_printing_a_verdict_tells_what_it_hangs_on(snapshot):
    assert str(verdict_of(JUDGED["leaving out one country can flip it"])) == snapshot


def test_a_sentence_without_what_it_needs_is_refused():
    with pytest.raises(UsageError):
        verdict_of(BY_HAND["a sentence without what it needs"])


@pytest.mark.parametrize("case", RULED.values(), ids=RULED)
def test_the_rule_of_a_claim_turns_on(case):
    reading = next(
        r for r in registry.claim(case["claim"]).readings if r.name == case.get("reading", r.name)
    )
    mains = {n: {"holds": True, "fails": False}.get(s) for n, s in case["states"].items()}
    word = apply_rule(reading, case["states"], mains)[0]
    assert word == case["word"]
    assert "turns" not in case or deciding(reading, case["states"], word)[0] == case["turns"]


def test_every_reading_that_is_tested_can_come_out_either_way():
    """Some rules can support in part alone, and say so."""
    for spec in registry.claims().values():
        for reading in spec.readings:
            best = (
                {"not testable"} if reading.not_testable else {reading.rule.at_most, "contradicted"}
            )
            assert best <= set(reachable(reading)), f"{spec.id} {reading.name}"
            if not reading.not_testable and reading.rule.at_most != "supported":
                assert "supported" not in reachable(reading)
    (one,) = claim(contradicted="size holds").readings
    assert "contradicted" not in reachable(one), "a rule that can only support is seen"


def test_the_stored_form_is_the_designs_and_strict_json(stored_keys):
    verdict = verdict_of(BY_HAND["holes and a range without end"])
    for stored in verdict.bundle():
        again = json.loads(json.dumps(stored, allow_nan=False))  # no NaN, no infinity
        assert set(again) >= stored_keys[0]
        assert all(set(c) >= stored_keys[1] for c in again["criteria"])
        assert set(again["coverage"]) == {"from", "to", "missing"}


def test_removals_are_made_one_at_a_time():
    case = BY_HAND["two removals"]
    spec = claim(**case["claim"])
    found = {tuple(choices.values()) for choices in universe(spec, spec.criteria()["size"])}
    assert found == set(map(tuple, case["ways"]))


# files that were added


@pytest.mark.parametrize("case", ADDED.values(), ids=ADDED)
def test_a_file_that_was_added_does_not_raise_certainty(monkeypatch, case):
    typed = SimpleNamespace(vintage=case["vintage"])
    monkeypatch.setattr(registry, "added", lambda: {"TYPED": typed})
    less = evidence([case["left"]])
    rows = [{"estimate": 2.0, "sources": several} for several in case["ways"]]
    found = evidence(rows, less=lambda: less, as_of="2020-06-01")
    assert judge(claim(), found, {}).certainty["level"] == case["level"]


def test_documents_count_by_the_origins_that_their_rows_name():
    """Six papers that quote two speakers are two sources, not six (C06)."""
    rows = pd.DataFrame({"sources": [("A", "B", "C"), ("D",)], "origins": [("X", "Y"), ()]})
    assert origins_of(rows) == ["D", "X", "Y"]
    said = next(v for v in ca.check("C06").all() if v.reading == "substance")
    assert (said.criteria[0].estimate, said.certainty["level"]) == (2, "low")
