"""Event studies with units treated at different times: two-stage, interaction-weighted, and the
naive one beside them.

With staggered treatment and effects that differ over time or cohort, two-way fixed effects compare
late with early treated units and can be off in size and sign (Goodman-Bacon 2021, Journal of
Econometrics 225(2)). Knows no domain.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..ground.arguments import refuse, whole_number
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from ..ground.extras import needed
from ..ground.numbers import decimals
from .frames import level_between, origin, require
from .result import Result

ESTIMATORS = ("did2s", "saturated", "twfe")
LEAST_PERIODS = 3
"""Two periods before (one of them the reference) and one after: below that there is no trend to
look at.
"""
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
        ``high`` (units of the outcome), ``treated`` (units observed then).
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
        Units.
    log : pandas.DataFrame
        Rows that left the sample: ``reason``, ``rows``.
    caution : str
        '' or why the errors mislead.
    outcome : str
        Column that the effects are on.
    sources : tuple of str
        Ids of the sources that the frame named.
    cluster : str
        Column by which the errors are clustered.

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

    _table = "table"

    table: pd.DataFrame
    att: pd.Series
    pretrend: dict[str, Any]
    estimator: str
    n: int
    treated: int
    untreated: int
    log: pd.DataFrame
    caution: str
    outcome: str = ""
    sources: tuple[str, ...] = ()
    cluster: str = ""

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """Effects for regression tables: the form of a plug-in of maketables."""
        shown = self.table[self.table["se"].notna()]
        rows = pd.concat([shown, self.att.to_frame().T])[["estimate", "se"]].astype(float)
        df = self.pretrend["df_errors"]
        found = t_interval(rows["estimate"].to_numpy(), rows["se"].to_numpy(), df, 0.95)
        terms = [f"event time {time}" for time in shown["event_time"]]
        found.index = pd.Index([*terms, "all treated periods"])
        return found.rename(columns={"estimate": "b"})

    @property
    def __maketables_depvar__(self) -> str:
        return self.outcome

    @property
    def __maketables_fixef_string__(self) -> str:
        return "unit+period"

    @property
    def __maketables_vcov_info__(self) -> dict[str, Any]:
        return {"vcov_type": "CRV", "clustervar": [self.cluster] if self.cluster else None}

    def __maketables_stat__(self, key: str) -> Any:
        """What stands below the effects."""
        known = {"N": self.n, "n_clusters": self.pretrend["df_errors"] + 1}
        return known.get(key)

    def caption(self) -> str:
        low, high = decimals(self.att["low"]), decimals(self.att["high"])
        parts = [
            f"{self.estimator}, {self.n:,} rows, {self.treated} treated and {self.untreated} "
            "untreated units"
        ]
        parts += [
            f"effect over all treated periods {decimals(self.att['estimate'])} ({low} to {high})"
        ]
        return "; ".join(
            [*parts, self.pretrend["statement"], *([self.caution] if self.caution else [])]
        )


def _window(given: Any) -> tuple[int, int]:
    """First and last event time; UsageError for what are no two whole numbers about zero."""
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        refuse("window", "two event times", given, "(-6, 6)")
    first, last = (whole_number("window", end, "(-6, 6)") for end in given)
    if first >= 0 or last < 0:
        refuse("window", "a time before the treatment and one from it on", given, "(-6, 6)")
    return first, last


def _prepare(frame: pd.DataFrame, names: dict[str, str], log: list[dict[str, Any]]) -> pd.DataFrame:
    """Columns u, t, y, first, g, k (event time; NaN where untreated in the sample), treated; what
    cannot be used leaves.
    """

    def leave(rows: pd.DataFrame, gone: pd.Series, reason: str) -> pd.DataFrame:
        if gone.any():
            log.append({"reason": reason, "rows": int(gone.sum())})
        return rows[~gone]

    require(frame, names.values(), keys=[names["u"], names["g"]])
    rows = pd.DataFrame({short: frame[column].to_numpy() for short, column in names.items()})
    for column in ("t", "first"):
        if rows[column].dtype.kind in "mM" or isinstance(rows[column].dtype, pd.PeriodDtype):
            raise UsageError(
                f"{names[column]!r} holds dates, not periods as numbers",
                hint=f"take their years: frame[{names[column]!r}].dt.year",
            )
    for column in ("t", "y", "first"):
        try:
            rows[column] = pd.to_numeric(rows[column]).astype(float)
        except (TypeError, ValueError):
            raise UsageError(
                f"{names[column]!r} holds what is no number", hint="convert it: pd.to_numeric"
            ) from None
    rows = leave(rows, ~np.isfinite(rows["y"]) | rows["t"].isna(), "no outcome or no period")
    if rows.duplicated(["u", "t"]).any():
        raise UsageError("a unit has two rows in one period", hint="choose one source or sum first")
    rows["first"] = rows["first"].where(np.isfinite(rows["first"]))
    if (rows.groupby("u")["first"].nunique(dropna=False) > 1).any():
        raise UsageError(
            "the first treated period differs within a unit",
            hint="give one per unit, missing if never",
        )
    if (rows.groupby("u")["g"].nunique() > 1).any():
        raise UsageError(
            "a unit lies in several clusters", hint="cluster by the unit or by what contains it"
        )
    late = rows["first"] > rows["t"].max()
    if late.any():
        log.append(
            {
                "reason": "treated after the last period: untreated in this sample",
                "rows": int(late.sum()),
            }
        )
    rows["first"] = rows["first"].mask(late)
    rows = leave(
        rows,
        rows["first"] <= rows.groupby("u")["t"].transform("min"),
        "no period before the treatment",
    )
    rows["k"] = rows["t"] - rows["first"]
    if (rows["k"].dropna() % 1 != 0).any():
        raise UsageError(
            f"{names['t']!r} less {names['first']!r} gives event times that are no whole numbers",
            hint="number the periods 1, 2, 3 ..., and give the first treated one by its number",
        )
    rows["treated"] = rows["k"] >= 0
    first = rows.groupby("u")["first"].first()
    if not first.notna().any() or not rows["treated"].any():
        raise CoverageError("no unit is treated within the sample", hint="choose a longer period")
    if first.notna().all():
        once = first.nunique() == 1
        what = (
            "all units are treated at once, and none stays untreated"
            if once
            else "no unit stays untreated"
        )
        raise CoverageError(
            what,
            hint="add units that are never treated, or end the sample before the last ones are",
        )
    if rows["t"].nunique() < LEAST_PERIODS or rows.loc[rows["k"] < 0, "k"].nunique() < 2:
        raise CoverageError(
            f"too few periods: {rows['t'].nunique()} in all, "
            f"{rows.loc[rows['k'] < 0, 'k'].nunique()} before treatment",
            hint=f"an event study needs {LEAST_PERIODS} periods, two of them before treatment",
        )
    # the unit effects absorb this shift; without it the iterative first stage would lose digits to
    # the level of y
    base = rows["y"].where(~rows["treated"]).groupby(rows["u"]).transform("mean")
    rows["y"] = rows["y"] - base
    return rows.reset_index(drop=True)


def _fit(call: Any, outcome: pd.Series) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Coefficients, covariance and names of a pyfixest model; CoverageError where it cannot be
    estimated.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # singletons and deprecations inside pyfixest
        try:
            model = call()
        except (
            ValueError,
            np.linalg.LinAlgError,
        ) as error:  # all terms collinear, or nothing left to estimate on
            raise CoverageError(
                f"the event study was not estimated: {error}", hint="widen the sample"
            ) from error
    if np.abs(np.asarray(model._u_hat, dtype=float)).max() <= EXACT * float(outcome.abs().max()):
        raise CoverageError(
            "unit, period and treatment effects fit every row exactly: there is no noise to test "
            "against",
            hint="a constant outcome, or one made up of steps? report the figures themselves",
        )
    return np.asarray(model._beta_hat).ravel(), np.asarray(model._vcov), list(model._coefnames)


def _cells(rows: pd.DataFrame, estimator: str) -> tuple[pd.DataFrame, dict[str, tuple[float, int]]]:
    """Dummies of event times (of cohort and event time if saturated), and for each its event time
    and treated rows.
    """
    ever = rows["k"].notna()
    key = (
        rows["first"].where(ever)
        if estimator == "saturated"
        else pd.Series(0.0, index=rows.index).where(ever)
    )
    reference = {}
    if estimator != "did2s":  # the last period before treatment; did2s needs no reference
        before = rows[ever & (rows["k"] < 0)]
        reference = before["k"].groupby(key[before.index]).max().to_dict()
    dummies: dict[str, np.ndarray] = {}
    cells: dict[str, tuple[float, int]] = {}
    for (cohort, k), part in rows[ever].groupby([key[ever], "k"]):
        if reference.get(cohort) == k:
            continue
        name = f"d{len(cells)}"
        cells[name] = (float(k), len(part))
        dummies[name] = rows.index.isin(part.index).astype(float)
    return pd.DataFrame(dummies, index=rows.index), cells


def _estimate(rows: pd.DataFrame, estimator: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Cells (k, rows) that could be estimated, their coefficients and covariance."""
    with needed():
        import pyfixest as pf

    dummies, cells = _cells(rows, estimator)
    data, terms = pd.concat([rows, dummies], axis=1), " + ".join(cells)
    if estimator == "did2s":
        stages = {"first_stage": "~ 0 | u + t", "second_stage": f"~ 0 + {terms}"}
        beta, v, names = _fit(
            lambda: pf.did2s(data.copy(), yname="y", treatment="treated", cluster="g", **stages),
            data["y"],
        )
    else:
        beta, v, names = _fit(
            lambda: pf.feols(f"y ~ {terms} | u + t", data, vcov={"CRV1": "g"}), data["y"]
        )
    return pd.DataFrame([cells[n] for n in names], columns=["k", "rows"]), beta, v


def t_interval(estimate: np.ndarray, se: np.ndarray, df: int, level: float) -> pd.DataFrame:
    """estimate, se, low, high and two-sided p by Student's t with `df` degrees of freedom."""
    from scipy.stats import t

    half = t.ppf((1 + level) / 2, df) * se
    p = 2 * t.sf(
        np.abs(np.divide(estimate, se, out=np.full_like(estimate, np.nan), where=se > 0)), df
    )
    return pd.DataFrame(
        {"estimate": estimate, "se": se, "low": estimate - half, "high": estimate + half, "p": p}
    )


def _pretrend(
    k: np.ndarray, b: np.ndarray, v: np.ndarray, window: tuple[int, int], df: int, clusters: int
) -> dict[str, Any]:
    """Joint F test that the leads of the window, without the last one, are zero; only with more
    treated `clusters`.
    """
    from scipy.stats import f

    leads = (k >= window[0]) & (k < -1)
    q = int(leads.sum())
    largest = float(np.abs(b[leads]).max()) if q else np.nan
    found = {"f": np.nan, "df": q, "df_errors": df, "p": np.nan, "largest": largest}
    inner = v[np.ix_(leads, leads)]
    if 0 < q < clusters and np.linalg.matrix_rank(inner, hermitian=True) == q:
        found["f"] = float(b[leads] @ np.linalg.solve(inner, b[leads])) / q
        found["p"] = float(f.sf(found["f"], q, df))
        verdict = (
            "differ from zero"
            if found["p"] < 0.05
            else "do not differ from zero at 5 %, which proves no parallel trend"
        )
        statement = (
            f"{q} leads jointly {verdict} (F = {found['f']:.2f}, p = {found['p']:.3f}); largest "
            f"{largest:.3f}"
        )
    else:
        statement = (
            f"{q} leads, {clusters} treated clusters: no joint test; largest {largest:.3f}"
            if q
            else "no leads"
        )
    return found | {"statement": statement}


def event_study(
    frame: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    first: str,
    cluster: str | None = None,
    estimator: str = "did2s",
    window: tuple[int, int] = (-6, 6),
    level: float = 0.95,
) -> EventStudy:
    """Effects by time since treatment in a panel with staggered treatment.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per unit and period. Units treated after the last period count as untreated
        (logged); units without a period before treatment leave.
    unit : str
        Column.
    time : str
        Column of numbers.
    outcome : str
        Column of numbers.
    first : str
        Column of the unit's first treated period (missing: never).
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
        Nobody treated, nobody untreated, all treated at once, too few periods, fewer than two
        clusters, a constant outcome or an exact fit.

    Notes
    -----
    y_ut = a_u + g_t + sum_k b_k 1(t - first_u = k) + e_ut, b_k in units of the outcome; intervals
    by t with G - 1 degrees of freedom. The reference of 'saturated' and 'twfe' is the last period
    before treatment; leads of 'did2s' are averages of first-stage residuals, not differences from a
    reference, and do not compare with the others' one to one.

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
    if estimator not in ESTIMATORS:
        raise UnknownNameError("estimator", estimator, ESTIMATORS)
    level_between(level)
    window = _window(window)
    log: list[dict[str, Any]] = []
    names = {"u": unit, "t": time, "y": outcome, "first": first, "g": cluster or unit}
    rows = _prepare(frame, names, log)
    rows["g"] = pd.factorize(rows["g"])[0]
    rows["u"] = pd.factorize(rows["u"])[0]
    clusters = rows["g"].nunique()
    if clusters < 2:
        raise CoverageError("fewer than two clusters", hint="cluster by the unit")
    cells, beta, v = _estimate(rows, estimator)
    times = np.sort(cells["k"].unique())
    weights = np.array([np.where(cells["k"] == k, cells["rows"], 0) for k in times], dtype=float)
    weights /= weights.sum(axis=1, keepdims=True)
    b, cov = weights @ beta, weights @ v @ weights.T
    table = t_interval(b, np.sqrt(np.diag(cov)), clusters - 1, level).drop(columns="p")
    table.insert(0, "event_time", times.astype(int))
    table = table[table["event_time"].between(*window)]
    if estimator != "did2s" and -1 not in set(times):
        table.loc[len(times)] = [-1, 0.0, np.nan, np.nan, np.nan]
    units = rows.groupby("k")["u"].nunique()
    table = table.astype({"event_time": int}).sort_values("event_time", ignore_index=True)
    table["treated"] = [int(units.get(k, 0)) for k in table["event_time"]]
    post = np.where(cells["k"] >= 0, cells["rows"], 0) / cells.loc[cells["k"] >= 0, "rows"].sum()
    overall, variance = np.array([post @ beta]), np.array([post @ v @ post])
    if estimator == "twfe":
        with needed():
            import pyfixest as pf

        data = rows.assign(treated=rows["treated"].astype(float))
        overall, variance, _ = _fit(
            lambda: pf.feols("y ~ treated | u + t", data, vcov={"CRV1": "g"}), data["y"]
        )
    few = rows.loc[rows["first"].notna(), "g"].nunique()
    return EventStudy(
        table=table,
        att=t_interval(overall, np.sqrt(variance.ravel()), clusters - 1, level).iloc[0],
        pretrend=_pretrend(times, b, cov, window, clusters - 1, few),
        estimator=estimator,
        n=len(rows),
        treated=int(rows.loc[rows["first"].notna(), "u"].nunique()),
        untreated=int(rows.loc[rows["first"].isna(), "u"].nunique()),
        log=pd.DataFrame(log, columns=["reason", "rows"]),
        caution=f"{few} treated clusters: the errors are too small; rank against placebos instead"
        if few < FEW
        else "",
        outcome=outcome,
        sources=origin(frame),
        cluster=cluster or unit,
    )
