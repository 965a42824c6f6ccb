"""Who reports what, when, from which source."""

from __future__ import annotations

import pandas as pd

from .. import registry
from ..errors import UnknownNameError
from .load import load


class Coverage(pd.DataFrame):
    """One row per `who` + source_id + year with the number of figures; shows itself as a heat map in Jupyter.

    `attrs["who"]` names the columns that say who reports.
    """

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame  # a filtered or grouped coverage is an ordinary frame again


def default_who(table: registry.Table) -> list[str]:
    """The first economy of the key and what tells its rows apart at a glance (flow, measure, level, ...)."""
    first = table.of_type("economy")[:1]
    words = [c for c in table.key if c in ("flow", "measure", "level", "indicator", "commodity")]
    return first + words if first else [c for c in table.key if c not in ("source_id", "year")][:1]


def coverage(name: str, *, by: list[str] | None = None, **filters: object) -> Coverage:
    """Figures per year and source: columns `by`, source_id, year (null where the table has none), figures.

    by: columns that say who reports; default the first economy of the key with flow, measure or level.
    filters: as for `load`.
    """
    table = registry.table(name)
    who = by or default_who(table)
    for column in who:
        if column not in table.columns:
            raise UnknownNameError(f"column of table {name!r}", column, table.columns)
    frame = load(name, **filters)  # type: ignore[arg-type]
    if "year" not in frame:
        frame["year"] = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    counted = (
        frame.groupby([*who, "source_id", "year"], dropna=False, as_index=False)
        .size()
        .rename(columns={"size": "figures"})
    )
    result = Coverage(counted)
    result.attrs = {"table": name, "who": who}
    return result
