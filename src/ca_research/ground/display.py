"""What pictures and pages agree on: under which types a notebook holds what its page shows, and in
which exact colours.

A page is made without a library for figures; what it needs to know of them is here.
"""

from __future__ import annotations

from typing import Literal, get_args

FIGURE_MIME = "application/vnd.ca-research.figure+json"
TABLE_MIME = "application/vnd.ca-research.table+json"
NOTE_MIME = "application/vnd.ca-research.note+json"
DOCUMENTS_MIME = "application/vnd.ca-research.documents+json"
"""Tables of the documents on a claim, one for each side, which a verdict brings with it."""
STATEMENTS_MIME = "application/vnd.ca-research.statements+json"
"""A few sentences on all claims together, each with the claims it rests on; the index begins with
them."""

Section = Literal["main", "specifications", "for", "against", "missing", "context"]
SECTIONS: tuple[str, ...] = get_args(Section)
"""Where on the page a figure, a table or a sentence stands."""

SOURCE_COLUMNS = ("source_id", "sources")
"""Columns of a shown table that say where each row comes from; readers see them behind a number,
not in the table.
"""

MOST_CHOICES = 5
"""Pictures that one figure may hold for a reader to choose from."""


_NAMED_BY_YEARS = {"start", "until", "since", "signed", "bounded_by", "time", "date", "period"}
"""Columns of years by other names; of a date only the year may be known."""


def is_year(column: str) -> bool:
    """Whether a column of a shown table holds years, by its name: they are written without a comma
    and name a row.
    """
    words = column.replace("_", " ").split()
    return "year" in words or column in _NAMED_BY_YEARS


INK, MUTED, GRID, PAPER = "#1d2326", "#5f6a70", "#dde2e4", "#fefefe"
HUE = {
    "orange": "#c45100",
    "blue": "#0072b2",
    "green": "#007d5b",
    "purple": "#a3568c",
    "ochre": "#8f6a06",
}
HIGHLIGHT, SECOND = HUE["orange"], HUE["blue"]
OTHER = "#6b757b"
STATE = {"holds": "#00785a", "fails": "#b8400f", "mixed": "#866400", "undecided": OTHER}
"""Colours from Okabe and Ito's set, which stays apart for colour-blind readers, darkened until a
label in them can be read (contrast 4.5 on the page). Exact hex values: the site replaces them by
CSS variables, so that one SVG serves light and dark.
"""
