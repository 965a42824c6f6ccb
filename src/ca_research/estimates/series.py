"""Figures over the years: their level, and how they changed.

A *series* is a frame of table rows, each with ``whose`` figure it is and the figure's ends, ``low``
and ``high``: the same number twice, a range, or one of them null where a bound alone is stated.
Several rows may hold one figure, as a debt and the product that it is a part of. So whatever is
computed from a series keeps the rows that it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_list_like

from .frame import Estimate, estimate_row

Answer = Mapping[str, Any] | str
"""What `estimate_row` takes, or the reason why there is no estimate."""
ACROSS = "range across sources"
_FIGURE = ["whose", "low", "high"]


def series(
    rows: pd.DataFrame, whose: str, value: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Rows of a table as a series.

    whose: the column of economies; '' where the figures are of none. value: that of the figures.
    columns: those that are kept; without them all.
    """
    figure = rows[value].astype(float)
    kept = rows if columns is None else rows[columns]
    kept = kept.assign(whose=rows[whose] if whose else "", low=figure, high=figure)
    return kept.dropna(subset=["low", "year"])


def pick(rows: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """Rows in which each column named has a value, or one of several.

    Examples
    --------
    >>> polls = pd.DataFrame({"economy": ["KAZ", "UZB", "TJK"], "year": [2020, 2020, 2021]})
    >>> pick(polls, economy=["KAZ", "TJK"], year=2020)["economy"].tolist()
    ['KAZ']
    """
    return rows[_held(rows, wanted).all(axis=0)]


def omit(rows: pd.DataFrame, **unwanted: Any) -> pd.DataFrame:
    """Rows in which no column named has a value, or one of several."""
    return rows[~_held(rows, unwanted).any(axis=0)]


def _held(rows: pd.DataFrame, values: Mapping[str, Any]) -> np.ndarray:
    """For each column named whether a row has a value, or one of several; a frame is cut once."""
    held = (rows[c].isin(v if is_list_like(v) else [v]) for c, v in values.items())
    return np.array([*held], dtype=bool).reshape(len(values), len(rows))


def with_every(rows: pd.DataFrame, by: Sequence[str], **wanted: Any) -> pd.DataFrame:
    """Rows of the groups in which the column named has each of some values.

    Examples
    --------
    >>> flows = {"year": [2020, 2020, 2021], "flow": ["export", "import", "import"]}
    >>> with_every(pd.DataFrame(flows), ["year"], flow=("export", "import"))["year"].tolist()
    [2020, 2020]
    """
    [(column, values)] = wanted.items()
    held = rows[column].where(rows[column].isin({*values}))
    many = held.groupby([rows[name] for name in by]).transform("nunique")
    return rows[many == len({*values})]


def ratio(part: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """One series over another in per cent, of years with both: the rows of both, each with the
    quotient of their sums. Over nothing, or less, there is none.
    """
    keys = ["whose", "year"]
    sums = [figures.groupby(keys)[["low", "high"]].sum() for figures in (part, whole)]
    over = sums[1][["high", "low"]].where(sums[1] > 0).set_axis(["low", "high"], axis=1)
    figures = (100 * sums[0] / over).dropna().reset_index()
    return pd.concat([part, whole]).drop(columns=["low", "high"]).merge(figures, on=keys)


def each_economy(
    economies: Sequence[str],
    figures: pd.DataFrame,
    answer: Callable[[pd.DataFrame], Answer],
    whose: str = "whose",
) -> list[Estimate]:
    """What the figures of each economy say.

    Parameters
    ----------
    economies : sequence of str
        Codes.
    figures : pandas.DataFrame
        A series, or rows of a table.
    answer : callable
        What the figures of one say: the arguments of `estimate_row`, or the reason why nothing.
    whose : str
        The column of economies.

    Returns
    -------
    list of dict
        One row of estimates each.

    Examples
    --------
    >>> polls = pd.DataFrame({"economy": ["KAZ"], "year": [2020], "share": [40], "source_id": "A"})
    >>> def newest(own):
    ...     return level(own) if len(own) else "no poll"
    >>> found = each_economy(["KAZ", "UZB"], series(polls, "economy", "share"), newest)
    >>> [(row["estimate"], row["missing"]) for row in found]
    [(40.0, ''), (None, 'no poll')]
    """
    answers = ((code, answer(pick(figures, **{whose: code}))) for code in economies)
    return [one_row(answered, economy=code) for code, answered in answers]


def one_row(answer: Answer, **more: Any) -> Estimate:
    """A row of estimates from an answer, which may be a reason."""
    return estimate_row(**({"missing": answer} if isinstance(answer, str) else answer), **more)


def at_year(figures: pd.DataFrame) -> pd.DataFrame:
    """Figures of the newest year."""
    return figures[figures["year"] == figures["year"].max()]


def level(figures: pd.DataFrame, interval: str = ACROSS) -> Estimate:
    """Figures of one year: the number where all agree, else the range that they leave."""
    return rows_of(figures) | between(figures["low"].min(), figures["high"].max(), interval)


def change(before: pd.DataFrame, after: pd.DataFrame) -> Estimate:
    """Figures less others, with what both leave open: of two years, or of two subjects."""
    low, high = after["low"].min() - before["high"].max(), after["high"].max() - before["low"].min()
    return rows_of(before, after) | between(low, high)


def rows_of(*figures: pd.DataFrame) -> Estimate:
    """The rows that figures rest on, as the table has them."""
    return {"used": pd.concat(figures).drop(columns=_FIGURE)}


def between(low: float | None, high: float | None, interval: str = ACROSS) -> Estimate:
    """One number where both ends agree, else the ends that are known."""
    if low is not None and low == high:
        return {"estimate": float(low)}
    ends = {"low": low, "high": high}
    known = {n: float(v) for n, v in ends.items() if v is not None and pd.notna(v)}
    return known | {"interval": interval}
