"""How far China's trade with the five departs from gravity, and who else would in its place."""

from .measures import (
    Samples,
    by_choices,
    every_place,
    every_residual,
    one_step,
    placebo_table,
    rank_p,
    residual,
    residual_p,
    residuals,
    samples_of,
    with_commonwealth,
)
from .pictures import FLOWS, finding, in_words, ranked_strips, strips_of

__all__ = [
    "FLOWS",
    "Samples",
    "by_choices",
    "every_place",
    "every_residual",
    "finding",
    "in_words",
    "one_step",
    "placebo_table",
    "rank_p",
    "ranked_strips",
    "residual",
    "residual_p",
    "residuals",
    "samples_of",
    "strips_of",
    "with_commonwealth",
]
