"""The Belt and Road: who signed when by which list, and what exports to China did after it."""

from .income import income_control, income_fits, income_gain_p, income_loss_p, incomes
from .measures import (
    PLACEHOLDERS,
    accession,
    accession_variants,
    china_imports,
    donor_pool,
    effect,
)
from .pictures import control_lines
from .placebos import (
    axes,
    control,
    courses,
    effect_fits,
    gain_p,
    joint_p,
    loss_p,
    partial_conjunction,
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
    "gain_p",
    "income_control",
    "income_fits",
    "income_gain_p",
    "income_loss_p",
    "incomes",
    "joint_p",
    "loss_p",
    "partial_conjunction",
    "placebo_ranks",
]
