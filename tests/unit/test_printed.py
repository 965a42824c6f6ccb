"""The verdict on a sentence: the rule of registry/coding/README.md, case by case."""

import csv
import itertools
import statistics

import pytest
from tests.unit.engine import cases

from ca_research import registry
from ca_research.claims.printed import ReadingVerdict, as_printed, by_nearness
from ca_research.ground import paths
from ca_research.registry.voting import Vote

PRINTED = cases("printed")


def word(tests):
    told = [(verdict, Vote(*vote) if vote else None) for verdict, *vote in tests]
    return as_printed([ReadingVerdict(f"t{n}", *one) for n, one in enumerate(told)])[0]


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


@pytest.mark.parametrize("name", ["reading_fit", "reading_fit_named"])
def test_the_votes_of_the_register_are_of_readings_that_it_declares(name):
    with (paths.registry_dir() / "coding" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["fit_1"]]
    for row in rows:
        if (row["claim"], row["reading"]) == ("C24", "all_modes"):
            continue  # it became the same test as another: its amendment says so
        spec = registry.claim(row["claim"])
        assert row["reading"] in {reading.name for reading in spec.readings}
        vote = registry.votes(spec.id, named="named" in name)[row["reading"]]
        assert round(vote.fit, 1) == float(row["mean_fit"])


def test_the_closest_reading_comes_first():
    names = [reading.name for reading in registry.claim("C34").readings]
    assert by_nearness(registry.votes("C34"), names)[:2] == ["literal", "rank"]
    assert by_nearness({}, ["b", "a"]) == ["b", "a"]
