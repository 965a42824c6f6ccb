"""Breaks in the level or trend of a series: at a known date (Chow) and at an unknown one
(sup-F).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError, UsageError
from .result import Result
from .trend import TEN, observed, refuse_exact_fit


@dataclass(frozen=True)
class Break(Result):
    """`f` of a break whose new regime begins in year `at`; `p`; `k` coefficients may change; `n`;
    `method`.

    f is a ratio without a unit, `at` a year of the index.
    autocorrelation: first-order, of the residuals without a break; large, it says that `p` of an
        iid method is too small.
    draws and seed are None where nothing was simulated.
    """

    _title = "Test of a break"

    f: float
    p: float
    at: float
    k: int
    n: int
    autocorrelation: float
    method: str
    draws: int | None = None
    seed: int | None = None


def _design(years: np.ndarray, trend: bool, x: pd.DataFrame | None = None) -> np.ndarray:
    """Constant, centred year if `trend`, and the columns of `x`: shape (n, k). Raises CoverageError
    if collinear.
    """
    columns = [np.ones(len(years))]
    if trend:
        columns.append((years - years.mean()) / max(float(np.ptp(years)), 1.0))
    if x is not None:
        columns += list(x.to_numpy(dtype=float).T)
    design = np.column_stack(columns)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise CoverageError(
            "the regressors are collinear",
            hint="drop one; a constant and a trend are already there",
        )
    return design


def _regressors(x: pd.DataFrame, years: pd.Index) -> pd.DataFrame:
    """Rows of `x` in the years of the series; raises UsageError or CoverageError where they are not
    one each.
    """
    if x.index.has_duplicates:
        raise UsageError("two rows of regressors for one year", hint="choose one source first")
    rows = x.reindex(years).apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    if gaps := [str(year) for year in years[rows.isna().any(axis=1).to_numpy()]]:
        raise CoverageError(
            f"no finite regressors in {', '.join(gaps)}",
            hint="shorten the series to years they cover",
        )
    return rows


def _residuals(y: np.ndarray, design: np.ndarray) -> np.ndarray:
    """What `design` leaves of every row of `y` (shape (..., n))."""
    basis = np.linalg.qr(design)[0]
    return y - (y @ basis) @ basis.T


def _f(residuals: np.ndarray, design: np.ndarray, splits: Sequence[int]) -> np.ndarray:
    """F of a break before each position of `splits`, from residuals (draws, n) without a break:
    (draws, splits).

    With X2 the regressors of the second regime freed of X (Frisch-Waugh), RSS_0 - RSS_1 - RSS_2 is
    the squared length of the residuals' projection on X2. An exact fit gives infinity.
    """
    n, k = design.shape
    rss = (residuals**2).sum(axis=1)
    out = np.empty((len(residuals), len(splits)))
    for column, split in enumerate(splits):
        later = design * (np.arange(n) >= split)[:, None]
        if np.linalg.matrix_rank(np.column_stack([design, later])) < 2 * k:
            raise CoverageError(
                "the regressors are collinear on one side of the break", hint="move it or drop one"
            )
        basis = np.linalg.qr(_residuals(later.T, design).T)[0]
        gain = ((residuals @ basis) ** 2).sum(axis=1)
        left = rss - gain
        fits = left <= 1e-14 * rss  # rounding of the difference of two sums of squares
        out[:, column] = np.where(
            fits, np.inf, (gain / k) / (np.where(fits, 1.0, left) / (n - 2 * k))
        )
    return out


def _first_order(residuals: np.ndarray) -> float:
    """First-order autocorrelation of residuals."""
    return float(residuals[1:] @ residuals[:-1] / (residuals @ residuals))


def _refuse_exact_break(f: float) -> None:
    if np.isinf(f):
        raise CoverageError(
            "two regimes fit every observation exactly: there is no noise to test against",
            hint="report the two regimes themselves; look whether the series was made up of steps",
        )


def chow(
    series: pd.Series, at: float, *, trend: bool = True, x: pd.DataFrame | None = None
) -> Break:
    """Chow test that all coefficients stay the same when a new regime begins in year `at`, known
    beforehand.

    series: index years, gaps allowed. Model: constant, year if `trend`, and the columns of `x`
        (index years).
    F = ((RSS_0 - RSS_1 - RSS_2) / k) / ((RSS_1 + RSS_2) / (n - 2k)), p from F(k, n - 2k):
    independent errors of one variance. A date picked by looking at the series needs `sup_f`.
    Raises CoverageError where a side has fewer than k + 2 observations, for a constant series,
    missing or collinear regressors and an exact fit; UsageError for a bad index.
    Source: Chow (1960), Econometrica 28(3).
    """
    from scipy.stats import f as f_distribution

    clean = observed(series, 3)
    years, y = clean.index.to_numpy(dtype=float), clean.to_numpy()
    design = _design(years, trend, None if x is None else _regressors(x, clean.index))
    n, k = design.shape
    split = int((years < at).sum())
    if min(split, n - split) < k + 2:
        raise CoverageError(
            f"{split} observation(s) before {at:g} and {n - split} from then on; a side needs "
            f"{k + 2}",
            hint="take a longer period, or trend=False for a change in level alone",
        )
    left = _residuals(y, design)
    refuse_exact_fit(left, y)
    value = float(_f(left[None], design, [split])[0, 0])
    _refuse_exact_break(value)
    p = float(f_distribution.sf(value, k, n - 2 * k))
    return Break(value, p, float(years[split]), k, n, _first_order(left), "Chow")


def _null_draws(left: np.ndarray, errors: str, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Errors drawn from the residuals without a break, shape (draws, n); their scale does not
    matter to F.
    """
    n = len(left)
    if errors == "iid":
        return rng.choice(left - left.mean(), size=(draws, n))
    rho = float(np.clip(_first_order(left), -0.95, 0.95))
    shocks = left[1:] - rho * left[:-1]
    drawn = rng.choice(shocks - shocks.mean(), size=(draws, n + 50))
    for t in range(1, n + 50):
        drawn[:, t] += rho * drawn[:, t - 1]
    return drawn[:, 50:]


def sup_f(
    series: pd.Series,
    trim: float = 0.15,
    *,
    trend: bool = True,
    errors: str = "iid",
    draws: int = 999,
    seed: int = 0,
) -> Break:
    """Largest Chow F over all dates in the middle of the series: a break at an unknown date.

    series: index years, n >= 10. trim: share of observations left on each side at least (never
        fewer than k + 2).
    errors: 'iid' or 'ar1'.
    Model: constant, and year if `trend`. p = (1 + #{sup F* >= sup F}) / (draws + 1) over series
    drawn without a break:
    residuals of the model resampled, 'iid' or as shocks of an AR(1) fitted to them ('ar1', equally
    spaced years).
    draws, seed: series drawn, and the seed of their random numbers.
    'iid' rejects far too often where errors are autocorrelated (at 0.5 and n = 30, in 40 % of
    series without a break; 'ar1' in about 6 %): see `autocorrelation` in the result.
    Raises CoverageError for n < 10, too few observations to split, a constant or exactly fitted
    series, gaps with 'ar1'; UsageError for a bad index, trim, errors or draws.
    Source: Andrews (1993), Econometrica 61(4); bootstrap of the null: Hansen (2000), Journal of
    Econometrics 97(1);
    AR(1) resampling: Diebold and Chen (1996), Journal of Econometrics 70(1).
    """
    if errors not in ("iid", "ar1"):
        raise UsageError(f"unknown errors {errors!r}", hint="known: iid, ar1")
    if not 0 < trim < 0.5:
        raise UsageError(f"trim {trim!r} is not between 0 and 0.5", hint="0.15 is usual")
    if draws < 99:
        raise UsageError(f"{draws} draws are too few for a p-value", hint="take 999")
    clean = observed(series, 3, even=errors == "ar1")
    years, y = clean.index.to_numpy(dtype=float), clean.to_numpy()
    if len(y) < TEN:
        raise CoverageError(
            f"no sup-F below ten observations, here {len(y)}",
            hint="use chow with a date known before",
        )
    design = _design(years, trend)
    n, k = design.shape
    edge = max(k + 2, int(np.ceil(trim * n)))
    splits = range(edge, n - edge + 1)
    if not splits:
        raise CoverageError(
            f"{n} observations leave no date with {edge} on each side", hint="take a smaller trim"
        )
    left = _residuals(y, design)
    refuse_exact_fit(left, y)
    values = _f(left[None], design, splits)[0]
    best = int(values.argmax())
    _refuse_exact_break(values[best])
    drawn = _null_draws(left, errors, draws, np.random.default_rng(seed))
    null = _f(_residuals(drawn, design), design, splits).max(axis=1)
    p = (1 + int((null >= values[best] * (1 - 1e-12)).sum())) / (draws + 1)
    at = float(years[splits[best]])
    return Break(
        float(values[best]),
        p,
        at,
        k,
        n,
        _first_order(left),
        f"sup-F, {errors} bootstrap",
        draws,
        seed,
    )
