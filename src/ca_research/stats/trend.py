"""Trends of annual series, short ones included: rank tests that stay exact, slopes with an
interval, base periods.

A series is indexed by year; missing years are left out of ranks and slopes and refused where they
would matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError, UsageError
from .growth import observations, sen_slope
from .result import Result

TEN = 10
"""Below ten observations ranks are counted exactly, and what leans on large samples is refused."""

EXACT_FIT = 1e-12
"""Residuals smaller than this share of the largest value are rounding, not variation (float64
carries about 2e-16).
"""


def observed(
    series: pd.Series, least: int, *, even: bool = False, varying: bool = True
) -> pd.Series:
    """Observed values as floats by ascending year; what a statistic must not be given is refused
    here.

    Raises CoverageError below `least` observations, for a constant series (unless `varying` is
    False) and, with `even`, for years that are not equally spaced; UsageError for a wrong index,
    infinite values, a year twice.
    """
    clean = observations(series, least)
    if varying and clean.nunique() == 1:
        raise CoverageError(
            f"all {len(clean)} values are the same: there is no variation to test",
            hint="report the value as constant",
        )
    steps = np.diff(clean.index.to_numpy(dtype=float))
    if even and len(steps) and (steps != steps[0]).any():
        raise CoverageError(
            "the years are not equally spaced, and this method needs the order and distance of "
            "neighbours",
            hint="take a period without gaps, or mann_kendall and sen_interval, which allow them",
        )
    return clean


def refuse_exact_fit(residuals: np.ndarray, values: np.ndarray) -> None:
    """Raises CoverageError where residuals are mere rounding: no noise, so no standard error and no
    p-value.
    """
    if np.abs(residuals).max() <= EXACT_FIT * np.abs(values).max():
        raise CoverageError(
            "the model fits every observation exactly: there is no noise to test against",
            hint="report the fit itself (sen_slope, end_to_end); look whether the series was "
            "interpolated",
        )


def level_between(level: float) -> float:
    """The level of an interval, once it is known to lie in (0, 1); else UsageError."""
    if not 0 < level < 1:
        raise UsageError(f"level {level!r} is not between 0 and 1", hint="0.95 is a 95 % interval")
    return level


@dataclass(frozen=True)
class MannKendall(Result):
    """`s`, `tau` (tau-b), two-sided `p`, `p_least` (smallest p this n and these ties allow), `n`,
    `method`.
    """

    _title = "Mann-Kendall test"

    s: int
    tau: float
    p: float
    p_least: float
    n: int
    method: str


def _orderings(ties: Sequence[int]) -> list[int]:
    """How many distinct orderings of values tied in groups of these sizes have 0, 1, 2, ...
    inversions.

    Coefficients of the q-multinomial [n]!/([t1]! [t2]! ...), MacMahon (1916): multiply by 1 + q +
    ... + q**(i-1) for i = 1..n, divide likewise for every group. In whole numbers, so exact.
    """
    counts = [1]
    for i in range(2, sum(ties) + 1):
        counts = [sum(counts[max(0, k - i + 1) : k + 1]) for k in range(len(counts) + i - 1)]
    for i in (i for tie in ties for i in range(2, tie + 1)):
        quotient: list[int] = []
        for k in range(len(counts) - i + 1):
            quotient.append(counts[k] - sum(quotient[max(0, k - i + 1) : k]))
        counts = quotient
    return counts


def _variance_of_s(n: int, ties: np.ndarray) -> float:
    """Variance of Kendall's S without a trend, ties allowed for; Kendall (1975), Rank Correlation
    Methods, ch. 4.
    """
    return float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18


def mann_kendall(series: pd.Series, method: str = "auto") -> MannKendall:
    """Mann-Kendall test of no monotone trend, two-sided.

    series: values in any unit, index years; gaps do no harm (only the order counts). n >= 3.
    method: 'exact' counts all orderings of the observed values, tied ones included: p = P(|S| >=
    |s|); 'normal' uses z = (s - sign s) / sqrt(var S) with var S corrected for ties; 'auto' is exact below n = 10 and normal from there.
    S = sum over i < j of sign(y_j - y_i); tau = S / sqrt(n0 (n0 - n1)), n0 all pairs, n1 tied ones.
    Assumes independent years: positive autocorrelation makes p too small.
    Raises CoverageError for n < 3 or a constant series, UsageError for a bad index or method.
    Source: Mann (1945), Econometrica 13(3); Kendall (1975), Rank Correlation Methods, 4th ed.
    """
    from scipy.stats import norm

    if method not in ("auto", "exact", "normal"):
        raise UsageError(f"unknown method {method!r}", hint="known: auto, exact, normal")
    _, ranks, ties = np.unique(
        observed(series, 3).to_numpy(), return_inverse=True, return_counts=True
    )
    n = len(ranks)
    i, j = np.triu_indices(n, k=1)
    s = int(np.sign(ranks[j] - ranks[i]).sum())
    pairs = len(i)
    untied = pairs - int((ties * (ties - 1) // 2).sum())
    exact = method == "exact" or (method == "auto" and n < TEN)
    if exact:
        counts = _orderings(ties.tolist())
        p = sum(c for k, c in enumerate(counts) if abs(untied - 2 * k) >= abs(s)) / sum(counts)
        least = 2 / sum(counts)
    else:
        sd = float(np.sqrt(_variance_of_s(n, ties)))
        p, least = (min(1.0, 2 * float(norm.sf(max(abs(x) - 1, 0) / sd))) for x in (s, untied))
    return MannKendall(
        s, s / float(np.sqrt(pairs * untied)), p, least, n, "exact" if exact else "normal"
    )


@dataclass(frozen=True)
class SenSlope(Result):
    """`slope` in units per year with its interval; `low` and `high` are None below ten
    observations.
    """

    _title = "Sen's slope"

    slope: float
    low: float | None
    high: float | None
    level: float
    n: int


def sen_interval(series: pd.Series, level: float = 0.95) -> SenSlope:
    """Sen's slope (median over pairs of years) with the distribution-free interval of Sen, in units
    per year.

    series: index years, gaps allowed; n >= 3, and n >= 10 for an interval (else `low` and `high`
        are None).
    level: of the interval.
    Of the N ordered pairwise slopes the interval takes numbers (N - C)/2 and (N + C)/2 + 1,
    rounded, C = z sqrt(var S) with the tie-corrected variance of Kendall's S.
    Raises CoverageError for n < 3 or a constant series, UsageError for a bad index or level.
    Source: Sen (1968), JASA 63(324), section 5; Hollander and Wolfe (1999), ch. 9.3.
    """
    from scipy.stats import norm

    level_between(level)
    clean = observed(series, 3)
    x, y = clean.index.to_numpy(dtype=float), clean.to_numpy()
    n, slope = len(y), sen_slope(clean)
    if n < TEN:
        return SenSlope(slope, None, None, level, n)
    i, j = np.triu_indices(n, k=1)
    slopes = np.sort((y[j] - y[i]) / (x[j] - x[i]))
    reach = norm.isf((1 - level) / 2) * np.sqrt(
        _variance_of_s(n, np.unique(y, return_counts=True)[1])
    )
    low = max(int(np.round((len(slopes) - reach) / 2)) - 1, 0)
    high = min(int(np.round((len(slopes) + reach) / 2)), len(slopes) - 1)
    return SenSlope(slope, float(slopes[low]), float(slopes[high]), level, n)


@dataclass(frozen=True)
class OlsTrend(Result):
    """`slope` in units per year, HAC standard error `se`, interval, two-sided `p`, `lags` used,
    `n`.
    """

    _title = "OLS trend with Newey-West errors"

    slope: float
    se: float
    low: float
    high: float
    p: float
    lags: int
    level: float
    n: int


def ols_trend(series: pd.Series, lags: int | None = None, level: float = 0.95) -> OlsTrend:
    """OLS slope on the year with Newey-West errors (Bartlett kernel, n/(n-2) correction, t with n -
    2 df).

    series: index equally spaced years, n >= 10. lags: default floor(4 (n/100)**(2/9)). level: of
        the interval.
    Even so the errors are too small in short, strongly autocorrelated series: read beside
    `mann_kendall`.
    Raises CoverageError for n < 10, gaps, a constant series or an exact line; UsageError for
    impossible lags.
    Source: Newey and West (1987), Econometrica 55(3); lag rule as in Newey and West (1994), RES
    61(4).
    """
    import statsmodels.api as sm

    level_between(level)
    clean = observed(series, 3, even=True)
    n = len(clean)
    if n < TEN:
        raise CoverageError(
            f"no HAC below ten observations, here {n}", hint="use mann_kendall and sen_interval"
        )
    used = int(4 * (n / 100) ** (2 / 9)) if lags is None else lags
    if not 0 <= used < n - 2:
        raise UsageError(f"{used} lag(s) for {n} observations", hint=f"between 0 and {n - 3}")
    years = clean.index.to_numpy(dtype=float)
    model = sm.OLS(clean.to_numpy(), sm.add_constant(years - years.mean()))
    fit = model.fit(cov_type="HAC", cov_kwds={"maxlags": used, "use_correction": True}, use_t=True)
    refuse_exact_fit(fit.resid, clean.to_numpy())
    low, high = (float(v) for v in fit.conf_int(1 - level)[1])
    return OlsTrend(
        float(fit.params[1]), float(fit.bse[1]), low, high, float(fit.pvalues[1]), used, level, n
    )


@dataclass(frozen=True)
class BaseChange(Result):
    """Means of two periods, their `difference` (units of the series) and `ratio` (None where the
    base is not > 0).
    """

    _title = "Change against a base period"

    base_mean: float
    later_mean: float
    difference: float
    ratio: float | None
    n_base: int
    n_later: int


def change_against_base(
    series: pd.Series, base: tuple[int, int], later: tuple[int, int]
) -> BaseChange:
    """Mean of a later period against the mean of a base period; both are (first, last) year, both
    included.

    base, later: the two periods.
    series: index years, every year of both periods observed. ratio = later mean / base mean (1.5:
        half as much again).
    Raises CoverageError naming the years that are missing, UsageError where the periods overlap or
    run backwards.
    """
    for first, last in (base, later):
        if first > last:
            raise UsageError(f"the period {first} to {last} runs backwards")
    if base[1] >= later[0]:
        raise UsageError(
            f"the later period begins in {later[0]}, not after the base period ends ({base[1]})"
        )
    clean = observed(series, 1, varying=False)
    years = [list(range(first, last + 1)) for first, last in (base, later)]
    if missing := [year for period in years for year in period if year not in clean.index]:
        raise CoverageError(
            f"not observed: {', '.join(map(str, missing))}", hint="choose periods without gaps"
        )
    one, two = (float(clean.loc[period].mean()) for period in years)
    return BaseChange(
        one, two, two - one, two / one if one > 0 else None, len(years[0]), len(years[1])
    )
