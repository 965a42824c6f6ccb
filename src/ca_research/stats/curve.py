"""The specification curve: one coefficient in every defensible regression, declared before any is
run.

Least squares without fixed effects takes the shared path of `linear`; fixed effects and Poisson
pseudo-maximum likelihood go through pyfixest, one estimation after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..ground.arguments import refuse, several
from ..ground.errors import CaResearchError, CoverageError, known_name
from .contract import Share, Whole, takes
from .fixed_effects import Sample, cluster_codes, codes, columns_of, estimated
from .frames import origin, require
from .joint_test import JointTest, joint_test
from .linear import Block, Figures, Regression, fitted, sample_rows
from .result import Result, t_interval
from .universe import AtMostOne, Axis, Exclusion, Universe

ESTIMATORS = {"ols": "ols", "feols": "ols", "fepois": "ppml"}
ERRORS = ("classical", "HC1", "cluster")
ROLES = ("outcome", "treatment", "controls", "sample", "model")
"""Choices with a meaning of their own; any other is a control that is in or out."""


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
        known_name("estimator", self.estimator, ESTIMATORS)
        poisson = self.estimator == "fepois"
        if not self.errors:
            object.__setattr__(self, "errors", "HC1" if poisson else "classical")
        known_name("standard error", self.errors, ERRORS)
        effects, ways = columns_of(self.effects), columns_of(self.cluster or "")
        plain = self.estimator == "ols"
        if (
            (self.errors == "cluster") != bool(ways)
            or (poisson and self.errors == "classical")
            or len(ways) > 2 - plain
            or (plain and effects)
        ):
            wanted = (
                "of errors 'cluster' with one cluster or two, joined by '+', or of other errors "
                "without; 'ols' of one cluster and no effects, 'fepois' not of classical errors"
            )
            refuse("model", wanted, self, "Model('feols', effects='unit + year')")


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

    universe: Universe
    _data: pd.DataFrame = field(repr=False)
    _models: Mapping[str, Model] = field(repr=False)
    _samples: Mapping[str, np.ndarray] = field(repr=False)
    _regressions: Sequence[Regression] = field(repr=False)
    _level: float = field(repr=False)

    @cached_property
    def specifications(self) -> pd.DataFrame:
        """What will be run: spec, is_main and the choices, one row each, the main one first."""
        choices = pd.DataFrame(list(self.universe), index=range(len(self.universe)))
        head = {"spec": choices.index, "is_main": choices.index == 0}
        return pd.DataFrame(head).join(choices)

    @cached_property
    def _figures(self) -> Figures:
        names = chain.from_iterable(r.columns for r in self._regressions)
        return Figures(self._data, names, self._samples)

    def _linear(self, name: str) -> tuple[list[Block], pd.DataFrame, np.ndarray]:
        """The blocks of a model of 'ols', the numbers of its specifications, and of each row its
        cluster, or a number of its own.
        """
        model, regressions = self._models[name], [r for r in self._regressions if r.model == name]
        clusters = cluster_codes(self._data, model.cluster or "")
        code = clusters[:, 0] if clusters.size else np.arange(len(self._data))
        return *fitted(self._figures, regressions, model.errors, code), code

    @cached_property
    def table(self) -> pd.DataFrame:
        """The specifications with estimate, std_error, low, high, t, p, n, df and missing."""
        of, parts = pd.Series([r.model for r in self._regressions]), []
        for name, model in self._models.items():
            numbers = of.index[of == name]
            if model.estimator == "ols":
                part = self._linear(name)[1]
            else:
                regressions = [self._regressions[n] for n in numbers]
                part = _estimated(self._data, self._figures, regressions, model)
            parts.append(part.set_axis(numbers))
        estimates = pd.concat(parts).sort_index()
        b, se, df = estimates[["estimate", "std_error", "df"]].to_numpy(dtype=float).T
        shown = t_interval(b, se, df, self._level).rename(columns={"se": "std_error"})
        shown.insert(4, "t", shown["estimate"] / shown["std_error"])
        counts = estimates[["n", "df"]].astype("Int64")
        return self.specifications.join([shown, counts, estimates["missing"]])

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources that the data named."""
        return origin(self._data)

    @takes()
    def summary(self, by: str | None = None, alpha: Share = 0.05) -> pd.DataFrame:
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
        if by is None:
            return pd.DataFrame([_summed(self.table, alpha)])
        known_name("choice", by, [axis.name for axis in self.universe.axes])
        parts = self.table.groupby(by, sort=False)
        return pd.DataFrame([{by: value} | _summed(part, alpha) for value, part in parts])

    @takes()
    def joint_test(
        self,
        *,
        seed: Whole,
        draws: Whole = 500,
        null: Literal["bootstrap", "permutation"] = "bootstrap",
        direction: Literal["positive", "negative"] | None = None,
        alpha: Share = 0.05,
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
            Stouffer's Z, each with what the null gives and p.

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
        linear = [name for name, one in self._models.items() if one.estimator == "ols"]
        if model is None and len(self._models) == 1:
            model = next(iter(self._models))
        if model is None or known_name("model", model, self._models) not in linear:
            refuse("model", f"of least squares without effects ({linear})", model, "'ols'")
        return joint_test(
            *self._linear(model),
            self._models[model].errors,
            seed=seed,
            draws=draws,
            null=null,
            direction=direction,
            alpha=alpha,
        )

    def caption(self) -> str:
        run = self.summary().iloc[0]
        says = (
            "{specifications:.0f} specifications, {missing:.0f} without a number, median "
            "{median:.4g}, from {least:.4g} to {greatest:.4g}"
        )
        return f"Specification curve: {says.format(**run)}"

    def __str__(self) -> str:
        return str(self.universe)


@takes()
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
    level: Share = 0.95,
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
    outcomes, treatments = several(y), several(x)
    named = model if isinstance(model, Mapping) else {"": model}
    models = {n: one if isinstance(one, Model) else Model(one) for n, one in named.items()}
    sets = {name: tuple(c) for name, c in controls.items()} if isinstance(controls, Mapping) else {}
    single = [] if isinstance(controls, Mapping) else several(controls)
    if twice := ({*always} & {*single, *chain(*sets.values())}) | ({*single} & {*ROLES}):
        refuse("controls", "no roles, and not in `always`", sorted(twice), "['size']")
    if len(outcomes) > 1 and any(one.y for one in models.values()):
        refuse("y", "one outcome where a model has its own", y, "'votes'")
    masks = {"all": np.ones(len(data), dtype=bool)}
    masks |= {name: sample_rows(data, name, rule) for name, rule in (samples or {}).items()}
    alternatives = [
        ("outcome", outcomes, "data"),
        ("treatment", treatments, "data"),
        *((name, ["with", "without"], "method") for name in single),
        ("controls", list(sets), "method"),
        ("sample", list(masks), "data"),
        ("model", list(models), "method"),
    ]
    axes = (
        Axis(n, tuple(values), values[0], kind) for n, values, kind in alternatives if values[1:]
    )
    universe = Universe(tuple(axes), tuple(exclusions))
    usual = {name: values[0] for name, values, _ in alternatives if values}
    regressions = []
    for choices in universe:
        chosen = usual | choices
        added = [name for name in single if chosen[name] == "with"]
        names = dict.fromkeys([*always, *added, *sets.get(chosen.get("controls", ""), ())])
        treatment, sample, name = (chosen[role] for role in ("treatment", "sample", "model"))
        outcome = models[name].y or chosen["outcome"]
        regressions.append(Regression(outcome, treatment, tuple(names), sample, name))
    words = chain.from_iterable((one.effects, one.cluster or "") for one in models.values())
    groups = (column for part in words for columns in columns_of(part) for column in columns)
    require(data, dict.fromkeys([*chain.from_iterable(r.columns for r in regressions), *groups]))
    # what becomes of the caller's frame before the numbers are asked for does not change them
    return SpecificationCurve(
        universe, data.copy(deep=False), models, masks, tuple(regressions), level
    )


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
    data: pd.DataFrame, figures: Figures, regressions: Sequence[Regression], model: Model
) -> pd.DataFrame:
    """As `linear.fitted`, one estimation by pyfixest for each regression."""
    fixed, clusters = codes(data, model.effects), cluster_codes(data, model.cluster or "")
    known, rows_of = np.all(fixed >= 0, axis=1), []
    for r in regressions:
        numbers, missing = (np.nan,) * 4, ""
        try:
            rows = figures.rows(r)[1]
            rows = rows[known[rows]]
            y, *x = figures.values[np.ix_(rows, figures.of(r.columns))].T
            terms = dict(zip(r.columns[1:], x, strict=True))
            numbers = _fitted(Sample(y, terms, [*fixed[rows].T], clusters[rows]), r, model)
        except CaResearchError as error:
            missing = error.what
        rows_of.append((*numbers, missing))
    return pd.DataFrame(rows_of, columns=["estimate", "std_error", "df", "n", "missing"])


def _fitted(sample: Sample, r: Regression, model: Model) -> tuple[float, float, float, int]:
    """Coefficient of the treatment, its error, degrees of freedom and rows."""
    estimator, clustered = ESTIMATORS[model.estimator], model.errors == "cluster"
    if estimator == "ppml" and (sample.y < 0).any():
        raise CoverageError("a negative outcome has no Poisson likelihood")
    fit, used = estimated(sample, estimator, [], robust=model.errors != "classical")
    if lost := fit.collinear or [name for name in [r.treatment] if name not in fit.terms]:
        raise CoverageError(
            f"{lost[0]!r} is collinear with the fixed effects or other terms, or separated"
        )
    at = fit.terms.index(r.treatment)
    if not fit.se[at] > 0:
        raise CoverageError("these errors give no positive variance; take another error")
    df = used.clusters - 1 if clustered else int(fit.model._df_t)
    return fit.estimate[at], fit.se[at], df, len(used.y)
