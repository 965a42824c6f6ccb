"""Students: stocks by origin and destination; degree students are not all students, and a gap is
not a zero.
"""

from .flows import (
    change_since,
    count,
    destination_shares,
    growth,
    preferred_source,
    share_change,
    window_change,
)
from .gaps import gaps
from .intensity import intensity

__all__ = [
    "change_since",
    "count",
    "destination_shares",
    "gaps",
    "growth",
    "intensity",
    "preferred_source",
    "share_change",
    "window_change",
]


def __dir__() -> list[str]:
    return __all__
