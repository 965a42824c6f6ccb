"""The verdict on a sentence: the rule of registry/coding/README.md, case by case."""

from __future__ import annotations

import csv
import itertools
import statistics

import pytest

from ca_research import registry
from ca_research.claims.printed import DEPENDS, ReadingVerdict, as_printed, by_nearness, sentences
from ca_research.ground import paths
from ca_research.registry.voting import Vote

NEAR, CAREFUL, FAR = Vote(3.0, 5), Vote(2.0, 0), Vote(1.8, 0)


def word(*tests: tuple[str, Vote | None]) -> str:
    return as_printed(
        [ReadingVerdict(f"t{n}", verdict, vote) for n, (verdict, vote) in enumerate(tests)]
    )[0]


@pytest.mark.parametrize(
    ("closest", "careful", "printed"),
    [
        ("supported", "supported", "supported"),
        ("supported", "partly supported", "partly supported"),
        ("partly supported", "supported", "partly supported"),
        ("supported", "contradicted", DEPENDS),
        ("contradicted", "partly supported", DEPENDS),
        ("contradicted", "not testable", "contradicted"),
        ("supported", "not enough evidence", "supported"),
        ("not testable", "supported", "not testable"),
        ("not enough evidence", "contradicted", "not enough evidence"),
    ],
)
def test_a_careful_reading_beside_the_closest(closest: str, careful: str, printed: str) -> None:
    assert word((closest, NEAR), (careful, CAREFUL)) == printed


def test_a_reading_that_is_not_careful_moves_nothing() -> None:
    assert word(("supported", NEAR), ("contradicted", FAR)) == "supported"


def test_where_no_reading_is_careful_no_test_says_what_the_sentence_says() -> None:
    assert word(("supported", Vote(1.2, 1)), ("supported", Vote(1.0, 0))) == "not enough evidence"


def test_of_two_closest_readings_both_have_to_be_settled() -> None:
    tie = Vote(2.4, 2)
    assert word(("supported", tie), ("not testable", tie)) == "not testable"
    assert word(("supported", tie), ("contradicted", tie)) == DEPENDS


def test_without_votes_the_first_reading_stands_for_the_sentence() -> None:
    assert word(("contradicted", None), ("supported", None)) == "contradicted"
    assert word(("supported", None)) == "supported"


def test_every_outcome_is_one_of_the_six_words() -> None:
    votes = (NEAR, CAREFUL, FAR)
    for words in itertools.product(registry.VERDICTS, repeat=3):
        assert word(*zip(words, votes, strict=True)) in registry.PRINTED


def test_nearness_is_careful_exactly_from_a_mean_of_two() -> None:
    for fits in itertools.combinations_with_replacement(range(4), 5):
        mean = statistics.fmean(fits)
        assert (Vote(mean, 0).nearness >= 2) == (mean >= 2)


def test_the_votes_of_the_register_are_of_readings_that_it_declares() -> None:
    for name in ("reading_fit.csv", "reading_fit_named.csv"):
        with (paths.registry_dir() / "coding" / name).open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["fit_1"]]
        for row in rows:
            if (row["claim"], row["reading"]) == ("C24", "all_modes"):
                continue  # it became the same test as another: its amendment says so
            spec = registry.claim(row["claim"])
            assert row["reading"] in {reading.name for reading in spec.readings}
            vote = registry.votes(spec.id, named="named" in name)[row["reading"]]
            assert round(vote.fit, 1) == float(row["mean_fit"])


def test_the_closest_reading_comes_first() -> None:
    names = [reading.name for reading in registry.claim("C34").readings]
    assert by_nearness(registry.votes("C34"), names)[:2] == ["literal", "rank"]
    assert by_nearness({}, ["b", "a"]) == ["b", "a"]


def test_an_entry_holds_the_tests_of_one_run() -> None:
    def stored(reading: str, as_of: str, **given: object) -> dict[str, object]:
        return {
            "claim": "C99",
            "reading": reading,
            "as_of": as_of,
            "params": {"as_of": as_of, "economy": "KAZ"},
            "as_printed": DEPENDS,
            "because": "b",
            "readers_split": "",
            "leads": reading == "near",
            "answer": f"answer of {reading}",
            "statement": "s",
            "nearness": 3,
            "verdict": "supported",
            "fragile": False,
            "certainty": {"level": "low"},
        } | given

    found = sentences(
        [stored("near", "latest"), stored("far", "latest"), stored("near", "2023-05-19")]
    )
    assert [(e["as_of"], len(e["tests"]), e["answer"]) for e in found] == [
        ("latest", 2, "answer of near"),
        ("2023-05-19", 1, "answer of near"),
    ]
    assert found[0]["params"] == {"economy": "KAZ"}
    assert found[0]["tests"][1] == {
        "reading": "far",
        "statement": "s",
        "nearness": 3,
        "verdict": "supported",
        "fragile": False,
        "certainty": "low",
    }
