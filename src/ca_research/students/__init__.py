"""Students: stocks by origin and destination; degree students are not all students, and a gap is not a zero."""

from .flows import (
    MINISTRY,
    UIS_OUTBOUND,
    change_since,
    count,
    degree_against_all,
    growth,
    share_change,
    shares_by_destination,
    window_change,
)

__all__ = [
    "MINISTRY",
    "UIS_OUTBOUND",
    "change_since",
    "count",
    "degree_against_all",
    "growth",
    "share_change",
    "shares_by_destination",
    "window_change",
]
