"""Least squares of one outcome on one treatment and many subsets of controls, from one
cross-product matrix.

Control after control is swept out (Beaton 1964; Goodnight 1979, The American Statistician 33(3)),
once for all subsets that are alike so far. By Frisch, Waugh and Lovell what is left of treatment x
and outcome y holds the coefficient. Columns stand in the order controls, x, y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

COLLINEAR = 1e-7
"""A column is collinear where the columns before it leave less than this share of its length (R's
lm() uses the same).

Below it double precision (2e-16) no longer holds nine digits of a coefficient, whatever the
algorithm."""

WELL = 1e-4
"""Cross-products square the condition: below this share of a column's variation (length squared) QR
takes over.
"""

WELL_DRAW = 1e-8
"""The same within a resample, whose own noise is far above the seven digits that are left."""


@dataclass(frozen=True, eq=False)
class Subsets:
    """Subsets by controls, True where the subset holds the control.

    `steps`: of each control, which of the matrices so far go on, and how many of them without it,
    which stand first; `last`: the matrix of each subset after all steps.
    """

    member: np.ndarray
    steps: list[tuple[np.ndarray, int]]
    last: np.ndarray


@dataclass(frozen=True, eq=False)
class Fits:
    """Of each subset what is left of x'x, x'y and y'y, the smallest `share` any column kept, and
    `on`: the coefficients of the controls for x and for y, 0 outside the subset.
    """

    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray
    share: np.ndarray
    on: np.ndarray


def plan(member: np.ndarray) -> Subsets:
    """How to sweep all subsets, what they share once."""
    steps, last, count = [], np.zeros(len(member), dtype=int), 1
    for column in member.T:
        reached, last = np.unique(last + count * column, return_inverse=True)
        steps.append((reached % count, int((reached < count).sum())))
        count = len(reached)
    return Subsets(member, steps, last)


def sweep(gram: np.ndarray, subsets: Subsets) -> Fits:
    """Least squares of every subset. gram: centred cross-products."""
    x, y, squares = len(gram) - 2, len(gram) - 1, np.diag(gram)
    stack, least = gram[None], np.ones(1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # seen by the share
        for column, (parents, without) in enumerate(subsets.steps):
            stack, least = stack[parents], least[parents]
            swept = stack[without:]
            row = swept[:, column, 1:] / swept[:, column, :1]
            share = swept[:, column, 0] / squares[column]
            least[without:] = np.minimum(least[without:], share)
            stack = stack[:, :, 1:]  # the column itself is not asked for again
            stack[without:] -= swept[:, :, :1] * row[:, None]
            stack[without:, column] = row
        stack, least = stack[subsets.last], least[subsets.last]
        xx, xy = stack[:, x, 0], stack[:, x, 1]
        yy = stack[:, y, 1] - xy**2 / xx
        share = np.minimum(least, np.minimum(xx / squares[x], yy / squares[y]))
    return Fits(xx, xy, yy, share, np.where(subsets.member[:, :, None], stack[:, :x], 0))


def refine(z: np.ndarray, subset: Sequence[int], fits: Fits, number: int) -> int | None:
    """Put the QR solution of one subset in place; returns the column that is collinear, or None.

    z: centred rows times the root of their weights; subset: columns of the controls.
    """
    p, k = z.shape[1], len(subset)
    chosen = [*subset, p - 2, p - 1]
    r = np.asarray(np.linalg.qr(z[:, chosen], mode="r"))
    with np.errstate(invalid="ignore"):  # of a column of zeros
        left = np.abs(np.diag(r)) / np.linalg.norm(z[:, chosen], axis=0)[: len(r)]
    lost = np.flatnonzero(~(left > COLLINEAR))
    if len(lost) or len(r) < len(chosen):
        fits.xx[number] = np.nan
        return chosen[lost[0]] if len(lost) else p - 1
    fits.on[number] = 0
    fits.on[number, subset] = np.linalg.solve(r[:k, :k], r[:k, k:])
    fits.xx[number], fits.xy[number] = r[k, k] ** 2, r[k, k] * r[k, k + 1]
    fits.yy[number], fits.share[number] = r[k + 1, k + 1] ** 2, left.min() ** 2
    return None


def meat(z: np.ndarray, fits: Fits, weights: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """Sum of squared scores of the treatment, per subset; of cluster sums of scores with `groups`.

    z: centred rows, sorted by cluster. weights: of the rows, or of the clusters. groups: the first
    row of each cluster.
    """
    x = z.shape[1] - 2
    of = np.zeros((2, x + 2, len(fits.xx)))  # what x and y are multiplied by, per subset
    of[:, :x] = -fits.on.T
    of[0, x], of[1, x + 1] = 1, 1
    with np.errstate(divide="ignore", invalid="ignore"):  # a failed fit stays NaN
        of[1] -= of[0] * (fits.xy / fits.xx)
    out = np.empty(len(fits.xx))
    # small enough for a core's cache, and for BLAS not to start threads
    step = max(8, 2**18 // z.size)
    for at in range(0, len(out), step):
        scores = (z @ of[0, :, at : at + step]) * (z @ of[1, :, at : at + step])
        if groups is not None:
            scores = np.add.reduceat(scores, groups, axis=0)
        out[at : at + step] = weights @ scores**2
    return out
