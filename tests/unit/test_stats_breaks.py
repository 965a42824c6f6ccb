"""Breaks: found where they were put, and refused where there is too little to split or no noise to
test against.
"""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.errors import CoverageError, UsageError
from ca_research.stats.breaks import chow, sup_f


def noisy(n: int, jump: float = 0.0, at: int = 2010, seed: int = 0) -> pd.Series:
    years = np.arange(2000, 2000 + n)
    return pd.Series(np.random.default_rng(seed).normal(size=n) + jump * (years >= at), index=years)


def quick_sup_f(series: pd.Series, **options):
    return sup_f(series, **{"draws": 199, **options})


TESTS = (lambda series: chow(series, at=2006), quick_sup_f)


def test_a_planted_break_is_found_in_its_year():
    series = noisy(20, jump=12)
    known, unknown = chow(series, at=2010), quick_sup_f(series)
    assert known.at == unknown.at == 2010
    assert known.f == pytest.approx(unknown.f)
    assert known.p < 1e-6
    assert unknown.p == 1 / 200  # none of 199 draws reaches it


def test_an_unknown_date_costs_significance():
    series = noisy(20, jump=1.2, seed=3)
    found = sup_f(series, trend=False)
    assert found.p > chow(series, at=found.at, trend=False).p


def test_the_new_regime_begins_in_the_first_observed_year_from_the_date_on():
    assert chow(noisy(20).drop([2010, 2011]), at=2010).at == 2012
    assert chow(noisy(20), at=2009.5).at == 2010


def test_neither_unit_nor_level_nor_row_order_matters():
    series = noisy(20, jump=2)
    for other in (series * 1e9, series + 1e5, series.sample(frac=1, random_state=1)):
        for test in TESTS:
            one, two = test(series), test(other)
            assert (two.f, two.p, two.at) == pytest.approx(
                (one.f, one.p, one.at), rel=1e-6
            )  # 1e5 costs five digits


def test_the_same_seed_gives_the_same_p_and_another_seed_nearly_the_same():
    series = noisy(25, jump=1)
    assert quick_sup_f(series, seed=1) == quick_sup_f(series, seed=1)
    assert quick_sup_f(series, seed=1).p == pytest.approx(quick_sup_f(series, seed=2).p, abs=0.15)


def test_no_sup_f_below_ten():
    with pytest.raises(CoverageError, match="no sup-F below ten observations, here 9"):
        quick_sup_f(noisy(9))


def test_each_side_needs_k_plus_two():
    chow(noisy(8), at=2004)
    with pytest.raises(CoverageError, match="a side needs 4"):
        chow(noisy(8), at=2005)
    chow(noisy(8), at=2005, trend=False)
    with pytest.raises(CoverageError, match="20 observation"):
        chow(noisy(20), at=2050)


def test_sup_f_looks_only_where_both_sides_hold_enough():
    series = noisy(40, jump=30, at=2003)
    assert quick_sup_f(series).at >= 2006  # 15 % of 40 on each side
    assert quick_sup_f(series, trim=0.01).at >= 2004  # k + 2 observations all the same
    with pytest.raises(CoverageError, match="leave no date"):
        quick_sup_f(noisy(11), trim=0.49)


@pytest.mark.parametrize("test", TESTS)
def test_a_constant_series_and_an_exact_line(test):
    years = range(2000, 2012)
    with pytest.raises(CoverageError, match="the same"):
        test(pd.Series(3.0, index=years))
    with pytest.raises(CoverageError, match="exactly"):
        test(pd.Series([5.0 + 0.1 * y for y in years], index=years))


@pytest.mark.parametrize("test", TESTS)
def test_a_step_without_noise_gives_no_p_value(test):
    years = np.arange(2000, 2012)
    with pytest.raises(CoverageError, match="two regimes fit every observation exactly"):
        test(pd.Series(np.where(years >= 2006, 4.0, 1.0), index=years))


@pytest.mark.parametrize("test", TESTS)
def test_all_missing_too_short_and_double_years(test):
    with pytest.raises(CoverageError, match="at least 3"):
        test(pd.Series([math.nan] * 12, index=range(2000, 2012)))
    with pytest.raises(CoverageError, match="at least 3"):
        test(noisy(2))
    with pytest.raises(UsageError, match="two observations"):
        test(pd.concat([noisy(12), noisy(1)]))


def test_missing_years_are_allowed_unless_neighbours_count():
    series = noisy(20).mask(lambda s: s.index == 2008)
    assert quick_sup_f(series).n == chow(series, at=2010).n == 19
    with pytest.raises(CoverageError, match="equally spaced"):
        quick_sup_f(series, errors="ar1")


def test_regressors_of_ones_own():
    series, rng = noisy(20), np.random.default_rng(1)
    x = pd.DataFrame({"x": rng.normal(size=30)}, index=range(1995, 2025))
    assert chow(series, at=2010, x=x).k == 3
    for broken in (x.drop(2003), x.replace(x["x"][2003], np.inf)):
        with pytest.raises(CoverageError, match="no finite regressors in 2003"):
            chow(series, at=2010, x=broken)
    with pytest.raises(UsageError, match="two rows of regressors"):
        chow(series, at=2010, x=pd.concat([x, x]))
    with pytest.raises(CoverageError, match="regressors are collinear"):
        chow(series, at=2010, x=x.assign(one=1.0))
    with pytest.raises(CoverageError, match="collinear on one side"):
        chow(series, at=2010, x=x.mul(x.index < 2010, axis=0))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"errors": "hac"}, "unknown errors"),
        ({"trim": 0.5}, "trim"),
        ({"trim": 0}, "trim"),
        ({"draws": 10}, "draws"),
    ],
)
def test_wrong_options(options, said):
    with pytest.raises(UsageError, match=said):
        quick_sup_f(noisy(20), **options)


def test_results_are_plain_json():
    for found in (chow(noisy(20), at=2010), quick_sup_f(noisy(20))):
        assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
