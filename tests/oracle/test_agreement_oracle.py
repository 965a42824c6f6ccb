"""Krippendorff's alpha against the worked examples of its author (2011, Computing Krippendorff's
Alpha-Reliability, sections A and C), to the three decimals that he prints.
"""

from __future__ import annotations

import math

import pytest

from ca_research.stats.agreement import krippendorff_alpha

FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
TWO_OBSERVERS = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("coders", "scale", "printed"),
    [
        (TWO_OBSERVERS, "nominal", 0.095),
        (FOUR_OBSERVERS, "nominal", 0.743),
        (FOUR_OBSERVERS, "ordinal", 0.815),
    ],
)
def test_alpha_is_that_of_the_published_examples(coders, scale, printed):
    units = list(zip(*coders, strict=True))
    assert round(krippendorff_alpha(units, scale), 3) == printed
    assert krippendorff_alpha(reversed(units), scale) == pytest.approx(
        krippendorff_alpha(units, scale)
    )


def test_all_alike_is_one_and_a_single_value_says_nothing():
    assert krippendorff_alpha([(1, 1, 1), (2, 2, None)]) == 1
    assert math.isnan(krippendorff_alpha([(1, 1), (1, 1), (2, None)]))
