"""What a frame must be before its figures are added, ranked or compared: checks that know no
domain.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence, Sized
from typing import Any, NoReturn, TypeVar

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import number, refuse, refuse_index
from ..ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ..ground.source_columns import ids_of, source_columns
from .columns import floats, texts
from .groups import Groups, sources_of

_SAY = {
    "source_id": "say where the figures come from: frame.assign(source_id='MINE')",
    "price_basis": "say in which prices the figures are: frame.assign(price_basis='current USD')",
}
"""What to do where a frame lacks a column that files of one's own mostly lack."""


ROUNDING = 1e-6
"""How far a part may be above its whole, and a share above one, in published figures."""


def require(
    frame: pd.DataFrame,
    columns: Iterable[str],
    *,
    keys: Iterable[str] = (),
    **wanted: Collection[str],
) -> pd.DataFrame:
    """The frame, with an index that shares no name with a column (pandas takes neither then).

    wanted: codes of economies that are looked for in a column.

    Raises UsageError where `frame` is no frame, two columns have one name, a column is in the index
    or a row lacks a key, and as `refuse_labels`; UnknownNameError where a column is not there.
    """
    if not isinstance(frame, pd.DataFrame):
        refuse("frame", "a pandas.DataFrame", frame, "ca.load('trade')")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        refuse("columns", "named each once", twice, "frame.drop(columns=...)")
    for column in (*columns, *keys, *wanted):
        if column not in frame.columns:
            refuse_index(frame, column)
            raise UnknownNameError(
                "column", column, map(str, frame.columns), also=_SAY.get(column, "")
            )
    for column in keys:
        if lost := np.count_nonzero(frame[column].isna()):
            refuse(column, "known in each row", f"{lost} without it", "frame.dropna(subset=...)")
    for column, codes in wanted.items():
        refuse_labels(frame[column].unique(), column, codes)
    return frame.reset_index(drop=True) if {*frame.index.names} & {*frame.columns} else frame


def years(frame: pd.DataFrame, column: str = "year", *, text: bool = False) -> None:
    """Raise UsageError where a column holds dates, categories, texts (unless they are read as
    numbers) or parts of years in the place of years.
    """
    held = frame[column]
    if pd.api.types.is_integer_dtype(held.dtype):
        return
    words = texts(held) and not (text and isinstance(next(iter(held), 0), str))
    if not (words or isinstance(held.dtype, pd.CategoricalDtype) or held.dtype.kind == "M"):
        values = pd.to_numeric(held, errors="coerce").astype(float)
        held = held[held.notna() & ~(values % 1 == 0)]
        if held.empty:
            return
    hint = "2020, by astype(int), of dates .dt.year; quarters are added or averaged first"
    refuse(column, "years as whole numbers", next(iter(held), held.dtype), hint)


def figures(
    frame: pd.DataFrame, column: str, *, negative: bool = False, gaps: str = "refused"
) -> pd.DataFrame:
    """The frame with a column of figures as float64, before anything is added.

    Raises UsageError for words, booleans, infinite or (unless `negative`) negative figures,
    CoverageError for missing ones, which are 'refused', 'dropped' with their rows, or 'kept'.
    """
    held = frame[column]
    if pd.api.types.is_bool_dtype(held.dtype):
        refuse(column, "figures", held.dtype.name, "1.0")
    values = floats(held, column, infinite=True)
    absent = np.isnan(values)
    if absent.any() and gaps == "refused":
        raise CoverageError(
            f"{int(absent.sum())} row(s) without {column!r}",
            hint="missing is not zero: drop these rows, or take another source",
        )
    odd = np.isinf(values) | ((values < 0) & (not negative))
    if odd.any():
        refuse(column, "finite, and nowhere below zero", values[odd][0], "1.0")
    frame = frame.assign(**{column: values})
    return frame[~absent] if gaps == "dropped" and absent.any() else frame


def own_groups(rows: pd.DataFrame, sides: Sequence[str]) -> pd.Series:
    """Rows that `is_aggregate` marks although no side is an aggregate of the register: a user's own
    group of economies.
    """
    if "is_aggregate" not in rows or not rows["is_aggregate"].any():
        return pd.Series(False, index=rows.index)
    marked = rows["is_aggregate"]
    if marked.dtype != bool:  # text, or with gaps: 'False' and nothing are no mark
        marked = marked.astype(str).str.casefold() == "true"
    held = rows[[side for side in sides if side in rows]]  # the mark does not say which side
    return marked & ~held.isin(list(eco.AGGREGATES)).any(axis=1)


def refuse_groups(column: str, groups: Iterable[object]) -> NoReturn:
    """Raise AggregateError: groups stand where single economies must."""
    raise AggregateError(
        f"aggregates among the {column}s: {', '.join(sorted(map(str, groups))[:8])}",
        hint="drop them: frame[~frame.is_aggregate], or keep them and drop their members",
    )


def refuse_labels(
    values: Iterable[object],
    column: str,
    wanted: Collection[str] = frozenset(),
    *,
    single: bool = False,
) -> None:
    """Raise UsageError for economies by number (the register does not know that 0 is the world),
    by codes of two letters beside those of three, for one economy under two labels, and for one of
    the `wanted`, which are looked for by their codes, under another label; if all must be `single`,
    AggregateError for groups by another label than their code ('World', 'Extra-EU', 'Всего'), for
    nothing else tells these from single economies.
    """
    held, codes = list(values), eco.codes()
    as_codes = {*held, *wanted}
    other_codes = r"\d[\d.]*|[A-Z]{2}"
    if codes.isdisjoint(held):  # labels of one's own
        other_codes = ".*" if wanted else r"\d[\d.]*"
    for label in map(str, held):
        if label not in codes and re.fullmatch(other_codes, label):
            refuse(column, "a code of ISO 3166-1 alpha-3", label, eco.code_of(label) or "KAZ")
    labels: dict[str, str] = {}
    for name, code in eco.named(held).items():
        if single and eco.is_aggregate(code):
            refuse_groups(column, [f"{name} ({code})"])
        other = labels.setdefault(code, code if code in as_codes else name)
        if other != name:
            raise UsageError(
                f"{column} {name!r} is the economy {other!r}",
                hint=f"frames hold codes: frame[{column!r}].map(ca.economies.resolve)",
            )


Rows = TypeVar("Rows", bound=Sized)


def require_some(
    rows: Rows, what: str, hint: str = "take other years, economies or sources"
) -> Rows:
    """The rows; CoverageError where there are none of what they are."""
    if not len(rows):
        raise CoverageError(f"no {what}", hint=hint)
    return rows


def refuse_units(frame: pd.DataFrame, column: str, units: Collection[str]) -> None:
    """Raise MixedUnitsError where a column says another unit than one of these."""
    if other := set(frame[column].dropna().astype(str)) - {*units}:
        raise MixedUnitsError(
            f"{column} is {min(other)!r}, not {' or '.join(units)}",
            hint="convert these figures, or drop them",
        )


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries; `to_dict` is slow on the frames of a row or two that a measure returns
    thousands of times.
    """
    names = list(frame)
    columns = [frame[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def between_0_and_1(name: str, value: float) -> float:
    """A level of an interval, or what p must be below to count as significant; else UsageError."""
    if not 0 < number(name, value, "0.95") < 1:
        refuse(name, "between 0 and 1", value, "0.95")
    return value


def alike(
    frame: pd.DataFrame,
    columns: Iterable[str],
    group: Sequence[str] = (),
    groups: Groups | None = None,
) -> None:
    """Raise MixedUnitsError where one of the `columns` that are there has several values within a
    group. groups: of this frame, where it is at hand.
    """
    groups = Groups(frame) if groups is None else groups
    for column in (c for c in columns if c in frame.columns and c not in group):
        if groups.several(column, group):
            held = frame[column].astype("object").groupby(groups.number(group))
            _, held = next(part for part in held if part[1].nunique(dropna=False) > 1)
            raise MixedUnitsError(
                f"figures of several kinds would be added or compared: {column} is "
                f"{', '.join(sorted({str(v) for v in held.fillna('not stated')}))}",
                hint=f"keep rows of one {column}, or adjust the others first",
            )


def origin(frame: pd.DataFrame) -> tuple[str, ...]:
    """Ids of all sources that a frame names, sorted; none where it names none. A merge gives one of
    two columns a suffix: both are read.

    Examples
    --------
    >>> rows = pd.DataFrame({"source_id": ["B", "A"], "sources": [("C",), ()], "source_id_y": "D"})
    >>> origin(rows)
    ('A', 'B', 'C', 'D')
    """
    ids = {i for column in source_columns(frame.columns) for i in ids_of(frame[column])}
    return tuple(sorted(i for i in ids if isinstance(i, str)))


def cited(
    result: pd.DataFrame,
    rows: pd.DataFrame,
    keys: Sequence[str],
    of_result: np.ndarray | None = None,
) -> pd.DataFrame:
    """A result that says of each of its rows where it comes from, and in which prices it is.

    Parameters
    ----------
    result : pandas.DataFrame
        One row or more per `keys`.
    rows : pandas.DataFrame
        The rows it was made from, with a column ``source_id`` (an id) or ``sources`` (ids), and
        ``price_basis``; or without.
    keys : sequence of str
        Columns of both by which rows belong to a result.
    of_result : numpy.ndarray, optional
        The number of each result's group in ``Groups.of(rows)``, where it is at hand.

    Returns
    -------
    pandas.DataFrame
        `result` with columns ``sources`` (a sorted tuple of ids, each once) and ``price_basis``,
        where `rows` state them.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2020, 2020, 2021], "source_id": ["B", "A", "A"]})
    >>> cited(pd.DataFrame({"year": [2020, 2021]}), rows, ["year"])["sources"].tolist()
    [('A', 'B'), ('A',)]
    """
    groups = Groups.of(rows)
    if of_result is None:
        groups = Groups(pd.concat([rows[[*keys]], result[[*keys]]], ignore_index=True))
        of_result = groups.number(keys)[len(rows) :]
    of_rows = groups.number(keys)[: len(rows)]
    columns: dict[str, Any] = {"sources": sources_of(rows, of_rows, groups.count(keys))}
    if "price_basis" in rows and "price_basis" not in result:
        columns["price_basis"] = np.full(groups.count(keys), None, dtype=object)
        columns["price_basis"][of_rows] = rows["price_basis"].to_numpy(dtype=object)
    return result.assign(
        **{
            name: pd.Series(held[of_result], index=result.index, dtype=object)
            for name, held in columns.items()
            if held is not None
        }
    )


def shares_of(
    frame: pd.DataFrame, keys: list[str], column: str, parts: Any = slice(None)
) -> pd.DataFrame:
    """What each of a column has of the sum of its account in USD, and how many there are; parts:
    rows that count. Of a sum that is not above zero there are no shares.
    """
    shares = frame[[*keys, column, "value_usd"]][parts].reset_index(drop=True)
    account = Groups.of(frame).number(keys)[parts]
    total = np.bincount(account, shares["value_usd"])
    shares["share"] = shares["value_usd"] / np.where(total > 0, total, np.nan)[account]
    shares[f"{column}s"] = np.bincount(account)[account]
    return cited(shares, frame, keys, account)
