"""Sentences with slots, what a criterion says in them, and the answers made of them."""

from __future__ import annotations

import pytest
from tests.unit.test_claims_judge import CA5, claim, criterion, evidence, row

from ca_research import registry
from ca_research.claims.answers import answer, finding
from ca_research.claims.criteria import judge_criterion
from ca_research.claims.rule import deciding, possible, reachable
from ca_research.claims.sentences import faults, filled
from ca_research.claims.slots import values
from ca_research.ground.errors import UsageError

SAYS = {
    "holds": "China leads in {where}[, not in {where_not}].",
    "fails": "China leads[ in {where}, but] not in {where_not}.",
    "undecided": "Of {open} nothing is known.",
    "finding": "China first: {held}",
}


def counted(**changes):
    return criterion(over={"economies": CA5, "at_least": 3}, says=SAYS, kind="ratio", **changes)


def judged(spec, *rows):
    (reading,) = spec.readings
    frame = evidence(*rows).frame
    return reading, {
        c.name: judge_criterion(c, frame[frame["criterion"] == c.name], [], CA5)
        for c in reading.criteria
    }


def told(spec, *rows, word):
    reading, results = judged(spec, *rows)
    decided = deciding(reading, {n: r.state for n, r in results.items()}, word)
    return answer(reading, results, word, decided), finding(reading, results, word, decided)


def cells(*estimates):
    pairs = zip(CA5, estimates, strict=True)
    return [row(0, value, economy=code) for code, value in pairs]


def test_a_bracket_is_left_out_where_one_of_its_slots_says_nothing():
    sentence = "{where} lead[, not {where_not}][; {open} is unknown]."
    values = {"where": "two", "where_not": "", "open": "Turkmenistan"}
    assert filled(sentence, values) == "Two lead; Turkmenistan is unknown."


def test_a_sentence_without_what_it_needs_is_refused():
    with pytest.raises(UsageError, match="nothing to say for where"):
        filled("In {where}.", {"where": ""})


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("In {nowhere}.", "no slot"),
        ("In [{where}.", "not closed"),
        ("In 3 of {of}.", "the number 3 is typed"),
        ("In [2 of] {of}.", "the number 2 is typed"),
    ],
)
def test_faults_of_a_sentence_are_named(sentence, fault):
    assert any(fault in found for found in faults(sentence, {"where", "of"}, {"2023"}))
    assert not faults("In 2023 {where}[, of {of}].", {"where", "of"}, {"2023"})


def test_where_both_sides_have_sources_the_finding_names_both():
    says = {"holds": "{number} find it.", "fails": "{number} find it.", "undecided": "Not known."}
    spec = claim(
        criterion("found", kind="count", says=says | {"finding": "Sources for: {number}"}),
        criterion("denied", kind="count", says=says | {"finding": "Sources against: {number}"}),
        supported={"all": ["found holds", "denied fails"]},
        contradicted={"all": ["denied holds", "found fails"]},
    )
    rows = [row(0, 2.0, name="found"), row(0, 3.0, name="denied")]
    said, short = told(spec, *rows, word="partly supported")
    assert said.startswith("Three find it.")
    assert short == "Sources against: three. Sources for: two"


def test_the_answer_follows_the_figures():
    spec = claim(counted())
    for_three = told(spec, *cells(2, 2, 2, 0.5, None), word="supported")
    assert for_three == (
        "China leads in Kazakhstan, Kyrgyzstan and Tajikistan, not in Turkmenistan.",
        "China first: three of the four countries with data",
    )
    for_none = told(spec, *cells(0.5, 0.5, 0.5, 0.5, 0.5), word="contradicted")
    assert for_none[1] == "China first: none of the five countries"
    everywhere = told(spec, *cells(2, 2, 2, 2, 2), word="supported")
    assert everywhere[0] == "China leads in all five countries."
    nowhere = {"fails": "China does not lead in {not_any}.", "undecided": "Nothing of {open_any}."}
    negated = claim(counted() | {"says": SAYS | nowhere})
    for estimates, sentence in (
        ((0.5, 0.5, 0.5, 0.5, 0.5), "China does not lead in any of the five countries."),
        ((0.5, 0.5, 0.5, 2, None), "China does not lead in Kazakhstan, Kyrgyzstan and Tajikistan."),
        ((None,) * 5, "Nothing of any of the five countries."),
        ((2, 2, 0.5, None, None), "Nothing of Turkmenistan and Uzbekistan."),
    ):
        assert told(negated, *cells(*estimates), word="not enough evidence")[0] == sentence
    nothing = told(spec, *cells(None, None, None, None, None), word="not enough evidence")
    assert nothing[0].startswith("Of Kazakhstan, Kyrgyzstan,")


def test_what_is_known_is_said_before_what_is_not():
    open_ = counted(name="unknown") | {"says": SAYS | {"undecided": "The rest is open."}}
    spec = claim(open_, counted())
    rows = [r | {"criterion": "unknown"} for r in cells(None, None, None, None, None)]
    text, _ = told(spec, *rows, *cells(2, 2, 2, 2, 2), word="not enough evidence")
    assert text == "China leads in all five countries. The rest is open."


def test_a_finding_is_a_sentence_where_nothing_is_counted_and_says_what_is_known():
    says = {"holds": "It is {number} km.", "fails": "It is {number} km.", "undecided": "Who knows."}
    far = criterion(name="far", says=says | {"finding": "Far: {number} km"}, kind="length")
    open_ = counted(name="unknown")
    rows = [row(0, 7.0) | {"criterion": "far"}]
    empty = [r | {"criterion": "unknown"} for r in cells(None, None, None, None, None)]
    assert told(claim(open_, far), *empty, *rows, word="not enough evidence")[1] == "It is 7 km"
    long = far | {"says": far["says"] | {"holds": "It is {number} km" + " and more" * 10 + "."}}
    assert told(claim(long), *rows, word="supported")[1] == "Far: 7 km"


def test_of_a_mixed_criterion_the_answer_says_how_many_ways_agree():
    spec = claim(counted())
    ways = [
        row(i, 2.0 if i < 2 else 0.5, economy=code, pick=str(i), path=f"{i}{code}")
        for i in range(3)
        for code in CA5
    ]
    text, _ = told(spec, *ways, word="partly supported")
    assert text.endswith("Two of the three ways to calculate it say so.")


def test_a_measure_may_tell_who_leads_instead():
    spec = claim(counted())
    rows = cells(2, 0.5, 0.5, None, None)
    for r, rival in zip(rows[:3], ("RUS", "RUS", "USA"), strict=True):
        r["about"] = {"rival": rival}
    _, results = judged(spec, *rows)
    said = values(results["size"])
    assert said["rival.not"] == "Russia in Kyrgyzstan and the United States in Tajikistan"
    assert said["rival.met"] == "Russia"


def test_verdicts_that_missing_figures_could_lead_to():
    spec = claim(counted())
    open_ = judged(spec, *cells(2, 2, None, None, None))
    assert set(possible(*open_)) >= {"supported", "contradicted"}
    settled = judged(spec, *cells(2, 2, 2, 0.5, 0.5))
    assert possible(*settled) == ("supported",)


def test_every_reading_that_is_tested_can_come_out_either_way():
    for declared in registry.claims().values():
        for reading in declared.readings:
            ends = reachable(reading)
            if reading.not_testable:
                assert ends == ("not testable",)
            else:
                best = reading.rule.at_most  # some rules can support in part alone, and say so
                assert {best, "contradicted"} <= set(ends), f"{declared.id} {reading.name}"


def test_a_rule_that_can_only_support_is_seen():
    spec = claim(counted())
    one_sided = spec.readings[0].rule.model_copy(update={"contradicted": "size holds"})
    reading = spec.readings[0].model_copy(update={"rule": one_sided})
    assert "contradicted" not in reachable(reading)


def test_a_figure_is_not_rounded_onto_the_threshold():
    spec = claim(criterion(says=SAYS, kind="percent", threshold=20))
    _, results = judged(spec, row(0, 19.96))
    assert values(results["size"])["number"] == "19.96%"
    _, results = judged(spec, row(0, 22.85))
    assert values(results["size"])["number"] == "23%"
