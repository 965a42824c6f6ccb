"""The Belt and Road: who signed when by which list, and what exports to China did after it."""

from .measures import (
    PLACEHOLDERS,
    accession,
    accession_variants,
    china_imports,
    donor_pool,
    effect,
    incomes,
)
from .pictures import control_lines
from .placebos import (
    axes,
    control,
    courses,
    effect_fits,
    joint_p,
    partial_conjunction,
    placebo_p,
    placebo_ranks,
)

__all__ = [
    "PLACEHOLDERS",
    "accession",
    "accession_variants",
    "axes",
    "china_imports",
    "control",
    "control_lines",
    "courses",
    "donor_pool",
    "effect",
    "effect_fits",
    "incomes",
    "joint_p",
    "partial_conjunction",
    "placebo_p",
    "placebo_ranks",
]
