"""The reports of one economy in one year as plain records, and the partners ranked by them.

Records can be compared and remembered: where a rank is asked for again, by another criterion or
without a source that has nothing to do with it, the same reports are not ranked a second time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import pandas as pd

from ..ground import economies as eco
from ..stats.frames import alike
from ..tables.preference import of_role, ranked
from .checks import ALIKE, one_figure_per_cell, undeclared

MOST_MEMBERS = 25
"""Members of the EU27 that a source must list for their sum to stand for the union (it may list no
trade with one or two).
"""

_CELL = ("economy", "other", "year", "direction", "side", "source_id")


class Report(NamedTuple):
    """One figure, seen from the economy; `kind` is its valuation, price basis, scope and unit where
    these are columns.
    """

    other: str
    direction: str
    side: str
    source_id: str
    value: float
    kind: tuple[str, ...]
    grouped: bool


class Standing(NamedTuple):
    """A partner with all the flows asked for: sums over flows of the least and the largest report,
    and their sources.

    `sides`: how many of the two sides report, in the flow where that is fewest.
    """

    partner: str
    low: float
    high: float
    sources: tuple[str, ...]
    sides: int


class Ranking(NamedTuple):
    """Partners, the largest `low` first; `used` are the places of their reports, with the partner
    each stands for.

    `mixed`: figures of several kinds stand within a direction.
    """

    standings: tuple[Standing, ...]
    used: tuple[tuple[int, str], ...]
    mixed: bool = False

    @property
    def partners(self) -> set[str]:
        return {standing.partner for standing in self.standings}

    def ranks(self) -> list[int]:
        """Of each standing: one more than the number of partners with a larger `low`."""
        places: list[int] = []
        for i, standing in enumerate(self.standings):
            tied = i > 0 and standing.low == self.standings[i - 1].low
            places.append(places[-1] if tied else i + 1)
        return places


class Reports:
    """Reports of some economies (`trade.perspective`) by economy and year."""

    def __init__(self, seen: pd.DataFrame) -> None:
        self.rows = seen.reset_index(drop=True)
        self._made: dict[tuple[str, int], tuple[Report, ...]] = {}
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.rankings: dict[tuple[object, ...], Ranking] = {}  # by economy, year and choices
        self._kinds = [c for c in ALIKE if c in self.rows]

    def years(self) -> list[int]:
        """Every year with a report, sorted."""
        return sorted({year for _, year in self._places})

    def of(self, economy: str, year: int) -> tuple[Report, ...]:
        """Raises UsageError where two figures claim one cell."""
        key = (economy, year)
        if key not in self._made:
            places = self._places.get(key, ())
            if any(self._twice[place] for place in places):
                one_figure_per_cell(self.at(economy, year), _CELL)
            self._made[key] = tuple(Report(*(c[p] for c in self._columns)) for p in places)
        return self._made[key]

    def at(
        self, economy: str, year: int, places: Iterable[int] | None = None, *, cells: bool = False
    ) -> pd.DataFrame:
        """Rows behind the reports of an economy and year, or behind those at some places.

        cells: the columns alone that say which figure of table `trade` it is.
        """
        own = self._places.get((economy, year), [])
        rows = self._cells if cells else self.rows
        return rows.take(own if places is None else [own[p] for p in places])

    def order(self, roles: tuple[str, ...]) -> tuple[str, ...]:
        """Sources of own reports with one of the roles, the preferred one first."""
        if roles not in self._orders:
            own = self.rows.loc[self.rows["side"] == "reporter", "source_id"].unique()
            self._orders[roles] = tuple(ranked(own, roles))
        return self._orders[roles]

    @cached_property
    def _places(self) -> dict[tuple[str, int], list[int]]:
        found: dict[tuple[str, int], list[int]] = {}
        keys = zip(self.rows["economy"].tolist(), self.rows["year"].tolist(), strict=True)
        for place, key in enumerate(keys):
            found.setdefault(key, []).append(place)
        return found

    @cached_property
    def _cells(self) -> pd.DataFrame:
        return self.rows[["reporter", "partner", "year", "flow", "product", "source_id"]]

    @cached_property
    def _twice(self) -> list[bool]:
        return self.rows.duplicated(list(_CELL), keep=False).tolist()

    @cached_property
    def _columns(self) -> tuple[Sequence[Any], ...]:
        """The fields of `Report`, a list each: many small frames would take longer than lists."""
        rows = self.rows
        stated = rows[self._kinds].astype("object").where(rows[self._kinds].notna(), "not stated")
        kinds = [stated[column].tolist() for column in self._kinds]
        return (
            *(rows[c].tolist() for c in ("other", "direction", "side", "source_id")),
            rows["value_usd"].to_numpy(dtype=float).tolist(),
            list(zip(*kinds, strict=True)) if kinds else [()] * len(rows),
            undeclared(rows).tolist(),
        )

    def refuse_mixed(self, economy: str, year: int, places: Iterable[int]) -> None:
        """Raise MixedUnitsError where figures of several kinds would be compared within a
        direction.
        """
        alike(self.at(economy, year, places), ALIKE, ["direction"])


@lru_cache(maxsize=1 << 14)
def ranking(
    reports: tuple[Report, ...],
    basis: str,
    directions: tuple[str, ...],
    order: tuple[str, ...],
    among: frozenset[str] | None,
    union: bool,
    needed: frozenset[str],
) -> Ranking:
    """Partners ranked by their reports.

    Parameters
    ----------
    reports : tuple of Report
        Those of one economy and year.
    basis : {'reporter', 'mirror', 'interval', 'reconciled'}
        Whose reports count.
    directions : tuple of str
        Flows that a partner must have.
    order : tuple of str
        Sources that speak for the economy, the preferred one first; on the basis 'reporter' all
        partners share one.
    among : frozenset of str or None
        Partners that take part; every single economy where None.
    union : bool
        Whether the EU27 is a partner and its members are not.
    needed : frozenset of str
        Partners that a source must list to speak for the economy.

    Returns
    -------
    Ranking
    """
    chosen = {i for i, r in enumerate(reports) if r.direction in directions}
    if basis == "reporter":
        chosen = _own(reports, chosen, order, needed)
    elif basis == "interval":
        chosen = {i for i in chosen if reports[i].side in ("reporter", "mirror")}
    else:
        chosen = {i for i in chosen if reports[i].side == basis}
    groups = set(eco.AGGREGATES)
    single = {
        i: reports[i].other
        for i in sorted(chosen)
        if reports[i].other not in groups
        and not reports[i].grouped
        and (among is None or reports[i].other in among)
    }
    if union:
        members = set(eco.members("EU27", 2020))
        inside = members | {"GBR"} if basis != "reporter" else members
        single = {i: other for i, other in single.items() if other not in inside}
        single |= dict.fromkeys(_european_union(reports, chosen, members), "EU27")
    standings = _standings(reports, single, len(directions))
    there = {s.partner for s in standings}
    used = tuple((i, other) for i, other in single.items() if other in there)
    kinds = {(reports[i].direction, reports[i].kind) for i, _ in used}
    return Ranking(standings, used, len(kinds) > len({direction for direction, _ in kinds}))


def _own(
    reports: Sequence[Report], chosen: set[int], order: Sequence[str], needed: frozenset[str]
) -> set[int]:
    """Reports of the preferred source that covers the needed partners, per direction: partners
    share one source.
    """
    by_source: dict[tuple[str, str], set[int]] = {}
    for i in chosen:
        if reports[i].side == "reporter":
            by_source.setdefault((reports[i].direction, reports[i].source_id), set()).add(i)
    found: set[int] = set()
    for direction in {direction for direction, _ in by_source}:
        for source in order:
            its = by_source.get((direction, source), set())
            if its and needed <= {reports[i].other for i in its}:
                found |= its
                break
    return found


def _european_union(reports: Sequence[Report], chosen: set[int], members: set[str]) -> list[int]:
    """The EU27 as one partner: its own row, else the sum of its members by one source, else the EU
    of the year by a compilation.
    """
    by_report: dict[tuple[str, str, str], dict[str, list[int]]] = {}
    for i in sorted(chosen):
        other, key = reports[i].other, reports[i][1:4]
        if other in ("EU27", "EU") or other in members:
            kind = other if other in ("EU27", "EU") else "members"
            by_report.setdefault(key, {}).setdefault(kind, []).append(i)
    found: list[int] = []
    for (_, _, source), places in by_report.items():
        inside = places.get("members", [])
        if "EU27" in places:
            found += places["EU27"]
        elif len({reports[i].other for i in inside}) >= MOST_MEMBERS:
            found += inside
        elif of_role([source], "compilation"):  # an office's EU is a changing set of members
            found += places.get("EU", [])
    return found


def _standings(
    reports: Sequence[Report], single: Mapping[int, str], flows: int
) -> tuple[Standing, ...]:
    figures: dict[tuple[str, str], dict[tuple[str, str], list[float]]] = {}
    sources: dict[str, set[str]] = {}
    for i, other in single.items():
        report = reports[i]
        cell = figures.setdefault((other, report.direction), {})
        cell.setdefault((report.side, report.source_id), []).append(report.value)
        sources.setdefault(other, set()).add(report.source_id)
    ends: dict[str, list[tuple[float, float, int]]] = {}
    for (other, _), told in figures.items():
        totals = [math.fsum(values) for values in told.values()]
        ends.setdefault(other, []).append(
            (min(totals), max(totals), len({side for side, _ in told}))
        )
    found = [
        Standing(
            other,
            math.fsum(low for low, _, _ in both),
            math.fsum(high for _, high, _ in both),
            tuple(sorted(sources[other])),
            min(sides for _, _, sides in both),
        )
        for other, both in ends.items()
        if len(both) == flows
    ]
    return tuple(sorted(found, key=lambda s: (-s.low, s.partner)))
