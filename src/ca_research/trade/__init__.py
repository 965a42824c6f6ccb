"""Trade: shares, indices, growth; products; the two sides of a report; ranks on one basis at a
time; gravity.
"""

from .gravity import Gravity, gravity, panel, treated_pairs
from .indices import (
    balance,
    complementarity,
    grubel_lloyd,
    product_shares,
    revealed_comparative_advantage,
    trade_intensity,
)
from .mirror import mirror_gap, perspective
from .products import add_up, concord, unit_values
from .rank import BASES, FLOWS, lead, rank, rank_years
from .reconcile import CIF_FOB, reconcile
from .shares import growth, hhi, partner_shares

rca = revealed_comparative_advantage
pair_dummy = treated_pairs

__all__ = [
    "BASES",
    "CIF_FOB",
    "FLOWS",
    "Gravity",
    "add_up",
    "balance",
    "complementarity",
    "concord",
    "gravity",
    "growth",
    "grubel_lloyd",
    "hhi",
    "lead",
    "mirror_gap",
    "pair_dummy",
    "panel",
    "partner_shares",
    "perspective",
    "product_shares",
    "rank",
    "rank_years",
    "rca",
    "reconcile",
    "revealed_comparative_advantage",
    "trade_intensity",
    "treated_pairs",
    "unit_values",
]


def __dir__() -> list[str]:
    return __all__
