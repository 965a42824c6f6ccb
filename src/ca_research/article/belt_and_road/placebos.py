"""Placebo ranks of what followed signing: exports to China and income per head, one economy at a
time and several of them at once, in many specifications.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from ...claims.slots import in_words
from ...estimates.frame import Estimate, Figures, estimate_row
from ...estimates.measures import measure, tells
from ...estimates.once import once
from ...ground import economies as eco
from ...ground import numbers
from ...ground.errors import CoverageError
from ...registry.words import source_name
from ...stats.event_study import event_study
from ...stats.frames import require_some
from ...stats.synthetic import Placebos, SyntheticControl, synthetic_control
from ..settings import settings
from .measures import Donors, accession, accession_variants, china_imports, donors_of, incomes

Outcome = Literal["china_imports", "income_per_head"]
OUTCOMES = {
    "china_imports": "imports reported by China",
    "income_per_head": "income per head",
}
"""What may have changed, in words."""
Fit = Literal["synthetic", "synthetic_demeaned"]
Side = Literal["gain", "loss"]
UNTIL = 2020
"""The last year counted, of the main fits."""
PLACEBO_YEARS = (2008, 2011)
"""Dates at which nothing was signed: the onset of the crisis and the middle between it and 2014
(declared for C20).
"""
_OF_A_FIT = ("p_gain", "p_loss", "p", "start", "donors_used")


class Comparison(NamedTuple):
    """What the fits of one list, pool, panel and last year share.

    starts: the year of signing by economy. wide: log of the outcome, a row per year and a column
    per economy. pool: the donors. rows: figures and dates.
    """

    starts: pd.Series
    wide: pd.DataFrame
    pool: list[str]
    rows: Figures
    where: str
    outcome: str

    def fit(self, economy: str, method: str) -> tuple[SyntheticControl, Placebos]:
        """The synthetic control of an economy; raises CoverageError where it cannot be fitted."""
        if economy not in self.starts:
            raise CoverageError(f"no known date of signing {self.where}")
        if economy not in self.wide:
            raise CoverageError(f"no {self.outcome}")
        units = (economy, *(code for code in self.pool if code != economy))
        cells = self.wide[list(units)].to_numpy(float).tobytes()
        start, demean = int(self.starts[economy]), method == "synthetic_demeaned"
        return _fit(cells, units, tuple(self.wide.index), start, demean)

    def behind(self, units: Sequence[str]) -> dict[str, Any]:
        """What an estimate tells of the rows it rests on: figures and dates of these economies."""
        theirs = self.rows.frame["economy"].isin(units)
        return self.rows.behind(np.flatnonzero(theirs).tolist())


@lru_cache(maxsize=1024)
def _fit(
    cells: bytes, units: tuple[str, ...], years: tuple[int, ...], start: int, demean: bool
) -> tuple[SyntheticControl, Placebos]:
    """The fit of the first unit: made once of the same figures, in whatever specification and
    without whatever source they come up.
    """
    values = np.frombuffer(cells).reshape(len(years), len(units))
    wide = pd.DataFrame(values, index=years, columns=units)
    control = synthetic_control(wide, units[0], start, demean=demean)
    return control, control.placebos()


@once
def comparison(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    *,
    outcome: str = "china_imports",
    source: str = "joined",
    accession_list: str | None = None,
    donors: str = "never_or_late",
    until: int = UNTIL,
) -> Comparison:
    """What the fits of one panel up to a last year share; the arguments are those of `effect_fits`,
    by default the main ones ('' is the list by month).

    Nobody who signed by the last year, by any list or text, is a donor: it would be treated itself
    within the years that are compared. Raises CoverageError where a list or a source has no rows.
    """
    known = settings().belt_and_road
    named = accession_list or known.by_month
    of_income = outcome == "income_per_head"
    panel = incomes(figures) if of_income else china_imports(figures, source)
    dates = accession(events, named)
    listed = accession(events, "earliest") if named == "texts" else dates
    signed = accession(events, "earliest", placeholder="as_printed")
    if until not in set(panel["year"]):
        raise CoverageError(f"no {OUTCOMES[outcome]} of {until}")
    inside = panel[panel["year"] <= until]
    treated = signed.loc[(signed["year"] <= until).fillna(False), "economy"]
    pool = donors_of(inside, listed, donors, until + 1, [*eco.CA5, *treated])
    rows = [inside[["economy", "year", "source_id"]], dates[["economy", "date", "source_id"]]]
    where = f"in the list of {source_name(named)}" if named in known.lists else "in dated texts"
    return Comparison(
        dates.dropna(subset=["year"]).set_index("economy")["year"],
        inside.pivot(index="year", columns="economy", values="log"),
        pool,
        Figures(pd.concat(rows, ignore_index=True)),
        where,
        OUTCOMES[outcome],
    )


def control(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    economy: str,
    *,
    method: Fit = "synthetic",
    **choices: Any,
) -> SyntheticControl:
    """The synthetic control of one economy (log of US dollars).

    economy: its code or name. method, choices: one each, by default the main ones; see
    `effect_fits`. Raises CoverageError without a known date of signing, without figures, with fewer
    than eight years before it or ten donors.
    """
    return comparison(figures, events, **choices).fit(eco.resolve(economy), method)[0]


def effect_fits(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    accession_list: str | None = None,
    **choices: Any,
) -> pd.DataFrame:
    """Fits of every economy by every list of dates, or by one, a row each.

    figures: like table `trade` for 'china_imports' (`china_imports`), like table `macro` for
        'income_per_head' (`incomes`). events: like table `events`. economies: codes or names.
    accession_list: 'M_GFDC25', 'M_LPV26' or 'texts'; each in turn where none is named.
    choices: outcome ('china_imports', 'income_per_head'), donors ('never_or_late', 'never'), source
        (of imports: 'joined', 'WTO_HSM'), method ('synthetic', 'synthetic_demeaned'), until (2020,
        2019, 2022); the first of what is not named.
    Returns accession_list, the columns of an estimates frame (estimate: the effect, log points),
    p_gain and p_loss (one-sided ranks among donors put in the place of the treated unit), p
    (two-sided), start (year of signing), donors_used (number); the reason in `missing` where an
    economy has no fit.
    Source of the ranks: Abadie (2021), Journal of Economic Literature 59(2), section 3.5.
    """
    lists = [accession_list] if accession_list else [*settings().belt_and_road.lists, "texts"]
    rows = []
    for of in lists:
        fits = _fits(figures, events, economies, **choices, accession_list=of)
        rows += [{"accession_list": of} | fit for fit in fits]
    figures_ = ["estimate", "low", "high", *_OF_A_FIT[:3]]
    return pd.DataFrame(rows).astype(dict.fromkeys(figures_, "float64"))


@once
def _fits(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    economies: Sequence[str],
    *,
    method: str = "synthetic",
    **choices: Any,
) -> list[dict[str, Any]]:
    """Rows of `effect_fits` of one list."""
    rows = []
    for code in map(eco.resolve, economies):
        try:
            compared = comparison(figures, events, **choices)
            fit, ranks = compared.fit(code, method)
        except CoverageError as error:
            reason = error.what.removeprefix(f"{code}: ")
            rows.append(estimate_row(economy=code, missing=reason) | dict.fromkeys(_OF_A_FIT))
            continue
        found = ranks.p_positive, ranks.p_negative, ranks.p, int(fit.start), len(fit.donors)
        row = estimate_row(economy=code, estimate=fit.effect)
        row |= compared.behind((code, *fit.donors))
        rows.append(row | dict(zip(_OF_A_FIT, found, strict=True)))
    return rows


def _controls(
    figures: pd.DataFrame, events: pd.DataFrame, fits: pd.DataFrame, **choices: Any
) -> Iterator[tuple[Any, SyntheticControl]]:
    """Each fit of `effect_fits` that there is, with its synthetic control."""
    fitted = fits.dropna(subset="estimate")
    what = "economy that can be set beside a synthetic control"
    for fit in require_some(fitted, what).itertuples():
        choices["accession_list"] = fit.accession_list
        yield fit, control(figures, events, fit.economy, **choices)


def courses_of(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    fits: pd.DataFrame,
    *,
    outcome: Outcome = "china_imports",
) -> pd.DataFrame:
    """What the main synthetic controls compare, year by year, one economy after the other.

    figures, events, outcome: as in `effect_fits`. fits: of it; economies without a fit are left
        out.
    Returns economy, the columns of `SyntheticControl.to_frame`, and sources.
    Raises CoverageError without a fit.
    """
    parts = [
        found.to_frame().assign(economy=fit.economy, sources=[fit.sources] * len(found.gaps))
        for fit, found in _controls(figures, events, fits, outcome=outcome)
    ]
    return pd.concat(parts, ignore_index=True)


def made_up_dates(trade: pd.DataFrame, events: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """What the main fits of exports show at dates at which nothing was signed, and of whom they are
    made.

    trade, events: like the tables of these names. fits: of `effect_fits`; economies without a fit
        are left out.
    Returns economy, start (each of PLACEBO_YEARS before signing), effect and p, donors (number), of
    these joined (who signed at any time, by any list) and contaminated (within the years used),
    sources. Raises CoverageError without a fit.
    """
    first, parts = accession_variants(events).groupby("economy")["year"].min(), []
    for fit, synthetic in _controls(trade, events, fits):
        rows = synthetic.in_time([year for year in PLACEBO_YEARS if year < fit.start])
        signed = first.reindex(synthetic.donors)
        counts = {"donors": len(signed), "joined": signed.notna().sum()}
        counts["contaminated"] = (signed <= UNTIL).sum()
        parts.append(rows.assign(economy=fit.economy, sources=[fit.sources] * len(rows), **counts))
    columns = ["economy", "start", "effect", "p", *counts, "sources"]
    return pd.concat(parts, ignore_index=True)[columns].convert_dtypes()


Pool = Literal["did2s", "saturated", "twfe"]


def pooled_effects(trade: pd.DataFrame, events: pd.DataFrame, **choices: Any) -> pd.DataFrame:
    """Effect of signing on the log of exports to China, of the five with a date of signing pooled
    by event study; the donors never signed, or late.

    trade, events, choices: as in `effect_fits`.
    Returns method, effect (log points), pretrend (what leads say), without (who has no date or no
    exports, in words) and sources, one row per method. The models: `stats.event_study`.
    Raises CoverageError where nobody can be estimated.
    """
    compared = comparison(trade, events, **choices)
    able = [c for c in eco.CA5 if c in compared.starts and c in compared.wide]
    units = [*require_some(able, "date of signing for any of the five"), *compared.pool]
    long = compared.wide[units].melt(ignore_index=False, value_name="log").dropna().reset_index()
    long["first"] = long["economy"].map(compared.starts[able]).astype(float)
    asked: dict[str, Any] = {"unit": "economy", "time": "year", "outcome": "log", "first": "first"}
    rows = []
    for method in get_args(Pool):
        fit = event_study(long, **asked, estimator=method)
        effect = float(fit.att["estimate"])
        rows.append({"method": method, "effect": effect, "pretrend": fit.pretrend["statement"]})
    without = eco.joined(eco.name_of(code) for code in eco.CA5 if code not in able)
    sources = [compared.behind(units)["sources"]] * len(rows)
    return pd.DataFrame(rows).assign(without=without, sources=sources)


def partial_conjunction(p_values: Sequence[float | None], at_least: int) -> float:
    """p-value of 'fewer than `at_least` of the n effects are there': min(1, (n - u + 1) times the
    u-th smallest p).

    p_values: one for each of the n effects. at_least: u.
    Holds its level under any dependence. A missing p counts as one.
    Source: Benjamini and Heller (2008), Biometrics 64(4), with Bonferroni's inequality.
    """
    p = pd.Series(p_values, dtype=float).fillna(1.0).sort_values().to_numpy()
    return float(min(1.0, (len(p) - at_least + 1) * p[at_least - 1]))


@measure("relations.placebo_p", kind="p")
@tells("change", "asked", "changes", "least", "tested")
def placebo_p(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    side: Side,
    at_least: int = 0,
    outcome: Outcome = "china_imports",
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    source: str = "joined",
    method: Fit = "synthetic",
    until: int = UNTIL,
) -> list[Estimate]:
    """One-sided placebo rank p of a gain or a loss after signing, for each economy or for several
    at once.

    figures, events, economies, outcome: as in `effect_fits`; accession_list, donors, source,
        method, until: one choice each.
    at_least: 0, or a number: p of 'fewer than so many of the economies gained', or lost. Fewer
        economies than that (a run for one of them) ask for all of them.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; the estimate is
    p_gain or p_loss, at least 1 / (donors + 1); it tells the `change` beside the synthetic control.
    An economy without a fit has the reason in `missing`.
    Of several at once one row, economy ''; the estimate is p of `partial_conjunction`; it tells how
    many are `asked` for, the `changes` beside the synthetic controls with the rank of each, how
    many were `tested`, and the `least` that p could have been, which hangs on the number of donors.
    An economy without a fit counts with p of one; where none has a fit, the reasons stand in
    `missing`.
    """
    choices = {"accession_list": accession_list, "donors": donors, "source": source}
    fits = _fits(figures, events, economies, outcome=outcome, method=method, until=until, **choices)
    rows = []
    for fit in fits:
        p, change = fit[f"p_{side}"], ""
        if p is not None:
            percent = 100 * np.expm1(fit["estimate"])
            change = f"{'+' if percent > 0 else ''}{numbers.fixed(percent)}% (p {p:.2g})"
        rows.append(fit | {"estimate": p, "about": {"change": change}})
    return [_joint(rows, min(at_least, len(rows)))] if at_least else rows


def _joint(rows: Sequence[Estimate], at_least: int) -> Estimate:
    """The row of at least so many of the economies together."""
    tested = [row for row in rows if not row["missing"]]
    if not tested:
        return estimate_row(missing="; ".join(sorted({row["missing"] for row in rows})))
    floors = [1 if row["missing"] else 1 / (row["donors_used"] + 1) for row in rows]
    changes = (f"{row['about']['change']} in {eco.in_prose(row['economy'])}" for row in tested)
    about = {
        "asked": in_words(at_least),
        "changes": eco.joined(changes),
        "least": f"{partial_conjunction(floors, at_least):.2g}",
        "tested": in_words(len(tested)),
    }
    of = {name: [row[name] for row in tested] for name in tested[0]}
    p = partial_conjunction([row["estimate"] for row in rows], at_least)
    return estimate_row(estimate=p, about=about) | {
        "n": sum(of["n"]),
        "first_year": min(of["first_year"]),
        "last_year": max(of["last_year"]),
        "sources": tuple(sorted({*chain(*of["sources"])})),
        "path": "-".join(sorted(of["path"])),
    }
