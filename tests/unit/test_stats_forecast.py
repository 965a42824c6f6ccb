"""Forecasts, shares and back-tests: shapes, hand-worked cases, failures that are recorded, and what
is refused.
"""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.errors import CaResearchError, CoverageError, UsageError
from ca_research.stats import forecast
from ca_research.stats.backtest import backtest, compare_with_naive, mase
from ca_research.stats.forecast import (
    ConvergenceError,
    arima,
    ets,
    naive,
    random_walk_drift,
    share_forecast,
)

SHORT, LONG = (naive, random_walk_drift), (ets, lambda s, h, **o: arima(s, h, order=(0, 1, 1), **o))


def trending(n: int = 16, seed: int = 0) -> pd.Series:
    steps = np.random.default_rng(seed).normal(2, 1, size=n)
    return pd.Series(50 + np.cumsum(steps), index=range(2000, 2000 + n))


def shares(n: int = 10, parts: str = "abc", seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).dirichlet([20.0] * len(parts), size=n)
    return pd.DataFrame(values, index=range(2010, 2010 + n), columns=list(parts))


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
        model(pd.Series(3.0 * np.arange(12) + 7, index=range(12)), 1)


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


def test_shares_sum_to_one_and_stay_inside():
    found = share_forecast(shares(), 3)
    assert found.frame.columns.tolist() == ["year", "part", "mean", "low", "high", "level"]
    assert found.frame.groupby("year")["mean"].sum().tolist() == pytest.approx([1, 1, 1], abs=1e-12)
    assert (found.frame[["low", "mean", "high"]].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert found.frame["low"].gt(0).all()
    assert found.frame["high"].lt(1).all()
    assert found.frame["part"].tolist() == ["a", "b", "c"] * 3
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()


def test_the_seed_moves_the_interval_and_not_the_mean():
    one, same, two = (share_forecast(shares(), 2, seed=s).frame for s in (1, 1, 2))
    assert one.equals(same)
    assert one["mean"].equals(two["mean"])
    assert not one["low"].equals(two["low"])


def test_zeros_and_missing_shares_are_named():
    broken = shares()
    broken.loc[2012] = [0.0, 0.4, 0.6]
    broken.loc[2015, "c"] = math.nan
    with pytest.raises(CoverageError, match="2012 a, 2015 c"):
        share_forecast(broken, 1)


@pytest.mark.parametrize(
    ("broken", "kind", "said"),
    [
        (shares() * 100, UsageError, "not to 1"),
        (
            shares().astype(object).map(lambda v: "some" if v == shares().loc[2014, "b"] else v),
            CoverageError,
            "2014 b",
        ),
        (shares()[["a"]], UsageError, "two or more parts"),
        (shares(4), CoverageError, "at least 5"),
        (shares().drop(2014), CoverageError, "equally spaced"),
        (shares().replace(shares().loc[2014].to_dict(), math.nan), CoverageError, "equally spaced"),
        (shares() * math.nan, CoverageError, "at least 5"),
        (shares() * 0 + 1 / 3, CoverageError, "exactly"),
        (pd.concat([shares(), shares(1)]), UsageError, "two observations"),
    ],
)
def test_shares_that_cannot_be_forecast(broken, kind, said):
    with pytest.raises(kind, match=said):
        share_forecast(broken, 1)


def broken_model(series: pd.Series, steps: int):
    raise ConvergenceError("never any good")


def test_a_backtest_looks_at_nothing_beyond_its_origin():
    series, seen = trending(10), []

    def spy(train, steps):
        seen.append((train.index[-1], len(train), steps))
        return naive(train, steps)

    rows = backtest(series, {"spy": spy}, first=2005, horizon=2)
    assert seen == [(2005, 6, 2), (2006, 7, 2), (2007, 8, 2), (2008, 9, 1)]
    assert rows[["origin", "step", "year"]].to_numpy().tolist()[:3] == [
        [2005, 1, 2006],
        [2005, 2, 2007],
        [2006, 1, 2007],
    ]
    assert (rows["mean"] == series[rows["origin"]].to_numpy()).all()
    assert (rows["error"] == series[rows["year"]].to_numpy() - rows["mean"]).all()


def test_a_model_that_fails_is_recorded_row_by_row_and_does_not_narrow_the_comparison():
    models = {"drift": random_walk_drift, "broken": broken_model, "ets": ets}
    rows = backtest(trending(14), models, first=2008, horizon=1)
    assert rows.groupby("model")["missing"].unique().map(list).to_dict() == {
        "broken": ["never any good"],
        "drift": [""],
        "ets": ["9 observation(s); this measure needs at least 10", ""],
    }
    table = compare_with_naive(trending(14), models, first=2008, horizon=1).set_index("model")
    assert table["n"].to_dict() == {
        "drift": 4,
        "naive": 4,
        "ets": 4,
        "broken": 0,
    }  # 2008 is left out for all
    assert table["failed"].to_dict() == {"drift": 0, "naive": 0, "ets": 1, "broken": 5}
    assert math.isnan(table["mase"]["broken"])
    assert table.index[-1] == "broken"


def test_the_comparison_is_sorted_and_relative_to_naive():
    table = compare_with_naive(trending(20), {"drift": random_walk_drift}, first=2008, horizon=2)
    assert table["model"].tolist() == ["drift", "naive"]  # the series has a drift
    assert table["relative"].tolist() == pytest.approx([table["mase"][0] / table["mase"][1], 1])
    assert table["coverage"].between(0, 1).all()


def test_comparisons_that_make_no_sense():
    with pytest.raises(UsageError, match="added by itself"):
        compare_with_naive(trending(), {"naive": naive}, 2008, 1)
    for first in (2000, 2015, 1990):
        with pytest.raises(UsageError, match="no back-test"):
            backtest(trending(), {"naive": naive}, first, 1)
    with pytest.raises(UsageError, match="0 model"):
        backtest(trending(), {}, 2008, 1)
    with pytest.raises(CoverageError, match="no origin"):
        compare_with_naive(trending(4), {"drift": random_walk_drift}, 2001, 1)
    with pytest.raises(CaResearchError, match="the same"):
        backtest(pd.Series([1.0, 1, 1, 2, 3], index=range(5)), {"naive": naive}, 2, 1)


def test_mase_refuses_years_that_differ_gaps_and_a_constant_past():
    train, actual = trending(8), pd.Series({2008: 1.0, 2009: 2.0})
    with pytest.raises(UsageError, match="same years"):
        mase(actual, actual.rename({2009: 2010}), train)
    with pytest.raises(CoverageError, match="missing"):
        mase(actual, actual * math.nan, train)
    with pytest.raises(CoverageError, match="the same"):
        mase(actual, actual, train * 0)
