"""Hosts of an origin's students: who reports, who does not, and what that leaves open in a
share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import AggregateError, CoverageError, MixedUnitsError, UsageError
from ..stats.frames import alike, numbers, require
from ..stats.result import Result
from .flows import count

OUTSIDE_UIS = ("CHN",)
"""Hosts that give UNESCO no students by origin, in any year (registry/tables/students.yaml)."""

_COLUMNS = ("origin", "destination", "year", "level", "students", "source_id")


def _hosts_rows(students: pd.DataFrame, source: str) -> pd.DataFrame:
    require(students, _COLUMNS)
    rows = students[
        (students["source_id"] == source)
        & students["students"].notna()
        & (students["destination"] != "WLD")
    ]
    if rows.empty:
        raise CoverageError(
            f"{source} has no hosts by origin here",
            hint="ca.coverage('students', by=['destination'])",
        )
    return rows


def host_coverage(
    students: pd.DataFrame,
    *,
    source: str,
    outside: Sequence[str] = OUTSIDE_UIS,
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Which hosts report in which year, as far as the rows of one source tell.

    students: table `students`, every origin of the source: a host reports in a year if it has a row
        for *any* origin, so a frame filtered by origin sees less. source: a source with hosts by
        origin (uis_bilateral_360info).
    outside: hosts that are known to give the source nothing. years: default, every year of the
        source.
    Returns one row per host and year: destination, year, status, origins (number with a row),
    first_year, last_year (of
    any row). status: 'reports'; 'no row that year' (it has rows in other years: unknown, not zero);
    'never' (no row at all, the hosts of `outside` that the source does not hold).
    Raises CoverageError where the source has no host.
    """
    rows = _hosts_rows(students, source)
    wanted = sorted({int(y) for y in rows["year"]}) if years is None else [int(y) for y in years]
    seen = rows.groupby(["destination", "year"])["origin"].nunique()
    ends = rows.groupby("destination")["year"].agg(["min", "max"])
    table = []
    for host in sorted(set(ends.index) | {eco.resolve(o) for o in outside}):
        known = host in ends.index
        for year in wanted:
            n = int(seen.get((host, year), 0))
            table.append(
                {
                    "destination": host,
                    "year": year,
                    "status": "reports" if n else ("no row that year" if known else "never"),
                    "origins": n,
                    "first_year": int(ends.loc[host, "min"]) if known else None,
                    "last_year": int(ends.loc[host, "max"]) if known else None,
                }
            )
    return pd.DataFrame(table).astype({"first_year": "Int64", "last_year": "Int64"})


@dataclass(frozen=True)
class HostShares(Result):
    """Shares of hosts in the students of one origin in one year, with what the hosts leave open.

    shares: one row per host: destination, students_low, students_high, share_low, share_high (in
        [0, 1]; null where nothing bounds it), status ('listed', 'reports, not listed', 'no row that
        year', 'outside'), missing (why null).
    listed: sum over the hosts with a row. total: the source's own total abroad, or null. unlisted:
        total - listed.
    covered: listed / total, the part of the counted students whose host is named; null without a
        total.
    outside: host -> (lowest, highest) count by another source, null where none is at hand.
    """

    _table: ClassVar[str] = "shares"

    origin: str
    year: int
    source: str
    shares: pd.DataFrame
    listed: float
    total: float | None
    unlisted: float | None
    covered: float | None
    outside: dict[str, tuple[float, float] | None]


def _outside_count(
    students: pd.DataFrame,
    origin: str,
    host: str,
    year: int,
    source: str | None,
    levels: Sequence[str],
) -> tuple[float, float] | None:
    found = []
    for level in levels:
        rows = count(students, origin, destination=host, level=level, source=source)
        found += (
            rows.loc[(rows["year"] == year) & rows["students"].notna(), "students"]
            .astype(float)
            .tolist()
        )
    return (min(found), max(found)) if len(found) == len(levels) else None


def _checked(
    students: pd.DataFrame, origin: str, year: int, source: str, level: str
) -> pd.DataFrame:
    """Rows of one origin by host, fit to be shared among."""
    rows = _hosts_rows(students, source)
    rows = rows[(rows["origin"] == origin) & (rows["year"] == year) & (rows["level"] == level)]
    if rows.empty:
        raise CoverageError(
            f"{source} has no destinations of {origin} in {year}",
            hint="ca.coverage('students', by=['origin'])",
        )
    if rows["destination"].duplicated().any():
        raise UsageError("two figures for one host", hint="filter by `precision` first")
    if groups := sorted(set(rows["destination"]) & set(eco.AGGREGATES)):
        raise AggregateError(
            f"aggregates among the hosts: {', '.join(groups)}",
            hint="drop them: frame[~frame.is_aggregate]",
        )
    alike(rows, ("statistic",))
    numbers(rows, "students")
    return rows.set_index("destination")


def _total(
    students: pd.DataFrame, origin: str, year: int, source: str | None, level: str, listed: float
) -> float | None:
    if source is None:
        return None
    rows = count(students, origin, destination="WLD", level=level, source=source)
    values = rows.loc[(rows["year"] == year) & rows["students"].notna(), "students"]
    if values.empty:
        raise CoverageError(
            f"{source} has no total of {origin} abroad in {year}",
            hint="total_source=None: shares are then upper bounds",
        )
    total = float(values.iloc[0])
    if listed > total:
        raise MixedUnitsError(
            f"the hosts listed together ({listed:g}) are above the total of {source} ({total:g})",
            where=f"{origin} {year}",
            hint="total and hosts are of two vintages: choose another total_source, or None",
        )
    return total


def host_shares(
    students: pd.DataFrame,
    origin: str,
    year: int,
    *,
    source: str,
    level: str = "degree",
    total_source: str | None = None,
    outside: Sequence[str] = OUTSIDE_UIS,
    outside_source: str | None = None,
    outside_levels: Sequence[str] = ("degree", "all"),
) -> HostShares:
    """Share of each host among an origin's students abroad in one year, as bounds, with the hosts'
    coverage stated.

    origin: its code. year: the one shared out.
    students: table `students` with every origin of the source (see `host_coverage`). source: hosts
        by origin; level: its level. Such lists are the largest hosts only: a host without a row is
        unknown, not zero.
    total_source: source of the total abroad (destination WLD) that holds listed and unlisted hosts;
        without it the sum of the listed is a floor of the total, and a share only has an upper
        bound.
    outside: hosts in neither list nor total (China in UNESCO's). Their number is taken from
        `outside_source`, from the lowest to the highest of `outside_levels` (degree students to
        students of all kinds: two concepts of which neither is UNESCO's); where that is not at
            hand, a share only has an upper bound.
    Formula, T the total (or the sum L of the listed), [a, b] the sum of the outside hosts, n a
        host's students: share in [n / (T + b), n / (T + a)]; an outside host with [c, d] and e, f
        its fellows' lowest and highest sum:
        [c / (T + f + c), d / (T + e + d)]; a reporting host without a row: from 0 to (T - L) / (T +
        a).
    A host without any row that year has null bounds: whether the total holds an estimate for it is
    not said.
    Returns a HostShares. Raises CoverageError (no host, no total), MixedUnitsError (listed above
    the total: two vintages; enrolled beside intake), AggregateError (EU27 among the hosts),
    UsageError (two figures for a host, or a host listed that is said to be outside).
    """
    rows = _checked(students, origin, year, source, level)
    codes = [eco.resolve(o) for o in outside]
    if inside := sorted(set(codes) & set(rows.index)):
        raise UsageError(
            f"{', '.join(inside)} is listed by {source}, not outside it",
            hint="leave it out of `outside`",
        )
    listed = float(rows["students"].sum())
    total = _total(students, origin, year, total_source, level, listed)
    beyond = {
        h: _outside_count(students, origin, h, year, outside_source, outside_levels) for h in codes
    }
    known = [b for b in beyond.values() if b is not None]
    least = sum(low for low, _ in known)
    most = None if total is None or len(known) < len(beyond) else sum(high for _, high in known)
    floor = listed if total is None else total
    if floor + least <= 0:
        raise CoverageError(
            f"no student of {origin} is counted in {year}", hint="shares of zero are not defined"
        )
    why = "; ".join(
        [*(["no total abroad"] if total is None else [])]
        + [
            f"no count of {eco.name_of(h)}, which is outside {source}"
            for h, b in beyond.items()
            if b is None
        ]
    )
    table: list[dict[str, Any]] = []

    def add(
        host: str, status: str, number: tuple[Any, Any], share: tuple[Any, Any], missing: str
    ) -> None:
        bounds = {
            "students_low": number[0],
            "students_high": number[1],
            "share_low": share[0],
            "share_high": share[1],
        }
        table.append({"destination": host, **bounds, "status": status, "missing": missing})

    for host, n in (
        rows["students"].astype(float).sort_values(ascending=False, kind="stable").items()
    ):
        add(
            str(host),
            "listed",
            (n, n),
            (None if most is None else n / (floor + most), n / (floor + least)),
            why,
        )
    for host, counted in beyond.items():
        if counted is None:
            add(
                host,
                "outside",
                (None, None),
                (None, None),
                f"no count by {outside_source or 'the host'} in {year}",
            )
            continue
        low, high = counted
        share_low = None if most is None else low / (floor + most - high + low)
        add(host, "outside", counted, (share_low, high / (floor + least - low + high)), why)
    coverage = host_coverage(students, source=source, outside=(), years=[year])
    for host, status in coverage[["destination", "status"]].itertuples(index=False):
        if host in rows.index or host == origin:
            continue
        if status == "reports" and total is not None:
            rest = total - listed
            add(host, "reports, not listed", (0.0, rest), (0.0, rest / (floor + least)), "")
        else:
            silent = status != "reports"
            reason = (
                f"no row of any origin in {year}" if silent else "not listed, and no total abroad"
            )
            add(
                host,
                "no row that year" if silent else "reports, not listed",
                (None, None),
                (None, None),
                reason,
            )
    shares = pd.DataFrame(table).astype(
        {c: "float64" for c in ("students_low", "students_high", "share_low", "share_high")}
    )
    return HostShares(
        origin=origin,
        year=year,
        source=source,
        shares=shares,
        listed=listed,
        total=total,
        unlisted=None if total is None else total - listed,
        covered=None if not total else listed / total,
        outside=beyond,
    )
