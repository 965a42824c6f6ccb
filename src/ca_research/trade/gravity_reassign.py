"""Inference for a coefficient on a handful of pairs: every other economy takes the place of the one
asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import several
from ..ground.errors import CoverageError, UsageError
from ..ground.numbers import decimals
from ..stats.contract import Economy, Single, Year, takes
from ..stats.fixed_effects import Sample, only_at_zero, prune, solve
from ..stats.forecast import ConvergenceError
from ..stats.frames import origin
from ..stats.result import Result
from .gravity import CHANGE, GEOGRAPHY, LEVEL, Estimator, complete

Direction = Literal["exports", "imports", "both"]
DIRECTIONS = get_args(Direction)
SIDES = {"exports": [("exporter", "importer")], "imports": [("importer", "exporter")]}
SIDES["both"] = [*SIDES["exports"], *SIDES["imports"]]
"""The side of who is asked about and that of its partners, by direction."""
PAIRS = "pairs of the economy"
"""The term that is asked about, among the names of other terms."""
LEAST_PAIRS = 3
"""An economy takes another's place only where this many of the pairs are positive: most of five."""


@dataclass(frozen=True, eq=False, repr=False)
class Reassignment(Result):
    """A gravity coefficient of one economy among those of all others in its place.

    `to_frame` gives the table, `to_csv` and `to_latex` write it.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per economy in the place: ``economy``, ``estimate`` (log points), ``pairs``,
        ``missing`` (why there is none).
    economy : str
        The one that was asked about.
    n : int
        Rows used.
    sources : tuple of str
        Ids of the panel's sources.
    estimate : float
        Its coefficient.
    rank : int
        Its place among all that could be estimated, largest first.
    p : float
        One-sided: share of economies, itself included, whose estimate is at least as large.
    p_two_sided : float
        Twice the smaller of the two one-sided values, at most one.

    Examples
    --------
    >>> estimates = {"CHN": 2.0, "RUS": 1.5, "TUR": 0.5, "IRN": 0.0}
    >>> table = pd.Series(estimates, name="estimate").rename_axis("economy").reset_index()
    >>> found = Reassignment(table.assign(pairs=5, missing=""), "CHN", n=300)
    >>> found.rank, found.p, found.p_two_sided
    (1, 0.25, 0.5)
    """

    _table = "table"

    table: pd.DataFrame
    economy: str
    n: int
    sources: tuple[str, ...] = ()

    @property
    def estimate(self) -> float:
        return float(self.table.set_index("economy").at[self.economy, "estimate"])

    @property
    def rank(self) -> int:
        """Place of the economy among all that could be estimated, largest first."""
        return int((self.table["estimate"] >= self.estimate).sum())

    @property
    def p(self) -> float:
        """One-sided: share of economies, itself included, whose estimate is at least as large."""
        return self.rank / self.table["estimate"].count()

    @property
    def p_two_sided(self) -> float:
        smaller = (self.table["estimate"] <= self.estimate).sum() / self.table["estimate"].count()
        return float(min(1.0, 2 * min(self.p, smaller)))

    def caption(self) -> str:
        return (
            f"{self.economy} in its place: {decimals(self.estimate)}, rank {self.rank} of "
            f"{self.table['estimate'].count()}; one-sided p {decimals(self.p)}; {self.n:,} rows"
        )


def treated(
    panel: pd.DataFrame, economy: str, partners: Sequence[str], direction: str
) -> np.ndarray:
    """1.0 on the pairs of `economy` with the partners in a direction: its exports, its imports, or
    both.
    """
    ways = [panel[a].eq(economy) & panel[b].isin(partners) for a, b in SIDES[direction]]
    return np.any(ways, axis=0).astype(float)


@takes()
def reassign(
    panel: pd.DataFrame,
    economy: Economy,
    partners: Single,
    *,
    direction: Direction = "exports",
    since: Year | None = None,
    covariates: Sequence[str] | None = None,
    effects: str | None = None,
    estimator: Estimator = "ppml",
    least: Year = LEAST_PAIRS,
) -> Reassignment:
    """A gravity coefficient of one economy beside those of all others in its place.

    It is the one on pairs of the economy with its partners.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `gravity_panel.panel` gives it.
    economy : str
        Whose trade is asked about.
    partners : sequence of str
        The other side; they are no candidates themselves.
    direction : {'exports', 'imports', 'both'}
        Of the economy.
    since : int, optional
        None asks for the level (effects LEVEL, terms GEOGRAPHY); a year asks for the change from
        that year on (effects CHANGE, no other term).
    covariates : sequence of str, optional
        Other terms than these, as in `gravity`.
    effects : str, optional
        Other effects than these, as in `gravity`.
    estimator : {'ppml', 'ols'}
        As in `gravity`.
    least : int
        An economy with fewer positive treated pairs (for a change: both before and after) has no
        estimate and a reason in ``missing``.

    Returns
    -------
    Reassignment
        ``table`` with economy, estimate (log points), pairs, missing; ``rank``, ``p`` (one-sided),
        ``p_two_sided``.

    Raises
    ------
    UnknownNameError
        A direction or a code that is none.
    AggregateError
        A group as the economy or among the partners.
    UsageError
        The economy among its partners; with `since`, years that are no numbers.
    CoverageError
        `economy` has no estimate, as where a covariate is collinear with the effects, or the panel
        lacks a partner; and what `gravity` raises.

    Notes
    -----
    With five pairs a direction, cluster-robust errors rest on five treated clusters and are far too
    small; the rank of the coefficient among those of all other economies needs no such error [1]_.
    Other economies take the place as they are, and `economy` stays in the sample as an ordinary
    one.

    References
    ----------
    .. [1] MacKinnon and Webb (2020), randomisation inference with few treated clusters, Journal of
       Econometrics 218(2).

    Examples
    --------
    >>> rng, codes = np.random.default_rng(0), ["CHN", "RUS", "TUR", "USA", "KAZ", "KGZ", "UZB"]
    >>> rows = pd.DataFrame(
    ...     [(a, b, year) for a in codes for b in codes for year in (2012, 2016) if a != b],
    ...     columns=["exporter", "importer", "year"])
    >>> rows["log_distance"] = rng.normal(8, 1, len(rows))
    >>> rows["value_usd"] = rng.gamma(2, 1, len(rows))
    >>> rows.loc[rows["exporter"].eq("CHN") & rows["importer"].isin(codes[4:]), "value_usd"] *= 50
    >>> reassign(rows, "CHN", ["KAZ", "KGZ", "UZB"], covariates=["log_distance"]).rank
    1
    """
    eco.single_economies(economy)
    if economy in partners:
        raise UsageError(f"{economy} has no pair with itself", hint="name other partners")
    level = since is None
    effects = effects or (LEVEL if level else CHANGE)
    terms = several(covariates if covariates is not None else GEOGRAPHY if level else ())
    full_sample, known = complete(panel, list(dict.fromkeys(terms)), effects, estimator, "pair", [])
    if absent := sorted(set(partners) - {*panel["exporter"], *panel["importer"]}):
        raise CoverageError(
            f"the panel does not hold {eco.joined(map(eco.in_prose, absent))}",
            hint="leave them out of the partners, or take another panel",
        )
    sample, stayed = prune(full_sample, estimator, [])
    rows = panel[known][stayed]
    late = np.full(len(rows), True) if level else (rows["year"] >= since).to_numpy()
    candidates = sorted({*rows["exporter"], *rows["importer"]} - set(partners))
    entries = []
    for code in candidates:
        mark = treated(rows, code, partners, direction)
        positive = (mark > 0) & ((sample.y > 0) | (estimator == "ols"))
        spans = [positive & late] if level else [positive & late, positive & ~late]
        pairs = min(len(np.unique(sample.cluster[span])) for span in spans)
        estimate, missing = np.nan, "" if pairs >= least else f"only {pairs} of the pairs trade"
        if not missing:
            try:
                estimate = added(sample, mark * late, estimator)
            except (ConvergenceError, CoverageError) as error:
                missing = error.what
        entries.append((code, estimate, pairs, missing))
    table = pd.DataFrame(entries, columns=["economy", "estimate", "pairs", "missing"])
    table = table.sort_values("estimate", ascending=False, ignore_index=True)
    if not table.loc[table["economy"] == economy, "estimate"].notna().any():
        why = dict(zip(table["economy"], table["missing"], strict=True))
        raise CoverageError(
            f"no estimate for {economy} itself: {why.get(economy, 'it is not in the panel')}",
            hint="choose another direction or panel, or other terms",
        )
    return Reassignment(table, economy, len(sample.y), origin(panel))


def added(sample: Sample, term: np.ndarray, estimator: str) -> float:
    """The coefficient of a term that is added to the model."""
    sample = Sample(sample.y, {PAIRS: term} | sample.x, sample.fixed, sample.cluster)
    fit = solve(sample, estimator, estimator == "ppml" and only_at_zero(sample), robust=False)
    if fit.collinear:
        raise CoverageError(
            f"{fit.collinear[0]!r} is collinear with the fixed effects or other terms"
        )
    return float(fit.estimate[0])
