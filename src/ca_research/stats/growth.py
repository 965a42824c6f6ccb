"""Growth and slope of short annual series; each way of stating growth has its own name.

A series is indexed by year; missing values are left out. All raise CoverageError for too few
observations and UsageError for what is no series of finite numbers by year, or has a year twice.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from ..ground.arguments import how_many, refuse
from ..ground.errors import CoverageError
from .columns import floats
from .frames import require_some

YEARS = (1000, 2999)
"""What lies outside numbers rows or writes months: no year of a statistic."""


def observations(series: pd.Series, least: int) -> pd.Series:
    """Observed values as floats by ascending year.

    Raises CoverageError below `least`; UsageError for no series, an index that holds no years, a
    year twice, text, and infinite values.
    """
    known = series.dropna().sort_index()
    index = known.index
    years = pd.api.types.is_numeric_dtype(index) and not pd.api.types.is_bool_dtype(index)
    between = years and YEARS[0] <= index.min() and index.max() <= YEARS[1]
    if len(known) and not (between and index.is_unique):
        refuse("the index of the series", "years, each once", list(index), "set_index('year')")
    observed = pd.Series(floats(known, "the series"), index)
    require_some(observed.iloc[least - 1 :], f"{least} observations, which this measure needs")
    return observed


def _above_zero(values: pd.Series, last: bool = True) -> None:
    """Raises CoverageError where what is grown from, or has a log, is not above zero; `last`:
    whether the last one may not be zero either.
    """
    if (values.iloc[:-1] <= 0).any() or values.iloc[-1] < 0 or (last and values.iloc[-1] == 0):
        raise CoverageError("a rate needs positive values", hint="use sen_slope or end_to_end")


def end_to_end(series: pd.Series) -> float:
    """Change over the whole period: last minus first observed value.

    Parameters
    ----------
    series : pandas.Series
        Index years, gaps allowed, two or more observations.

    Returns
    -------
    float
        In the unit of the series.

    Raises
    ------
    CoverageError
        Fewer than two observations.
    UsageError
        What is no series of finite numbers by year, or has a year twice.

    Notes
    -----
    y_n - y_1; says nothing about what lies between.

    Examples
    --------
    >>> end_to_end(pd.Series([2.0, 9.0, 5.0], index=[2010, 2012, 2013]))
    3.0
    """
    observed = observations(series, 2)
    return float(observed.iloc[-1] - observed.iloc[0])


def sen_slope(series: pd.Series) -> float:
    """Median of the slopes between all pairs of years.

    Parameters
    ----------
    series : pandas.Series
        Index years, gaps allowed, three or more observations.

    Returns
    -------
    float
        In units of the series per year; zero for a constant series.

    Raises
    ------
    CoverageError
        Fewer than three observations.
    UsageError
        What is no series of finite numbers by year, or has a year twice.

    Notes
    -----
    Median over i < j of (y_j - y_i) / (t_j - t_i). Sen (1968), JASA 63(324).

    Examples
    --------
    >>> sen_slope(pd.Series([0.0, 10.0, 12.0], index=[2010, 2015, 2016]))
    2.0
    """
    from scipy.stats import theilslopes

    observed = observations(series, 3)
    return float(theilslopes(observed, observed.index.to_numpy(dtype=float)).slope)


def log_slope(series: pd.Series) -> float:
    """Least-squares slope of the natural log on the year: continuous growth.

    Parameters
    ----------
    series : pandas.Series
        Index years, gaps allowed, three or more observations, all above zero.

    Returns
    -------
    float
        Per year (0.05 is about 5 %).

    Raises
    ------
    CoverageError
        Fewer than three observations, or a value that is not above zero.
    UsageError
        What is no series of finite numbers by year, or has a year twice.

    Notes
    -----
    b of ln y_t = a + b t.

    Examples
    --------
    >>> round(log_slope(pd.Series(np.exp([0.0, 0.1, 0.2]), index=[2010, 2011, 2012])), 6)
    0.1
    """
    observed = observations(series, 3)
    _above_zero(observed)
    years = observed.index.to_numpy(dtype=float)
    return float(np.polyfit(years - years.mean(), np.log(observed.to_numpy()), 1)[0])


def compound_rate(series: pd.Series) -> float:
    """Compound annual growth rate between the first and the last observed year.

    Parameters
    ----------
    series : pandas.Series
        Index years, gaps allowed, two or more observations; all but the last above
        zero, the last at least zero.

    Returns
    -------
    float
        Per year (0.05 is 5 %).

    Raises
    ------
    CoverageError
        Fewer than two observations, or a value that cannot be grown from.
    UsageError
        What is no series of finite numbers by year, or has a year twice.

    Notes
    -----
    (y_n / y_1) ** (1 / (t_n - t_1)) - 1

    Examples
    --------
    >>> round(compound_rate(pd.Series([100.0, 121.0], index=[2010, 2012])), 6)
    0.1
    """
    observed = observations(series, 2)
    _above_zero(observed, last=False)
    years = float(observed.index[-1] - observed.index[0])
    return float((observed.iloc[-1] / observed.iloc[0]) ** (1 / years) - 1)


def mean_annual_rate(series: pd.Series) -> float:
    """Arithmetic mean of the year-on-year rates; never below `compound_rate`.

    Parameters
    ----------
    series : pandas.Series
        Index consecutive years, two or more observations; values as for
        `compound_rate`.

    Returns
    -------
    float
        Per year (0.05 is 5 %).

    Raises
    ------
    CoverageError
        Fewer than two observations, a gap or a value that cannot be grown from.
    UsageError
        What is no series of finite numbers by year, or has a year twice.

    Notes
    -----
    Mean over t of y_t / y_(t-1) - 1.

    Examples
    --------
    >>> round(mean_annual_rate(pd.Series([100.0, 110.0, 132.0], index=[2010, 2011, 2012])), 6)
    0.15
    """
    observed = observations(series, 2)
    if (np.diff(observed.index.to_numpy(dtype=float)) != 1).any():
        raise CoverageError("year-on-year rates need consecutive years", hint="use compound_rate")
    _above_zero(observed, last=False)
    return float((observed / observed.shift(1) - 1).dropna().mean())


def change_error(before: int = 1000, after: int = 1000) -> float:
    """Sampling error of a change between two polls, in percentage points.

    Half the 95 % interval of the difference of two shares near one half, where it is widest; other
    shares err by less. A change within it may be chance.

    Parameters
    ----------
    before, after : int
        How many were asked in each; about a thousand where a poll does not say.

    Returns
    -------
    float
        Percentage points: a larger change is beyond what chance makes of one in twenty.

    Raises
    ------
    UsageError
        Fewer than one asked.

    Notes
    -----
    100 * 1.96 * sqrt(1 / (4 n) + 1 / (4 m)), for samples drawn at random.

    Examples
    --------
    >>> round(change_error(), 1), round(change_error(1500, 1500), 1)
    (4.4, 3.6)
    """
    before, after = how_many("before", before), how_many("after", after)
    return 100 * 1.96 * math.sqrt(0.25 / before + 0.25 / after)
