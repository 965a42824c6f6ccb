"""Documents for and against, counted by one protocol for every power."""

from .measures import (
    ENOUGH,
    ONE_ORIGIN,
    Coded,
    case_name,
    case_origins,
    cases_by_kind,
    cases_read,
    coded,
    counted,
    document_list,
    documented_cases,
    documents_seen,
    independent_sources,
    readable,
    seen_rows,
    show_both_sides,
    sides,
)
from .pictures import case_list, side_columns

__all__ = [
    "ENOUGH",
    "ONE_ORIGIN",
    "Coded",
    "case_list",
    "case_name",
    "case_origins",
    "cases_by_kind",
    "cases_read",
    "coded",
    "counted",
    "document_list",
    "documented_cases",
    "documents_seen",
    "independent_sources",
    "readable",
    "seen_rows",
    "show_both_sides",
    "side_columns",
    "sides",
]
