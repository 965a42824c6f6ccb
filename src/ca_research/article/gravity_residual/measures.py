"""How far China's trade with the five departs from gravity, and its rank among all economies in
China's place.

`gravity_reassign.reassign` estimates the model anew for each economy. Here all candidates are taken
from one fit of the model without any of them (`added`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ...estimates.frame import ESTIMATE_COLUMNS, Estimate, Figures, estimate_row
from ...estimates.measures import measure, parts, tells
from ...ground import economies as eco
from ...ground.errors import CoverageError, UnknownNameError, known_name
from ...ground.numbers import of_logs
from ...stats.fixed_effects import Sample, prune
from ...stats.forecast import ConvergenceError
from ...stats.frames import require
from ...trade.gravity import CHANGE, ESTIMATORS, GEOGRAPHY, LEVEL, Estimator, complete
from ...trade.gravity_panel import panel as make_panel
from ...trade.gravity_reassign import DIRECTIONS, LEAST_PAIRS, Direction
from ..settings import settings
from .added import converged, fitted_means, one_step

Asked = Literal["controlled", "level", "change"]
QUESTIONS = get_args(Asked)
SINCE = 2014
"""First year after the proposal of September 2013."""
Years = Literal["all", "newest"]
YEARS = get_args(Years)
POOLS = ("every", "outside")
"""Who is put in China's place: every economy, or those alone that were never in the CIS. Former
members of one state trade more with the five than gravity implies, for reasons of their own.
"""
STRIPS = (("controlled", "all"), ("controlled", "newest"), ("change", "all"))
"""Questions with the years of the panel that each is asked of."""
_AXES = ("question", "direction", "estimator", "years", "country")
_SIDES = {"exports": [("exporter", "importer")], "imports": [("importer", "exporter")]}
_SIDES["both"] = [*_SIDES["exports"], *_SIDES["imports"]]
"""The side of who is asked about and that of its partners, by direction."""
Wanted = tuple[str, tuple[str, ...]]
"""A direction and partners."""


@dataclass(frozen=True)
class _Prepared:
    """What all directions and partners of one question, estimator and panel share: the pruned
    sample, its rows, and the means fitted without any of them (PPML).
    """

    sample: Sample
    means: np.ndarray | None
    rows: pd.DataFrame
    late: np.ndarray
    change: bool
    estimator: str

    def spans(self) -> list[np.ndarray]:
        return [self.late, ~self.late] if self.change else [self.late]

    @cached_property
    def economies(self) -> pd.Index:
        """All that stand on either side."""
        sides = (self.rows[side].unique() for side in ("exporter", "importer"))
        return pd.Index(sorted({code for side in sides for code in side}))

    @cached_property
    def ends(self) -> dict[str, np.ndarray]:
        """The number of the economy at each end of each row."""
        sides = ("exporter", "importer")
        return {side: self.economies.get_indexer(self.rows[side]) for side in sides}

    def marks(self, column: np.ndarray, direction: str, partners: Sequence[str]) -> Any:
        """`treated` for every candidate, whatever the year: a sparse matrix of rows by candidates,
        one on its pairs with partners.

        column: of the candidate that each economy is, -1 for none.
        """
        from scipy import sparse

        asked = self.economies.isin(list(partners))
        found: list[np.ndarray] = []
        for own, other in _SIDES[direction]:
            place = column[self.ends[own]]
            hit = np.flatnonzero(asked[self.ends[other]] & (place >= 0))
            found.append(np.array([hit, place[hit]]))
        rows, columns = np.concatenate(found, axis=1)
        shape = (len(self.late), int(column.max()) + 1)
        return sparse.csc_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)

    def term(self, economy: str, direction: str, partners: Sequence[str]) -> np.ndarray:
        """One on the rows of an economy with partners, within the years that are asked about."""
        alone = np.where(self.economies == economy, 0, -1)
        return self.marks(alone, direction, partners).toarray().ravel() * self.late


def _prepare(panel: pd.DataFrame, question: str, estimator: str) -> _Prepared:
    if question not in QUESTIONS:
        raise UnknownNameError("question", question, QUESTIONS)
    change = question == "change"
    covariates: tuple[str, ...] = () if change else GEOGRAPHY
    effects = CHANGE if change else LEVEL
    if question == "controlled":
        panel = with_commonwealth(panel)
        covariates = (*GEOGRAPHY, "commonwealth")
    whole, known = complete(panel, covariates, effects, estimator, "pair", [])
    sample, stayed = prune(whole, estimator, [])
    rows = panel.loc[known, ["exporter", "importer", "year"]][stayed]
    late = (rows["year"] >= SINCE).to_numpy() if change else np.ones(len(rows), dtype=bool)
    means = fitted_means(sample) if estimator == "ppml" else None
    return _Prepared(sample, means, rows, late, change, estimator)


def with_commonwealth(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel with `commonwealth`: 1 where both sides were in the Soviet Union, else 0."""
    inside = panel[["exporter", "importer"]].isin(_former_soviet()).all(axis=1)
    return panel.assign(commonwealth=inside.astype(float))


class Samples:
    """A panel with the samples made of it, and the places of economies in them: each is pruned,
    fitted and ranked once, whoever asks.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `panel()` gives it, with geography.
    """

    def __init__(self, panel: pd.DataFrame) -> None:
        newest = panel["year"] == panel["year"].max()
        self._panels = {"all": panel, "newest": panel[newest].reset_index(drop=True)}
        self._made: dict[tuple[str, str, str], _Prepared] = {}
        self._ranked: dict[Any, dict[Wanted, pd.DataFrame]] = {}
        self._behind: dict[tuple[str, Wanted], dict[str, Any]] = {}

    def panel(self, years: str) -> pd.DataFrame:
        """The rows of 'all' years or of the 'newest' one."""
        return self._panels[years]

    def of(self, question: str, estimator: str, years: str) -> _Prepared:
        """Raises what `gravity` raises."""
        asked = (question, estimator, years)
        if asked not in self._made:
            self._made[asked] = _prepare(self.panel(years), question, estimator)
        return self._made[asked]

    def tables(
        self, asked: tuple[str, str, str], wanted: Sequence[Wanted], never: set[str]
    ) -> list[pd.DataFrame]:
        """`placebo_table` for each direction and partners; they are not to be changed.

        asked: as for `of`. never: economies that take nobody's place. Raises what `gravity` raises.
        """
        made = self._ranked.setdefault((asked, frozenset(never)), {})
        if new := [each for each in wanted if each not in made]:
            made |= zip(new, _tables(self.of(*asked), new, never), strict=True)
        return [made[each] for each in wanted]

    def behind(self, years: str, wanted: Wanted) -> dict[str, Any]:
        """What an estimate tells of the rows it rests on.

        Which pairs are China's is part of the data path: the rows of the panel are the same for
        every direction.
        """
        if (years, wanted) not in self._behind:
            used = self.panel(years)[["exporter", "year", "source_id"]].drop_duplicates()
            direction, partners = wanted
            told = used.assign(pairs=f"{direction} {' '.join(partners)}")
            self._behind[years, wanted] = Figures(told).behind()
        return self._behind[years, wanted]


def _pairs(shared: _Prepared, marks: Any) -> np.ndarray:
    """In how many pairs each candidate trades (for a change: both before and after, the fewer)."""
    positive = (
        shared.sample.y > 0 if shared.estimator == "ppml" else np.ones(marks.shape[0], dtype=bool)
    )
    pair, entries, counts = shared.sample.cluster, marks.tocoo(), []
    size = int(pair.max()) + 1
    for span in shared.spans():
        keep = (positive & span)[entries.row]
        seen = np.unique(entries.col[keep].astype(np.int64) * size + pair[entries.row[keep]])
        counts.append(np.bincount(seen // size, minlength=marks.shape[1]))
    return np.min(counts, axis=0)


def _tables(shared: _Prepared, wanted: Sequence[Wanted], never: set[str]) -> list[pd.DataFrame]:
    """`placebo_table` for several directions and partners in one step; `never`: economies that take
    nobody's place.
    """
    from scipy import sparse

    names = shared.economies.difference(list(never))
    column = names.get_indexer(shared.economies)
    blocks = [shared.marks(column, *each) for each in wanted]
    pairs = [_pairs(shared, block) for block in blocks]
    able = [count >= LEAST_PAIRS for count in pairs]
    late = sparse.diags(shared.late.astype(float))
    marks = sparse.hstack(
        [late @ block[:, np.flatnonzero(ok)] for block, ok in zip(blocks, able, strict=True)]
    )
    steps = one_step(shared.sample, marks, shared.means) if marks.shape[1] else np.array([])
    found = np.split(steps, np.cumsum([ok.sum() for ok in able])[:-1])
    return [_table(names, *each) for each in zip(pairs, able, found, strict=True)]


def _table(names: pd.Index, pairs: np.ndarray, able: np.ndarray, found: np.ndarray) -> pd.DataFrame:
    """Economies with what was found for those that are able."""
    values = np.full(len(names), np.nan)
    values[able] = found
    why = [
        f"only {n} of the pairs trade" if n < LEAST_PAIRS else "collinear" if gone else ""
        for n, gone in zip(pairs.tolist(), np.isnan(values).tolist(), strict=True)
    ]
    table = pd.DataFrame({"economy": names, "estimate": values, "pairs": pairs, "missing": why})
    return table.sort_values("estimate", ascending=False, na_position="last", ignore_index=True)


def placebo_table(
    panel: pd.DataFrame,
    partners: Sequence[str] = eco.CA5,
    *,
    question: str = "level",
    direction: str = "exports",
    estimator: str = "ppml",
) -> pd.DataFrame:
    """Every economy in China's place: economy, estimate (log points, see `one_step`), pairs,
    missing; largest first.

    panel: as `panel()` gives it, with geography for 'level'.
    partners: codes or names of the other side.
    question: one of QUESTIONS. direction: 'exports', 'imports' or 'both'. estimator: 'ppml' or
        'ols'.
    The rule for who can take the place is that of `reassign`: at least LEAST_PAIRS positive pairs,
    for a change both before and after; partners cannot. Who cannot has no estimate and the reason
    in `missing`.
    Raises UnknownNameError for a choice, and what `gravity` raises.
    """
    if direction not in DIRECTIONS:
        raise UnknownNameError("direction", direction, DIRECTIONS)
    shared, codes = _prepare(panel, question, estimator), eco.resolve_all(partners)
    return _tables(shared, [(direction, tuple(codes))], set(codes))[0]


def every_place(samples: Samples, partners: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """`placebo_table` for every model of the level and the change, one below the other.

    Parameters
    ----------
    samples : Samples
        Of the panel.
    partners : sequence of str
        Codes or names of the other side.

    Returns
    -------
    pandas.DataFrame
        question, years, estimator, direction, then the columns of `placebo_table`, place (1 is the
        largest estimate; missing without one) and among (how many have one). A model that cannot
        be fitted has no row.
    """
    codes, parts = eco.resolve_all(partners), []
    wanted = [(direction, tuple(codes)) for direction in DIRECTIONS]
    for (question, years), estimator in itertools.product(STRIPS, ESTIMATORS):
        try:
            found = samples.tables((question, estimator, years), wanted, set(codes))
        except (CoverageError, ConvergenceError):
            continue
        about = {"question": question, "years": years, "estimator": estimator}
        for (direction, _), table in zip(wanted, found, strict=True):
            place = table["estimate"].rank(method="min", ascending=False).astype("Int64")
            told = table.assign(place=place, among=int(table["estimate"].notna().sum()))
            parts.append(told.assign(**about, direction=direction))
    columns = ["question", "years", "estimator", "direction", "economy"]
    columns += ["estimate", "pairs", "missing", "place", "among"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def rank_p(table: pd.DataFrame, economy: str = "CHN", *, pool: str = "every") -> float:
    """One-sided p: share of the economies with an estimate, itself included, whose estimate is at
    least as large.

    pool: one of POOLS. Raises CoverageError where the economy has none, UnknownNameError for
    another pool.
    """
    if pool not in POOLS:
        raise UnknownNameError("pool", pool, POOLS)
    names, values = table["economy"].to_numpy(), table["estimate"].to_numpy(dtype=float)
    ranked = ~np.isnan(values)
    if pool == "outside":
        ranked &= ~table["economy"].isin(_former_soviet()).to_numpy()
    own = values[ranked & (names == economy)]
    if not len(own):
        raise CoverageError(
            f"no estimate for {economy} itself", hint="choose another direction or panel"
        )
    return float((values[ranked] >= own[0]).mean())


def _former_soviet() -> set[str]:
    """Members of the CIS when it was largest, and the five."""
    return {*eco.members("CIS", 1994), *eco.CA5}


def samples_of(trade: pd.DataFrame, geography: pd.DataFrame) -> Samples:
    """Samples of the panel that the article's question is asked of: exporters' reports, without
    those whose figures of oil are known to be wrong.

    trade: like table `trade`, of which the rows of the settings' source count. geography: like
        table `geography`. Raises what `panel` raises.
    """
    require(trade, ("source_id",))
    reports = trade[trade["source_id"] == settings().sources.gravity_panel]
    return Samples(make_panel(reports, geography, exclude=settings().oil_exporters))


def residuals(
    samples: Samples,
    *,
    economies: Sequence[str] = eco.CA5,
    question: str | None = None,
    direction: str | None = None,
    estimator: str | None = None,
    years: str | None = None,
    country: str | None = None,
) -> pd.DataFrame:
    """China's residual and its rank in every specification (or in those with the named choices),
    one row each.

    samples: of the trade asked about (`samples_of`). economies: China's partners.
    question: 'level' (given distance, contiguity, language; no pair effects), 'controlled' (the
        same, given also that both were in the CIS) or 'change' (from 2014 on, pair effects; all
        years of the panel).
    direction: 'exports' of China, its 'imports', or 'both'. estimator: 'ppml' or 'ols'.
    years: 'all' or 'newest' (level only).
    country: one of the economies to leave out, or 'none'; without a choice each in turn.
    Returns question, direction, estimator, years, country, the columns of an estimates frame
    (estimate: coefficient in log points, fully converged), p (one-sided), p_outside (among
    economies that were never in the CIS), rank, among (economies with an estimate); the
    reason in `missing`.
    Raises UnknownNameError for a choice.
    """
    given = (
        (question, QUESTIONS, "question"),
        (direction, DIRECTIONS, "direction"),
        (estimator, ESTIMATORS, "estimator"),
        (years, YEARS, "years"),
    )
    for value, known, name in given:
        if value is not None:
            known_name(name, value, known)
    rows: list[dict[str, Any]] = []
    five = tuple(eco.resolve(e) for e in economies)
    chosen = [(v,) if v is not None else known for v, known, _ in given]
    if country not in (None, "none"):
        country = known_name("country", eco.resolve(country), ("none", *five))
    turns = ["none", *five] if country is None else [country]
    for ask, how, span in itertools.product(chosen[0], chosen[2], chosen[3]):
        if ask == "change" and span == "newest":
            continue
        cells = list(itertools.product(chosen[1], turns))
        wanted = [(way, tuple(e for e in five if e != left)) for way, left in cells]
        for (way, left), row in zip(
            cells, _residuals(samples, (ask, how, span), wanted, set(five)), strict=True
        ):
            rows.append(dict(zip(_AXES, (ask, way, how, span, left), strict=True)) | row)
    found = pd.DataFrame(rows).reindex(
        columns=[*_AXES, *ESTIMATE_COLUMNS, "p", "p_outside", "rank", "among"]
    )
    numbers = ("estimate", "low", "high", "p", "p_outside")
    return found.astype(dict.fromkeys(numbers, "float64"))


def _residuals(
    samples: Samples, asked: tuple[str, str, str], wanted: Sequence[Wanted], never: set[str]
) -> list[dict[str, Any]]:
    try:
        shared, tables = samples.of(*asked), samples.tables(asked, wanted, never)
    except (CoverageError, ConvergenceError) as error:
        return [estimate_row(missing=error.what) for _ in wanted]
    out = []
    for each, table in zip(wanted, tables, strict=True):
        found = _estimated(shared, each, table)
        behind = {} if "missing" in found else samples.behind(asked[2], each)
        out.append(estimate_row() | behind | found)
    return out


def _estimated(shared: _Prepared, wanted: Wanted, table: pd.DataFrame) -> dict[str, Any]:
    """China's coefficient and its rank, or in `missing` why there is none."""
    own = table[table["economy"] == "CHN"]
    if own["estimate"].isna().all():
        why = "it is not in the panel" if own.empty else own["missing"].iloc[0]
        return {"missing": f"no estimate for China itself: {why}"}
    value = float(own["estimate"].iloc[0])  # by least squares the step is the whole way
    if shared.means is not None:
        try:
            value = converged(shared.sample, shared.term("CHN", *wanted), shared.means)
        except (CoverageError, ConvergenceError) as error:
            return {"missing": error.what}
    among, p = int(table["estimate"].notna().sum()), rank_p(table)
    return {
        "estimate": value,
        "p": p,
        "p_outside": rank_p(table, pool="outside"),
        "rank": round(p * among),
        "among": among,
        "n": len(shared.sample.y),
    }


@parts(samples=samples_of)
def every_residual(
    trade: pd.DataFrame,
    geography: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    samples: Samples | None = None,
) -> pd.DataFrame:
    """`residuals` in every specification, of the samples of these rows."""
    return residuals(samples or samples_of(trade, geography), economies=economies)


Fitted = dict[tuple[str, ...], Estimate]


@parts(fits=every_residual)
def by_choices(fits: pd.DataFrame) -> Fitted:
    """Rows of `residuals` by their question, direction, estimator, years and country.

    Looking for a row in a frame again and again takes longer than the fits of some panels.
    """
    require(fits, (*_AXES, "estimate", "p"))
    return {tuple(row[axis] for axis in _AXES): row for row in fits.to_dict("records")}


def _picked(
    trade: pd.DataFrame,
    geography: pd.DataFrame,
    fitted: Fitted | None,
    economies: Sequence[str],
    choices: dict[str, Any],
) -> Estimate:
    if fitted is None:
        fitted = by_choices(residuals(samples_of(trade, geography), economies=economies, **choices))
    if (key := tuple(choices[axis] for axis in _AXES)) not in fitted:
        raise CoverageError(f"no fit of {', '.join(key)}", hint="make the fits with residuals()")
    return fitted[key]


@measure("trade.residual")
@parts(fitted=by_choices)
def residual(
    trade: pd.DataFrame,
    geography: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    question: Asked = "level",
    direction: Direction = "exports",
    estimator: Estimator = "ppml",
    years: Years = "all",
    country: str = "none",
    fitted: Fitted | None = None,
) -> list[Estimate]:
    """China's trade with the five beyond gravity, in log points.

    trade, geography, economies: as in `residuals`. question: 'level', 'controlled' or 'change'.
    direction: 'exports' of China, 'imports' or 'both'.
    estimator: 'ppml' or 'ols'. years: 'all' or 'newest'. country: the economy left out, or 'none'.
    fitted: `by_choices` of fits with these choices among them; made here where not given.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, economy ''; the
    estimate is the coefficient (0.5: exp(0.5) - 1, 65 % above what gravity implies), n the rows
    used. No interval:
    five treated pairs a direction do not carry one. A fit that failed has the reason in `missing`.
    Raises UnknownNameError for a choice, CoverageError where `fitted` does not hold it.
    """
    choices = {
        "question": question,
        "direction": direction,
        "estimator": estimator,
        "years": years,
        "country": country,
    }
    return [_picked(trade, geography, fitted, economies, choices)]


@measure("trade.residual_p")
@tells("beside")
@parts(fitted=by_choices)
def residual_p(
    trade: pd.DataFrame,
    geography: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    question: Asked = "level",
    direction: Direction = "exports",
    estimator: Estimator = "ppml",
    years: Years = "all",
    country: str = "none",
    pool: Literal["every", "outside"] = "every",
    fitted: Fitted | None = None,
) -> list[Estimate]:
    """One-sided rank p of China's residual among all economies in its place.

    trade, geography, economies, question, direction, estimator, years, country, fitted: as in
    `residual`. pool: 'every' economy takes China's place, or those 'outside' the CIS alone.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, economy ''; the
    estimate is p = rank / number of economies with an estimate, China included (never 0); it tells
    where China's trade stands `beside` what is implied. A fit that failed has the reason in
    `missing`.
    Raises UnknownNameError for a choice, CoverageError where `fitted` does not hold it.
    Source: randomisation inference with few treated clusters, MacKinnon and Webb (2020), Journal of
    Econometrics 218(2).
    """
    choices = {
        "question": question,
        "direction": direction,
        "estimator": estimator,
        "years": years,
        "country": country,
    }
    row = _picked(trade, geography, fitted, economies, choices)
    p = row["p" if pool == "every" else "p_outside"]
    about = {"beside": "" if pd.isna(row["estimate"]) else of_logs(row["estimate"])}
    return [row | {"estimate": p, "path": row["path"] and f"{row['path']} {pool}", "about": about}]
