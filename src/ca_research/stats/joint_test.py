"""Joint inference over the linear specifications of a curve, by resampling under the null
(Simonsohn, Simmons, Nelson 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..ground.arguments import refuse, whole_number
from ..ground.errors import CoverageError, UsageError, known_name
from .frames import between_0_and_1
from .linear import Figures, Regression, blocks, fit, fitted
from .result import Result
from .subsets import WELL_DRAW

NULLS = ("bootstrap", "permutation")
DIRECTIONS = {"positive": 1, "negative": -1}
STATISTICS = ("median estimate", "share significant", "Stouffer Z")

FAILURES = 0.05
"""Share of resamples in which a specification may fail; beyond it the test is of those that
happened to work.
"""

TIE = 1e-12
"""Relative rounding within which a resample counts as extreme as what was observed."""


@dataclass(frozen=True, eq=False)
class JointTest(Result):
    """`table`: statistic, value, size (what is compared), null_median, null_low, null_high (95 % of
    resamples), extreme, p.

    `band`: rank, estimate, null_low, null_median, null_high: the sorted curve beside the sorted
    curves under the null.
    `failed`: specifications without a number (left out; the table of the curve has the reasons);
    `failed_draws`: resamples left out because a specification could not be fitted.
    `method`: what was computed. `caution`: '' or why a statistic needs care.
    """

    _table = "table"
    _title = "Joint test of a specification universe"

    table: pd.DataFrame
    band: pd.DataFrame
    specifications: int
    failed: int
    draws: int
    failed_draws: int
    seed: int
    null: str
    direction: str | None
    alpha: float
    method: str
    caution: str


def signed_z(t: np.ndarray, df: np.ndarray | float) -> np.ndarray:
    """Normal deviate with the two-sided p-value of Student's `t`, with its sign; also where p is
    below 1e-300.
    """
    from scipy.special import ndtri, stdtr

    t, df = np.broadcast_arrays(np.asarray(t), np.asarray(df, dtype=float))
    tail = stdtr(df, -np.abs(t))
    z = np.asarray(-ndtri(tail))
    if (far := (tail < 1e-300) & np.isfinite(t)).any():
        z[far] = _far(t[far], df[far])
    return np.sign(t) * z


def _far(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """The deviate by the log of the tail, an incomplete beta function as a hypergeometric series
    (Abramowitz and Stegun 1964, 26.5.23 and 15.3.4), which falls by 2 / t**2 a term.
    """
    from scipy.special import betaln, ndtri_exp, poch

    half, ratio, n = df / 2, np.square(t) / df, np.arange(7)
    terms = poch(0.5, n) / poch(half[..., None] + 1, n) * (-1 / ratio[..., None]) ** n
    beta = np.log(half) + betaln(half, 0.5) + np.log(ratio / (1 + ratio)) / 2
    return -ndtri_exp(np.log(terms.sum(axis=-1) / 2) - half * np.log1p(ratio) - beta)


def statistics(
    estimate: np.ndarray, z: np.ndarray, alpha: float, sign: int | None = None
) -> np.ndarray:
    """The three statistics along the first axis (specifications), stacked: 3 by resamples; larger
    is more extreme.

    Median estimate; share of specifications with p < alpha and the sign in question; sum of Z over
    the root of their number. `sign` is the predicted one; if None, the median and Stouffer's Z
    count by size and the sign is the dominant one of the curve at hand: that of most estimates (of
    a tie, the sign with more significant results).
    """
    from scipy.special import ndtri

    significant = np.abs(z) > -ndtri(alpha / 2)
    up, down = ((significant & (s * estimate > 0)).mean(axis=0) for s in (1, -1))
    median, stouffer = np.median(estimate, axis=0), z.sum(axis=0) / np.sqrt(len(z))
    if sign is not None:
        return np.stack([sign * median, up if sign > 0 else down, sign * stouffer])
    surplus = np.sign(estimate).sum(axis=0)
    share = np.where(surplus > 0, up, np.where(surplus < 0, down, np.maximum(up, down)))
    return np.stack([np.abs(median), share, np.abs(stouffer)])


def joint_test(
    figures: Figures,
    regressions: Sequence[Regression],
    errors: str,
    clusters: np.ndarray | None,
    *,
    seed: int,
    draws: int,
    null: str,
    direction: str | None,
    alpha: float,
) -> JointTest:
    """Would the whole curve look like this if the treatment had no effect in any specification?

    Regressions without a number are left out and counted.
    null='bootstrap', for observational data: specification k gets an outcome of its own, y*_k = y -
    b_k x, which its controls explain as before and x does not; N rows are drawn with replacement,
    the same rows for all specifications, N being the rows that any of them uses; every
    specification is fitted to them. With cluster errors whole clusters are drawn, one drawn twice
    being two. Least squares is linear in y and x is a regressor, so the coefficient for y*_k is
    that for y in the same rows less b_k, with the same residuals: this is what is computed,
    exactly.
    null='permutation', for a treatment assigned at random to rows: the treatment is shuffled over
    the rows where it is observed, the same shuffle for all specifications; samples and controls
    must not depend on it.
    Statistics: see `statistics`; Z is the normal deviate of the two-sided p-value, signed.
    direction: None compares sizes and dominant signs, each curve's own; 'positive' or 'negative' is
    a prediction made before looking.
    `p` = (extreme + 1) / (draws + 1), which is never 0 and keeps its level (Phipson and Smyth 2010,
    SAGMB 9(1)); the paper's share is extreme / draws. A resample in which some specification cannot
    be fitted (collinear there, too few rows) is left out and counted; over 5 % of them are refused.
    Each resample has its own stream of `seed`.
    Source: Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208-1214.
    """
    known_name("null", null, NULLS)
    sign = None if direction is None else DIRECTIONS[known_name("direction", direction, DIRECTIONS)]
    if null == "permutation" and errors == "cluster":
        raise UsageError(
            "a treatment given to whole clusters cannot be shuffled over rows",
            hint="null='bootstrap' draws whole clusters",
        )
    if whole_number("draws", draws) < 99 or whole_number("seed", seed) < 0:
        refuse("seed and draws", "whole numbers, draws at least 99", (seed, draws), "(1, 500)")
    between_0_and_1("alpha", alpha)
    missing = np.full(len(regressions), "", dtype=object)
    all_blocks = blocks(figures, regressions, clusters, missing)
    curve = fitted(all_blocks, errors, missing)
    able = np.flatnonzero(missing == "")
    if not len(able):
        raise CoverageError(
            f"none of the {len(curve)} specifications could be fitted: {missing[0]}"
        )
    observed = curve["estimate"].to_numpy()
    estimate, z = np.full((2, len(curve), draws), np.nan)
    n = len(figures.values)
    code = np.arange(n) if clusters is None else clusters
    pool = np.unique(code[np.concatenate([block.rows for block in all_blocks])])
    treated = [np.isfinite(block.x) for block in all_blocks]
    where = np.flatnonzero(treated[0])
    if null == "permutation" and any((subset != treated[0]).any() for subset in treated):
        raise UsageError(
            "the treatments are observed in different rows", hint="permute one treatment at a time"
        )
    for draw in range(draws):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))
        counts, order = np.ones(n), np.arange(n)
        if null == "bootstrap":
            drawn = pool[rng.integers(0, len(pool), size=len(pool))]
            counts = np.bincount(drawn, minlength=code.max() + 1)[code].astype(float)
        else:
            order[where] = rng.permutation(where)
        for block in all_blocks:
            rows, weights = block.z.copy(), counts[block.rows]
            shift = observed[block.numbers] * (null == "bootstrap")
            if null == "permutation":
                rows[:, -2] = block.x[order[block.rows]]
            if weights.any():
                b, error, df = fit(block, errors, z=rows, weights=weights, well=WELL_DRAW)[0].T
                estimate[block.numbers, draw] = b - shift
                z[block.numbers, draw] = signed_z((b - shift) / error, df)
    estimate, z = estimate[able], z[able]
    broken = ~np.isfinite(z)
    complete = ~broken.any(axis=0)
    if (lost := int((~complete).sum())) > FAILURES * draws:
        worst = able[int(broken.sum(axis=1).argmax())]
        raise CoverageError(
            f"in {lost} of {draws} resamples a specification could not be fitted, most often "
            f"number {worst} of its model",
            hint="leave out specifications with rare dummies or few rows, and say so as an "
            "Exclusion",
        )
    subset = curve.iloc[able]
    own_z = signed_z((subset["estimate"] / subset["std_error"]).to_numpy(), subset["df"].to_numpy())
    by = subset["estimate"].to_numpy()[:, None], own_z[:, None]
    size = statistics(*by, alpha, sign)[:, 0]
    under = statistics(estimate[:, complete], z[:, complete], alpha, sign)
    median, _, stouffer = statistics(*by, alpha, 1)[:, 0]
    extreme = (under >= (size - TIE * np.abs(size))[:, None]).sum(axis=1)
    table = pd.DataFrame(
        {"statistic": STATISTICS, "value": [median, size[1], stouffer], "size": size}
        | _spread(under, "null_median", "null_low", "null_high")
        | {"extreme": extreme, "p": (extreme + 1) / (complete.sum() + 1)}
    )
    ranks = {"rank": range(1, len(able) + 1), "estimate": np.sort(subset["estimate"])}
    sorted_null = np.sort(estimate[:, complete], axis=0)
    band = pd.DataFrame(ranks | _spread(sorted_null, "null_low", "null_median", "null_high"))
    unit = "rows" if clusters is None else "clusters"
    method = {
        "bootstrap": f"{unit} drawn with replacement under y* = y - b x of each specification",
        "permutation": "treatment shuffled over rows",
    }[null]
    units = {(regressions[n].outcome, regressions[n].treatment) for n in able.tolist()}
    mixed = "the median estimate compares outcomes or treatments that may differ in units"
    return JointTest(
        table=table,
        band=band,
        specifications=len(able),
        failed=len(curve) - len(able),
        draws=int(complete.sum()),
        failed_draws=lost,
        seed=seed,
        null=null,
        direction=direction,
        alpha=alpha,
        method=f"{method}; {errors} errors",
        caution=mixed if len(units) > 1 else "",
    )


def _spread(under: np.ndarray, *names: str) -> dict[str, np.ndarray]:
    """The middle and the ends of 95 % of the resamples, by these names."""
    shares = {"null_low": 0.025, "null_median": 0.5, "null_high": 0.975}
    return {name: np.quantile(under, shares[name], axis=1) for name in names}
