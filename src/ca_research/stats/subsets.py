"""Least squares of one outcome on one treatment and many subsets of controls, from one
cross-product matrix.

Subsets are paths of a prefix tree; a node sweeps one column out of what its parent left (Beaton
1964; Goodnight 1979, The American Statistician 33(3)), so what two subsets share is computed once.
All nodes of a level, and all resamples, are swept together. By Frisch, Waugh and Lovell what is
left of treatment x and outcome y holds the coefficient.
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

BUDGET = 2**19
"""Numbers in one stack of matrices: 4 MB, about what a core caches."""


@dataclass(frozen=True, eq=False)
class Tree:
    """`levels`: parents and pivots of the nodes of each depth; `ends`: per depth, nodes and the
    subsets that end there.

    `member`: subsets by columns, True where the subset holds the column.
    """

    levels: tuple[tuple[np.ndarray, np.ndarray], ...]
    ends: tuple[tuple[np.ndarray, np.ndarray], ...]
    member: np.ndarray

    @property
    def width(self) -> int:
        return max((len(parents) for parents, _ in self.levels), default=1)


@dataclass(frozen=True, eq=False)
class Fits:
    """Subsets by resamples: what is left of x'x, x'y and y'y, the smallest `share` any column kept,
    coefficients.

    `on_x`, `on_y`: subsets by columns by resamples, the coefficients of the controls for x and for
    y; 0 outside a subset.
    """

    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray
    share: np.ndarray
    on_x: np.ndarray
    on_y: np.ndarray


def plan(subsets: Sequence[Sequence[int]], columns: int) -> Tree:
    """Prefix tree of subsets of `columns` controls. Columns in all subsets come first, then those
    that go together.
    """
    size = np.array([len(subset) for subset in subsets])
    member = np.zeros((len(subsets), columns), dtype=bool)
    member[
        np.repeat(np.arange(len(subsets)), size),
        [column for subset in subsets for column in subset],
    ] = True
    together: dict[bytes, list[int]] = {}
    for column in range(columns):
        together.setdefault(member[:, column].tobytes(), []).append(column)
    units = sorted(
        together.values(), key=lambda unit: (not member[:, unit[0]].all(), -len(unit), unit[0])
    )
    order = np.array([column for unit in units for column in unit], dtype=int)
    path = np.argsort(
        ~member[:, order], axis=1, kind="stable"
    )  # a subset's columns first, in order
    node = np.zeros(len(subsets), dtype=int)
    levels, ends = [], []
    for depth in range(int(size.max(initial=0)) + 1):
        if depth:
            deeper = np.flatnonzero(size >= depth)
            steps, node[deeper] = np.unique(
                node[deeper] * columns + path[deeper, depth - 1], return_inverse=True
            )
            levels.append((steps // columns, order[steps % columns]))
        here = np.flatnonzero(size == depth)
        ends.append((node[here], here))
    return Tree(tuple(levels), tuple(ends), member)


def sweep(gram: np.ndarray, tree: Tree) -> Fits:
    """All subsets of `tree` in all resamples. gram: (p, p, resamples), centred cross-products of
    controls, x and y.
    """
    p, draws = gram.shape[1:]
    step = max(1, BUDGET // (tree.width * p * p))
    parts = [
        _sweep(np.ascontiguousarray(gram[:, :, at : at + step]), tree)
        for at in range(0, draws, step)
    ]
    if len(parts) == 1:
        return parts[0]
    return Fits(
        *(
            np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in Fits.__annotations__
        )
    )


def _sweep(gram: np.ndarray, tree: Tree) -> Fits:
    p, draws = gram.shape[1:]
    x, y, m, s = p - 2, p - 1, p - 2, len(tree.member)
    xx, xy, yy, share = (np.empty((s, draws)) for _ in range(4))
    on_x, on_y = np.empty((s, m, draws)), np.empty((s, m, draws))
    whole = np.einsum("iid->id", gram)
    stack, least = gram[None], np.ones((1, draws))
    with np.errstate(
        divide="ignore", invalid="ignore", over="ignore"
    ):  # a column that is gone shows as share 0 or nan
        for depth, (nodes, numbers) in enumerate(tree.ends):
            if depth:
                parents, pivots = tree.levels[depth - 1]
                stack = stack[parents]
                at = np.arange(len(pivots))
                pivot = stack[at, pivots, pivots]
                least = np.minimum(least[parents], pivot / whole[pivots])
                row = stack[at, pivots] / pivot[:, None]
                column = stack[at, :, pivots]
                stack -= column[:, :, None] * row[:, None]
                stack[at, pivots] = row
            if len(nodes):
                xx[numbers], xy[numbers], yy[numbers] = (
                    stack[nodes, x, x],
                    stack[nodes, x, y],
                    stack[nodes, y, y],
                )
                on_x[numbers], on_y[numbers] = stack[nodes, :m, x], stack[nodes, :m, y]
                share[numbers] = np.minimum(least[nodes], xx[numbers] / whole[x])
        outside = ~tree.member
        on_x[outside], on_y[outside] = 0, 0
        yy = yy - xy**2 / xx
        share = np.minimum(share, yy / whole[y])
    return Fits(xx, xy, yy, share, on_x, on_y)


def refine(z: np.ndarray, subset: np.ndarray, fits: Fits, number: int, draw: int = 0) -> int | None:
    """Put the QR solution of one subset in one resample in place; returns the column that is
    collinear, or None.

    z: rows by columns, centred (rows of a weighted sample times the root of the weight); subset:
        columns of the controls.
    """
    p = z.shape[1]
    chosen = [*subset, p - 2, p - 1]
    length = np.linalg.norm(z[:, chosen], axis=0)
    if (length == 0).any():
        return int(chosen[int(np.argmax(length == 0))])
    r = np.asarray(np.linalg.qr(z[:, chosen] / length, mode="r"))
    left = np.abs(np.diag(r))
    if len(left) < len(chosen) or (left < COLLINEAR).any():
        return int(chosen[int(np.argmax(left < COLLINEAR))]) if len(left) == len(chosen) else p - 1
    k = len(subset)
    on = np.linalg.solve(r[:k, :k], r[:k, k:]) * length[k:] / length[:k, None]
    fits.on_x[number, :, draw], fits.on_y[number, :, draw] = 0, 0
    fits.on_x[number, subset, draw], fits.on_y[number, subset, draw] = on[:, 0], on[:, 1]
    fits.xx[number, draw] = (r[k, k] * length[k]) ** 2
    fits.xy[number, draw] = r[k, k] * r[k, k + 1] * length[k] * length[k + 1]
    fits.yy[number, draw] = (r[k + 1, k + 1] * length[k + 1]) ** 2
    fits.share[number, draw] = left.min() ** 2
    return None


def meat(
    z: np.ndarray,
    fits: Fits,
    draw: int,
    weights: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Sum of squared scores of the treatment, per subset; of cluster sums of scores with `groups`.

    z: rows by columns, centred for this resample and sorted by cluster. weights: how often a row (a
        cluster) was drawn.
    groups: the first row of each cluster.
    """
    p, s = z.shape[1], len(fits.xx)
    x, y = p - 2, p - 1
    of_x = np.zeros((p, s))
    of_x[:x], of_x[x] = -fits.on_x[:, :, draw].T, 1
    of_e = np.zeros((p, s))
    of_e[:x], of_e[y] = -fits.on_y[:, :, draw].T, 1
    with np.errstate(divide="ignore", invalid="ignore"):  # a failed fit stays NaN
        of_e -= of_x * (fits.xy[:, draw] / fits.xx[:, draw])
    out = np.empty(s)
    step = max(
        8, 2**18 // z.size
    )  # small enough for a core's cache, and for BLAS not to start threads
    for at in range(0, s, step):
        scores = (z @ of_x[:, at : at + step]) * (z @ of_e[:, at : at + step])
        if groups is not None:
            scores = np.add.reduceat(scores, groups, axis=0)
        scores *= scores
        out[at : at + step] = scores.sum(axis=0) if weights is None else weights @ scores
    return out
