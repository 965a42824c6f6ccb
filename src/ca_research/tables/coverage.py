"""Who reports what, when, from which source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from .. import registry
from ..ground import economies, sql
from ..ground.arguments import several
from ..ground.drawing import draw
from ..ground.errors import known_name
from ..ground.periods import spans
from .query import relation
from .rules import dtype

_TELLS = ("flow", "measure", "level", "indicator", "commodity")
"""Columns of a key that tell rows of one economy apart at a glance."""
_HOLES = ["economy", "figures", "sources", "first_year", "last_year", "years", "lacking"]


class Coverage(pd.DataFrame):
    """What `coverage` gives: a frame that shows itself as a heat map in Jupyter.

    What is filtered or grouped from it is an ordinary frame again.

    Attributes
    ----------
    attrs : dict
        ``table``, and ``who``: the columns that say who reports.

    Examples
    --------
    >>> import ca_research as ca
    >>> ca.coverage("students", destination="CHN").attrs["who"]
    ['origin', 'level']
    """

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame  # a filtered or grouped coverage is an ordinary frame again

    def plot(self, **options: Any) -> Any:
        """Draw the heat map, as `plot` of any result.

        Parameters
        ----------
        **options : Any
            ``ax``, ``size`` and ``title`` as of any result; ``top``, the number of rows.

        Returns
        -------
        matplotlib.axes.Axes
            To change, or to save with `plots.save`.
        """
        return draw("Coverage", self, **options)


def coverage(name: str, *, by: str | list[str] | None = None, **filters: Any) -> Coverage:
    """Who reports what, when, from which source: figures per year and source.

    Parameters
    ----------
    name : str
        A table of the registry.
    by : str or list of str, optional
        Columns that say who reports; by default the first economy of the key, with flow, measure,
        level, indicator or commodity where the key has them.
    **filters : Any
        As for `load`, with its ``since``, ``until``, ``as_of`` and ``vintage``.

    Returns
    -------
    Coverage
        One row per `by`, ``source_id`` and ``year`` (null where the table has none): ``figures``,
        the number of rows.

    Raises
    ------
    UnknownNameError
        A table, or a column of `by`, is not known; and what `load` raises.

    Examples
    --------
    >>> import ca_research as ca
    >>> ca.coverage("trade", by=["reporter"], reporter="KGZ", product="TOTAL", flow="export",
    ...             source="KGZ_NSC", since=2022)
      reporter source_id  year  figures
    0      KGZ   KGZ_NSC  2022       94
    1      KGZ   KGZ_NSC  2023       98
    """
    table = registry.table(name)
    first = table.of_type("economy")[:1]
    usual = [*first, *(c for c in table.key if c in _TELLS)] if first else list(table.key[:1])
    who = several(by or usual)
    for column in who:
        known_name(f"column of table {name!r}", column, table.columns)
    who = [column for column in dict.fromkeys(who) if column not in ("source_id", "year")]
    keys = [*who, "source_id", "year"]
    columns, rows = sql.names(keys), relation(name, **filters)
    query = f"select {columns}, count(*) as figures from rows group by all"
    if "year" not in table.columns:
        rows = rows.project("*, null::bigint as year")
    kinds = {c: dtype(table.columns[c]) if c in table.columns else "Int64" for c in keys}
    counted: Any = rows.query("rows", query)
    result = Coverage(counted.order(columns).df().astype(kinds))
    result.attrs = {"table": name, "who": who}
    return result


def holes(name: str, codes: str | Sequence[str] | None = None, **filters: Any) -> pd.DataFrame:
    """What a table holds on each economy, and the years that it lacks.

    A row counts for every economy that it names by itself: as reporter, as partner, or in a list of
    several. A group such as CA5 names none.

    Parameters
    ----------
    name : str
        A table of the registry.
    codes : str or sequence of str, optional
        Codes or names of economies; by default all that the rows name by themselves, in
        alphabetical order.
    **filters : Any
        As for `load`, with its ``since``, ``until``, ``as_of`` and ``vintage``.

    Returns
    -------
    pandas.DataFrame
        One row per economy, in the order given: ``economy``, ``figures`` and ``sources`` (numbers
        of), ``first_year``, ``last_year`` (null where there is no figure), ``years`` (number of
        years with a figure), and ``lacking``: years between the first and the last without any, as
        text ('2019-2022'), '' where there is none or the table has no years.

    Raises
    ------
    UnknownNameError
        A table is not known; and what `load` raises.

    Examples
    --------
    >>> import ca_research as ca
    >>> five = ca.economies.CA5
    >>> found = ca.holes("students", five, destination="CHN").set_index("economy")
    >>> found.loc["UZB", "lacking"]
    '2019-2022'
    """
    table = registry.table(name)
    days = {"date"} & table.columns.keys() if "year" not in table.columns else ()
    naming = [*table.of_type("economy"), *table.of_type("economies")]
    naming += {"subject"} & table.columns.keys()
    frame = coverage(name, by=[*naming, *days], **filters)
    cells = frame[naming].astype(object).fillna("").to_numpy().tolist()
    frame["economy"] = [list({*re.findall(r"\w+", " ".join(row))}) for row in cells]
    long = frame.explode("economy")
    named = {*long["economy"].dropna()} & economies.codes() - set(economies.AGGREGATES)
    rows = []
    for code in sorted(named) if codes is None else economies.resolve_all(codes):
        mine = long[long["economy"] == code]
        years = _years(mine)
        first, last = min(years, default=None), max(years, default=None)
        lacking = spans({*range(first or 0, last or 0)} - years)
        counts = mine["figures"].sum(), mine["source_id"].nunique()
        rows.append((code, *counts, first, last, len(years), lacking))
    return pd.DataFrame(rows, columns=_HOLES).astype({"first_year": "Int64", "last_year": "Int64"})


def _years(rows: pd.DataFrame) -> set[int]:
    """Years with a figure; of a table of days, those in which they lie."""
    years = rows["date"].str[:4] if "date" in rows else rows["year"]
    return {int(year) for year in years.dropna()}
