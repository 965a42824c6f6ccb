"""Intervals of the models estimated by statsmodels, against the share of futures that they hold, by
simulation.

Both leave out the uncertainty of their parameters, so they hold less than they promise. For the
random walk with drift how much less is known in closed form; bands are about three standard errors
of the simulated share.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from ca_research.stats import arima, ets

LEVEL = 0.9


def held(model, draw, n: int, horizon: int, count: int) -> np.ndarray:
    """For each step ahead, the share of drawn series whose value lies in the interval made from the
    first n.
    """
    hits = np.zeros(horizon)
    for seed in range(count):
        whole = pd.Series(
            draw(np.random.default_rng(seed), n + horizon), index=range(2000, 2000 + n + horizon)
        )
        made = model(whole.iloc[:n], horizon).frame
        hits += whole.iloc[n:].between(made["low"].to_numpy(), made["high"].to_numpy()).to_numpy()
    return hits / count


def bounds(steps: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ARIMA(0,1,0) with drift in closed form: steps (draws, m) -> low and high of the change after
    h steps, (draws, len(h)).
    """
    mean, variance = (
        steps.mean(axis=1)[:, None],
        steps.var(axis=1)[:, None],
    )  # maximum likelihood: over m
    reach = norm.ppf((1 + LEVEL) / 2) * np.sqrt(variance * h)
    return mean * h - reach, mean * h + reach


@pytest.mark.parametrize("seed", range(10))
def test_arima_010_gives_the_bounds_of_the_closed_form(seed):
    # to 1e-3 of a step: where the optimiser stops
    steps, h = np.random.default_rng(seed).normal(0.5, 1, size=(1, 14)), np.arange(1, 4)
    series = pd.Series(np.concatenate([[3.0], 3.0 + np.cumsum(steps)]), index=range(2000, 2015))
    made, (low, high) = arima(series, 3, order=(0, 1, 0), level=LEVEL).frame, bounds(steps, h)
    assert made["low"].to_numpy() - series.iloc[-1] == pytest.approx(low[0], abs=1e-3)
    assert made["high"].to_numpy() - series.iloc[-1] == pytest.approx(high[0], abs=1e-3)


def test_those_bounds_hold_what_can_be_said_of_them():
    # the error over s sqrt(h + h**2 / m), with s**2 = v m / (m - 1), is t with m - 1 df, so that
    # 0.9 promised are 0.850,
    # 0.838 and 0.826 held for h = 1, 2, 3 and 15 years. 20,000 series: standard error 0.0027
    m, h, rng = 14, np.arange(1, 4), np.random.default_rng(1)
    drawn = rng.normal(0.5, 1, size=(20_000, m + 3))
    (low, high), future = bounds(drawn[:, :m], h), drawn[:, m:].cumsum(axis=1)
    reach = norm.ppf((1 + LEVEL) / 2) * np.sqrt((m - 1) / m) / np.sqrt(1 + h / m)
    expected = 1 - 2 * t.sf(reach, m - 1)
    assert ((low <= future) & (future <= high)).mean(axis=0) == pytest.approx(expected, abs=0.008)
    assert (expected < LEVEL).all()


@pytest.mark.long
def test_ets_holds_nearly_what_it_promises():
    # a line of slope 0.5 with normal noise, 30 years, two ahead, 200 series: standard error 0.021;
    # the level and slope are
    # estimated, so the share lies below 0.9, and not far below with 30 years
    found = held(
        lambda s, steps: ets(s, steps, level=LEVEL),
        lambda rng, n: 0.5 * np.arange(n) + rng.normal(size=n),
        30,
        2,
        200,
    )
    assert ((found >= 0.78) & (found <= 0.95)).all()
