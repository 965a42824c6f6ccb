"""Statistics that know no domain."""

from .growth import compound_rate, end_to_end, log_slope, mean_annual_rate, sen_slope
from .universe import Axis, Exclusion, Universe, collapse

__all__ = [
    "Axis",
    "Exclusion",
    "Universe",
    "collapse",
    "compound_rate",
    "end_to_end",
    "log_slope",
    "mean_annual_rate",
    "sen_slope",
]
