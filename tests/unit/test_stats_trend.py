"""Trends and Holm: what they say on series worked out by hand, and what they refuse."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.errors import CoverageError, UsageError
from ca_research.stats.multiple import holm
from ca_research.stats.trend import change_against_base, mann_kendall, ols_trend, sen_interval

ALL = (mann_kendall, sen_interval, ols_trend)


def years(*values: float, first: int = 2000) -> pd.Series:
    return pd.Series(values, index=range(first, first + len(values)), dtype="float64")


def noisy(n: int, slope: float = 1.0) -> pd.Series:
    return years(*(slope * np.arange(n) + np.random.default_rng(n).normal(size=n)))


def test_a_rising_series_has_the_smallest_p_there_is():
    found = mann_kendall(years(1, 2, 4, 8, 16))
    assert (found.s, found.tau, found.n, found.method) == (10, 1.0, 5, "exact")
    assert found.p == found.p_least == 2 / math.factorial(5)  # one ordering up, one down


def test_four_years_can_never_be_significant_and_the_result_says_so():
    assert mann_kendall(years(1, 2, 3, 4)).p_least == 2 / 24


def test_ties_leave_fewer_orderings():
    # 1 1 2 3: 4!/2! = 12 distinct orderings, S = 5 of 6 pairs; only the sorted one and its reverse
    # reach |5|
    found = mann_kendall(years(1, 1, 2, 3))
    assert (found.s, found.p) == (5, 2 / 12)
    assert found.tau == pytest.approx(5 / math.sqrt(6 * 5))


def test_no_trend_at_all_is_p_one_by_both_methods():
    flat = years(1, 2, 2, 1)
    assert mann_kendall(flat).p == 1
    assert mann_kendall(flat, method="normal").p == 1


def test_the_normal_approximation_begins_at_ten():
    assert [mann_kendall(noisy(n)).method for n in (9, 10)] == ["exact", "normal"]


def test_the_order_of_rows_and_missing_years_do_not_matter_to_ranks():
    gaps = pd.Series({2000: 3.0, 2004: 5.0, 2003: math.nan, 2002: 4.0, 2010: 1.0})
    assert mann_kendall(gaps) == mann_kendall(years(3, 4, 5, 1))


def test_sen_slope_has_an_interval_from_ten_years_on():
    nine, ten = sen_interval(noisy(9)), sen_interval(noisy(10))
    assert (nine.low, nine.high) == (None, None)
    assert ten.low < ten.slope < ten.high


def test_a_wider_level_gives_a_wider_interval():
    series = noisy(20)
    for interval in (sen_interval, ols_trend):
        wide, narrow = interval(series, level=0.99), interval(series, level=0.8)
        assert wide.low < narrow.low < narrow.slope < narrow.high < wide.high


def test_no_hac_below_ten():
    with pytest.raises(CoverageError, match="no HAC below ten"):
        ols_trend(noisy(9))


def test_the_lag_rule_of_newey_and_west():
    assert [ols_trend(noisy(n)).lags for n in (10, 30, 100)] == [2, 3, 4]
    assert ols_trend(noisy(12), lags=0).lags == 0


@pytest.mark.parametrize("lags", [-1, 10, 99])
def test_impossible_lags(lags):
    with pytest.raises(UsageError, match="lag"):
        ols_trend(noisy(12), lags=lags)


def test_hac_counts_neighbours_so_the_years_must_be_equally_spaced():
    series = noisy(14)
    with pytest.raises(CoverageError, match="equally spaced"):
        ols_trend(series.drop(2005))
    with pytest.raises(CoverageError, match="equally spaced"):
        ols_trend(series.where(series.index != 2005))
    every_other = pd.Series(series.to_numpy(), index=range(1990, 2018, 2))
    assert ols_trend(every_other).slope == pytest.approx(ols_trend(series).slope / 2)


def test_an_exact_line_has_no_noise_and_so_no_p_value():
    with pytest.raises(CoverageError, match="exactly"):
        ols_trend(years(*(1e9 + 0.1 * np.arange(12))))


@pytest.mark.parametrize("test", ALL)
@pytest.mark.parametrize("n", [3, 9, 12])
def test_a_constant_series_gives_no_p_value(test, n):
    with pytest.raises(CoverageError, match=f"all {n} values are the same"):
        test(years(*[7.0] * n))


@pytest.mark.parametrize("test", ALL)
@pytest.mark.parametrize("values", [(), (1.0, 2.0), (math.nan,) * 12])
def test_too_short_or_all_missing(test, values):
    with pytest.raises(CoverageError, match="at least 3"):
        test(years(*values))


@pytest.mark.parametrize("test", ALL)
def test_a_year_that_stands_twice(test):
    with pytest.raises(UsageError, match="two observations for one year"):
        test(pd.concat([noisy(12), years(4.0, first=2003)]))


@pytest.mark.parametrize("test", ALL)
@pytest.mark.parametrize(
    ("series", "said"),
    [
        (years(1, 2, math.inf, *range(9)), "infinite"),
        (pd.Series(["1", "a", "b"], index=[1, 2, 3]), "not numbers"),
        (pd.Series([1.0, 2, 3], index=["x", "y", "z"]), "index must hold years"),
        (pd.Series([1.0, 2, 3], index=[2000, math.nan, 2002]), "index must hold years"),
        ([1, 2, 3], "not list"),
    ],
)
def test_what_is_not_a_series_of_numbers_by_year(test, series, said):
    with pytest.raises(UsageError, match=said):
        test(series)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(level):
    for interval in (sen_interval, ols_trend):
        with pytest.raises(UsageError, match="level"):
            interval(noisy(12), level=level)


def test_an_unknown_method():
    with pytest.raises(UsageError, match="unknown method"):
        mann_kendall(noisy(12), method="guess")


def test_change_against_a_base_period():
    found = change_against_base(years(1, 3, 100, 4, 6), base=(2000, 2001), later=(2003, 2004))
    assert (found.base_mean, found.later_mean, found.difference, found.ratio) == (2, 5, 3, 2.5)
    assert (found.n_base, found.n_later) == (2, 2)


def test_a_base_that_is_not_positive_has_no_ratio():
    for first in (-1.0, 0.0):
        found = change_against_base(years(first, 5), base=(2000, 2000), later=(2001, 2001))
        assert found.ratio is None
        assert found.difference == 5 - first


def test_a_mean_over_a_gap_is_refused_by_name():
    with pytest.raises(CoverageError, match="not observed: 2001, 2004"):
        change_against_base(years(1, math.nan, 2, 3), base=(2000, 2001), later=(2003, 2004))


@pytest.mark.parametrize(
    ("base", "later", "said"),
    [
        ((2001, 2000), (2002, 2003), "backwards"),
        ((2000, 2002), (2002, 2003), "not after"),
        ((2002, 2003), (2000, 2001), "not after"),
    ],
)
def test_periods_that_overlap_or_run_backwards(base, later, said):
    with pytest.raises(UsageError, match=said):
        change_against_base(years(1, 2, 3, 4), base=base, later=later)


def test_results_are_plain_json():
    series = noisy(12)
    change = change_against_base(series, (2000, 2003), (2008, 2011))
    for result in (mann_kendall(series), sen_interval(noisy(9)), ols_trend(series), change):
        assert json.loads(json.dumps(result.to_dict())) == result.to_dict()


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


def test_an_empty_family_and_a_wrong_alpha():
    with pytest.raises(UsageError, match="empty"):
        holm({})
    with pytest.raises(UsageError, match="alpha"):
        holm({"a": 0.1}, alpha=5)
