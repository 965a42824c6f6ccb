"""What stands behind the figure of one economy: the figures of those it is compared with, or of the
years between which it changed.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from .. import registry
from ..claims import Evidence
from ..claims.trace import ROWS
from ..ground import economies as eco
from ..ground.numbers import amount
from .kinds import bars, show_criterion

MOST = 12
"""Bars; those asked about always have one."""
_DOLLARS = ((1e9, "billion US dollars"), (1e6, "million US dollars"), (1, "US dollars"))


def show_answer(evidence: Evidence, criterion: str) -> None:
    """Show what a criterion comes to: of one economy with a bar for each counterpart, those asked
    about in colour, or for each year of a change; else `show_criterion`.

    Parameters
    ----------
    evidence : Evidence
        From ``claim.gather``.
    criterion : str
        Name of one of its criteria.

    Raises
    ------
    UnknownNameError
        No such criterion.

    Examples
    --------
    >>> import ca_research as ca
    >>> claim = ca.claim("C25")
    >>> evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    >>> show_answer(evidence, "total_length")
    {'image/svg+xml': '<svg ...'title': 'Length of the borders with China: 3,305 km', ...
    """
    rows = _rows(evidence, criterion)
    figure = None if rows is None else _bars(rows, evidence, criterion)
    if figure is None:
        show_criterion(evidence, criterion)
    else:
        show_criterion(evidence, criterion, picture=lambda: figure, data=rows)


def _rows(evidence: Evidence, criterion: str) -> pd.DataFrame | None:
    """The rows behind a figure of one economy by one source, under the names of their roles."""
    cells = [c for t in evidence.traces if t["criterion"] == criterion for c in t["cells"]]
    if len(cells) != 1 or not 1 < cells[0]["n"] <= ROWS or evidence.spec is None:
        return None
    rows = pd.DataFrame(cells[0]["rows"], columns=cells[0]["columns"])
    for name in evidence.spec.data:
        columns = registry.table(name).columns
        role = {c.role: n for n, c in columns.items() if c.role and n in rows}
        if {"counterpart", "time", "value"} <= role.keys() and rows["source_id"].nunique() == 1:
            rows.attrs = role | {"in": columns[role["value"]].unit or ""}
            return rows
    return None


def _bars(rows: pd.DataFrame, evidence: Evidence, criterion: str) -> Figure | None:
    assert evidence.spec is not None
    value, by, unit = (rows.attrs[role] for role in ("value", "counterpart", "in"))
    chosen = map(str, evidence.spec.criteria()[criterion].settings.values())
    asked = {eco.resolve(c) if c in eco.codes() else c for c in chosen}
    if rows[rows.attrs["time"]].nunique() > 1:
        by = rows.attrs["time"]
    bar = rows.groupby(by, sort=False)[value].sum().reset_index()
    if len(bar) < 2:
        return None
    if by == rows.attrs["time"]:
        by, bar = "year", bar.rename(columns={by: "year"}).sort_values("year")
    else:
        bar = bar.sort_values(value, ascending=False, ignore_index=True)
        bar = bar[(bar.index < MOST) | bar[by].isin(asked)]
    if "dollar" in unit or "USD" in unit:
        size, unit = next(((s, u) for s, u in _DOLLARS if bar[value].max() >= s), _DOLLARS[-1])
        bar[value] = bar[value] / size
    return bars(bar, value, by=by, unit=unit, highlight=[*asked], form=amount)
