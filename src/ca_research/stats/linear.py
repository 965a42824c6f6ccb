"""Ordinary least squares of many specifications in one go: one coefficient over outcomes,
treatments, samples and sets of controls.

The numbers are those of a fit of each specification alone; only the work is shared.
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
from .subsets import WELL, Subsets, meat, plan, refine, sweep

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
    `z` into one of the data.
    """

    numbers: np.ndarray
    rows: np.ndarray
    codes: np.ndarray | None
    columns: list[str]
    z: np.ndarray
    x: np.ndarray
    scale: float
    subsets: Subsets


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
    all_blocks = []
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
            subsets=plan(
                np.array([[c in subset for c in controls] for subset in held], dtype=bool)
            ),
        )
        all_blocks.append(block)
    return all_blocks


def fit(
    block: Block,
    errors: str,
    *,
    z: np.ndarray,
    weights: np.ndarray,
    well: float = WELL,
) -> tuple[np.ndarray, dict[int, int]]:
    """Coefficient, standard error and degrees of freedom (columns) of each subset, NaN where there
    is none; and of subsets that are collinear the column.

    z: as that of the block. weights: how often each row was drawn. well: the share below which QR
    takes the place of cross-products. Corrections as in Stata and statsmodels: n / (n - k), with
    clusters G / (G - 1) * (n - 1) / (n - k); k counts the constant.
    """
    drawn = weights > 0
    z, weights = z[drawn], weights[drawn]
    z[:, np.ptp(z, axis=0) == 0] = 0  # else rounding would look like variation
    n = weights.sum()
    z -= weights @ z / n
    fits = sweep((z * weights[:, None]).T @ z, block.subsets)
    gone = {}
    for number in np.flatnonzero(~(fits.share > well)).tolist():
        subset = np.flatnonzero(block.subsets.member[number]).tolist()
        column = refine(z * np.sqrt(weights)[:, None], subset, fits, number)
        if column is not None:
            gone[number] = column
    df = n - 2 - block.subsets.member.sum(axis=1)
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
    return np.column_stack([estimate * block.scale, std_error * block.scale, df]), gone


def fitted(blocks: Sequence[Block], errors: str, missing: np.ndarray) -> pd.DataFrame:
    """estimate, std_error, df and n of all regressions; reasons for what failed go to `missing`."""
    table = np.full((len(missing), 4), np.nan)
    for block in blocks:
        n = len(block.rows)
        numbers, gone = fit(block, errors, z=block.z, weights=np.ones(n))
        table[block.numbers] = np.column_stack([numbers, np.full(len(numbers), n)])
        for at in np.flatnonzero(np.isnan(numbers[:, 1])).tolist():
            why = f"one cluster, or the scores cancel, so that the {errors} error says nothing"
            if at in gone:
                why = f"{block.columns[gone[at]]!r} is constant or combined of other regressors"
            if gone.get(at) == len(block.columns) - 1:
                why = f"the regressors fit {block.columns[-1]!r} exactly, as an identity would"
            missing[block.numbers[at]] = why
    table[missing != "", :3] = np.nan
    return pd.DataFrame(table, columns=["estimate", "std_error", "df", "n"])
