"""Concentration of a whole among its parts, also where a part of the whole has no name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..ground.errors import CoverageError, UsageError

TOLERANCE = 1e-9
"""Rounding allowed between the sum of shares and one."""


class Bounds(NamedTuple):
    """Lowest and highest value an index can take; equal where nothing is left open."""

    low: float
    high: float


def _shares(values: Sequence[float], what: str) -> np.ndarray:
    shares = np.asarray(list(values), dtype="float64")
    if np.isnan(shares).any() or (shares < 0).any():
        raise UsageError(
            f"{what} must be numbers from 0 on", hint="drop what is unknown and count it as unnamed"
        )
    return shares


def hhi_bounds(
    named: Sequence[float], *, apart: Sequence[float] = (), anyone: float = 0.0
) -> Bounds:
    """Bounds of the Herfindahl-Hirschman index where some of the whole has no name.

    named: shares of the holders with a name. apart: shares of unnamed blocks, each held by one or
    more holders that are none of the named and in no other block. anyone: an unnamed share that may
    belong to the named as well.
    All shares together sum to one.
    low = sum s_i^2: what has no name is spread over ever more holders (an infimum, reached only if
    nothing is unnamed).
    high = sum s_i^2 + sum b_k^2, each block one holder, with `anyone` given to the largest of all
    (a sum of squares is convex, so its maximum gives everything to the largest).
    Raises CoverageError where the shares do not sum to one, UsageError for a share below 0 or null.
    Source: Hirschman (1964), American Economic Review 54(5), for the index; the bounds follow from
    its convexity.
    """
    s, blocks = _shares(named, "named shares"), _shares(apart, "unnamed shares")
    loose = float(_shares([anyone], "unnamed shares")[0])
    total = float(s.sum() + blocks.sum() + loose)
    if abs(total - 1) > TOLERANCE:
        raise CoverageError(
            f"named and unnamed shares sum to {total:.4g}, not to one",
            hint="shares are fractions of one whole; what has no name goes into `unnamed`",
        )
    held = np.sort(np.concatenate([s, blocks, [0.0]]))
    held[-1] += loose
    return Bounds(math.fsum(s**2), math.fsum(held**2))
