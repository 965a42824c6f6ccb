"""Ordinary least squares of many specifications in one go: one coefficient over outcomes,
treatments, samples and sets of controls.

The numbers are those of a fit of each specification alone; only the work is shared. Rows become the
coordinates of their columns by one QR decomposition. Control after control is then projected off
(modified Gram-Schmidt, which is as good as QR: Bjorck 1967, BIT 7), once for all subsets that are
alike so far. By Frisch, Waugh and Lovell what is left of treatment x and outcome y holds the
coefficient. Columns stand in the order controls, x, y.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import CoverageError
from .columns import floats, power_of_two
from .frames import require

COLLINEAR = 1e-7
"""A column is collinear where the columns before it leave less than this share of its length (R's
lm() uses the same).

Below it double precision (2e-16) no longer holds nine digits of a coefficient, whatever the
algorithm."""

NO_MEAT = 1e-14
"""Scores whose squares sum to less than this share of what independent errors give have cancelled
to rounding.
"""


class Regression(NamedTuple):
    """One declared specification: the names of its columns, of its sample and of its model."""

    outcome: str
    treatment: str
    controls: tuple[str, ...]
    sample: str
    model: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.outcome, self.treatment, *self.controls)


class Figures:
    """The columns of a frame that regressions are of, as numbers, and the rows of each."""

    def __init__(
        self, frame: pd.DataFrame, names: Iterable[str], samples: Mapping[str, np.ndarray]
    ) -> None:
        self.at = {name: n for n, name in enumerate(dict.fromkeys(names))}
        self.samples = samples
        self.values = np.column_stack([floats(frame[name], name) for name in self.at])
        self._absent = np.isnan(self.values)
        self._holes = {name for name, n in self.at.items() if self._absent[:, n].any()}
        self._rows: dict[tuple[str, frozenset[str]], np.ndarray] = {}

    def of(self, names: Iterable[str]) -> np.ndarray:
        """The places of columns in `values`."""
        return np.array([self.at[name] for name in names], dtype=int)

    def rows(self, r: Regression) -> tuple[tuple[str, frozenset[str]], np.ndarray]:
        """The rows of its sample in which all columns of a regression are known, and a key that
        regressions of the same rows share. Raises CoverageError where they are too few.
        """
        used = r.columns
        if len({*used}) < len(used):
            raise CoverageError(f"a column has two roles in one regression: {', '.join(used)}")
        key = r.sample, frozenset(self._holes.intersection(used))
        if key not in self._rows:
            known = ~self._absent[:, self.of(key[1])].any(axis=1)
            self._rows[key] = np.flatnonzero(self.samples[r.sample] & known)
        if (n := len(self._rows[key])) <= len(used):
            known_all = f" that have {', '.join(sorted(key[1]))}" if key[1] else ""
            raise CoverageError(
                f"{n} observations of sample {r.sample!r}{known_all}, for {len(used)} "
                "coefficients; drop controls or widen the sample"
            )
        return key, self._rows[key]


def sample_rows(frame: pd.DataFrame, name: str, rule: Any) -> np.ndarray:
    """The rows of a sample, which a boolean column or one truth value per row decides."""
    if isinstance(rule, str):
        mask = require(frame, [rule])[rule]
    else:
        mask = rule.reindex(frame.index) if isinstance(rule, pd.Series) else pd.Series(rule)
    if len(mask) != len(frame) or mask.isna().any() or not pd.api.types.is_bool_dtype(mask):
        refuse(f"sample {name!r}", "one truth value for each row; missing is none", rule, "'rich'")
    return mask.to_numpy(dtype=bool)


@dataclass(frozen=True, eq=False)
class Block:
    """Regressions that share rows, outcome and treatment.

    `numbers`: their places among all; `rows`: positions in the frame, sorted by cluster; `codes`:
    the cluster of each; `z`: controls, treatment and outcome, centred and of about one size; `x`:
    the treatment of the whole frame in the unit of `z`; `scale`: what turns a coefficient of `z`
    into one of the data; `sizes`: how many controls each has. `steps`: of each control, which of
    the subsets so far go on, and how many of them without it, which stand first; `last`: the place
    of each regression after all steps.
    """

    numbers: list[int]
    rows: np.ndarray
    codes: np.ndarray
    columns: list[str]
    z: np.ndarray
    x: np.ndarray
    scale: float
    sizes: np.ndarray
    steps: list[tuple[np.ndarray, int]]
    last: np.ndarray


def block_of(
    figures: Figures,
    regressions: Sequence[Regression],
    numbers: list[int],
    rows: np.ndarray,
    clusters: np.ndarray,
) -> Block:
    """The block of the regressions of these numbers, which have these rows."""
    rows = rows[np.argsort(clusters[rows], kind="stable")]
    outcome, treatment, *_ = regressions[numbers[0]]
    held = [regressions[n].controls for n in numbers]
    controls = list(dict.fromkeys(chain.from_iterable(held)))
    z = figures.values[np.ix_(rows, figures.of([*controls, treatment, outcome]))]
    z -= z.mean(axis=0)
    unit = power_of_two(np.abs(z).max(axis=0))
    member = np.array([[c in subset for c in controls] for subset in held], dtype=bool)
    steps, last, count = [], np.zeros(len(held), dtype=int), 1
    for column in member.T:
        reached, last = np.unique(last + count * column, return_inverse=True)
        steps.append((reached % count, int((reached < count).sum())))
        count = len(reached)
    return Block(
        numbers=numbers,
        rows=rows,
        codes=clusters[rows],
        columns=[*controls, treatment, outcome],
        z=z / unit,
        x=figures.values[:, figures.at[treatment]] / unit[-2],
        scale=float(unit[-1] / unit[-2]),
        sizes=member.sum(axis=1),
        steps=steps,
        last=last,
    )


class Left(NamedTuple):
    """Of each subset the coefficient, what its controls leave of treatment and outcome, without
    the treatment (columns of coordinates), and the first column that those before it take up (the
    number of columns, if none).
    """

    estimate: np.ndarray
    x: np.ndarray
    y: np.ndarray
    lost: np.ndarray


def project(r: np.ndarray, block: Block) -> Left:
    """Least squares of every subset. r: columns as coordinates, triangular."""
    columns = len(r.T)
    least = COLLINEAR**2 * np.square(r).sum(axis=0)

    def mark(lost: np.ndarray, size: np.ndarray, column: int) -> None:
        lost[~(size > least[column]) & (lost > column)] = column

    left, lost = r.T[None], np.full(1, columns)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # seen by `lost`
        for column, (parents, without) in enumerate(block.steps):
            left, lost = left[parents], lost[parents]
            on = left[without:, :, : column + 1]  # further coordinates of the control are nought
            control, rest = on[:, 0], on[:, 1:]
            size = np.square(control).sum(axis=1)
            mark(lost[without:], size, column)
            share = np.einsum("scp,sp->sc", rest, control) / size[:, None]
            rest -= share[:, :, None] * control[:, None]
            left = left[:, 1:]  # the control itself is not asked for again
        lost, (x, y) = lost[block.last], np.ascontiguousarray(left[block.last].transpose(1, 2, 0))
        size = np.square(x).sum(axis=0)
        estimate = (x * y).sum(axis=0) / size
        y -= estimate * x
        mark(lost, size, columns - 2)
        mark(lost, np.square(y).sum(axis=0), columns - 1)
    return Left(estimate, x, y, lost)


def meat(u: np.ndarray, left: Left, weights: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """Sum of squared scores of the treatment, per subset; of cluster sums of scores with `groups`.

    u: coordinates of the rows, sorted by cluster. weights: of the rows, or of the clusters. groups:
    the first row of each cluster.
    """
    out = np.empty(len(left.lost))
    # small enough for a core's cache, and for BLAS not to start threads
    step = max(8, 2**18 // u.size)
    for at in range(0, len(out), step):
        scores = (u @ left.x[:, at : at + step]) * (u @ left.y[:, at : at + step])
        if groups is not None:
            scores = np.add.reduceat(scores, groups, axis=0)
        out[at : at + step] = weights @ scores**2
    return out


def fit(
    block: Block, errors: str, z: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficient, standard error and degrees of freedom (columns) of each subset, NaN where there
    is none; and the column that is collinear, as `Left` has it.

    z: as that of the block. weights: how often each row was drawn. Corrections as in Stata and
    statsmodels: n / (n - k), with clusters G / (G - 1) * (n - 1) / (n - k); k counts the constant.
    """
    drawn = weights > 0
    z, weights = z[drawn], weights[drawn]
    z[:, np.ptp(z, axis=0) == 0] = 0  # else rounding would look like variation
    n, root = weights.sum(), np.sqrt(weights)[:, None]
    q, r = np.linalg.qr(root * (z - weights @ z / n))
    left = project(r, block)
    df = n - 2 - block.sizes
    xx, rss = (np.square(part).sum(axis=0) for part in (left.x, left.y))
    rss[(left.lost <= z.shape[1] - 1) | (df <= 0)] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = rss / df / xx
        if errors != "classical":
            factor, groups = n / df, None
            if errors == "cluster":
                codes = block.codes[drawn]
                groups = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
                weights = weights[groups]
                count = weights.sum()
                factor = count / (count - 1) * (n - 1) / df
                df = np.full(len(df), count - 1)
            meats = meat(q / root, left, weights, groups)
            alive = meats * n > NO_MEAT * xx * rss
            variance = np.where(alive, factor * meats / xx**2, np.nan)
        error = np.sqrt(variance)
    estimate = np.where(np.isnan(error), np.nan, left.estimate)
    return np.column_stack([estimate * block.scale, error * block.scale, df]), left.lost


def fitted(
    figures: Figures, regressions: Sequence[Regression], errors: str, clusters: np.ndarray
) -> tuple[list[Block], pd.DataFrame]:
    """The blocks of some regressions, and estimate, std_error, df, n and missing (why there are
    none) of each.
    """
    missing = np.full(len(regressions), "", dtype=object)
    table, blocks = np.full((len(regressions), 4), np.nan), []
    gathered: dict[tuple, tuple[list[int], np.ndarray]] = {}
    for number, r in enumerate(regressions):
        try:
            key, rows = figures.rows(r)
        except CoverageError as error:
            missing[number] = error.what
        else:
            gathered.setdefault((r.outcome, r.treatment, key), ([], rows))[0].append(number)
    for numbers, rows in gathered.values():
        block = block_of(figures, regressions, numbers, rows, clusters)
        blocks.append(block)
        estimates, lost = fit(block, errors, block.z, np.ones(len(rows)))
        table[numbers] = np.column_stack([estimates, np.full(len(numbers), len(rows))])
        cancelled = f"one cluster, or the scores cancel, so that the {errors} error says nothing"
        *columns, outcome = block.columns
        reasons = [f"{c!r} is constant or combined of other regressors" for c in columns]
        reasons += [f"the regressors fit {outcome!r} exactly, as an identity would", cancelled]
        for at in np.flatnonzero(np.isnan(estimates[:, 1])).tolist():
            missing[numbers[at]] = reasons[lost[at]]
    table[missing != "", :3] = np.nan
    names = ["estimate", "std_error", "df", "n"]
    return blocks, pd.DataFrame(table, columns=names).assign(missing=missing)
