"""Whose way amendments moved verdicts."""

import itertools

import pytest

from ca_research.registry import PRINTED
from ca_research.registry.claims import Outcome
from ca_research.site import moves

UP, DOWN = moves.ARTICLE, moves.AGAINST


def way(then, now):
    return moves.way(
        Outcome(then=then[0], now=now[0]),
        Outcome(then=then[1], now=now[1]),
    )


@pytest.mark.parametrize(
    ("then", "now", "whose"),
    [
        (("contradicted", "not enough evidence"), ("supported", "supported"), UP),
        (("not testable", "partly supported"), (None, "supported"), UP),
        (("supported", "partly supported"), ("not testable", "contradicted"), DOWN),
        (("supported", "contradicted"), ("contradicted", "supported"), moves.BOTH),
        (("not enough evidence", "depends on the reading"), (None, None), moves.NEITHER),
        (("supported", None), (None, "supported"), moves.UNKNOWN),
    ],
)
def test_the_ways_of_examples(then, now, whose):
    assert way(then, now) == whose


def test_back_is_the_other_way():
    turned = {UP: DOWN, DOWN: UP}
    for a, b in itertools.product(PRINTED, repeat=2):
        there, back = way((a, b), (a, b)), way((b, a), (b, a))
        assert back == turned.get(there, there)
        assert (there == moves.NEITHER) == (moves._ORDER.get(a, 1) == moves._ORDER.get(b, 1))


def test_each_day_is_counted_and_all_of_them():
    made = [{"date": 1, "way": UP}, {"date": 2, "way": UP}, {"date": 2, "way": DOWN}]
    assert moves.counts(made) == {1: {UP: 1}, 2: {UP: 1, DOWN: 1}, None: {UP: 2, DOWN: 1}}
