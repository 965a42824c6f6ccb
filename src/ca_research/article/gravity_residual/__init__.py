"""How far China's trade with the five departs from gravity, and who else would in its place."""

from .measures import (
    beyond_gravity,
    every_place,
    panel_of,
    placebo_table,
    rank_p,
    with_commonwealth,
)
from .pictures import FLOWS, place_strips

placebo = placebo_table

__all__ = [
    "FLOWS",
    "beyond_gravity",
    "every_place",
    "panel_of",
    "place_strips",
    "placebo",
    "placebo_table",
    "rank_p",
    "with_commonwealth",
]
