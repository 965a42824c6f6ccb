"""Bounds on polls of several countries. Polls are in `cases/`."""

import itertools

import pytest

from ca_research.article import approval


def spread_out(total, n, most):
    """Every way to give n economies shares of whole tens that add up to a total."""
    shares = itertools.product(range(0, most + 1, 10), repeat=n)
    return {found for found in shares if sum(found) == total}


@pytest.mark.parametrize(
    ("about", "against", "cap"),
    [(30, 80, 50), (30, 80, 100), (50, 50, 60), (10, 90, 20)],
)
def test_the_fewest_countries_below_by_trying_every_way(about, against, cap):
    n = 3
    fewest = min(
        sum(a < b for a, b in zip(one, other, strict=True))
        for one in spread_out(n * about, n, cap)
        for other in spread_out(n * against, n, 100)
    )
    assert approval.fewest_below(n, about, against, cap) == fewest
