"""Bootstrap of dependent data: blocks of years, whole clusters, and the wild cluster bootstrap of
one coefficient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..ground.errors import CaResearchError, CoverageError, UnknownNameError, UsageError
from .result import Result
from .trend import TEN, level_between, observed, refuse_exact_fit

LEAST = 5
"""Fewer blocks hold too little of the dependence; with fewer clusters even Webb's six weights say
nothing.
"""

FAILURES = 0.05
"""A statistic may fail in this share of draws; beyond it the interval is of the draws that happened
to work.
"""


@dataclass(frozen=True)
class Bootstrap(Result):
    """`estimate` with percentile interval and bootstrap `se`; `units` blocks or clusters; `failed`
    draws of `draws`.
    """

    estimate: float
    low: float
    high: float
    se: float
    level: float
    units: int
    draws: int
    failed: int
    seed: int
    method: str


def _checked_options(draws: int, level: float) -> None:
    level_between(level)
    if draws < 99:
        raise UsageError(f"{draws} draws are too few for an interval", hint="take 999 or more")


def _percentile(
    draw: Callable[[], Any],
    whole: Any,
    statistic: Callable[[Any], float],
    draws: int,
    level: float,
    **rest: Any,
) -> Bootstrap:
    """Percentile interval of `statistic` over `draws` samples of `draw()`; failures are counted,
    many are refused.
    """
    estimate = float(statistic(whole))
    if not np.isfinite(estimate):
        raise CoverageError("the statistic is not a finite number on the sample itself")
    values: list[float] = []
    reason = "not a finite number"
    for _ in range(draws):
        try:
            value = float(statistic(draw()))
        except (CaResearchError, np.linalg.LinAlgError, ZeroDivisionError) as error:
            value, reason = (
                np.nan,
                str(error).splitlines()[0] if str(error) else type(error).__name__,
            )
        values += [value] if np.isfinite(value) else []
    if (failed := draws - len(values)) > FAILURES * draws:
        raise CoverageError(
            f"the statistic failed in {failed} of {draws} draws: {reason}",
            hint="take a simpler one",
        )
    low, high = (float(q) for q in np.quantile(values, [(1 - level) / 2, (1 + level) / 2]))
    if len(set(values)) == 1:
        raise CoverageError(
            "the statistic is the same in every draw: there is nothing to put an interval on"
        )
    se = float(np.std(values, ddof=1))
    return Bootstrap(estimate, low, high, se, level, draws=draws, failed=failed, **rest)


def block_bootstrap(
    series: pd.Series,
    statistic: Callable[[pd.Series], float],
    block: int,
    draws: int,
    seed: int,
    level: float = 0.95,
) -> Bootstrap:
    """Moving-block bootstrap of a statistic of one stationary series, percentile interval.

    series: index equally spaced years. statistic: takes a series in the same years, returns a
    number. block: length in observations (n ** (1/3) is a start; 1 is the iid bootstrap); the
    sample holds n // block >= 5 of them.
    draws, seed: samples, and the seed of their random numbers. level: of the interval.
    Blocks of neighbours are drawn with replacement from all n - block + 1, joined and cut to n. A
    trend or a level
    shift is not preserved: take it out first. Intervals are somewhat short in small samples.
    Raises CoverageError for too few blocks, gaps, a constant series or a statistic that fails in
    over 5 % of draws; UsageError for a bad index, block, draws or level.
    Source: Kuensch (1989), Annals of Statistics 17(3).
    """
    _checked_options(draws, level)
    clean = observed(series, 3, even=True)
    n = len(clean)
    if block < 1:
        raise UsageError(f"a block of {block} observations", hint="take 1 or more")
    if n // block < LEAST:
        what = (
            f"{n} observations hold {n // block} block(s) of {block}; at least {LEAST} are needed"
        )
        raise CoverageError(what, hint="take shorter blocks or a longer series")
    rng, values = np.random.default_rng(seed), clean.to_numpy()

    def draw() -> pd.Series:
        starts = rng.integers(0, n - block + 1, size=-(-n // block))
        return pd.Series(
            values[(starts[:, None] + np.arange(block)).ravel()[:n]], index=clean.index
        )

    about = {"units": n // block, "seed": seed, "method": f"moving blocks of {block}"}
    return _percentile(draw, clean, statistic, draws, level, **about)


def cluster_bootstrap(
    frame: pd.DataFrame,
    cluster: str,
    statistic: Callable[[pd.DataFrame], float],
    draws: int,
    seed: int,
    level: float = 0.95,
) -> Bootstrap:
    """Bootstrap of whole clusters (pairs cluster bootstrap), percentile interval.

    frame: any rows; `cluster` names the column of clusters, at least 10 of them. statistic: takes
        such a frame,
    returns a number. draws, seed: samples, and the seed of their random numbers. level: of the
    interval.
    In a draw the clusters are numbered anew in that column, so that one drawn twice is two.
    Raises CoverageError below 10 clusters or where the statistic fails in over 5 % of draws;
    UsageError for rows without a cluster, bad draws or level, UnknownNameError for an unknown
    column.
    Source: Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3).
    """
    _checked_options(draws, level)
    if cluster not in frame.columns:
        raise UnknownNameError("column", cluster, map(str, frame.columns))
    if lost := int(frame[cluster].isna().sum()):
        raise UsageError(
            f"{lost} row(s) without {cluster!r}", hint="drop them or name their cluster"
        )
    members = list(frame.groupby(cluster, observed=True, sort=True).indices.values())
    if len(members) < TEN:
        raise CoverageError(
            f"{len(members)} cluster(s); at least {TEN} are needed", hint="see wild_bootstrap_t"
        )
    rng = np.random.default_rng(seed)

    def draw() -> pd.DataFrame:
        chosen = [members[g] for g in rng.integers(0, len(members), size=len(members))]
        sample = frame.take(np.concatenate(chosen))
        return sample.assign(
            **{cluster: np.repeat(np.arange(len(chosen)), [len(rows) for rows in chosen])}
        )

    return _percentile(
        draw, frame, statistic, draws, level, units=len(members), seed=seed, method="clusters"
    )


@dataclass(frozen=True)
class WildBootstrap(Result):
    """One coefficient: `estimate`, cluster-robust `se`, `t` against `null`, bootstrap `p`, interval
    by inverting the test.

    `low` or `high` is None where the test rejects no value on that side.
    """

    _title = "Wild cluster bootstrap"

    coefficient: str
    estimate: float
    se: float
    t: float
    p: float
    low: float | None
    high: float | None
    level: float
    null: float
    n: int
    clusters: int
    weights: str
    draws: int
    seed: int


def _checked(
    y: pd.Series, x: pd.DataFrame, cluster: pd.Series, coefficient: str
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster numbers and the dimensions they pass; every reason why the regression cannot be
    trusted is an error.
    """
    if not (len(y) == len(x) == len(cluster)) or not (
        y.index.equals(x.index) and y.index.equals(cluster.index)
    ):
        raise UsageError(
            "y, X and cluster do not have the same rows", hint="take all three from one frame"
        )
    if coefficient not in x.columns:
        raise UnknownNameError("coefficient", coefficient, map(str, x.columns))
    numbers = (
        pd.concat([y, x], axis=1)
        .apply(pd.to_numeric, errors="coerce")
        .to_numpy(dtype=float, na_value=np.nan)
    )
    if lost := int((~np.isfinite(numbers).all(axis=1) | cluster.isna()).sum()):
        raise UsageError(
            f"{lost} row(s) with a value that is missing or no finite number",
            hint="drop them first, and say how many",
        )
    design = numbers[:, 1:]
    if np.linalg.matrix_rank(design) < design.shape[1] or len(design) <= design.shape[1]:
        raise CoverageError(
            "the columns of X are collinear, or as many as the rows", hint="drop a column"
        )
    codes, names = pd.factorize(cluster, sort=True)
    if len(names) < LEAST:
        raise CoverageError(
            f"{len(names)} cluster(s); at least {LEAST} are needed", hint="print each cluster"
        )
    if x[coefficient].nunique() == 2 and (pd.crosstab(codes, x[coefficient]) > 0).sum().min() < 2:
        raise CoverageError(
            f"{coefficient!r} has one of its two values in one cluster",
            hint="reassign over placebos",
        )
    return design, codes


def wild_bootstrap_t(
    y: pd.Series,
    X: pd.DataFrame,
    cluster: pd.Series,
    coefficient: str,
    draws: int,
    seed: int,
    null: float = 0.0,
    level: float = 0.95,
) -> WildBootstrap:
    """Wild cluster bootstrap-t of one OLS coefficient, null imposed; symmetric p, interval by test
    inversion.

    y, X, cluster: same rows, nothing missing; X holds the constant too if there is one. At least 5
        clusters.
    coefficient: a column of X. draws, seed: samples, and the seed of their weights. level: of the
        interval.
    Residuals of the regression with the coefficient held at `null` are multiplied by one weight per
    cluster (Rademacher; Webb's six points below 10 clusters); p = (1 + #{|t*| >= |t|}) / (draws +
    1), t with the CRV1 error G/(G-1) (n-1)/(n-k). The interval holds the values not rejected at 1 -
    level, with the same weights.
    Raises CoverageError for too few clusters, collinearity, an exact fit, a dummy carried by a
    single cluster (the test
    then says nothing: MacKinnon and Webb 2017); UsageError for rows that differ or are missing, bad
    draws or level, UnknownNameError for a coefficient that X does not hold.
    Source: Cameron, Gelbach and Miller (2008), REStat 90(3); Webb (2023), Canadian Journal of
    Economics 56(3);
    inversion: MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232(2).
    """
    _checked_options(draws, level)
    design, codes = _checked(y, X, cluster, coefficient)
    (n, k), groups = design.shape, int(codes.max()) + 1
    column = list(X.columns).index(coefficient)
    basis = np.linalg.qr(design)[0]
    others = np.linalg.qr(np.delete(design, column, axis=1))[0]
    freed = design[:, column] - others @ (others.T @ design[:, column])
    row = freed / (freed @ freed)  # estimate = row @ y (Frisch-Waugh)
    values = y.to_numpy(dtype=float)
    estimate, residuals = float(row @ values), values - basis @ (basis.T @ values)
    refuse_exact_fit(residuals, values)
    small = groups / (groups - 1) * (n - 1) / (n - k)
    member = codes[:, None] == np.arange(groups)
    se = float(np.sqrt(small * ((row * residuals) @ member) ** 2 @ np.ones(groups)))
    rng = np.random.default_rng(seed)
    webb = groups < TEN
    points = np.sqrt([0.5, 1.0, 1.5]) if webb else np.ones(1)
    weights = rng.choice(np.concatenate([-points, points]), size=(draws, groups))

    def pieces(restricted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of residuals (n,): what each cluster's weight adds to b* (G,) and to the scores of all
        clusters (G, G).
        """
        spread = restricted[:, None] * member
        return row @ spread, (member * row[:, None]).T @ (spread - basis @ (basis.T @ spread))

    of_y = pieces(values - others @ (others.T @ values))
    of_x = pieces(freed)

    def p_value(at: float) -> float:
        shift, scores = (a - at * b for a, b in zip(of_y, of_x, strict=True))
        spread = np.sqrt(small * ((weights @ scores.T) ** 2).sum(axis=1))
        hits = np.abs(weights @ shift) >= abs(estimate - at) / se * spread * (1 - 1e-12)
        return (1 + int(hits.sum())) / (draws + 1)

    def bound(side: int) -> float | None:
        inside, step = estimate, se
        for _ in range(12):
            outside = estimate + side * step
            if p_value(outside) <= 1 - level:
                break
            inside, step = outside, 2 * step
        else:
            return None
        for _ in range(40):
            middle = (inside + outside) / 2
            inside, outside = (
                (inside, middle) if p_value(middle) <= 1 - level else (middle, outside)
            )
        return float(inside)

    t, kind = (estimate - null) / se, "Webb" if webb else "Rademacher"
    return WildBootstrap(
        coefficient,
        estimate,
        se,
        t,
        p_value(null),
        bound(-1),
        bound(1),
        level,
        null,
        n,
        groups,
        kind,
        draws,
        seed,
    )
