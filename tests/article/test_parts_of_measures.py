"""A measure and what it shares with others agree on what is meant where nothing is given."""

from __future__ import annotations

import inspect

import pytest

from ca_research import registry
from ca_research.claims import measures
from ca_research.estimates.measures import parts_of

NAMED = sorted(
    {c.measure for s in registry.claims().values() for r in s.readings for c in r.criteria}
)


def other_defaults(function):
    mine = inspect.signature(function).parameters
    for maker in parts_of(function).values():
        shared = inspect.signature(maker).parameters
        made = parts_of(maker).keys()  # handed to both; no choice that a claim could leave open
        for name in (mine.keys() & shared.keys()) - {"economies", *made}:
            if mine[name].default != shared[name].default:
                yield maker.__name__, name
        yield from other_defaults(maker)


@pytest.mark.parametrize("name", NAMED)
def test_a_part_has_the_defaults_of_its_measure(name):
    assert not list(other_defaults(measures.find(name)))


def test_a_default_that_differs_is_seen():
    def part(*, until=2018): ...

    def question(*, until=2020, made=None): ...

    question.parts = {"made": part}
    assert list(other_defaults(question)) == [("part", "until")]
    assert any(parts_of(measures.find(name)) for name in NAMED)
