"""Growth and slope of short series: each statistic says one thing, and refuses what it cannot
answer.
"""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ca_research import stats
from ca_research.ground.errors import CoverageError, UsageError

ALL = (
    stats.end_to_end,
    stats.sen_slope,
    stats.log_slope,
    stats.compound_rate,
    stats.mean_annual_rate,
)


def series(values: dict[int, float]) -> pd.Series:
    return pd.Series(values, dtype="float64")


def test_end_to_end_takes_the_first_and_last_observed_year_whatever_the_order():
    assert (
        stats.end_to_end(series({2012: 5, 2013: math.nan, 2010: 2, 2011: 90, 2009: math.nan})) == 3
    )


def test_sen_slope_counts_years_not_positions():
    # exact line of slope 2 with 2011 to 2014 missing: by position the slope would be 4
    assert stats.sen_slope(series({2010: 0, 2015: 10, 2016: 12})) == pytest.approx(2)


def test_sen_slope_is_not_moved_by_one_wild_year():
    line = {year: 2.0 * year for year in range(2010, 2019)}
    assert stats.sen_slope(series(line | {2018: 1e6})) == pytest.approx(2)


def test_log_slope_of_an_exponential_is_its_rate():
    assert stats.log_slope(
        series({y: 7 * math.exp(0.05 * (y - 2010)) for y in (2010, 2011, 2014, 2018)})
    ) == (pytest.approx(0.05))


def test_compound_rate_and_mean_annual_rate_are_two_things():
    # 100, 150, 75: the yearly rates are +50 % and -50 %, their mean is nought, yet a quarter is
    # lost
    values = series({2010: 100, 2011: 150, 2012: 75})
    assert stats.mean_annual_rate(values) == pytest.approx(0)
    assert stats.compound_rate(values) == pytest.approx(math.sqrt(0.75) - 1)


def test_compound_rate_bridges_a_gap_by_its_number_of_years_and_the_mean_rate_refuses_it():
    gap = series({2010: 100, 2012: 121})
    assert stats.compound_rate(gap) == pytest.approx(0.10)
    with pytest.raises(CoverageError, match="consecutive"):
        stats.mean_annual_rate(gap)
    with pytest.raises(CoverageError, match="consecutive"):
        stats.mean_annual_rate(series({2010: 100, 2011: math.nan, 2012: 121}))


def test_the_mean_rate_takes_years_in_their_order():
    assert stats.mean_annual_rate(series({2012: 300, 2010: 100, 2011: 200})) == pytest.approx(
        (1.0 + 0.5) / 2
    )


@pytest.mark.parametrize("statistic", ALL)
@pytest.mark.parametrize("values", [{}, {2010: 1.0}, {2010: math.nan, 2011: 2.0}])
def test_too_few_observations_are_refused(statistic, values):
    with pytest.raises(CoverageError, match="at least"):
        statistic(series(values))


@pytest.mark.parametrize("statistic", [stats.sen_slope, stats.log_slope])
def test_a_slope_needs_three_years(statistic):
    with pytest.raises(CoverageError, match="at least 3"):
        statistic(series({2010: 1, 2011: 2}))


@pytest.mark.parametrize("wrong", [0.0, -1.0])
@pytest.mark.parametrize(
    "statistic", [stats.log_slope, stats.compound_rate, stats.mean_annual_rate]
)
def test_rates_and_logs_refuse_to_grow_from_nothing(statistic, wrong):
    with pytest.raises(CoverageError, match="positive"):
        statistic(series({2010: wrong, 2011: 2, 2012: 3}))


def test_a_series_that_ends_at_zero_lost_all_of_it():
    assert stats.compound_rate(series({2010: 5, 2012: 0})) == -1
    assert stats.end_to_end(series({2010: 5, 2012: 0})) == -5


@pytest.mark.parametrize("statistic", ALL)
def test_a_year_that_stands_twice_is_refused(statistic):
    twice = pd.Series([1.0, 2.0, 3.0, 4.0], index=[2010, 2011, 2011, 2012])
    with pytest.raises(UsageError, match="one year"):
        statistic(twice)
