"""Bounds on polls of several countries, grants by head, and when there is no picture.
Polls, places, goals and years with grants are in `cases/`.
"""

import itertools

import pytest
from invented_tables import CASES, frame, read

import ca_research as ca
from ca_research.article import aid, approval, doctrine
from ca_research.ground.errors import CoverageError


def rows(file, name, table):
    content = read(CASES / f"{file}.yaml")
    return frame(table, name, content["same"].get(table, {}), content["sets"])


GRANTS = rows("aid", "grants", "investment")


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


def test_no_goal_and_no_grant_is_no_picture():
    goals = ca.load("evidence").iloc[:0]
    for picture in (
        lambda: doctrine.goal_figures(goals),
        lambda: aid.grant_figures(GRANTS.iloc[:0], ca.load("macro")),
    ):
        with pytest.raises(CoverageError):
            next(picture())
