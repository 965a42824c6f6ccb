"""Priority: in which field and economy China leads, and what share of the cells that is."""

from .fields import field_cells
from .measures import cells, lead_share, matrix
from .pictures import cells_in_words, priority_matrix

__all__ = [
    "cells",
    "cells_in_words",
    "field_cells",
    "lead_share",
    "matrix",
    "priority_matrix",
]
