"""Time to an event where some have not had it when the watch ends: the product-limit curve and its
median.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

Curve = dict[str, np.ndarray]
"""What `product_limit` gives."""

_EXACT = 1e-12
"""A survival of one half is met within this: products of fractions do not land on it exactly."""


def product_limit(time: ArrayLike, event: ArrayLike) -> Curve:
    """Product-limit estimate of survival: time, at_risk, events, survival; one entry per time at
    which an event falls.

    time: from the start of the watch, none below zero, in one unit. event: true where the event
    fell at that time, false where the watch ended there (right-censored; at risk up to and
    including that time).
    S(t) = product over event times s <= t of (1 - d(s) / n(s)).
    Source: Kaplan and Meier (1958), Journal of the American Statistical Association 53(282).
    """
    times, events = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    when, fell = np.unique(times[events], return_counts=True)
    at_risk = len(times) - np.searchsorted(np.sort(times), when)
    survival = np.cumprod(1 - fell / at_risk)
    columns = {"time": when, "at_risk": at_risk, "events": fell, "survival": survival}
    return {name: values.astype(float) for name, values in columns.items()}


def survival_at(curve: Curve, time: float) -> float:
    """S(t) of a curve: one before the first event."""
    past = curve["survival"][curve["time"] <= time]
    return float(past[-1]) if len(past) else 1.0


def median_time(curve: Curve) -> float | None:
    """Least time at which survival is one half or less; None where the watch ended before.

    The usual definition inf{t: S(t) <= 0.5}. statsmodels' own `quantile` asks for less than one
    half, so that it moves on to the next event where the curve lies exactly on it.
    """
    below = curve["time"][curve["survival"] <= 0.5 + _EXACT]
    return float(below[0]) if len(below) else None
