"""The bottom line: computed from whatever verdicts there are, without an empty slot."""

import random
import re

import pytest

from ca_research import registry
from ca_research.article.bottom_line import statements

ECONOMIES = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
LOW, HIGH = ({"level": level, "reason": ""} for level in ("low", "high"))


def verdict(claim, word, as_of="latest", **given):
    return {
        "claim": claim,
        "params": {},
        "as_of": as_of,
        "leads": True,
        "verdict": word,
        "as_printed": word,
        "answer": f"The answer of {claim}.",
        "finding": f"Finding of {claim}",
        "certainty": {},
        "fragile": False,
        "deciding": [],
        "criteria": [],
    } | given


def lacking(claim, *codes, decides=True):
    """Not enough evidence, as these countries have no figure."""
    cells = [{"economy": e, "met": None if e in codes else True, "about": {}} for e in ECONOMIES]
    criteria = [{"name": "first", "cell_threshold": 1.0, "cells": cells}]
    deciding = ["first"] if decides else []
    return verdict(claim, "not enough evidence", criteria=criteria, deciding=deciding)


def told(*verdicts):
    return {about: (text, ids) for about, text, ids in statements(verdicts, "latest")}


def test_what_holds_is_counted_and_the_most_certain_named_first():
    found = told(
        verdict("C02", "supported", certainty=LOW),
        verdict("C25", "supported", certainty=HIGH),
        verdict("C18", "contradicted"),
        verdict("C03", "partly supported"),
        verdict("O01", "not testable"),
    )
    text, ids = found["What holds"]
    assert text.startswith("Two of the four sentences are supported as printed, one more in part.")
    assert text.index("Finding of C25") < text.index("Finding of C02") and ids == ["C02", "C25"]


def test_of_two_that_are_as_certain_the_one_that_hangs_on_no_part_comes_first():
    fragile = verdict("C02", "contradicted", fragile=True, certainty=LOW)
    text, _ = told(fragile, verdict("C25", "contradicted", certainty=LOW))["What is contradicted"]
    assert text.index("Finding of C25") < text.index("Finding of C02")


def test_what_contradicted_claims_have_in_common_is_computed():
    kinds = {c.id: c.kind for c in registry.claims().values()}
    universal, dates = ([c for c in kinds if kinds[c] == k][:3] for k in ("universal", "date"))
    contradicted = [verdict(c, "contradicted") for c in universal]
    text, ids = told(*contradicted, *(verdict(c, "supported") for c in dates))[
        "What is contradicted"
    ]
    assert "All three make a sweeping statement, as three of all six sentences do." in text
    assert ids == sorted(universal)
    other = told(*(verdict(c, "contradicted") for c in dates))["What is contradicted"][0]
    assert "of all" not in other, "what holds of every claim sets none apart"


def test_missing_countries_are_those_of_the_criteria_that_decide():
    three = lacking("C02", "KAZ", "TJK", "TKM")
    beside = lacking("C30", "UZB", decides=False)
    text, ids = told(three, lacking("C25", "TKM"), beside)["What cannot be said"]
    # those that lack as many are all named
    assert "Turkmenistan (in two), Kazakhstan (in one) and Tajikistan (in one)" in text
    assert "Uzbekistan" not in text and ids == ["C02", "C25", "C30"]


def test_a_sentence_counts_by_its_verdict_as_printed():
    found = told(
        verdict("C05", "supported", as_printed="depends on the reading"),
        verdict("C02", "supported", fragile=True, certainty=LOW),
    )
    text, ids = found["What holds"]
    assert ids == ["C02"] and "one would turn without one source" in text
    assert "one is of low certainty" in text
    assert found["What depends on the reading"][1] == ["C05"]


def test_a_report_on_one_claim_does_not_count_it(snapshot):
    """'None of the one claims is contradicted.'"""
    words = ("supported", "not enough evidence", "not testable")
    assert {word: told(verdict("C09", word)) for word in words} == snapshot


@pytest.mark.parametrize("seed", range(15))
def test_any_set_of_verdicts_gives_whole_sentences(seed):
    draw = random.Random(seed)
    claims = draw.sample(sorted(registry.claims()), draw.randint(1, len(registry.claims())))
    given = []
    for claim in claims:
        for day in ("latest", "2023-05-19"):
            missing = lacking(claim, *draw.sample(ECONOMIES, draw.randint(0, 5)))
            level = draw.choice(["high", "moderate", "low", None])
            given.append(
                missing
                | {"verdict": draw.choice(registry.VERDICTS), "as_of": day}
                | {"certainty": {"level": level} if level else {}}
                | ({"criteria": []} if draw.random() < 0.3 else {})
            )
    found = statements(given, "latest")
    assert bool(found) is any(c.startswith("C") for c in claims) and len(found) <= 5
    for about, text, ids in found:
        assert about and not text[0].islower() and text.endswith("."), text
        assert not re.search(r"None(?! of the)|  | [,.;]|\(\)|[{}\[\]]|\.\.|:\.", text), text
        assert set(ids) <= set(claims)
