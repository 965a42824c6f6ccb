"""Whose way the amendments of rules moved the verdicts."""

from __future__ import annotations

import re

from ..registry.claims import Outcome

ARTICLE, AGAINST, BOTH, NEITHER, UNKNOWN = WAYS = (
    "the article's way",
    "against the article",
    "one day each way",
    "neither way",
    "not recorded",
)
"""Whose way an amendment moved the verdict, on the article's day and now taken together."""

_PLACE = {"contradicted": 0, "partly supported": 2, "supported": 3}
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
    steps = [_PLACE.get(b, _OPEN) - _PLACE.get(a, _OPEN) for a, b in days if a and b]
    if not steps:
        return UNKNOWN
    nearer, farther = max(steps) > 0, min(steps) < 0
    if nearer and farther:
        return BOTH
    return ARTICLE if nearer else AGAINST if farther else NEITHER


def beginning(reason: str) -> str:
    """What was changed, as the reason of an amendment begins: sentences of some length together.

    Examples
    --------
    >>> beginning("Two bars. An effect shows where one as large is rare, below one in twenty. So.")
    'Two bars. An effect shows where one as large is rare, below one in twenty.'
    """
    long_enough = re.match(r".{59,}?[.!?](?=\s+[A-Z“‘'\"]|$)", reason.strip(), re.S)
    return long_enough[0] if long_enough else reason
