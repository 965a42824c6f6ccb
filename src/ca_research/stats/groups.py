"""Rows of a frame by their values in some columns, as integers.

A check over groups then costs a pass over arrays of integers, whatever the number of groups; a
column is encoded once, however many checks ask for it.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from ..ground.source_columns import ids_in


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
        self._columns: dict[str, tuple[np.ndarray, int, Any]] = {}
        self._numbers: dict[tuple[str, ...], tuple[np.ndarray, int]] = {}

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Groups:
        """Those of a frame that is not changed any more: its columns are encoded once."""
        groups: Groups | None = frame.__dict__.get("_groups")
        if groups is None:
            groups = cls(weakref.proxy(frame))
            object.__setattr__(frame, "_groups", groups)
        return groups

    def _encoded(self, column: str) -> tuple[np.ndarray, int, Any]:
        """The number of each row's value, how many numbers there are, and the values."""
        if column not in self._columns:
            code, values = pd.factorize(self.frame[column])
            absent = code < 0
            if absent.any():
                code = np.where(absent, len(values), code)
            self._columns[column] = code, max(len(values) + bool(absent.any()), 1), values
        return self._columns[column]

    def values(self, column: str) -> list[Any]:
        """The values of a column, each once; missing ones are left out."""
        return list(self._encoded(column)[2])

    def number(self, columns: Sequence[str]) -> np.ndarray:
        """The number of each row's group, counted from 0 and without gaps."""
        return self._number(tuple(columns))[0]

    def count(self, columns: Sequence[str]) -> int:
        """How many groups there are."""
        return self._number(tuple(columns))[1]

    def _number(self, columns: tuple[str, ...]) -> tuple[np.ndarray, int]:
        if columns not in self._numbers:
            self._numbers[columns] = _dense(*self._product(columns))
        return self._numbers[columns]

    def _product(self, columns: Sequence[str]) -> tuple[np.ndarray, int]:
        """Equal where all columns are equal, below the bound; not every number need be there."""
        code, bound = np.zeros(len(self.frame), dtype=np.int64), 1
        for column in columns:
            numbers, levels, _ = self._encoded(column)
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
        # of one value throughout no column need be encoded
        if not len(values) or (values == values.iloc[0]).to_numpy(dtype=bool, na_value=False).all():
            return False
        return bool(self.varied(column, within).any())

    def varied(self, column: str, within: Sequence[str]) -> np.ndarray:
        """Whether a column has more than one value, by the number of the group."""
        numbers, code = self._encoded(column)[0], self.number(within)
        flags = np.zeros(self.count(within), dtype=bool)
        flags[code[numbers != numbers[self.firsts(within)][code]]] = True
        return flags

    def twice(self, columns: Sequence[str]) -> bool:
        """Whether two rows agree in all of these columns."""
        code, bound = self._product(columns)
        if bound > 64 * len(code):
            return bool(pd.Series(code).duplicated().any())
        there = np.zeros(bound, dtype=bool)
        there[code] = True
        return int(there.sum()) < len(code)


def _dense(code: np.ndarray, bound: int) -> tuple[np.ndarray, int]:
    if bound > max(8 * len(code), 2**16):
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
