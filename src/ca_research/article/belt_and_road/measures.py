"""Belt and Road: when each economy signed, by which list, and what China's imports from the signers
did afterwards.

What is counted: China's reported imports by origin (log of USD), against economies that never
signed or signed late.
Nearly all of these signed in the end, so the comparison is between earlier and later, not between
with and without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ...estimates.frame import ESTIMATE_COLUMNS, estimate_row, estimates
from ...estimates.once import once
from ...ground import economies as eco
from ...ground.arguments import whole_number
from ...ground.errors import CoverageError, UsageError, known_name
from ...registry.words import source_name
from ...stats.event_study import event_study
from ...stats.frames import alike, numbers, require
from ...stats.synthetic import synthetic_control
from ...tables.preference import one_source_each
from ..settings import settings

Placeholder = Literal["unknown", "as_printed", "next_year"]
PLACEHOLDERS = get_args(Placeholder)
METHODS = ("synthetic", "synthetic_demeaned", "did2s", "saturated", "twfe")
Donors = Literal["never_or_late", "never"]
DONORS = get_args(Donors)
STATISTICS = ("effect", "p", "p_positive")
INDICATOR = "NY.GDP.PCAP.KD"
PLACEBO_YEARS = (2008, 2011)
"""Dates at which nothing was signed: the onset of the crisis and the middle between it and 2014
(declared for C20).
"""


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
    """Codes of the economies of `donor_pool`, sorted."""
    known_name("donor pool", donors, DONORS)
    year = dict(zip(dates["economy"].tolist(), dates["year"].tolist(), strict=True))
    out = {*treated, *settings().belt_and_road.no_state}
    out |= {economy for economy, signed in year.items() if pd.isna(signed)}
    pool = sorted(set(imports["economy"].unique()) - out)
    return [e for e in pool if e not in year or (donors != "never" and year[e] >= late_from)]


def donor_pool(
    events: pd.DataFrame,
    imports: pd.DataFrame,
    dates: pd.DataFrame,
    donors: str,
    late_from: int,
    treated: Sequence[str],
) -> pd.DataFrame:
    """Economies to compare with: economy, signed (year by any list, null: by none), contaminated
    (by the last year at hand).

    donors: 'never' (not in `dates`) or 'never_or_late' (first signed in `late_from` or later, or
    never). The treated, territories that are no state and economies whose date in `dates` is
    unknown are no donors.
    Contamination is counted by the earliest date in any list or text, so a donor that only another
    list holds is counted too.
    events: like table `events`. imports: of `china_imports`. dates: of `accession`. late_from: a
        year. treated: codes.
    Raises UnknownNameError for another pool or a missing column.
    """
    chosen = donors_of(imports, dates, donors, late_from, treated)
    signed = accession_variants(events).groupby("economy")["year"].min()
    found = pd.DataFrame(
        {
            "economy": chosen,
            "signed": pd.array([signed.get(e, pd.NA) for e in chosen], dtype="Int64"),
        }
    )
    inside = found["signed"].le(int(imports["year"].max())).fillna(False).astype(bool)
    return found.assign(contaminated=inside)


def _synthetic(
    wide: pd.DataFrame, economy: str, year: int, pool: list[str], demean: bool
) -> dict[str, Any]:
    fit = synthetic_control(wide[[economy, *pool]], economy, year, demean=demean)
    ranks = fit.placebos()
    dates = fit.in_time([y for y in PLACEBO_YEARS if y < year])
    found = {"effect": fit.effect, "p": ranks.p, "p_positive": ranks.p_positive, "used": fit.donors}
    shown = [
        f"{int(r.start)}: {r.effect:+.2f} (p {r.p:.2f})"
        for r in dates.itertuples()
        if not r.missing
    ]
    return found | {
        "pre_rmspe": fit.pre_rmspe,
        "post_rmspe": fit.post_rmspe,
        "in_time": "; ".join(shown),
    }


def effect(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    method: str = "synthetic",
    accession_list: str | None = None,
    placeholder: str = "unknown",
    donors: str = "never_or_late",
    late_from: int | None = None,
    source: str = "joined",
    until: int = 2020,
    statistic: str = "effect",
) -> pd.DataFrame:
    """Change of China's imports from the signers after signing, in log points against the donors;
    an estimates frame.

    trade, events: like the tables of these names. economies: codes or names.
    method: 'synthetic' or 'synthetic_demeaned', one row per economy; 'did2s', 'saturated' or 'twfe'
        (naive), one row (economy '') for all of them with a date of signing, before those without.
    accession_list, placeholder: see `accession`.
    donors, late_from: see `donor_pool`; late is after `until` where not given, and nobody who
        signed by then, by any list, is a donor (dated texts name few economies: with 'texts' the
        donors are chosen by the earliest date of any list). source: see `china_imports`. until:
        last year used.
    statistic: what stands in `estimate`: 'effect', or for the synthetic methods 'p' or
        'p_positive', the placebo rank of the RMSPE ratio (two-sided, or positive gaps only; least
        value 1 / (donors + 1)).
    Further columns: effect, p, p_positive (of the event study: p of its cluster-robust t, which so
    few treated units make too small), start (year of signing), donors, contaminated (donors that
    signed by `until`), joined (donors that signed at any time), pre_rmspe, post_rmspe, in_time
    (placebo dates), pretrend, caution.
    An economy that cannot be estimated has the reason in `missing`. Models: see
    stats.synthetic_control and stats.event_study. Raises UnknownNameError for a choice, UsageError
    where a year is none, what `china_imports` and `accession` raise, and CoverageError for any
    other outcome: growth of GDP per head is not tested, because no table holds comparable GDP at
        constant prices.
    """
    for kind, value, known in (("method", method, METHODS), ("statistic", statistic, STATISTICS)):
        known_name(kind, value, known)
    until = whole_number("until", until)
    late_from = until + 1 if late_from is None else whole_number("late_from", late_from)
    economies = [eco.resolve(e) for e in economies]
    accession_list = accession_list or settings().belt_and_road.by_month
    dates = accession(events, accession_list, placeholder=placeholder)
    imports = china_imports(trade, source)
    imports = imports[imports["year"] <= until]
    listed = (
        accession(events, "earliest", placeholder=placeholder)
        if accession_list == "texts"
        else dates
    )
    pool = donor_pool(events, imports, listed, donors, late_from, [*economies, *eco.CA5])
    pool = pool[~pool["signed"].le(until).fillna(False)].reset_index(drop=True)
    year = dates.set_index("economy")["year"]
    wide = imports.pivot(index="year", columns="economy", values="log_imports")

    def row(
        members: list[str], used: Sequence[str], economy: str, found: dict[str, Any]
    ) -> dict[str, Any]:
        cells = imports.loc[
            imports["economy"].isin([*members, *used]), ["economy", "year", "source_id"]
        ]
        signed = dates.loc[
            dates["economy"].isin([*members, *used]), ["economy", "date", "source_id"]
        ]
        own = pool[pool["economy"].isin(list(used))]
        counts = {"donors": len(own), "contaminated": int(own["contaminated"].sum())}
        counts["joined"] = int(own["signed"].notna().sum())
        head = estimate_row(
            pd.concat([cells, signed]), economy=economy, estimate=found.get(statistic)
        )
        return head | counts | found

    rows: list[dict[str, Any]] = []
    able = []
    for economy in economies:
        start = year.get(economy, pd.NA)
        if pd.isna(start) or economy not in wide:
            why = (
                f"no known date of signing {list_words(accession_list)}"
                if pd.isna(start)
                else "no imports reported by China"
            )
            rows.append(estimate_row(economy=economy, missing=why))
        elif method.startswith("synthetic"):
            try:
                found = _synthetic(
                    wide, economy, int(start), list(pool["economy"]), method.endswith("demeaned")
                )
                rows.append(
                    row([economy], found.pop("used"), economy, found | {"start": int(start)})
                )
            except CoverageError as error:
                rows.append(
                    estimate_row(economy=economy, missing=error.what.removeprefix(f"{economy}: "))
                    | {"start": int(start)}
                )
        else:
            able.append(economy)
    if not method.startswith("synthetic"):
        if not able:
            raise CoverageError(
                f"no date of signing for {', '.join(economies)} in {accession_list}"
            )
        used = imports[imports["economy"].isin([*able, *pool["economy"]])]
        first = used["economy"].map(year).where(used["economy"].isin(able)).astype(float)
        fit = event_study(
            used.assign(first=first),
            unit="economy",
            time="year",
            outcome="log_imports",
            first="first",
            estimator=method,
        )
        found = {
            "effect": float(fit.att["estimate"]),
            "p": float(fit.att["p"]),
            "pretrend": fit.pretrend["statement"],
        }
        rest = sorted(set(used["economy"]) - set(able))
        rows.insert(0, row(able, rest, "", found | {"caution": fit.caution}))
    extra = [
        "effect",
        "p",
        "p_positive",
        "start",
        "donors",
        "contaminated",
        "joined",
        "pre_rmspe",
        "post_rmspe",
    ]
    extra += ["in_time", "pretrend", "caution"]
    whole = dict.fromkeys(("start", "donors", "contaminated", "joined"), "Int64")
    return estimates(rows).join(pd.DataFrame(rows).reindex(columns=extra).astype(whole))[
        [*ESTIMATE_COLUMNS, *extra]
    ]
