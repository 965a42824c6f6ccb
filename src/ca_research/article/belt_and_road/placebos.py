"""Placebo ranks of what followed signing: exports to China and income per head, one economy at a
time and several of them at once.

Like `belt_and_road.effect` by synthetic control, but for many specifications: without placebo
dates, with the rank of a loss beside that of a gain, and all fits as rows that every criterion can
read.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from ...claims.slots import in_words
from ...estimates.frame import ESTIMATE_COLUMNS, Estimate, Figures, estimate_row
from ...estimates.measures import measure, tells
from ...estimates.once import once
from ...ground import economies as eco
from ...ground import numbers
from ...ground.errors import CoverageError, UsageError, known_name
from ...stats.event_study import event_study
from ...stats.synthetic import Course, SyntheticControl, followed, synthetic_control
from ..settings import settings
from .measures import (
    DONORS,
    Donors,
    accession,
    accession_variants,
    china_imports,
    donors_of,
    incomes,
    list_words,
)

Outcome = Literal["china_imports", "income_per_head"]
OUTCOMES = {
    "china_imports": "imports reported by China",
    "income_per_head": "income per head",
}
"""What may have changed, in words."""
Fit = Literal["synthetic", "synthetic_demeaned"]
Side = Literal["gain", "loss"]
UNTILS = (2020, 2019, 2022)
"""Last years counted, the declared one first; 2019 is the last before the pandemic."""
PLACEBO_YEARS = (2008, 2011)
"""Dates at which nothing was signed: the onset of the crisis and the middle between it and 2014
(declared for C20).
"""
_OF_A_FIT = ("p_gain", "p_loss", "p", "start", "donors_used", "pre_rmspe", "post_rmspe")


def axes() -> dict[str, tuple[Any, ...]]:
    """The choices of a specification and their values."""
    known = settings().belt_and_road
    return {
        "accession_list": (*known.lists, "texts"),
        "donors": DONORS,
        "source": ("joined", known.imports_early),
        "method": get_args(Fit),
        "until": UNTILS,
    }


def placebo_ranks(fit: SyntheticControl) -> dict[str, float]:
    """Effect and placebo ranks of a fit: effect (units of the outcome), p_gain and p_loss
    (one-sided), p (two-sided).

    Every donor takes the treated unit's place, which moves to the pool. p_gain is the share of
    units, the treated one included, whose root mean square of positive gaps after over that of all
    gaps before is at least as large; p_loss the same of negative gaps; p of all gaps. p_gain and p
    are those of `SyntheticControl.placebos`.
    Source: Abadie (2021), Journal of Economic Literature 59(2), section 3.5.
    """
    return _ranks(fit._course)


def _ranks(course: Course) -> dict[str, float]:
    gaps = course.gaps()
    late = gaps.compress(course.after, axis=1)
    before = np.mean(gaps.compress(~course.after, axis=1) ** 2, axis=1)
    sizes = np.stack(
        [np.mean(part**2, axis=1) for part in (np.maximum(late, 0), np.minimum(late, 0), late)]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        # an exact match counts against a finding
        ratios = np.where(before > 0, sizes / before, np.inf)
    gain, loss, either = (ratios >= ratios[:, :1]).mean(axis=1).tolist()
    return {"effect": course.effect, "p_gain": gain, "p_loss": loss, "p": either}


class _Panel(NamedTuple):
    """The figures of a fit, the treated unit first: equal where they are the same, so that a fit is
    made once for them, in whatever specification and without whatever source they come up.
    """

    cells: bytes
    units: tuple[str, ...]
    years: tuple[int, ...]

    def values(self) -> np.ndarray:
        """A row per year and a column per unit."""
        return np.frombuffer(self.cells).reshape(len(self.years), len(self.units))


@lru_cache(maxsize=1024)
def _fitted(panel: _Panel, start: int, demean: bool) -> Course:
    """The course of the first unit."""
    return followed(panel.values(), panel.units, np.array(panel.years), start, demean=demean)


@lru_cache(maxsize=1024)
def _ranked(panel: _Panel, start: int, demean: bool) -> dict[str, float]:
    return _ranks(_fitted(panel, start, demean))


@dataclass(frozen=True)
class Comparison:
    """What the fits of one list, pool, panel and last year share.

    dates: as of `accession`. wide: log of the outcome, a row per year and a column per economy.
    pool: the donors. rows: figures and dates, with the places of each economy in `places`.
    """

    dates: pd.DataFrame
    wide: pd.DataFrame
    pool: list[str]
    rows: Figures
    places: Mapping[str, Sequence[int]]
    accession_list: str
    outcome: str

    def asked(self, economy: str, method: str) -> tuple[_Panel, int, bool]:
        """What `_fitted` takes for an economy; raises CoverageError where it cannot be fitted."""
        signed = self.dates.loc[self.dates["economy"] == economy, "year"].dropna()
        if signed.empty:
            where = list_words(self.accession_list)
            raise CoverageError(f"{economy}: no known date of signing {where}")
        if economy not in self.wide:
            raise CoverageError(f"{economy}: no {OUTCOMES[self.outcome]}")
        units = (economy, *(c for c in self.pool if c != economy))
        panel = _Panel(
            self.wide[list(units)].to_numpy(float).tobytes(), units, tuple(self.wide.index)
        )
        return panel, int(signed.iloc[0]), method == "synthetic_demeaned"

    def behind(self, units: Sequence[str]) -> dict[str, Any]:
        """What an estimate tells of the rows it rests on: figures and dates of these economies."""
        return self.rows.behind(sorted(at for unit in units for at in self.places.get(unit, ())))


@once
def comparison(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    *,
    outcome: str,
    source: str,
    accession_list: str,
    donors: str,
    until: int,
) -> Comparison:
    """What the fits of one panel up to a last year share; the arguments are those of `effect_fits`.

    Nobody who signed by the last year, by any list or text, is a donor: it would be treated itself
    within the years that are compared. Raises CoverageError where a list or a source has no rows.
    """
    panel = _panel(figures, outcome, source)
    dates = accession(events, accession_list)
    listed = accession(events, "earliest") if accession_list == "texts" else dates
    signed = accession(events, "earliest", placeholder="as_printed")
    if until not in set(panel["year"]):
        raise CoverageError(f"no {OUTCOMES[outcome]} of {until}")
    inside = panel[panel["year"] <= until]
    wide = inside.pivot(index="year", columns="economy", values="log")
    treated = set(signed.loc[signed["year"] <= until, "economy"])
    pool = [e for e in donors_of(inside, listed, donors, until + 1, eco.CA5) if e not in treated]
    rows = pd.concat(
        [inside[["economy", "year", "source_id"]], dates[["economy", "date", "source_id"]]],
        ignore_index=True,
    )
    places = rows.groupby("economy").indices
    return Comparison(dates, wide, pool, Figures(rows), places, accession_list, outcome)


@once
def _panel(figures: pd.DataFrame, outcome: str, source: str) -> pd.DataFrame:
    """economy, year, log (of the outcome), source_id."""
    if outcome == "income_per_head":
        return incomes(figures)
    return china_imports(figures, source).rename(columns={"log_imports": "log"})


def control(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    economy: str,
    *,
    outcome: Outcome = "china_imports",
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    source: str = "joined",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
) -> SyntheticControl:
    """The synthetic control of one economy (log of US dollars).

    economy: its code or name. The others: one choice each, see `effect_fits`.
    Raises UnknownNameError for an unknown choice; CoverageError without a known date of signing,
    without figures, with fewer than eight years before it or ten donors.
    """
    choices = _choices(accession_list, donors, source, method, until)
    method = choices.pop("method")
    shared = comparison(figures, events, outcome=outcome, **choices)
    panel, start, demean = shared.asked(eco.resolve(economy), method)
    wide = pd.DataFrame(panel.values(), index=panel.years, columns=panel.units)
    return synthetic_control(wide, panel.units[0], start, demean=demean)


def _choices(
    accession_list: str | None, donors: str, source: str, method: str, until: int
) -> dict[str, Any]:
    """One choice of each axis by name; raises UnknownNameError for another."""
    chosen = {
        "accession_list": accession_list or settings().belt_and_road.by_month,
        "donors": donors,
        "source": source,
        "method": method,
        "until": until,
    }
    _known(chosen)
    return chosen


def _known(choices: Mapping[str, Any]) -> None:
    """Raise UnknownNameError for a choice that its axis does not have."""
    for name, value in choices.items():
        known_name(name, value, axes()[name])


def effect_fits(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    *,
    outcome: Outcome = "china_imports",
    economies: Sequence[str] = eco.CA5,
    accession_list: str | None = None,
    donors: Donors | None = None,
    source: str | None = None,
    method: Fit | None = None,
    until: int | None = None,
) -> pd.DataFrame:
    """Fits of every specification of `axes` (or of those with the named choices) for every economy,
    one row each.

    figures: like table `trade` for 'china_imports' (`china_imports`), like table `macro` for
        'income_per_head' (`incomes`). events: like table `events`. economies: codes or names.
    accession_list, donors, source (of imports), method, until: one of `axes` each, or None for all
        of them in turn.
    Returns the columns of `axes`, those of an estimates frame (estimate: the effect, log points),
    p_gain, p_loss, p (see `placebo_ranks`), start (year of signing), donors_used (number),
    pre_rmspe, post_rmspe (log points); the reason in `missing` where an economy has no fit.
    Raises UnknownNameError for another choice.
    """
    given = {
        "accession_list": accession_list,
        "donors": donors,
        "source": source if outcome == "china_imports" else "joined",
        "method": method,
        "until": until,
    }
    _known({name: value for name, value in given.items() if value is not None})
    values = [axes()[name] if value is None else (value,) for name, value in given.items()]
    rows = [
        dict(zip(given, chosen, strict=True)) | row
        for chosen in itertools.product(*values)
        for row in _fits(
            figures, events, economies, outcome=outcome, **dict(zip(given, chosen, strict=True))
        )
    ]
    frame = pd.DataFrame(rows).reindex(columns=[*axes(), *ESTIMATE_COLUMNS, *_OF_A_FIT])
    numeric = ("estimate", "low", "high", "p_gain", "p_loss", "p")
    return frame.astype(dict.fromkeys(numeric, "float64"))


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
    fitted = fits.loc[fits["estimate"].notna(), "economy"]
    controls = {e: control(figures, events, e, outcome=outcome).to_frame() for e in fitted}
    if not controls:
        raise CoverageError("no economy that can be set beside a synthetic control")
    compared = pd.concat(controls, names=["economy", None]).reset_index("economy")
    return compared.assign(sources=compared["economy"].map(fits.set_index("economy")["sources"]))


def made_up_dates(trade: pd.DataFrame, events: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """What the main fits of exports show at dates at which nothing was signed, and of whom they are
    made.

    trade, events: like the tables of these names. fits: of `effect_fits`; economies without a fit
        are left out.
    Returns economy, in_time (gap and p of each of PLACEBO_YEARS before signing, in words), donors
    (number), of these joined (who signed at any time, by any list) and contaminated (within the
    years used), sources.
    """
    first = accession_variants(events).groupby("economy")["year"].min()
    rows = []
    for fit in fits[fits["estimate"].notna()].itertuples():
        found = control(trade, events, fit.economy, accession_list=fit.accession_list)
        gaps = found.in_time([year for year in PLACEBO_YEARS if year < fit.start])
        signed = first.reindex(found.donors)
        said = [
            f"{int(g.start)}: {g.effect:+.2f} (p {g.p:.2f})"
            for g in gaps.itertuples()
            if not g.missing
        ]
        rows.append(
            {
                "economy": fit.economy,
                "in_time": "; ".join(said),
                "donors": len(signed),
                "joined": int(signed.notna().sum()),
                "contaminated": int((signed <= UNTILS[0]).sum()),
                "sources": fit.sources,
            }
        )
    columns = ["economy", "in_time", "donors", "joined", "contaminated", "sources"]
    return pd.DataFrame(rows, columns=columns)


Pool = Literal["did2s", "saturated", "twfe"]


def pooled_effects(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    methods: Sequence[Pool] = get_args(Pool),
    economies: Sequence[str] = eco.CA5,
    accession_list: str | None = None,
) -> pd.DataFrame:
    """Effect of signing on the log of exports to China, all with a date of signing pooled by event
    study.

    trade, events, accession_list: as in `effect_fits`; the donors never signed, or late.
    Returns method, effect (log points), pretrend (what leads say), caution, without (who has no
    date or no exports, in words) and sources, one row per method. The models: `stats.event_study`.
    Raises CoverageError where nobody can be estimated.
    """
    choices = _choices(accession_list, "never_or_late", "joined", "synthetic", UNTILS[0])
    choices.pop("method")
    shared = comparison(trade, events, outcome="china_imports", **choices)
    signed = shared.dates.set_index("economy")["year"].dropna()
    codes = [eco.resolve(e) for e in economies]
    able = [code for code in codes if code in signed and code in shared.wide]
    if not able:
        raise CoverageError(f"no date of signing for {', '.join(codes)}")
    long = shared.wide[[*able, *shared.pool]].melt(ignore_index=False, value_name="log").dropna()
    long = long.reset_index().assign(first=lambda d: d["economy"].map(signed[able]).astype(float))
    without = [eco.name_of(code) for code in codes if code not in able]
    used = shared.behind([*able, *shared.pool])["sources"]
    rows = []
    for method in methods:
        fit = event_study(
            long, unit="economy", time="year", outcome="log", first="first", estimator=method
        )
        found = {"method": method, "effect": float(fit.att["estimate"]), "caution": fit.caution}
        rows.append(found | {"pretrend": fit.pretrend["statement"]})
    return pd.DataFrame(rows).assign(without=eco.joined(without), sources=[used] * len(rows))


def beside_controls(fits: pd.DataFrame) -> pd.DataFrame:
    """Fits of `effect_fits` as a table to read, with the effect in words."""
    names = {"start": "signed", "beside": "exports beside similar countries"}
    shown = fits.assign(beside=fits["estimate"].map(numbers.of_logs, na_action="ignore"))
    columns = ["accession_list", "economy", *names, "p_gain", "p_loss", "donors_used", "missing"]
    whole = {"start": "Int64", "donors_used": "Int64"}
    return shown[[*columns, "sources"]].astype(whole).rename(columns=names)


def ranks_in_words(fits: pd.DataFrame) -> dict[str, str]:
    """The two ranks of each economy with a fit, a line each."""
    said = "as large a gain elsewhere: p {:.2g}\nas large a loss elsewhere: p {:.2g}"
    fitted = fits[fits["estimate"].notna()]
    return {row.economy: said.format(row.p_gain, row.p_loss) for row in fitted.itertuples()}


@once
def _fits(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    economies: Sequence[str],
    *,
    outcome: str,
    method: str,
    **shared: Any,
) -> list[dict[str, Any]]:
    """Rows of `effect_fits` of one specification, without its choices."""
    rows = []
    for code in map(eco.resolve, economies):
        try:
            compared = comparison(figures, events, outcome=outcome, **shared)
            panel, start, demean = compared.asked(code, method)
            fit = _fitted(panel, start, demean)
        except CoverageError as error:
            reason = error.what.removeprefix(f"{code}: ")
            row = estimate_row(economy=code, missing=reason)
            rows.append(row | dict.fromkeys(_OF_A_FIT))
            continue
        ranks = dict(_ranked(panel, start, demean))
        about = {
            "start": start,
            "donors_used": len(fit.donors),
            "pre_rmspe": fit.pre_rmspe,
            "post_rmspe": fit.post_rmspe,
        }
        row = estimate_row(economy=code, estimate=ranks.pop("effect"))
        rows.append(row | ranks | compared.behind((code, *fit.donors)) | about)
    return rows


def _change(row: Mapping[str, Any], column: str) -> str:
    """'+205% (p 0.27)'; '' without a fit."""
    if pd.isna(row[column]):
        return ""
    percent = 100 * np.expm1(row["estimate"])
    return f"{'+' if percent > 0 else ''}{numbers.fixed(percent)}% (p {row[column]:.2g})"


@measure("relations.placebo_p")
@tells("change")
def placebo_p(
    figures: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    side: Side,
    outcome: Outcome = "china_imports",
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    source: str = "joined",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
) -> list[Estimate]:
    """One-sided placebo rank p of a gain or a loss after signing.

    figures, events, economies, outcome: as in `effect_fits`; accession_list, donors, source,
        method, until: one choice each.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; the estimate is
    p_gain or p_loss of `placebo_ranks`, at least 1 / (donors + 1); it tells the `change` beside the
    synthetic control. An economy without a fit has the reason in `missing`.
    """
    choices = _choices(accession_list, donors, source, method, until)
    column = f"p_{side}"
    return [
        row | {"estimate": row[column], "about": {"change": _change(row, column)}}
        for row in _fits(figures, events, economies, outcome=outcome, **choices)
    ]


def partial_conjunction(p_values: Sequence[float], at_least: int) -> float:
    """p-value of 'fewer than `at_least` of the n effects are there': min(1, (n - u + 1) times the
    u-th smallest p).

    p_values: one for each of the n effects. at_least: u.
    Holds its level under any dependence. A missing p counts as one. Raises UsageError for u outside
    1 to n.
    Source: Benjamini and Heller (2008), Biometrics 64(4), with Bonferroni's inequality.
    """
    p = pd.Series(p_values, dtype=float).fillna(1.0).sort_values().to_numpy()
    if not 1 <= at_least <= len(p):
        raise UsageError(
            f"at least {at_least} of {len(p)} cannot be asked for", hint=f"from 1 to {len(p)}"
        )
    return float(min(1.0, (len(p) - at_least + 1) * p[at_least - 1]))


@measure("relations.joint_p")
@tells("asked", "changes", "least", "tested")
def joint_p(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    at_least: int = 4,
    side: Side = "gain",
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    source: str = "joined",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
) -> list[Estimate]:
    """p-value of 'fewer than so many of the economies gained', or lost, in exports to China.

    trade, events, economies, side, accession_list, donors, source, method, until: as in
        `placebo_p`.
    at_least: a number. Fewer economies than that (a run for one of them) ask for all of them.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, economy ''; the
    estimate is p of `partial_conjunction`; it tells how many are `asked` for, the `changes` beside
    the synthetic controls with the rank of each, how many were `tested`, and the `least` that p
    could have been, which hangs on the number of donors. An economy without a fit counts with p of
    one; where none has a fit, the reasons stand in `missing`.
    """
    choices = _choices(accession_list, donors, source, method, until)
    fits = _fits(trade, events, economies, outcome="china_imports", **choices)
    column = f"p_{side}"
    there = [row for row in fits if pd.notna(row[column])]
    if not there:
        return [estimate_row(missing="; ".join(sorted({row["missing"] for row in fits})))]
    least = min(at_least, len(fits))
    floors = [1 / (row["donors_used"] + 1) for row in there] + [1.0] * (len(fits) - len(there))
    about = {
        "asked": in_words(least),
        "changes": eco.joined(
            f"{_change(row, column)} in {eco.in_prose(row['economy'])}" for row in there
        ),
        "least": f"{partial_conjunction(floors, least):.2g}",
        "tested": in_words(len(there)),
    }
    p = partial_conjunction([row[column] for row in fits], least)
    return [
        estimate_row(estimate=p, about=about)
        | {
            "n": int(sum(row["n"] for row in there)),
            "first_year": int(min(row["first_year"] for row in there)),
            "last_year": int(max(row["last_year"] for row in there)),
            "sources": tuple(sorted({source for row in there for source in row["sources"]})),
            "path": "-".join(sorted(row["path"] for row in there)),
        }
    ]
