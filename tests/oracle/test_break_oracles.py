"""Break tests against sums of squares by numpy, statsmodels, and their own promises in simulation.

Tolerances: 1e-8 relative for F and p (two routes through least squares, conditioned on centred
years); simulated rates lie within bands of about three standard errors, named beside each.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import f as f_distribution
from scipy.stats import ncf

from ca_research.stats.breaks import chow, sup_f


def rss(y: np.ndarray, design: np.ndarray) -> float:
    return float(((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum())


def by_hand(y: np.ndarray, design: np.ndarray, split: int) -> tuple[float, float]:
    n, k = design.shape
    apart = rss(y[:split], design[:split]) + rss(y[split:], design[split:])
    f = ((rss(y, design) - apart) / k) / (apart / (n - 2 * k))
    return f, float(f_distribution.sf(f, k, n - 2 * k))


def designs(n: int, x: np.ndarray) -> list[tuple[dict, np.ndarray]]:
    one, time = np.ones(n), np.arange(n) - n / 2
    frame = pd.DataFrame({"x": x}, index=range(2000, 2000 + n))
    return [
        ({"trend": False}, one[:, None]),
        ({}, np.column_stack([one, time])),
        ({"x": frame}, np.column_stack([one, time, x])),
    ]


@pytest.mark.parametrize("seed", range(8))
def test_chow_against_sums_of_squares(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 40))
    y, x, split = (
        np.cumsum(rng.normal(size=n)) + 50,
        rng.normal(size=n),
        int(rng.integers(5, n - 5)),
    )
    for options, design in designs(n, x):
        found = chow(pd.Series(y, index=range(2000, 2000 + n)), at=2000 + split, **options)
        assert (found.f, found.p) == pytest.approx(by_hand(y, design, split), rel=1e-8)
        assert found.k == design.shape[1]


def test_chow_against_the_f_test_of_interactions_in_statsmodels():
    rng = np.random.default_rng(11)
    y, time, later = rng.normal(size=24), np.arange(24.0), np.arange(24) >= 9
    fit = sm.OLS(y, np.column_stack([np.ones(24), time, later, later * time])).fit()
    theirs = fit.f_test(np.eye(4)[2:])
    found = chow(pd.Series(y, index=range(2000, 2024)), at=2009)
    assert (found.f, found.p) == pytest.approx(
        (float(theirs.fvalue), float(theirs.pvalue)), rel=1e-8
    )


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("n", [10, 17, 30])
def test_sup_f_is_the_largest_chow_f(n, trend):
    y = np.random.default_rng(n).normal(size=n)
    series = pd.Series(y, index=range(2000, 2000 + n))
    edge = max((2 if trend else 1) + 2, int(np.ceil(0.15 * n)))
    all_f = {2000 + s: chow(series, at=2000 + s, trend=trend).f for s in range(edge, n - edge + 1)}
    found = sup_f(series, trend=trend, draws=99)
    assert found.f == pytest.approx(max(all_f.values()), rel=1e-8)
    assert found.at == max(all_f, key=all_f.__getitem__)


def test_sup_f_p_against_a_plain_loop_of_its_own_bootstrap():
    # the same null drawn another way (loop, other seed): 999 draws on each side, standard error of
    # the gap 0.02
    rng = np.random.default_rng(21)
    y = rng.normal(size=20) + 1.1 * (np.arange(20) >= 11)
    found = sup_f(pd.Series(y, index=range(2000, 2020)), trend=False)
    one = np.ones((20, 1))
    drawn = rng.choice(y - y.mean(), size=(999, 20))
    null = [max(by_hand(e, one, s)[0] for s in range(3, 18)) for e in drawn[:300]]
    assert found.p == pytest.approx(np.mean(np.array(null) >= found.f), abs=0.08)


def rejections(n: int, count: int, shift: float = 0.0, rho: float = 0.0, **options) -> float:
    rng, hits = np.random.default_rng([n, count]), 0
    for i in range(count):
        errors = rng.normal(size=n + 30)
        for t in range(1, n + 30):
            errors[t] += rho * errors[t - 1]
        series = pd.Series(
            errors[30:] + shift * (np.arange(n) >= n // 2), index=range(2000, 2000 + n)
        )
        hits += sup_f(series, draws=199, seed=i, **options).p <= 0.05
    return hits / count


@pytest.mark.long
@pytest.mark.parametrize(("n", "trend"), [(10, False), (10, True), (25, True)])
def test_size_of_sup_f(n, trend):
    # 300 series without a break at 5 %: standard error 0.013
    assert 0.015 <= rejections(n, 300, trend=trend) <= 0.09


@pytest.mark.long
def test_power_of_sup_f():
    # a jump of 2 standard deviations (n = 20) or 3 (n = 10) in the middle, 150 series: standard
    # error 0.025
    assert rejections(20, 150, shift=2, trend=False) >= 0.82
    assert rejections(10, 150, shift=3, trend=False) >= 0.80


@pytest.mark.long
def test_autocorrelated_errors_need_the_ar1_null():
    # AR(1) of 0.5 without a break, n = 30, 200 series: iid is known to reject far too often; ar1
    # about 0.06, s.e. 0.017
    assert rejections(30, 200, rho=0.5, trend=False) >= 0.25
    assert rejections(30, 200, rho=0.5, trend=False, errors="ar1") <= 0.12


@pytest.mark.long
def test_size_and_power_of_chow():
    # 2,000 normal series of 20 years, date known before, 5 %: F is exact, standard error 0.005;
    # with a jump of 2 standard
    # deviations the power by the noncentral F (lambda = 20/4 * 2**2) is 0.99
    rng, errors = np.random.default_rng(12), []
    for shift in (0, 2):
        jump = shift * (np.arange(20) >= 10)
        drawn = (
            pd.Series(jump + rng.normal(size=20), index=range(2000, 2020)) for _ in range(2000)
        )
        errors.append(np.mean([chow(series, at=2010, trend=False).p <= 0.05 for series in drawn]))
    limit = f_distribution.ppf(0.95, 1, 18)
    assert 0.035 <= errors[0] <= 0.065
    assert errors[1] == pytest.approx(ncf.sf(limit, 1, 18, 20), abs=0.015)
