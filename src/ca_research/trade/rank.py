"""Who trades most with an economy, on one basis at a time.

Partners are compared on the same basis only: what the economy itself reports (`reporter`), what its partners report
(`mirror`), or the range that both leave (`interval`). A figure that China reports is never set against one that
Kazakhstan reports of Russia.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .. import economies as eco
from ..errors import CoverageError, UnknownNameError
from ..stats import years_back
from ..stats.frames import alike, require
from ..tables.provenance import estimate_row, estimates
from .checks import ALIKE, one_figure_per_cell, undeclared
from .mirror import perspective

BASES = ("reporter", "mirror", "interval")
FLOWS = {"turnover": ("export", "import"), "exports": ("export",), "imports": ("import",)}
NEEDED = ("CHN", "RUS")
"""A rank is given only where at least these two are observed on the basis."""

OFFICES = ("KAZ_BNS", "KGZ_NSC", "UZB_STAT")
COMPILED = ("KAZ_WITS_BNS_PANEL", "COMTRADE_2021X", "WITS_CA_IMPORTS", "WTO_HSM")
SOURCE_ORDER = {"office_first": (*OFFICES, *COMPILED), "compiled": COMPILED}
"""Own reports: the national office where it publishes by partner, else compilations of the same customs data."""

_MOST_MEMBERS = 25
"""Members of the EU27 that a source must list for their sum to stand for the union (it may list no trade with one or two)."""

SINCE = 2013
"""A rank in the present tense is taken from no earlier year, as in `partner_lead`."""

_NAMED = tuple(p for p in eco.PARTNERS if p not in eco.AGGREGATES)


_CHOICES = {
    "basis": BASES,
    "flow": tuple(FLOWS),
    "source": tuple(SOURCE_ORDER),
    "partners": ("named", "every"),
    "eu": ("apart", "one"),
}


def _known(**choices: str) -> None:
    """Raise UnknownNameError where a choice is not one of its names."""
    for kind, name in choices.items():
        if name not in _CHOICES[kind]:
            raise UnknownNameError(kind, name, _CHOICES[kind])


def _own(rows: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Rows of the first source in `order` that covers the needed partners, per direction: partners share one source."""
    parts = []
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
    parts = []
    for (_, _, source), cell in rows.groupby(["direction", "side", "source_id"]):
        single, of_year = cell[cell["other"] == "EU27"], cell[cell["other"] == "EU"]
        inside = cell[cell["other"].isin(members)]
        if len(single):
            parts.append(single)
        elif inside["other"].nunique() >= _MOST_MEMBERS:
            parts.append(inside.assign(other="EU27"))
        elif len(of_year) and source == "WTO_HSM":
            parts.append(of_year.assign(other="EU27"))
    return pd.concat(parts) if parts else rows.iloc[:0]


def compare(
    trade: pd.DataFrame,
    economy: str,
    year: int,
    *,
    basis: str = "reporter",
    flow: str = "turnover",
    source: str = "office_first",
    partners: str = "named",
    eu: str = "apart",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trade of one economy by partner in one year, on one basis.

    partners: 'named' (the partners of the register) or 'every' (every single economy the source lists).
    eu: 'apart' (member states count singly) or 'one' (the EU27 is a partner and its members are not).
    trade: rows like table `trade`. economy: code or name. year: the one compared.
    basis, flow, source: one of BASES, FLOWS, SOURCE_ORDER.
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
        seen = _own(seen[seen["side"] == "reporter"], SOURCE_ORDER[source])
        alike(seen, ALIKE, ["direction"])
    elif basis == "mirror":
        seen = seen[seen["side"] == "mirror"]
    singles = seen[~seen["other"].isin(list(eco.AGGREGATES)) & ~undeclared(seen)]
    if partners == "named":
        singles = singles[singles["other"].isin(_NAMED)]
    if eu == "one":
        inside = set(eco.members("EU27", 2020)) | {"GBR"} if basis != "reporter" else set(eco.members("EU27", 2020))
        singles = pd.concat([singles[~singles["other"].isin(inside)], _european_union(seen)])
    if singles.empty:
        none = pd.DataFrame(columns=["partner", "low", "high", "rank", "sources"])
        return none.astype({"low": "float64", "high": "float64", "rank": "Int64"}), singles
    summed = singles.groupby(["other", "direction", "side", "source_id"], as_index=False)["value_usd"].sum()
    per_flow = summed.groupby(["other", "direction"])["value_usd"].agg(low="min", high="max").reset_index()
    table = (
        per_flow.groupby("other")
        .agg(low=("low", "sum"), high=("high", "sum"), flows=("direction", "nunique"))
        .reset_index()
    )
    table = table[table["flows"] == len(FLOWS[flow])].drop(columns="flows").rename(columns={"other": "partner"})
    table["rank"] = table["low"].rank(ascending=False, method="min").astype("Int64")
    table["sources"] = table["partner"].map(singles.groupby("other")["source_id"].agg(lambda s: tuple(sorted(set(s)))))
    used = singles[singles["other"].isin(table["partner"])]
    return table.sort_values(["low", "partner"], ascending=[False, True], ignore_index=True), used


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
    seen = perspective(trade, economies, panels=False)
    seen = seen[seen["direction"].isin(FLOWS[flow])]
    if basis == "reporter":
        seen = seen[(seen["side"] == "reporter") & seen["source_id"].isin(SOURCE_ORDER[source])]
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
        place = there.index.get_level_values("source_id").map(SOURCE_ORDER[source].index)
        order = pd.DataFrame({"lacks": ~there[list(NEEDED)].all(axis=1), "place": place}, index=there.index)
        there = there.loc[order.sort_values(["lacks", "place"]).index].groupby(level=cell).first()
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
    least = min(3, len(economies))
    able = observed(trade, economies, basis=basis, eu=eu, source=source)
    years = able.index[(able >= least) & (able.index >= since)]
    if len(years):
        return int(max(years))
    names = ", ".join(eco.name_of(c) for c in sorted(_needed(eu)))
    raise CoverageError(
        f"no year since {since} in which trade with {names} is observed on the basis {basis} in {least} of {len(economies)} economies",
        hint="choose another basis or flow",
    )


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
) -> pd.DataFrame:
    """China's trade over that of its largest rival: above one, China ranks first.

    trade: like table `trade`. economies: codes or names.
    basis: 'reporter' (own report), 'mirror' (partners' reports) or 'interval' (the range of both).
    year: 'newest' (see `newest_year`; taken for turnover, so that all flows speak of one year), 'newest-1', 'newest-2'.
    flow: 'turnover', 'exports' or 'imports'.
    source: 'office_first' or 'compiled', on the basis 'reporter' (SOURCE_ORDER).
    partners: 'named' or 'every'. eu: 'apart' or 'one'; see `compare`. since: no earlier year is taken for the newest.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy. On the basis 'interval'
    there is no estimate, only low (China's lowest report over the rival's highest) and high; a rank is certain only
    where both are on one side of one. An economy without China, Russia or a rival has the reason in `missing`.
    Raises CoverageError where no year can be ranked, UnknownNameError for a choice, UsageError for another `year`, and
    what `compare` raises.
    Formula: x_CHN / max_j x_j over j other than China.
    """
    _known(basis=basis, flow=flow, source=source, partners=partners, eu=eu)
    economies, back = [eco.resolve(e) for e in economies], years_back(year)
    chosen = newest_year(trade, economies, basis=basis, eu=eu, source=source, since=int(since)) - back
    of_year = perspective(trade[trade["year"] == chosen], economies, panels=False)
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
