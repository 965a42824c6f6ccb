"""The Belt and Road: who signed when by which list, and what exports to China did after it."""

from .measures import accession, accession_variants, china_imports, donors_of, incomes
from .pictures import control_lines
from .placebos import (
    control,
    courses_of,
    effect_fits,
    made_up_dates,
    partial_conjunction,
    placebo_p,
    pooled_effects,
)

__all__ = [
    "accession",
    "accession_variants",
    "china_imports",
    "control",
    "control_lines",
    "courses_of",
    "donors_of",
    "effect_fits",
    "incomes",
    "made_up_dates",
    "partial_conjunction",
    "placebo_p",
    "pooled_effects",
]
