"""A measure that somebody calls by hand, in a notebook, refuses what a claim file could not say."""

from __future__ import annotations

import inspect
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

import ca_research as ca
from ca_research.claims import measures
from ca_research.estimates.measures import names_of_parts
from ca_research.ground.errors import UnknownNameError, UsageError

NAMES = sorted(measures._package())
CHOICES = [
    (name, choice)
    for name in NAMES
    for choice, hint in get_type_hints(measures.find(name)).items()
    if get_origin(hint) is Literal and isinstance(get_args(hint)[0], str)
]
PARTS = [
    (name, part)
    for name in NAMES
    for part in sorted(names_of_parts(measures.find(name)))
    if (name, part) not in CHOICES and part in inspect.signature(measures.find(name)).parameters
]
BY_ECONOMY = [n for n in NAMES if "economies" in inspect.signature(measures.find(n)).parameters]


def asked(name: str, **given):
    """What the measure answers of no table at all: it has to refuse before it reads one."""
    function = measures.find(name)
    hints = get_type_hints(function)
    needed = {
        p.name: get_args(hints[p.name])[0] if get_origin(hints[p.name]) is Literal else None
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty
    }
    return function(**(needed | given))


@pytest.mark.parametrize(("name", "choice"), CHOICES)
def test_a_misspelled_choice_is_refused(name, choice):
    with pytest.raises(UnknownNameError, match=f"unknown {choice} 'misspelled'"):
        asked(name, **{choice: "misspelled"})


@pytest.mark.parametrize("name", BY_ECONOMY)
def test_economies_are_known_and_some(name):
    with pytest.raises(UnknownNameError, match="economy 'Kasakhstann'"):
        asked(name, economies=["Kasakhstann"])
    with pytest.raises(UsageError, match="no economy to measure"):
        asked(name, economies=[])


@pytest.mark.parametrize(("name", "part"), PARTS)
def test_a_part_is_the_measures_own(name, part):
    with pytest.raises(UsageError, match=f"{part} is made by the measure itself") as error:
        asked(name, **{part: object()})
    assert "claim.gather" in error.value.hint


def test_economies_have_names_and_are_measured_once():
    change, students = measures.find("students.window_change"), ca.load("students")
    twice = change(students, economies=["Kazakhstan", "KAZ"])
    assert twice["economy"].tolist() == ["KAZ"]
    one = change(students, economies="Kazakhstan")
    assert one["estimate"].tolist() == twice["estimate"].tolist()
