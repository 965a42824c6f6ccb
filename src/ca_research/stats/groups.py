"""Rows of a frame by their values in some columns, as integers.

A check over groups then costs a pass over arrays of integers, whatever the number of groups; a
column is encoded once, however many checks ask for it.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
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
        self._columns: dict[str, tuple[np.ndarray, pd.Index]] = {}
        self._numbers: dict[tuple[str, ...], np.ndarray] = {}

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Groups:
        """Those of a frame that is not changed any more: its columns are encoded once."""
        groups: Groups | None = frame.__dict__.get("_groups")
        if groups is None:
            groups = cls(weakref.proxy(frame))
            object.__setattr__(frame, "_groups", groups)
        return groups

    def _encoded(self, column: str) -> tuple[np.ndarray, pd.Index]:
        """The number of each row's value, and the values."""
        if column not in self._columns:
            self._columns[column] = pd.factorize(self.frame[column], use_na_sentinel=False)
        return self._columns[column]

    def values(self, column: str) -> list[Any]:
        """The values of a column, each once; missing ones are left out."""
        return list(pd.Series(self._encoded(column)[1]).dropna())

    def number(self, columns: Sequence[str]) -> np.ndarray:
        """The number of each row's group, counted from 0 and without gaps."""
        key = tuple(columns)
        if key not in self._numbers:
            code = np.zeros(len(self.frame), dtype=np.int64)
            if key:
                numbers, values = self._encoded(key[-1])
                code = self.number(key[:-1]) * len(values) + numbers
                bound = self.count(key[:-1]) * len(values)
                if bound > max(8 * len(code), 2**16):
                    code = pd.factorize(code)[0]
                else:  # some ten times faster
                    there = np.zeros(bound, dtype=bool)
                    there[code] = True
                    code = (np.cumsum(there) - 1)[code]
            self._numbers[key] = code
        return self._numbers[key]

    def count(self, columns: Sequence[str]) -> int:
        """How many groups there are."""
        return int(self.number(columns).max(initial=-1)) + 1

    def firsts(self, columns: Sequence[str]) -> np.ndarray:
        """A row of each group, by its number."""
        rows = np.empty(self.count(columns), dtype=np.int64)
        rows[self.number(columns)] = np.arange(len(self.frame))
        return rows

    def several(self, column: str, within: Sequence[str] = ()) -> bool:
        """Whether a column has more than one value in some group."""
        values = self.frame[column]
        # of one value throughout no column need be encoded
        if not len(values) or (values == values.iloc[0]).to_numpy(dtype=bool, na_value=False).all():
            return False
        return self.count([*within, column]) > self.count(within)

    def twice(self, columns: Sequence[str]) -> bool:
        """Whether two rows agree in all of these columns."""
        return self.count(columns) < len(self.frame)


def sources_of(rows: pd.DataFrame, code: np.ndarray, groups: int) -> np.ndarray | None:
    """The sources of each group: a sorted tuple of ids, by its number; None where rows name none.

    rows: with a column `source_id` (an id) or `sources` (as `ids_in` reads them). code: each row's
    group.
    """
    column = next((c for c in ("source_id", "sources") if c in rows), None)
    if column is None:
        return None
    cells = rows[column]
    if not isinstance(next(iter(cells), ""), (str, tuple)):  # a list has no hash
        cells = cells.map(lambda cell: (*ids_in(cell),))
    number, named = pd.factorize(cells)
    pairs = pd.unique((code * len(named) + number)[number >= 0])
    ids, of_group = [ids_in(cell) for cell in named], [set[str]() for _ in range(groups)]
    for group, source in zip(*np.divmod(pairs, max(len(named), 1)), strict=True):
        of_group[group].update(ids[source])
    sources = np.empty(groups, dtype=object)
    sources[:] = [(*sorted(ids),) for ids in of_group]
    return sources
