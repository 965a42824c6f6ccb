"""Belt and Road: when each economy signed, by which list, and what China's imports from the signers
did afterwards.

What is counted: China's reported imports by origin (log of USD), against economies that never
signed or signed late.
Nearly all of these signed in the end, so the comparison is between earlier and later, not between
with and without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from ...estimates.once import once
from ...estimates.series import omit, pick
from ...ground import economies as eco
from ...ground.errors import known_name
from ...stats.contract import one_figure_per_cell
from ...stats.frames import alike, require_some
from ...tables.preference import one_source_each
from ..settings import settings

Donors = Literal["never_or_late", "never"]
Placeholder = Literal["unknown", "as_printed", "next_year"]
"""What 2013-12 in M_GFDC25 stands for: no known year, 2013, or 2014."""
INDICATOR = "NY.GDP.PCAP.KD"


@once
def accession_variants(events: pd.DataFrame) -> pd.DataFrame:
    """Every dated document of every economy: economy, date, year, date_bound, list, source_id,
    kind; by economy and date.

    events: rows like table `events`; actors joined by ';' become one row each. `list` is the source
    id of one of the two lists, or 'texts' for a dated text. China itself and aggregates are left
    out. Dates
    that disagree all stay visible: TJK 2014, 2015 and 2018-10, TKM 2017-06 and 2023-01.
    """
    known = settings().belt_and_road
    rows = pick(events, kind=known.signed).dropna(subset="date")
    rows = rows.assign(economy=rows["actor"].astype(str).str.split(";")).explode("economy")
    rows = omit(rows, economy=["CHN", *eco.AGGREGATES])
    rows["year"] = rows["date"].astype(str).str[:4].astype(int)
    rows["list"] = rows["source_id"].where(rows["source_id"].isin(known.lists), "texts")
    columns = ["economy", "date", "year", "date_bound", "list", "source_id", "kind"]
    return rows[columns].sort_values(["economy", "date", "source_id"], ignore_index=True)


@once
def accession(
    events: pd.DataFrame,
    which: str | None = None,
    *,
    placeholder: Placeholder = "unknown",
) -> pd.DataFrame:
    """First signed document per economy: economy, date, year (null where unknown), date_bound,
    list, source_id, kind.

    events: rows like table `events`.
    which: the id of a list ('M_GFDC25' by month, the default, or 'M_LPV26' by year); 'texts' (dated
        texts only: few economies); 'earliest' over everything.
    placeholder: as in `Placeholder`; without a known year an economy is neither treated nor donor.
    Raises UnknownNameError for a list, CoverageError where it has no document.
    """
    lists = settings().belt_and_road.lists
    which = known_name("accession list", which or lists[0], (*lists, "texts", "earliest"))
    rows = accession_variants(events)
    rows = rows if which == "earliest" else pick(rows, list=which)
    require_some(rows, f"signed document by {which}", "load all of table events")
    mark = rows["date_bound"].eq("placeholder")
    unknown = mark & (placeholder == "unknown")
    year = rows["year"].astype("Int64") + (mark & (placeholder == "next_year"))
    rows = rows.assign(year=year.mask(unknown), unknown=unknown)
    rows = rows.sort_values(["economy", "unknown", "date", "source_id"])
    return rows.drop_duplicates("economy", ignore_index=True).drop(columns="unknown")


@once
def china_imports(trade: pd.DataFrame, source: str = "joined") -> pd.DataFrame:
    """China's reported imports by origin: economy, year, value_usd (current USD, cif), log,
    source_id.

    trade: like table `trade`; aggregates among the origins are left out, so that no group stands
        beside its members.
    source: 'WTO_HSM' (1996-2018, without 1998-2000 and 2009), 'IMF_IMTS_CHN_M' (2010-2022), or
    'joined': WTO before 2010, IMF from then on (in 2010-2018 both exist, and half of their ratios
    are within 0.2 % of one). A specification, never made silently. Zeros have no logarithm and
    leave.
    Raises UsageError where a cell stands twice, CoverageError without rows, MixedUnitsError for
    several valuations or price bases, UnknownNameError for a source.
    """
    known = settings().belt_and_road
    known_name("source", source, (*known.imports, "joined"))
    rows = pick(trade, reporter="CHN", flow="import", product="TOTAL")
    late = rows["year"].ge(known.imports_late_from)
    of_source = late.map({False: known.imports_early, True: known.imports_late})
    rows = rows[rows["source_id"].eq(of_source if source == "joined" else source)]
    alike(rows, ("valuation", "price_basis", "unit", "currency"))
    return _logs(rows.rename(columns={"partner": "economy"}), "value_usd", source)


@once
def incomes(macro: pd.DataFrame) -> pd.DataFrame:
    """GDP per head at constant prices: economy, year, value, log, source_id.

    macro: like table `macro`; rows of INDICATOR. China, of whose initiative the effect is asked,
    and aggregates are left out. Of several sources one speaks for an economy, the first in order:
    editions differ in level, and one series does not go on in another.
    Raises CoverageError without rows, UsageError where an economy has two figures for a year,
    MixedUnitsError for two price bases.
    """
    rows = one_source_each(pick(macro, indicator=INDICATOR), ["economy"])
    alike(rows, ("unit",))
    return _logs(rows, "value", "income per head at constant prices")


def _logs(rows: pd.DataFrame, value: str, what: str) -> pd.DataFrame:
    """Figures above nought of all but China and groups, with their logarithm."""
    rows = omit(rows[rows[value] > 0], economy=["CHN", *eco.AGGREGATES])
    one_figure_per_cell(require_some(rows, f"figures of {what}"), ["economy", "year"])
    rows = rows[["economy", "year", value, "source_id"]].astype({"year": int})
    rows = rows.assign(log=np.log(rows[value].astype(float)))
    return rows.sort_values(["economy", "year"], ignore_index=True)


def donors_of(
    figures: pd.DataFrame,
    dates: pd.DataFrame,
    donors: str,
    late_from: int,
    treated: Sequence[str],
) -> list[str]:
    """Codes of the economies to compare with, sorted.

    figures: of `china_imports` or `incomes`. dates: of `accession`. donors: 'never' (not in
        `dates`) or 'never_or_late' (first signed in `late_from` or later, or never). The treated,
        territories that are no state and economies whose date is unknown are no donors.
    """
    year = dates.set_index("economy")["year"]
    early = year.index if donors == "never" else year.index[~(year >= late_from).fillna(False)]
    out = {*treated, *settings().belt_and_road.no_state, *early}
    return sorted({*figures["economy"]} - out)
