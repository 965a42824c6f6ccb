"""Synthetic control against SLSQP, fits made one by one, planted effects and the distribution of
placebo ranks under no effect.

Tolerances: 1e-6 relative for the objective (SLSQP stops there) and where both sides do the same
sums; simulated rates lie within the bands named beside each.
"""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from scipy.optimize import minimize
from tests.designs import factors

from ca_research.stats.synthetic import simplex_weights, synthetic_control


def loss(y, x, w):
    return float(np.sum((y - x @ w) ** 2))


@pytest.mark.parametrize("seed", range(10))
def test_weights_against_slsqp(seed):
    # eight donors: the sum of squares within 1e-6 of SLSQP's and never above it
    wide = factors(9, 20, seed)
    y, x = wide["u0"].to_numpy(), wide.drop(columns="u0").to_numpy()
    other = minimize(
        lambda w: loss(y, x, w),
        np.full(8, 1 / 8),
        jac=lambda w: -2 * x.T @ (y - x @ w),
        method="SLSQP",
        bounds=[(0, 1)] * 8,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    weights = simplex_weights(y, x)
    assert weights.min() >= 0 and weights.sum() == pytest.approx(1)
    found = loss(y, x, weights)
    assert found == pytest.approx(other.fun, rel=1e-6) and found <= other.fun * (1 + 1e-9)


def test_a_known_mixture_is_found():
    wide = factors(12, 20, 5)
    wide["u0"] = (
        0.7 * wide["u3"] + 0.3 * wide["u8"] + 0.001 * np.random.default_rng(1).normal(size=20)
    )
    fit = synthetic_control(wide, "u0", 2015)
    assert dict(fit.weights.head(2).to_numpy()) == pytest.approx({"u3": 0.7, "u8": 0.3}, abs=0.01)
    assert abs(fit.effect) < 0.01


@pytest.mark.parametrize("demean", [False, True])
def test_a_planted_effect_is_recovered_and_ranks_first(demean):
    # 20 panels, effect 2 from 2014 on: mean estimate within 0.15; the least possible p in at least
    # 18
    found, first = [], 0
    for seed in range(20):
        wide = factors(20, 22, seed)
        wide.loc[2014:, "u0"] += 2
        fit = synthetic_control(wide, "u0", 2014, demean=demean)
        ranks = fit.placebos()
        found.append(fit.effect)
        first += ranks.p_positive == 1 / 20
        assert len(ranks.table) == 20 and ranks.p >= 1 / 20
    assert abs(np.mean(found) - 2) < 0.15
    assert first >= 18


@pytest.mark.long
def test_placebo_p_is_uniform_without_an_effect():
    # 400 panels of ten exchangeable units: p takes 0.1, ..., 1 with equal chance; chi-square with 9
    # degrees of freedom
    # below 27.9 (0.999), for both ranks
    both = []
    for seed in range(400):
        ranks = synthetic_control(
            factors(10, 14, 10_000 + seed), "u0", 2009, least_donors=9
        ).placebos()
        both.append((ranks.p, ranks.p_positive))
    counts = np.array([[np.isclose(p, k / 10) for k in range(1, 11)] for p, _ in both]).sum(axis=0)
    assert counts.sum() == 400
    assert ((counts - 40) ** 2 / 40).sum() < 27.9
    low = np.mean([q <= 0.1 + 1e-9 for _, q in both])  # one-sided: three standard errors around 0.1
    assert abs(low - 0.1) < 3 * 0.015


def test_a_rank_among_placebos_is_that_of_fits_made_one_by_one():
    wide = factors(13, 16, 4)
    fit = synthetic_control(wide, "u0", 2010)
    found = fit.placebos()
    ratios, effects = {}, {}
    for unit in wide:
        others = [u for u in wide if u != unit]
        donors = wide[others].to_numpy()
        weights = simplex_weights(wide[unit].to_numpy()[:10], donors[:10])
        gap = wide[unit].to_numpy() - donors @ weights
        effects[unit] = gap[10:].mean()
        ratios[unit] = np.sqrt((gap[10:] ** 2).mean() / (gap[:10] ** 2).mean())
    table = found.table.set_index("unit")["ratio"]
    assert table.to_dict() == pytest.approx({u: ratios[u] for u in table.index}, rel=1e-6)
    assert found.p == pytest.approx(np.mean([ratios[u] >= ratios["u0"] for u in table.index]))
    assert (fit.effect, fit.ratio) == pytest.approx((effects["u0"], ratios["u0"]), rel=1e-6)


def test_placebo_dates_use_no_later_data():
    wide = factors(14, 20, 4)
    fit = synthetic_control(wide, "u0", 2014)
    changed = wide.copy()
    changed.loc[2014:] += 100
    dates = [2009, 2011, 2003]
    found = fit.in_time(dates)
    assert_frame_equal(found, synthetic_control(changed, "u0", 2014).in_time(dates))
    assert (
        found["missing"].tolist()[:2] == ["", ""] and "3 periods before" in found["missing"].iloc[2]
    )


def test_no_gap_is_filled():
    wide = factors(14, 20, 4)
    wide.loc[2003, "u0"] = np.nan
    wide.loc[2005, "u4"] = np.nan
    wide.loc[2003, "u5"] = np.nan  # only where the treated unit is missing too
    fit = synthetic_control(wide, "u0", 2014)
    assert 2003 not in set(fit.gaps["time"]) and "u4" not in fit.donors and "u5" in fit.donors
    assert fit.log["detail"].tolist() == ["2003", "u4"]
