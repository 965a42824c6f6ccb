"""Pictures: one function per picture; a frame or a result in, a matplotlib figure out."""

from ..registry.words import party
from .claims import coverage_map, curve_data, missing_map, show_universe, specification_curve
from .counterfactual import control_lines, forecast_lines, placebo_dots
from .coverage import show_coverage
from .domain import (
    border_bar,
    measure_group,
    measure_name,
    mirror_gaps,
    rank_slopes,
    share_lines,
    stock_bars,
    student_lines,
    trade_ranges,
)
from .maps import region_map, shared_border
from .overview import verdict_matrix
from .ranges import completion_dots, share_ranges
from .regressions import coefficient_curve
from .show import show, show_note, show_table, to_svg
from .small import economy_lines, learner_points, views_and_exchange
from .timeline import signing_curves, timeline
from .words import leader_words, row_words

__all__ = [
    "border_bar",
    "coefficient_curve",
    "completion_dots",
    "control_lines",
    "coverage_map",
    "curve_data",
    "economy_lines",
    "forecast_lines",
    "leader_words",
    "learner_points",
    "measure_group",
    "measure_name",
    "mirror_gaps",
    "missing_map",
    "placebo_dots",
    "rank_slopes",
    "region_map",
    "row_words",
    "share_lines",
    "share_ranges",
    "shared_border",
    "show",
    "show_coverage",
    "show_note",
    "show_table",
    "show_universe",
    "signing_curves",
    "specification_curve",
    "stock_bars",
    "student_lines",
    "timeline",
    "to_svg",
    "trade_ranges",
    "verdict_matrix",
    "views_and_exchange",
]
