"""One estimation with fixed effects by pyfixest: least squares, or Poisson pseudo-maximum
likelihood.

What leaves the sample is taken out here and logged, because pyfixest ends the process where
nothing is left; a fit that is none is a typed error.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError
from ..ground.extras import needed
from .forecast import ConvergenceError

EXACT = 1e-8
"""Residuals below this share of the largest value are what the iterations leave (pyfixest stops at
a change of 1e-8).
"""


def note(log: list[dict[str, Any]], stage: str, reason: str, rows: int, detail: str = "") -> None:
    """Add to the log what left, and why, where anything did."""
    if rows or detail:
        log.append({"stage": stage, "reason": reason, "rows": int(rows), "detail": detail})


@dataclass(frozen=True)
class Sample:
    """Complete rows: y, the regressors by name, integer codes of the fixed effects and of the
    clusters (of two ways, a column for each; no column where errors are not clustered).
    """

    y: np.ndarray
    x: dict[str, np.ndarray]
    fixed: list[np.ndarray]
    cluster: np.ndarray

    @property
    def ways(self) -> list[np.ndarray]:
        """The codes of each way."""
        return list(np.atleast_2d(self.cluster.T))

    @property
    def clusters(self) -> int:
        """How many clusters there are; of two ways, in the one that has fewer."""
        return min(len(np.unique(way)) for way in self.ways)

    def keep(self, rows: np.ndarray) -> Sample:
        x = {name: values[rows] for name, values in self.x.items()}
        return Sample(self.y[rows], x, [f[rows] for f in self.fixed], self.cluster[rows])


@dataclass(frozen=True)
class Fit:
    """What pyfixest found. `kept`: the rows it used. `collinear`: terms it left out; `terms`: the
    others, in order.
    """

    model: Any
    kept: np.ndarray
    collinear: list[str]
    terms: list[str]


def prune(sample: Sample, estimator: str, log: list[dict[str, Any]]) -> tuple[Sample, np.ndarray]:
    """Without singletons and, for PPML, without effects whose outcome is all zero, until neither is
    left; rows that stayed.

    Done here because pyfixest ends the process where these leave nothing, and counts them in one
    pass only.
    Source: Correia (2015), 'Singletons, cluster-robust standard errors and fixed effects'; Correia,
    Guimarães and Zylkin (2019), arXiv 1903.01633.
    """
    kept = np.arange(len(sample.y))
    gone = {
        "separated: the outcome is zero throughout a fixed effect": 0,
        "singleton: alone in a fixed effect": 0,
    }
    zero, singletons = gone
    while True:
        out, reason = np.zeros(len(kept), dtype=bool), singletons
        for code in sample.fixed:
            out |= np.bincount(code[kept])[code[kept]] == 1
        if not out.any() and estimator == "ppml":
            reason = zero
            for code in sample.fixed:
                out |= np.bincount(code[kept], weights=sample.y[kept] > 0)[code[kept]] == 0
        if not out.any():
            break
        gone[reason] += int(out.sum())
        kept = kept[~out]
    for reason, rows in gone.items():
        note(log, "estimation", reason, rows)
    if not len(kept):
        raise CoverageError(
            "no row is left to estimate on", where="; ".join(str(e["reason"]) for e in log)
        )
    mask = np.zeros(len(sample.y), dtype=bool)
    mask[kept] = True
    return (sample if mask.all() else sample.keep(mask)), mask


def solve(sample: Sample, estimator: str, rectifier: bool = False, robust: bool = True) -> Fit:
    """One call of pyfixest. `kept` marks the rows that stayed; names are replaced, so any column
    name may be used.

    robust: errors by the clusters of the sample, HC1 where it has none; else iid.
    """
    with needed():
        import pyfixest as pf

    names = {f"x{i}": name for i, name in enumerate(sample.x)}
    ways = {f"g{i}": way for i, way in enumerate(sample.ways)}
    data = pd.DataFrame({"y": sample.y} | ways | dict(zip(names, sample.x.values(), strict=True)))
    data = data.assign(**{f"f{i}": code for i, code in enumerate(sample.fixed)})
    formula = f"y ~ {' + '.join(names)}"
    if sample.fixed:
        formula += f" | {' + '.join(f'f{i}' for i in range(len(sample.fixed)))}"
    errors: Any = ({"CRV1": "+".join(ways)} if ways else "hetero") if robust else "iid"
    options: dict[str, Any] = {"vcov": errors, "fixef_rm": "none"}
    options |= {"copy_data": False, "store_data": False}
    if estimator == "ppml":
        options["separation_check"] = ["ir"] if rectifier else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what pyfixest warns of (rows and terms dropped) goes to the log
            model = (pf.fepois if estimator == "ppml" else pf.feols)(formula, data, **options)
    except (
        Exception
    ) as error:  # pyfixest raises ValueError, LinAlgError and its own kinds for what data can cause
        if "collinear" in str(error):
            raise CoverageError(
                f"no term can be estimated: {', '.join(sample.x)} collinear with the fixed effects",
                hint="leave an effect out, or choose terms that vary within the effects",
            ) from error
        raise ConvergenceError(
            f"the {estimator} estimation failed: {error}",
            hint="look for terms without variation within the fixed effects, or leave an effect "
            "out",
        ) from error
    kept = np.ones(len(sample.y), dtype=bool)
    kept[np.asarray(list(model.na_index), dtype=int)] = False
    return Fit(
        model,
        kept,
        [names[c] for c in model._collin_vars or []],
        [names.get(c, c) for c in model._coefnames],
    )


def separated(sample: Sample, log: list[dict[str, Any]]) -> Sample:
    """PPML: a dummy that is one only where the outcome is zero predicts those rows perfectly; both
    leave.
    """
    for term in list(sample.x):
        one = sample.x[term] == 1
        if one.any() and np.isin(sample.x[term], (0, 1)).all() and not sample.y[one].any():
            note(
                log,
                "estimation",
                "separated: the outcome is zero wherever the term is one",
                int(one.sum()),
                term,
            )
            sample = sample.keep(~one)
            sample.x.pop(term)
    return sample


def predictor(fit: Fit, used: Sample, estimator: str) -> np.ndarray:
    """The linear predictor of the rows that were used; CoverageError where it fits every row: no
    noise, so no standard error.
    """
    model = fit.model
    link = model._Xbeta if estimator == "ppml" else used.y - np.asarray(model.resid()).ravel()
    link = np.asarray(link, dtype=float).ravel()
    left = used.y - (np.exp(link) if estimator == "ppml" else link)
    if np.abs(left).max() <= EXACT * np.abs(used.y).max():
        raise CoverageError(
            "terms and fixed effects fit every row exactly: there is no noise to test against",
            hint="is the outcome constant or made up? else fewer effects",
        )
    return link
