"""The bottom line: computed from whatever verdicts there are, without an empty slot."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from ca_research import registry
from ca_research.article.bottom_line import statements

PUBLISHED = "2023-05-19"
ECONOMIES = ("KAZ", "KGZ", "TJK", "TKM", "UZB")


def verdict(claim: str, word: str, as_of: str = "latest", **given: Any) -> dict[str, Any]:
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


def counted(name: str = "first", **met: bool | None) -> dict[str, Any]:
    cells = [
        {"economy": code, "met": met.get(code), "about": {"rival": "RUS"}} for code in ECONOMIES
    ]
    return {"name": name, "cell_threshold": 1.0, "cells": cells}


def told(*verdicts: dict[str, Any], day: str = "latest") -> dict[str, tuple[str, list[str]]]:
    return {about: (text, ids) for about, text, ids in statements(verdicts, day)}


def test_what_holds_is_counted_and_the_most_certain_named_first():
    found = told(
        verdict("C02", "supported", certainty={"level": "low", "reason": ""}),
        verdict("C25", "supported", certainty={"level": "high", "reason": ""}),
        verdict("C18", "contradicted"),
        verdict("C03", "partly supported"),
        verdict("O01", "not testable"),
    )
    text, ids = found["What holds"]
    assert text.startswith("Two of the four sentences are supported as printed, one more in part.")
    assert text.index("Finding of C25") < text.index("Finding of C02")
    assert ids == ["C02", "C25"]


def test_of_two_that_are_as_certain_the_one_that_hangs_on_no_part_comes_first():
    low = {"certainty": {"level": "low", "reason": ""}}
    found = told(
        verdict("C02", "contradicted", fragile=True, **low), verdict("C25", "contradicted", **low)
    )
    text, _ = found["What is contradicted"]
    title = registry.claim("C25").title
    assert text.index(f"“{title}”: Finding of C25.") < text.index("Finding of C02.")


def test_what_contradicted_claims_have_in_common_is_computed():
    universal = [c.id for c in registry.claims().values() if c.kind == "universal"][:3]
    dates = [c.id for c in registry.claims().values() if c.kind == "date"][:3]
    found = told(
        *(verdict(c, "contradicted") for c in universal), *(verdict(c, "supported") for c in dates)
    )
    text, ids = found["What is contradicted"]
    assert "All three make a sweeping statement, as three of all six sentences do." in text
    assert ids == sorted(universal)
    other = told(*(verdict(c, "contradicted") for c in dates))["What is contradicted"][0]
    assert "of these" not in other, "what holds of every claim sets none apart"


def test_missing_countries_are_those_of_the_criteria_that_decide():
    open_ = counted(KAZ=True, KGZ=True, TJK=True)
    found = told(
        verdict("C20", "not enough evidence", criteria=[open_], deciding=["first"]),
        verdict("C30", "not enough evidence", criteria=[open_], deciding=[]),
    )
    text, ids = found["What cannot be said"]
    assert "Turkmenistan (in one) and Uzbekistan (in one)" in text and ids == ["C20", "C30"]


def test_a_sentence_counts_by_its_verdict_as_printed():
    found = told(
        verdict("C05", "supported", as_printed="depends on the reading"),
        verdict("C02", "supported", fragile=True, certainty={"level": "low", "reason": ""}),
    )
    text, ids = found["What holds"]
    assert ids == ["C02"] and "one would turn without one source" in text
    assert "one is of low certainty" in text
    assert found["What depends on the reading"][1] == ["C05"]


@pytest.mark.parametrize(
    ("word", "about", "begins"),
    [
        ("supported", "What holds", "The one sentence is supported as printed."),
        ("supported", "What is contradicted", "The one sentence is not contradicted."),
        ("not enough evidence", "What cannot be said", "The one sentence cannot be decided"),
        ("not testable", "What cannot be said", "The one sentence could not be settled"),
    ],
)
def test_a_report_on_one_claim_does_not_count_it(word, about, begins):
    """'None of the one claims is contradicted.'"""
    assert told(verdict("C09", word))[about][0].startswith(begins)


@pytest.mark.parametrize("seed", range(40))
def test_any_set_of_verdicts_gives_whole_sentences(seed):
    draw = random.Random(seed)
    claims = draw.sample(sorted(registry.claims()), draw.randint(1, len(registry.claims())))
    given = []
    for claim in claims:
        for day in ("latest", PUBLISHED):
            cells = {code: draw.choice([True, False, None]) for code in ECONOMIES}
            criteria = [counted(**cells)] if draw.random() < 0.7 else []
            word = draw.choice(registry.VERDICTS)
            one = verdict(claim, word, day, criteria=criteria, deciding=["first"])
            level = draw.choice(["high", "moderate", "low", None])
            given.append(one | {"certainty": {"level": level} if level else {}})
    found = statements(given, "latest")
    assert bool(found) is any(c.startswith("C") for c in claims) and len(found) <= 5
    for about, text, ids in found:
        assert about and not text[0].islower() and text.endswith("."), text
        assert not re.search(r"None(?! of the)|  | [,.;]|\(\)|[{}\[\]]|\.\.|:\.", text), text
        assert set(ids) <= set(claims)


def test_countries_with_as_many_missing_figures_are_all_named():
    def lacking(claim: str, *codes: str) -> dict[str, Any]:
        cells = [{"economy": code, "met": None, "about": {}} for code in codes]
        criteria = [{"name": "first", "cell_threshold": 1.0, "cells": cells}]
        return verdict(claim, "not enough evidence", deciding=["first"], criteria=criteria)

    text, _ = told(lacking("C02", "TKM", "KAZ", "KGZ", "TJK"), lacking("C25", "TKM"))[
        "What cannot be said"
    ]
    assert "Turkmenistan (in two), Kazakhstan (in one), Kyrgyzstan (in one) and Tajikistan" in text
