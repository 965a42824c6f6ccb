"""A measure's registered name: it stays when the function moves, so that no rule has to be amended."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

Measure = Callable[..., pd.DataFrame]


def measure(name: str) -> Callable[[Measure], Measure]:
    """Register a function under the name that claims write, for example `trade.lead`.

    The name stands as a literal in front of the function: `claims.measures` reads it from there, so
    that only the module of a measure that is asked for is imported.
    """

    def mark(function: Measure) -> Measure:
        function.name = name  # type: ignore[attr-defined]
        return function

    return mark
