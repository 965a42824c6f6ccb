"""Students: stocks by origin and destination; degree students are not all students, and a gap is
not a zero.
"""

from .flows import (
    UIS_OUTBOUND,
    change_since,
    count,
    degree_against_all,
    growth,
    growth_by_origin,
    preferred_source,
    share_change,
    shares_by_destination,
    window_change,
)
from .gaps import gaps
from .hosts import HostShares, host_coverage, host_shares
from .intensity import intensity

__all__ = [
    "UIS_OUTBOUND",
    "HostShares",
    "change_since",
    "count",
    "degree_against_all",
    "gaps",
    "growth",
    "growth_by_origin",
    "host_coverage",
    "host_shares",
    "intensity",
    "preferred_source",
    "share_change",
    "shares_by_destination",
    "window_change",
]
