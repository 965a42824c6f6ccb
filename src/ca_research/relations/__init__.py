"""Relations: borders, events, Belt and Road dates and their effect, votes, opinion, visits."""

from .belt_and_road import accession, accession_variants, china_imports, donor_pool, effect, imports_overlap
from .borders import border_lengths, border_total, neighbours

__all__ = [
    "accession",
    "accession_variants",
    "border_lengths",
    "border_total",
    "china_imports",
    "donor_pool",
    "effect",
    "imports_overlap",
    "neighbours",
]
