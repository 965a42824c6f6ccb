"""Words that a measure takes: a misspelt one is refused where the claim is read, before it runs."""

from __future__ import annotations

import inspect
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from ca_research import registry
from ca_research.article import balance, corridor, doctrine, documents, energy, forecasts
from ca_research.article.industry import RESOURCES
from ca_research.article.priority.measures import CHOICES
from ca_research.article.settings import Grants
from ca_research.claims import check, measures
from ca_research.estimates import Measure
from ca_research.students import flows
from ca_research.trade.rank import FLOWS, OWN_SOURCES

MEASURES = {name: measures.find(name) for name in measures._package()}

OPEN = {
    # years, days and editions
    "year", "window", "before", "early", "late", "near", "vintage", "wave", "end", "version",
    # economies and other parties, and what they are joined to
    "about", "against", "actor", "body", "country", "counterpart", "creditor", "destination",
    "donor", "economy", "investor", "partner", "places", "subject", "to",
    # words, patterns and kinds of rows of a table: the registry lists them, and generic measures
    # look them up there
    "attribute", "detail", "instrument", "kinds", "level", "measure", "other", "place",
    "price_basis", "product", "says", "sector", "source", "accession_list",
    # a claim, its readings, and codings of the registry
    "apart_from", "claim", "beside", "codes", "coding", "counting", "reading",
}  # fmt: skip
"""Texts that no list in code closes."""


def hints(function: Measure) -> dict[str, Any]:
    found = get_type_hints(function)
    return {name: found.get(name) for name in inspect.signature(function).parameters}


WORDS = {
    (name, choice): get_args(hint)
    for name, function in MEASURES.items()
    for choice, hint in hints(function).items()
    if get_origin(hint) is Literal
}
"""The words of every choice that has them, by measure and choice."""


def faults(name: str, choice: str, word: str) -> list[str]:
    (criterion, *_) = registry.claim("C25").criteria().values()
    given = {"measure": name, "settings": {choice: word}, "axes": ()}
    return list(measures.wrong_choices(criterion.model_copy(update=given), ()))


@pytest.mark.parametrize(("name", "choice"), WORDS)
def test_a_misspelt_word_is_refused_when_the_claim_is_read(name, choice):
    for word in WORDS[name, choice]:
        assert not faults(name, choice, word)
        (fault,) = faults(name, choice, f"{word}x")
        assert f"unknown {choice} of {name}: '{word}x'; " in fault and word in fault


def test_the_check_of_the_register_says_where_the_misspelt_word_stands():
    claim = registry.claim("C25")
    reading, *others = claim.readings
    first, *rest = reading.criteria
    wrong = first.model_copy(update={"settings": {"side": "chinees"}, "axes": ()})
    changed = reading.model_copy(update={"criteria": (wrong, *rest)})
    spec = claim.model_copy(update={"readings": (changed, *others)})
    found = check.register({"C25": spec}, {spec.notebook: set(spec.data)})
    told = f"criteria.{first.name}: unknown side of relations.border_total: 'chinees'"
    assert any(told in fault and "did you mean chinese?" in fault for fault in found), found


def test_every_text_that_a_measure_takes_has_its_words_or_is_open():
    free = {
        f"{choice} of {name}"
        for name, function in MEASURES.items()
        for choice, hint in hints(function).items()
        if hint is str and choice not in OPEN
    }
    assert not free


@pytest.mark.parametrize(
    ("name", "choice", "known"),
    [
        ("claims.priority.lead_share", "dimension", ["none", *CHOICES]),
        ("claims.priority.lead_share", "trade_basis", CHOICES["trade"]),
        ("claims.priority.lead_share", "investment_concept", CHOICES["investment"]),
        ("claims.priority.lead_share", "student_level", CHOICES["students"]),
        ("claims.priority.lead_share", "meetings", CHOICES["meetings"]),
        ("economy.corridor_containers", "transit", ["range", *corridor.TRANSIT]),
        ("economy.energy_share", "commodity", energy.COMMODITIES),
        ("investment.aid_years", "series", Grants.model_fields),
        ("relations.goal_share", "documents", doctrine._KINDS),
        ("relations.goal_share", "goal", doctrine.GOALS),
        ("relations.goal_share", "period", doctrine._PERIODS),
        ("relations.independent_sources", "seen", documents.measures.SEEN),
        ("relations.independent_sources", "strength", documents.measures.STRENGTHS),
        ("relations.vote_spread", "window", balance.WINDOWS),
        ("students.window_change", "statistic", flows.STATISTICS),
        ("students.window_change", "window", flows.WINDOWS),
        ("trade.foreseen", "model", forecasts.MODELS),
        ("trade.lead", "flow", FLOWS),
        ("trade.lead", "source", OWN_SOURCES),
        ("trade.resource_share", "resources", RESOURCES),
    ],
)
def test_words_are_those_that_the_measure_looks_up(name, choice, known):
    assert set(WORDS[name, choice]) == set(known)
