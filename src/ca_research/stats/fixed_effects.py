"""One estimation with fixed effects by pyfixest: least squares, or Poisson pseudo-maximum
likelihood.

What leaves the sample is taken out here and logged, because pyfixest ends the process where
nothing is left; a fit that is none is a typed error.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import CoverageError
from ..ground.extras import needed
from .columns import power_of_two
from .forecast import ConvergenceError
from .frames import require, require_some
from .groups import Groups

EXACT = 1e-8
"""Residuals below this share of the largest value are what the iterations leave (pyfixest stops at
a change of 1e-8).
"""

VARIES = 1e-5
"""A term of which effects and other terms leave less than this share of its spread is collinear
with them: of the spread, pyfixest's iterations stop at a change of 1e-6.
"""

Log = list[dict[str, Any]]
"""What leaves a sample: stage, reason, rows, detail."""

SEPARATED = "separated: the outcome is zero throughout a fixed effect"
SINGLETON = "singleton: alone in a fixed effect"

ROUNDED = 1e-14
"""A spread below this share of the largest value is what rounding leaves of a constant."""


def note(log: Log, stage: str, reason: str, rows: int, detail: str = "") -> None:
    """Add to the log what left, and why, where anything did."""
    if rows or detail:
        log.append({"stage": stage, "reason": reason, "rows": int(rows), "detail": detail})


def _in_words(log: Log) -> str:
    return "; ".join(f"{entry['reason']} {entry['detail']}" for entry in log)


@dataclass(frozen=True)
class Sample:
    """Complete rows: y, the regressors by name, integer codes of the fixed effects and of the
    clusters (a column for each way; none where errors are not clustered).
    """

    y: np.ndarray
    x: dict[str, np.ndarray]
    fixed: list[np.ndarray]
    cluster: np.ndarray

    @property
    def ways(self) -> list[np.ndarray]:
        """The codes of each way."""
        return list(self.cluster.T)

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
    others, in order, with `estimate` and `covariance`; `link`: the linear predictor of the rows.
    All of them are in units of the sample; `model` is of scaled columns.
    """

    model: Any
    kept: np.ndarray
    collinear: list[str]
    terms: list[str]
    estimate: np.ndarray
    covariance: np.ndarray
    link: np.ndarray

    @property
    def se(self) -> np.ndarray:
        """Standard errors; of two ways, a variance may be negative, and there is none."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.diag(self.covariance))


def columns_of(words: str) -> list[list[str]]:
    """The columns of each effect or cluster in pyfixest's words, such as 'a^b + c'. Raises
    UsageError where one holds no more than a finer one: it changes no coefficient, but its levels
    would be counted in the errors.

    Examples
    --------
    >>> columns_of("exporter^year + importer")
    [['exporter', 'year'], ['importer']]
    """
    parts = [[name.strip() for name in p.split("^")] for p in words.split("+") if p.strip()]
    for coarse, fine in permutations(parts, 2):
        if {*coarse} <= {*fine}:
            refuse("effects and clusters", "none within another", words, repr("^".join(fine)))
    return parts


def codes(frame: pd.DataFrame, words: str) -> np.ndarray:
    """For each effect or cluster a column with the number of each row's level, -1 for none."""
    groups, parts = Groups(frame), columns_of(words)
    require(frame, (name for part in parts for name in part))
    levels = [np.where(frame[p].isna().any(axis=1), -1, groups.number(p)) for p in parts]
    return np.array(levels, dtype=np.int64).reshape(len(parts), len(frame)).T


def cluster_codes(frame: pd.DataFrame, words: str) -> np.ndarray:
    """`codes`, all of them known."""
    clusters = codes(frame, words)
    if lost := int((clusters < 0).any(axis=1).sum()):
        refuse(words, "a cluster of each row", f"{lost} without one", "frame.dropna(subset=...)")
    return clusters


def prune(sample: Sample, estimator: str, log: Log) -> tuple[Sample, np.ndarray]:
    """Without singletons and, for PPML, without effects whose outcome is all zero, until neither is
    left; rows that stayed.

    Done here because pyfixest ends the process where these leave nothing, and counts them in one
    pass only.
    Source: Correia (2015), 'Singletons, cluster-robust standard errors and fixed effects'; Correia,
    Guimarães and Zylkin (2019), arXiv 1903.01633.
    """
    kept, gone = np.ones(len(sample.y), dtype=bool), dict.fromkeys((SEPARATED, SINGLETON), 0)
    while True:
        codes, reason = [code[kept] for code in sample.fixed], SINGLETON
        out = np.logical_or.reduce([np.bincount(c)[c] == 1 for c in codes])
        if not out.any() and estimator == "ppml":
            some, reason = sample.y[kept] > 0, SEPARATED
            out = np.logical_or.reduce([np.bincount(c, weights=some)[c] == 0 for c in codes])
        if not out.any():
            break
        gone[reason] += out.sum()
        kept[kept] = ~out
    for reason, rows in gone.items():
        note(log, "estimation", reason, rows)
    require_some(kept[kept], f"row is left to estimate on: {_in_words(log)}")
    return sample.keep(kept), kept


def scaled(values: np.ndarray) -> tuple[np.ndarray, float]:
    """Deviations from the mean (which a constant or the effects take up) in units of about their
    standard deviation, and that unit.
    """
    spread = values.std()
    unit = float(power_of_two(spread * (spread > ROUNDED * np.abs(values).max())))
    return (values - values.mean()) / unit, unit


def solve(sample: Sample, estimator: str, rectifier: bool = False, robust: bool = True) -> Fit:
    """One call of pyfixest. `kept` marks the rows that stayed; names are replaced, so any column
    name may be used, and columns are scaled, for pyfixest's tolerances are not relative.

    robust: errors by the clusters of the sample, HC1 where it has none; else iid.
    """
    with needed():
        import pyfixest as pf

    names = {f"x{i}": name for i, name in enumerate(sample.x)}
    ways = {f"g{i}": way for i, way in enumerate(sample.ways)}
    if estimator == "ppml":  # it stops at a change of the deviance that is absolute where small
        unit = min(1.0, float(power_of_two(sample.y.mean())))
        y = sample.y / unit
    else:
        y, unit = scaled(sample.y)
    columns = {short: scaled(sample.x[name]) for short, name in names.items()}
    data = pd.DataFrame({"y": y} | ways | {short: x for short, (x, _) in columns.items()})
    # the constant is an effect of one level: beside a plain one the rectifier does not look
    effects = sample.fixed or [np.zeros(len(y), dtype=np.int64)]
    fixed = {f"f{i}": code for i, code in enumerate(effects)}
    data = data.assign(**fixed)
    formula = f"y ~ {' + '.join(names)} | {' + '.join(fixed)}"
    errors: Any = ({"CRV1": "+".join(ways)} if ways else "hetero") if robust else "iid"
    options: dict[str, Any] = dict.fromkeys(("copy_data", "store_data"), False)
    options |= {"vcov": errors, "fixef_rm": "none", "collin_tol": min(len(y) * VARIES**2, 0.5)}
    if estimator == "ppml":
        options["separation_check"] = ["ir"] if rectifier else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what pyfixest warns of (rows and terms dropped) goes to the log
            warnings.filterwarnings("error", "iterative recti")  # that it has not ended
            model = (pf.fepois if estimator == "ppml" else pf.feols)(formula, data, **options)
    except Exception as error:  # ValueError, LinAlgError and its own kinds for what data can cause
        if "collinear" in str(error):
            scope = " on the rows that are not separated" if rectifier else ""
            raise CoverageError(
                f"{', '.join(sample.x)}: all collinear with the fixed effects{scope}",
                hint="leave an effect out, or choose terms that vary within the effects",
            ) from error
        raise ConvergenceError(
            f"the {estimator} estimation failed: {error}", hint="leave a term or an effect out"
        ) from error
    kept = np.ones(len(sample.y), dtype=bool)
    kept[np.asarray(list(model.na_index), dtype=int)] = False
    terms = list(model._coefnames)
    scale = np.array([(1 if estimator == "ppml" else unit) / columns[c][1] for c in terms])
    estimate = scale * np.asarray(model._beta_hat).ravel()
    covariance = scale[:, None] * np.asarray(model._vcov) * scale
    if estimator == "ppml":
        link = np.asarray(model._Xbeta, dtype=float).ravel() + np.log(unit)
    else:
        link = sample.y[kept] - unit * np.asarray(model.resid()).ravel()
    collinear = [names[c] for c in model._collin_vars or []]
    return Fit(model, kept, collinear, [names[c] for c in terms], estimate, covariance, link)


def only_at_zero(sample: Sample) -> bool:
    """PPML: whether some term is told from the effects and other terms only where the outcome is
    zero. Without that no combination of terms can separate; with it the rectifier has to look.
    Source: Correia, Guimarães and Zylkin (2019), arXiv 1903.01633.
    """
    positive = sample.keep(sample.y > 0)
    if len(positive.y) == len(sample.y):
        return False
    try:
        return bool(solve(positive, "ols", robust=False).collinear)
    except CoverageError:  # all of them
        return True


def estimated(
    sample: Sample,
    estimator: str,
    log: Log,
    *,
    robust: bool = True,
) -> tuple[Fit, Sample]:
    """The fit of what can be estimated on, and the rows it used; what leaves is logged.

    Raises CoverageError without a term or a second cluster, and where every row is fitted: no
    noise, so no standard error.
    """
    sample, _ = prune(sample, estimator, log)
    require_some(sample.x, f"term to estimate: {_in_words(log)}")
    if sample.cluster.size:
        require_some(range(1, sample.clusters), f"second cluster: {_in_words(log)}")
    ppml = estimator == "ppml"
    fit = solve(sample, estimator, ppml and only_at_zero(sample), robust)
    note(
        log,
        "estimation",
        "separated: the terms tell where the outcome is zero",
        int((~fit.kept).sum()),
    )
    for term in fit.collinear:
        note(log, "estimation", "collinear with the fixed effects or other terms", 0, term)
    used = sample.keep(fit.kept)
    y, size = used.y, np.abs(used.y).max()
    left = np.abs(y - (np.exp(fit.link) if ppml else fit.link)).max()
    # of least squares the spread counts, whatever the level, but for its rounding
    if left <= (EXACT * size if ppml else max(EXACT * np.ptp(y), ROUNDED * size)):
        raise CoverageError(
            "terms and fixed effects fit every row exactly: there is no noise to test against",
            hint="is the outcome constant or made up? else fewer effects",
        )
    return fit, used
