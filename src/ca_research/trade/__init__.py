"""Trade: partner shares, concentration, growth, the two sides of a report, ranks on one basis at a time."""

from .mirror import NOT_REPORTS, mirror_gap, perspective
from .rank import BASES, FLOWS, compare, lead, newest_ranks, newest_year, observed, ranks
from .shares import concentration, growth, partner_shares

__all__ = [
    "BASES",
    "FLOWS",
    "NOT_REPORTS",
    "compare",
    "concentration",
    "growth",
    "lead",
    "mirror_gap",
    "newest_ranks",
    "newest_year",
    "observed",
    "partner_shares",
    "perspective",
    "ranks",
]
