"""What a regression table needs to know of a model, whoever estimated it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..ground.errors import UsageError
from ..ground.extras import needed
from ..stats.frames import origin

ERRORS = {"iid": "classical", "nonrobust": "classical", "hetero": "HC1", "nid": "robust"}
"""Names that packages give to the same errors."""
ESTIMATORS = {
    "did2s": "two-stage",
    "feols": "OLS",
    "fepois": "Poisson",
    "ols": "OLS",
    "ppml": "Poisson",
    "quantreg": "quantile",
    "saturated": "cohort by event time",
    "twfe": "two-way fixed effects",
    "GLS": "GLS",
    "IV2SLS": "2SLS",
    "Logit": "logit",
    "MixedLM": "mixed (random effects)",
    "NegativeBinomial": "negative binomial",
    "OLS": "OLS",
    "OrderedModel": "ordered",
    "PanelOLS": "OLS",
    "Poisson": "Poisson",
    "Probit": "probit",
    "QuantReg": "quantile",
    "RandomEffects": "random effects",
    "RLM": "robust linear",
    "WLS": "weighted OLS",
}
"""Names that packages give to how a model was estimated, and what a table says."""
GENERALISED = {
    ("Binomial", "Logit"): "logit",
    ("Binomial", "Probit"): "probit",
    ("Gaussian", "Identity"): "OLS",
    ("Poisson", "Log"): "Poisson",
}
STATISTICS = {"r2": "R²", "pseudo_r2": "Pseudo R²", "alpha": "Dispersion α"}


@dataclass(frozen=True)
class Estimated:
    """A model as a table shows it. `terms`: b, se and p of each, none where it was not identified.
    `errors` is their kind, `ways` what they are clustered by; '' where a model does not say these
    or its `estimator`. `sources`: None where the model does
    not know the frame it was estimated on.
    """

    terms: pd.DataFrame
    outcome: str
    estimator: str
    effects: tuple[str, ...]
    errors: str
    ways: tuple[str, ...]
    clusters: int | None
    n: int
    statistics: dict[str, float]
    sources: tuple[str, ...] | None


def estimated(model: Any) -> Estimated:
    """Read a model of this library, of pyfixest, statsmodels, linearmodels or any other that
    maketables knows, or that has its plug-in form.
    """
    with needed():
        from maketables import get_extractor
    try:
        reader = get_extractor(model)
        terms = reader.coef_table(model)[["b", "se", "p"]].astype(float)
        rows = int(reader.stat(model, "N"))
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        raise UsageError(
            f"{type(model).__name__} is no model with one column of estimates",
            hint="give what gravity, event_study, pyfixest or statsmodels returned, of several "
            "outcomes a model for each",
        ) from error
    fitted: Any = getattr(model, "model", None)
    names = getattr(fitted, "exog_names", None)
    if isinstance(terms.index, pd.RangeIndex) and names:  # statsmodels on arrays
        terms.index = pd.Index(names)
    terms.index = terms.index.map(str)
    if (fixed := getattr(model, "fe_params", None)) is not None:
        # a mixed model of statsmodels lists variances too, as parts of the residual's
        terms = terms.loc[list(map(str, fixed.index))]
    if left_out := [t for t in getattr(model, "_collin_vars", None) or () if t not in terms.index]:
        terms = terms.reindex([*terms.index, *left_out])  # pyfixest's, without an estimate
    statistics = {key: _number(reader.stat(model, key)) for key in STATISTICS}
    if getattr(fitted, "k_extra", 0) and terms.index[-1] == "alpha":
        # statsmodels lists the dispersion of negative binomial counts after the regressors
        statistics["alpha"] = terms["b"].iloc[-1]
        terms = terms.iloc[:-1]
    effects = reader.fixef_string(model)
    kind, ways = _errors(reader.vcov_info(model) or {}, model)
    named = [part.strip() for part in (effects or "").split("+")]
    if math.isnan(statistics["pseudo_r2"]):
        statistics["pseudo_r2"] = _pseudo(model)
    if getattr(fitted, "_has_freq_weights", False):
        rows = int(fitted.wnobs)  # each row stands for so many
    return Estimated(
        terms=terms,
        outcome=reader.depvar(model),
        estimator=_estimator(model),
        effects=tuple(part for part in named if part not in ("", "0")),
        errors=kind,
        ways=ways,
        clusters=_clusters(reader.stat(model, "n_clusters"), model),
        n=rows,
        statistics={STATISTICS[k]: value for k, value in statistics.items() if value == value},
        sources=_sources(model),
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float, np.number)) else math.nan


def _pseudo(model: Any) -> float:
    """McFadden's, by the names of pyfixest's Poisson and of statsmodels' generalised linear models;
    None of either is known to maketables.
    """
    method = getattr(model, "pseudo_rsquared", None)
    return _number(method("mcf") if method else getattr(model, "_pseudo_r2", None))


def _estimator(model: Any) -> str:
    """'OLS', 'weighted Poisson', 'quantile (0.5)'; '' where the model does not say it."""
    fitted: Any = getattr(model, "model", None)
    kind = getattr(model, "estimator", None) or getattr(model, "_method", None)  # ours, pyfixest's
    if not isinstance(kind, str):
        kind = "" if fitted is None else type(fitted).__name__
    kind = kind.removesuffix("_fn").removesuffix("_pfn").removeprefix("feglm-")
    name = ESTIMATORS.get(kind, kind)
    if kind == "GLM":  # of statsmodels, by what others call it
        of = type(fitted.family).__name__, type(fitted.family.link).__name__
        name = GENERALISED.get(of, f"GLM ({', '.join(of)})")
    if getattr(model, "_is_iv", False):
        name = "2SLS"
    if name == "quantile" and (
        at := getattr(model, "q", None) or getattr(model, "_quantile", None)
    ):
        name += f" ({at:g})"
    marks = ((model, "_has_weights"), (fitted, "_has_freq_weights"), (fitted, "_has_var_weights"))
    weighted = any(getattr(of, mark, False) is True for of, mark in marks)
    return f"weighted {name}" if weighted else name


def _errors(vcov: dict[str, Any], model: Any) -> tuple[str, tuple[str, ...]]:
    """('clustered', ('pair',)), ('HC1', ()), ('classical', ())."""
    ways = vcov.get("clustervar") or getattr(_groups(model), "name", None) or ()
    ways = (ways,) if isinstance(ways, str) else tuple(map(str, ways))
    kind = str(vcov.get("vcov_type") or "")
    if ways or kind in ("CRV", "cluster"):
        return "clustered", ways
    if kind == "hetero":  # of pyfixest, which keeps apart which
        kind = getattr(model, "_vcov_type_detail", kind)
    if hasattr(model, "sparsity"):  # quantiles of statsmodels, which calls all of them 'nonrobust'
        x, q = model.model.exog, model.q
        iid = model.sparsity**2 * q * (1 - q) * np.linalg.pinv(x.T @ x)
        kind = "iid" if np.allclose(model.normalized_cov_params, iid) else "robust"
    return ERRORS.get(kind, kind), ()


def _groups(model: Any) -> Any:
    """Clusters as statsmodels keeps them; None where there are none."""
    return (getattr(model, "cov_kwds", None) or {}).get("groups")


def _clusters(count: Any, model: Any) -> int | None:
    """How many clusters; of two ways, in the one that has fewer."""
    groups = _groups(model)
    if count is None and groups is not None:
        columns = np.asarray(groups).reshape(len(groups), -1).T
        return min(len(pd.unique(column)) for column in columns)
    # pyfixest's are of several ways, of which maketables tells the first
    return None if count is None else int(min(getattr(model, "_G", None) or [count]))


def _sources(model: Any) -> tuple[str, ...] | None:
    """Ids that the model carries, or that the frame names which it keeps."""
    if (sources := getattr(model, "sources", None)) is not None:
        return tuple(sources) or None
    kept = getattr(getattr(getattr(model, "model", None), "data", None), "frame", None)
    for frame in (getattr(model, "_data", None), kept):
        if isinstance(frame, pd.DataFrame) and (ids := origin(frame)):
            return ids
    return None
