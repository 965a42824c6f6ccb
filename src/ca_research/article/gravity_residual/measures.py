"""How far China's trade with the five departs from gravity, and its rank among all economies in
China's place.

With five pairs a direction, cluster-robust errors rest on five treated clusters and are far too
small; the rank of the coefficient among those of all other economies needs no such error (MacKinnon
and Webb 2020). All candidates are taken from one fit of the model without any of them (`added`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from ...estimates.frame import Estimate, estimate_row
from ...estimates.measures import measure, tells
from ...estimates.once import keeping, once
from ...estimates.series import at_year, omit, pick
from ...ground import economies as eco
from ...ground.errors import CoverageError
from ...ground.numbers import of_logs
from ...stats.fixed_effects import Sample, prune
from ...stats.forecast import ConvergenceError
from ...trade.gravity import CHANGE, ESTIMATORS, GEOGRAPHY, LEVEL, Estimator, complete
from ...trade.gravity_panel import panel as make_panel
from ..settings import settings
from .added import Steps, converged, fitted_means, one_step

Asked = Literal["controlled", "level", "change"]
SINCE = 2014
"""First year after the proposal of September 2013."""
Years = Literal["all", "newest"]
Direction = Literal["exports", "imports", "both"]
LEAST_PAIRS = 3
"""An economy takes another's place only where this many of the pairs are positive: most of five."""
SIDES = {"exports": [("exporter", "importer")], "imports": [("importer", "exporter")]}
SIDES["both"] = [*SIDES["exports"], *SIDES["imports"]]
"""The side of who is asked about and that of its partners, by direction."""
STRIPS: tuple[tuple[Asked, Years], ...] = (
    ("controlled", "all"),
    ("controlled", "newest"),
    ("change", "all"),
)
"""Questions with the years of the panel that each is asked of."""


class _Model(NamedTuple):
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

    def asked(self, trade: Any) -> Any:
        """Rows of a sparse matrix within the years asked about, nought elsewhere."""
        return (sparse.diags(self.late.astype(float)) @ trade).tocsc()


@once
def panel_of(trade: pd.DataFrame, geography: pd.DataFrame) -> pd.DataFrame:
    """The panel that the article's question is asked of: exporters' reports, without those whose
    figures of oil are known to be wrong.

    trade: like table `trade`, of which the rows of the settings' source count. geography: like
        table `geography`. Raises what `panel` raises.
    """
    reports = pick(trade, source_id=settings().sources.gravity_panel)
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
        panel = at_year(panel).reset_index(drop=True)
    ppml, change = estimator == "ppml", question == "change"
    covariates: tuple[str, ...] = () if change else GEOGRAPHY
    if question == "controlled":
        panel, covariates = with_commonwealth(panel), (*GEOGRAPHY, "commonwealth")
    effects = CHANGE if change else LEVEL
    full_sample, known = complete(panel, covariates, effects, estimator, "pair", [])
    sample, stayed = prune(full_sample, estimator, [])
    rows = panel.loc[known, ["exporter", "importer", "year"]][stayed]
    late = rows["year"].ge(SINCE if change else 0).to_numpy()
    means = fitted_means(sample) if ppml else None
    traded = sample.y > 0 if ppml else np.full(len(rows), True)
    spans = [traded & late, traded & ~late] if change else [traded]
    return _Model(sample, rows, late, spans, means, one_step(sample, means))


def _trade_of(model: _Model, candidates: pd.Index, direction: str, partners: Sequence[str]) -> Any:
    """Which row (down) is which candidate's (across) trade with partners, as a sparse matrix."""
    trade = sparse.csc_matrix((len(model.rows), len(candidates)))
    for side, other in SIDES[direction]:
        column = candidates.get_indexer(model.rows[side])
        row = np.flatnonzero(model.rows[other].isin(partners).to_numpy() & (column >= 0))
        trade += sparse.csc_matrix((np.ones(len(row)), (row, column[row])), shape=trade.shape)
    return trade


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
    Who has at least LEAST_PAIRS positive pairs, for a change both before and after, can take the
    place. Who cannot has no estimate and the reason in `missing`.
    Raises what `gravity` raises.
    """
    model = _model(panel, question, estimator, years)
    names = pd.Index(sorted({*model.rows["exporter"].unique(), *model.rows["importer"].unique()}))
    names = names.difference(list(partners if never is None else never))
    trade, codes = _trade_of(model, names, direction, partners), model.sample.cluster[:, 0]
    pair = sparse.csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))))
    counts = [((pair[:, span] @ trade[span]) > 0).sum(axis=0) for span in model.spans]
    pairs = np.asarray(counts).reshape(-1, len(names)).min(axis=0)
    table = pd.DataFrame({"economy": names, "estimate": np.nan, "pairs": pairs})
    able = table["pairs"] >= LEAST_PAIRS
    if able.any():
        table.loc[able, "estimate"] = model.steps(model.asked(trade)[:, np.flatnonzero(able)])
    few = "only " + table["pairs"].astype(str) + " of the pairs trade"
    table["missing"] = few.where(~able, "").mask(able & table["estimate"].isna(), "collinear")
    return table.sort_values("estimate", ascending=False, na_position="last", ignore_index=True)


def every_place(panel: pd.DataFrame, partners: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """`placebo_table` for every model of the level and the change, one below the other.

    panel: from `panel_of`.
    Returns question, years, estimator, direction, then the columns of `placebo_table`, place (1 is
    the largest estimate; missing without one) and among (how many have one). A model that cannot be
    fitted has no row.
    """
    parts = []
    keys = ["question", "years", "estimator", "direction"]
    with keeping({}):
        for (question, years), *way in product(STRIPS, ESTIMATORS, SIDES):
            choices: dict[str, Any] = dict(zip(keys, (question, years, *way), strict=True))
            with suppress(CoverageError, ConvergenceError):
                parts.append(placebo_table(panel, partners, **choices).assign(**choices))
    columns = [*keys, "economy", "estimate", "pairs", "missing"]
    table = pd.concat(parts or [pd.DataFrame(columns=columns)], ignore_index=True)[columns]
    estimates = table.groupby(keys, sort=False)["estimate"]
    place = estimates.rank(method="min", ascending=False).astype("Int64")
    return table.assign(place=place, among=estimates.transform("count"))


def rank_p(table: pd.DataFrame, pool: Literal["every", "outside"] = "every") -> float:
    """One-sided p: share of the economies with an estimate, China included, whose estimate is at
    least as large as China's.

    pool: who is put in China's place: 'every' economy, or those 'outside' alone that were never in
    the CIS. Former members of one state trade more with the five than gravity implies, for reasons
    of their own.
    """
    ranked = table.dropna(subset=["estimate"])
    if pool == "outside":
        ranked = omit(ranked, economy=_former_soviet())
    china = pick(ranked, economy="CHN")["estimate"].item()
    return float((ranked["estimate"] >= china).mean())


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
    partners = [code for code in economies if code != country]
    choices: dict[str, Any] = {"question": question, "direction": direction, "estimator": estimator}
    try:
        model = _model(panel, question, estimator, years)
        table = placebo_table(panel, partners, **choices, years=years, never=economies)
        china = pick(table, economy="CHN")
        if china["estimate"].isna().all():
            why = "it is not in the panel" if china.empty else china["missing"].iloc[0]
            raise CoverageError(f"no estimate for China itself: {why}")
        value = china["estimate"].item()  # by least squares the step is the whole way
        if model.means is not None:
            term = model.asked(_trade_of(model, pd.Index(["CHN"]), direction, partners))
            value = converged(model.sample, term.toarray().ravel(), model.means)
    except (CoverageError, ConvergenceError) as error:
        return estimate_row(missing=error.what), None
    used = panel if years == "all" else at_year(panel)
    used = used[["exporter", "year", "source_id"]].drop_duplicates()
    # which pairs are China's is part of the data path: the rows are the same for every direction
    row = estimate_row(used.assign(pairs=f"{direction} {' '.join(partners)}"), estimate=value)
    return row | {"n": len(model.sample.y)}, table


@measure("trade.beyond_gravity", kind=lambda c: "p" if c["gives"] == "p" else "level")
@tells("beside")
def beyond_gravity(
    trade: pd.DataFrame,
    geography: pd.DataFrame,
    *,
    gives: Literal["residual", "p"] = "residual",
    economies: Sequence[str] = eco.CA5,
    question: Asked = "level",
    direction: Direction = "exports",
    estimator: Estimator = "ppml",
    years: Years = "all",
    country: str = "none",
    pool: Literal["every", "outside"] = "every",
) -> list[Estimate]:
    """China's trade with the five beyond gravity, in log points, or its one-sided rank p among all
    economies in its place.

    trade, geography: as in `panel_of`. economies: China's partners.
    gives: the 'residual', or its 'p'.
    question: 'level' (given distance, contiguity, language; no pair effects), 'controlled' (the
        same, given also that both were in the CIS) or 'change' (from 2014 on, pair effects; all
        years of the panel).
    direction: 'exports' of China, 'imports' or 'both'. estimator: 'ppml' or 'ols'. years: 'all' or
        'newest' (level only). country: the economy left out, or 'none'. pool: as in `rank_p`.
    Returns an estimates frame of one row, economy ''; the estimate is the coefficient (0.5:
    exp(0.5) - 1, 65 % above what gravity implies), n the rows used, or p = rank / number of
    economies with an estimate, China included (never 0), which tells where China's trade stands
    `beside` what is implied. No interval: five treated pairs a direction do not carry one. A fit
    that failed has the reason in `missing`.
    Source: randomisation inference with few treated clusters, MacKinnon and Webb (2020), Journal of
    Econometrics 218(2).
    """
    panel = panel_of(trade, geography)
    row, table = _fit(panel, economies, question, direction, estimator, years, country)
    if gives == "residual":
        return [row]
    if table is None:
        return [row | {"about": {"beside": ""}}]
    about, path = {"beside": of_logs(row["estimate"])}, f"{row['path']} {pool}"
    return [row | {"estimate": rank_p(table, pool), "path": path, "about": about}]
