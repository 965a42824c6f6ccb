"""Holm's adjustment of a declared family."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ca_research.ground.errors import UsageError
from ca_research.stats.multiple import holm


def test_holm_by_hand_in_the_order_given():
    found = holm({"c": 0.04, "a": 0.01, "d": 0.03, "b": 0.005})
    assert found["name"].tolist() == ["c", "a", "d", "b"]
    assert found["adjusted"].tolist() == pytest.approx(
        [0.06, 0.03, 0.06, 0.02]
    )  # 4 * .005, 3 * .01, 2 * .03, then carried
    assert found["rejected"].tolist() == [False, True, False, True]


def test_holm_of_one_is_the_p_value_itself_and_nothing_exceeds_one():
    assert holm({"a": 0.03})["adjusted"].tolist() == [0.03]
    assert holm({"a": 0.9, "b": 0.8})["adjusted"].tolist() == [1, 1]


@pytest.mark.parametrize("p", [None, math.nan, -0.1, 1.1])
def test_a_member_of_the_family_without_a_p_value_is_named(p):
    with pytest.raises(UsageError, match="for C30") as error:
        holm({"C20": 0.01, "C30": p})
    assert "1.0" in error.value.hint


def test_a_name_that_stands_twice_is_told():
    with pytest.raises(UsageError, match="two members are named 'a'"):
        holm(pd.Series([0.01, 0.02, 0.03], index=["a", "b", "a"]))


def test_an_empty_family_and_a_wrong_alpha():
    with pytest.raises(UsageError, match="empty"):
        holm({})
    with pytest.raises(UsageError, match="alpha"):
        holm({"a": 0.1}, alpha=5)
