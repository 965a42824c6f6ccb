"""Small statistics by hand: growth and slope, Holm's adjustment, one published figure, and what
forecasts look like. What is refused: tests/library/cases/refused.yaml.
"""

import warnings

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.arima.model import ARIMA
from tests.designs import cases, trending

from ca_research import stats
from ca_research.claims.measures import find
from ca_research.ground.errors import MixedUnitsError, UsageError

BY_HAND = cases(__file__, "statistics")
MODELS = [
    stats.naive,
    stats.random_walk_drift,
    stats.ets,
    lambda series, horizon, **o: stats.arima(series, horizon, order=(0, 1, 1), **o),
]


@pytest.mark.parametrize(("statistic", "values", "expected"), BY_HAND["growth"])
def test_growth_and_slope_by_hand(statistic, values, expected):
    series = pd.Series(values, dtype="float64")
    assert getattr(stats, statistic)(series) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("p", "adjusted", "rejected"), BY_HAND["holm"])
def test_holm_by_hand_in_the_order_given(p, adjusted, rejected):
    found = stats.holm(p)
    assert found["name"].tolist() == list(p) and found["rejected"].tolist() == rejected
    assert found["adjusted"].tolist() == pytest.approx(adjusted)


@pytest.mark.parametrize(("kind", "actual", "guess", "expected"), BY_HAND["mase"])
def test_mase_counts_in_any_kind_of_number(kind, actual, guess, expected):
    train = pd.Series([1.0, 2.0, 4.0], index=[2017, 2018, 2019])
    both = (pd.Series(values, index=[2020, 2021], dtype="int64") for values in (actual, guess))
    one, other = (series.astype(kind) if min(series) >= 0 else series for series in both)
    assert stats.mase(one, other, train) == pytest.approx(expected)


FIGURES = pd.DataFrame(BY_HAND["figures"]).astype({"year": "Int64", "value": float})


@pytest.mark.parametrize(("asked", "expected"), BY_HAND["figure"])
def test_a_figure_is_the_newest_a_range_where_sources_differ_or_missing_with_a_reason(
    asked, expected
):
    row = find("tables.figure")(FIGURES, **asked).iloc[0]
    known = [None if pd.isna(row[c]) else row[c] for c in ("estimate", "low", "high")]
    assert [*known, list(row["sources"])] == expected
    assert bool(row["missing"]) == (known == [None] * 3)


def test_a_figure_of_mixed_units_or_an_unknown_year_is_refused():
    figure = find("tables.figure")
    with pytest.raises(MixedUnitsError):
        figure(FIGURES, subject="KGZ", attribute="age")
    with pytest.raises(UsageError):
        figure(FIGURES, subject="KAZ", attribute="length", year="oldest")


@pytest.mark.parametrize("model", MODELS)
def test_a_forecast_has_a_row_a_year_with_an_interval_that_widens_in_any_unit(model):
    made, large = (model(trending() * unit, 4, level=0.9).frame for unit in (1, 2.0**40))
    assert made.columns.tolist() == ["year", "mean", "low", "high", "level"]
    assert made["year"].tolist() == [2016, 2017, 2018, 2019] and (made["level"] == 0.9).all()
    assert (made["low"] < made["mean"]).all() and (made["mean"] < made["high"]).all()
    assert (made["high"] - made["low"]).is_monotonic_increasing
    numbers = ["mean", "low", "high"]
    assert_frame_equal(made[numbers], large[numbers] / 2.0**40, rtol=1e-12)


@pytest.mark.parametrize(("models", "least"), [(MODELS[:2], 5), (MODELS[2:], 10)])
def test_a_forecast_takes_few_years_and_goes_on_as_they_do(models, least):
    for model in models:
        assert model(trending(least), 1).n == least
    series = trending(10).set_axis(range(2000, 2020, 2))
    assert models[0](series, 2).frame["year"].tolist() == [2020, 2022]


@pytest.mark.parametrize("warns", [True, False])
def test_a_fit_that_does_not_converge_is_an_error_and_not_a_warning(warns, monkeypatch):
    """Also where nobody warned of it. The search among orders goes on without it, and says so."""
    plain = ARIMA.fit

    def stubborn(self, *args, **options):
        made = plain(self, *args, **options)
        if self.k_ma and warns:
            warnings.warn("failed to converge", ConvergenceWarning, stacklevel=1)
        made.mle_retvals["converged"] = not self.k_ma
        return made

    monkeypatch.setattr(ARIMA, "fit", stubborn)
    with pytest.raises(stats.ConvergenceError):
        stats.arima(trending(), 1, order=(0, 1, 1))
    found = stats.arima(trending(), 1)
    assert set(found.failed) == {"ARIMA(0, 1, 1)", "ARIMA(0, 1, 2)", "ARIMA(1, 1, 1)"}
    assert found.model not in found.failed
