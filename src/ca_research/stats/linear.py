"""The linear specification universe in one go: one coefficient over outcomes, treatments, samples
and sets of controls.

The numbers are those of an ordinary least-squares fit of each specification alone; only the work is
shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..ground.errors import UnknownNameError, UsageError
from . import subsets
from .frames import level_between, refuse_no_frame
from .universe import Axis, Universe

ERRORS = ("classical", "HC1", "cluster")
ROLES = ("outcome", "treatment", "controls", "sample")
"""Axes with a meaning of their own; any other axis is a control that is in or out."""

NO_MEAT = 1e-14
"""Scores whose squares sum to less than this share of what independent errors give have cancelled
to rounding.
"""


@dataclass(frozen=True, eq=False)
class LinearModel:
    """How the choices of a specification become a regression of `outcome` on `treatment`, controls
    and a constant.

    outcome, treatment: columns, where they are not axes. always: controls of every specification.
    controls: named sets of columns, for the axis 'controls' and for axes that switch a whole set.
    samples: named filters, each a boolean column or one truth value per row, for the axis 'sample';
    'all' is every row. errors: 'classical', 'HC1' or 'cluster', by the column `cluster`, in which
    no row may be missing.
    """

    outcome: str | None = None
    treatment: str | None = None
    always: tuple[str, ...] = ()
    controls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    samples: Mapping[str, Any] = field(default_factory=dict)
    errors: str = "classical"
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.errors not in ERRORS:
            raise UnknownNameError("standard error", self.errors, ERRORS)
        if (self.errors == "cluster") != (self.cluster is not None):
            raise UsageError(
                f"errors={self.errors!r} with cluster={self.cluster!r}",
                hint="errors='cluster' needs both",
            )


def control_axes(*names: str) -> tuple[Axis, ...]:
    """One axis 'with'/'without' for each control; all of them in the main specification.

    names: columns, or named sets of a LinearModel. Returns a tuple of Axis of kind method, in the
        order given.
    """
    return tuple(Axis(name, ("with", "without"), "with", kind="method") for name in names)


class Regression(NamedTuple):
    """One declared specification: the names of its columns and of its sample."""

    outcome: str
    treatment: str
    controls: tuple[str, ...]
    sample: str


@dataclass(frozen=True, eq=False)
class Block:
    """Specifications that share rows, outcome and treatment.

    `rows`: positions in the frame (sorted by cluster); `z`: controls, treatment, outcome, centred,
    divided by `unit`;
    `numbers`: positions of the specifications; `groups`: the first row of each cluster; `codes`:
    its cluster, by row.
    """

    rows: np.ndarray
    columns: tuple[str, ...]
    z: np.ndarray
    unit: np.ndarray
    numbers: np.ndarray
    tree: subsets.Tree
    groups: np.ndarray | None
    codes: np.ndarray | None

    @property
    def controls(self) -> np.ndarray:
        """Controls of each specification."""
        return self.tree.member.sum(axis=1)

    @property
    def scale(self) -> float:
        """What turns a coefficient of `z` into one of the data."""
        return float(self.unit[-1] / self.unit[-2])


@dataclass(frozen=True, eq=False)
class Prepared:
    """`heads`: spec, is_main and choices by specification; `missing`: '' or why it cannot be
    fitted; blocks of the rest.
    """

    heads: pd.DataFrame
    regressions: list[Regression]
    missing: np.ndarray
    blocks: list[Block]
    clusters: np.ndarray | None


def declared(specifications: Universe | pd.DataFrame) -> pd.DataFrame:
    """spec, is_main and the choices as text, one row per specification that is to be run, in
    order.
    """
    if isinstance(specifications, Universe):
        main = specifications.main
        every = [
            choices for choices in specifications
        ]  # list() would ask for len() first, a run of its own
        head = {"spec": range(len(every)), "is_main": [choices == main for choices in every]}
        return pd.DataFrame(
            head | {axis.name: [c[axis.name] for c in every] for axis in specifications.axes}
        )
    if not isinstance(specifications, pd.DataFrame):
        raise UsageError(
            f"a Universe or a frame of choices is needed, not {type(specifications).__name__}",
            hint="ca.stats.Universe(axes), or its table",
        )
    kept = specifications
    if "excluded" in kept:
        kept = kept[kept["excluded"].fillna("") == ""]
    if kept.empty:
        raise UsageError(
            "no specification is declared", hint="declare axes, or drop some exclusions"
        )
    choices = kept.drop(columns=["spec", "is_main", "excluded"], errors="ignore").reset_index(
        drop=True
    )
    if choices.isna().any(axis=None):
        raise UsageError(
            "a declared specification has a missing choice", hint="'none' stands for no controls"
        )
    first = kept["is_main"].tolist() if "is_main" in kept else [n == 0 for n in range(len(kept))]
    return pd.concat(
        [pd.DataFrame({"spec": range(len(kept)), "is_main": first}), choices.astype(str)], axis=1
    )


def resolved(heads: pd.DataFrame, model: LinearModel, columns: Iterable[str]) -> list[Regression]:
    """What each specification regresses; unknown names are refused before anything is fitted."""
    known = {c for c in columns if isinstance(c, str)}
    axes = {name: heads[name].tolist() for name in heads.columns[2:]}

    def column(name: str, kind: str) -> str:
        if name not in known:
            raise UnknownNameError(kind, name, sorted(known))
        return name

    def controls(name: str) -> tuple[str, ...]:
        if name in model.controls:
            return tuple(column(c, "control") for c in model.controls[name])
        return (column(name, "control or set of controls"),)

    def role(name: str, fixed: str | None) -> list[str]:
        if (fixed is None) == (name not in axes):
            what = f"no {name} is declared" if fixed is None else f"the {name} is declared twice"
            hint = (
                f"give LinearModel({name}=...) or an axis {name!r}; without outcome and "
                "treatment there is no regression"
            )
            raise UsageError(what, hint=hint)
        values = axes[name] if fixed is None else [fixed] * len(heads)
        for value in set(values):
            column(value, name)
        return values

    outcomes, treatments = role("outcome", model.outcome), role("treatment", model.treatment)
    samples = axes.get("sample", ["all"] * len(heads))
    named = {
        "none": (),
        **{
            name: controls(name) for name in {*axes.get("controls", ()), *model.controls} - {"none"}
        },
    }
    always = tuple(column(c, "control") for c in model.always)
    parts = [[always] * len(heads)]  # for each axis of controls what it adds to each specification
    for name, values in axes.items():
        if name == "controls":
            adds = {value: named[value] for value in set(values)}
        elif name not in ROLES:
            if strange := set(values) - {"with", "without"}:
                what = f"axis {name!r} holds {min(strange)!r}, and a control is 'with' or 'without'"
                raise UsageError(what, hint=f"axes with other values: {', '.join(ROLES)}")
            adds = {"with": controls(name), "without": ()}
        else:
            continue
        if twice := sorted({*always}.intersection(chain.from_iterable(adds.values()))):
            raise UsageError(
                f"{twice[0]!r} is a control of every specification and a choice in {name!r}",
                hint="'without' it there would be none: name it in `always` or as a choice",
            )
        parts.append([adds[value] for value in values])
    chosen = [tuple(dict.fromkeys(chain.from_iterable(part))) for part in zip(*parts, strict=True)]
    return [Regression(*r) for r in zip(outcomes, treatments, chosen, samples, strict=True)]


def numbers(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """The named columns as floats, missing as NaN."""
    out = np.empty((len(frame), len(names)))
    for at, name in enumerate(names):
        values = frame[name]
        if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
            hint = (
                "pd.get_dummies(..., drop_first=True), and name the dummies as one set in "
                "LinearModel(controls=...)"
            )
            raise UsageError(f"column {name!r} does not hold numbers", hint=hint)
        out[:, at] = values.to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(out[:, at]).any():
            raise UsageError(
                f"column {name!r} holds infinite values",
                hint="make them missing, or mend what divided by zero",
            )
    return out


def sample_rows(frame: pd.DataFrame, model: LinearModel, name: str) -> np.ndarray:
    if name == "all" and name not in model.samples:
        return np.ones(len(frame), dtype=bool)
    rule = model.samples.get(name, name)
    if isinstance(rule, str) and rule not in frame:
        raise UnknownNameError("sample", rule, ["all", *model.samples, *map(str, frame.columns)])
    mask = pd.Series(frame[rule] if isinstance(rule, str) else rule)
    named = isinstance(rule, pd.Series) and not mask.index.equals(frame.index)
    if named and len(mask) == len(frame):
        if not (mask.index.is_unique and {*mask.index} == {*frame.index}):
            raise UsageError(
                f"sample {name!r} is indexed by other rows than the data",
                hint="by position it is given as an array: mask.to_numpy()",
            )
        mask = mask.reindex(frame.index)
    if len(mask) != len(frame) or mask.isna().any() or not pd.api.types.is_bool_dtype(mask):
        hint = "decide for each row; missing is not false"
        raise UsageError(f"sample {name!r} is not one truth value per row", hint=hint)
    return mask.to_numpy(dtype=bool)


def prepare(
    frame: pd.DataFrame, specifications: Universe | pd.DataFrame, model: LinearModel
) -> Prepared:
    """Resolve names, set aside what cannot be fitted with the reason, and gather the rest in
    blocks.
    """
    refuse_no_frame(frame)
    if not frame.columns.is_unique:
        raise UsageError("the frame has two columns of one name", hint="rename one of them")
    heads = declared(specifications)
    regressions = resolved(heads, model, frame.columns)
    names = list(
        dict.fromkeys(c for r in regressions for c in (r.outcome, r.treatment, *r.controls))
    )
    data, at = numbers(frame, names), {name: n for n, name in enumerate(names)}
    absent = np.isnan(data)
    holes = frozenset(name for name in names if absent[:, at[name]].any())
    samples = {name: sample_rows(frame, model, name) for name in {r.sample for r in regressions}}
    clusters = None
    if model.cluster is not None:
        if model.cluster not in frame:
            raise UnknownNameError("column", model.cluster, map(str, frame.columns))
        clusters = pd.factorize(frame[model.cluster])[0]
        if (clusters < 0).any():
            lost = f"{(clusters < 0).sum()} row(s) without {model.cluster!r}"
            raise UsageError(lost, hint="drop them or name their cluster")
    missing = np.full(len(regressions), "", dtype=object)
    masks: dict[tuple, tuple[int, bytes]] = {}
    gathered: dict[tuple, list[int]] = {}
    for number, r in enumerate(regressions):
        used = (r.outcome, r.treatment, *r.controls)
        if len(set(used)) < len(used):
            twice = next(c for c in used if used.count(c) > 1)
            missing[number] = f"{twice!r} has two roles in one regression; declare an Exclusion"
            continue
        key = (r.sample, holes.intersection(used))
        if key not in masks:
            rows = samples[r.sample] & ~absent[:, [at[c] for c in key[1]]].any(axis=1)
            masks[key] = int(rows.sum()), rows.tobytes()
        n, rows_key = masks[key]
        if n <= len(used):
            gone = {c: absent[:, at[c]] for c in used if c in holes}
            missing[number] = _unusable(r, samples[r.sample], n, gone)
        else:
            gathered.setdefault((r.outcome, r.treatment, rows_key), []).append(number)
    blocks = []
    for (outcome, treatment, mask), members in gathered.items():
        rows = np.flatnonzero(np.frombuffer(mask, dtype=bool))
        if clusters is not None:
            rows = rows[np.argsort(clusters[rows], kind="stable")]
        block = _block(data, at, rows, outcome, treatment, regressions, members, missing, clusters)
        blocks += [block] if block else []
    return Prepared(heads, regressions, missing, blocks, clusters)


def _unusable(r: Regression, sample: np.ndarray, n: int, absent: dict[str, np.ndarray]) -> str:
    """Why no more rows than coefficients are left."""
    if not sample.any():
        return f"sample {r.sample!r} is empty; widen its filter"
    for name, gone in absent.items():
        if gone[sample].all():
            return (
                f"{name!r} has no observation in sample {r.sample!r}; leave it out or take "
                "another sample"
            )
    if n == 0:
        return (
            f"no row of sample {r.sample!r} has {', '.join(absent)} all observed; leave one of "
            "them out"
        )
    return (
        f"{n} observations for {len(r.controls) + 2} coefficients; drop controls or widen sample "
        f"{r.sample!r}"
    )


def _block(
    data: np.ndarray,
    at: dict[str, int],
    rows: np.ndarray,
    outcome: str,
    treatment: str,
    regressions: list[Regression],
    members: list[int],
    missing: np.ndarray,
    clusters: np.ndarray | None,
) -> Block | None:
    """Columns centred and scaled; `missing` records constant columns and single clusters."""
    controls = list(dict.fromkeys(c for m in members for c in regressions[m].controls))
    columns = (*controls, treatment, outcome)
    z = data[np.ix_(rows, np.array([at[c] for c in columns]))]
    constant = {c for c, spread in zip(columns, np.ptp(z, axis=0), strict=True) if spread == 0}
    groups = codes = None
    if clusters is not None:
        codes = clusters[rows]
        groups = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    kept = []
    for m in members:
        r = regressions[m]
        flat = (
            [c for c in (r.outcome, r.treatment, *r.controls) if c in constant] if constant else []
        )
        if flat:
            missing[m] = (
                f"{flat[0]!r} is constant in sample {r.sample!r}; leave it out or take another "
                "sample"
            )
        elif groups is not None and len(groups) < 2:
            missing[m] = f"one cluster in sample {r.sample!r}; cluster by something finer"
        else:
            kept.append(m)
    if not kept:
        return None
    unit = _binary(np.abs(z).max(axis=0))  # first, so that no square overflows
    z /= unit
    z -= z.mean(axis=0)
    z -= z.mean(axis=0)  # the first mean is rounded
    length = _binary(np.linalg.norm(z, axis=0))
    z /= length
    place = {c: n for n, c in enumerate(controls)}
    tree = subsets.plan([[place[c] for c in regressions[m].controls] for m in kept], len(controls))
    return Block(rows, columns, z, length * unit, np.array(kept), tree, groups, codes)


def _binary(size: np.ndarray) -> np.ndarray:
    """The next power of two: dividing by it rounds nothing, and an outcome fitted closely keeps its
    residuals.
    """
    return np.ldexp(1.0, np.frexp(np.where(size > 0, size, 1.0))[1])


def _observed(prepared: Prepared, block: Block, model: LinearModel) -> np.ndarray:
    """estimate, std_error, n, df (columns) by specification of a block; refines what cross-products
    cannot give to nine digits.
    """
    fits = subsets.sweep((block.z.T @ block.z)[:, :, None], block.tree)
    for number in map(int, np.flatnonzero(~(fits.share[:, 0] > subsets.WELL))):
        gone = subsets.refine(block.z, np.flatnonzero(block.tree.member[number]), fits, number)
        if gone is not None:
            prepared.missing[block.numbers[number]] = _collinear(block, gone)
    n = len(block.rows)
    estimate, std_error, df = estimates(
        fits,
        n=np.array([n]),
        controls=block.controls,
        meats=None
        if model.errors == "classical"
        else subsets.meat(block.z, fits, 0, groups=block.groups)[:, None],
        clusters=None if block.groups is None else np.array([len(block.groups)]),
    )
    for number in block.numbers[np.isnan(std_error[:, 0])]:
        prepared.missing[number] = prepared.missing[number] or (
            f"the scores cancel, so the {model.errors} error says nothing; take more clusters or "
            "another error"
        )
    columns = (
        estimate[:, 0] * block.scale,
        std_error[:, 0] * block.scale,
        np.full(len(df), n),
        df[:, 0],
    )
    return np.column_stack(columns)


def _collinear(block: Block, column: int) -> str:
    name = block.columns[column]
    if column == len(block.columns) - 1:
        return (
            f"the regressors fit {name!r} exactly, as an identity would; there is no error to "
            "judge by"
        )
    if column == len(block.columns) - 2:
        return f"{name!r} is a linear combination of the controls; drop one of them"
    return f"control {name!r} is a linear combination of other controls; drop one of them"


def estimates(
    fits: subsets.Fits,
    n: np.ndarray,
    controls: np.ndarray,
    meats: np.ndarray | None,
    clusters: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficient, standard error and degrees of freedom, subsets by resamples; NaN where there is
    none.

    n, clusters: by resample. meats: see `subsets.meat`; None for classical errors. Corrections as
        in Stata and statsmodels: n / (n - k), with clusters G / (G - 1) * (n - 1) / (n - k); k
        counts the constant.
    """
    left = n - (controls[:, None] + 2.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = fits.xy / fits.xx
        rss = np.where((fits.yy > 0) & (fits.xx > 0) & (left > 0), fits.yy, np.nan)
        if meats is None:
            variance = rss / left / fits.xx
        else:
            alive = meats * n > NO_MEAT * fits.xx * rss
            correction = (
                n / left if clusters is None else clusters / (clusters - 1) * (n - 1) / left
            )
            variance = np.where(alive, correction * meats / fits.xx**2, np.nan)
        df = left if clusters is None else np.broadcast_to(clusters - 1.0, left.shape)
        std_error = np.sqrt(np.where(df > 0, variance, np.nan))
    return np.where(np.isnan(std_error), np.nan, estimate), std_error, df


def fitted(prepared: Prepared, model: LinearModel) -> pd.DataFrame:
    """estimate, std_error, n, df by specification; reasons for what failed go to
    `prepared.missing`.
    """
    table = np.full((len(prepared.missing), 4), np.nan)
    for block in prepared.blocks:
        table[block.numbers] = _observed(prepared, block, model)
    table[np.ix_(prepared.missing != "", [0, 1, 3])] = np.nan
    return pd.DataFrame(table, columns=["estimate", "std_error", "n", "df"])


def linear_path(
    frame: pd.DataFrame,
    specifications: Universe | pd.DataFrame,
    model: LinearModel,
    level: float = 0.95,
) -> pd.DataFrame:
    """Ordinary least squares for every declared specification, in the layout of `Universe.run`.

    frame: one row per observation; numeric columns. specifications: a Universe, or a frame with a
    column per axis (and is_main and excluded, as `Universe.table()` gives). Axes: 'outcome' and
    'treatment' (columns), 'controls' (a named set, a column or 'none'), 'sample' (a named filter, a
    boolean column or 'all'); any other axis is named after a control or a named set and is 'with'
    or 'without' (`control_axes`). A constant is always there.
    model: how choices become a regression, and which errors. level: of the interval.
    Rows: each specification takes the rows of its sample in which its own outcome, treatment and
    controls are all observed (listwise), so n may differ between specifications.
    Returns spec, is_main, the choices, estimate, std_error, low, high, t, p, n, df, missing: the
    treatment's coefficient, its interval and two-sided p by Student's t with n - k degrees of
    freedom (clusters - 1 with clusters).
    Where there is no number, `missing` holds the reason: too few rows, an empty sample, an
    unobserved or constant column, collinearity (`subsets.COLLINEAR`), an exact fit, clusters that
    cannot give an error.
    Raises UnknownNameError and UsageError for names, types and infinite values.
    """
    level_between(level)
    prepared = prepare(frame, specifications, model)
    table = fitted(prepared, model)
    from scipy.special import stdtr, stdtrit

    t = table["estimate"] / table["std_error"]
    half = stdtrit(table["df"], (1 + level) / 2) * table["std_error"]
    return prepared.heads.assign(
        estimate=table["estimate"].to_numpy(),
        std_error=table["std_error"].to_numpy(),
        low=(table["estimate"] - half).to_numpy(),
        high=(table["estimate"] + half).to_numpy(),
        t=t.to_numpy(),
        p=2 * stdtr(table["df"], -t.abs()).to_numpy(),
        n=table["n"].astype("Int64").array,
        df=table["df"].astype("Int64").array,
        missing=prepared.missing,
    )
