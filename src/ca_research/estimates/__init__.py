"""Estimates: the frame that every measure gives, the rows behind it, and the path the data took."""

from .frame import ESTIMATE_COLUMNS, by_economy, data_path, estimate_row, estimates, shares
from .measures import Measure, measure

__all__ = [
    "ESTIMATE_COLUMNS",
    "Measure",
    "by_economy",
    "data_path",
    "estimate_row",
    "estimates",
    "measure",
    "shares",
]
