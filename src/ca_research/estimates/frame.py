"""Estimates frames: what every measure gives, with the rows behind each estimate and the path of
their data.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import pairwise
from numbers import Real
from typing import Any

import pandas as pd

from .. import registry
from ..ground.errors import MeasureError, UsageError
from ..stats.frames import require

Estimate = dict[str, Any]
"""One row of an estimates frame, as `estimate_row` makes it."""

_BLANK: Estimate = {
    "economy": "",
    "estimate": None,
    "low": None,
    "high": None,
    "interval": "",
    "n": 0,
    "first_year": None,
    "last_year": None,
    "sources": (),
    "path": "",
    "missing": "",
    "about": None,
    "rows": None,
    "origins": (),
}
"""A row that says nothing and rests on nothing."""

ESTIMATE_COLUMNS = tuple(_BLANK)
"""Columns of an estimates frame: what every measure of a wing returns to a claim, one row per
economy.

economy: code, or '' where the measure is of no single economy. estimate: a number, or null.
low, high, interval: bounds where the figures leave a range, and what kind of range. n: figures
used. sources: tuple of source ids. path: equal for two estimates that rest on the same figures of
the same origin. missing: why there is no estimate. about: what a sentence about the estimate needs
beside it, as words or codes of economies ({'rival': 'RUS'}), or None (`estimates.tells`). rows: the
table rows that the estimate rests on (`Rows`), or None. origins: tuple of the independent origins
of its sources: what the rows themselves say (`origin_group`), else what the register says of their
source; empty where that is to be read from `sources`. A frame made by hand may do without the last
three.
"""

_NEEDED = ESTIMATE_COLUMNS[:-3]
"""Columns that a frame made by hand has as well."""

PROCESSED = ("is_aggregate", "known_on")
"""Columns that processing adds to those that a table declares."""


@dataclass(frozen=True, eq=False, repr=False)
class Rows:
    """The table rows behind one estimate, in one cell of its frame.

    They go wherever the cell goes; `len` is their number. A measure that is computed in thousands
    of ways hands on what makes them: they are made when they are asked for, of one way alone.

    Attributes
    ----------
    given : pandas.DataFrame or callable
        The rows, or what makes them.
    frame : pandas.DataFrame
        Rows of tables, with the columns that the measure kept.

    Examples
    --------
    >>> used = pd.DataFrame({"economy": ["KAZ"], "year": [2023], "source_id": ["KAZ_BNS"]})
    >>> Rows(used)
    <1 row>
    """

    given: pd.DataFrame | Callable[[], pd.DataFrame]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame, made once."""
        return self.given() if callable(self.given) else self.given

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"<{len(self)} row{'s'[: len(self) != 1]}>"


def checked(output: Any, measure: str, where: str = "") -> list[Estimate]:
    """The rows that a measure gave, where they are estimates.

    Parameters
    ----------
    output : Any
        What the measure returned: rows, or an estimates frame.
    measure : str
        Its registered name, for the error.
    where : str
        Its file and line, for the error.

    Returns
    -------
    list of Estimate
        Its rows, with ``about``, ``rows`` and ``origins`` where they came without.

    Raises
    ------
    MeasureError
        They are no rows, lack a column, answer twice for an economy, or hold what is no finite
        number where one must stand, bounds that are crossed, an estimate outside them, or sources
        that are no tuple.

    Examples
    --------
    >>> found = estimates([estimate_row(economy="KAZ", estimate=1.1)]).drop(columns="rows")
    >>> checked(found, "trade.lead")[0]["rows"] is None
    True
    """
    framed = isinstance(output, pd.DataFrame)
    rows = _records(output) if framed else output
    columns = [dict.fromkeys(output)] if framed and output.empty else []
    fault = next(_faults(columns or rows), "")
    if not fault and len({row["economy"] for row in rows}) < len(rows):
        fault = "an economy twice"
    if fault:
        hint = "[estimate_row(...), ...]: a row for each economy; numbers or null, low to high"
        raise MeasureError(f"{measure} gives {fault}", where=where, hint=hint)
    names = {*ESTIMATE_COLUMNS, *(output if framed else ())}
    return [_BLANK | {n: v for n, v in row.items() if n in names and v is not None} for row in rows]


def _records(frame: pd.DataFrame) -> list[Estimate]:
    """Rows as dictionaries; what is missing is None."""
    names, cells = list(frame), frame.to_numpy(object, copy=True)
    cells[frame.isna().to_numpy()] = None
    return [dict(zip(names, row, strict=True)) for row in cells.tolist()]


def _faults(rows: Any) -> Iterator[str]:
    """What keeps rows from being estimates, in words."""
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        yield f"{rows!r:.80}, and no rows"
        return
    for row in rows:
        if lacking := [name for name in _NEEDED if name not in row]:
            yield f"no column {', '.join(lacking)}"
            return
        for name in ("economy", "interval", "path", "missing", "sources", "origins"):
            if not isinstance(row.get(name) or _BLANK[name], type(_BLANK[name])):
                yield f"{name} {row[name]!r:.80}"
        known = [v for v in map(row.get, ("low", "estimate", "high")) if not pd.isna(v)]
        finite = all(isinstance(v, Real) and math.isfinite(v) for v in known)
        # noise is none
        if not finite or any(a > b and not math.isclose(a, b) for a, b in pairwise(known)):
            yield f"{known} as figures, from low to high"


@cache
def _cell_columns(columns: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str] | None]:
    """Columns that say which figure a row is, and those of them that a measure added.

    Of a frame that holds the whole key of a table (of several, the longest) these are the key and
    what the table does not declare: what a measure added to tell its rows apart. Numbers are
    figures, and never say which figure they are. A frame that has lost its key, or was joined with
    another table, is told by all it has as it stands (None).
    """
    tables = registry.tables().values()
    known = [t for t in tables if len(t.key) > 1 and set(t.key) <= set(columns)]
    of = max(known, key=lambda t: len(t.key), default=None)
    excluded = {"source_id", *PROCESSED, *(name for t in tables for name in t.of_type("number"))}
    excluded |= of.columns.keys() - set(of.key) if of else set()
    names = tuple(c for c in columns if c not in excluded)
    added = frozenset(c for c in names if not of or c not in of.columns)
    joined = any(c in t.columns for t in tables for c in added)
    return names, None if of is None or joined else added


def data_path(used: pd.DataFrame) -> str:
    """Hash of the cells used and their origin.

    An office and a panel built on it are one path, not two. Which columns say what cell a row is
    follows from the keys that the registry declares.

    Parameters
    ----------
    used : pandas.DataFrame
        Rows of a table, with ``source_id``.

    Returns
    -------
    str
        12 hexadecimal digits.

    Raises
    ------
    UnknownNameError
        No column ``source_id``.
    UsageError
        A row without a source.

    Examples
    --------
    A panel of customs data that holds the office's figure is the same evidence as the office:

    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", partner="RUS", year=2023, flow="export",
    ...                product="TOTAL")
    >>> office, panel = (rows[rows["source_id"] == s] for s in ("KAZ_BNS", "KAZ_WITS_BNS_PANEL"))
    >>> data_path(office) == data_path(panel)
    True
    """
    return _path(_cells(used))


def _cells(used: pd.DataFrame) -> list[str]:
    """Each row as the cell that it is, with the origin of its source."""
    names, added = _cell_columns(tuple(used.columns))
    cells = []
    for name in names:
        column = used[name]
        if added is None:
            cells.append(map(str, column.tolist()))
        elif name not in added or column.dtype.kind not in "iuf":  # added numbers are figures
            cells.append(map(str, _whole(column)))
    return list(map("|".join, zip(*cells, groups_of(_sources(used)), strict=True)))


def groups_of(source_ids: Iterable[str]) -> list[str]:
    """The origin group of each source; a source that the register does not know is its own."""
    origin = registry.origin_groups()
    return [origin.get(s, s) for s in source_ids]


def _sources(used: pd.DataFrame) -> list[str]:
    """The source of each row; UnknownNameError without the column, UsageError where one lacks."""
    ids = used["source_id"].tolist() if "source_id" in used else []
    if set(map(type, ids)) != {str}:
        require(used, (), keys=("source_id",))
    return ids


def _whole(column: pd.Series) -> list[Any]:
    """Values of a column; a year is the same cell as an integer and in floating point."""
    values = column.tolist()
    if column.dtype.kind != "f" and column.dtype != object:
        return values
    return [int(v) if isinstance(v, float) and v.is_integer() else v for v in values]


def _path(cells: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(cells)).encode()).hexdigest()[:12]


class Figures:
    """Table rows of which many estimates use some each: they are read once, and cut from the
    frame only where somebody looks at them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a table, with ``source_id``.

    Examples
    --------
    >>> rows = pd.DataFrame({"economy": ["KAZ", "UZB"], "year": [2021, 2023], "source_id": "A"})
    >>> figures = Figures(rows)
    >>> (estimate_row(economy="UZB", estimate=1.0) | figures.behind([1]))["first_year"]
    2023
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    @cached_property
    def _told(self) -> list[tuple[Any, str, str, str]]:
        """Of each row its year, its source, its origin (its own, where the table gives its rows
        one) and the cell that it is.
        """
        frame, sources = self.frame, _sources(self.frame)
        years = frame["year"].tolist() if "year" in frame else [None] * len(frame)
        origins = groups_of(sources)
        if "origin_group" in frame:
            pairs = zip(frame["origin_group"].tolist(), origins, strict=True)
            origins = [of if pd.isna(one) else one for one, of in pairs]
        return list(zip(years, sources, origins, _cells(frame), strict=True))

    @cached_property
    def records(self) -> list[Estimate]:
        """The rows as dictionaries, each with its place as ``at``; what is missing is None."""
        return [{**row, "at": at} for at, row in enumerate(_records(self.frame))]

    def behind_rows(self, rows: Iterable[Mapping[str, Any]]) -> Estimate:
        """`behind`, of some of `records`."""
        return self.behind([row["at"] for row in rows])

    def behind(self, places: Sequence[int] | None = None) -> Estimate:
        """What a row of estimates tells of the rows it rests on: those at these places, or all."""
        rows = Rows(self.frame if places is None else partial(self.frame.take, places))
        at = range(len(self.frame)) if places is None else places
        if not at:
            names = ("n", "first_year", "last_year", "sources", "path", "rows", "origins")
            return {name: _BLANK[name] for name in names}
        years, sources, origins, cells = zip(*(self._told[i] for i in at), strict=True)
        known = [int(year) for year in {*years} if pd.notna(year)]
        return {
            "n": len(at),
            "first_year": min(known, default=None),
            "last_year": max(known, default=None),
            "sources": tuple(sorted({*sources})),
            "path": _path(cells),
            "rows": rows,
            "origins": tuple(sorted({*origins})),
        }


def estimate_row(
    used: pd.DataFrame | None = None,
    *,
    economy: str = "",
    estimate: float | None = None,
    low: float | None = None,
    high: float | None = None,
    interval: str = "",
    missing: str = "",
    about: Mapping[str, str] | None = None,
) -> Estimate:
    """One row of an estimates frame.

    Parameters
    ----------
    used : pandas.DataFrame, optional
        The table rows behind it, with ``source_id``; the row carries them, and takes ``n``, the
        years, the sources and the data path from them.
    economy : str
        Code, or '' for a figure of no single economy.
    estimate : float, optional
        The number.
    low, high : float, optional
        Bounds, where the figures leave a range.
    interval : str
        What kind of range.
    missing : str
        Why there is no estimate.
    about : mapping of str to str, optional
        What a sentence needs beside the figure, as words or codes of economies (see `tells`).

    Returns
    -------
    dict of str to Any
        A value for each of ESTIMATE_COLUMNS.

    Raises
    ------
    UnknownNameError, UsageError
        Rows without ``source_id``, as of `data_path`.

    Examples
    --------
    >>> import ca_research as ca
    >>> used = ca.load("trade", reporter="KAZ", partner="RUS", year=2023, flow="export",
    ...                product="TOTAL", source="KAZ_BNS")
    >>> row = estimate_row(used, economy="KAZ", estimate=used["value_usd"].item())
    >>> row["n"], row["last_year"], row["sources"]
    (1, 2023, ('KAZ_BNS',))
    """
    row = _BLANK | {"economy": economy, "estimate": estimate, "low": low, "high": high}
    row |= {"interval": interval, "missing": missing, "about": about}
    return row if used is None or used.empty else row | Figures(used).behind()


def estimates(rows: Iterable[Estimate]) -> pd.DataFrame:
    """An estimates frame from its rows.

    Parameters
    ----------
    rows : iterable of dict
        From `estimate_row`, one per economy.

    Returns
    -------
    pandas.DataFrame
        The columns of ESTIMATE_COLUMNS in their types.

    Raises
    ------
    UsageError
        A row that lacks what `estimate_row` gives, or a number that is infinite.

    Examples
    --------
    >>> ratios = {"KAZ": 1.11, "UZB": 1.36}
    >>> rows = [estimate_row(economy=code, estimate=ratio) for code, ratio in ratios.items()]
    >>> estimates(rows)[["economy", "estimate", "n"]]
      economy  estimate  n
    0     KAZ      1.11  0
    1     UZB      1.36  0
    """
    records = list(rows)
    if fault := next(_faults(records), ""):
        hint = "estimate_row(economy=..., estimate=...); null where there is none"
        raise UsageError(f"a row of estimates has {fault}", hint=hint)
    types = dict.fromkeys(("economy", "interval", "path", "missing"), "str")
    types |= dict.fromkeys(("estimate", "low", "high"), "float64")
    types |= dict.fromkeys(("first_year", "last_year"), "Int64")
    frame = pd.DataFrame(records, columns=ESTIMATE_COLUMNS, dtype=object)
    return frame.astype(types).infer_objects()
