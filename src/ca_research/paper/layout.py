"""The rows and heads of a table, in the order in which every form writes them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import pandas as pd


def parts(cells: pd.DataFrame, *, named: bool) -> list[pd.DataFrame]:
    """The rows between two rules, part after part, by label; below the name of the part where these
    are shown.
    """
    at = cells.index.get_level_values(0)
    found = {part: cells[at == part].droplevel(0) for part in dict.fromkeys(at)}
    if not named:
        return list(found.values())
    blank = {part: rows.iloc[:1].set_axis([part]).map(lambda _: "") for part, rows in found.items()}
    return [pd.concat([blank[part], rows]) for part, rows in found.items()]


def heads(cells: pd.DataFrame) -> list[list[str]]:
    """The heads of the columns, level after level, from the top."""
    columns = cells.columns
    return [[str(h) for h in columns.get_level_values(n)] for n in range(columns.nlevels)]


def spans(level: Iterable[str]) -> list[tuple[str, int]]:
    """Heads that stand beside each other and are the same, once, and over how many columns.

    Examples
    --------
    >>> spans(["trade", "trade", "votes"])
    [('trade', 2), ('votes', 1)]
    """
    return [(head, len(list(same))) for head, same in groupby(level)]
