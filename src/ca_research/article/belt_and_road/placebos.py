"""Placebo ranks of the effect of signing on exports to China, one economy at a time and three of
five at once.

Like `belt_and_road.effect` by synthetic control, but made for many specifications: without placebo
dates, with the rank of a loss beside that of a gain, and all fits as rows that every criterion can
read.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from ...claims.slots import in_words
from ...estimates.frame import ESTIMATE_COLUMNS, Estimate, Figures, estimate_row
from ...estimates.measures import measure, parts, tells
from ...ground import economies as eco
from ...ground import numbers
from ...ground.arguments import whole_number
from ...ground.errors import CoverageError, UnknownNameError, UsageError
from ...stats.frames import records
from ...stats.synthetic import Course, SyntheticControl, followed, synthetic_control
from ..settings import settings
from .measures import (
    DONORS,
    OUTCOMES,
    Donors,
    Outcome,
    accession_variants,
    china_imports,
    donors_of,
    first_signed,
    list_words,
)

UNTILS = (2020, 2019, 2022)
"""Last years counted, the declared one first; 2019 is the last before the pandemic."""
SIDES = {"gain": "p_gain", "loss": "p_loss"}


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


@dataclass(frozen=True)
class Prepared:
    """What the fits of one list, pool, panel and last year share."""

    dates: pd.DataFrame
    panel: pd.DataFrame
    wide: pd.DataFrame
    pool: list[str]
    accession_list: str
    outcome: str

    @cached_property
    def signed_in(self) -> dict[str, Any]:
        """Year of signing by economy; missing where it is not known."""
        return dict(zip(self.dates["economy"].tolist(), self.dates["year"].tolist(), strict=True))

    @cached_property
    def _place_of(self) -> dict[str, int]:
        return {economy: place for place, economy in enumerate(self.wide)}

    def figures(self, economy: str) -> _Figures | None:
        """Those of an economy and of the pool; None where it has none."""
        if economy not in self._place_of:
            return None
        units = (economy, *(c for c in self.pool if c != economy))
        cells = self._cells[:, [self._place_of[unit] for unit in units]]
        return _Figures(cells.tobytes(), units, self._years)

    def behind(self, units: tuple[str, ...]) -> dict[str, Any]:
        """What an estimate tells of the rows it rests on: figures and dates of these economies."""
        if units not in self._behind:
            rows, places = self._rows
            at = sorted(place for unit in units for place in places.get(unit, ()))
            self._behind[units] = rows.behind(at)
        return self._behind[units]

    @cached_property
    def _behind(self) -> dict[tuple[str, ...], dict[str, Any]]:
        return {}

    @cached_property
    def _rows(self) -> tuple[Figures, dict[str, list[int]]]:
        """Figures and dates of every economy, and where those of each stand."""
        rows = pd.concat(
            [
                self.panel[["economy", "year", "source_id"]],
                self.dates[["economy", "date", "source_id"]],
            ],
            ignore_index=True,
        )
        places: dict[str, list[int]] = {}
        for place, economy in enumerate(rows["economy"].tolist()):
            places.setdefault(economy, []).append(place)
        return Figures(rows), places

    @cached_property
    def _cells(self) -> np.ndarray:
        return self.wide.to_numpy(float)

    @cached_property
    def _years(self) -> tuple[int, ...]:
        return tuple(self.wide.index)


Dates = dict[str, pd.DataFrame | CoverageError]
Imports = dict[str, pd.DataFrame | CoverageError]
Fit = Literal["synthetic", "synthetic_demeaned"]
Fits = list[dict[str, Any]]
"""Rows of `effect_fits`; a frame of each specification would take as long as its fits."""
_OF_A_FIT = ("p_gain", "p_loss", "p", "start", "donors_used", "pre_rmspe", "post_rmspe")
ANY_LIST = "any"
"""Key of the earliest date of any list or text, a placeholder read as it is printed."""


def dates_by_list(events: pd.DataFrame) -> Dates:
    """`accession` by each list, by dated texts and by the earliest of all, or why there is none."""
    found: Dates = {}
    every = accession_variants(events)
    asked = {which: (which, "unknown") for which in (*axes()["accession_list"], "earliest")}
    for name, (which, placeholder) in (asked | {ANY_LIST: ("earliest", "as_printed")}).items():
        try:
            found[name] = first_signed(every, which, placeholder=placeholder)
        except CoverageError as error:
            found[name] = error
    return found


def imports_by_source(trade: pd.DataFrame) -> Imports:
    """`china_imports` by each compilation, or why there are none."""
    found: Imports = {}
    for source in axes()["source"]:
        try:
            found[source] = china_imports(trade, source).rename(columns={"log_imports": "log"})
        except CoverageError as error:
            found[source] = error
    return found


def pooled(
    panel: pd.DataFrame,
    by_list: Dates,
    *,
    outcome: str,
    accession_list: str | None,
    donors: str,
    until: int,
) -> Prepared | str:
    """What the fits of one panel up to a last year share, or why there are none.

    panel: economy, year, log (of the outcome), source_id. by_list: of `dates_by_list`.
    outcome: its name in words. accession_list, donors, until: one of `axes` each.
    Nobody who signed by the last year, by any list or text, is a donor: it would be treated itself
    within the years that are compared.
    """
    accession_list = accession_list or settings().belt_and_road.by_month
    for kind, value in (("accession_list", accession_list), ("donors", donors), ("until", until)):
        if value not in axes()[kind]:
            raise UnknownNameError(kind, value, axes()[kind])
    # dated texts name few economies
    asked = (accession_list, "earliest" if accession_list == "texts" else accession_list, ANY_LIST)
    found = [by_list[name] for name in asked]
    for each in found:
        if isinstance(each, CoverageError):
            return each.what
    dates, listed, signed = (each for each in found if isinstance(each, pd.DataFrame))
    if until not in set(panel["year"]):
        return f"no {outcome} of {until}"
    inside = panel[panel["year"] <= until]
    wide = inside.pivot(index="year", columns="economy", values="log")
    treated = set(signed.loc[signed["year"] <= until, "economy"])
    pool = [e for e in donors_of(inside, listed, donors, until + 1, eco.CA5) if e not in treated]
    return Prepared(dates, inside, wide, pool, accession_list, outcome)


@parts(by_list=dates_by_list, by_source=imports_by_source)
def prepared(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    accession_list: str | None = None,
    donors: str = "never_or_late",
    source: str = "joined",
    until: int = UNTILS[0],
    by_list: Dates | None = None,
    by_source: Imports | None = None,
) -> Prepared | str:
    """`pooled` of China's imports: a list or a source without rows is missing in its own
    specifications and takes no others with it.
    """
    if source not in axes()["source"]:
        raise UnknownNameError("source", source, axes()["source"])
    by_list = dates_by_list(events) if by_list is None else by_list
    by_source = imports_by_source(trade) if by_source is None else by_source
    bought = by_source[source]
    if isinstance(bought, CoverageError):
        return bought.what
    return pooled(
        bought,
        by_list,
        outcome="imports reported by China",
        accession_list=accession_list,
        donors=donors,
        until=until,
    )


class _Figures(NamedTuple):
    """The figures of a fit, equal where they are the same: a fit is made once for them, in whatever
    specification and without whatever source they come up.
    """

    cells: bytes
    units: tuple[str, ...]
    years: tuple[int, ...]

    def values(self) -> np.ndarray:
        """A row per year and a column per unit."""
        return np.frombuffer(self.cells).reshape(len(self.years), len(self.units))


@lru_cache(maxsize=1024)
def _fitted(figures: _Figures, start: int, demean: bool) -> Course:
    """The course of the first unit."""
    years = np.array(figures.years)
    return followed(figures.values(), figures.units, years, start, demean=demean)


@lru_cache(maxsize=1024)
def _ranked(figures: _Figures, start: int, demean: bool) -> dict[str, float]:
    return _ranks(_fitted(figures, start, demean))


def _asked(shared: Prepared, economy: str, method: str) -> tuple[_Figures, int, bool]:
    """What `_fitted` and `_ranked` take for an economy."""
    if method not in axes()["method"]:
        raise UnknownNameError("method", method, axes()["method"])
    start: Any = shared.signed_in.get(economy)
    if pd.isna(start):
        raise CoverageError(
            f"{economy}: no known date of signing {list_words(shared.accession_list)}"
        )
    figures = shared.figures(economy)
    if figures is None:
        raise CoverageError(f"{economy}: no {shared.outcome}")
    return figures, int(start), method.endswith("demeaned")


def control(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    economy: str,
    *,
    accession_list: str | None = None,
    donors: str = "never_or_late",
    source: str = "joined",
    method: str = "synthetic",
    until: int = UNTILS[0],
) -> SyntheticControl:
    """The synthetic control of one economy's exports to China (log of USD, as China reports them).

    trade, events: like the tables of these names. economy: its code or name.
    accession_list, donors, source, method, until: one of `axes` each; see `gain_p`.
    Raises UnknownNameError for an unknown choice; CoverageError without a known date of signing,
    without imports, with fewer than eight years before it or ten donors.
    """
    choices = {"accession_list": accession_list, "donors": donors, "source": source}
    return control_in(prepared(trade, events, **choices, until=until), economy, method)


def control_in(shared: Prepared | str, economy: str, method: str) -> SyntheticControl:
    """The synthetic control of one economy in what its fits share.

    Raises CoverageError where it cannot be fitted.
    """
    if isinstance(shared, str):
        raise CoverageError(shared)
    figures, start, demean = _asked(shared, eco.resolve(economy), method)
    wide = pd.DataFrame(figures.values(), index=figures.years, columns=figures.units)
    return synthetic_control(wide, figures.units[0], start, demean=demean)


def courses(controls: Mapping[str, SyntheticControl]) -> pd.DataFrame:
    """What several synthetic controls compare, year by year, one economy after the other.

    controls: by economy.
    Returns the columns of `SyntheticControl.to_frame` and economy.
    Raises CoverageError without a control.
    """
    if not controls:
        raise CoverageError("no economy that can be set beside a synthetic control")
    return pd.concat([found.to_frame().assign(economy=e) for e, found in controls.items()])


def effect_fits(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    accession_list: str | None = None,
    donors: str | None = None,
    source: str | None = None,
    method: str | None = None,
    until: int | None = None,
) -> pd.DataFrame:
    """Fits of every specification of `axes` (or of those with the named choices) for every economy,
    one row each.

    trade, events: like the tables of these names. economies: codes or names.
    accession_list, donors, source, method, until: one of `axes` each, or None for all of them in
        turn.
    Returns the columns of `axes`, those of an estimates frame (estimate: the effect, log points),
    p_gain, p_loss, p (see `placebo_ranks`), start (year of signing), donors_used (number),
    pre_rmspe, post_rmspe (log points); the reason in `missing` where an economy has no fit.
    Raises UnknownNameError for another choice.
    """
    given = {
        "accession_list": accession_list,
        "donors": donors,
        "source": source,
        "method": method,
        "until": until,
    }
    for name, value in given.items():
        if value is not None and value not in axes()[name]:
            raise UnknownNameError(name, value, axes()[name])
    chosen = {name: axes()[name] if value is None else (value,) for name, value in given.items()}
    by_list, by_source = dates_by_list(events), imports_by_source(trade)
    shared = cache(partial(prepared, trade, events, by_list=by_list, by_source=by_source))
    rows: list[dict[str, Any]] = []
    for values in itertools.product(*chosen.values()):
        choices = dict(zip(chosen, values, strict=True))
        method = choices.pop("method")
        rows += fits_in(shared(**choices), economies, choices | {"method": method})
    return fits_frame(rows)


@parts(shared=prepared)
def fits_of(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    accession_list: str | None = None,
    donors: str = "never_or_late",
    source: str = "joined",
    method: str = "synthetic",
    until: int = UNTILS[0],
    shared: Prepared | str | None = None,
) -> Fits:
    """Rows of `effect_fits` of one specification; shared: as `prepared` makes it."""
    choices = {
        "accession_list": accession_list or settings().belt_and_road.by_month,
        "donors": donors,
        "source": source,
        "until": until,
    }
    shared = prepared(trade, events, **choices) if shared is None else shared
    return fits_in(shared, economies, choices | {"method": method})


def fits_in(shared: Prepared | str, economies: Sequence[str], choices: dict[str, Any]) -> Fits:
    rows = []
    choices = choices | dict.fromkeys(_OF_A_FIT)
    for code in (eco.resolve(e) for e in economies):
        try:
            if isinstance(shared, str):
                raise CoverageError(shared)
            asked = _asked(shared, code, choices["method"])
            fit = _fitted(*asked)
        except CoverageError as error:
            reason = error.what.removeprefix(f"{code}: ")
            rows.append(choices | estimate_row(economy=code, missing=reason))
            continue
        found = dict(_ranked(*asked))
        row = estimate_row(economy=code, estimate=found.pop("effect")) | found
        row |= shared.behind((code, *fit.donors))
        row |= {"start": asked[1], "donors_used": len(fit.donors)}
        rows.append(choices | row | {"pre_rmspe": fit.pre_rmspe, "post_rmspe": fit.post_rmspe})
    return rows


def fits_frame(rows: Fits) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=[*axes(), *ESTIMATE_COLUMNS, *_OF_A_FIT])
    return frame.astype(
        dict.fromkeys(("estimate", "low", "high", "p_gain", "p_loss", "p"), "float64")
    )


def of_economies(fits: pd.DataFrame | Fits, economies: Sequence[str]) -> Fits:
    """Rows of fits that are of some economies, in their order in the fits."""
    rows = records(fits) if isinstance(fits, pd.DataFrame) else fits
    codes = {eco.resolve(e) for e in economies}
    return [row for row in rows if row["economy"] in codes]


def _picked(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    economies: Sequence[str],
    fits: pd.DataFrame | Fits | None,
    choices: dict[str, Any],
) -> Fits:
    if fits is None:
        fits = effect_fits(trade, events, economies=economies, **choices)
    known = axes()
    for name, value in choices.items():
        if value not in known[name]:
            raise UnknownNameError(name, value, known[name])
    mine = of_economies(fits, economies)
    return [row for row in mine if all(row[name] == value for name, value in choices.items())]


def _rank(
    column: str,
    trade: pd.DataFrame,
    events: pd.DataFrame,
    economies: Sequence[str],
    outcome: str,
    fits: pd.DataFrame | Fits | None,
    choices: dict[str, Any],
) -> list[Estimate]:
    if outcome not in OUTCOMES:
        raise CoverageError(
            f"no table holds {outcome.replace('_', ' ')} at constant prices",
            hint=f"known: {', '.join(OUTCOMES)}; add a table of your own with the other one",
        )
    return ranked(_picked(trade, events, economies, fits, choices), column)


def ranked(rows: Fits, column: str) -> list[Estimate]:
    """Fits as estimates of their placebo rank, which tell the `change` beside the synthetic control
    with that rank.
    """
    return [
        row | {"estimate": row[column], "about": {"change": _change(row, column)}} for row in rows
    ]


def _change(row: Mapping[str, Any], column: str) -> str:
    """'+205% (p 0.27)'; '' without a fit."""
    if pd.isna(row[column]):
        return ""
    percent = 100 * np.expm1(row["estimate"])
    return f"{'+' if percent > 0 else ''}{numbers.fixed(percent)}% (p {row[column]:.2g})"


@measure("relations.gain_p")
@tells("change")
@parts(fits=fits_of)
def gain_p(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    outcome: Outcome = "china_imports",
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    source: str = "joined",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
    fits: pd.DataFrame | Fits | None = None,
) -> list[Estimate]:
    """One-sided placebo rank p of a gain of exports to China after signing.

    trade: like table `trade`. events: like table `events`. economies: codes or names of those that
        signed.
    outcome: 'china_imports'.
    accession_list: 'M_GFDC25' (if not given), 'M_LPV26' or 'texts'. donors: 'never_or_late' or
        'never'. source: 'joined' or 'WTO_HSM'.
    method: 'synthetic' or 'synthetic_demeaned'. until: the last year counted, 2020, 2019 or 2022.
    fits: as `effect_fits` makes them (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; the estimate is
    p_gain of `placebo_ranks`, at least 1 / (donors + 1); it tells the `change` beside the synthetic
    control. An economy without a fit has the reason in `missing`.
    Raises CoverageError for an outcome that no table holds, UnknownNameError for another choice.
    """
    choices = {
        "accession_list": accession_list or settings().belt_and_road.by_month,
        "donors": donors,
        "source": source,
        "method": method,
        "until": until,
    }
    return _rank("p_gain", trade, events, economies, outcome, fits, choices)


@measure("relations.loss_p")
@tells("change")
@parts(fits=fits_of)
def loss_p(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    outcome: Outcome = "china_imports",
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    source: str = "joined",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
    fits: pd.DataFrame | Fits | None = None,
) -> list[Estimate]:
    """One-sided placebo rank p of a loss of exports to China after signing.

    trade, events, economies, outcome, accession_list, donors, source, method, until, fits: as in
        `gain_p`.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; the estimate is
    p_loss of `placebo_ranks`; it tells the `change` beside the synthetic control. An economy
    without a fit has the reason in `missing`.
    Raises CoverageError for an outcome that no table holds, UnknownNameError for another choice.
    """
    choices = {
        "accession_list": accession_list or settings().belt_and_road.by_month,
        "donors": donors,
        "source": source,
        "method": method,
        "until": until,
    }
    return _rank("p_loss", trade, events, economies, outcome, fits, choices)


def partial_conjunction(p_values: Sequence[float], at_least: int) -> float:
    """p-value of 'fewer than `at_least` of the n effects are there': min(1, (n - u + 1) times the
    u-th smallest p).

    p_values: one for each of the n effects. at_least: u.
    Holds its level under any dependence. A missing p counts as one. Raises UsageError for u outside
    1 to n.
    Source: Benjamini and Heller (2008), Biometrics 64(4), with Bonferroni's inequality.
    """
    p = np.sort(
        np.where(pd.isna(np.asarray(p_values, dtype=float)), 1.0, np.asarray(p_values, dtype=float))
    )
    if not 1 <= at_least <= len(p):
        raise UsageError(
            f"at least {at_least} of {len(p)} cannot be asked for", hint=f"from 1 to {len(p)}"
        )
    return float(min(1.0, (len(p) - at_least + 1) * p[at_least - 1]))


@measure("relations.joint_p")
@tells("asked", "changes", "least", "tested")
@parts(fits=fits_of)
def joint_p(
    trade: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    at_least: int = 4,
    side: Literal["gain", "loss"] = "gain",
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    source: str = "joined",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
    fits: pd.DataFrame | Fits | None = None,
) -> list[Estimate]:
    """p-value of 'fewer than so many of the economies gained', or lost.

    trade, events, economies, accession_list, donors, source, method, until, fits: as in `gain_p`.
    at_least: a number.
    side: 'gain' or 'loss'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, economy ''; the
    estimate is p of `partial_conjunction`; it tells how many are `asked` for, the `changes` beside
    the synthetic controls with the rank of each, how many were `tested`, and the `least` that p
    could have been, which hangs on the number of donors. An economy without a fit counts with p of
    one; where none has a fit, the reasons stand in `missing`. Fewer economies than at_least (a run
    for one of them) ask for all of them.
    Raises UnknownNameError for another choice.
    """
    if side not in SIDES:
        raise UnknownNameError("side", side, SIDES)
    choices = {
        "accession_list": accession_list or settings().belt_and_road.by_month,
        "donors": donors,
        "source": source,
        "method": method,
        "until": until,
    }
    picked = _picked(trade, events, economies, fits, choices)
    there = [row for row in picked if pd.notna(row[SIDES[side]])]
    if not there:
        return [estimate_row(missing="; ".join(sorted({row["missing"] for row in picked})))]
    least = min(whole_number("at_least", at_least), len(picked))
    p = partial_conjunction([row[SIDES[side]] for row in picked], least)
    floors = [1 / (row["donors_used"] + 1) for row in there] + [1.0] * (len(picked) - len(there))
    about = {
        "asked": in_words(least),
        "changes": eco.joined(
            f"{_change(row, SIDES[side])} in {eco.in_prose(row['economy'])}" for row in there
        ),
        "least": f"{partial_conjunction(floors, least):.2g}",
        "tested": in_words(len(there)),
    }
    row = estimate_row(estimate=p, about=about) | {
        "n": int(sum(row["n"] for row in there)),
        "first_year": int(min(row["first_year"] for row in there)),
        "last_year": int(max(row["last_year"] for row in there)),
        "sources": tuple(sorted({source for row in there for source in row["sources"]})),
        "path": "-".join(sorted(row["path"] for row in there)),
    }
    return [row]
