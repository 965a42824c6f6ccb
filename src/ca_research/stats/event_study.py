"""Event studies with units treated at different times: two-stage, interaction-weighted, and the
naive one beside them.

With staggered treatment and effects that differ over time or cohort, two-way fixed effects compare
late with early treated units and can be off in size and sign (Goodman-Bacon 2021, Journal of
Econometrics 225(2)). Knows no domain.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import CoverageError
from ..ground.extras import needed
from ..ground.numbers import decimals
from .columns import floats
from .contract import Share, one_figure_per_cell, takes
from .fixed_effects import Log, Sample, estimated, note, prune, scaled
from .frames import origin, require, require_some
from .result import Result, t_interval

EXACT = 1e-6
"""Residuals below this share of the outcome's spread are what an iterative solution leaves, not
noise to test against.
"""
FEW = 10
"""Treated clusters below which cluster-robust errors are known to be too small (a convention, no
sharp bound).
"""


@dataclass(frozen=True, eq=False, repr=False)
class EventStudy(Result):
    """Effects by time since treatment, as `event_study` gives them.

    Event time 0 is the first treated period. `to_frame` gives the table, `to_csv` and `to_latex`
    write it.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per event time of the window: ``event_time``, ``estimate``, ``se``, ``low``,
        ``high`` (units of the outcome), ``p``, ``treated`` (units observed then); of a reference 0
        without an error.
    att : pandas.Series
        ``estimate``, ``se``, ``low``, ``high``, ``p``, over all treated periods.
    pretrend : dict
        Test that all estimates before treatment are zero: ``f``, ``df``, ``df_errors``, ``p``,
        ``largest``, ``statement``.
    estimator : str
        'did2s', 'saturated' or 'twfe'.
    n : int
        Rows used.
    treated, untreated : int
        Units observed from their treatment on, and never treated; units seen before their treatment
        alone are neither (logged).
    log : pandas.DataFrame
        Rows that left the sample or count otherwise: ``reason``, ``rows``.
    caution : str
        '' or why the errors mislead.
    outcome : str
        Column that the effects are on.
    sources : tuple of str
        Ids of the sources that the frame named.
    cluster : str
        Column by which the errors are clustered.
    reference : tuple of int
        Event times that effects are measured from, of each cohort its last one before treatment;
        none for 'did2s'.

    Examples
    --------
    >>> cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    >>> frame = pd.DataFrame(cells, columns=["unit", "year", "from"])
    >>> noise = np.random.default_rng(2).normal(size=len(frame))
    >>> frame["y"] = noise + (frame["year"] >= frame["from"])
    >>> found = event_study(frame, unit="unit", time="year", outcome="y", first="from")
    >>> found.treated, found.untreated
    (6, 8)
    """

    table: pd.DataFrame
    att: pd.Series
    pretrend: dict[str, Any]
    estimator: str
    n: int
    treated: int
    untreated: int
    log: pd.DataFrame
    caution: str
    outcome: str
    sources: tuple[str, ...]
    cluster: str
    reference: tuple[int, ...]

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """Effects for regression tables: the form of a plug-in of maketables."""
        terms = self.table.dropna(subset="se").rename(columns={"estimate": "b"})
        terms = terms.set_index("event time " + terms["event_time"].astype(str))
        terms.loc["all treated periods"] = self.att.rename({"estimate": "b"})
        return terms

    __maketables_fixef_string__ = "unit+period"

    @property
    def __maketables_depvar__(self) -> str:
        return self.outcome

    @property
    def __maketables_vcov_info__(self) -> dict[str, Any]:
        return {"vcov_type": "CRV", "clustervar": [self.cluster]}

    def __maketables_stat__(self, key: str) -> Any:
        """What stands below the effects."""
        return {"N": self.n, "n_clusters": self.pretrend["df_errors"] + 1}.get(key)

    def caption(self) -> str:
        effect, low, high = (decimals(self.att[name]) for name in ("estimate", "low", "high"))
        times = " or ".join(map(str, self.reference))
        parts = [
            f"{self.estimator}, {self.n:,} rows, {self.treated} treated and {self.untreated} "
            "untreated units",
            f"effect over all treated periods {effect} ({low} to {high})",
            times and f"measured from event time {times}",
            self.pretrend["statement"],
            self.caution,
        ]
        return "; ".join(filter(None, parts))


def _without(rows: pd.DataFrame, gone: pd.Series, reason: str, log: Log) -> pd.DataFrame:
    """The rows without those that are gone, which are logged."""
    note(log, "", reason, gone.sum())
    return rows[~gone]


def _prepare(frame: pd.DataFrame, names: dict[str, str], log: Log) -> pd.DataFrame:
    """Columns u, t, y, first, g, k (event time; NaN where untreated in the sample), treated; what
    cannot be used leaves.
    """
    require(frame, names.values(), keys=[names["u"], names["g"]])
    rows = pd.DataFrame({short: frame[column].to_numpy() for short, column in names.items()})
    for short in ("t", "y", "first"):
        values = floats(frame[names[short]], names[short], infinite=True)
        rows[short] = np.where(np.isfinite(values), values, np.nan)
    rows = _without(rows, rows[["y", "t"]].isna().any(axis=1), "no outcome or no period", log)
    one_figure_per_cell(rows, ["u", "t"])
    units = rows.groupby("u")
    for short in ("first", "g"):
        if (units[short].nunique(dropna=False) > 1).any():
            refuse(names[short], "one value for each unit", "several", "None if never treated")
    late = rows["first"] > rows["t"].max()
    note(log, "", "treated after the last period: untreated in this sample", late.sum())
    rows["first"] = rows["first"].mask(late)
    throughout = rows["first"] <= units["t"].transform("min")
    rows = _without(rows, throughout, "no period before the treatment", log)
    rows["k"] = rows["t"] - rows["first"]
    if (rows["k"].dropna() % 1 != 0).any():
        refuse(names["t"], "numbers of periods, as the first treated one", rows["t"].max(), "1")
    rows["treated"] = rows["k"] >= 0
    require_some(
        rows[rows["first"].isna()], "unit that stays untreated", "never treated is missing, not 0"
    )
    # the unit effects absorb this shift; without it the iterative first stage would lose digits to
    # the level of y
    rows["y"] -= rows["y"].where(~rows["treated"]).groupby(rows["u"]).transform("mean")
    return rows.reset_index(drop=True)


def _compared(rows: pd.DataFrame, estimator: str, log: Log) -> pd.DataFrame:
    """Rows without those treated that nothing untreated can be set against."""
    reason = "treated, and no untreated rows link the period with the unit's own before"
    rows = _without(rows, rows["treated"] & ~_linked(rows), reason, log)
    first_stage = estimator == "did2s"  # which is of untreated rows
    used = rows[~rows["treated"]] if first_stage else rows
    effects = [pd.factorize(used[name])[0] for name in ("u", "t")]
    many = prune(Sample(used["y"].to_numpy(), {}, effects, used[[]].to_numpy()), "ols", [])[1]
    alone = ~(rows["u"].isin(used["u"][many]) & rows["t"].isin(used["t"][many]))
    reason = f"one {'untreated ' * first_stage}row alone in its unit or period"
    rows = _without(rows, alone, reason, log)
    require_some(rows[rows["treated"]], "treated row to be compared with untreated ones", _OBSERVED)
    unseen = rows["first"].notna() & ~rows.groupby("u")["treated"].transform("any")
    note(log, "", "its unit is not observed from the treatment on: in leads alone", unseen.sum())
    return rows.reset_index(drop=True)


_OBSERVED = "add untreated units that are observed both before and after a treatment"


def _linked(rows: pd.DataFrame) -> np.ndarray:
    """Whether untreated rows lead from the unit of each row to its period, if need be through other
    units and periods: only then can effects of the two be told from that of the treatment.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    unit, period = (pd.factorize(rows[name])[0] for name in ("u", "t"))
    free = ~rows["treated"].to_numpy()
    links = coo_array((np.ones(free.sum()), (unit[free], period[free] + len(rows))))
    links.resize(2 * len(rows), 2 * len(rows))
    part = connected_components(links, directed=False)[1]
    return part[unit] == part[period + len(rows)]


def _cells(rows: pd.DataFrame, estimator: str) -> tuple[pd.DataFrame, pd.DataFrame, list[int]]:
    """Dummies of event times (of cohort and event time if saturated), the event time and rows of
    each, and the event times that effects are measured from: of each cohort the last one before
    treatment; none for did2s, which needs no reference.
    """
    cohort = rows["first"] if estimator == "saturated" else rows["first"] * 0
    before = rows["k"].where((rows["k"] < 0) & (estimator != "did2s"))
    last = before.groupby(cohort).transform("max")
    groups = rows[rows["k"].notna() & (rows["k"] != last)].groupby([cohort, "k"])
    cells = groups.size().rename("rows").reset_index("k").reset_index(drop=True)
    dummies = pd.get_dummies(groups.ngroup().reindex(rows.index).astype("Int64"), dtype=float)
    return dummies.add_prefix("d"), cells, sorted(map(int, last.dropna().unique()))


def _estimate(
    rows: pd.DataFrame, terms: pd.DataFrame, estimator: str
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the terms beside units and periods, and their covariance."""
    if estimator == "did2s":
        return _two_stages(rows, terms)
    effects = [pd.factorize(rows[name])[0] for name in ("u", "t")]
    x = {name: terms[name].to_numpy() for name in terms}
    sample = Sample(rows["y"].to_numpy(), x, effects, rows[["g"]].to_numpy())
    fit, _ = estimated(sample, "ols", [])
    if fit.collinear:  # which one pyfixest leaves out is arbitrary, and moves the others
        raise CoverageError(
            f"only {len(fit.terms)} of {len(x)} effects can be told from those of units and "
            "periods",
            hint="leave out periods in which no never-treated unit is observed, or take "
            "estimator='did2s'",
        )
    return fit.estimate, fit.covariance


def _two_stages(rows: pd.DataFrame, terms: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The same by effects that come from untreated rows alone."""
    with needed():
        import pyfixest as pf

    # pyfixest's tolerances are absolute: an outcome in dollars would never converge
    y, scale = scaled(rows["y"].to_numpy())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # singletons and deprecations inside pyfixest
        model = pf.did2s(
            pd.concat([rows.assign(y=y), terms], axis=1),
            yname="y",
            first_stage="~ 0 | u + t",
            second_stage=f"~ 0 + {' + '.join(terms)}",
            treatment="treated",
            cluster="g",
        )
    if np.abs(np.asarray(model._u_hat, dtype=float)).max() <= EXACT * np.abs(y).max():
        raise CoverageError("unit, period and treatment effects fit every row exactly")
    return scale * np.asarray(model._beta_hat).ravel(), scale**2 * np.asarray(model._vcov)


def _pretrend(
    b: np.ndarray, v: np.ndarray, leads: np.ndarray, df: int, clusters: int
) -> dict[str, Any]:
    """Joint F test that the `leads` are zero; only with more treated `clusters`."""
    from scipy.stats import f

    b, v, q = b[leads], v[np.ix_(leads, leads)], int(leads.sum())
    largest = float(np.abs(b).max(initial=0)) if q else np.nan
    statistic = p = np.nan
    says = f"{q} leads, {clusters} treated clusters: no joint test"
    if 0 < q < clusters and np.linalg.matrix_rank(v, hermitian=True) == q:
        statistic = float(b @ np.linalg.solve(v, b)) / q
        p = float(f.sf(statistic, q, df))
        parallel = "do not differ from zero at 5 %, which proves no parallel trend"
        verdict = "differ from zero" if p < 0.05 else parallel
        says = f"{q} leads jointly {verdict} (F = {statistic:.2f}, p = {p:.3f})"
    numbers = {"f": statistic, "df": q, "df_errors": df, "p": p, "largest": largest}
    return numbers | {"statement": f"{says}; largest {largest:.3f}" if q else "no leads"}


@takes()
def event_study(
    frame: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    first: str,
    cluster: str | None = None,
    estimator: Literal["did2s", "saturated", "twfe"] = "did2s",
    window: tuple[int, int] = (-6, 6),
    level: Share = 0.95,
) -> EventStudy:
    """Effects by time since treatment in a panel with staggered treatment.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per unit and period. Units treated after the last period count as untreated
        (logged); units without a period before treatment leave, and so do treated rows of a period
        that no untreated unit links with the time before, and a unit or period with a single row
        ('did2s': a single untreated one).
    unit : str
        Column.
    time : str
        Column of numbers.
    outcome : str
        Column of numbers.
    first : str
        Column of the unit's first treated period (missing, not 0: never).
    cluster : str, optional
        Column; the unit by default.
    estimator : {'did2s', 'saturated', 'twfe'}
        Two stages, whose errors allow for the first [1]_; cohort by event time, weighted by the
        cohorts' share, taken as fixed [2]_; one dummy per event time with unit and period effects:
        naive, for comparison.
    window : tuple of int
        Event times shown and used for the pre-trend; all are estimated.
    level : float
        Of the intervals.

    Returns
    -------
    EventStudy
        A row per event time. `att` is the mean over all treated rows ('twfe': the coefficient on
        one treatment dummy, with weights of its own).

    Raises
    ------
    UnknownNameError
        A column or an estimator.
    UsageError
        Text, a unit twice in a period or in two clusters, a row without a unit, event times that
        are no whole numbers, an impossible window or level.
    CoverageError
        Nobody treated, nobody untreated, all treated at once, fewer than two clusters, effects that
        cannot be told from those of units and periods, a constant outcome or an exact fit.

    Notes
    -----
    y_ut = a_u + g_t + sum_k b_k 1(t - first_u = k) + e_ut, b_k in units of the outcome; intervals
    by t with G - 1 degrees of freedom. The reference of 'saturated' and 'twfe' is the last period
    before treatment that the sample has, of each cohort or of all; leads of 'did2s' are averages of
    first-stage residuals, not differences from a reference, and do not compare with the others' one
    to one.

    References
    ----------
    .. [1] Gardner (2022), arXiv 2207.05943.
    .. [2] Sun and Abraham (2021), Journal of Econometrics 225(2).

    Examples
    --------
    >>> cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    >>> frame = pd.DataFrame(cells, columns=["unit", "year", "from"])
    >>> noise = np.random.default_rng(2).normal(size=len(frame))
    >>> frame["y"] = noise + (frame["year"] >= frame["from"])
    >>> found = event_study(frame, unit="unit", time="year", outcome="y", first="from")
    >>> bool(0.5 < found.att["estimate"] < 1.5)
    True
    """
    first_time, last_time = window
    if not first_time < 0 <= last_time:
        refuse("window", "a time before the treatment and one from it on", window, "(-6, 6)")
    log: Log = []
    names = {"u": unit, "t": time, "y": outcome, "first": first, "g": cluster or unit}
    rows = _compared(_prepare(frame, names, log), estimator, log)
    rows[["g", "u"]] = rows[["g", "u"]].apply(lambda column: pd.factorize(column)[0])
    clusters = (
        len(require_some(rows["g"].unique()[1:], "second cluster", "cluster by the unit")) + 1
    )
    dummies, cells, reference = _cells(rows, estimator)
    beta, v = _estimate(rows, dummies, estimator)
    k, size = cells["k"].to_numpy(), cells["rows"].to_numpy()
    times = np.unique(k)
    weights = (times[:, None] == k) * size
    weights = weights / weights.sum(axis=1, keepdims=True)
    b, cov = weights @ beta, weights @ v @ weights.T
    table = t_interval(b, np.sqrt(np.diag(cov)), clusters - 1, level).set_axis(times.astype(int))
    # where other cohorts have an estimate at a time, it is no reference of the table
    table = table.reindex(sorted({*table.index, *reference})).loc[first_time:last_time]
    table["estimate"] = table["estimate"].fillna(0.0)
    table["treated"] = rows.groupby("k")["u"].nunique().reindex(table.index, fill_value=0)
    table = table.rename_axis("event_time").reset_index()
    post = (k >= 0) * size / size[k >= 0].sum()
    overall, variance = np.array([post @ beta]), np.array([post @ v @ post])
    if estimator == "twfe":
        overall, variance = _estimate(rows, rows[["treated"]].astype(float), estimator)
    leads = (times >= first_time) & (times < rows.loc[rows["k"] < 0, "k"].max())
    clustered = rows[rows["first"].notna()].groupby("g")["treated"].any()
    few = int(clustered.sum())
    caution = f"{few} treated clusters: the errors are too small; rank against placebos instead"
    return EventStudy(
        table=table,
        att=t_interval(overall, np.sqrt(variance.ravel()), clusters - 1, level).iloc[0],
        pretrend=_pretrend(b, cov, leads, clusters - 1, len(clustered)),
        estimator=estimator,
        n=len(rows),
        treated=int(rows.loc[rows["treated"], "u"].nunique()),
        untreated=int(rows.loc[rows["first"].isna(), "u"].nunique()),
        log=pd.DataFrame(log, columns=["reason", "rows"]),
        caution=caution if few < FEW else "",
        outcome=outcome,
        sources=origin(frame),
        cluster=cluster or unit,
        reference=tuple(reference),
    )
