"""Priority: in which field and economy China leads, and what share of the cells that is."""

from .fields import field_cells
from .measures import by_choice, cells, lead_share, left_out, matrix
from .pictures import cells_in_words, priority_matrix, years_of

__all__ = [
    "by_choice",
    "cells",
    "cells_in_words",
    "field_cells",
    "lead_share",
    "left_out",
    "matrix",
    "priority_matrix",
    "years_of",
]
