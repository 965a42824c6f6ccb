"""Exports by HS chapter, as their importers report them: kinds of goods, concentration, raw
materials, machinery.

None of the five publishes exports by chapter for all years, so the other side of the border is
read: the chapters of imports that members of the WTO report. Russia, Uzbekistan, Turkmenistan, Iran
and Afghanistan are not among them; what they buy is not seen, and every count of chapters is a
floor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import pandas as pd

from ...estimates.frame import Estimate, estimate_row
from ...estimates.measures import measure
from ...estimates.once import once
from ...ground import economies as eco
from ...ground.errors import CoverageError
from ...ground.periods import window_years
from ...stats.frames import require
from ...trade.checks import one_figure_per_cell
from ..settings import settings

LEAST_IMPORTERS = 10
"""A year counts where at least so many importers report something from the economy."""
BEFORE = "2010-2012"
"""The years before the Initiative that later ones are compared with (2009 is not in the source)."""
_ALL = [f"{n:02d}" for n in range(1, 98) if n != 77]
"""The chapters of the Harmonized System: 96, since 77 is empty."""
PRECIOUS, FUELS = "71", "27"
MANUFACTURES = tuple(c for c in _ALL if "16" <= c <= "24" or ("28" <= c != PRECIOUS and c <= "96"))
"""Chapters of manufactures: food products and drinks (16-24) and all from chemicals on (28-96),
without precious metals (71): 76 chapters."""
_MACHINERY = [c for c in _ALL if "84" <= c <= "89"]
"""Machines, electrical goods, vehicles, aircraft, ships (SITC section 7, nearly)."""
_RAW = ("25", "26", "27", "74", "75", "76", "78", "79", "80", "81")
RESOURCES = {
    "fuels_ores_metals": _RAW,
    "with_steel": (*_RAW, "72"),
    "with_cotton_and_uranium": (*_RAW, "72", "28", "52"),
}
"""Raw materials by definition: minerals, ores, fuels and non-ferrous metals (near the World Bank's
fuels plus ores and metals); iron and steel as well; cotton (52) and inorganic chemicals (28, where
uranium is) as well. Precious metals and stones (71) are added or left out by the choice `gold`."""
Importers = Literal["steady", "all"]
Basket = Literal["without_fuels", "all"]
Indicator = Literal["chapters", "hhi", "machinery"]


@once
def chapter_rows(trade: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Importers' rows of one economy's goods by HS chapter; an EU member stands aside where the EU
    reports for it.

    trade: like table `trade` (reporter, partner, year, flow, product, value_usd in USD, source_id);
        used are imports by chapter (01 to 97) of source WTO_HSM.
    Returns these rows, one per importer (reporter), year and chapter; none where nobody reports. In
    a year in which the EU reports, the rows of its members of that year are left out, so that no
    purchase counts twice.
    Raises UsageError where a cell stands twice, UnknownNameError for a missing column.
    """
    keys = ("reporter", "partner", "year", "flow", "product", "source_id")
    require(trade, ("value_usd",), keys=keys)
    mine = trade[trade["partner"] == economy]
    of_chapters = mine["source_id"].eq(settings().industry.chapters) & mine["flow"].eq("import")
    rows = mine[of_chapters & mine["product"].isin(_ALL)]
    one_figure_per_cell(rows, ["reporter", "year", "product"])
    with_eu = rows.loc[rows["reporter"] == "EU", "year"].unique()
    inside = pd.Series(False, rows.index)
    for year in with_eu:
        inside |= rows["year"].eq(year) & rows["reporter"].isin(eco.members("EU", int(year)))
    return rows[~inside]


@once
def _reported(
    trade: pd.DataFrame, economy: str, years: Sequence[int], importers: str
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Value by year and chapter that the importers chosen report, their reports, and why there are
    too few of them ('' where there are enough).
    """
    rows = chapter_rows(trade, economy)
    rows = rows[rows["year"].isin(years)]
    if importers == "steady":
        whole = rows.groupby("reporter")["year"].transform("nunique") == len(set(years))
        rows = rows[whole]
    counts = rows.groupby("year")["reporter"].nunique().reindex(years, fill_value=0)
    why = ""
    if (least := int(counts.min())) < LEAST_IMPORTERS:
        when = "every year" if importers == "steady" else str(int(counts.idxmin()))
        noun = "country reports" if least == 1 else "countries report"
        many = f"only {least} {noun}" if least else "no country reports"
        why = f"{many} by chapter in {when}; at least {LEAST_IMPORTERS} are needed"
    # a report is used as a whole, so it counts once
    reports = rows[["reporter", "partner", "year", "flow", "source_id"]].drop_duplicates()
    return _totals(rows), reports, why


def _totals(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["year", "product"])["value_usd"].sum().unstack("product")


def _indicator(totals: pd.DataFrame, name: str, floor: float, basket: str) -> pd.Series:
    """By year: the number of chapters of MANUFACTURES at or above a floor; the concentration on the
    chapters of a basket (hhi, in [0, 1]); or machinery in per cent of it.

    totals: value by year (rows) and chapter.
    """
    if name == "chapters":
        return (totals.reindex(columns=MANUFACTURES) >= floor).sum(axis=1)
    kept = totals if basket == "all" else totals.drop(columns=[FUELS, PRECIOUS], errors="ignore")
    shares = kept.div(kept.sum(axis=1), axis=0)
    if name == "hhi":
        return (shares**2).sum(axis=1)
    return 100 * shares.reindex(columns=_MACHINERY).sum(axis=1)


def chapter_indicators(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    years: str = "2010-2019",
    importers: Importers = "all",
    floor: int = 1_000_000,
    basket: Basket = "without_fuels",
) -> pd.DataFrame:
    """What the chapters of an economy's exports show, year by year; for tables and pictures.

    trade: as in `chapter_rows`. years: a window ('2010-2019').
    importers: 'all' that report in a year, or 'steady', those that report in every one of `years`.
    floor: US dollars a year from which a chapter counts.
    basket: 'without_fuels' (chapters 27 and 71 left out) or 'all', for the two shares.
    Returns economy, year, importers (number), chapters (of MANUFACTURES at or above the floor), hhi
    (of the basket's chapters, in [0, 1]), machinery (per cent of the basket), source_id. Years with
    fewer than LEAST_IMPORTERS are absent.
    Raises CoverageError where no year of any economy has as many importers.
    """
    parts = []
    for code in economies:
        totals, reports, _ = _reported(trade, code, window_years(years), importers)
        table = pd.DataFrame({"importers": reports.groupby("year")["reporter"].nunique()})
        for name in ("chapters", "hhi", "machinery"):
            table[name] = _indicator(totals, name, floor, basket)
        table = table[table["importers"] >= LEAST_IMPORTERS]
        parts.append(table.assign(economy=code).reset_index())
    found = pd.concat(parts, ignore_index=True).assign(source_id=settings().industry.chapters)
    if found.empty:
        raise CoverageError(
            f"no year of {years} in which {LEAST_IMPORTERS} importers report these economies by "
            "chapter"
        )
    columns = ["economy", "year", "importers", "chapters", "hhi", "machinery", "source_id"]
    return found[columns]


@measure("trade.chapter_change")
def chapter_change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    indicator: Indicator,
    relative: bool = False,
    importers: Importers = "steady",
    until: int = 2018,
    before: str = BEFORE,
    floor: int = 1_000_000,
    basket: Basket = "without_fuels",
) -> list[Estimate]:
    """Change of what the chapters of an economy's exports show: mean of the three years to `until`
    less that over `before`; `relative` in per cent of the latter.

    trade: as in `chapter_rows`.
    indicator: 'chapters' (of manufactures, of the 76), 'hhi' (concentration on chapters of goods,
        sum_k s_k ** 2; Hirschman 1964, American Economic Review 54(5)) or 'machinery' (HS chapters
        84 to 89 in per cent of the basket).
    importers: 'steady', those that report in every year compared, or 'all', those of each year.
    until: the last of the three years. before: years compared with ('2010-2012').
    floor: US dollars a year from which a chapter counts.
    basket: 'without_fuels' (without chapters 27 and 71) or 'all'.
    Returns an estimates frame, one row per economy, without an interval; n counts reports of
    importers. Fewer than LEAST_IMPORTERS in one of the years are recorded in `missing`.
    """
    early, late = window_years(before), [until - 2, until - 1, until]

    def change(totals: pd.DataFrame) -> float:
        values = _indicator(totals, indicator, floor, basket)
        start, end = values.loc[early].mean(), values.loc[late].mean()
        return 100 * (end / start - 1) if relative else end - start

    return _each(trade, economies, [*early, *late], importers, change)


def _each(
    trade: pd.DataFrame,
    economies: Sequence[str],
    years: Sequence[int],
    importers: str,
    value: Callable[[pd.DataFrame], float],
) -> list[Estimate]:
    """A row for each economy: what its totals come to, or why too few report."""
    out = []
    for code in economies:
        totals, reports, why = _reported(trade, code, years, importers)
        found = (None, None) if why else (reports, float(value(totals)))
        out.append(estimate_row(found[0], economy=code, estimate=found[1], missing=why))
    return out


@measure("trade.chapter_coverage")
def chapter_coverage(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: int = 2018,
    floor: int = 1_000_000,
) -> list[Estimate]:
    """Chapters of manufactures seen in one year, in per cent of the 76 there are.

    trade: as in `chapter_rows`. until: the year. floor: US dollars from which a chapter is seen.
    Returns an estimates frame, one row per economy. All importers that report in that year count;
    sales to others are unseen, so the estimate is a floor. Fewer than LEAST_IMPORTERS are recorded
    in `missing`.
    """

    def share(totals: pd.DataFrame) -> float:
        return 100 * _indicator(totals, "chapters", floor, "all").iloc[0] / len(MANUFACTURES)

    return _each(trade, economies, [until], "all", share)


@measure("trade.resource_share")
def resource_share(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    resources: Literal[
        "fuels_ores_metals", "with_steel", "with_cotton_and_uranium"
    ] = "fuels_ores_metals",
    gold: Literal["counted", "left_out"] = "counted",
    basis: Literal["hs_partners", "sitc_matrix"] = "hs_partners",
    until: int = 2018,
) -> list[Estimate]:
    """Raw materials in an economy's exports of goods, in per cent of their value.

    trade: as in `chapter_rows`, and for 'sitc_matrix' exports by SITC section of source
        UNCTAD_TMATRIX.
    resources: chapters in RESOURCES.
    gold: precious metals and stones 'counted' as raw materials, or 'left_out' of numerator and
        denominator.
    basis: 'hs_partners', importers' HS chapters in the year `until`; 'sitc_matrix', UNCTAD's
        exports by SITC section in its newest year up to `until`, as bounds: fuels (section 3) at
        least, and at most all of crude materials (2), fuels (3), goods classified by material (6)
        and, with gold, section 9, where SITC 97 puts it.
    Returns an estimates frame, one row per economy: an estimate by 'hs_partners', low and high by
    'sitc_matrix' (whatever `resources`). Too few importers or no exports by section are recorded in
    `missing`.
    """
    if basis == "sitc_matrix":
        return [_by_section(trade, code, gold, until) for code in economies]
    raw = [*RESOURCES[resources], *([PRECIOUS] if gold == "counted" else [])]

    def share(totals: pd.DataFrame) -> float:
        value = totals.iloc[0].drop([] if gold == "counted" else PRECIOUS, errors="ignore")
        return 100 * value.reindex(raw).sum() / value.sum()

    return _each(trade, economies, [until], "all", share)


def raw_materials(trade: pd.DataFrame, economies: Sequence[str]) -> pd.DataFrame:
    """`resource_share` by chapter with gold and without, and its ends by section."""
    asked: dict[str, Any] = {"economies": economies}
    found = [resource_share(trade, gold=gold, **asked) for gold in ("counted", "left_out")]
    by_section = resource_share(trade, basis="sitc_matrix", **asked)
    ways = ("by chapter, with gold", "by chapter, without gold")
    told = {way: f["estimate"] for way, f in zip(ways, found, strict=True)}
    told |= {"by section, at least": by_section["low"], "by section, at most": by_section["high"]}
    sources = found[0]["sources"] + by_section["sources"]
    return pd.DataFrame({"economy": by_section["economy"], **told, "sources": sources})


def _by_section(trade: pd.DataFrame, economy: str, gold: str, until: int) -> Estimate:
    of_sections = trade["source_id"].eq(settings().industry.sections) & trade["flow"].eq("export")
    rows = trade[of_sections & trade["reporter"].eq(economy) & trade["year"].le(until)]
    rows = rows[rows["product"].str.startswith("SITC") & rows["year"].eq(rows["year"].max())]
    if rows.empty:
        return estimate_row(economy=economy, missing=f"no exports by SITC section up to {until}")
    value = rows.groupby("product")["value_usd"].sum()
    value = value.reindex([f"SITC{n}" for n in range(10)], fill_value=0.0)
    if gold == "left_out":
        value["SITC9"] = 0.0
    least, most = value["SITC3"], value[["SITC2", "SITC3", "SITC6", "SITC9"]].sum()
    ends: dict[str, Any] = {"low": 100 * least / value.sum(), "high": 100 * most / value.sum()}
    kind = "fuels alone to whole sections that hold raw materials"
    return estimate_row(rows, economy=economy, interval=kind, **ends)
