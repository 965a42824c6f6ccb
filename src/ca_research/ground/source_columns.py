"""The columns that say which sources rows come from, and the ids in a cell of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

from .display import SOURCE_COLUMNS

_NAMED = re.compile(rf"(?:{'|'.join(SOURCE_COLUMNS)})_.+")
_ID = re.compile(r"\w*[0-9_]\w*|[A-Z]+")
"""What tells an id from a word of prose, where several stand in one text."""
_QUOTED = re.compile(r"""["']([^"']+)["']""")


def source_columns(names: Iterable[Any]) -> list[Any]:
    """Columns that may name sources: `source_id`, `sources`, and those to which a merge gave a
    suffix.

    Examples
    --------
    >>> source_columns(["source_id", "value_usd", "source_id_gdp", "sources_y"])
    ['source_id', 'source_id_gdp', 'sources_y']
    """
    return [n for n in names if n in SOURCE_COLUMNS or (isinstance(n, str) and _NAMED.fullmatch(n))]


def ids_of(cells: Iterable[Any]) -> set[Any]:
    """What the cells of a column name, each once."""
    if getattr(cells, "dtype", "object") != "object":  # pandas cannot tell lists apart, but texts
        cells = cells.unique()  # type: ignore[attr-defined]
    return {i for cell in cells for i in ids_in(cell)}


def ids_in(cell: Any) -> list[Any]:
    """What a cell names, whether it holds one id, several, or nothing.

    Several are a tuple, a list, a set or an array (of a Parquet file); or as text files have them,
    joined by spaces or written as Python writes a tuple.

    Examples
    --------
    >>> ids_in("KAZ_BNS WTO_HSM"), ids_in("('KAZ_BNS',)"), ids_in(("KAZ_BNS", None)), ids_in(None)
    (['KAZ_BNS', 'WTO_HSM'], ['KAZ_BNS'], ['KAZ_BNS'], [])
    """
    if isinstance(cell, str):
        return list(_in_text(cell))
    if hasattr(cell, "tolist"):  # numpy's: a scalar or an array
        cell = cell.tolist()
    if isinstance(cell, (tuple, list, set, frozenset)):
        return [i for one in cell for i in ids_in(one)]
    if cell is None or str(cell) in ("<NA>", "NaT", "nan"):  # as pandas has what is missing
        return []
    return [cell]


@functools.lru_cache(maxsize=4096)
def _in_text(cell: str) -> tuple[str, ...]:
    words = _QUOTED.findall(cell) if cell[:1] in ("(", "[", "{") else cell.split()
    return tuple(words) if all(map(_ID.fullmatch, words)) else (cell,)
