"""Forecasts: shapes, hand-worked cases, failures that are recorded, and what
is refused.
"""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.errors import CoverageError, UsageError
from ca_research.stats import forecast
from ca_research.stats.forecast import (
    ConvergenceError,
    arima,
    ets,
    mase,
    naive,
    random_walk_drift,
)

SHORT, LONG = (naive, random_walk_drift), (ets, lambda s, h, **o: arima(s, h, order=(0, 1, 1), **o))


def trending(n: int = 16, seed: int = 0) -> pd.Series:
    steps = np.random.default_rng(seed).normal(2, 1, size=n)
    return pd.Series(50 + np.cumsum(steps), index=range(2000, 2000 + n))


@pytest.mark.parametrize("model", [*SHORT, *LONG])
def test_one_row_a_year_with_an_interval_that_widens(model):
    made = model(trending(), 4, level=0.9)
    assert made.frame.columns.tolist() == ["year", "mean", "low", "high", "level"]
    assert made.frame["year"].tolist() == [2016, 2017, 2018, 2019]
    assert made.frame["level"].tolist() == [0.9] * 4
    assert (made.frame["low"] < made.frame["mean"]).all()
    assert (made.frame["mean"] < made.frame["high"]).all()
    assert (made.frame["high"] - made.frame["low"]).diff().dropna().gt(0).all()
    assert made.n == 16
    assert json.loads(json.dumps(made.to_dict())) == made.to_dict()


@pytest.mark.parametrize("model", [*SHORT, *LONG])
def test_the_unit_does_not_matter(model):
    one, two = model(trending(), 2).frame, model(trending() * 2.0**40, 2).frame
    columns = ["mean", "low", "high"]
    assert (two[columns] / 2.0**40).to_numpy() == pytest.approx(one[columns].to_numpy(), rel=1e-12)


def test_every_other_year_goes_on_every_other_year():
    series = pd.Series(trending(6).to_numpy(), index=range(2000, 2012, 2))
    assert naive(series, 2).frame["year"].tolist() == [2012, 2014]


@pytest.mark.parametrize(("models", "least"), [(SHORT, 5), (LONG, 10)])
def test_too_few_years(models, least):
    for model in models:
        model(trending(least), 1)
        with pytest.raises(CoverageError, match=f"at least {least}"):
            model(trending(least - 1), 1)
        with pytest.raises(CoverageError, match=f"at least {least}"):
            model(trending(20) * math.nan, 1)


@pytest.mark.parametrize("model", [*SHORT, *LONG])
def test_gaps_constants_double_years_and_horizons(model):
    series = trending()
    with pytest.raises(CoverageError, match="equally spaced"):
        model(series.mask(series.index == 2005), 1)
    with pytest.raises(CoverageError, match="the same"):
        model(series * 0 + 5, 1)
    with pytest.raises(UsageError, match="two observations"):
        model(pd.concat([series, series.iloc[:1]]), 1)
    with pytest.raises(UsageError, match="horizon"):
        model(series, 0)
    with pytest.raises(UsageError, match="level"):
        model(series, 1, level=95)


@pytest.mark.parametrize("model", [random_walk_drift, *LONG])
def test_an_exact_line_has_no_interval(model):
    with pytest.raises(CoverageError, match="exactly"):
        model(pd.Series(3.0 * np.arange(12) + 7, index=range(2000, 2012)), 1)


def test_arima_refuses_orders_that_eat_a_short_series():
    for order in ((3, 1, 2), (-1, 1, 0), (0, 3, 0)):
        with pytest.raises(UsageError, match="order"):
            arima(trending(), 1, order=order)
    with pytest.raises(UsageError, match="order"):
        arima(trending(), 1, d=3)


def test_a_fit_that_does_not_converge_is_an_error_and_not_a_warning(monkeypatch):
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.arima.model import ARIMA

    plain = ARIMA.fit

    def stubborn(self, *args, **options):
        if self.k_ma:
            warnings.warn(
                "Maximum Likelihood optimization failed to converge",
                ConvergenceWarning,
                stacklevel=1,
            )
        return plain(self, *args, **options)

    monkeypatch.setattr(ARIMA, "fit", stubborn)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConvergenceError, match=r"ARIMA\(0, 1, 1\) was not estimated") as error:
            arima(trending(), 1, order=(0, 1, 1))
        assert "random_walk_drift" in error.value.hint
        found = arima(trending(), 1)  # the grid goes on without them, and says so
    assert set(found.failed) == {"ARIMA(0, 1, 1)", "ARIMA(0, 1, 2)", "ARIMA(1, 1, 1)"}
    assert found.model not in found.failed


def test_a_silent_failure_to_converge_is_found_too():
    class Fit:
        mle_retvals = {"converged": False}  # noqa: RUF012
        llf = 1.0

    with pytest.raises(ConvergenceError, match="did not converge"):
        forecast._fitted("a model", Fit)


def broken_model(series: pd.Series, steps: int):
    raise ConvergenceError("never any good")


def test_mase_refuses_years_that_differ_gaps_and_a_constant_past():
    train, actual = trending(8), pd.Series({2008: 1.0, 2009: 2.0})
    with pytest.raises(UsageError, match="same years"):
        mase(actual, actual.rename({2009: 2010}), train)
    with pytest.raises(CoverageError, match="missing"):
        mase(actual, actual * math.nan, train)
    with pytest.raises(CoverageError, match="the same"):
        mase(actual, actual, train * 0)


def test_mase_counts_in_any_kind_of_number():
    """uint16 wrapped around: 43,689 in the place of 1.667 = ((8 - 5) + (8 - 6)) / 2 / 1.5."""
    train = pd.Series([1.0, 2.0, 4.0], index=[2017, 2018, 2019])
    for kind in ("uint16", "int8", "Int64", "float64"):
        actual = pd.Series([5, 6], index=[2020, 2021], dtype=kind)
        assert mase(actual, actual * 0 + 8, train) == pytest.approx(5 / 3)
    far = pd.Series([100, 100], index=[2020, 2021], dtype="int8")
    assert mase(far, -far, train) == pytest.approx(200 / 1.5)


@pytest.mark.parametrize(
    ("values", "years", "words"),
    [
        (["5", "6"], [2020, 2021], "not numbers"),
        ([5.0, 6.0], [2020, 2020], "two observations for one year"),
        ([5.0, math.inf], [2020, 2021], "infinite"),
    ],
)
def test_mase_refuses_text_a_year_twice_and_infinite_values(values, years, words):
    actual = pd.Series(values, index=years)
    with pytest.raises(UsageError, match=words):
        mase(actual, actual, trending(8))
