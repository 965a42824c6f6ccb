"""Years named relative to the newest one at hand, so that no year is typed into a rule."""

from __future__ import annotations

import re

from .errors import UsageError


def years_back(name: str) -> int:
    """How many years (editions, waves) before the newest: 0 for 'newest', 1 for 'newest-1' and so
    on.

    name: such a word. Raises UsageError for anything else.
    """
    hit = re.fullmatch(r"newest(?:-(\d+))?", str(name))
    if not hit:
        raise UsageError(
            f"not a relative year: {name!r}", hint="'newest', 'newest-1', 'newest-2' ..."
        )
    return int(hit[1] or 0)
