"""Documents for and against, counted by one protocol for every power."""

from .measures import (
    ENOUGH,
    Coded,
    case_name,
    case_origins,
    cases_read,
    coded,
    counted,
    document_list,
    documented_cases,
    documents_seen,
    independent_sources,
    seen_rows,
    show_both_sides,
    sides,
)
from .pictures import case_strip, sides_strip

__all__ = [
    "ENOUGH",
    "Coded",
    "case_name",
    "case_origins",
    "case_strip",
    "cases_read",
    "coded",
    "counted",
    "document_list",
    "documented_cases",
    "documents_seen",
    "independent_sources",
    "seen_rows",
    "show_both_sides",
    "sides",
    "sides_strip",
]
