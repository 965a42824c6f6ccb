"""What a regression table needs to know of a model, whoever estimated it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..ground.errors import UsageError
from ..ground.extras import needed
from ..registry.words import words
from ..stats.frames import origin

STATISTICS = {"r2": "R²", "pseudo_r2": "Pseudo R²"}


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
    if left_out := [t for t in getattr(model, "_collin_vars", None) or () if t not in terms.index]:
        terms = terms.reindex([*terms.index, *left_out])  # pyfixest's, without an estimate
    statistics = {key: _number(reader.stat(model, key)) for key in STATISTICS}
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
    if kind == "GLM":  # of statsmodels
        kind = f"{type(fitted.family).__name__} {type(fitted.family.link).__name__}"
    name = "2SLS" if getattr(model, "_is_iv", False) else _words("estimated_by", kind)
    quantile = getattr(model, "q", None) or getattr(model, "_quantile", None)
    name += f" ({quantile:g})" if name == "quantile" and quantile else ""
    marks = ((model, "_has_weights"), (fitted, "_has_freq_weights"), (fitted, "_has_var_weights"))
    weighted = any(getattr(of, mark, False) is True for of, mark in marks)
    return f"weighted {name}" if weighted else name


def _words(column: str, code: str) -> str:
    """What a table says for the name that a package gives to an estimator or to errors."""
    return words().cells.get(column, {}).get(code, code)


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
        kind = ""
    return _words("kind_of_errors", kind), ()


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
