"""Synthetic control against SLSQP, and fits made one by one.

Tolerances: 1e-6 relative, for the objective because SLSQP stops there.
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


@pytest.mark.parametrize("demean", [False, True])
def test_a_rank_among_placebos_is_that_of_fits_made_one_by_one(demean):
    wide = factors(13, 16, 4)
    wide.loc[2010:, "u0"] += 2
    fit = synthetic_control(wide, "u0", 2010, demean=demean)
    found = fit.placebos()
    wide = wide - wide.iloc[:10].mean() if demean else wide
    ratios, rises, effects = {}, {}, {}
    for unit in wide:
        others = [u for u in wide if u != unit]
        donors = wide[others].to_numpy()
        weights = simplex_weights(wide[unit].to_numpy()[:10], donors[:10])
        gap = wide[unit].to_numpy() - donors @ weights
        effects[unit] = gap[10:].mean()
        before = (gap[:10] ** 2).mean()
        ratios[unit] = np.sqrt((gap[10:] ** 2).mean() / before)
        rises[unit] = np.sqrt((gap[10:].clip(0) ** 2).mean() / before)
    table = found.table.set_index("unit")["ratio"]
    assert table.to_dict() == pytest.approx({u: ratios[u] for u in table.index}, rel=1e-6)
    assert found.p == pytest.approx(np.mean([ratios[u] >= ratios["u0"] for u in table.index]))
    assert (fit.effect, fit.ratio) == pytest.approx((effects["u0"], ratios["u0"]), rel=1e-6)
    assert found.p_positive == pytest.approx(np.mean([rises[u] >= rises["u0"] for u in wide]))


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
