"""How far China's trade with the five departs from gravity, and who else would in its place."""

from .measures import (
    every_place,
    panel_of,
    placebo_table,
    rank_p,
    residual,
    residual_p,
    with_commonwealth,
)
from .pictures import FLOWS, in_words, place_strips

__all__ = [
    "FLOWS",
    "every_place",
    "in_words",
    "panel_of",
    "place_strips",
    "placebo_table",
    "rank_p",
    "residual",
    "residual_p",
    "with_commonwealth",
]
