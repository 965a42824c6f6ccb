"""Who reports what, when, from which source."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .. import registry
from ..ground.economies import CA5
from ..ground.errors import UnknownNameError
from ..ground.periods import spans
from .load import load


class Coverage(pd.DataFrame):
    """One row per `who` + source_id + year with the number of figures; shows itself as a heat map
    in Jupyter.

    `attrs["who"]` names the columns that say who reports.
    """

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame  # a filtered or grouped coverage is an ordinary frame again


def default_who(table: registry.Table) -> list[str]:
    """The first economy of the key and what tells its rows apart at a glance (flow, measure, level,
    ...).
    """
    first = table.of_type("economy")[:1]
    words = [c for c in table.key if c in ("flow", "measure", "level", "indicator", "commodity")]
    return first + words if first else [c for c in table.key if c not in ("source_id", "year")][:1]


def coverage(name: str, *, by: list[str] | None = None, **filters: object) -> Coverage:
    """Figures per year and source: columns `by`, source_id, year (null where the table has none),
    figures (number of).

    name: a table. by: columns that say who reports; default the first economy of the key with flow,
        measure or level.
    filters: as for `load`. Raises UnknownNameError for a column of `by` or a table, and what `load`
        raises.
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


def holes(name: str, codes: Sequence[str] = CA5, **filters: object) -> pd.DataFrame:
    """What a table holds on each economy: economy, figures, sources, first_year, last_year, years,
    and `lacking`.

    A row counts for every economy that it names by itself: as reporter, as partner, or in a list of
    several; a group such as CA5 names none. lacking: years between the first and the last without
    any figure, as text ('2019-2022'); '' where there is none or the table has no years.
    name: a table. codes: economies. filters: as for `load`. Raises what `load` raises.
    """
    table = registry.table(name)
    frame = load(name, **filters)  # type: ignore[arg-type]
    one, several = (
        table.of_type("economy"),
        [*table.of_type("economies"), *({"subject"} & table.columns.keys())],
    )
    rows = []
    for code in codes:
        names = [frame[c] == code for c in one]
        names += [frame[c].astype("string").str.contains(rf"\b{code}\b", na=False) for c in several]
        mine = frame[pd.concat(names, axis=1).any(axis=1)] if names else frame.iloc[:0]
        years = _years(mine)
        lacking = sorted(set(range(years[0], years[-1])) - set(years)) if years else []
        rows.append(
            {
                "economy": code,
                "figures": len(mine),
                "sources": mine["source_id"].nunique(),
                "first_year": years[0] if years else None,
                "last_year": years[-1] if years else None,
                "years": len(years),
                "lacking": spans(lacking),
            }
        )
    return pd.DataFrame(rows).astype({"first_year": "Int64", "last_year": "Int64"})


def _years(rows: pd.DataFrame) -> list[int]:
    """Years with a figure; of a table of days, those in which they lie."""
    found = (
        rows["year"]
        if "year" in rows
        else rows["date"].str[:4]
        if "date" in rows
        else pd.Series(dtype="Int64")
    )
    return sorted({int(year) for year in found.dropna()})
