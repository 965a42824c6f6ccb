"""Tables: raw -> validated -> processed, and the ways to read them."""

from .add import Addition, add, remove
from .amend import Amendment, amend
from .build import build, check, content_key, rows_of
from .cite import cite, source_ids
from .codes import codes
from .coverage import Coverage, coverage, holes
from .fetch import Fetched, fetch
from .load import load
from .preference import of_role, preferred_rows, ranked
from .query import relation, sql
from .vintage import diff, vintages

__all__ = [
    "Addition",
    "Amendment",
    "Coverage",
    "Fetched",
    "add",
    "amend",
    "build",
    "check",
    "cite",
    "codes",
    "content_key",
    "coverage",
    "diff",
    "fetch",
    "holes",
    "load",
    "of_role",
    "preferred_rows",
    "ranked",
    "relation",
    "remove",
    "rows_of",
    "source_ids",
    "sql",
    "vintages",
]


def __dir__() -> list[str]:
    return __all__
