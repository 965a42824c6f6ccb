"""Belt and Road: when each economy signed, by which list, and what China's imports from the signers
did afterwards.

What is counted: China's reported imports by origin (log of USD), against economies that never
signed or signed late.
Nearly all of these signed in the end, so the comparison is between earlier and later, not between
with and without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ...estimates.once import once
from ...ground import economies as eco
from ...ground.errors import CoverageError, UsageError, known_name
from ...registry.words import source_name
from ...stats.frames import alike, numbers, require
from ...tables.preference import one_source_each
from ..settings import settings

Placeholder = Literal["unknown", "as_printed", "next_year"]
PLACEHOLDERS = get_args(Placeholder)
Donors = Literal["never_or_late", "never"]
DONORS = get_args(Donors)
INDICATOR = "NY.GDP.PCAP.KD"


@once
def accession_variants(events: pd.DataFrame) -> pd.DataFrame:
    """Every dated document of every economy: economy, date, year, date_bound, list, source_id,
    kind; by economy and date.

    events: rows like table `events`; actors joined by ';' become one row each. `list` is the source
    id of one of the two lists, or 'texts' for a dated text. China itself and aggregates are left
    out. Dates
    that disagree all stay visible: TJK 2014, 2015 and 2018-10, TKM 2017-06 and 2023-01. Raises
        UnknownNameError for a missing column.
    """
    require(events, ("kind", "actor", "date", "date_bound", "source_id"))
    known = settings().belt_and_road
    rows = events[events["kind"].isin(known.signed) & events["date"].notna()]
    rows = rows.assign(economy=rows["actor"].astype(str).str.split(";")).explode(
        "economy", ignore_index=True
    )
    rows = rows[~rows["economy"].isin(["CHN", *eco.AGGREGATES])]
    rows["year"] = rows["date"].astype(str).str[:4].astype(int)
    rows["list"] = rows["source_id"].where(rows["source_id"].isin(known.lists), "texts")
    columns = ["economy", "date", "year", "date_bound", "list", "source_id", "kind"]
    return rows[columns].sort_values(["economy", "date", "source_id"], ignore_index=True)


@once
def accession(
    events: pd.DataFrame, which: str | None = None, *, placeholder: str = "unknown"
) -> pd.DataFrame:
    """First signed document per economy: economy, date, year (null where unknown), date_bound,
    list, source_id, kind, variants.

    events: rows like table `events`.
    which: the id of a list ('M_GFDC25' by month, the default, or 'M_LPV26' by year); 'texts' (dated
        texts only: few economies); 'earliest' or 'latest' over everything.
    placeholder: what 2013-12 in M_GFDC25 stands for: 'unknown' (year null: neither treated nor
        donor), 'as_printed' (2013) or 'next_year' (2014). `variants` lists all dates of the economy
        with their sources.
    Raises UnknownNameError for a list, a placeholder or a missing column, CoverageError where the
    list has no document.
    """
    lists = settings().belt_and_road.lists
    which = which or lists[0]
    known_name("accession list", which, (*lists, "texts", "earliest", "latest"))
    known_name("placeholder", placeholder, PLACEHOLDERS)
    every = accession_variants(events)
    rows = every[every["list"] == which] if which not in ("earliest", "latest") else every
    if rows.empty:
        raise CoverageError(f"no signed document by {which}", hint="load all of table events")
    mark = rows["date_bound"] == "placeholder"
    year = rows["year"].astype("Int64")
    if placeholder == "unknown":
        year = year.mask(mark)
    elif placeholder == "next_year":
        year = year + mark.astype(int)
    rows = rows.assign(year=year, unknown=year.isna())
    ascending = [True, True, which != "latest", True]
    rows = rows.sort_values(["economy", "unknown", "date", "source_id"], ascending=ascending)
    first = rows.drop_duplicates("economy").drop(columns="unknown")
    variants = (every["date"] + " " + every["source_id"]).groupby(every["economy"]).agg("; ".join)
    return first.assign(variants=first["economy"].map(variants)).reset_index(drop=True)


def list_words(accession_list: str) -> str:
    """Where a date of signing was looked for: 'in the list of Nedopil, 2025', 'in dated texts'."""
    if accession_list not in settings().belt_and_road.lists:
        return "in dated texts"
    return f"in the list of {source_name(accession_list)}"


def china_imports(trade: pd.DataFrame, source: str = "joined") -> pd.DataFrame:
    """China's reported imports by origin: economy, year, value_usd (current USD, cif), log_imports,
    source_id.

    trade: like table `trade`; aggregates among the origins are left out, so that no group stands
        beside its members.
    source: 'WTO_HSM' (1996-2018, without 1998-2000 and 2009), 'IMF_IMTS_CHN_M' (2010-2022), or
    'joined': WTO before 2010, IMF from then on (in 2010-2018 both exist, and half of their ratios
    are within 0.2 % of one). A specification, never made silently. Zeros have no logarithm and
    leave.
    Raises UsageError where a cell stands twice or a value is no number, CoverageError without rows
    or without a value, MixedUnitsError for several valuations or price bases, UnknownNameError for
    a source or a missing column.
    """
    known = settings().belt_and_road
    known_name("source", source, (*known.imports, "joined"))
    require(
        trade, ("value_usd", "source_id"), keys=("reporter", "partner", "year", "flow", "product")
    )
    rows = trade[
        (trade["reporter"] == "CHN") & (trade["flow"] == "import") & (trade["product"] == "TOTAL")
    ]
    if source == "joined":
        late = rows["year"] >= known.imports_late_from
        early = (rows["source_id"] == known.imports_early) & ~late
        rows = rows[early | ((rows["source_id"] == known.imports_late) & late)]
    else:
        rows = rows[rows["source_id"] == source]
    numbers(rows, "value_usd")
    alike(rows, ("valuation", "price_basis", "unit", "currency"))
    rows = rows[~rows["partner"].isin(["CHN", *eco.AGGREGATES]) & (rows["value_usd"] > 0)]
    if rows.empty:
        raise CoverageError(
            f"no imports reported by China in {source}", hint="ca.load('trade', reporter='CHN')"
        )
    if rows.duplicated(["partner", "year"]).any():
        raise UsageError(
            "two figures for one origin and year", hint="load one figure per cell and source"
        )
    out = rows.rename(columns={"partner": "economy"})[["economy", "year", "value_usd", "source_id"]]
    out = out.assign(
        year=out["year"].astype(int), log_imports=np.log(out["value_usd"].astype(float))
    )
    return out.sort_values(["economy", "year"], ignore_index=True)


def incomes(macro: pd.DataFrame) -> pd.DataFrame:
    """GDP per head at constant prices: economy, year, value, log, source_id.

    macro: like table `macro`; rows of INDICATOR. China, of whose initiative the effect is asked,
    and aggregates are left out. Of several sources one speaks for an economy, the first in order:
    editions differ in level, and one series does not go on in another.
    Raises CoverageError without rows, UsageError where an economy has two figures for a year,
    MixedUnitsError for two price bases, UnknownNameError for a missing column.
    """
    require(macro, ("value", "source_id"), keys=("economy", "year", "indicator"))
    rows = macro[(macro["indicator"] == INDICATOR) & (macro["value"] > 0)]
    rows = rows[~rows["economy"].isin(["CHN", *eco.AGGREGATES])]
    if rows.empty:
        raise CoverageError("no income per head at constant prices")
    rows = one_source_each(rows, ["economy"])
    alike(rows, ("unit",))
    if rows.duplicated(["economy", "year"]).any():
        raise UsageError("two incomes of one economy and year", hint="load one source")
    found = rows[["economy", "year", "value", "source_id"]]
    return found.assign(
        year=found["year"].astype(int), log=np.log(found["value"].astype(float))
    ).reset_index(drop=True)


def donors_of(
    imports: pd.DataFrame,
    dates: pd.DataFrame,
    donors: str,
    late_from: int,
    treated: Sequence[str],
) -> list[str]:
    """Codes of the economies to compare with, sorted.

    imports: of `china_imports` or `incomes`. dates: of `accession`. donors: 'never' (not in
        `dates`) or 'never_or_late' (first signed in `late_from` or later, or never). The treated,
        territories that are no state and economies whose date is unknown are no donors.
    Raises UnknownNameError for another pool.
    """
    known_name("donor pool", donors, DONORS)
    year = dict(zip(dates["economy"].tolist(), dates["year"].tolist(), strict=True))
    out = {*treated, *settings().belt_and_road.no_state}
    out |= {economy for economy, signed in year.items() if pd.isna(signed)}
    pool = sorted(set(imports["economy"].unique()) - out)
    return [e for e in pool if e not in year or (donors != "never" and year[e] >= late_from)]
