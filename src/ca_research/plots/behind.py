"""The picture that a criterion of any claim has, where its author drew none: what stands behind its
figure.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from .. import registry
from ..claims import Evidence
from ..ground import economies as eco
from ..ground.errors import CaResearchError
from ..ground.numbers import amount
from .kinds import bars, dated_lanes, lines, show_criterion

MOST, MOST_LINES = 12, 6
"""Bars, and lines; those asked about always have one."""


def show_answer(evidence: Evidence, criterion: str) -> None:
    """Show what a criterion comes to, with what stands behind it.

    Behind a figure of one economy these are the figures of its counterparts, as bars or over the
    years as lines, those asked about in colour; behind dates the dates. Else it is
    `show_criterion`; the documents of a claim stand beside its verdict.

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
    if figure := _figure(rows, evidence, criterion):
        show_criterion(evidence, criterion, picture=lambda: figure, data=rows)
    else:
        show_criterion(evidence, criterion)


def _rows(evidence: Evidence, criterion: str) -> pd.DataFrame:
    """The rows behind a figure of one economy, or of none; none where it is of several."""
    if evidence.gathering is None or len(evidence.main(criterion)) != 1:
        return pd.DataFrame()
    try:
        return evidence.gathering.behind(criterion).reset_index(drop=True)
    except (CaResearchError, ValueError):  # no figures were known
        return pd.DataFrame()


def _figure(rows: pd.DataFrame, evidence: Evidence, criterion: str) -> Figure | None:
    assert evidence.spec is not None
    if {"date", "kind", "detail"} <= set(rows):
        return dated_lanes(rows, lane="detail")
    chosen = evidence.spec.criteria()[criterion].settings.values()
    codes = {one for c in chosen for one in str(c).split(";")}
    for name in evidence.spec.data:
        columns = registry.table(name).columns
        role = {c.role: n for n, c in columns.items() if c.role and n in rows}
        one = [role[r] for r in ("unit",) if r in role] + ["source_id"]
        if {"counterpart", "time", "value"} <= role.keys() and rows[one].nunique().max() == 1:
            several = [n for n, c in columns.items() if c.levels and rows[n].nunique() > 1]
            by, time = [*several, role["counterpart"]][0], role["time"]
            for bloc in codes.intersection(eco.AGGREGATES).difference(rows[by]):
                rows = _as_one(rows, by, time, bloc)
            unit = columns[role["value"]].unit or ""
            return _counterparts(rows, by, time, role["value"], unit, codes)
    return None


def _as_one(rows: pd.DataFrame, by: str, time: str, bloc: str) -> pd.DataFrame:
    """The rows with a bloc where those stand who were its members in the year."""
    pairs = zip(rows[by], rows[time], strict=True)
    inside = [of in eco.members(bloc, int(year)) for of, year in pairs]
    return rows.assign(**{by: rows[by].mask(inside, bloc)})


def _counterparts(
    rows: pd.DataFrame, by: str, time: str, value: str, unit: str, codes: set[str]
) -> Figure | None:
    known = rows.groupby([by, time], sort=False)[value].sum().reset_index()
    known = known.rename(columns={time: "year"}).sort_values(["year", value], ascending=False)
    if unit.startswith("USD"):
        known[value], unit = known[value] / 1e9, "billion US dollars"
    if len(known) < 2:
        return None
    shown = known.drop_duplicates(by)
    if known["year"].nunique() == 1:
        shown = shown[(shown.reset_index().index < MOST) | shown[by].isin(codes)]
        return bars(shown, value, by=by, unit=unit, highlight=[*codes], form=amount)
    first = {*shown[by].head(MOST_LINES), *codes}
    shown = known[known[by].isin(first)].sort_values("year")
    ends = shown["year"].nunique() == 2  # a change from one to the other
    return lines(shown, value, panel="", hue=by, unit=unit, highlight=[*codes], joined=ends)
