"""How far China's trade with the five departs from gravity, and its rank among all economies in
China's place.

`gravity_reassign.reassign` estimates the model anew for each economy. Here all candidates are taken
from one fit of the model without any of them (`added`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd

from ...estimates.frame import Estimate, estimate_row
from ...estimates.measures import measure, tells
from ...estimates.once import keeping, once
from ...ground import economies as eco
from ...ground.errors import CoverageError, known_name
from ...ground.numbers import of_logs
from ...stats.fixed_effects import Sample, prune
from ...stats.forecast import ConvergenceError
from ...stats.frames import require
from ...trade.gravity import CHANGE, ESTIMATORS, GEOGRAPHY, LEVEL, Estimator, complete
from ...trade.gravity_panel import panel as make_panel
from ...trade.gravity_reassign import DIRECTIONS, LEAST_PAIRS, Direction
from ..settings import settings
from .added import Steps, converged, fitted_means, one_step

Asked = Literal["controlled", "level", "change"]
SINCE = 2014
"""First year after the proposal of September 2013."""
Years = Literal["all", "newest"]
STRIPS: tuple[tuple[Asked, Years], ...] = (
    ("controlled", "all"),
    ("controlled", "newest"),
    ("change", "all"),
)
"""Questions with the years of the panel that each is asked of."""
_SIDES = {"exports": [("exporter", "importer")], "imports": [("importer", "exporter")]}
_SIDES["both"] = [*_SIDES["exports"], *_SIDES["imports"]]
"""The side of who is asked about and that of its partners, by direction."""


@dataclass(frozen=True)
class _Model:
    """What all directions and partners of a question share: the pruned sample, its rows, those of
    the years asked about, the means fitted without any candidate (PPML), and the step of each that
    is added.
    """

    sample: Sample
    rows: pd.DataFrame
    late: np.ndarray
    spans: list[np.ndarray]
    means: np.ndarray | None
    steps: Steps


@once
def panel_of(trade: pd.DataFrame, geography: pd.DataFrame) -> pd.DataFrame:
    """The panel that the article's question is asked of: exporters' reports, without those whose
    figures of oil are known to be wrong.

    trade: like table `trade`, of which the rows of the settings' source count. geography: like
        table `geography`. Raises what `panel` raises.
    """
    require(trade, ("source_id",))
    reports = trade[trade["source_id"] == settings().sources.gravity_panel]
    return make_panel(reports, geography, exclude=settings().oil_exporters)


def _former_soviet() -> set[str]:
    """Members of the CIS when it was largest, and the five."""
    return {*eco.members("CIS", 1994), *eco.CA5}


def with_commonwealth(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel with `commonwealth`: 1 where both sides were in the Soviet Union, else 0."""
    inside = panel[["exporter", "importer"]].isin(_former_soviet()).all(axis=1)
    return panel.assign(commonwealth=inside.astype(float))


@once
def _model(panel: pd.DataFrame, question: str, estimator: str, years: str) -> _Model:
    if years == "newest":
        panel = panel[panel["year"] == panel["year"].max()].reset_index(drop=True)
    change = question == "change"
    covariates: tuple[str, ...] = () if change else GEOGRAPHY
    if question == "controlled":
        panel, covariates = with_commonwealth(panel), (*GEOGRAPHY, "commonwealth")
    effects = CHANGE if change else LEVEL
    whole, known = complete(panel, covariates, effects, estimator, "pair", [])
    sample, stayed = prune(whole, estimator, [])
    rows = panel.loc[known, ["exporter", "importer", "year"]][stayed]
    late = rows["year"].ge(SINCE if change else 0).to_numpy()
    means = fitted_means(sample) if estimator == "ppml" else None
    traded = sample.y > 0 if estimator == "ppml" else np.ones(len(rows), dtype=bool)
    spans = [traded & late, traded & ~late] if change else [traded]
    sides = {side: rows[side].astype("category") for side in ("exporter", "importer")}
    return _Model(sample, rows.assign(**sides), late, spans, means, one_step(sample, means))


def _marks(
    model: _Model, candidates: pd.Index, direction: str, partners: Sequence[str]
) -> pd.DataFrame:
    """Which row is which candidate's trade with partners: row, candidate (a number) and pair."""
    parts = []
    for own, other in _SIDES[direction]:
        side = model.rows[own].cat
        column = candidates.get_indexer(side.categories)[side.codes]
        hit = model.rows[other].isin(list(partners)).to_numpy() & (column >= 0)
        parts.append(pd.DataFrame({"row": np.flatnonzero(hit), "candidate": column[hit]}))
    marks = pd.concat(parts, ignore_index=True)
    return marks.assign(pair=model.sample.cluster[marks["row"], 0])


def _matrix(model: _Model, marks: pd.DataFrame, width: int) -> Any:
    """One on the rows of each candidate within the years asked about, as a sparse matrix."""
    from scipy import sparse

    late = marks[model.late[marks["row"]]]
    shape = (len(model.rows), width)
    return sparse.csc_matrix((np.ones(len(late)), (late["row"], late["candidate"])), shape=shape)


@once
def placebo_table(
    panel: pd.DataFrame,
    partners: Sequence[str] = eco.CA5,
    *,
    question: Asked = "level",
    direction: Direction = "exports",
    estimator: Estimator = "ppml",
    years: Years = "all",
    never: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Every economy in China's place: economy, estimate (log points, see `one_step`), pairs,
    missing; largest first.

    panel: as `panel()` gives it, with geography for 'level'. partners: codes of the other side.
    question, direction, estimator, years: as in `residual`. never: economies that take nobody's
    place; the partners, if not given.
    The rule for who can take the place is that of `reassign`: at least LEAST_PAIRS positive pairs,
    for a change both before and after. Who cannot has no estimate and the reason in `missing`.
    Raises what `gravity` raises.
    """
    model = _model(panel, question, estimator, years)
    names = model.rows["exporter"].cat.categories.union(model.rows["importer"].cat.categories)
    names = names.difference(list(partners if never is None else never))
    marks = _marks(model, names, direction, partners)
    pairs = pd.concat(
        [
            marks[span[marks["row"]]]
            .groupby("candidate")["pair"]
            .nunique()
            .reindex(range(len(names)))
            for span in model.spans
        ],
        axis=1,
    )
    pairs = pairs.fillna(0).min(axis=1).astype(int).to_numpy()
    able, values = np.flatnonzero(pairs >= LEAST_PAIRS), np.full(len(names), np.nan)
    if len(able):
        values[able] = model.steps(_matrix(model, marks, len(names))[:, able])
    few = pd.Series([f"only {n} of the pairs trade" for n in pairs]).where(pairs < LEAST_PAIRS, "")
    why = few.mask((few == "") & np.isnan(values), "collinear")
    table = pd.DataFrame({"economy": names, "estimate": values, "pairs": pairs, "missing": why})
    return table.sort_values("estimate", ascending=False, na_position="last", ignore_index=True)


def every_place(panel: pd.DataFrame, partners: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """`placebo_table` for every model of the level and the change, one below the other.

    panel: from `panel_of`.
    Returns question, years, estimator, direction, then the columns of `placebo_table`, place (1 is
    the largest estimate; missing without one) and among (how many have one). A model that cannot be
    fitted has no row.
    """
    parts = []
    with keeping({}):
        for (question, years), estimator, direction in product(STRIPS, ESTIMATORS, DIRECTIONS):
            asked: dict[str, Any] = {"question": question, "years": years, "estimator": estimator}
            asked["direction"] = direction
            try:
                table = placebo_table(panel, partners, **asked)
            except (CoverageError, ConvergenceError):
                continue
            place = table["estimate"].rank(method="min", ascending=False).astype("Int64")
            parts.append(table.assign(**asked, place=place, among=table["estimate"].notna().sum()))
    columns = ["question", "years", "estimator", "direction", "economy"]
    columns += ["estimate", "pairs", "missing", "place", "among"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def rank_p(
    table: pd.DataFrame, economy: str = "CHN", *, pool: Literal["every", "outside"] = "every"
) -> float:
    """One-sided p: share of the economies with an estimate, itself included, whose estimate is at
    least as large.

    pool: who is put in China's place: 'every' economy, or those 'outside' alone that were never in
    the CIS. Former members of one state trade more with the five than gravity implies, for reasons
    of their own. Raises CoverageError where the economy has none.
    """
    ranked = table.dropna(subset=["estimate"])
    if pool == "outside":
        ranked = ranked[~ranked["economy"].isin(_former_soviet())]
    own = ranked.loc[ranked["economy"] == economy, "estimate"]
    if own.empty:
        raise CoverageError(
            f"no estimate for {economy} itself", hint="choose another direction or panel"
        )
    return float((ranked["estimate"] >= own.iloc[0]).mean())


@once
def _fit(
    panel: pd.DataFrame,
    economies: Sequence[str],
    question: Asked,
    direction: Direction,
    estimator: Estimator,
    years: Years,
    country: str,
) -> tuple[Estimate, pd.DataFrame | None]:
    """The row of China's coefficient, fully converged, and the table that it is ranked in; without
    an estimate why.
    """
    known_name("country", country, ("none", *economies))
    partners = [code for code in economies if code != country]
    asked: dict[str, Any] = {"question": question, "direction": direction, "estimator": estimator}
    try:
        model = _model(panel, question, estimator, years)
        table = placebo_table(panel, partners, **asked, years=years, never=economies)
        own = table[table["economy"] == "CHN"]
        if own["estimate"].isna().all():
            why = "it is not in the panel" if own.empty else own["missing"].iloc[0]
            raise CoverageError(f"no estimate for China itself: {why}")
        value = float(own["estimate"].iloc[0])  # by least squares the step is the whole way
        if model.means is not None:
            marks = _marks(model, pd.Index(["CHN"]), direction, partners)
            term = _matrix(model, marks, 1).toarray().ravel()
            value = converged(model.sample, term, model.means)
    except (CoverageError, ConvergenceError) as error:
        return estimate_row(missing=error.what), None
    used = panel if years == "all" else panel[panel["year"] == panel["year"].max()]
    used = used[["exporter", "year", "source_id"]].drop_duplicates()
    # which pairs are China's is part of the data path: the rows are the same for every direction
    row = estimate_row(used.assign(pairs=f"{direction} {' '.join(partners)}"), estimate=value)
    return row | {"n": len(model.sample.y)}, table


@measure("trade.residual")
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
) -> list[Estimate]:
    """China's trade with the five beyond gravity, in log points.

    trade, geography: as in `panel_of`. economies: China's partners.
    question: 'level' (given distance, contiguity, language; no pair effects), 'controlled' (the
        same, given also that both were in the CIS) or 'change' (from 2014 on, pair effects; all
        years of the panel).
    direction: 'exports' of China, 'imports' or 'both'. estimator: 'ppml' or 'ols'. years: 'all' or
        'newest' (level only). country: the economy left out, or 'none'.
    Returns an estimates frame of one row, economy ''; the estimate is the coefficient (0.5:
    exp(0.5) - 1, 65 % above what gravity implies), n the rows used. No interval: five treated pairs
    a direction do not carry one. A fit that failed has the reason in `missing`.
    """
    panel = panel_of(trade, geography)
    return [_fit(panel, economies, question, direction, estimator, years, country)[0]]


@measure("trade.residual_p")
@tells("beside")
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
) -> list[Estimate]:
    """One-sided rank p of China's residual among all economies in its place.

    trade, geography, economies, question, direction, estimator, years, country: as in `residual`.
    pool: as in `rank_p`.
    Returns an estimates frame of one row, economy ''; the estimate is p = rank / number of
    economies with an estimate, China included (never 0); it tells where China's trade stands
    `beside` what is implied. A fit that failed has the reason in `missing`.
    Source: randomisation inference with few treated clusters, MacKinnon and Webb (2020), Journal of
    Econometrics 218(2).
    """
    panel = panel_of(trade, geography)
    row, table = _fit(panel, economies, question, direction, estimator, years, country)
    if table is None:
        return [row | {"about": {"beside": ""}}]
    about = {"beside": of_logs(row["estimate"])}
    path = f"{row['path']} {pool}"
    return [row | {"estimate": rank_p(table, pool=pool), "path": path, "about": about}]
