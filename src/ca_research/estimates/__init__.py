"""Estimates: the frame that every measure gives, the rows behind it, and the path the data took."""

from .age import shown_if_older
from .cells import CellsOf
from .frame import ESTIMATE_COLUMNS, Estimate, Rows, checked, data_path, estimate_row, estimates
from .measures import Measure, by_economy, measure, tells, told_by

__all__ = [
    "ESTIMATE_COLUMNS",
    "CellsOf",
    "Estimate",
    "Measure",
    "Rows",
    "by_economy",
    "checked",
    "data_path",
    "estimate_row",
    "estimates",
    "measure",
    "shown_if_older",
    "tells",
    "told_by",
]


def __dir__() -> list[str]:
    return __all__
