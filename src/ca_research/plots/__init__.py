"""Pictures: one function per picture; a frame or a result in, a matplotlib figure out."""

from .claims import coverage_map, curve_data, missing_map, show_universe, specification_curve
from .domain import border_bar, mirror_gaps, share_lines, stock_bars, student_lines, trade_ranges
from .overview import verdict_matrix
from .show import FIGURE_MIME, TABLE_MIME, show, show_table, to_svg

__all__ = [
    "FIGURE_MIME",
    "TABLE_MIME",
    "border_bar",
    "coverage_map",
    "curve_data",
    "mirror_gaps",
    "missing_map",
    "share_lines",
    "show",
    "show_table",
    "show_universe",
    "specification_curve",
    "stock_bars",
    "student_lines",
    "to_svg",
    "trade_ranges",
    "verdict_matrix",
]
