"""Joint inference over the linear specifications of a curve, by resampling under the null
(Simonsohn, Simmons, Nelson 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import CoverageError
from .frames import require_some
from .linear import Block, fit
from .result import Result

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

    `failed`: specifications without a number (left out; the table of the curve has the reasons);
    `failed_draws`: resamples left out because a specification could not be fitted.
    `null`: 'bootstrap' or 'permutation'. Where outcomes or treatments of a curve differ in units,
    its median estimate compares unlike things.
    """

    table: pd.DataFrame
    specifications: int
    failed: int
    draws: int
    failed_draws: int
    seed: int
    null: str
    direction: str | None
    alpha: float


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
    blocks: Sequence[Block],
    curve: pd.DataFrame,
    code: np.ndarray,
    errors: str,
    *,
    seed: int,
    draws: int,
    null: str,
    direction: str | None,
    alpha: float,
) -> JointTest:
    """Would the whole curve look like this if the treatment had no effect in any specification?

    blocks, curve: as `linear.fitted` gives them. code: of each row of the data what is drawn, a
    number of its own or that of its cluster. Regressions without a number are left out and counted.
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
    sign, shuffled = None if direction is None else DIRECTIONS[direction], null == "permutation"
    if shuffled and errors == "cluster":
        refuse("null", "'bootstrap' where errors are clustered", null, "'bootstrap'")
    if draws < 99 or seed < 0:
        refuse("seed and draws", "whole numbers, draws at least 99", (seed, draws), "(1, 500)")
    able = np.flatnonzero(curve["missing"] == "")
    require_some(able, f"specification that could be fitted: {curve['missing'].iloc[0]}")
    pool = np.unique(code[np.concatenate([block.rows for block in blocks])])
    treated = np.isfinite([block.x for block in blocks])
    if shuffled and (treated != treated[0]).any():
        refuse("null", "'bootstrap' where treatments are of other rows", null, "'bootstrap'")
    where = np.flatnonzero(treated[0])
    own = curve[["estimate", "std_error", "df"]].to_numpy(float).T
    estimate, z = np.full((2, draws + 1, len(curve)), np.nan)  # the curve itself, then the draws
    estimate[0], z[0] = own[0], signed_z(own[0] / own[1], own[2])
    for draw in range(draws):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))
        counts, order = np.ones(len(code)), np.arange(len(code))
        if shuffled:
            order[where] = rng.permutation(where)
        else:
            drawn = pool[rng.integers(0, len(pool), size=len(pool))]
            counts = np.bincount(drawn, minlength=code.max() + 1)[code].astype(float)
        for block in blocks:
            rows, weights = block.z.copy(), counts[block.rows]
            if shuffled:
                rows[:, -2] = block.x[order[block.rows]]
            if weights.any():
                b, error, df = fit(block, errors, rows, weights)[0].T
                b -= own[0, block.numbers] * (not shuffled)
                estimate[draw + 1, block.numbers] = b
                z[draw + 1, block.numbers] = signed_z(b / error, df)
    estimate, z = estimate.T[able], z.T[able]
    complete = np.isfinite(z).all(axis=0)
    if (lost := int((~complete).sum())) > FAILURES * draws:
        raise CoverageError(
            f"in {lost} of {draws} resamples a specification could not be fitted",
            hint="leave out specifications with rare dummies or few rows, and say so as an "
            "Exclusion",
        )
    sizes = statistics(estimate[:, complete], z[:, complete], alpha, sign)
    size, under = sizes[:, 0], sizes[:, 1:]
    median, _, stouffer = statistics(estimate[:, :1], z[:, :1], alpha, 1)[:, 0]
    extreme = (under >= (size - TIE * np.abs(size))[:, None]).sum(axis=1)
    low, middle, high = np.quantile(under, (0.025, 0.5, 0.975), axis=1)
    table = pd.DataFrame(
        {
            "statistic": STATISTICS,
            "value": [median, size[1], stouffer],
            "size": size,
            "null_median": middle,
            "null_low": low,
            "null_high": high,
            "extreme": extreme,
            "p": (extreme + 1) / (under.shape[1] + 1),
        }
    )
    return JointTest(
        table=table,
        specifications=len(able),
        failed=len(curve) - len(able),
        draws=under.shape[1],
        failed_draws=lost,
        seed=seed,
        null=null,
        direction=direction,
        alpha=alpha,
    )
