"""A term added to a gravity model that was fitted without it, for hundreds of terms in turn.

By least squares one step from the smaller model is the whole way (Frisch, Waugh and Lovell). By
PPML it is the first Newton step (a score statistic): a rank by reassignment is valid for any
statistic, so that who ranks needs no more; `converged` goes on to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...stats.fixed_effects import Sample, solve
from ...stats.forecast import ConvergenceError

_ROUNDS, _CLOSE = 5000, 1e-10
_STEPS, _STILL = 50, 1e-6
"""Newton's steps converge quadratically: after one below a millionth the rest is far smaller."""
_RIDGE = 1e-11
_FLAT = 1e-7
"""A term whose variation within the effects is below this share of its own is collinear with
them.
"""


def fitted_means(sample: Sample) -> np.ndarray:
    """PPML means of a model without any added term."""
    if not sample.x:
        return _balanced(sample.y, _codes(sample))
    return np.exp(solve(sample, "ppml", robust=False).link)


Steps = Callable[[Any], np.ndarray]
"""The coefficient of each candidate: of (rows, candidates), an array or a sparse matrix."""


def one_step(sample: Sample, means: np.ndarray | None = None) -> Steps:
    """Coefficient of each candidate added to the model alone, from the model without it; NaN where
    it is collinear.

    sample: y, regressors x, fixed effects (of three the last is absorbed first). means:
    `fitted_means` for PPML; none for least squares.
    With W the weights (means, or one), r the outcome (for PPML its residuals over the means) and M
    the weighted projection off effects and regressors:
    coefficient = d'WMr / d'MWMd. By least squares this is the Frisch-Waugh-Lovell coefficient, by
    PPML one Newton step.
    Source: Lovell (1963), JASA 58(304); score tests: Rao (1948), Proc. Cambridge Philosophical
    Society 44.
    """
    from scipy import sparse
    from scipy.linalg import cholesky, solve_triangular

    y = np.asarray(sample.y, dtype=float)
    weights = np.ones(len(y)) if means is None else means
    outcome = sparse.csr_matrix((y if means is None else (y - means) / means)[:, None])
    dummies = [sparse.csr_matrix((np.ones(len(c)), (np.arange(len(c)), c))) for c in _codes(sample)]
    absorbed = dummies.pop() if len(dummies) > 2 else sparse.csr_matrix((len(y), 1))
    covariates = [sparse.csr_matrix(np.column_stack(list(sample.x.values())))] if sample.x else []
    z = sparse.hstack([*dummies, *covariates]).tocsr()
    w = sparse.diags(weights)
    totals = absorbed.T @ weights
    size = sparse.diags(1 / np.where(totals > 0, totals, 1.0))

    def inner(a: Any, b: Any) -> np.ndarray:
        """a' W b, with the absorbed effects projected off."""
        means_of_b = size @ (absorbed.T @ w @ b)
        return (a.T @ w @ b).toarray() - ((a.T @ w @ absorbed) @ means_of_b).toarray()

    within = inner(z, z)
    scale = np.sqrt(np.where(np.diag(within) > 0, np.diag(within), 1.0))
    root = cholesky(within / np.outer(scale, scale) + _RIDGE * np.eye(len(scale)), lower=True)

    def rooted(b: Any) -> np.ndarray:
        """The inner product of two of them is that of their projections on z."""
        return solve_triangular(root, inner(z, b) / scale[:, None], lower=True)

    def steps(marks: Any) -> np.ndarray:
        d = sparse.csr_matrix(marks)
        zd, sums = rooted(d), absorbed.T @ w @ d
        total, between = d.multiply(d).T @ weights, sums.multiply(size @ sums).sum(axis=0)
        information = total - np.asarray(between).ravel() - np.einsum("ij,ij->j", zd, zd)
        information[information <= _FLAT * total] = np.nan
        return (inner(d, outcome) - zd.T @ rooted(outcome)).ravel() / information

    return steps


def converged(sample: Sample, term: np.ndarray, means: np.ndarray) -> float:
    """PPML coefficient of a dummy added to the model, to the end, by Newton's steps from the model
    without it: what `gravity` finds, three times sooner.

    term: one or zero for each row, for which `one_step` has a number. means: `fitted_means`.
    Source: Correia, Guimarães and Zylkin (2020), Stata Journal 20(1).
    """
    from pyfixest.estimation import demean

    effects = np.column_stack(_codes(sample)).astype(np.uint64)
    x = np.column_stack([term, *sample.x.values()])
    estimate = np.log(sample.y @ term / (means @ term))  # were nothing else to move
    link = np.log(means) + estimate * term
    for _ in range(_STEPS):
        mu = np.exp(link)
        working = link + sample.y / mu - 1
        left, _met = demean(np.column_stack([working, x]), effects, mu)
        weighed = left * np.sqrt(mu)[:, None]
        step = np.linalg.lstsq(weighed[:, 1:], weighed[:, 0], rcond=_FLAT)[0]
        link = working - left[:, 0] + left[:, 1:] @ step
        before, estimate = estimate, step[0]
        if abs(estimate - before) < _STILL:
            return float(estimate)
    raise ConvergenceError("the coefficient did not settle", hint="fewer effects")


def _codes(sample: Sample) -> list[np.ndarray]:
    """Of each fixed effect, numbered anew: pruning leaves numbers that no row has."""
    return [pd.factorize(code)[0] for code in sample.fixed]


def _balanced(y: np.ndarray, fixed: Sequence[np.ndarray]) -> np.ndarray:
    """Fitted PPML means with fixed effects alone: each set of effects in turn is scaled to its
    total, until none moves.

    The first-order conditions of PPML with dummies are that totals of each effect are met.
    """
    mu = np.full(len(y), y.mean())
    totals = [np.bincount(code, weights=y) for code in fixed]
    for _ in range(_ROUNDS):
        worst = 0.0
        for code, total in zip(fixed, totals, strict=True):
            factor = total / np.bincount(code, weights=mu)
            mu *= factor[code]
            worst = max(worst, float(np.abs(factor - 1).max()))
        if worst < _CLOSE:
            return mu
    raise ConvergenceError(
        "the fixed effects alone were not fitted", hint="fewer effects, or a connected panel"
    )
