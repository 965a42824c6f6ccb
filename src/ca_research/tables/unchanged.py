"""Whether figures still are those of a table: pandas carries the mark of loaded rows through any
arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .. import registry
from ..ground.errors import CaResearchError
from .added import large
from .build import table_file


def unchanged(name: str, rows: pd.DataFrame, figure: str) -> bool:
    """Whether rows have a figure as a table has it, under what they still have of its key.

    Rows without any column of the key are nobody's. What the file of the table does not hold (a
    vintage, large sources) is not read through for this: there the whole key has to do.

    Examples
    --------
    >>> from ca_research import load
    >>> rows = load("geography", origin="KAZ", destination="CHN")
    >>> unchanged("geography", rows, "distance_km")
    True
    >>> unchanged("geography", rows.assign(distance_km=rows["distance_km"] / 1.609), "distance_km")
    False
    """
    table = registry.table(name)
    keys = [column for column in table.key if column in rows.columns and column != figure]
    if not keys or rows[figure].dtype.kind not in "iuf":
        return False
    if large(name) or "vintage" in rows.columns:
        return len(keys) == len(table.key)
    try:
        file = table_file(name)
    except CaResearchError:  # rows that were kept, where no tables are
        return False
    columns, rows = [*keys, figure], rows.dropna(subset=[figure])
    alike = pc.field(figure).isin(rows[figure].astype(float).tolist())
    candidates = pq.read_table(file, columns=columns, filters=alike, read_dictionary=keys)
    return _cells(rows, columns) <= _cells(candidates.to_pandas(), columns)


def _cells(rows: pd.DataFrame, columns: Sequence[str]) -> set[tuple[str | float, ...]]:
    """Rows as they can be compared, whatever types their columns have by now."""
    *keys, figure = columns
    return set(zip(*(rows[key].map(str) for key in keys), rows[figure].astype(float), strict=True))
