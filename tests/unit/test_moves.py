"""Whose way amendments moved verdicts."""

import itertools

import pytest
from tests.cases import cases

from ca_research.registry import PRINTED
from ca_research.registry.claims import Outcome
from ca_research.site import moves
from ca_research.site.moves import AGAINST, ARTICLE, NEITHER

ORDER = {"contradicted": 0, "partly supported": 2, "supported": 3}  # what is not decided is 1


def way(then, now):
    """From the first to the second word of each of the two days."""
    before, after = (Outcome(then=then[n], now=now[n]) for n in (0, 1))
    return moves.way(before, after)


@pytest.mark.parametrize(("then", "now", "whose"), cases(__file__, "moves"))
def test_both_days_are_taken_together(then, now, whose):
    assert way(then, now) == getattr(moves, whose)


def test_on_both_days_alike_it_goes_by_the_order_of_the_words():
    for a, b in itertools.product(PRINTED, repeat=2):
        step = ORDER.get(b, 1) - ORDER.get(a, 1)
        assert way((a, b), (a, b)) == (ARTICLE if step > 0 else AGAINST if step else NEITHER)
