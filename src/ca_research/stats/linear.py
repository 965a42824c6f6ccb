"""Ordinary least squares of many specifications in one go: one coefficient over outcomes,
treatments, samples and sets of controls.

The numbers are those of a fit of each specification alone; only the work is shared: the rows of a
block are decomposed once (QR), and each subset of its columns from what is left, a few numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError, UsageError
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
        if len(set(used)) < len(used):
            twice = next(name for name in used if used.count(name) > 1)
            raise CoverageError(f"{twice!r} has two roles in one regression; declare an Exclusion")
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
        raise UsageError(
            f"sample {name!r} is not one truth value per row of the data",
            hint="decide for each row; missing is not false",
        )
    return mask.to_numpy(dtype=bool)


@dataclass(frozen=True, eq=False)
class Block:
    """Regressions that share rows, outcome and treatment.

    `numbers`: their places among all; `rows`: positions in the frame, sorted by cluster; `codes`:
    the cluster of each; `z`: controls, treatment and outcome, centred and of about one length;
    `x`: the treatment of the whole frame in the unit of `z`; `scale`: what turns a coefficient of
    `z` into one of the data; `member`: of each regression, which of the controls it has.
    """

    numbers: np.ndarray
    rows: np.ndarray
    codes: np.ndarray | None
    columns: list[str]
    z: np.ndarray
    x: np.ndarray
    scale: float
    member: np.ndarray


def blocks(
    figures: Figures,
    regressions: Sequence[Regression],
    clusters: np.ndarray | None,
    missing: np.ndarray,
) -> list[Block]:
    """What has rows enough; why the rest cannot be fitted is written into `missing`."""
    gathered: dict[tuple, tuple[np.ndarray, list[int]]] = {}
    for number, r in enumerate(regressions):
        try:
            key, rows = figures.rows(r)
        except CoverageError as error:
            missing[number] = error.what
        else:
            gathered.setdefault((r.outcome, r.treatment, key), (rows, []))[1].append(number)
    made = []
    for (outcome, treatment, _), (rows, numbers) in gathered.items():
        if clusters is not None:
            rows = rows[np.argsort(clusters[rows], kind="stable")]
        held = [regressions[n].controls for n in numbers]
        controls = list(dict.fromkeys(chain.from_iterable(held)))
        z = figures.values[np.ix_(rows, figures.of([*controls, treatment, outcome]))]
        unit = power_of_two(np.abs(z).max(axis=0))  # first, so that no square overflows
        z /= unit
        z -= z.mean(axis=0)
        length = power_of_two(np.linalg.norm(z, axis=0))
        unit *= length
        block = Block(
            numbers=np.array(numbers),
            rows=rows,
            codes=None if clusters is None else clusters[rows],
            columns=[*controls, treatment, outcome],
            z=z / length,
            x=figures.values[:, figures.at[treatment]] / unit[-2],
            scale=float(unit[-1] / unit[-2]),
            member=np.array([[c in own for c in controls] for own in held], dtype=bool),
        )
        made.append(block)
    return made


class Fits(NamedTuple):
    """Of each subset of controls what is left of x'x, x'y and y'y, the coefficients of the controls
    for x and for y (0 outside of it), and the place of a column that is collinear (-1: of none).
    """

    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray
    on: np.ndarray
    lost: np.ndarray


def least_squares(z: np.ndarray, member: np.ndarray) -> Fits:
    """Least squares of every subset, all of one size at a time.

    z: centred rows times the root of their weights; columns are controls, x, y. By Frisch, Waugh
    and Lovell what the controls leave of x and y holds the coefficient.
    """
    p, length, sizes = z.shape[1], np.linalg.norm(z, axis=0), member.sum(axis=1)
    whole: Any = np.linalg.qr(np.vstack([z, np.zeros((p, p))]), mode="r")
    xx, xy, yy = np.full((3, len(member)), np.nan)
    on, lost = np.zeros((len(member), p - 2, 2)), np.full(len(member), -1)
    for k in np.unique(sizes):
        at = np.flatnonzero(sizes == k)
        columns = np.full((len(at), k + 2), [*range(k), p - 2, p - 1])
        columns[:, :k] = np.nonzero(member[at])[1].reshape(len(at), k)
        r: Any = np.linalg.qr(whole[:, columns].transpose(1, 0, 2), mode="r")
        with np.errstate(invalid="ignore"):  # of a column of zeros
            short = ~(np.abs(np.diagonal(r, axis1=1, axis2=2)) / length[columns] > COLLINEAR)
        lost[at] = np.where(short.any(axis=1), columns[range(len(at)), short.argmax(axis=1)], -1)
        known = lost[at] < 0
        at, columns, r = at[known], columns[known], r[known]
        on[at[:, None], columns[:, :k]] = np.linalg.solve(r[:, :k, :k], r[:, :k, k:])
        xx[at], xy[at] = r[:, k, k] ** 2, r[:, k, k] * r[:, k, k + 1]
        yy[at] = r[:, k + 1, k + 1] ** 2
    return Fits(xx, xy, yy, on, lost)


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


def fit(
    block: Block, errors: str, *, z: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficient, standard error and degrees of freedom (columns) of each subset, NaN where there
    is none; and the place of a column that is collinear, -1 where none is.

    z: as that of the block. weights: how often each row was drawn. Corrections as in Stata and
    statsmodels: n / (n - k), with clusters G / (G - 1) * (n - 1) / (n - k); k counts the constant.
    """
    drawn = weights > 0
    z, weights = z[drawn], weights[drawn]
    z[:, np.ptp(z, axis=0) == 0] = 0  # else rounding would look like variation
    n = weights.sum()
    z -= weights @ z / n
    fits = least_squares(z * np.sqrt(weights)[:, None], block.member)
    df = n - 2 - block.member.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rss = np.where((fits.yy > 0) & (fits.xx > 0) & (df > 0), fits.yy, np.nan)
        variance = rss / df / fits.xx
        if errors != "classical":
            factor, groups = n / df, None
            if block.codes is not None:
                codes = block.codes[drawn]
                groups = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
                weights = weights[groups]
                count = weights.sum()
                factor = count / (count - 1) * (n - 1) / df
                df = np.full(len(df), count - 1)
            meats = meat(z, fits, weights, groups)
            alive = (meats * n > NO_MEAT * fits.xx * rss) & (df > 0)
            variance = np.where(alive, factor * meats / fits.xx**2, np.nan)
        std_error = np.sqrt(variance)
        estimate = np.where(np.isnan(std_error), np.nan, fits.xy / fits.xx)
    return np.column_stack([estimate * block.scale, std_error * block.scale, df]), fits.lost


def fitted(made: Sequence[Block], errors: str, missing: np.ndarray) -> pd.DataFrame:
    """estimate, std_error, df and n of all regressions; reasons for what failed go to `missing`."""
    table = np.full((len(missing), 4), np.nan)
    for block in made:
        n = len(block.rows)
        numbers, lost = fit(block, errors, z=block.z, weights=np.ones(n))
        table[block.numbers] = np.column_stack([numbers, np.full(len(numbers), n)])
        for at in np.flatnonzero(np.isnan(numbers[:, 1])).tolist():
            why = f"one cluster, or the scores cancel, so that the {errors} error says nothing"
            if lost[at] >= 0:
                why = f"{block.columns[lost[at]]!r} is constant or combined of other regressors"
            if lost[at] == len(block.columns) - 1:
                why = f"the regressors fit {block.columns[-1]!r} exactly, as an identity would"
            missing[block.numbers[at]] = why
    table[missing != "", :3] = np.nan
    return pd.DataFrame(table, columns=["estimate", "std_error", "df", "n"])
