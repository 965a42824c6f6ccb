"""Priority: in which dimension and economy China leads, and what share of the cells that is."""

from .investment import finance_lead, investor_lead
from .measures import (
    CHOICES,
    by_choice,
    cells,
    investment_cells,
    lead_share,
    left_out,
    matrix,
    meeting_cells,
    opinion_cells,
    student_cells,
    trade_cells,
)
from .pictures import LABELS, cells_in_words, priority_matrix, title_of, years_of
from .relations import meetings_lead, opinion_lead, summits
from .students import host_lead
from .trade import leaders, partner_lead

__all__ = [
    "CHOICES",
    "LABELS",
    "by_choice",
    "cells",
    "cells_in_words",
    "finance_lead",
    "host_lead",
    "investment_cells",
    "investor_lead",
    "lead_share",
    "leaders",
    "left_out",
    "matrix",
    "meeting_cells",
    "meetings_lead",
    "opinion_cells",
    "opinion_lead",
    "partner_lead",
    "priority_matrix",
    "student_cells",
    "summits",
    "title_of",
    "trade_cells",
    "years_of",
]
