"""What a frame must be before its figures are added, ranked or compared: checks that know no
domain.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from numbers import Number, Real
from typing import Any

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import number, refuse_index, several
from ..ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ..ground.source_columns import ids_of, source_columns
from .groups import Groups, sources_of

_SAY = {
    "source_id": "say where the figures come from: frame.assign(source_id='MINE')",
    "price_basis": "say in which prices the figures are: frame.assign(price_basis='current USD')",
}
"""What to do where a frame lacks a column that files of one's own mostly lack."""


ROUNDING = 1e-6
"""How far a part may be above its whole, and a share above one, in published figures."""

_TWO_LETTERS = re.compile("[A-Z]{2}")

AS_CODES = "frames hold codes: frame[{0!r}] = frame[{0!r}].map(ca.economies.resolve)"
"""What to do where names stand in the place of codes."""
_ISO_3 = "frames hold ISO 3166-1 alpha-3 codes, such as KAZ"


def refuse_no_frame(frame: Any) -> None:
    """Raises UsageError for anything but a frame."""
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(
            f"a frame is needed, not {type(frame).__name__}",
            hint="a pandas.DataFrame, for example of ca.load or pandas.read_csv",
        )


def require(
    frame: pd.DataFrame, columns: Iterable[str], *, keys: Iterable[str] = ()
) -> pd.DataFrame:
    """The frame, with an index that shares no name with a column (pandas takes neither then).

    Raises UsageError where `frame` is no frame, two columns have one name, a column is in the index
    or a row lacks a key, UnknownNameError where a column is not there.
    """
    refuse_no_frame(frame)
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise UsageError(f"two columns are named {str(twice)!r}", hint="drop or rename one of them")
    for column in (*columns, *keys):
        if column not in frame.columns:
            refuse_index(frame, column)
            raise UnknownNameError(
                "column", column, map(str, frame.columns), also=_SAY.get(column, "")
            )
    for column in keys:
        if lost := np.count_nonzero(frame[column].isna()):
            raise UsageError(
                f"{lost} row(s) without {column!r}", hint="drop them, or say what they are"
            )
    return frame.reset_index(drop=True) if {*frame.index.names} & {*frame.columns} else frame


def names(columns: str | Iterable[str]) -> list[str]:
    """Names of columns, given as one or several."""
    return several(columns)


def keys_of(by: str | Iterable[str], apart: Iterable[str], *, least: int = 1) -> list[str]:
    """Columns that `by` names, each once. Raises UsageError for fewer than `least`, and for one of
    those that a measure tells apart by itself.
    """
    keys = list(dict.fromkeys(names(by)))
    if own := [column for column in apart if column in keys]:
        raise UsageError(
            f"{own[0]!r} cannot stand in `by`: it is told apart already",
            hint="leave it out of `by`",
        )
    if len(keys) < least:
        raise UsageError("`by` names no column", hint="by=('reporter', 'year')")
    return keys


def years(frame: pd.DataFrame, column: str = "year", *, text: bool = False) -> None:
    """Raise UsageError where a column holds dates, categories, parts of years or (unless read as
    numbers) texts in the place of years.
    """
    held = frame[column]
    if held.dtype == object:
        kinds = (Real, str) if text else (Real,)
        counted = held.map(lambda year: isinstance(year, kinds)).all()
    else:
        counted = pd.api.types.is_numeric_dtype(held.dtype)
        counted |= text and pd.api.types.is_string_dtype(held.dtype)
    if not counted:
        raise UsageError(
            f"{column!r} holds {held.dtype}, not years as numbers",
            hint=f"convert it: frame[{column!r}].astype(int), of dates frame[{column!r}].dt.year",
        )
    if pd.api.types.is_integer_dtype(held.dtype):
        return
    values = pd.to_numeric(held, errors="coerce").astype(float)
    odd = held[held.notna() & ~(values % 1 == 0)]
    if len(odd):
        raise UsageError(
            f"{column!r} holds {odd.iloc[0]}, not years as whole numbers",
            hint="one number for each year: quarters and months are summed or averaged first",
        )


def same_years(*frames: pd.DataFrame) -> None:
    """Raise UsageError where some of the frames hold years as text and others as numbers: none of
    the one would be one of the other.
    """
    held = [frame for frame in frames if "year" in frame]
    if len({texts(frame["year"]) for frame in held}) > 1:
        for frame in held:
            years(frame)


def numbers(frame: pd.DataFrame, column: str, *, negative: bool = False) -> None:
    """Raise UsageError for text, infinite or (unless allowed) negative figures, CoverageError for
    missing ones.
    """
    held = frame[column]
    try:
        values = held.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        values = None
    if values is None or texts(held):
        raise UsageError(f"{column!r} holds what is no number", hint="convert it: pd.to_numeric")
    if absent := int(np.isnan(values).sum()):
        raise CoverageError(
            f"{absent} row(s) without {column!r}",
            hint="missing is not zero: drop these rows, or take another source",
        )
    if np.isinf(values).any() or (not negative and (values < 0).any()):
        raise UsageError(f"negative or infinite {column!r}", hint="mend or drop those rows")


def texts(held: pd.Series) -> bool:
    """Whether figures are written as text ('10'): numpy reads them, pandas sorts and adds them as
    words.
    """
    if held.dtype == object:
        return any(isinstance(value, str) for value in held)
    return not pd.api.types.is_numeric_dtype(held.dtype)


def own_groups(rows: pd.DataFrame, sides: Sequence[str]) -> pd.Series:
    """Rows that `is_aggregate` marks although no side is an aggregate of the register: a user's own
    group of economies.
    """
    if "is_aggregate" not in rows or not rows["is_aggregate"].any():
        return pd.Series(False, index=rows.index)
    marked = rows["is_aggregate"]
    if marked.dtype != bool:  # text, or with gaps: 'False' and nothing are no mark
        marked = marked.astype(str).str.casefold() == "true"
    for side in sides:  # the mark is of the row: it does not say which side
        if side in rows and marked.any():
            marked &= ~rows[side].isin(list(eco.AGGREGATES))
    return marked


def refuse_named_aggregates(values: Iterable[str], column: str) -> None:
    """Raise AggregateError for names of aggregates ('World') where their codes would stand, for
    nothing tells these from single economies; and as `refuse_two_labels`.
    """
    held = list(values)
    for name, code in eco.named(held).items():
        if eco.is_aggregate(code):
            raise AggregateError(
                f"{name!r} among the {column}s is a name of the aggregate {code}",
                hint=AS_CODES.format(column),
            )
    refuse_two_labels(held, column)


def refuse_numbered(values: Iterable[object], column: str) -> None:
    """Raise UsageError for economies by number (156), for the register does not know which of
    these are aggregates: 0 is the world.
    """
    for value in values:
        number = isinstance(value, Number) and value == value
        if number or (isinstance(value, str) and value.isdigit()):
            raise UsageError(f"{value} among the {column}s is a number and no code", hint=_ISO_3)


def refuse_two_labels(values: Iterable[object], column: str) -> None:
    """Raise UsageError for one economy under two labels, its code and a name or two names: each
    would be told without the rows of the other. A code of two letters beside those of three is
    taken for one: the register does not know whose it is. And as `refuse_numbered`.
    """
    held, labels = list(values), dict[str, str]()
    refuse_numbered(held, column)
    codes = eco.codes()
    short = [v for v in held if isinstance(v, str) and _TWO_LETTERS.fullmatch(v) and v not in codes]
    if short and not codes.isdisjoint(held):
        raise UsageError(
            f"{short[0]!r} among the {column}s is a code of another kind than the others",
            hint=_ISO_3,
        )
    for name, code in eco.named(held).items():
        other = labels.setdefault(code, code if code in held else name)
        if other != name:
            raise UsageError(
                f"{other!r} and {name!r} among the {column}s are one economy",
                hint=AS_CODES.format(column),
            )


def refuse_named(
    values: Iterable[object], column: str, wanted: Collection[str] | None = None
) -> None:
    """Raise UsageError for names of economies where their codes would stand; of the `wanted` alone,
    if given.
    """
    for name, code in eco.named(values).items():
        if wanted is None or code in wanted:
            raise UsageError(
                f"{column} holds {name!r}, not the code {code!r}", hint=AS_CODES.format(column)
            )


def refuse_names(frame: pd.DataFrame, columns: Iterable[str], wanted: Iterable[str]) -> None:
    """Raise UsageError where columns hold the names of economies that are looked for by their
    codes, or codes of another kind.
    """
    codes = set(wanted)
    for column in columns:
        held = frame[column].unique()
        refuse_named(held, column, codes)
        if len(held) and not eco.codes() & set(held):
            raise UsageError(
                f"no {column} is a code of the register: {', '.join(map(str, held[:3]))}",
                hint=_ISO_3,
            )


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries; `to_dict` is slow on the frames of a row or two that a measure returns
    thousands of times.
    """
    names = list(frame)
    columns = [frame[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def level_between(level: float) -> float:
    """The level of an interval, once it is known to lie in (0, 1); else UsageError."""
    if not 0 < number("level", level, "0.95") < 1:
        raise UsageError(f"level {level!r} is not between 0 and 1", hint="0.95 is a 95 % interval")
    return level


def significance(alpha: float, *, where: str = "") -> float:
    """The threshold below which p counts as significant, once it is known to lie in (0, 1); else
    UsageError.
    """
    if not 0 < number("alpha", alpha, "0.05") < 1:
        raise UsageError(
            f"alpha {alpha!r} is not between 0 and 1", where=where, hint="0.05 is five per cent"
        )
    return alpha


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
        if not groups.several(column, group):
            continue
        shown = frame[column].astype("object").where(frame[column].notna(), "not stated")
        found = shown.groupby([frame[k] for k in group]).unique() if group else [shown.unique()]
        for values in found:
            if len(values) > 1:
                raise MixedUnitsError(
                    f"figures of several kinds would be added or compared: {column} is "
                    f"{', '.join(sorted(map(str, values)))}",
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
    found = {i for column in source_columns(frame.columns) for i in ids_of(frame[column])}
    return tuple(sorted(i for i in found if isinstance(i, str)))


def with_sources(result: pd.DataFrame, rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """A result that says of each of its rows where it comes from, so that it can be cited as the
    frame it was made from.

    Parameters
    ----------
    result : pandas.DataFrame
        One row or more per `keys`.
    rows : pandas.DataFrame
        The rows it was made from, with a column ``source_id`` (an id) or ``sources`` (ids); or
        neither.
    keys : sequence of str
        Columns of both by which rows belong to a result.

    Returns
    -------
    pandas.DataFrame
        `result` with a column ``sources`` (a sorted tuple of ids, each once); as it was where
        `rows` name no source.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2020, 2020, 2021], "source_id": ["B", "A", "A"]})
    >>> with_sources(pd.DataFrame({"year": [2020, 2021]}), rows, ["year"])["sources"].tolist()
    [('A', 'B'), ('A',)]
    """
    columns = list(keys)
    both = Groups(pd.concat([rows[columns], result[columns]], ignore_index=True))
    code = both.number(columns)
    found = sources_of(rows, code[: len(rows)], both.count(columns))
    if found is None:
        return result
    return result.assign(
        sources=pd.Series(found[code[len(rows) :]], index=result.index, dtype=object)
    )


def with_prices(result: pd.DataFrame, rows: pd.DataFrame, keys: Sequence[str] = ()) -> pd.DataFrame:
    """A result with the price basis of the rows it was made from, where they state it: one for each
    of the `keys`, or one for all.
    """
    if "price_basis" not in rows or "price_basis" in result:
        return result
    if not keys:
        return result.assign(price_basis=next(iter(rows["price_basis"]), None))
    basis = rows.drop_duplicates(list(keys)).set_index(list(keys))["price_basis"]
    at = (
        pd.MultiIndex.from_frame(result[list(keys)]) if len(keys) > 1 else pd.Index(result[keys[0]])
    )
    return result.assign(price_basis=basis.reindex(at).to_numpy())
