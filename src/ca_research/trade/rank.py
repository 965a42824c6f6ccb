"""Who trades most with an economy, on one basis at a time.

Partners are compared on the same basis only: what the economy itself reports (`reporter`), what its partners report
(`mirror`), or the range that both leave (`interval`). A figure that China reports is never set against one that
Kazakhstan reports of Russia.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from .. import economies as eco
from ..errors import CoverageError, UnknownNameError
from ..stats import years_back
from ..stats.frames import alike, require
from ..tables.preference import ranked
from ..tables.provenance import estimate_row, estimates, shares
from .checks import ALIKE, one_figure_per_cell, undeclared
from .mirror import perspective

BASES = ("reporter", "mirror", "interval")
FLOWS = {"turnover": ("export", "import"), "exports": ("export",), "imports": ("import",)}
NEEDED = ("CHN", "RUS")
"""A rank is given only where at least these two are observed on the basis."""

OWN_SOURCES = {"office_first": ("office", "compilation"), "compiled": ("compilation",)}
"""Own reports: the national office where it publishes by partner, else compilations of the same customs data."""

_MOST_MEMBERS = 25
"""Members of the EU27 that a source must list for their sum to stand for the union (it may list no trade with one or two)."""

SINCE = 2013
"""A rank in the present tense is taken from no earlier year, as in `partner_lead`."""

_NAMED = tuple(p for p in eco.PARTNERS if p not in eco.AGGREGATES)


_CHOICES = {
    "basis": BASES,
    "flow": tuple(FLOWS),
    "source": tuple(OWN_SOURCES),
    "partners": ("named", "every"),
    "eu": ("apart", "one"),
}


def _known(**choices: str) -> None:
    """Raise UnknownNameError where a choice is not one of its names."""
    for kind, name in choices.items():
        if name not in _CHOICES[kind]:
            raise UnknownNameError(kind, name, _CHOICES[kind])


def _own(rows: pd.DataFrame, roles: Sequence[str]) -> pd.DataFrame:
    """Rows of the preferred source that covers the needed partners, per direction: partners share one source."""
    parts, order = [], ranked(rows["source_id"].unique(), roles)
    for _, cell in rows.groupby("direction"):
        for source in order:
            mine = cell[cell["source_id"] == source]
            if set(NEEDED) <= set(mine["other"]):
                parts.append(mine)
                break
    return pd.concat(parts) if parts else rows.iloc[:0]


def _european_union(rows: pd.DataFrame) -> pd.DataFrame:
    """The EU27 as one partner: its own row, else the sum of its members by one source, else the EU of the year."""
    members = set(eco.members("EU27", 2020))
    near = rows[rows["other"].isin({"EU27", "EU"} | members)]
    reports: dict[tuple[str, ...], dict[str, list[int]]] = {}
    for place, (other, *report) in enumerate(near[["other", "direction", "side", "source_id"]].itertuples(index=False)):
        kind = other if other in ("EU27", "EU") else "members"
        reports.setdefault(tuple(report), {}).setdefault(kind, []).append(place)
    chosen: list[int] = []
    for (_, _, source), places in reports.items():
        inside = places.get("members", [])
        if "EU27" in places:
            chosen += places["EU27"]
        elif near["other"].iloc[inside].nunique() >= _MOST_MEMBERS:
            chosen += inside
        elif source == "WTO_HSM":
            chosen += places.get("EU", [])
    return near.iloc[chosen].assign(other="EU27")


def compare(
    trade: pd.DataFrame,
    economy: str,
    year: int,
    *,
    basis: str = "reporter",
    flow: str = "turnover",
    source: str = "office_first",
    partners: str = "every",
    eu: str = "apart",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trade of one economy by partner in one year, on one basis.

    partners: 'every' (every single economy the source lists) or 'named' (the partners of the register alone: a rank
        among these is not a rank among all).
    eu: 'apart' (member states count singly) or 'one' (the EU27 is a partner and its members are not).
    trade: rows like table `trade`. economy: code or name. year: the one compared.
    basis, flow, source: one of BASES, FLOWS, OWN_SOURCES.
    Returns (table, rows): per partner low, high (USD; equal on a basis with one figure), rank by low (1 is the largest),
    and sources; and the rows of table `trade` behind it. A partner without all the directions of `flow` is left out, not
    zero; both are empty where nothing can be compared. Aggregates never take part, except the EU27 with eu='one'.
    Formula: low and high are the sums over directions of the least and the largest report.
    Raises UnknownNameError for a choice or an economy, UsageError for a figure that stands twice, MixedUnitsError where
    one report values its partners in several ways, and what `perspective` raises.
    """
    economy = eco.resolve(economy)
    _known(basis=basis, flow=flow, source=source, partners=partners, eu=eu)
    require(trade, (), keys=("year",))
    return _compare(
        perspective(trade[trade["year"] == year], [economy], panels=False), basis, flow, source, partners, eu
    )


def _compare(
    seen: pd.DataFrame, basis: str, flow: str, source: str, partners: str, eu: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    seen = seen[seen["direction"].isin(FLOWS[flow])]
    one_figure_per_cell(seen, ["economy", "other", "year", "direction", "side", "source_id"])
    if basis == "reporter":
        seen = _own(seen[seen["side"] == "reporter"], OWN_SOURCES[source])
        alike(seen, ALIKE, ["direction"])
    elif basis == "mirror":
        seen = seen[seen["side"] == "mirror"]
    singles = seen[~seen["other"].isin(list(eco.AGGREGATES)) & ~undeclared(seen)]
    if partners == "named":
        singles = singles[singles["other"].isin(_NAMED)]
    if eu == "one":
        inside = set(eco.members("EU27", 2020)) | {"GBR"} if basis != "reporter" else set(eco.members("EU27", 2020))
        singles = pd.concat([singles[~singles["other"].isin(inside)], _european_union(seen)])
    table = _ranked(singles, len(FLOWS[flow]))
    return table, singles[singles["other"].isin(table["partner"])]


def _ranked(singles: pd.DataFrame, flows: int) -> pd.DataFrame:
    """Low, high, rank and sources of every partner with all the flows: sums over flows of the least and largest report."""
    reports: dict[tuple[str, str], dict[tuple[str, str], list[float]]] = {}
    sources: dict[str, set[str]] = {}
    columns = ["other", "direction", "side", "source_id", "value_usd"]
    for other, direction, side, source, value in singles[columns].itertuples(index=False):
        reports.setdefault((other, direction), {}).setdefault((side, source), []).append(value)
        sources.setdefault(other, set()).add(source)
    ends: dict[str, list[tuple[float, float]]] = {}
    for (other, _), figures in reports.items():
        totals = [math.fsum(values) for values in figures.values()]
        ends.setdefault(other, []).append((min(totals), max(totals)))
    whole = {other: found for other, found in ends.items() if len(found) == flows}
    low, high = ({p: math.fsum(e[i] for e in found) for p, found in whole.items()} for i in (0, 1))
    order = sorted(whole, key=lambda partner: (-low[partner], partner))
    table = {
        "partner": order,
        "low": np.array([low[p] for p in order], dtype="float64"),
        "high": np.array([high[p] for p in order], dtype="float64"),
        "rank": pd.array([1 + sum(low[q] > low[p] for q in order) for p in order], dtype="Int64"),
        "sources": [tuple(sorted(sources[p])) for p in order],
    }
    return pd.DataFrame(table)


def ranks(
    trade: pd.DataFrame, economies: Sequence[str], years: Sequence[int], bases: Sequence[str] = BASES, **choices: str
) -> pd.DataFrame:
    """`compare` for several economies, years and bases: one row per economy, year, basis and partner.

    trade: like table `trade`. economies, years, bases: those wanted (bases out of BASES).
    choices: flow, source, partners and eu of `compare`.
    Returns economy, year, basis, partner, low, high (USD), rank, sources; no row where nothing can be compared. Raises
    what `compare` raises.
    """
    parts = []
    for economy in economies:
        for year in years:
            for basis in bases:
                table, _ = compare(trade, economy, year, basis=basis, **choices)
                if len(table):
                    parts.append(table.assign(economy=economy, year=year, basis=basis))
    columns = ["economy", "year", "basis", "partner", "low", "high", "rank", "sources"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def newest_ranks(trade: pd.DataFrame, economies: Sequence[str], *, eu: str = "one") -> pd.DataFrame:
    """`ranks` on every basis for the newest year of that basis; a basis without such a year since SINCE has no rows.

    trade: like table `trade`. economies: codes or names. eu: 'one' or 'apart', as in `compare`.
    Columns as of `ranks`; empty where no basis has such a year. Raises what `compare` raises.
    """
    parts = []
    for basis in BASES:
        try:
            year = newest_year(trade, economies, basis=basis)
        except CoverageError:
            continue
        parts.append(ranks(trade, economies, [year], [basis], eu=eu))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else ranks(trade, [], [])


def _needed(eu: str) -> set[str]:
    return {*NEEDED, "EU27"} if eu == "one" else set(NEEDED)


def observed(
    trade: pd.DataFrame,
    economies: Sequence[str],
    *,
    basis: str,
    flow: str = "turnover",
    eu: str = "apart",
    source: str = "office_first",
) -> pd.Series:
    """For each year, in how many of the economies a rank can be given: China and Russia (and the EU, if it is one) are
    there.

    trade, basis, flow, eu, source: as in `compare`. economies: codes or names.
    Returns a series of counts by year, in agreement with `compare` for every year.
    Raises UnknownNameError for a choice, and what `perspective` raises.
    """
    _known(basis=basis, flow=flow, source=source, eu=eu)
    return _observed(reports(trade, economies=economies), basis, flow, eu, source)


def reports(trade: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Reports that a rank may rest on: `perspective` without panels."""
    return perspective(trade, economies, panels=False)


def _observed(seen: pd.DataFrame, basis: str, flow: str, eu: str, source: str) -> pd.Series:
    seen = seen[seen["direction"].isin(FLOWS[flow])]
    if basis == "reporter":
        seen = seen[seen["side"] == "reporter"]
        order = ranked(seen["source_id"].unique(), OWN_SOURCES[source])
        seen = seen[seen["source_id"].isin(order)]
    elif basis == "mirror":
        seen = seen[seen["side"] == "mirror"]
    cell = ["economy", "year", "direction"]
    by = [*cell, "side", "source_id"]
    marks = pd.DataFrame({code: seen["other"].eq(code) for code in NEEDED} | {c: seen[c] for c in by})
    marks["union"] = seen["other"].eq("EU27") | (seen["other"].eq("EU") & seen["source_id"].eq("WTO_HSM"))
    marks["members"] = seen["other"].isin(eco.members("EU27", 2020))
    found = marks.groupby(by).sum()
    there = found[list(NEEDED)] > 0
    there["EU27"] = (found["union"] > 0) | (found["members"] >= _MOST_MEMBERS)
    if basis == "reporter":  # partners are compared within one source: the first in order that covers the needed ones
        place = there.index.get_level_values("source_id").map(order.index)
        lacks = ~there[list(NEEDED)].all(axis=1)
        first = pd.DataFrame({"lacks": lacks, "place": place}, index=there.index).sort_values(["lacks", "place"])
        there = there.loc[first.index].groupby(level=cell).first()
    else:
        there = there.groupby(level=cell).any()
    able = there[list(_needed(eu))].all(axis=1)
    whole = able.groupby(level=["economy", "year"]).sum() == len(FLOWS[flow])
    return whole.groupby(level="year").sum()


def newest_year(
    trade: pd.DataFrame,
    economies: Sequence[str],
    *,
    basis: str,
    eu: str = "apart",
    source: str = "office_first",
    since: int = SINCE,
) -> int:
    """The newest year in which turnover can be ranked for at least three of the economies (for all, if fewer are asked
    for).

    trade, basis, eu, source: as in `compare`. economies: codes or names. since: no year before this one.
    Raises CoverageError where there is none or no economy is named, UnknownNameError for a choice.
    """
    if not len(economies):
        raise CoverageError("no economy to rank for", hint="name one at least")
    _known(basis=basis, eu=eu, source=source)
    return _newest_year(reports(trade, economies=economies), len(economies), basis, eu, source, since)


def _newest_year(seen: pd.DataFrame, economies: int, basis: str, eu: str, source: str, since: int) -> int:
    least = min(3, economies)
    able = _observed(seen, basis, "turnover", eu, source)
    years = able.index[(able >= least) & (able.index >= since)]
    if len(years):
        return int(max(years))
    names = ", ".join(eco.name_of(c) for c in sorted(_needed(eu)))
    raise CoverageError(
        f"no year since {since} in which trade with {names} is observed on the basis {basis} in {least} of {economies} economies",
        hint="choose another basis or flow",
    )


@shares(seen=reports)
def lead(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    basis: str,
    year: str = "newest",
    flow: str = "turnover",
    source: str = "office_first",
    partners: str = "named",
    eu: str = "apart",
    since: str = str(SINCE),
    seen: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """China's trade over that of its largest rival: above one, China ranks first.

    trade: like table `trade`. economies: codes or names.
    basis: 'reporter' (own report), 'mirror' (partners' reports) or 'interval' (the range of both).
    year: 'newest' (see `newest_year`; taken for turnover, so that all flows speak of one year), 'newest-1', 'newest-2'.
    flow: 'turnover', 'exports' or 'imports'.
    source: 'office_first' or 'compiled', on the basis 'reporter' (OWN_SOURCES).
    partners: 'named' or 'every'. eu: 'apart' or 'one'; see `compare`. since: no earlier year is taken for the newest.
    seen: what `reports` makes of trade (made here if not given).
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy. On the basis 'interval'
    there is no estimate, only low (China's lowest report over the rival's highest) and high; a rank is certain only
    where both are on one side of one. An economy without China, Russia or a rival has the reason in `missing`.
    Raises CoverageError where no year can be ranked, UnknownNameError for a choice, UsageError for another `year`, and
    what `compare` raises.
    Formula: x_CHN / max_j x_j over j other than China.
    """
    _known(basis=basis, flow=flow, source=source, partners=partners, eu=eu)
    economies, back = [eco.resolve(e) for e in economies], years_back(year)
    seen = reports(trade, economies=economies) if seen is None else seen
    chosen = _newest_year(seen, len(economies), basis, eu, source, int(since)) - back
    of_year = seen[seen["year"] == chosen]
    rows = []
    for economy in economies:
        table, used = _compare(of_year[of_year["economy"] == economy], basis, flow, source, partners, eu)
        absent = sorted(_needed(eu) - set(table["partner"]))
        if absent:
            names = ", ".join(eco.name_of(a) for a in absent)
            rows.append(
                estimate_row(economy=economy, missing=f"no {flow} with {names} in {chosen} on the basis {basis}")
            )
            continue
        china, rivals = table[table["partner"] == "CHN"].iloc[0], table[table["partner"] != "CHN"]
        if not rivals["low"].max() > 0:
            rows.append(estimate_row(economy=economy, missing=f"{flow} with every rival is zero in {chosen}"))
            continue
        trace = used[["reporter", "partner", "year", "flow", "product", "source_id"]]
        if basis == "interval":
            low, high = china["low"] / rivals["high"].max(), china["high"] / rivals["low"].max()
            rows.append(
                estimate_row(
                    trace, economy=economy, low=float(low), high=float(high), interval="range of both sides' reports"
                )
            )
        else:
            rows.append(estimate_row(trace, economy=economy, estimate=float(china["low"] / rivals["low"].max())))
    return estimates(rows)
