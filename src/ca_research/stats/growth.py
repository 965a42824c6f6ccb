"""Growth and slope of short annual series; each way of stating growth has its own name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import CoverageError, UsageError


def _clean(series: pd.Series, least: int) -> pd.Series:
    """Observed values by year; raises CoverageError below `least`, UsageError where a year stands twice."""
    observed = series.dropna().sort_index().astype("float64")
    if observed.index.has_duplicates:
        raise UsageError("two observations for one year", hint="choose one source first")
    if len(observed) < least:
        raise CoverageError(
            f"{len(observed)} observation(s); this measure needs at least {least}",
            hint="take a longer period or another source",
        )
    return observed


def _positive_base(observed: pd.Series) -> None:
    """A rate is of something: raises CoverageError where a value that is grown from is not above zero."""
    if (observed.iloc[:-1] <= 0).any() or observed.iloc[-1] < 0:
        raise CoverageError("a rate needs positive values to grow from", hint="use sen_slope or end_to_end")


def end_to_end(series: pd.Series) -> float:
    """Last minus first observed value, in the unit of the series (index: years)."""
    observed = _clean(series, 2)
    return float(observed.iloc[-1] - observed.iloc[0])


def sen_slope(series: pd.Series) -> float:
    """Median of the slopes between all pairs of years, in units per year. Sen (1968), JASA 63(324)."""
    observed = _clean(series, 3)
    x, y = observed.index.to_numpy(dtype=float), observed.to_numpy()
    i, j = np.triu_indices(len(observed), k=1)
    return float(np.median((y[j] - y[i]) / (x[j] - x[i])))


def log_slope(series: pd.Series) -> float:
    """OLS slope of the log on the year: continuous growth per year (0.05 is about 5 %). Needs positive values."""
    import statsmodels.api as sm

    observed = _clean(series, 3)
    if (observed <= 0).any():
        raise CoverageError("a log needs positive values", hint="use sen_slope or end_to_end")
    design = sm.add_constant(observed.index.to_numpy(dtype=float) - observed.index[0])
    return float(sm.OLS(np.log(observed.to_numpy()), design).fit().params[1])


def compound_rate(series: pd.Series) -> float:
    """Compound annual growth rate between first and last year: (last / first) ** (1 / years) - 1."""
    observed = _clean(series, 2)
    _positive_base(observed)
    years = float(observed.index[-1] - observed.index[0])
    return float((observed.iloc[-1] / observed.iloc[0]) ** (1 / years) - 1)


def mean_annual_rate(series: pd.Series) -> float:
    """Arithmetic mean of the year-on-year rates; needs every year between first and last."""
    observed = _clean(series, 2)
    if (np.diff(observed.index.to_numpy(dtype=float)) != 1).any():
        raise CoverageError("year-on-year rates need consecutive years", hint="use compound_rate")
    _positive_base(observed)
    return float((observed / observed.shift(1) - 1).dropna().mean())
