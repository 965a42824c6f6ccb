"""Priority: in which field and economy China leads, and what share of the cells that is."""

from .measures import (
    CHOICES,
    by_choice,
    cells,
    field_cells,
    lead_share,
    left_out,
    matrix,
)
from .pictures import LABELS, cells_in_words, priority_matrix, years_of
from .trade import leaders

__all__ = [
    "CHOICES",
    "LABELS",
    "by_choice",
    "cells",
    "cells_in_words",
    "field_cells",
    "lead_share",
    "leaders",
    "left_out",
    "matrix",
    "priority_matrix",
    "years_of",
]
