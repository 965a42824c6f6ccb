"""Rows of a frame by their values in some columns, as integers.

A check over groups then costs a pass over arrays of integers, whatever the number of groups; a
column is encoded once, however many checks ask for it.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from ..ground.source_columns import ids_in

MANY = 2**16
"""Rows from which encoding columns beside each other pays; pyarrow lets go of the interpreter."""


class Groups:
    """Encodes columns of one frame; a missing value counts as a value of its own.

    Examples
    --------
    >>> frame = pd.DataFrame({"year": [2020, 2021, 2020], "unit": ["t", "t", "kg"]})
    >>> groups = Groups(frame)
    >>> groups.number(["year"]).tolist()
    [0, 1, 0]
    >>> groups.several("unit", ["year"]), groups.twice(["year"]), groups.twice(["year", "unit"])
    (True, True, False)
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._columns: dict[str, tuple[np.ndarray, int]] = {}
        self._values: dict[str, Iterable[Any]] = {}
        self._numbers: dict[tuple[str, ...], tuple[np.ndarray, int]] = {}

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Groups:
        """Those of a frame that is not changed any more: its columns are encoded once."""
        groups: Groups | None = frame.__dict__.get("_groups")
        if groups is None:
            groups = cls(weakref.proxy(frame))
            object.__setattr__(frame, "_groups", groups)
        return groups

    def encode(self, columns: Iterable[str]) -> None:
        """Encode these columns now, beside each other where the frame is long."""
        missing = [c for c in dict.fromkeys(columns) if c not in self._columns]
        if len(missing) > 1 and len(self.frame) >= MANY:
            with ThreadPoolExecutor() as pool:
                encodings = list(pool.map(lambda name: _encoded(self.frame[name]), missing))
        else:
            encodings = [_encoded(self.frame[name]) for name in missing]
        for name, (code, levels, values) in zip(missing, encodings, strict=True):
            self._columns[name], self._values[name] = (code, levels), values

    def values(self, column: str) -> list[Any]:
        """The values of a column, each once; missing ones are left out."""
        self.encode([column])
        return list(self._values[column])

    def number(self, columns: Sequence[str]) -> np.ndarray:
        """The number of each row's group, counted from 0 and without gaps."""
        return self._number(tuple(columns))[0]

    def count(self, columns: Sequence[str]) -> int:
        """How many groups there are."""
        return self._number(tuple(columns))[1]

    def _number(self, columns: tuple[str, ...]) -> tuple[np.ndarray, int]:
        if columns not in self._numbers:
            code, bound = self._product(columns)
            self._numbers[columns] = _dense(code, bound)
        return self._numbers[columns]

    def _product(self, columns: tuple[str, ...]) -> tuple[np.ndarray, int]:
        """Equal where all columns are equal, below the bound; not every number need be there."""
        self.encode(columns)
        code, bound = np.zeros(len(self.frame), dtype=np.int64), 1
        for column in columns:
            numbers, levels = self._columns[column]
            if bound * levels >= 2**62:
                code, bound = _dense(code, bound)
            code, bound = code * levels + numbers, bound * levels
        return code, bound

    def firsts(self, columns: Sequence[str]) -> np.ndarray:
        """A row of each group, by its number."""
        code, groups = self._number(tuple(columns))
        rows = np.empty(groups, dtype=np.int64)
        rows[code] = np.arange(len(code))
        return rows

    def several(self, column: str, within: Sequence[str] = ()) -> bool:
        """Whether a column has more than one value in some group."""
        values = self.frame[column]
        if not len(values):
            return False
        same = values == values.iloc[0]
        if same.to_numpy(dtype=bool, na_value=False).all():
            return False
        return bool(self.varied(column, within).any())

    def varied(self, column: str, within: Sequence[str]) -> np.ndarray:
        """Whether a column has more than one value, by the number of the group."""
        self.encode([column, *within])
        numbers = self._columns[column][0]
        code, groups = self._number(tuple(within))
        one = np.empty(groups, dtype=numbers.dtype)
        one[code] = numbers
        flags = np.zeros(groups, dtype=bool)
        flags[code[one[code] != numbers]] = True
        return flags

    def twice(self, columns: Sequence[str]) -> bool:
        """Whether two rows agree in all of these columns."""
        code, bound = self._product(tuple(columns))
        if bound <= 64 * len(code):
            there = np.zeros(bound, dtype=bool)
            there[code] = True
            return int(there.sum()) < len(code)
        return bool(pd.Series(code).duplicated().any())


def _encoded(column: pd.Series) -> tuple[np.ndarray, int, Iterable[Any]]:
    code, levels = pd.factorize(column)
    absent = code < 0
    if absent.any():
        return np.where(absent, len(levels), code), len(levels) + 1, levels
    return code, max(len(levels), 1), levels


def _dense(code: np.ndarray, bound: int) -> tuple[np.ndarray, int]:
    if bound > max(8 * len(code), MANY):
        numbers, levels = pd.factorize(code)
        return numbers, len(levels)
    there = np.zeros(bound, dtype=bool)
    there[code] = True
    place = np.cumsum(there) - 1
    return place[code], int(place[-1]) + 1 if len(code) else 0


def sources_of(rows: pd.DataFrame, code: np.ndarray, groups: int) -> np.ndarray | None:
    """The sources of each group: a sorted tuple of ids, by its number; None where rows name none.

    rows: with a column `source_id` (an id) or `sources` (as `ids_in` reads them). code: each row's
    group.
    """
    if "source_id" in rows:
        numbers, levels = pd.factorize(rows["source_id"])
        named = [(one,) for one in levels]
    elif "sources" in rows:
        cells = rows["sources"].to_numpy(dtype=object)
        # rows of one group share a tuple, so its identity stands for it and need not be hashed
        numbers, levels = pd.factorize(np.fromiter(map(id, cells), np.int64, len(cells)))
        at = np.empty(len(levels), dtype=np.int64)
        at[numbers] = np.arange(len(numbers))
        named = [tuple(ids_in(cells[n])) for n in at]
    else:
        return None
    known = numbers >= 0
    pairs = pd.unique(code[known] * np.int64(max(len(named), 1)) + numbers[known])
    group, source = np.divmod(pairs, max(len(named), 1))
    sources = np.fromiter(repeat((), groups), object, groups)
    if len(pairs) == groups == len(np.unique(group)):
        tidy = np.fromiter((tuple(sorted(set(one))) for one in named), object, len(named))
        sources[group] = tidy[source]
        return sources
    of_group: list[set[str]] = [set() for _ in range(groups)]
    for g, s in zip(group.tolist(), source.tolist(), strict=True):
        of_group[g].update(named[s])
    sources[:] = [tuple(sorted(ids)) for ids in of_group]
    return sources
