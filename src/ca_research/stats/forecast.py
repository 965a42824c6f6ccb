"""Forecasts of annual series with intervals, and their error beside that of the naive one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..ground.errors import CaResearchError, CoverageError
from ..ground.extras import needed
from .contract import Share, Steps, takes
from .growth import observations
from .result import Result

TEN = 10
"""Below ten observations what leans on large samples is refused."""

EXACT_FIT = 1e-12
"""Residuals smaller than this share of the largest value are rounding, not variation (float64
carries about 2e-16).
"""

LEAST_WALK = 5
"""A random walk needs five years: four steps, one of them spent on the drift."""


class ConvergenceError(CaResearchError):
    """An estimator did not find its optimum; what it stopped at is no estimate.

    Attributes
    ----------
    what, where, hint : str
        What happened, where, and what to do next.

    Examples
    --------
    >>> print(ConvergenceError("ETS(A,A,N) did not converge", hint="take a longer series"))
    ETS(A,A,N) did not converge
      next:  take a longer series
    """


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(Result):
    """A forecast with its intervals.

    `to_frame` gives the frame, `to_csv` and `to_latex` write it.

    Attributes
    ----------
    model : str
        Its name in words.
    frame : pandas.DataFrame
        One row per year ahead: ``year``, ``mean``, ``low``, ``high`` (units of the series),
        ``level`` of the interval.
    n : int
        Years used.
    failed : mapping of str to str
        Models that could not be fitted, with the reason.

    Examples
    --------
    Kazakhstan's imports from China two years on, in billions of dollars, were they to drift as
    before:

    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", partner="CHN", flow="import", product="TOTAL",
    ...                source="KAZ_BNS")
    >>> drift = random_walk_drift(rows.set_index("year")["value_usd"] / 1e9, 2)
    >>> drift.n, drift.frame["mean"].round(1).tolist()
    (6, [17.4, 19.4])
    """

    _table = "frame"

    model: str
    frame: pd.DataFrame
    n: int
    failed: Mapping[str, str] = field(default_factory=dict)


def even(series: pd.Series, least: int) -> pd.Series:
    """Observed values as floats by ascending, equally spaced years.

    Raises CoverageError below `least` observations and for years that are not equally spaced;
    UsageError as `observations`.
    """
    clean = observations(series, least)
    if np.ptp(np.diff(clean.index.to_numpy(dtype=float))) > 0:
        raise CoverageError(
            "the years are not equally spaced, and this method needs the order and distance of "
            "neighbours",
            hint="take a period without gaps",
        )
    return clean


def _forecast(
    model: str, clean: pd.Series, bounds: np.ndarray, level: float, **failed: str
) -> Forecast:
    """bounds: mean, low and high (rows) of each year ahead."""
    if not np.isfinite(bounds).all() or (bounds[2] <= bounds[1]).any():
        raise ConvergenceError(f"{model} gives no finite interval", hint="take random_walk_drift")
    years = clean.index[-1] + np.diff(clean.index[-2:])[0] * np.arange(1, bounds.shape[1] + 1)
    frame = pd.DataFrame(bounds.T, columns=["mean", "low", "high"])
    frame.insert(0, "year", years.astype(int) if (years % 1 == 0).all() else years)
    return Forecast(model, frame.assign(level=level), len(clean), failed)


def _walk(clean: pd.Series, horizon: int, level: float, drift: bool) -> np.ndarray:
    from scipy.special import stdtrit

    y, h = clean.to_numpy(), np.arange(1, horizon + 1)
    steps = np.diff(y)
    m, d = len(steps), float(steps.mean()) if drift else 0.0
    if np.abs(steps - d).max() <= EXACT_FIT * np.abs(y).max():
        raise CoverageError(
            "the model fits every observation exactly: there is no noise to test against",
            hint="report the fit itself (sen_slope, end_to_end); look whether the series was "
            "interpolated",
        )
    df = m - drift
    variance = ((steps - d) ** 2).sum() / df * (h + drift * h**2 / m)
    reach = stdtrit(df, (1 + level) / 2) * np.sqrt(variance)
    mean = y[-1] + d * h
    return np.array([mean, mean - reach, mean + reach])


@takes()
def random_walk_drift(series: pd.Series, horizon: Steps, level: Share = 0.95) -> Forecast:
    """Random walk with drift: the last value plus h times the mean step, in units of the series.

    Parameters
    ----------
    series : pandas.Series
        Index equally spaced years, five or more observations.
    horizon : int
        Years ahead.
    level : float
        Of the interval.

    Returns
    -------
    Forecast
        A row per year ahead.

    Raises
    ------
    CoverageError
        Fewer than five years, gaps, a constant series or an exact line.
    UsageError
        A bad index, horizon or level.

    Notes
    -----
    With m = n - 1 steps and s2 their variance, the error at h has variance s2 (h + h**2 / m), the
    second term for the estimated drift; the interval is by t with m - 1 degrees of freedom, exact
    where steps are independent and normal [1]_.

    References
    ----------
    .. [1] Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., 5.2
       and 5.5.

    Examples
    --------
    >>> series = pd.Series([1.0, 2.0, 4.0, 5.0, 7.0], index=range(2015, 2020))
    >>> random_walk_drift(series, 2).frame["mean"].tolist()
    [8.5, 10.0]
    """
    clean = even(series, LEAST_WALK)
    return _forecast("random walk with drift", clean, _walk(clean, horizon, level, True), level)


@takes()
def naive(series: pd.Series, horizon: Steps, level: Share = 0.95) -> Forecast:
    """The last value, unchanged: a random walk without drift.

    Parameters
    ----------
    series : pandas.Series
        Index equally spaced years, five or more observations.
    horizon : int
        Years ahead.
    level : float
        Of the interval.

    Returns
    -------
    Forecast
        A row per year ahead.

    Raises
    ------
    CoverageError
        Fewer than five years, gaps or a constant series; an exact line is no error, for it has no
        drift here.
    UsageError
        A bad index, horizon or level.

    Notes
    -----
    The error at h has variance h times the mean squared step; the interval is by t with as many
    degrees of freedom as steps. Source: as for `random_walk_drift`.

    Examples
    --------
    >>> series = pd.Series([1.0, 2.0, 4.0, 5.0, 7.0], index=range(2015, 2020))
    >>> naive(series, 2).frame["mean"].tolist()
    [7.0, 7.0]
    """
    clean = even(series, LEAST_WALK)
    return _forecast("naive", clean, _walk(clean, horizon, level, False), level)


def _fitted(name: str, fit: Callable[[], Any]) -> Any:
    """A statsmodels fit that converged; anything else is a ConvergenceError and never only a
    warning.
    """
    with needed():
        from statsmodels.tools.sm_exceptions import ConvergenceWarning

    hint = "take random_walk_drift, a longer series, or a smaller model"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # starting values and the like
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            result = fit()
        except (ConvergenceWarning, np.linalg.LinAlgError, ValueError) as error:
            raise ConvergenceError(
                f"{name} was not estimated: {str(error).splitlines()[0]}", hint=hint
            ) from None
    if not (result.mle_retvals or {}).get("converged", True) or not np.isfinite(result.llf):
        raise ConvergenceError(f"{name} did not converge", hint=hint)
    return result


def _scaled(clean: pd.Series) -> tuple[pd.Series, float]:
    """Values over a power of two near the size of their steps (exact in floating point): optimisers
    depend on scale.

    Raises CoverageError for an exact line, which has no noise to estimate.
    """
    _walk(clean, 1, 0.95, True)
    scale = float(2.0 ** np.round(np.log2(clean.diff().std())))
    return (clean / scale).reset_index(drop=True), scale


@takes()
def ets(
    series: pd.Series, horizon: Steps, *, damped: bool = False, level: Share = 0.95
) -> Forecast:
    """Exponential smoothing with additive error and additive trend.

    Parameters
    ----------
    series : pandas.Series
        Index equally spaced years, ten or more observations.
    horizon : int
        Years ahead.
    damped : bool
        ETS(A,Ad,N), whose trend dies out; else ETS(A,A,N).
    level : float
        Of the interval.

    Returns
    -------
    Forecast
        A row per year ahead.

    Raises
    ------
    CoverageError
        Fewer than ten years, gaps or a constant series.
    ConvergenceError
        No optimum was found.
    UsageError
        A bad index, horizon or level.

    Notes
    -----
    Estimated by statsmodels' ETSModel; its analytic intervals leave out the uncertainty of the
    parameters and are somewhat short [1]_.

    References
    ----------
    .. [1] Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing, ch. 2
       and 6.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> series = pd.Series(rng.normal(1, 0.2, 12).cumsum(), index=range(2008, 2020))
    >>> ets(series, 3).frame["year"].tolist()
    [2020, 2021, 2022]
    """
    with needed():
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    clean = even(series, TEN)
    values, scale = _scaled(clean)
    name = "ETS(A,Ad,N)" if damped else "ETS(A,A,N)"
    model = ETSModel(values, trend="add", damped_trend=damped)
    prediction = _fitted(name, lambda: model.fit(disp=False)).get_prediction(
        len(values), len(values) + horizon - 1
    )
    table = prediction.summary_frame(alpha=1 - level)[["mean", "pi_lower", "pi_upper"]]
    return _forecast(name, clean, scale * table.to_numpy(float).T, level)


@takes()
def arima(
    series: pd.Series,
    horizon: Steps,
    *,
    order: tuple[int, int, int] | None = None,
    level: Share = 0.95,
) -> Forecast:
    """ARIMA with a constant (d = 0) or drift (d = 1), by statsmodels' exact maximum likelihood.

    Parameters
    ----------
    series : pandas.Series
        Index equally spaced years, ten or more observations.
    horizon : int
        Years ahead.
    order : tuple of int, optional
        (p, d, q), for short annual series p + q <= 4 and d <= 2; without one, the smallest AICc
        over p, q >= 0 with p + q <= 2 at d = 1 (likelihoods with different d are not comparable).
    level : float
        Of the intervals.

    Returns
    -------
    Forecast
        A row per year ahead; orders that could not be estimated are in ``failed``.

    Raises
    ------
    CoverageError
        Fewer than ten years, gaps, a constant series or an exact line.
    ConvergenceError
        No order could be estimated.
    UsageError
        A bad index, order, horizon or level.

    Notes
    -----
    Box and Jenkins (1970); AICc by Hurvich and Tsai (1989), Biometrika 76(2). Intervals leave out
    the uncertainty of the parameters and are short in small samples.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> series = pd.Series(rng.normal(1, 0.2, 12).cumsum(), index=range(2008, 2020))
    >>> arima(series, 1, order=(0, 1, 0)).model
    'ARIMA(0, 1, 0)'
    """
    with needed():
        from statsmodels.tsa.arima.model import ARIMA

    clean = even(series, TEN)
    values, scale = _scaled(clean)
    grid = [order] if order else [(p, 1, q) for p in range(3) for q in range(3 - p)]
    fits, failed = {}, {}
    for p, d, q in grid:
        name = f"ARIMA({p}, {d}, {q})"
        model = ARIMA(values, order=(p, d, q), trend=("c", "t", "n")[d])
        # nobody asks for the errors of parameters, which take a sixth of a fit
        fit = partial(model.fit, method_kwargs={"maxiter": 500}, cov_type="none")
        try:
            fits[name] = _fitted(name, fit)
        except ConvergenceError as error:
            failed[name] = error.what
    if not fits:
        raise ConvergenceError(
            "; ".join(failed.values()), hint="take random_walk_drift or a longer series"
        )
    best = min(fits, key=lambda name: fits[name].aicc)
    table = fits[best].get_forecast(horizon).summary_frame(alpha=1 - level)
    columns = ["mean", "mean_ci_lower", "mean_ci_upper"]
    return _forecast(best, clean, scale * table[columns].to_numpy(float).T, level, **failed)


def mase(actual: pd.Series, forecast: pd.Series, train: pd.Series) -> float:
    """Mean absolute scaled error: below 1 is better than one naive step within the training years.

    Parameters
    ----------
    actual : pandas.Series
        By year.
    forecast : pandas.Series
        For the same years, nothing missing in either.
    train : pandas.Series
        Equally spaced years, two or more.

    Returns
    -------
    float
        The mean of abs(actual - forecast) over the mean absolute step of the training series.

    Raises
    ------
    CoverageError
        A constant or gapped training series, or years that do not have both.
    UsageError
        A year twice, text, or infinite values.

    Notes
    -----
    Hyndman and Koehler (2006), International Journal of Forecasting 22(4).

    Examples
    --------
    >>> train = pd.Series([1.0, 2.0, 4.0], index=[2018, 2019, 2020])
    >>> mase(pd.Series([5.0], index=[2021]), pd.Series([8.0], index=[2021]), train)
    2.0
    """
    values, clean = [observations(series, 1) for series in (actual, forecast)], even(train, 2)
    if not values[0].index.equals(values[1].index):
        raise CoverageError("a forecast or a value is missing", hint="compare years with both")
    _walk(clean, 1, 0.95, False)  # refuses a constant one
    return float((values[0] - values[1]).abs().mean() / clean.diff().abs().mean())
