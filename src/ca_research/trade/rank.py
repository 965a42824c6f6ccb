"""Who trades most with an economy, on one basis at a time.

Partners are compared on the same basis only: what the economy itself reports (`reporter`), what its
partners report (`mirror`), or the range that both leave (`interval`). A figure that China reports
is never set against one that Kazakhstan reports of Russia.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure, parts
from ..ground import economies as eco
from ..ground.errors import CoverageError, UnknownNameError
from ..stats import years_back
from ..stats.frames import require
from ..tables.preference import ranked
from .mirror import perspective
from .standings import NEEDED, Ranking, Reports, ranking

BASES = ("reporter", "mirror", "interval")
FLOWS = {"turnover": ("export", "import"), "exports": ("export",), "imports": ("import",)}
OWN_SOURCES = {"office_first": ("office", "compilation"), "compiled": ("compilation",)}
"""Own reports: the national office where it publishes by partner, else compilations of the same
customs data.
"""

SINCE = 2013
"""A rank in the present tense is taken from no earlier year, as in `partner_lead`."""

_NAMED = frozenset(p for p in eco.PARTNERS if p not in eco.AGGREGATES)


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


def reports(trade: pd.DataFrame, *, economies: Sequence[str]) -> Reports:
    """Reports that a rank may rest on: `perspective` without panels, by economy and year."""
    return Reports(perspective(trade, economies, panels=False))


def _ranking(
    seen: Reports,
    economy: str,
    year: int,
    *,
    basis: str,
    flow: str,
    source: str,
    partners: str,
    eu: str,
) -> Ranking:
    """Partners of one economy and year; raises MixedUnitsError where one report values them in
    several ways.
    """
    order = tuple(ranked(seen.own_sources, OWN_SOURCES[source])) if basis == "reporter" else ()
    named = _NAMED if partners == "named" else None
    found = ranking(seen.of(economy, year), basis, FLOWS[flow], order, named, eu == "one")
    if basis == "reporter" and found.mixed:
        seen.refuse_mixed(economy, year, (place for place, _ in found.used))
    return found


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

    partners: 'every' (every single economy the source lists) or 'named' (the partners of the
        register alone: a rank among these is not a rank among all).
    eu: 'apart' (member states count singly) or 'one' (the EU27 is a partner and its members are
        not).
    trade: rows like table `trade`. economy: code or name. year: the one compared.
    basis, flow, source: one of BASES, FLOWS, OWN_SOURCES.
    Returns (table, rows): per partner low, high (USD; equal on a basis with one figure), rank by
    low (1 is the largest), and sources; and the rows of table `trade` behind it. A partner without
    all the directions of `flow` is left out, not zero; both are empty where nothing can be
    compared. Aggregates never take part, except the EU27 with eu='one'.
    Formula: low and high are the sums over directions of the least and the largest report.
    Raises UnknownNameError for a choice or an economy, UsageError for a figure that stands twice,
    MixedUnitsError where one report values its partners in several ways, and what `perspective`
    raises.
    """
    economy = eco.resolve(economy)
    choices = {"basis": basis, "flow": flow, "source": source, "partners": partners, "eu": eu}
    _known(**choices)
    require(trade, (), keys=("year",))
    return _tables(
        reports(trade[trade["year"] == year], economies=[economy]), economy, year, **choices
    )


def _tables(
    seen: Reports, economy: str, year: int, **choices: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `compare` returns, from reports."""
    found = _ranking(seen, economy, year, **choices)
    table = pd.DataFrame(found.standings, columns=["partner", "low", "high", "sources"])
    table = table.astype({"low": "float64", "high": "float64"})
    table.insert(3, "rank", pd.array([found.rank(p) for p in table["partner"]], dtype="Int64"))
    used = seen.at(economy, year, (place for place, _ in found.used))
    return table, used.assign(other=[other for _, other in found.used])


def ranks(
    trade: pd.DataFrame,
    economies: Sequence[str],
    years: Sequence[int],
    bases: Sequence[str] = BASES,
    **choices: str,
) -> pd.DataFrame:
    """`compare` for several economies, years and bases: one row per economy, year, basis and
    partner.

    trade: like table `trade`. economies, years, bases: those wanted (bases out of BASES).
    choices: flow, source, partners and eu of `compare`.
    Returns economy, year, basis, partner, low, high (USD), rank, sources; no row where nothing can
    be compared. Raises what `compare` raises.
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
    """`ranks` on every basis for the newest year of that basis; a basis without such a year since
    SINCE has no rows.

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
    """For each year, in how many of the economies a rank can be given: China and Russia (and the
    EU, if it is one) are there.

    trade, basis, flow, eu, source: as in `compare`. economies: codes or names.
    Returns a series of counts by year, in agreement with `compare` for every year.
    Raises UnknownNameError for a choice, and what `perspective` raises.
    """
    choices = {"basis": basis, "flow": flow, "eu": eu, "source": source}
    _known(**choices)
    seen, codes = reports(trade, economies=economies), [eco.resolve(e) for e in economies]
    years = seen.years()
    counts = [_observed(seen, codes, year, **choices) for year in years]
    return pd.Series(counts, index=pd.Index(years, name="year"), dtype="int64")


def _observed(
    seen: Reports, economies: Sequence[str], year: int, *, eu: str, **choices: str
) -> int:
    """In how many of the economies a rank can be given in a year."""
    needed = _needed(eu)
    found = (_ranking(seen, code, year, partners="every", eu=eu, **choices) for code in economies)
    return sum(needed <= one.partners for one in found)


def newest_year(
    trade: pd.DataFrame,
    economies: Sequence[str],
    *,
    basis: str,
    eu: str = "apart",
    source: str = "office_first",
    since: int = SINCE,
) -> int:
    """The newest year in which turnover can be ranked for at least three of the economies (for all,
    if fewer are asked for).

    trade, basis, eu, source: as in `compare`. economies: codes or names. since: no year before this
        one.
    Raises CoverageError where there is none or no economy is named, UnknownNameError for a choice.
    """
    if not len(economies):
        raise CoverageError("no economy to rank for", hint="name one at least")
    _known(basis=basis, eu=eu, source=source)
    codes = [eco.resolve(e) for e in economies]
    return _newest_year(
        reports(trade, economies=codes), codes, since, basis=basis, eu=eu, source=source
    )


def _newest_year(
    seen: Reports, economies: Sequence[str], since: int, *, basis: str, eu: str, source: str
) -> int:
    least = min(3, len(economies))
    for year in reversed(seen.years()):
        if year < since:
            break
        if (
            _observed(seen, economies, year, basis=basis, flow="turnover", eu=eu, source=source)
            >= least
        ):
            return year
    names = ", ".join(eco.name_of(c) for c in sorted(_needed(eu)))
    raise CoverageError(
        f"no year since {since} in which trade with {names} is observed on the basis {basis} in "
        f"{least} of "
        f"{len(economies)} economies",
        hint="choose another basis or flow",
    )


@measure("trade.lead")
@parts(seen=reports)
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
    seen: Reports | None = None,
) -> pd.DataFrame:
    """China's trade over that of its largest rival: above one, China ranks first.

    trade: like table `trade`. economies: codes or names.
    basis: 'reporter' (own report), 'mirror' (partners' reports) or 'interval' (the range of both).
    year: 'newest' (see `newest_year`; taken for turnover, so that all flows speak of one year),
        'newest-1', 'newest-2'.
    flow: 'turnover', 'exports' or 'imports'.
    source: 'office_first' or 'compiled', on the basis 'reporter' (OWN_SOURCES).
    partners: 'named' or 'every'. eu: 'apart' or 'one'; see `compare`. since: no earlier year is
        taken for the newest.
    seen: what `reports` makes of trade (made here if not given).
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy. On the
    basis 'interval' there is no estimate, only low (China's lowest report over the rival's highest)
    and high; a rank is certain only where both are on one side of one. An economy without China,
    Russia or a rival has the reason in `missing`.
    Raises CoverageError where no year can be ranked, UnknownNameError for a choice, UsageError for
    another `year`, and what `compare` raises.
    Formula: x_CHN / max_j x_j over j other than China.
    """
    choices = {"basis": basis, "flow": flow, "source": source, "partners": partners, "eu": eu}
    _known(**choices)
    economies, back = [eco.resolve(e) for e in economies], years_back(year)
    seen = reports(trade, economies=economies) if seen is None else seen
    chosen = _newest_year(seen, economies, int(since), basis=basis, eu=eu, source=source) - back
    return estimates(_lead(seen, economy, chosen, **choices) for economy in economies)


def _lead(
    seen: Reports, economy: str, year: int, *, basis: str, flow: str, eu: str, **choices: str
) -> dict[str, Any]:
    """The row of one economy in `lead`."""
    found = _ranking(seen, economy, year, basis=basis, flow=flow, eu=eu, **choices)
    if absent := sorted(_needed(eu) - found.partners):
        names = ", ".join(eco.name_of(a) for a in absent)
        return estimate_row(
            economy=economy, missing=f"no {flow} with {names} in {year} on the basis {basis}"
        )
    (china,) = (s for s in found.standings if s.partner == "CHN")
    rivals = [s for s in found.standings if s.partner != "CHN"]
    least, most = max(s.low for s in rivals), max(s.high for s in rivals)
    if not least > 0:
        return estimate_row(economy=economy, missing=f"{flow} with every rival is zero in {year}")
    used = seen.at(economy, year, (place for place, _ in found.used))
    rows = used[["reporter", "partner", "year", "flow", "product", "source_id"]]
    if basis == "interval":
        low, high = china.low / most, china.high / least
        return estimate_row(
            rows, economy=economy, low=low, high=high, interval="range of both sides' reports"
        )
    return estimate_row(rows, economy=economy, estimate=china.low / least)
