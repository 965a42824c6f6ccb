"""Trade: shares, indices, growth; the two sides of a report; ranks on one basis at a time;
gravity.
"""

from .gravity import Gravity, gravity, panel, treated_pairs
from .gravity_reassign import Reassignment, excess, reassign
from .indices import (
    Theil,
    balance,
    complementarity,
    dispersion,
    growth_rates,
    grubel_lloyd,
    intensity,
    product_shares,
    real_values,
    revealed_advantage,
    theil_decomposition,
)
from .mirror import mirror_gap, perspective
from .rank import BASES, FLOWS, compare, lead, newest_ranks, newest_year, observed, ranks
from .reconcile import CIF_FOB, CIF_FOB_RANGE, RE_EXPORT_RATIO, reconcile, region_gaps
from .shares import growth, hhi, partner_shares

__all__ = [
    "BASES",
    "CIF_FOB",
    "CIF_FOB_RANGE",
    "FLOWS",
    "RE_EXPORT_RATIO",
    "Gravity",
    "Reassignment",
    "Theil",
    "balance",
    "compare",
    "complementarity",
    "dispersion",
    "excess",
    "gravity",
    "growth",
    "growth_rates",
    "grubel_lloyd",
    "hhi",
    "intensity",
    "lead",
    "mirror_gap",
    "newest_ranks",
    "newest_year",
    "observed",
    "panel",
    "partner_shares",
    "perspective",
    "product_shares",
    "ranks",
    "real_values",
    "reassign",
    "reconcile",
    "region_gaps",
    "revealed_advantage",
    "theil_decomposition",
    "treated_pairs",
]
