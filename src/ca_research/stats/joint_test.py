"""Joint inference over a linear specification universe, by resampling under the null (Simonsohn,
Simmons, Nelson 2020).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from . import subsets
from .frames import significance
from .linear import Block, LinearModel, Prepared, estimates, fitted, prepare
from .result import Result
from .universe import Universe

NULLS = ("bootstrap", "permutation")
DIRECTIONS = {"positive": 1, "negative": -1}
STATISTICS = ("median estimate", "share significant", "Stouffer Z")
AT_ONCE = 50
"""Resamples whose weights are held at once; each has a random stream of its own, so that this
changes no number.
"""

FAILURES = 0.05
"""Share of resamples in which a specification may fail; beyond it the test is of those that
happened to work.
"""

CONSTANT = 1e-10
"""Share of a column's squares that its variation in a resample must exceed for cross-products to be
trusted.
"""

TIE = 1e-12
"""Relative rounding within which a resample counts as extreme as what was observed."""


@dataclass(frozen=True, eq=False)
class JointTest(Result):
    """`table`: statistic, value, size (what is compared), null_median, null_low, null_high (95 % of
    resamples), extreme, p.

    `band`: rank, estimate, null_low, null_median, null_high: the sorted curve beside the sorted
    curves under the null.
    `curve`: spec, is_main, the choices, estimate, std_error, n, df, missing. `failed`:
    specifications without a number (left out, reason in `curve`); `failed_draws`: resamples left
    out because a specification could not be fitted.
    `method`: what was computed. `caution`: '' or why a statistic needs care.
    """

    _table: ClassVar[str] = "table"
    _title: ClassVar[str] = "Joint test of a specification universe"

    table: pd.DataFrame
    band: pd.DataFrame
    curve: pd.DataFrame
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
    from scipy.special import ndtri, ndtri_exp, stdtr

    t, df = np.broadcast_arrays(np.asarray(t, dtype=float), np.asarray(df, dtype=float))
    tail = stdtr(df, -np.abs(t))
    z = np.asarray(-ndtri(tail))
    if (far := (tail < 1e-300) & np.isfinite(t)).any():
        z[far] = -ndtri_exp(_log_tail(np.abs(t[far]), df[far]))
    return np.sign(t) * z


def _log_tail(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Log of the upper tail of Student's t far out: Gauss-Laguerre quadrature of the density beyond
    t over that at t.
    """
    from scipy.special import betaln, roots_laguerre

    nodes, weights = roots_laguerre(40)
    rate = (df + 1) / (df / t + t)  # the density falls by exp(-rate) a unit
    step = nodes[:, None] / rate
    beyond = np.exp(
        nodes[:, None] - (df + 1) / 2 * np.log1p((2 * step + step / t * step) / (df / t + t))
    )
    log_density = -(df + 1) / 2 * np.log1p(t / df * t) - np.log(df) / 2 - betaln(df / 2, 0.5)
    return np.log(weights @ beyond / rate) + log_density


def statistics(
    estimate: np.ndarray, z: np.ndarray, alpha: float, sign: int | None = None
) -> np.ndarray:
    """The three statistics along the first axis (specifications), stacked: 3 by resamples; larger
    is more extreme.

    Median estimate; share of specifications with p < alpha and the sign in question; sum of Z over
    the root of their number. `sign` is the predicted one; if None, the median and Stouffer's Z
    count by size and the sign is the dominant one of the curve at hand: that of most estimates (of
    a tie, the sign with more significant
        results).
    """
    from scipy.special import ndtri

    significant = np.abs(z) > -ndtri(alpha / 2)
    shares = np.stack([(significant & (s * estimate > 0)).mean(axis=0) for s in (1, -1)])
    median = np.median(estimate, axis=0)
    stouffer = z.sum(axis=0) / np.sqrt(len(z))
    if sign is not None:
        return np.stack([sign * median, shares[0] if sign > 0 else shares[1], sign * stouffer])
    surplus = np.sign(estimate).sum(axis=0)
    share = np.where(surplus > 0, shares[0], np.where(surplus < 0, shares[1], shares.max(axis=0)))
    return np.stack([np.abs(median), share, np.abs(stouffer)])


def _stream(seed: int, draw: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))


def _grams(z: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted, centred cross-products of the columns of `z`: p by p by resamples. weights:
    resamples by rows.

    A column that may be constant in a resample (a rare dummy) has 0 on the diagonal, and QR looks
    at its rows.
    """
    p = z.shape[1]
    i, j = np.triu_indices(p)
    total = weights.sum(axis=1)
    mean = weights @ z / np.maximum(total, 1)[:, None]
    raw = weights @ (z[:, i] * z[:, j])
    pairs = raw - total[:, None] * mean[:, i] * mean[:, j]
    pairs[(i == j) & (pairs <= CONSTANT * raw)] = 0
    out = np.empty((p, p, len(weights)))
    out[i, j] = out[j, i] = pairs.T
    return out


def _permuted(z: np.ndarray, treatment: np.ndarray) -> np.ndarray:
    """Cross-products with each of the columns `treatment` (rows by resamples, centred) in the
    treatment's place.
    """
    p = z.shape[1]
    out = np.repeat((z.T @ z)[:, :, None], treatment.shape[1], axis=2)
    out[p - 2] = out[:, p - 2] = z.T @ treatment
    out[p - 2, p - 2] = (treatment**2).sum(axis=0)
    return out


@dataclass(frozen=True, eq=False)
class _Moments:
    """One block in some resamples: cross-products, rows, clusters, and `rows_of(draw)`: centred
    rows and weights of one.
    """

    gram: np.ndarray
    n: np.ndarray
    clusters: np.ndarray | None
    rows_of: Callable[[int], tuple[np.ndarray, np.ndarray | None]]


def _bootstrap_moments(block: Block, weights: np.ndarray) -> _Moments:
    """weights: resamples by rows of the frame, how often each was drawn."""
    own = np.ascontiguousarray(weights[:, block.rows])

    def rows_of(draw: int) -> tuple[np.ndarray, np.ndarray]:
        w = own[draw]
        z = block.z - w @ block.z / w.sum()
        z[:, np.ptp(block.z[w > 0], axis=0) == 0] = 0
        return z, w

    clusters = None if block.groups is None else own[:, block.groups].sum(axis=1)
    return _Moments(_grams(block.z, own), own.sum(axis=1), clusters, rows_of)


def _permutation_moments(block: Block, orders: np.ndarray, treatment: np.ndarray) -> _Moments:
    """orders: resamples by rows, the row whose treatment each row is given. treatment: the column,
    by row.
    """
    x = treatment[orders[:, block.rows]].T
    same = np.ptp(x, axis=0) == 0  # left by rounding, a mean would look like variation
    x = np.where(same, 0, (x - x.mean(axis=0)) / block.unit[-2])

    def rows_of(draw: int) -> tuple[np.ndarray, None]:
        z = block.z.copy()
        z[:, -2] = x[:, draw]
        return z, None

    return _Moments(
        _permuted(block.z, x), np.full(len(orders), float(len(block.rows))), None, rows_of
    )


def _resampled(
    block: Block, moments: _Moments, model: LinearModel
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficient, standard error and df of a block's specifications by resample; NaN where a fit
    failed.
    """
    fits = subsets.sweep(moments.gram, block.tree)
    well = fits.share > subsets.WELL_DRAW
    for draw in map(int, np.flatnonzero(~well.all(axis=0) & (moments.n > 0))):
        z, w = moments.rows_of(draw)
        z = z if w is None else z[w > 0] * np.sqrt(w[w > 0])[:, None]
        for number in map(int, np.flatnonzero(~well[:, draw])):
            if (
                subsets.refine(z, np.flatnonzero(block.tree.member[number]), fits, number, draw)
                is not None
            ):
                fits.xx[number, draw] = np.nan
    meats = None
    if model.errors != "classical":
        meats = np.full(fits.xx.shape, np.nan)
        for draw in map(int, np.flatnonzero(moments.n > 0)):
            z, w = moments.rows_of(draw)
            if block.groups is not None:
                meats[:, draw] = subsets.meat(
                    z, fits, draw, w[block.groups] if w is not None else None, block.groups
                )
            else:
                kept = slice(None) if w is None else w > 0
                meats[:, draw] = subsets.meat(z[kept], fits, draw, None if w is None else w[kept])
    b, se, df = estimates(fits, moments.n, block.controls, meats, moments.clusters)
    return b * block.scale, se * block.scale, df


def _row_counts(prepared: Prepared, size: int) -> Callable[[np.random.Generator], np.ndarray]:
    """Draws rows, or whole clusters, with replacement from those that any specification uses."""
    used = np.zeros(size, dtype=bool)
    for block in prepared.blocks:
        used[block.rows] = True
    if prepared.clusters is None:
        pool, code = np.flatnonzero(used), np.arange(size)
    else:
        pool, code = np.unique(prepared.clusters[used]), prepared.clusters

    def draw(rng: np.random.Generator) -> np.ndarray:
        chosen = pool[rng.integers(0, len(pool), size=len(pool))]
        return np.bincount(chosen, minlength=int(code.max()) + 1)[code].astype(float)

    return draw


def _permute(
    frame: pd.DataFrame, prepared: Prepared
) -> Callable[[np.random.Generator], np.ndarray]:
    """Shuffles rows among those with a treatment; all treatments of the universe move together."""
    treated = [
        frame[name].notna().to_numpy() for name in {r.treatment for r in prepared.regressions}
    ]
    if any((t != treated[0]).any() for t in treated):
        raise UsageError(
            "the treatments are observed in different rows", hint="permute one treatment at a time"
        )
    where = np.flatnonzero(treated[0])

    def draw(rng: np.random.Generator) -> np.ndarray:
        order = np.arange(len(frame))
        order[where] = rng.permutation(where)
        return order

    return draw


def _checked(
    frame: pd.DataFrame, specifications: object, model: object, null: str, **numbers: float
) -> None:
    where = "joint test"
    if not isinstance(model, LinearModel) or not isinstance(
        specifications, Universe | pd.DataFrame
    ):
        what = "there is no regression, so there is no null to resample from"
        hint = (
            "the test needs a Universe and a LinearModel; ranks, shares, counts and dates have "
            "no such null"
        )
        raise UsageError(what, where=where, hint=hint)
    if isinstance(specifications, pd.DataFrame) and "estimate" in specifications:
        what = "results are not specifications: the test refits every regression on resampled rows"
        raise UsageError(
            what, where=where, hint="give the Universe and the rows the results came from"
        )
    if null not in NULLS:
        raise UnknownNameError("null", null, NULLS, where=where)
    if null == "permutation" and model.errors == "cluster":
        what = "a treatment given to whole clusters cannot be shuffled over rows"
        raise UsageError(what, where=where, hint="null='bootstrap' draws whole clusters")
    if whole_number("draws", numbers["draws"], "500") < 99:
        raise UsageError(f"draws={numbers['draws']}", where=where, hint="draws=99 or more")
    if whole_number("seed", numbers["seed"], "1") < 0:
        raise UsageError(f"seed={numbers['seed']}", where=where, hint="a number from zero on")
    significance(numbers["alpha"], where=where)


def joint_test(
    frame: pd.DataFrame,
    specifications: Universe | pd.DataFrame,
    model: LinearModel,
    *,
    seed: int,
    draws: int = 500,
    null: str = "bootstrap",
    direction: str | None = None,
    alpha: float = 0.05,
) -> JointTest:
    """Would the whole curve look like this if the treatment had no effect in any specification?

    frame, specifications, model: as for `linear_path`. Specifications without a number are left out
        and counted.
    null: 'bootstrap' or 'permutation'.
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
    draws: resamples, at least 99. alpha: below which a specification counts as significant.
    `p` = (extreme + 1) / (draws + 1), which is never 0 and keeps its level (Phipson and Smyth 2010,
    SAGMB 9(1)); the paper's share is extreme / draws. A resample in which some specification cannot
    be fitted (collinear there, too few rows) is left out and counted; over 5 % of them are refused.
    Each resample has its own stream of `seed`.
    The median mixes units where outcomes or treatments differ in scale: `caution` then says so.
    Raises UsageError where there is no regression (no null to resample from) or for bad options,
    UnknownNameError, CoverageError where no specification can be fitted or too many resamples fail.
    Source: Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208-1214.
    """
    _checked(frame, specifications, model, null, seed=seed, draws=draws, alpha=alpha)
    if direction is not None and direction not in DIRECTIONS:
        raise UnknownNameError("direction", direction, DIRECTIONS, where="joint test")
    prepared = prepare(frame, specifications, model)
    curve = fitted(prepared, model)
    found = np.flatnonzero(prepared.missing == "")
    if not len(found):
        what = (
            f"none of the {len(curve)} specifications could be fitted; the first: "
            f"{prepared.missing[0]}"
        )
        raise CoverageError(what, where="joint test")
    observed, se = curve["estimate"].to_numpy(), curve["std_error"].to_numpy()
    estimate = np.full((len(curve), draws), np.nan)
    z = np.full_like(estimate, np.nan)
    resample = (
        _row_counts(prepared, len(frame)) if null == "bootstrap" else _permute(frame, prepared)
    )
    for at in range(0, draws, AT_ONCE):
        these = np.stack(
            [resample(_stream(seed, draw)) for draw in range(at, min(at + AT_ONCE, draws))]
        )
        part = slice(at, at + len(these))
        for block in prepared.blocks:
            if null == "bootstrap":
                moments, centre = _bootstrap_moments(block, these), observed[block.numbers][:, None]
            else:
                column = frame[block.columns[-2]].to_numpy(dtype=float, na_value=np.nan)
                moments, centre = _permutation_moments(block, these, column), 0.0
            b, error, df = _resampled(block, moments, model)
            estimate[block.numbers, part] = b - centre
            z[block.numbers, part] = signed_z((b - centre) / error, df)
    return _judged(
        prepared,
        curve,
        found,
        estimate[found],
        z[found],
        signed_z(observed / se, curve["df"].to_numpy())[found],
        model=model,
        seed=seed,
        null=null,
        direction=direction,
        alpha=alpha,
    )


def _judged(
    prepared: Prepared,
    curve: pd.DataFrame,
    found: np.ndarray,
    estimate: np.ndarray,
    z: np.ndarray,
    observed_z: np.ndarray,
    *,
    model: LinearModel,
    seed: int,
    null: str,
    direction: str | None,
    alpha: float,
) -> JointTest:
    """Compare the observed curve with those under the null."""
    draws = estimate.shape[1]
    broken = ~np.isfinite(z)
    whole = ~broken.any(axis=0)
    if (lost := int((~whole).sum())) > FAILURES * draws:
        worst = prepared.heads.iloc[found[int(broken.sum(axis=1).argmax())]]
        what = (
            f"in {lost} of {draws} resamples a specification could not be fitted, most often "
            f"number {worst['spec']}"
        )
        hint = "leave out specifications with rare dummies or few rows, and say so as an Exclusion"
        raise CoverageError(what, where="joint test", hint=hint)
    estimate, z, sign = (
        estimate[:, whole],
        z[:, whole],
        DIRECTIONS[direction] if direction else None,
    )
    own = curve["estimate"].to_numpy()[found]
    size = statistics(own[:, None], observed_z[:, None], alpha, sign)[:, 0]
    value = [np.median(own), size[1], observed_z.sum() / np.sqrt(len(found))]
    under = statistics(estimate, z, alpha, sign)
    extreme = (under >= (size - TIE * np.abs(size))[:, None]).sum(axis=1)
    low, middle, high = np.quantile(under, [0.025, 0.5, 0.975], axis=1)
    table = pd.DataFrame(
        {
            "statistic": STATISTICS,
            "value": value,
            "size": size,
            "null_median": middle,
            "null_low": low,
            "null_high": high,
            "extreme": extreme,
            "p": (extreme + 1) / (whole.sum() + 1),
        }
    )
    low, middle, high = np.quantile(np.sort(estimate, axis=0), [0.025, 0.5, 0.975], axis=1)
    band = pd.DataFrame(
        {
            "rank": range(1, len(found) + 1),
            "estimate": np.sort(own),
            "null_low": low,
            "null_median": middle,
            "null_high": high,
        }
    )
    units = {(r.outcome, r.treatment) for r in (prepared.regressions[n] for n in found)}
    unit = "clusters" if prepared.clusters is not None else "rows"
    methods = {
        "bootstrap": f"{unit} drawn with replacement under y* = y - b x of each specification",
        "permutation": "treatment shuffled over rows",
    }
    caution = (
        ""
        if len(units) == 1
        else "the median estimate compares outcomes or treatments that may differ in units"
    )
    whole_numbers = {c: curve[c].astype("Int64").array for c in ("n", "df")}
    results = {
        "estimate": curve["estimate"].array,
        "std_error": curve["std_error"].array,
        **whole_numbers,
    }
    full = prepared.heads.assign(**results, missing=prepared.missing)
    return JointTest(
        table,
        band,
        full,
        len(found),
        len(curve) - len(found),
        int(whole.sum()),
        lost,
        seed,
        null,
        direction,
        alpha,
        f"{methods[null]}; {model.errors} errors",
        caution,
    )
