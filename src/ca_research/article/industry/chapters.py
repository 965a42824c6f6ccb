"""Exports by HS chapter, as their importers report them: kinds of goods, concentration, raw
materials, machinery.

None of the five publishes exports by chapter for all years, so the other side of the border is
read: the chapters of imports that members of the WTO report. Russia, Uzbekistan, Turkmenistan, Iran
and Afghanistan are not among them; what they buy is not seen, and every count of chapters is a
floor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Literal, Self, get_args

import pandas as pd

from ...estimates.frame import Estimate, Figures, estimate_row
from ...estimates.measures import measure, parts
from ...ground import economies as eco
from ...ground.arguments import whole_number
from ...ground.errors import CoverageError, known_name
from ...ground.periods import window_years
from ...stats.frames import require
from ...stats.pieces import Pieces
from ...trade.checks import one_figure_per_cell
from ...trade.shares import hhi
from ..settings import settings

LEAST_IMPORTERS = 10
"""A year counts where at least so many importers report something from the economy."""
BEFORE = "2010-2012"
"""The years before the Initiative that later ones are compared with (2009 is not in the source)."""


def _span(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{n:02d}" for n in range(first, last + 1))


MANUFACTURES = tuple(c for c in (*_span(16, 24), *_span(28, 96)) if c not in ("71", "77"))
"""Chapters of manufactures: food products and drinks (16-24) and all from chemicals on (28-96),
without precious metals
(71) and the empty chapter 77: 76 chapters."""
_ALL = tuple(c for c in _span(1, 97) if c != "77")
"""The chapters of the Harmonized System: 96, since 77 is empty."""
MACHINERY = _span(84, 89)
"""Machines, electrical goods, vehicles, aircraft, ships (SITC section 7, nearly)."""
PRECIOUS = ("71",)
FUELS = ("27",)
RESOURCES = {
    "fuels_ores_metals": ("25", "26", "27", "74", "75", "76", "78", "79", "80", "81"),
    "with_steel": ("25", "26", "27", "72", "74", "75", "76", "78", "79", "80", "81"),
    "with_cotton_and_uranium": (
        "25",
        "26",
        "27",
        "28",
        "52",
        "72",
        "74",
        "75",
        "76",
        "78",
        "79",
        "80",
        "81",
    ),
}
"""Raw materials by definition: minerals, ores, fuels and non-ferrous metals (near the World Bank's
fuels plus ores and metals); iron and steel as well; cotton (52) and inorganic chemicals (28, where
uranium is) as well. Precious metals and stones (71) are added or left out by the choice `gold`."""
Gold = Literal["counted", "left_out"]
_GOLD = get_args(Gold)
Importers = Literal["steady", "all"]
_IMPORTERS = get_args(Importers)
Basket = Literal["without_fuels", "all"]
_BASKETS = {"without_fuels": (*FUELS, *PRECIOUS), "all": ()}


def chapter_rows(trade: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Importers' rows of one economy's goods by HS chapter; an EU member stands aside where the EU
    reports for it.

    trade: like table `trade` (reporter, partner, year, flow, product, value_usd in USD, source_id);
        used are imports by chapter (01 to 97) of source WTO_HSM.
    economy: its code.
    Returns these rows, one per importer (reporter), year and chapter; none where nobody reports. In
    a year in which the EU reports, the rows of its members of that year are left out, so that no
    purchase counts twice.
    Raises UsageError where a cell stands twice, UnknownNameError for a missing column.
    """
    require(
        trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product", "source_id")
    )
    mine = trade[trade["partner"] == economy]
    rows = mine[
        (mine["source_id"] == settings().industry.chapters)
        & (mine["flow"] == "import")
        & mine["product"].isin(_ALL)
    ]
    one_figure_per_cell(rows, ["reporter", "year", "product"])
    joined = rows[rows["reporter"].isin(list(eco.AGGREGATES["EU"].members))]
    reports = joined.groupby(["year", "reporter"]).groups
    with_eu = set(rows.loc[rows["reporter"] == "EU", "year"])
    twice = [v for (y, r), v in reports.items() if y in with_eu and r in eco.members("EU", int(y))]
    return rows.drop(index=twice[0].append(twice[1:])) if twice else rows


class _Rows(dict[str, pd.DataFrame]):
    """`chapter_rows` by economy. They are of one source: without another they stay as they are."""

    def without(self, source: str) -> Self:
        if source != settings().industry.chapters:
            return self
        return type(self)({economy: rows.iloc[:0] for economy, rows in self.items()})


def rows_by_economy(trade: pd.DataFrame, *, economies: Sequence[str]) -> dict[str, pd.DataFrame]:
    """`chapter_rows` of each economy."""
    return _Rows({economy: chapter_rows(trade, economy) for economy in economies})


class Imports:
    """What the importers chosen report of one economy by chapter, added up once for all who ask.

    rows: as of `chapter_rows`. missing: why these importers will not do ('' where they will).
    """

    def __init__(self, rows: pd.DataFrame, missing: str = "") -> None:
        self.rows = rows
        self.missing = missing
        self._of_basket: dict[str, pd.DataFrame] = {}

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row per importer and year: a report is used as a whole, so it counts once."""
        return self.rows[["reporter", "partner", "year", "flow", "source_id"]].drop_duplicates()

    @cached_property
    def _behind(self) -> dict[str, Any]:
        return Figures(self.reports).behind()

    def estimate(self, economy: str, value: Callable[[], float]) -> Estimate:
        """The row of an economy that rests on these reports, where they will do."""
        if self.missing:
            return estimate_row(economy=economy, missing=self.missing)
        return estimate_row(economy=economy, estimate=value()) | self._behind

    @cached_property
    def importers(self) -> pd.Series:
        """Their number by year."""
        return self.rows.groupby("year")["reporter"].nunique()

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Value by year and chapter."""
        return self.rows.groupby(["year", "product"], as_index=False)["value_usd"].sum()

    @cached_property
    def by_chapter(self) -> pd.Series:
        """Value by chapter, of all its years together."""
        return self.rows.groupby("product")["value_usd"].sum()

    def manufactures(self, floor: float) -> pd.Series:
        """Number of chapters of MANUFACTURES at or above the floor, by year."""
        made = self.totals["product"].isin(MANUFACTURES) & (self.totals["value_usd"] >= floor)
        seen = self.totals[made].groupby("year").size()
        return seen.reindex(self.importers.index, fill_value=0)

    def of_basket(self, basket: str) -> pd.DataFrame:
        """By year the concentration on chapters of a basket (hhi, in [0, 1]), and machinery in per
        cent of it.
        """
        if basket not in self._of_basket:
            left_out = _BASKETS[known_name("basket", basket, tuple(_BASKETS))]
            kept = self.totals[~self.totals["product"].isin(left_out)]
            whole = kept.groupby("year")["value_usd"].transform("sum")
            shares = kept.assign(share=kept["value_usd"] / whole)
            table = pd.DataFrame(index=self.importers.index)
            table["hhi"] = hhi(shares, ["year"]).set_index("year")["hhi"]
            machines = shares[shares["product"].isin(MACHINERY)].groupby("year")["share"].sum()
            table["machinery"] = 100 * machines.reindex(table.index, fill_value=0.0)
            self._of_basket[basket] = table
        return self._of_basket[basket]


def _imports(rows: pd.DataFrame, years: Sequence[int], importers: str) -> Imports:
    """What the importers chosen report in these years."""
    rows = rows[rows["year"].isin(list(years))]
    if known_name("importers", importers, _IMPORTERS) == "steady":
        seen = rows.groupby("reporter")["year"].nunique()
        rows = rows[rows["reporter"].isin(seen.index[seen == len(set(years))])]
    found = Imports(rows)
    counts = found.importers.reindex(list(years), fill_value=0)
    if counts.min() < LEAST_IMPORTERS:
        when = "every year" if importers == "steady" else str(int(counts.idxmin()))
        found.missing = (
            f"{_reporting(int(counts.min()))} by chapter in {when}; at least {LEAST_IMPORTERS} are "
            "needed"
        )
    return found


def _reporting(count: int) -> str:
    """'no country reports', '7 countries report'."""
    if count == 0:
        return "no country reports"
    return f"only {count} {'country reports' if count == 1 else 'countries report'}"


@parts(chapters=rows_by_economy)
def compared_imports(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    importers: str = "steady",
    until: int = 2018,
    before: str = BEFORE,
    chapters: dict[str, pd.DataFrame] | None = None,
) -> dict[str, Imports]:
    """What is reported of each economy in the years that `chapter_gain` compares."""
    years = [*window_years(before), *_last_three(until)]
    if chapters is None:
        chapters = rows_by_economy(trade, economies=economies)
    return {economy: _imports(rows, years, importers) for economy, rows in chapters.items()}


@parts(chapters=rows_by_economy)
def year_imports(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: int = 2018,
    chapters: dict[str, pd.DataFrame] | None = None,
) -> dict[str, Imports]:
    """What is reported of each economy in one year, by whoever reports."""
    years = [whole_number("until", until)]
    if chapters is None:
        chapters = rows_by_economy(trade, economies=economies)
    return {economy: _imports(rows, years, "all") for economy, rows in chapters.items()}


def _last_three(until: int) -> list[int]:
    last = whole_number("until", until)
    return [last - 2, last - 1, last]


def chapter_indicators(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    years: str = "2010-2019",
    importers: str = "all",
    floor: int = 1_000_000,
    basket: str = "without_fuels",
) -> pd.DataFrame:
    """What the chapters of an economy's exports show, year by year; for tables and pictures.

    trade: as in `chapter_rows`. economies: codes. years: a window ('2010-2019').
    importers: 'all' that report in a year, or 'steady', those that report in every one of `years`.
    floor: US dollars a year from which a chapter counts.
    basket: 'without_fuels' (chapters 27 and 71 left out) or 'all', for the two shares.
    Returns economy, year, importers (number), chapters (of MANUFACTURES at or above the floor), hhi
    (of the basket's chapters, in [0, 1]), machinery (per cent of the basket), source_id. Years with
    fewer than LEAST_IMPORTERS are absent.
    Raises UnknownNameError for another choice, UsageError for a window or a floor that is none,
    CoverageError where no year of any economy has as many importers.
    """
    parts = []
    for economy in economies:
        rows = _imports(chapter_rows(trade, economy), window_years(years), importers).rows
        counts = rows.groupby("year")["reporter"].transform("nunique")
        enough = Imports(rows[counts >= LEAST_IMPORTERS])
        if len(enough.rows):
            table = enough.of_basket(basket).assign(
                importers=enough.importers,
                chapters=enough.manufactures(whole_number("floor", floor)),
                economy=economy,
                source_id=settings().industry.chapters,
            )
            parts.append(table.reset_index())
    if not parts:
        raise CoverageError(
            f"no year of {years} in which {LEAST_IMPORTERS} importers report these economies by "
            "chapter",
            hint=f"load('trade', source={settings().industry.chapters!r})",
        )
    columns = ["economy", "year", "importers", "chapters", "hhi", "machinery", "source_id"]
    return pd.concat(parts)[columns].reset_index(drop=True)


def _change(
    compared: dict[str, Imports],
    by_year: Callable[[Imports], pd.Series],
    *,
    until: int,
    before: str,
    relative: bool = False,
) -> list[Estimate]:
    """Mean of an indicator over the three years to `until` against its mean over `before`, per
    economy.
    """
    early, late = window_years(before), _last_three(until)

    def change(imports: Imports) -> float:
        values = by_year(imports)
        start, end = float(values.loc[early].mean()), float(values.loc[late].mean())
        return 100 * (end / start - 1) if relative else end - start

    return [
        imports.estimate(economy, partial(change, imports)) for economy, imports in compared.items()
    ]


@measure("trade.chapter_gain")
@parts(chapters=rows_by_economy, compared=compared_imports)
def chapter_gain(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    importers: Importers = "steady",
    until: int = 2018,
    floor: int = 1_000_000,
    before: str = BEFORE,
    chapters: dict[str, pd.DataFrame] | None = None,
    compared: dict[str, Imports] | None = None,
) -> list[Estimate]:
    """Chapters of manufactures gained: yearly mean of the three years to `until` less that over
    `before`.

    trade: as in `chapter_rows`. economies: codes.
    importers: 'steady', those that report in every year compared, or 'all', those of each year.
    until: the last of the three years. before: years compared with ('2010-2012').
    floor: US dollars a year from which a chapter counts.
    chapters, compared: what `rows_by_economy` and `compared_imports` make of trade (made here if
        not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; the estimate is
    a number of chapters (of the 76 in MANUFACTURES), without an interval; n counts reports of
    importers. Fewer than LEAST_IMPORTERS in one of the years are recorded in `missing`.
    Raises UnknownNameError for another choice of importers, UsageError for a window or a floor that
    is none.
    """
    if compared is None:
        compared = compared_imports(
            trade,
            economies=economies,
            importers=importers,
            until=until,
            before=before,
            chapters=chapters,
        )
    return _change(
        compared,
        lambda imports: imports.manufactures(whole_number("floor", floor)),
        until=until,
        before=before,
    )


@measure("trade.chapter_concentration_change")
@parts(chapters=rows_by_economy, compared=compared_imports)
def chapter_concentration_change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    importers: Importers = "steady",
    until: int = 2018,
    basket: Basket = "without_fuels",
    before: str = BEFORE,
    chapters: dict[str, pd.DataFrame] | None = None,
    compared: dict[str, Imports] | None = None,
) -> list[Estimate]:
    """Change of the concentration of exports on chapters of goods, in per cent of its mean before.

    trade, economies, importers, until, before: as in `chapter_gain`.
    basket: 'without_fuels' (without chapters 27 and 71) or 'all'.
    chapters, compared: what `rows_by_economy` and `compared_imports` make of trade (made here if
        not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; `missing` as in `chapter_gain`.
    Raises UnknownNameError for another choice, UsageError for a window that is none.
    Formula: 100 (H_late / H_before - 1), H the mean over years of the Herfindahl-Hirschman index of
    chapters, sum_k s_k ** 2 (Hirschman 1964, American Economic Review 54(5)).
    """
    if compared is None:
        compared = compared_imports(
            trade,
            economies=economies,
            importers=importers,
            until=until,
            before=before,
            chapters=chapters,
        )
    return _change(
        compared,
        lambda imports: imports.of_basket(basket)["hhi"],
        until=until,
        before=before,
        relative=True,
    )


@measure("trade.machinery_change")
@parts(chapters=rows_by_economy, compared=compared_imports)
def machinery_change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    importers: Importers = "steady",
    until: int = 2018,
    basket: Basket = "without_fuels",
    before: str = BEFORE,
    chapters: dict[str, pd.DataFrame] | None = None,
    compared: dict[str, Imports] | None = None,
) -> list[Estimate]:
    """Change of the share of machinery and vehicles (HS chapters 84 to 89) in exports, in
    percentage points.

    trade, economies, importers, until, before: as in `chapter_gain`. basket: as in
        `chapter_concentration_change`.
    chapters, compared: what `rows_by_economy` and `compared_imports` make of trade (made here if
        not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; `missing` as in `chapter_gain`.
    Raises UnknownNameError for another choice, UsageError for a window that is none.
    Formula: mean share of the three years to `until` less that over `before`, shares in per cent of
    the basket.
    """
    if compared is None:
        compared = compared_imports(
            trade,
            economies=economies,
            importers=importers,
            until=until,
            before=before,
            chapters=chapters,
        )
    return _change(
        compared,
        lambda imports: imports.of_basket(basket)["machinery"],
        until=until,
        before=before,
    )


@measure("trade.chapter_coverage")
@parts(chapters=rows_by_economy, imports=year_imports)
def chapter_coverage(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: int = 2018,
    floor: int = 1_000_000,
    chapters: dict[str, pd.DataFrame] | None = None,
    imports: dict[str, Imports] | None = None,
) -> list[Estimate]:
    """Chapters of manufactures seen in one year, in per cent of the 76 there are.

    trade: as in `chapter_rows`. economies: codes. until: the year.
    floor: US dollars from which a chapter is seen.
    chapters, imports: what `rows_by_economy` and `year_imports` make of trade (made here if not
        given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy. All importers
    that report in that year count; sales to others are unseen, so the estimate is a floor. Fewer
    than LEAST_IMPORTERS are recorded in `missing`.
    Raises UsageError for a year or a floor that is none.
    """
    until, floor = whole_number("until", until), whole_number("floor", floor)
    if imports is None:
        imports = year_imports(trade, economies=economies, until=until, chapters=chapters)

    def share(found: Imports) -> float:
        return 100 * float(found.manufactures(floor).iloc[0]) / len(MANUFACTURES)

    return [found.estimate(economy, partial(share, found)) for economy, found in imports.items()]


def section_rows(trade: pd.DataFrame) -> Pieces:
    """Exports by SITC section, by economy."""
    rows = trade[trade["source_id"].eq(settings().industry.sections).to_numpy(bool)]
    rows = rows[rows["flow"].eq("export") & rows["product"].str.startswith("SITC")]
    return Pieces(rows, rows["reporter"].tolist())


@measure("trade.resource_share")
@parts(chapters=rows_by_economy, imports=year_imports, sections=section_rows)
def resource_share(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    resources: Literal[
        "fuels_ores_metals", "with_steel", "with_cotton_and_uranium"
    ] = "fuels_ores_metals",
    gold: Gold = "counted",
    basis: Literal["hs_partners", "sitc_matrix"] = "hs_partners",
    until: int = 2018,
    chapters: dict[str, pd.DataFrame] | None = None,
    imports: dict[str, Imports] | None = None,
    sections: Pieces | None = None,
) -> list[Estimate]:
    """Raw materials in an economy's exports of goods, in per cent of their value.

    trade: as in `chapter_rows`, and for 'sitc_matrix' exports by SITC section of source
        UNCTAD_TMATRIX.
    economies: codes.
    resources: 'fuels_ores_metals', 'with_steel' or 'with_cotton_and_uranium' (chapters in
        RESOURCES).
    gold: precious metals and stones 'counted' as raw materials, or 'left_out' of numerator and
        denominator.
    basis: 'hs_partners', importers' HS chapters in the year `until`; 'sitc_matrix', UNCTAD's
        exports by SITC section in its newest year up to `until`, as bounds: fuels (section 3) at
        least, and at most all of crude materials (2), fuels (3), goods classified by material (6)
        and, with gold, section 9, where SITC 97 puts it.
    until: a year.
    chapters, imports, sections: what `rows_by_economy`, `year_imports` and `section_rows` make of
        trade (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy: an estimate by
    'hs_partners', low and high by 'sitc_matrix' (whatever `resources`). Too few importers or no
    exports by section are recorded in `missing`.
    Raises UnknownNameError for another choice, UsageError for a year that is none.
    """
    until = whole_number("until", until)
    known_name("resources", resources, tuple(RESOURCES))
    known_name("gold", gold, _GOLD)
    if known_name("basis", basis, ("hs_partners", "sitc_matrix")) == "sitc_matrix":
        if sections is None:
            sections = section_rows(trade)
        return [_by_section(sections.rows(e), e, gold, until) for e in economies]
    if imports is None:
        imports = year_imports(trade, economies=economies, until=until, chapters=chapters)
    raw = [*RESOURCES[resources], *(PRECIOUS if gold == "counted" else ())]
    left_out = [] if gold == "counted" else [*PRECIOUS]

    def share(found: Imports) -> float:
        kept = found.by_chapter.drop(left_out, errors="ignore")
        return 100 * float(kept.reindex(raw).sum() / kept.sum())

    return [found.estimate(economy, partial(share, found)) for economy, found in imports.items()]


def _by_section(rows: pd.DataFrame, economy: str, gold: str, until: int) -> Estimate:
    rows = rows[rows["year"] <= until]
    rows = rows[rows["year"] == rows["year"].max()]
    if rows.empty:
        return estimate_row(economy=economy, missing=f"no exports by SITC section up to {until}")
    value = (
        rows.groupby("product")["value_usd"]
        .sum()
        .reindex([f"SITC{n}" for n in range(10)], fill_value=0.0)
    )
    other = float(value["SITC9"]) if gold == "counted" else 0.0
    total = float(value.sum()) - float(value["SITC9"]) + other
    least, most = float(value["SITC3"]), float(value[["SITC2", "SITC3", "SITC6"]].sum()) + other
    return estimate_row(
        rows,
        economy=economy,
        low=100 * least / total,
        high=100 * most / total,
        interval="fuels alone to whole sections that hold raw materials",
    )
