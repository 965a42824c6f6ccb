"""Whose way the amendments of rules moved the verdicts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..registry.claims import Outcome

ARTICLE, AGAINST, BOTH, NEITHER, UNKNOWN = (
    "the article's way",
    "against the article",
    "one day each way",
    "neither way",
    "not recorded",
)
WAYS = (ARTICLE, AGAINST, BOTH, NEITHER, UNKNOWN)
"""Whose way an amendment moved the verdict, on the article's day and now taken together."""

_ORDER = {"contradicted": 0, "partly supported": 2, "supported": 3}
_OPEN = 1
"""Where what is not decided lies between refuted and confirmed."""


def way(before: Outcome, after: Outcome) -> str:
    """Whose way an amendment moved the verdict on a claim.

    Parameters
    ----------
    before, after : Outcome
        The verdicts before and after it, on the article's day and now.

    Returns
    -------
    str
        One of `WAYS`; a day on which either verdict was not recorded says nothing.

    Notes
    -----
    Contradicted lies below what is not decided (not enough evidence, not testable, depends on the
    reading), this below partly supported, and that below supported.

    Examples
    --------
    >>> way(Outcome(then="contradicted", now=None), Outcome(then="not testable", now="supported"))
    "the article's way"
    """
    days = ((before.then, after.then), (before.now, after.now))
    steps = [_ORDER.get(b, _OPEN) - _ORDER.get(a, _OPEN) for a, b in days if a and b]
    if not steps:
        return UNKNOWN
    up, down = any(step > 0 for step in steps), any(step < 0 for step in steps)
    return {(True, True): BOTH, (True, False): ARTICLE, (False, True): AGAINST}.get(
        (up, down), NEITHER
    )


def counts(amendments: Iterable[dict[str, Any]]) -> dict[Any, Counter[str]]:
    """How many amendments moved whose way, by their day; under None those of all days.

    amendments: each with ``date`` and ``way``.
    """
    found: dict[Any, Counter[str]] = {}
    for one in amendments:
        for day in (one["date"], None):
            found.setdefault(day, Counter())[one["way"]] += 1
    return found


def beginning(reason: str) -> str:
    """What was changed, as the reason of an amendment begins: sentences of some length together.

    Examples
    --------
    >>> beginning("Two bars. An effect shows where one as large is rare, below one in twenty. So.")
    'Two bars. An effect shows where one as large is rare, below one in twenty.'
    """
    said = ""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z“‘'\"])", reason.strip()):
        said = f"{said} {sentence}".strip()
        if len(said) >= _ENOUGH:
            break
    return said


_ENOUGH = 60
"""Characters that say what was changed."""
