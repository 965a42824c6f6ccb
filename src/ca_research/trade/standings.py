"""The reports of one economy in one year as plain records, and the partners ranked by them.

What is made of them is remembered: where a rank is asked for again, by another criterion or without
a source that has nothing to do with it, the same reports are not ranked a second time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from ..ground import economies as eco
from ..stats.contract import KINDS, one_figure_per_cell
from ..stats.frames import alike, own_groups
from ..tables.preference import of_role, ranked

MOST_MEMBERS = 25
"""Members of the EU27 that a source must list for their sum to stand for the union (it may list no
trade with one or two).
"""

_SIDES = {"interval": ("reporter", "mirror")}
"""Who must report on a basis; on another one the side of its name alone. A range of both sides is
none where one of them is silent.
"""

_CELL = ("economy", "other", "year", "direction", "side", "source_id")

Made = TypeVar("Made")


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
    """

    partner: str
    low: float
    high: float
    sources: tuple[str, ...]


class Ranking:
    """Partners with all the flows asked for, each reported by all the sides that the basis needs.
    Often no more than who they are is asked: what else there is to tell is made once that is.
    """

    def __init__(self, reports: Sequence[Report], single: Mapping[int, str], needed: int) -> None:
        told: dict[str, set[tuple[str, str]]] = {}
        for i, other in single.items():
            told.setdefault(other, set()).add((reports[i].direction, reports[i].side))
        self.partners = {other for other, ways in told.items() if len(ways) == needed}
        self._reports, self._single = reports, single

    @cached_property
    def used(self) -> tuple[tuple[int, str], ...]:
        """Places of their reports, with the partner each stands for."""
        return tuple((i, other) for i, other in self._single.items() if other in self.partners)

    @property
    def mixed(self) -> bool:
        """Whether figures of several kinds stand within a direction."""
        kinds = {(self._reports[i].direction, self._reports[i].kind) for i, _ in self.used}
        return len(kinds) > len({direction for direction, _ in kinds})

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """The partners, the largest `low` first."""
        return _standings(self._reports, self.used)

    def ranks(self) -> list[int]:
        """Of each standing: one more than the number of partners with a larger `low`."""
        places: list[int] = []
        for i, standing in enumerate(self.standings):
            tied = i > 0 and standing.low == self.standings[i - 1].low
            places.append(places[-1] if tied else i + 1)
        return places


class Reports:
    """Reports of some economies (`trade.perspective`) by economy and year, and what was made of
    them.
    """

    def __init__(self, seen: pd.DataFrame) -> None:
        self.rows = seen.reset_index(drop=True)
        found = self.rows.groupby(["economy", "year"], sort=False).indices
        self._places = {(code, int(year)): at.tolist() for (code, year), at in found.items()}
        self._made: dict[Hashable, Any] = {}

    def years(self) -> list[int]:
        """Every year with a report, sorted."""
        return sorted({year for _, year in self._places})

    def once(self, economy: str, year: int, asked: Hashable, make: Callable[[], Made]) -> Made:
        """What is made of the reports of an economy and year alone, made once for all who ask the
        same.
        """
        key = economy, year, asked
        if key not in self._made:
            self._made[key] = make()
        found: Made = self._made[key]
        return found

    def of(self, economy: str, year: int) -> tuple[Report, ...]:
        """Raises UsageError where two figures claim one cell."""

        def read() -> tuple[Report, ...]:
            if any(self._twice[place] for place in self._at(economy, year)):
                one_figure_per_cell(self.at(economy, year), _CELL)
            return tuple(self._records[place] for place in self._at(economy, year))

        return self.once(economy, year, "reports", read)

    def at(
        self, economy: str, year: int, places: Iterable[int] | None = None, *, cells: bool = False
    ) -> pd.DataFrame:
        """Rows behind the reports of an economy and year, or behind those at some places.

        cells: the columns alone that say which figure of table `trade` it is.
        """
        own = self._at(economy, year)
        rows = self._cells if cells else self.rows
        return rows.take(own if places is None else [own[p] for p in places])

    def speak_of(
        self,
        economy: str,
        year: int,
        partners: Iterable[str],
        basis: str,
        directions: Sequence[str],
    ) -> bool:
        """Whether there is any report of each partner in each direction, by each side of the basis:
        without one it has no rank. Far sooner known than ranked.
        """
        reports = self._at(economy, year)
        ways = self.once(
            *(economy, year, "ways"), lambda: {self._records[place][:3] for place in reports}
        )
        wanted = product(partners, directions, _SIDES.get(basis, (basis,)))
        return all(way in ways for way in wanted)

    def order(self, economy: str, year: int, roles: tuple[str, ...]) -> tuple[str, ...]:
        """Sources of the own reports of an economy and year with one of the roles, the preferred
        one first.
        """
        reports = (self._records[place] for place in self._at(economy, year))
        own = self.once(
            *(economy, year, "own"),
            lambda: frozenset(r.source_id for r in reports if r.side == "reporter"),
        )
        return self.once("", 0, (own, roles), lambda: tuple(ranked(own, roles)))

    def refuse_mixed(self, economy: str, year: int, places: Iterable[int]) -> None:
        """Raise MixedUnitsError where figures of several kinds would be compared within a
        direction.
        """
        alike(self.at(economy, year, places), KINDS, ["direction"])

    def _at(self, economy: str, year: int) -> list[int]:
        return self._places.get((economy, year), [])

    @cached_property
    def _cells(self) -> pd.DataFrame:
        return self.rows[["reporter", "partner", "year", "flow", "product", "source_id"]]

    @cached_property
    def _twice(self) -> list[bool]:
        return self.rows.duplicated(list(_CELL), keep=False).tolist()

    @cached_property
    def _records(self) -> list[Report]:
        """Made of lists: many small frames would take longer."""
        rows = self.rows
        kinds = rows[[c for c in KINDS if c in rows]].astype("object").fillna("not stated")
        grouped = own_groups(rows, ("reporter", "partner"))
        fields = (
            *(rows[c].tolist() for c in ("other", "direction", "side", "source_id", "value_usd")),
            list(kinds.itertuples(index=False, name=None)) or [()] * len(rows),
            grouped.tolist(),
        )
        return [Report(*values) for values in zip(*fields, strict=True)]


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
    sides = _SIDES.get(basis, (basis,))
    chosen = {i for i, r in enumerate(reports) if r.direction in directions}
    if basis == "reporter":
        chosen = _own(reports, chosen, order, needed)
    else:
        chosen = {i for i in chosen if reports[i].side in sides}
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
    return Ranking(reports, single, len(directions) * len(sides))


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


def _standings(reports: Sequence[Report], used: Iterable[tuple[int, str]]) -> tuple[Standing, ...]:
    figures: dict[tuple[str, str], dict[tuple[str, str], list[float]]] = {}
    sources: dict[str, set[str]] = {}
    for i, other in used:
        report = reports[i]
        cell = figures.setdefault((other, report.direction), {})
        cell.setdefault((report.side, report.source_id), []).append(report.value)
        sources.setdefault(other, set()).add(report.source_id)
    ends: dict[str, list[tuple[float, float]]] = {}
    for (other, _), told in figures.items():
        totals = [math.fsum(values) for values in told.values()]
        ends.setdefault(other, []).append((min(totals), max(totals)))
    found = [
        Standing(
            other,
            math.fsum(low for low, _ in both),
            math.fsum(high for _, high in both),
            tuple(sorted(sources[other])),
        )
        for other, both in ends.items()
    ]
    return tuple(sorted(found, key=lambda s: (-s.low, s.partner)))
