"""Trend tests against brute force, scipy, statsmodels and a Newey-West written out; Holm against
statsmodels.

Tolerances: 1e-12 where both sides count orderings or sum the same few floats (differences are
rounding); 1e-9 where matrices are inverted; simulated rates lie within bands of about three
standard errors, named beside each.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import kendalltau, norm, theilslopes
from statsmodels.stats.multitest import multipletests

from ca_research.stats.multiple import holm
from ca_research.stats.trend import mann_kendall, ols_trend, sen_interval


def series(values) -> pd.Series:
    return pd.Series(np.asarray(values, dtype=float), index=range(2000, 2000 + len(values)))


def score(values) -> int:
    return sum((b > a) - (b < a) for a, b in itertools.combinations(values, 2))


def draws(n: int, kinds: int | None, count: int):
    """Random series of length n; with `kinds`, of so many distinct values at most (ties), never
    constant.
    """
    rng = np.random.default_rng([n, kinds or 0])
    while count:
        values = rng.permutation(n) if kinds is None else rng.integers(kinds, size=n)
        if len(set(values.tolist())) > 1:
            count -= 1
            yield values.tolist()


@pytest.mark.parametrize("kinds", [None, 2, 3, 5])
@pytest.mark.parametrize("n", [3, 4, 5, 6, 7])
def test_exact_p_against_every_permutation(n, kinds):
    for values in draws(n, kinds, 4):
        scores = [
            abs(score(order)) for order in itertools.permutations(values)
        ]  # all n!, tied ones repeated
        brute = sum(s >= abs(score(values)) for s in scores) / math.factorial(n)
        found = mann_kendall(series(values))
        assert found.s == score(values)
        assert found.p == pytest.approx(brute, abs=1e-12)
        assert found.p_least == pytest.approx(
            sum(s == max(scores) for s in scores) / math.factorial(n), abs=1e-12
        )


@pytest.mark.parametrize("n", [4, 7, 9, 15, 30])
def test_exact_p_and_tau_against_scipy_without_ties(n):
    for values in draws(n, None, 10):
        theirs = kendalltau(range(n), values, method="exact")
        found = mann_kendall(series(values), method="exact")
        assert found.p == pytest.approx(theirs.pvalue, abs=1e-12)
        assert found.tau == pytest.approx(theirs.statistic, abs=1e-12)


@pytest.mark.parametrize("kinds", [None, 4])
def test_normal_p_against_scipy_with_the_continuity_taken_back(kinds):
    # scipy's asymptotic p has no continuity correction: put it in by hand through its variance
    for values in draws(14, kinds, 20):
        found, theirs = (
            mann_kendall(series(values)),
            kendalltau(range(14), values, method="asymptotic"),
        )
        assert found.tau == pytest.approx(theirs.statistic, abs=1e-12)
        if found.s:
            sd = abs(found.s) / norm.isf(theirs.pvalue / 2)
            assert found.p == pytest.approx(2 * norm.sf((abs(found.s) - 1) / sd), rel=1e-9)


@pytest.mark.parametrize("kinds", [None, 6])
def test_exact_and_normal_agree_where_both_hold(kinds):
    # n = 25: the normal approximation with continuity is known to be within about 0.005 of the
    # exact p
    for values in draws(25, kinds, 20):
        assert mann_kendall(series(values)).p == pytest.approx(
            mann_kendall(series(values), "exact").p, abs=0.005
        )


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("seed", range(15))
def test_sen_slope_and_interval_against_scipy(seed, level):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(10, 30))
    x = np.sort(rng.choice(np.arange(1990, 2026), size=n, replace=False))
    y = np.round(rng.normal(size=n) + 0.05 * x, int(rng.integers(0, 3)))  # few decimals: ties
    theirs, found = theilslopes(y, x, alpha=level), sen_interval(pd.Series(y, index=x), level)
    assert (found.slope, found.low, found.high) == pytest.approx(
        (theirs.slope, theirs.low_slope, theirs.high_slope), abs=1e-12
    )


def newey_west(y: np.ndarray, x: np.ndarray, lags: int) -> float:
    """Standard error of the slope, written out: Bartlett weights 1 - l/(L + 1), times n/(n - 2)."""
    design = np.column_stack([np.ones(len(y)), x])
    bread = np.linalg.inv(design.T @ design)
    scores = design * (y - design @ (bread @ design.T @ y))[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    return float(np.sqrt((bread @ meat @ bread)[1, 1] * len(y) / (len(y) - 2)))


@pytest.mark.parametrize("lags", [0, 1, 3])
@pytest.mark.parametrize("n", [10, 25])
def test_hac_against_statsmodels_and_against_the_formula(n, lags):
    y = np.cumsum(np.random.default_rng(n).normal(size=n))
    found = ols_trend(series(y), lags=lags, level=0.9)
    x = np.arange(n) - (n - 1) / 2
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    robust = fit.get_robustcov_results("HAC", maxlags=lags, use_correction=True, use_t=True)
    assert found.slope == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-9)
    assert found.se == pytest.approx(newey_west(y, x, lags), rel=1e-9)
    assert (found.se, found.p) == pytest.approx((robust.bse[1], robust.pvalues[1]), rel=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(robust.conf_int(alpha=0.1)[1]), rel=1e-9)


def rejections(n: int, slope: float, count: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    return np.mean(
        [
            mann_kendall(series(slope * np.arange(n) + rng.normal(size=n))).p <= 0.05
            for _ in range(count)
        ]
    )


def test_size_of_mann_kendall():
    # 2,000 series without a trend: standard error 0.005. n = 8: the exact test attains 0.031 (S is
    # discrete: 0.05
    # cannot be reached), n = 15 the normal one about 0.045
    assert 0.020 <= rejections(8, 0, 2000, 1) <= 0.045
    assert 0.030 <= rejections(15, 0, 2000, 2) <= 0.060


def test_power_of_mann_kendall():
    # a slope of half a standard deviation a year, 500 series: standard error 0.022; scipy's
    # kendalltau (exact) on
    # 10,000 other series of eight years rejects in 59 %
    assert 0.53 <= rejections(8, 0.5, 500, 3) <= 0.67
    assert rejections(15, 0.5, 500, 4) >= 0.98


@pytest.mark.long
def test_coverage_of_the_sen_interval():
    # 1,000 normal series of 12 years around a slope of 0.3: nominal 0.95, standard error 0.007
    rng, hits = np.random.default_rng(5), 0
    for _ in range(1000):
        found = sen_interval(series(0.3 * np.arange(12) + rng.normal(size=12)))
        hits += found.low <= 0.3 <= found.high
    assert 0.93 <= hits / 1000 <= 0.975


@pytest.mark.parametrize("size", [1, 2, 4, 9])
def test_holm_against_statsmodels(size):
    rng = np.random.default_rng(size)
    for _ in range(3):  # statsmodels collects garbage at each call, which is slow
        p = np.round(rng.beta(0.4, 2, size=size), 3)  # rounded: equal p-values occur
        rejected, adjusted, *_ = multipletests(p, alpha=0.05, method="holm")
        found = holm({f"t{i}": v for i, v in enumerate(p)})
        assert found["adjusted"].tolist() == pytest.approx(adjusted.tolist(), abs=1e-12)
        assert found["rejected"].tolist() == rejected.tolist()
