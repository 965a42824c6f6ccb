"""Exports by HS chapter, as their importers report them: kinds of goods, concentration, raw
materials, machinery.

None of the five publishes exports by chapter for all years, so the other side of the border is
read: the chapters of imports that members of the WTO report. Russia, Uzbekistan, Turkmenistan, Iran
and Afghanistan are not among them; what they buy is not seen, and every count of chapters is a
floor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pandas as pd

from ...estimates.frame import Estimate
from ...estimates.measures import measure
from ...estimates.once import once
from ...estimates.series import Answer, at_year, each_economy, one_row, pick, with_every
from ...ground import economies as eco
from ...ground.periods import window_years
from ...stats.contract import one_figure_per_cell
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
_RAW = ("25", "26", "27", "74", "75", "76", "78", "79", "80", "81")
PARTS = {
    # machines, electrical goods, vehicles, aircraft, ships (SITC section 7, nearly)
    "machinery": tuple(c for c in _ALL if "84" <= c <= "89"),
    "fuels_ores_metals": _RAW,
    "with_steel": (*_RAW, "72"),
    "with_cotton_and_uranium": (*_RAW, "72", "28", "52"),
}
"""Chapters of machinery, and of raw materials by definition: minerals, ores, fuels and non-ferrous
metals (near the World Bank's fuels plus ores and metals); iron and steel as well; cotton (52) and
inorganic chemicals (28, where uranium is) as well. Precious metals and stones (71) are added or
left out by the choice `gold`."""
Importers = Literal["steady", "all"]
Basket = Literal["without_fuels", "all"]
Indicator = Literal["chapters", "coverage", "hhi", "machinery"]


@once
def chapter_rows(trade: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Importers' rows of one economy's goods by HS chapter; an EU member stands aside where the EU
    reports for it.

    trade: like table `trade` (reporter, partner, year, flow, product, value_usd in USD, source_id);
        used are imports by chapter (01 to 97) of source WTO_HSM.
    Returns these rows, one per importer (reporter), year and chapter; none where nobody reports. In
    a year in which the EU reports, the rows of its members of that year are left out, so that no
    purchase counts twice.
    Raises UsageError where a cell stands twice.
    """
    source = settings().industry.chapters
    rows = pick(trade, partner=economy, flow="import", product=_ALL, source_id=source)
    one_figure_per_cell(rows, ["reporter", "year", "product"])
    with_eu = pick(rows, reporter="EU")["year"].unique()
    inside = {(year, code) for year in with_eu for code in eco.members("EU", int(year))}
    pairs = zip(rows["year"], rows["reporter"], strict=True)
    return rows[pd.Series([pair not in inside for pair in pairs], rows.index, dtype=bool)]


@once
def _reported(
    trade: pd.DataFrame, economy: str, years: Sequence[int], importers: str
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Value by year and chapter that the importers chosen report, their reports, and why there are
    too few of them ('' where there are enough).
    """
    rows = pick(chapter_rows(trade, economy), year=years)
    if importers == "steady":
        rows = with_every(rows, ["reporter"], year=years)
    counts = rows.groupby("year")["reporter"].nunique().reindex(years, fill_value=0)
    why = ""
    if (least := counts.min()) < LEAST_IMPORTERS:
        when = "every year" if importers == "steady" else str(int(counts.idxmin()))
        noun = "country reports" if least == 1 else "countries report"
        many = f"only {least} {noun}" if least else "no country reports"
        why = f"{many} by chapter in {when}; at least {LEAST_IMPORTERS} are needed"
    # a report is used as a whole, so it counts once
    reports = rows[["reporter", "partner", "year", "flow", "source_id"]].drop_duplicates()
    totals = rows.pivot_table(index="year", columns="product", values="value_usd", aggfunc="sum")
    return totals, reports, why


def _indicator(totals: pd.DataFrame, name: str, floor: float, basket: str) -> pd.Series:
    """By year: the number of chapters of MANUFACTURES at or above a floor, or that in per cent of
    all of them (coverage); the concentration on the chapters of a basket (hhi, in [0, 1]); or one
    of PARTS in per cent of it, with gold where that is in the basket of raw materials.

    totals: value by year (rows) and chapter.
    """
    if name in ("chapters", "coverage"):
        count = (totals.reindex(columns=MANUFACTURES) >= floor).sum(axis=1)
        return count if name == "chapters" else 100 * count / len(MANUFACTURES)
    left_out = {"without_fuels": [FUELS, PRECIOUS], "without_gold": [PRECIOUS]}.get(basket, [])
    kept = totals.drop(columns=left_out, errors="ignore")
    shares = kept.div(kept.sum(axis=1), axis=0)
    if name == "hhi":
        return (shares**2).sum(axis=1)
    part = PARTS[name] if name == "machinery" else (*PARTS[name], PRECIOUS)
    return 100 * shares.reindex(columns=part).sum(axis=1)


def chapter_indicators(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    importers: Importers = "all",
) -> pd.DataFrame:
    """What the chapters of an economy's exports show, year by year; for tables and pictures.

    trade: as in `chapter_rows`.
    importers: 'all' that report in a year, or 'steady', those that report in every one of 2010 to
        2019.
    Returns economy, year, importers (number), chapters (of MANUFACTURES of a million dollars or
    more), hhi (of all chapters but 27 and 71, in [0, 1]), machinery (per cent of these), source_id.
    Years with fewer than LEAST_IMPORTERS are absent.
    """
    parts = []
    for code in economies:
        totals, reports, _ = _reported(trade, code, range(2010, 2020), importers)
        names = ("chapters", "hhi", "machinery")
        table = pd.DataFrame({n: _indicator(totals, n, 1e6, "without_fuels") for n in names})
        counts = reports.groupby("year")["reporter"].nunique()
        parts.append(table.assign(importers=counts, economy=code).reset_index())
    table = pd.concat(parts, ignore_index=True).assign(source_id=settings().industry.chapters)
    columns = ["economy", "year", "importers", *names, "source_id"]
    return table.loc[table["importers"] >= LEAST_IMPORTERS, columns].reset_index(drop=True)


@measure("trade.chapter_figure", kind=lambda c: "change" if c["before"] else "share")
def chapter_figure(
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
    less that over `before`; `relative` in per cent of the latter. Without `before`, what they show
    in the year `until`.

    trade: as in `chapter_rows`.
    indicator: 'chapters' (of manufactures, of the 76; sales to others than the importers are
        unseen, so the number is a floor), 'coverage' (these in per cent of the 76), 'hhi'
        (concentration on chapters of goods, sum_k s_k ** 2; Hirschman 1964, American Economic
        Review 54(5)) or 'machinery' (HS chapters 84 to 89 in per cent of the basket).
    importers: 'steady', those that report in every year compared, or 'all', those of each year.
    until: the last of the three years. before: years compared with ('2010-2012').
    floor: US dollars a year from which a chapter counts.
    basket: 'without_fuels' (without chapters 27 and 71) or 'all'.
    Returns an estimates frame, one row per economy, without an interval; n counts reports of
    importers. Fewer than LEAST_IMPORTERS in one of the years are recorded in `missing`.
    """
    early = window_years(before) if before else []
    late = [until - 2, until - 1, until] if before else [until]

    def figure(totals: pd.DataFrame) -> float:
        values = _indicator(totals, indicator, floor, basket)
        start, end = values.loc[early].mean(), values.loc[late].mean()
        if not before:
            return end
        return 100 * (end / start - 1) if relative else end - start

    return _each(trade, economies, [*early, *late], importers, figure)


def _each(
    trade: pd.DataFrame,
    economies: Sequence[str],
    years: Sequence[int],
    importers: str,
    figure: Callable[[pd.DataFrame], float],
) -> list[Estimate]:
    """A row for each economy: what its totals come to, or why too few report."""

    def answer(code: str) -> Answer:
        totals, reports, why = _reported(trade, code, years, importers)
        return why or {"used": reports, "estimate": float(figure(totals))}

    return [one_row(answer(code), economy=code) for code in economies]


@measure("trade.resource_share", kind="share", unit="per cent")
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
    resources: chapters in PARTS.
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
        rows = pick(trade, flow="export", source_id=settings().industry.sections)
        rows = rows[rows["product"].str.startswith("SITC") & rows["year"].le(until)]
        return each_economy(economies, rows, lambda own: _by_section(own, gold, until), "reporter")
    basket = "all" if gold == "counted" else "without_gold"

    def share(totals: pd.DataFrame) -> float:
        return _indicator(totals, resources, 0, basket).iloc[0]

    return _each(trade, economies, [until], "all", share)


def _by_section(rows: pd.DataFrame, gold: str, until: int) -> Answer:
    if rows.empty:
        return f"no exports by SITC section up to {until}"
    rows = at_year(rows)
    value = rows.groupby("product")["value_usd"].sum()
    value = value.reindex([f"SITC{n}" for n in range(10)], fill_value=0.0)
    if gold == "left_out":
        value["SITC9"] = 0.0
    part = 100 * value / value.sum()
    most = part[["SITC2", "SITC3", "SITC6", "SITC9"]].sum()
    kind = "fuels alone to whole sections that hold raw materials"
    return {"used": rows, "low": part["SITC3"], "high": most, "interval": kind}
