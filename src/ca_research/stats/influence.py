"""What drives the results of a specification universe: the influence of each axis, and what leaving
one thing out does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from ..ground.errors import CoverageError, UsageError


def influence(
    results: pd.DataFrame, axes: Sequence[str], *, value: str = "estimate"
) -> pd.DataFrame:
    """Share of the variance of the results that each axis accounts for: first-order and total Sobol
    indices.

    axes: columns of choices. value: the column of results.
    results: one row per specification with a column per axis and `value`; rows without a value are
        left out.
    Returns one row per axis, the most influential first: axis, values (number that occur), first
    (variance of the means per value, over the variance of all: the axis alone), total (mean
    variance within cells that agree on all *other* axes, over the variance of all: the axis with
    its interactions), range (largest minus smallest mean).
    In a full factorial universe the `first` of all axes sum to at most one, with interactions in
    the rest; where exclusions or failures leave holes the axes overlap and the shares are
    descriptive.
    Raises CoverageError for fewer than two values, UsageError where a specification has several
    rows or results do not vary, for then there is nothing to attribute.
    Sobol (2001), Mathematics and Computers in Simulation 55; Saltelli et al. (2008), Global
    Sensitivity Analysis, ch. 4.
    """
    absent = [a for a in axes if a not in results]
    if absent or value not in results:
        raise UsageError(
            f"no column {(absent or [value])[0]!r} in the results", hint="name axes of the universe"
        )
    if "spec" in results and results["spec"].duplicated().any():
        raise UsageError(
            "several rows for one specification",
            hint="choose one economy or one summary per specification",
        )
    known = results.dropna(subset=[value])
    if len(known) < 2:
        raise CoverageError(
            "fewer than two specifications have a value", hint="look at the column `missing`"
        )
    y = known[value].astype(float)
    variance = y.var(ddof=0)
    if variance == 0:
        raise UsageError(
            "all specifications give the same value", hint="no axis has any influence on it"
        )
    rows = []
    for axis in axes:
        groups = y.groupby(known[axis])
        others = [a for a in axes if a != axis]
        within = y - (
            y.groupby([known[o] for o in others]).transform("mean") if others else y.mean()
        )
        rows.append(
            {
                "axis": axis,
                "values": groups.ngroups,
                "first": (groups.transform("mean") - y.mean()).pow(2).mean() / variance,
                "total": within.pow(2).mean() / variance,
                "range": groups.mean().max() - groups.mean().min(),
            }
        )
    return pd.DataFrame(rows).sort_values(["total", "first"], ascending=False, ignore_index=True)


def leave_one_out(
    results: pd.DataFrame,
    summary: Callable[[pd.DataFrame], Any],
    *,
    by: str = "sources",
    whole: bool = True,
) -> pd.DataFrame:
    """A summary of the results again and again, each time without one source, or without one value
    of an axis.

    results: rows of `Universe.run`.
    by: a column of the results. Where its cells are tuples (`sources`), every row that rests on the
        one left out goes;
    else the rows with that value. summary: called with rows, gives a number, a truth or a word.
    whole: whether the first row is the result of all.
    Returns left_out ('' for the whole), result, specifications (with rows left), changed (whether
    the result differs from the whole's). Where nothing is left the result is null.
    Raises UsageError where the results have no such column.
    """
    if by not in results:
        raise UsageError(
            f"no column {by!r} in the results",
            hint="name an axis, or a column of tuples such as sources",
        )
    cells = results[by].map(lambda c: c if isinstance(c, tuple) else (c,))
    everything = summary(results)
    rows: list[dict[str, Any]] = (
        [{"left_out": "", "result": everything, "rest": results}] if whole else []
    )
    for one in sorted({c for cell in cells for c in cell if not pd.isna(c)}, key=str):
        rest = results[~cells.map(lambda cell, gone=one: gone in cell)]
        rows.append({"left_out": one, "result": summary(rest) if len(rest) else None, "rest": rest})
    for row in rows:
        row["specifications"] = row.pop("rest")["spec"].nunique()
        row["changed"] = row["result"] != everything
    return pd.DataFrame(rows, columns=["left_out", "result", "specifications", "changed"])
