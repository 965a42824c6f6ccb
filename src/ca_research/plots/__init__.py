"""Pictures for any project: one function per picture; a frame or a result in, a matplotlib figure
out.
"""

from ..registry.words import measure_group, measure_name
from .behind import show_answer
from .claims import curve_data, missing_map, show_universe, specification_curve
from .coverage import show_coverage
from .domain import (
    mirror_gaps,
    partner_bars,
    student_lines,
)
from .kinds import (
    bars,
    criterion_figure,
    dated_lanes,
    lines,
    ranges,
    show_criteria,
    show_criterion,
    strips,
)
from .maps import region_map, shared_border
from .overview import verdict_matrix
from .regressions import coefficient_curve
from .save import save
from .show import (
    known,
    show,
    show_choice,
    show_note,
    show_statements,
    show_table,
    telling,
    to_svg,
    where_known,
)
from .style import SIZES, Size
from .timeline import timeline
from .words import row_words

__all__ = [
    "SIZES",
    "Size",
    "bars",
    "coefficient_curve",
    "criterion_figure",
    "curve_data",
    "dated_lanes",
    "known",
    "lines",
    "measure_group",
    "measure_name",
    "mirror_gaps",
    "missing_map",
    "partner_bars",
    "ranges",
    "region_map",
    "row_words",
    "save",
    "shared_border",
    "show",
    "show_answer",
    "show_choice",
    "show_coverage",
    "show_criteria",
    "show_criterion",
    "show_note",
    "show_statements",
    "show_table",
    "show_universe",
    "specification_curve",
    "strips",
    "student_lines",
    "telling",
    "timeline",
    "to_svg",
    "verdict_matrix",
    "where_known",
]


def __dir__() -> list[str]:
    return __all__
