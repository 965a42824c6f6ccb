"""Growth and slope against scipy, numpy and plain loops; tolerance 1e-6 relative (least squares on
logs two ways).
"""

import statistics

import numpy as np
import pandas as pd
import pytest
from scipy.stats import theilslopes

import ca_research as ca
from ca_research import stats

MINISTRY = "moe_brief_stats_peijin"
"""China's education ministry by origin, 2010-2018: nine years, the length these statistics are used
on.
"""


def random_series(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 15))
    years = np.sort(rng.choice(np.arange(1992, 2026), size=n, replace=False))
    return pd.Series(np.exp(rng.normal(8, 1.5, size=n)), index=years)


@pytest.fixture(scope="module")
def students():
    rows = ca.load("students", destination="CHN", origin=list(ca.economies.CA5), source=MINISTRY)
    return {
        key: g.set_index(g["year"].astype(int))["students"]
        for key, g in rows.groupby(["origin", "level"])
    }


def check(series):
    x, y = series.index.to_numpy(dtype=float), series.to_numpy(dtype=float)
    assert stats.sen_slope(series) == pytest.approx(theilslopes(y, x).slope)
    carried = y[0] * (1 + stats.compound_rate(series)) ** (x[-1] - x[0])
    assert carried == pytest.approx(y[-1])
    assert stats.log_slope(series) == pytest.approx(
        statistics.linear_regression(x, np.log(y)).slope
    )


@pytest.mark.parametrize("seed", range(25))
def test_slopes_of_random_series_with_gaps(seed):
    check(random_series(seed))


def test_slopes_of_the_ministry_counts(students):
    assert len(students) == 15  # five origins at three levels
    for series in students.values():
        assert len(series) == 9
        check(series)


def test_mean_annual_rate_is_the_mean_of_a_plain_loop(students):
    for series in students.values():
        rates = [series[y] / series[y - 1] - 1 for y in range(2011, 2019)]
        assert stats.mean_annual_rate(series) == pytest.approx(statistics.fmean(rates))
