"""The verdict on a sentence: the rule of registry/coding/README.md, case by case."""

import itertools
import statistics

import pytest
from tests.unit.engine import STORED, cases

from ca_research import registry
from ca_research.claims.printed import by_nearness, on_sentence, sentences
from ca_research.registry.voting import Vote

PRINTED = cases("printed")


def word(tests):
    votes = {n: Vote(*vote) for n, (_, *vote) in enumerate(tests) if vote}
    return on_sentence({n: (f"t{n}", test[0]) for n, test in enumerate(tests)}, votes)[0]


@pytest.mark.parametrize("case", PRINTED.values(), ids=PRINTED)
def test_a_sentence_is_printed_as(case):
    assert word(case["tests"]) == case["word"]


def test_every_outcome_is_one_of_the_six_words():
    votes = ((3.0, 5), (2.0, 0), (1.8, 0))
    for words in itertools.product(registry.VERDICTS, repeat=3):
        assert word([(w, *vote) for w, vote in zip(words, votes, strict=True)]) in registry.PRINTED


def test_nearness_is_careful_exactly_from_a_mean_of_two():
    for fits in itertools.combinations_with_replacement(range(4), 5):
        mean = statistics.fmean(fits)
        assert (Vote(mean, 0).nearness >= 2) == (mean >= 2)


def test_the_closest_reading_comes_first():
    names = [reading.name for reading in registry.claim("C34").readings]
    assert by_nearness(registry.votes("C34"), names)[:2] == ["literal", "rank"]
    assert by_nearness({}, ["b", "a"]) == ["b", "a"]


def test_an_entry_holds_the_tests_of_one_run():
    runs = [("near", "latest"), ("far", "latest"), ("near", "2023-05-19")]
    same = STORED["verdict"] | {"because": "", "readers_split": False}
    stored = [same | {"reading": reading, "as_of": day} for reading, day in runs]
    found = {e["as_of"]: [test["reading"] for test in e["tests"]] for e in sentences(stored)}
    assert found == {"latest": ["near", "far"], "2023-05-19": ["near"]}
