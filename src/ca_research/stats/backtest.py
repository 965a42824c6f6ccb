"""Forecasts of rival models from rolling origins, set against the naive one (MASE)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..ground.errors import CaResearchError, CoverageError, UsageError
from .forecast import Forecast, history, naive
from .trend import observed

Model = Callable[[pd.Series, int], Forecast]
"""Called with the series up to an origin and the number of steps ahead."""


def mase(actual: pd.Series, forecast: pd.Series, train: pd.Series) -> float:
    """Mean absolute scaled error: mean |actual - forecast| over the mean absolute step of the
    training series.

    actual, forecast: the same years, nothing missing; train: equally spaced years, n >= 2. Below 1
    is better than one naive step within the training years.
    Raises CoverageError for a constant or gapped training series or missing values, UsageError for
    years that differ.
    Source: Hyndman and Koehler (2006), International Journal of Forecasting 22(4).
    """
    if not isinstance(actual, pd.Series) or not isinstance(forecast, pd.Series):
        raise UsageError("actual and forecast are series by year")
    if not len(actual) or not actual.index.equals(forecast.index):
        raise UsageError("actual and forecast are not of the same years")
    errors = (actual - forecast).abs()
    if errors.isna().any() or np.isinf(errors).any():
        raise CoverageError(
            "a forecast or an actual value is missing", hint="compare years that have both"
        )
    return float(errors.mean() / observed(train, 2, even=True).diff().abs().mean())


def backtest(
    series: pd.Series, models: Mapping[str, Model], first: float, horizon: int
) -> pd.DataFrame:
    """Forecasts from every origin from `first` on, each made from the years up to its origin alone.

    series: index equally spaced years. horizon: steps ahead.
    models: name -> function of (series, steps) that returns a Forecast.
    Returns one row per model, origin and step: model, origin, step, year, actual, mean, low, high,
    error (actual - mean), inside (the interval), scaled (|error| over the mean absolute step up to
    the origin), missing (why a model gave no forecast, or '').
    Raises CoverageError for gaps or where the years up to `first` are constant; UsageError for an
    origin without years before and after it or without models.
    Source: Tashman (2000), International Journal of Forecasting 16(4).
    """
    clean = history(series, 3, horizon, 0.95)
    if first not in clean.index[1:-1] or not models:
        raise UsageError(
            f"no back-test from {first} with {len(models)} model(s)",
            hint="name models and an inner year",
        )
    rows: list[dict[str, Any]] = []
    for end in range(int(clean.index.get_loc(first)) + 1, len(clean)):
        train, test = clean.iloc[:end], clean.iloc[end : end + horizon]
        scale = float(observed(train, 2).diff().abs().mean())
        for name, model in models.items():
            try:
                made, missing = model(train, len(test)).frame.set_index("year"), ""
            except CaResearchError as error:
                made, missing = (
                    pd.DataFrame(np.nan, index=test.index, columns=["mean", "low", "high"]),
                    error.what,
                )
            for step, (year, actual) in enumerate(test.items(), start=1):
                mean, low, high = (float(made.loc[year, c]) for c in ("mean", "low", "high"))
                row = {
                    "model": name,
                    "origin": train.index[-1],
                    "step": step,
                    "year": year,
                    "actual": actual,
                }
                row |= {"mean": mean, "low": low, "high": high, "error": actual - mean}
                rows.append(
                    row
                    | {
                        "inside": low <= actual <= high,
                        "scaled": abs(actual - mean) / scale,
                        "missing": missing,
                    }
                )
    return pd.DataFrame(rows)


def compare_with_naive(
    series: pd.Series, models: Mapping[str, Model], first: float, horizon: int
) -> pd.DataFrame:
    """Back-tested models beside the naive forecast, best first, over the origins and steps that all
    of them answered.

    series, models, first, horizon: as for `backtest`.
    Returns one row per model: model, mase, relative (mase over that of naive; below 1 beats
    it), mae (units of the series), coverage (share of actuals inside the interval), n (forecasts
    compared), failed (forecasts not given). A model that answered nowhere has n = 0 and does not
    narrow the comparison. Errors of overlapping forecasts are dependent and few: differences are
    described, not tested.
    Formula: mase = mean over origins and steps of |error| / mean |step up to the origin| (see
    `mase`).
    Raises as `backtest`, and CoverageError where no origin is common; UsageError for a model of
    yours named 'naive'.
    """
    if "naive" in models:
        raise UsageError("'naive' is added by itself", hint="give your model another name")
    rows = backtest(series, {"naive": naive, **models}, first, horizon)
    answered = rows[rows["missing"] == ""]
    count = answered["model"].nunique()
    common = answered[answered.groupby(["origin", "step"])["model"].transform("nunique") == count]
    if not len(common):
        raise CoverageError(
            "no origin that all models answered", hint="begin later, or leave out a model"
        )
    found = common.assign(mae=common["error"].abs()).groupby("model")
    table = found.agg(
        mase=("scaled", "mean"),
        mae=("mae", "mean"),
        coverage=("inside", "mean"),
        n=("step", "size"),
    )
    table = table.reindex(["naive", *models]).rename_axis("model")
    table.insert(1, "relative", table["mase"] / table["mase"]["naive"])
    table["n"] = table["n"].fillna(0).astype(int)
    table["failed"] = (rows["missing"] != "").groupby(rows["model"]).sum().reindex(table.index)
    return table.sort_values("mase", kind="stable").reset_index()
