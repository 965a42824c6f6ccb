"""Gravity of trade: how far trade lies from what distance, border, language and the totals of both
sides imply.

A coefficient on chosen pairs describes a gap; it names no cause. Every estimate carries a log of
what left its sample.
Estimation is in `stats.fixed_effects`; the panel is made in `gravity_panel`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ..ground.arguments import refuse, several
from ..ground.errors import CoverageError, known_name
from ..stats.columns import floats
from ..stats.contract import Share, takes
from ..stats.fixed_effects import (
    Fit,
    Log,
    Sample,
    cluster_codes,
    codes,
    columns_of,
    estimated,
    note,
    solve,
)
from ..stats.frames import origin, refuse_labels, require
from ..stats.result import Result, t_interval
from .gravity_panel import PANEL, panel, treated_pairs

__all__ = ["Gravity", "gravity", "panel", "treated_pairs"]

GEOGRAPHY = ("log_distance", "contiguous", "common_language")
LEVEL = "exporter-year+importer-year"
CHANGE = "exporter-year+importer-year+pair"
_PAIRS = {"pair": "exporter^importer", "symmetric-pair": "symmetric_pair"}
Estimator = Literal["ppml", "ols"]
ESTIMATORS = get_args(Estimator)
GRAVITY = replace(PANEL, aggregates={"exporter": (), "importer": ()})

_COLUMNS = ["term", "estimate", "se", "low", "high", "p"]


def _words(joined: str) -> str:
    """Effects or clusters in pyfixest's words: 'pair' is 'exporter^importer'."""
    parts = [part for (part,) in columns_of(joined)]
    return " + ".join(_PAIRS.get(part, part.replace("-", "^")) for part in parts)


@dataclass(frozen=True, eq=False, repr=False)
class Gravity(Result):
    """A gravity equation, estimated.

    `to_frame` gives the table, `to_csv` and `to_latex` write it.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per term: ``term``, ``estimate``, ``se``, ``low``, ``high``, ``p``; in log points.
    n : int
        Rows used.
    clusters : int
        Clusters used; of two ways, the fewer.
    log : pandas.DataFrame
        What left the sample or could not be estimated: ``stage``, ``reason``, ``rows``, ``detail``.
    estimator : str
        'ppml' or 'ols'.
    effects : str
        Fixed effects, in pyfixest's words.
    cluster : str
        What the errors are clustered by.
    r2 : float
        Share of the variance that terms and effects explain; of PPML, of the logarithm of the
        likelihood (McFadden's pseudo R2).
    sources : tuple of str
        Ids of the panel's sources.
    reset : pandas.Series
        RESET test of the functional form: ``estimate``, ``se``, ``p``.

    Examples
    --------
    >>> import itertools
    >>> pairs = itertools.permutations(["CHN", "RUS", "KAZ", "KGZ", "UZB", "TJK"], 2)
    >>> rows = pd.DataFrame(pairs, columns=["exporter", "importer"]).assign(year=2020)
    >>> rng = np.random.default_rng(0)
    >>> rows["log_distance"] = rng.normal(8, 1, len(rows))
    >>> rows["value_usd"] = np.exp(20 - rows["log_distance"] + rng.normal(size=len(rows)))
    >>> fit = gravity(rows, ["log_distance"])
    >>> bool(fit.coefficient("log_distance")["estimate"] < 0)
    True
    """

    table: pd.DataFrame
    n: int
    clusters: int
    log: pd.DataFrame
    estimator: str
    effects: str
    cluster: str
    r2: float
    sources: tuple[str, ...]
    _sample: Sample = field(repr=False)
    _predictor: np.ndarray = field(repr=False)

    def coefficient(self, term: str) -> pd.Series:
        """Row of one term.

        Parameters
        ----------
        term : str
            Its name.

        Returns
        -------
        pandas.Series
            ``term``, ``estimate``, ``se``, ``low``, ``high``, ``p``.

        Raises
        ------
        UnknownNameError
            No such term.
        CoverageError
            It was asked for but could not be estimated; with the reason.
        """
        rows = self.table[self.table["term"] == known_name("term", term, [*self.table["term"]])]
        if pd.isna(rows["estimate"].iloc[0]):
            raise CoverageError(f"no estimate of {term}", hint="`log` says what was left out")
        return rows.iloc[0]

    @cached_property
    def reset(self) -> pd.Series:
        """RESET test: a refit with the squared linear predictor (centred, scaled).

        A small p says that the functional form is wrong, except for PPML with effects estimated
        from few rows each, such as exporter-year: there the test rejects a right form far too often
        (simulated in tests/oracle).

        Returns
        -------
        pandas.Series
            ``estimate``, ``se`` and ``p`` of that one term.

        Raises
        ------
        CoverageError
            The square is collinear.

        Notes
        -----
        Ramsey (1969), JRSS B 31(2); for PPML Santos Silva and Tenreyro (2006), Review of Economics
        and Statistics 88(4).
        """
        centred = (self._predictor - self._predictor.mean()) / self._predictor.std()
        x = self._sample.x | {"RESET": centred**2}
        fit = solve(replace(self._sample, x=x), self.estimator)
        if "RESET" in fit.collinear:
            raise CoverageError("no RESET test: the squared predictor is collinear with the model")
        tidy = _tidy(fit, self.clusters, 0.95).set_index("term")
        return tidy.loc["RESET", ["estimate", "se", "p"]]

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """Terms for regression tables: the form of a plug-in of maketables."""
        return self.table.rename(columns={"estimate": "b"}).set_index("term")

    @property
    def __maketables_depvar__(self) -> str:
        return "value_usd" if self.estimator == "ppml" else "log(value_usd)"

    @property
    def __maketables_fixef_string__(self) -> str:
        return self.effects.replace(" ", "")

    @property
    def __maketables_vcov_info__(self) -> dict[str, Any]:
        return {"vcov_type": "CRV", "clustervar": self.cluster.replace(" ", "").split("+")}

    def __maketables_stat__(self, key: str) -> Any:
        """What stands below the terms."""
        kind = "pseudo_r2" if self.estimator == "ppml" else "r2"
        return {"N": self.n, "n_clusters": self.clusters, kind: self.r2}.get(key)

    def caption(self) -> str:
        return (
            f"{self.estimator.upper()}, {self.n:,} rows, effects {self.effects}, "
            f"{self.clusters:,} clusters"
        )


def _tidy(fit: Fit, clusters: int, level: float) -> pd.DataFrame:
    """The coefficient table; t with G - 1 degrees of freedom for both estimators (pyfixest takes
    the normal for PPML).
    """
    return t_interval(fit.estimate, fit.se, clusters - 1, level).assign(term=fit.terms)[_COLUMNS]


def complete(
    panel: pd.DataFrame,
    terms: Sequence[str],
    effects: str,
    estimator: str,
    cluster: str,
    log: Log,
) -> tuple[Sample, np.ndarray]:
    """Rows on which everything is known, and which rows of the panel they are; what leaves is
    logged.
    """
    panel = GRAVITY.check(require(panel, terms))
    sides = [panel["exporter"], panel["importer"]]
    refuse_labels(pd.concat(sides).unique(), "exporter or importer")
    value = panel["value_usd"].to_numpy()
    x = {term: floats(panel[term], term, infinite=True) for term in terms}
    known = ~np.isnan(value)
    note(log, "estimation", "no value reported", int((~known).sum()))
    for term, values in x.items():
        absent = ~np.isfinite(values)
        lost = int((absent & known).sum())
        note(log, "estimation", "missing covariate", lost, term if absent.any() else "")
        known &= ~absent
    if estimator == "ols":
        note(log, "estimation", "zero trade has no logarithm", int((known & (value <= 0)).sum()))
        known &= value > 0
    with np.errstate(divide="ignore"):
        y = np.log(value) if estimator == "ols" else value
    symmetric = ["-".join(sorted(pair)) for pair in zip(*sides, strict=True)]
    ways = cluster_codes(panel.assign(symmetric_pair=symmetric), _words(cluster))
    if not 0 < ways.shape[1] <= 2:
        refuse("cluster", "one column or two", cluster, "'exporter+importer'")
    return Sample(y, x, [*codes(panel, _words(effects)).T], ways).keep(known), known


@takes()
def gravity(
    panel: pd.DataFrame,
    covariates: Sequence[str] = GEOGRAPHY,
    *,
    effects: str = LEVEL,
    estimator: Estimator = "ppml",
    cluster: str = "pair",
    level: Share = 0.95,
) -> Gravity:
    """Gravity equation with fixed effects and cluster-robust errors.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `panel` gives it: exporter, importer, year, value_usd and the covariates.
    covariates : sequence of str
        Columns of it.
    effects : str
        Fixed effects in pyfixest's words, none within another, with 'pair' for
        'exporter^importer' and '-' for '^'.
    estimator : {'ppml', 'ols'}
        Poisson pseudo-maximum likelihood of the value, zeros kept [1]_; or least squares of its
        logarithm, zeros logged and left out.
    cluster : str
        As the effects; or two joined by '+'. 'pair' is directed; 'symmetric-pair' takes both
        directions of a pair as one; 'exporter+importer' clusters two ways, which lets all pairs
        that share a side be correlated [2]_.
    level : float
        Of the intervals.

    Returns
    -------
    Gravity
        One row per covariate, estimates in logs of USD per unit of the covariate. A term that
        cannot be told from the effects or from other terms has no estimate, and the log says so.

    Raises
    ------
    UnknownNameError
        An estimator, effect, cluster or column that is none.
    UsageError
        Mixed sources or flows, a pair twice in a year or with itself, names for codes, text,
        negative trade, an effect twice or within another, more than two clusters.
    MixedUnitsError
        Several products, valuations, scopes or price bases.
    CoverageError
        Nothing to estimate on, a covariate that is all missing, fewer than two clusters, no term
        identified, an exact fit.
    ConvergenceError
        The iterations do not end.

    Notes
    -----
    value = exp(terms + effects) * error. Exporter-year and importer-year effects stand for both
    sides' totals and multilateral resistance [3]_.

    Of PPML rows leave that an effect, a value of a dummy or a combination of terms separates: those
    whose trade is all zero.

    Errors are CRV1 with t of G - 1 degrees of freedom and the variance times
    G / (G - 1) * (N - 1) / (N - K), where K counts the terms and the levels of effects that are
    not nested in the clusters, less one for each effect after the first. Effects of both sides by
    year have one redundant level in each year, so K is no fewer than the rank and errors are if
    anything too large. Of two ways the variance is V_a + V_b - V_ab, each with the G of the way
    that has fewer clusters; where that is not positive there is no error, and the log says so. With
    few treated pairs the errors are too small: rank the coefficient among those that other
    economies have in the same place [4]_.

    References
    ----------
    .. [1] Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88(4).
    .. [2] Cameron, Gelbach and Miller (2011), Journal of Business and Economic Statistics 29(2).
    .. [3] Anderson and van Wincoop (2003), American Economic Review 93(1).
    .. [4] MacKinnon and Webb (2020), Journal of Econometrics 218(2).

    Examples
    --------
    >>> rng, codes = np.random.default_rng(0), ["CHN", "RUS", "TUR", "USA", "IND", "JPN"]
    >>> rows = pd.DataFrame(
    ...     [(a, b, year) for a in codes for b in codes for year in (2012, 2016) if a != b],
    ...     columns=["exporter", "importer", "year"])
    >>> rows["log_distance"] = rng.normal(8, 1, len(rows))
    >>> rows["value_usd"] = np.exp(20 - rows["log_distance"]) * rng.gamma(2, 0.5, len(rows))
    >>> gravity(rows, ["log_distance"], cluster="symmetric-pair").clusters
    15
    >>> gravity(rows, ["log_distance"], cluster="exporter+importer").clusters
    6
    """
    covariates = list(dict.fromkeys(several(covariates)))
    log = [dict(entry) for entry in panel.attrs.get("log", [])]
    sample, _ = complete(panel, covariates, effects, estimator, cluster, log)
    fit, used = estimated(sample, estimator, log)
    clusters = used.clusters
    table = _tidy(fit, clusters, level).set_index("term")
    for term in table.index[~(table["se"] > 0)]:
        note(log, "estimation", "no positive variance with these clusters", 0, term)
    table = table.reindex(list(covariates)).rename_axis("term").reset_index()
    used = replace(used, x={k: v for k, v in used.x.items() if k not in fit.collinear})
    return Gravity(
        table=table,
        n=int(fit.kept.sum()),
        clusters=clusters,
        log=pd.DataFrame(log, columns=["stage", "reason", "rows", "detail"]),
        estimator=estimator,
        effects=effects,
        cluster=cluster,
        r2=float(fit.model._pseudo_r2 if estimator == "ppml" else fit.model._r2),
        sources=origin(panel),
        _sample=used,
        _predictor=fit.link,
    )
