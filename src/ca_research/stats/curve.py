"""The specification curve: one coefficient in every defensible regression, declared before any is
run.

Least squares without fixed effects takes the shared path of `linear`; fixed effects and Poisson
pseudo-maximum likelihood go through pyfixest, one estimation after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import CaResearchError, CoverageError, UnknownNameError, UsageError
from .event_study import t_interval
from .fixed_effects import Sample, only_at_zero, predictor, refuse_nested, solve, trimmed
from .frames import level_between, origin, refuse_no_frame, significance
from .groups import Groups
from .joint_test import JointTest, joint_test
from .linear import (
    ROLES,
    LinearModel,
    Regression,
    control_axes,
    declared,
    linear_path,
    numbers,
    resolved,
    sample_rows,
)
from .result import Result
from .universe import AtMostOne, Axis, Exclusion, Universe

ESTIMATORS = {"ols": "ols", "feols": "ols", "fepois": "ppml"}
NUMBERS = ("estimate", "std_error", "low", "high", "t", "p", "n", "df")


@dataclass(frozen=True)
class Model:
    """How a specification is estimated.

    Parameters
    ----------
    estimator : {'ols', 'feols', 'fepois'}
        Least squares; least squares with fixed effects; Poisson pseudo-maximum likelihood with or
        without them, of an outcome in levels, zeros kept.
    y : str, optional
        The outcome of this model, where it is not that of the curve: the logarithm for least
        squares beside the level for 'fepois', so that both coefficients are in log points.
    effects : str
        Fixed effects in pyfixest's words: ``'exporter^year + importer^year'``; none within another.
    errors : {'classical', 'HC1', 'cluster'}, optional
        Of the coefficient. 'cluster' is CRV1. By default 'classical', of 'fepois' 'HC1': its
        classical errors hold for counts alone, and hang on the unit of an outcome in dollars.
    cluster : str, optional
        The column to cluster by; of 'feols' and 'fepois' also columns joined by '^', and two of
        these joined by '+' for clusters of two ways.

    Examples
    --------
    >>> Model("fepois", effects="exporter + importer").errors
    'HC1'
    """

    estimator: str = "ols"
    y: str | None = None
    effects: str = ""
    errors: str = ""
    cluster: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.estimator, str):
            refuse("estimator", "a word", self.estimator, "'ols'")
        if self.estimator not in ESTIMATORS:
            raise UnknownNameError("estimator", self.estimator, ESTIMATORS)
        poisson = self.estimator == "fepois"
        if not self.errors:
            object.__setattr__(self, "errors", "HC1" if poisson else "classical")
        elif poisson and self.errors == "classical":
            raise UsageError(
                "'fepois' has no classical errors: they take the variance for the mean, and change "
                "with the unit of the outcome",
                hint="errors='HC1', or errors='cluster' with a cluster",
            )
        LinearModel(errors=self.errors, cluster=self.cluster)  # refuses errors that do not fit
        if self.estimator == "ols" and self.effects:
            raise UsageError("'ols' takes no fixed effects", hint="Model('feols', effects=...)")
        refuse_nested([("^".join(part), part) for part in _ways(self.effects)])
        if self.cluster and (len(_ways(self.cluster)) > 2):
            raise UsageError(f"cluster {self.cluster!r}", hint="one way, or two joined by '+'")


@dataclass(frozen=True, eq=False, repr=False)
class SpecificationCurve(Result):
    """Declared specifications, and once they are asked for their estimates.

    Printing it, or `universe`, shows what will be run. Nothing is estimated before `to_frame`,
    `summary` or an export needs it; then every specification is, and one that cannot be has its
    reason in ``missing``. `to_csv` and `to_latex` write the frame; `joint_test` asks whether the
    whole curve could come from no effect at all.

    Attributes
    ----------
    universe : Universe
        The choices and what is left out.
    specifications : pandas.DataFrame
        What will be run: ``spec``, ``is_main`` and the choices, one row each, the main one first.
    table : pandas.DataFrame
        The same with ``estimate``, ``std_error``, ``low``, ``high``, ``t``, ``p``, ``n``, ``df``
        and ``missing``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> data = pd.DataFrame(rng.normal(size=(200, 2)), columns=["aid", "income"])
    >>> data["votes"] = 0.5 * data["aid"] + data["income"] + rng.normal(size=200)
    >>> curve = specification_curve(data, "votes", "aid", controls=["income"])
    >>> len(curve.universe)
    2
    >>> curve.summary()[["specifications", "significant_positive"]].iloc[0].tolist()
    [2.0, 1.0]
    """

    _table: ClassVar[str] = "table"
    _title: ClassVar[str] = "Specification curve"

    universe: Universe
    _data: pd.DataFrame = field(repr=False)
    _models: Mapping[str, Model] = field(repr=False)
    _linear: Mapping[str, LinearModel] = field(repr=False)
    _level: float = field(repr=False)

    @cached_property
    def specifications(self) -> pd.DataFrame:
        """What will be run: spec, is_main and the choices, one row each, the main one first."""
        return declared(self.universe)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The specifications with estimate, std_error, low, high, t, p, n, df and missing."""
        parts = []
        for name, model in self._models.items():
            heads, linear = self._of(name)
            if model.estimator == "ols":
                found = linear_path(self._data, _choices(heads), linear, self._level)
            else:
                found = _estimated(self._data, heads, linear, model, self._level)
            parts.append(found[[*NUMBERS, "missing"]].set_axis(heads.index))
        return self.specifications.join(pd.concat(parts).sort_index())

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources that the data named."""
        return origin(self._data)

    def summary(self, by: str | None = None, alpha: float = 0.05) -> pd.DataFrame:
        """What the curve says as a whole, or for each value of one choice.

        Parameters
        ----------
        by : str, optional
            A choice: ``'model'``, ``'sample'``, a control ...
        alpha : float
            Below which p counts as significant.

        Returns
        -------
        pandas.DataFrame
            One row: ``specifications``, ``missing`` (that gave no number), ``main``, ``median``,
            ``least`` and ``greatest`` estimate; ``positive``, ``significant_positive`` and
            ``significant_negative``, shares of those with a number. A share describes robustness;
            it is no probability.

        Raises
        ------
        UnknownNameError
            `by` is no choice.
        UsageError
            `alpha` does not lie between 0 and 1.
        """
        significance(alpha)
        choices = [axis.name for axis in self.universe.axes]
        if by is not None and by not in choices:
            raise UnknownNameError("choice", by, choices)
        parts: Iterable[tuple[Any, pd.DataFrame]] = (
            [("", self.table)] if by is None else self.table.groupby(by, sort=False)
        )
        rows = [({by: value} if by else {}) | _summed(part, alpha) for value, part in parts]
        return pd.DataFrame(rows)

    def joint_test(
        self,
        *,
        seed: int,
        draws: int = 500,
        null: Literal["bootstrap", "permutation"] = "bootstrap",
        direction: Literal["positive", "negative"] | None = None,
        alpha: float = 0.05,
        model: str | None = None,
    ) -> JointTest:
        """Test whether the whole curve would look like this if x had no effect anywhere.

        Parameters
        ----------
        seed : int
            Each resample has its own stream of it.
        draws : int
            Resamples, at least 99.
        null : {'bootstrap', 'permutation'}
            Rows (or clusters) drawn under y* = y - b x of each specification, for observational
            data; or x shuffled over rows, where it was assigned at random.
        direction : {'positive', 'negative'}, optional
            A prediction made before looking; without it sizes are compared.
        alpha : float
            Below which a specification counts as significant.
        model : str, optional
            Which of several models: one of 'ols'.

        Returns
        -------
        JointTest
            ``table`` with the median estimate, the share of significant specifications and
            Stouffer's Z, each with what the null gives and p; ``band``, the curve beside those
            under the null.

        Raises
        ------
        UsageError
            A seed, number of draws or alpha that is none; or no model of 'ols' is named: the test
            refits everything hundreds of times, which only the shared path of least squares can.
        UnknownNameError
            No such model, null or direction.
        CoverageError
            No specification could be fitted, or too many resamples fail.

        Notes
        -----
        Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208-1214.
        """
        if model is None and len(self._models) == 1:
            model = next(iter(self._models))
        linear = [name for name, one in self._models.items() if one.estimator == "ols"]
        if model is None or (model in self._models and model not in linear):
            hint = f"model=: {', '.join(linear)}" if linear else "declare a Model('ols')"
            raise UsageError("the joint test is of least squares without fixed effects", hint=hint)
        if model not in linear:
            raise UnknownNameError("model", model, self._models)
        heads, how = self._of(model)
        options: dict[str, Any] = {"null": null, "direction": direction, "alpha": alpha}
        return joint_test(self._data, _choices(heads), how, seed=seed, draws=draws, **options)

    def _of(self, name: str) -> tuple[pd.DataFrame, LinearModel]:
        """The declared specifications of one model, without that choice."""
        heads = self.specifications
        if "model" in heads:
            heads = heads[heads["model"] == name].drop(columns="model")
        return heads, self._linear[name]

    def _public(self) -> dict[str, Any]:
        return {"table": self.table}

    def caption(self) -> str:
        run = self.summary().iloc[0]
        count, missing = int(run["specifications"]), int(run["missing"])
        return (
            f"{self._title}: {count} specifications, {missing} without a number, median "
            f"{run['median']:.4g}, from {run['least']:.4g} to {run['greatest']:.4g}"
        )

    def __str__(self) -> str:
        return str(self.universe)


def specification_curve(
    data: pd.DataFrame,
    y: str | Sequence[str],
    x: str | Sequence[str],
    *,
    controls: Sequence[str] | Mapping[str, Sequence[str]] = (),
    always: Sequence[str] = (),
    samples: Mapping[str, Any] | None = None,
    model: str | Model | Mapping[str, str | Model] = "ols",
    exclusions: Sequence[Exclusion | AtMostOne] = (),
    level: float = 0.95,
) -> SpecificationCurve:
    """Declare every combination of outcome, treatment, controls, sample and model.

    They are estimated when their numbers are asked for.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per observation; outcomes, treatments and controls are numeric columns.
    y : str or sequence of str
        The outcome. Several are alternatives; the first is that of the main specification.
    x : str or sequence of str
        The regressor whose coefficient is wanted; several, likewise.
    controls : sequence of str, or mapping of str to sequences of str
        Columns, each in or out, all of them in the main specification; or named sets, one at a
        time, the first in the main specification (``{"none": (), ...}``).
    always : sequence of str
        Controls of every specification.
    samples : mapping, optional
        Named alternatives to all rows: a boolean column, or one truth value per row.
    model : str, Model or mapping of str to either
        An estimator ('ols', 'feols', 'fepois'), a `Model`, or named alternatives of these, the
        first in the main specification.
    exclusions : sequence of Exclusion or AtMostOne
        Combinations that are left out, each with its reason.
    level : float
        Of the intervals.

    Returns
    -------
    SpecificationCurve
        Print it to see what will be run; then `to_frame`, `summary`, `joint_test`, `to_csv`.

    Raises
    ------
    UnknownNameError
        A column, estimator or kind of error that is none.
    UsageError
        A choice that cannot be told from another, a control that is both a choice and in `always`,
        or several outcomes beside a model's own.

    Notes
    -----
    Each specification takes the rows of its sample in which its own columns are all known, so n may
    differ. Intervals and p-values are Student's t with n - k degrees of freedom, or clusters less
    one; also for 'fepois', where pyfixest itself takes the normal. Singletons and what Poisson
    separates leave before the estimation; a control that the effects or other terms take up is no
    specification of its own and has its reason in ``missing``. With fixed effects k counts all
    levels of those not nested in the clusters, less one for each effect after the first: no fewer
    than the rank, so errors are if anything too large.

    After Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208-1214.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> data = pd.DataFrame(rng.normal(size=(200, 3)), columns=["x", "size", "age"])
    >>> data["y"] = 0.5 * data["x"] + data["size"] + rng.normal(size=200)
    >>> models = {"OLS": "ols", "robust": Model(errors="HC1")}
    >>> curve = specification_curve(data, "y", "x", controls=["size", "age"], model=models)
    >>> print(curve)
    8 specifications of 8 combinations
      size [method]: with (main), without
      age [method]: with (main), without
      model [method]: OLS (main), robust
    >>> curve.summary()[["specifications", "missing", "significant_positive"]].values.tolist()
    [[8.0, 0.0, 1.0]]
    """
    level_between(level)
    refuse_no_frame(data)
    if samples is not None and not isinstance(samples, Mapping):
        refuse("samples", "rows by the name of their sample", samples, "{'large': 'is_large'}")
    if not isinstance(model, str | Model | Mapping):
        refuse("model", "one, or several by their names", model, "{'OLS': 'ols', 'FE': 'feols'}")
    outcomes, treatments, samples = _listed(y), _listed(x), dict(samples or {})
    models = {
        name: one if isinstance(one, Model) else Model(one)
        for name, one in (model if isinstance(model, Mapping) else {"": model}).items()
    }
    if len(outcomes) > 1 and any(one.y for one in models.values()):
        raise UsageError(
            "several outcomes beside a model that has its own", hint="name the y of each model"
        )
    sets = {name: tuple(c) for name, c in controls.items()} if isinstance(controls, Mapping) else {}
    single = () if isinstance(controls, Mapping) else tuple(_listed(controls))
    axes = [
        _axis("outcome", outcomes, "data"),
        _axis("treatment", treatments, "data"),
        *control_axes(*single),
        _axis("controls", list(sets), "method"),
        _axis("sample", list(dict.fromkeys(["all", *samples])) if samples else [], "data"),
        _axis("model", list(models), "method"),
    ]
    left_out = tuple(exclusions) if isinstance(exclusions, Iterable) else exclusions
    universe = Universe(tuple(a for a in axes if a is not None), left_out)
    if twice := {*ROLES, "model"} & {*single}:
        raise UsageError(f"a choice named twice: {', '.join(sorted(twice))}", hint="rename it")
    linear = {
        name: LinearModel(
            outcome=one.y or (outcomes[0] if len(outcomes) == 1 else None),
            treatment=treatments[0] if len(treatments) == 1 else None,
            always=tuple(always) + (next(iter(sets.values())) if len(sets) == 1 else ()),
            controls=sets,
            samples=samples,
            errors=one.errors,
            cluster=one.cluster,
        )
        for name, one in models.items()
    }
    # what becomes of the caller's frame before the numbers are asked for does not change them
    curve = SpecificationCurve(universe, data.copy(deep=False), models, linear, level)
    for name, one in models.items():  # unknown names are refused now, before anything is run
        heads, how = curve._of(name)
        for r in resolved(heads, how, data.columns):
            sample_rows(data, how, r.sample)
        for column in _columns(one):
            if column not in data:
                raise UnknownNameError("column", column, map(str, data.columns))
    return curve


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _axis(name: str, values: Sequence[str], kind: str) -> Axis | None:
    """A choice, where there is one."""
    return Axis(name, tuple(values), values[0], kind=kind) if len(values) > 1 else None


def _ways(words: str) -> list[list[str]]:
    """Columns of each effect or cluster: 'a^b + c' is [['a', 'b'], ['c']]."""
    parts = (part.split("^") for part in words.split("+") if part.strip())
    return [[name.strip() for name in part] for part in parts]


def _columns(model: Model) -> list[str]:
    return [name for part in _ways(f"{model.effects} + {model.cluster or ''}") for name in part]


def _choices(heads: pd.DataFrame) -> pd.DataFrame:
    """Declared specifications as `linear_path` takes them."""
    return heads.drop(columns="spec").reset_index(drop=True)


def _summed(part: pd.DataFrame, alpha: float) -> dict[str, Any]:
    known = part[part["missing"] == ""]
    estimate, small = known["estimate"], known["p"] < alpha
    main = known.loc[known["is_main"], "estimate"]
    return {
        "specifications": len(part),
        "missing": len(part) - len(known),
        "main": main.iloc[0] if len(main) else np.nan,
        "median": estimate.median(),
        "least": estimate.min(),
        "greatest": estimate.max(),
        "positive": (estimate > 0).mean(),
        "significant_positive": (small & (estimate > 0)).mean(),
        "significant_negative": (small & (estimate < 0)).mean(),
    }


def _estimated(
    data: pd.DataFrame, heads: pd.DataFrame, linear: LinearModel, model: Model, level: float
) -> pd.DataFrame:
    """One estimation by pyfixest for each specification; what fails says why in `missing`."""
    regressions = resolved(heads, linear, data.columns)
    groups = Groups(data)
    fixed = [groups.number(part) for part in _ways(model.effects)]
    ways = [groups.number(part) for part in _ways(model.cluster or "")]
    cluster = np.column_stack(ways) if ways else np.empty((len(data), 0), dtype=np.int64)
    if lost := int(
        data[[c for p in _ways(model.cluster or "") for c in p]].isna().any(axis=1).sum()
    ):
        raise UsageError(f"{lost} row(s) without a cluster", hint="drop them or name their cluster")
    known = data[[c for p in _ways(model.effects) for c in p]].notna().all(axis=1).to_numpy()
    rows = []
    for r in regressions:
        try:
            used = _sample(data, r, fixed, cluster, known & sample_rows(data, linear, r.sample))
            rows.append(_fitted(used, r.treatment, ESTIMATORS[model.estimator], model, level))
        except CaResearchError as error:
            rows.append({"missing": error.what})
    columns = [*NUMBERS, "missing"]
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64", "df": "Int64"})


def _sample(
    data: pd.DataFrame,
    r: Regression,
    fixed: list[np.ndarray],
    cluster: np.ndarray,
    rows: np.ndarray,
) -> Sample:
    """The rows of one specification in which all of its columns are known."""
    names = [r.outcome, r.treatment, *r.controls]
    if len(set(names)) < len(names):
        twice = next(c for c in names if names.count(c) > 1)
        raise UsageError(
            f"{twice!r} has two roles in one regression",
            hint="declare an Exclusion for where they meet",
        )
    values = numbers(data, names)
    rows = rows & ~np.isnan(values).any(axis=1)
    if not rows.any():
        raise CoverageError(f"no row of sample {r.sample!r} has {', '.join(names)} all observed")
    x = {name: values[:, at] for at, name in enumerate(names) if at}
    return Sample(values[:, 0], x, fixed, cluster).keep(rows)


def _fitted(
    sample: Sample, treatment: str, estimator: str, model: Model, level: float
) -> dict[str, Any]:
    log: list[dict[str, Any]] = []
    if estimator == "ppml" and (sample.y < 0).any():
        raise CoverageError("a negative outcome has no Poisson likelihood")
    sample = trimmed(sample, estimator, log)
    if treatment not in sample.x:
        raise CoverageError(f"{treatment!r} is separated: at one of its values all are zero")
    clustered = model.errors == "cluster"
    if clustered and sample.clusters < 2:
        raise CoverageError("fewer than two clusters; cluster by something finer")
    rectifier = estimator == "ppml" and only_at_zero(sample)
    fit = solve(sample, estimator, rectifier, robust=model.errors != "classical")
    if fit.collinear:
        lost = fit.collinear[0]
        others = " or controls" if lost == treatment else ", the treatment or other controls"
        apart = "" if fit.kept.all() else " on the rows that are not separated"
        raise CoverageError(f"{lost!r} is collinear with the fixed effects{others}{apart}")
    used = sample.keep(fit.kept)
    predictor(fit, used, estimator)  # refuses an exact fit
    at = fit.terms.index(treatment)
    b, se = fit.estimate[at : at + 1], fit.se[at : at + 1]
    df = used.clusters - 1 if clustered else int(fit.model._df_t)
    if not se[0] > 0:
        raise CoverageError("these errors give no positive variance; take another error")
    found = t_interval(b, se, df, level).iloc[0]
    return {
        "estimate": found["estimate"],
        "std_error": found["se"],
        "low": found["low"],
        "high": found["high"],
        "t": found["estimate"] / found["se"],
        "p": found["p"],
        "n": len(used.y),
        "df": df,
        "missing": "",
    }
