"""What a measure would answer without one of its sources, so that fragility is recomputed and not guessed.

Dropping a whole estimate because one of its many sources is left out would call a fact fragile that others still show.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pandas as pd

ANSWER = ("estimate", "low", "high", "missing")
Measure = Callable[..., pd.DataFrame]


def answer(row: dict[str, Any]) -> dict[str, Any]:
    """The part of an estimates row that a verdict reads: estimate, low, high (None where missing) and missing."""
    return {k: None if k != "missing" and pd.isna(row[k]) else row[k] for k in ANSWER}


def recomputed(measure: Measure) -> Measure:
    """Add a column `left_out` to what a measure returns: for each source of a row, its answer without that source.

    The measure takes frames with `source_id` and returns an estimates frame; it is run again on the frames without the
    rows of one source, for the economies that this source touches.
    """
    signature = inspect.signature(measure)

    @functools.wraps(measure)
    def run(*args: Any, **kwargs: Any) -> pd.DataFrame:
        given = signature.bind(*args, **kwargs)
        found = measure(*args, **kwargs)
        left_out: list[dict[str, Any]] = [{} for _ in range(len(found))]
        for source in sorted({s for cell in found["sources"] for s in cell}):
            touched = [i for i, cell in enumerate(found["sources"]) if source in cell]
            less = {k: _without(v, source) for k, v in given.arguments.items()}
            if "economies" in less:
                less["economies"] = [found["economy"][i] for i in touched]
            again = measure(**less).to_dict("records")
            for i, row in zip(touched, again, strict=True):
                left_out[i][source] = answer(row)
        return found.assign(left_out=pd.Series(left_out, index=found.index, dtype=object))

    return run


def _without(value: Any, source: str) -> Any:
    if not isinstance(value, pd.DataFrame):
        return value
    rest = value[value["source_id"] != source]
    rest.attrs = {}  # pandas copies them deeply at every step
    return rest
