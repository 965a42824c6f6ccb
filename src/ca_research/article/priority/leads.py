"""China against its largest rival in one economy, as a row of estimates with what was compared, who
leads and the place of China.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ...estimates.frame import Estimate, estimate_row, estimates
from ...stats.leading import Leading

RIVALS = ("EU27", "USA")
"""Beside Russia, at least one of these must be observed."""
POWERS = ("CHN", "RUS", *RIVALS)
TOLD = ("values", "leader", "place")
"""What such a row tells beside the columns of an estimates frame."""


def no_lead(dimension: str, economy: str, why: str) -> Estimate:
    """The row of an economy in which nothing can be compared."""
    told = {"values": "", "leader": "", "place": None}
    row = estimate_row(economy=economy, missing=why)
    return {"dimension": dimension, **row, **told, "led": None}


def lead(
    dimension: str,
    economy: str,
    found: Leading,
    behind: Mapping[str, Any],
    values: str,
    interval: str = "",
) -> Estimate:
    """The row of a comparison. behind: what `Figures.behind` tells of its rows. values: what was
    compared, in words; interval: what kind of range it is where a unit has several figures.
    """
    one = found.low == found.high
    row = estimate_row(
        economy=economy,
        estimate=found.low if one else None,
        low=None if one else found.low,
        high=None if one or math.isinf(found.high) else found.high,
        interval="" if one else interval,
    )
    told = {"values": values, "leader": found.leader, "place": found.place}
    return {"dimension": dimension, **row, **behind, **told, "led": _led(found.low, found.high)}


def _led(low: float, high: float) -> bool | None:
    """Whether China leads; None where its range holds one."""
    return low > 1 if low > 1 or high <= 1 else None


def framed(rows: Iterable[Estimate]) -> pd.DataFrame:
    """Such rows as an estimates frame, with what they tell beside it."""
    found = list(rows)
    return estimates(found).assign(**{name: [row[name] for row in found] for name in TOLD})
