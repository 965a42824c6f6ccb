"""Event studies with units treated at different times: two-stage, interaction-weighted, and the
naive one beside them.

With staggered treatment and effects that differ over time or cohort, two-way fixed effects compare
late with early treated units and can be off in size and sign (Goodman-Bacon 2021, Journal of
Econometrics 225(2)). Knows no domain.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..ground.arguments import refuse, whole_number
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from ..ground.extras import needed
from ..ground.numbers import decimals
from .frames import level_between, origin, require, texts
from .result import Result, t_interval

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
        ``high`` (units of the outcome), ``treated`` (units observed then); of a reference 0 without
        an error.
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
    reference: tuple[int, ...] = ()

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
        if self.reference not in ((), (-1,)):
            times = " or ".join(map(str, self.reference))
            parts.append(f"measured from event time {times}, a cohort's last before treatment")
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


def _leave(
    rows: pd.DataFrame, gone: pd.Series, reason: str, log: list[dict[str, Any]]
) -> pd.DataFrame:
    """The other rows; those that are gone are told in the log."""
    if gone.any():
        log.append({"reason": reason, "rows": int(gone.sum())})
    return rows[~gone]


def _prepare(frame: pd.DataFrame, names: dict[str, str], log: list[dict[str, Any]]) -> pd.DataFrame:
    """Columns u, t, y, first, g, k (event time; NaN where untreated in the sample), treated; what
    cannot be used leaves.
    """
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
            found = pd.to_numeric(rows[column]).astype(float)
        except (TypeError, ValueError):
            found = None
        if found is None or texts(rows[column].dropna()):
            raise UsageError(
                f"{names[column]!r} holds what is no number", hint="convert it: pd.to_numeric"
            )
        rows[column] = found
    unknown = ~np.isfinite(rows["y"]) | rows["t"].isna()
    rows = _leave(rows, unknown, "no outcome or no period", log)
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
    zero = bool((rows["first"] == 0).any())
    throughout = rows["first"] <= rows.groupby("u")["t"].transform("min")
    rows = _leave(rows, throughout, "no period before the treatment", log)
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
        hint = "add units that are never treated, or end the sample before the last ones are"
        if zero:
            column = names["first"]
            hint = f"never treated is missing, not 0: frame[{column!r}].replace(0, float('nan'))"
        raise CoverageError(what, hint=hint)
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


def _compared(rows: pd.DataFrame, estimator: str, log: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows without those treated that nothing untreated can be set against."""
    apart = rows["treated"] & ~_linked(rows)
    reason = "treated, and no untreated rows link the period with the unit's own before"
    rows = _leave(rows, apart, reason, log)
    if estimator == "did2s":  # its first stage is of untreated rows
        alone, kind = _alone(rows, rows[~rows["treated"]]), "untreated row"
    else:
        alone, kind = _alone(rows, rows), "row"
    rows = _leave(rows, alone, f"one {kind} alone in its unit or period", log)
    if not rows["treated"].any():
        raise CoverageError(
            "no treated row can be compared with untreated ones",
            hint="add untreated units that are observed both before and after a treatment",
        )
    unseen = rows["first"].notna() & ~rows.groupby("u")["treated"].transform("any")
    if unseen.any():
        reason = "its unit is not observed from the treatment on: in leads alone"
        log.append({"reason": reason, "rows": int(unseen.sum())})
    return rows.reset_index(drop=True)


def _linked(rows: pd.DataFrame) -> np.ndarray:
    """Whether untreated rows lead from the unit of each row to its period, if need be through other
    units and periods: only then can effects of the two be told from that of the treatment.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    unit, period = pd.factorize(rows["u"])[0], pd.factorize(rows["t"])[0]
    period += unit.max() + 1
    free = ~rows["treated"].to_numpy()
    size = period.max() + 1
    links = coo_array((np.ones(free.sum()), (unit[free], period[free])), shape=(size, size))
    part = connected_components(links, directed=False)[1]
    return part[unit] == part[period]


def _alone(rows: pd.DataFrame, used: pd.DataFrame) -> pd.Series:
    """Rows of units and periods that have a single row among those `used`, which pyfixest takes
    out, and of those that then have one.
    """
    single = pd.Series(True, index=used.index)
    while single.any():
        single = ~(used["u"].duplicated(keep=False) & used["t"].duplicated(keep=False))
        used = used[~single]
    return ~(rows["u"].isin(used["u"]) & rows["t"].isin(used["t"]))


def _fit(
    call: Callable[[pd.DataFrame], Any], data: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Coefficients, covariance and names of a pyfixest model; CoverageError where it cannot be
    estimated.
    """
    # pyfixest's tolerances are absolute: an outcome in dollars would never converge. A power of two
    # costs no digit.
    spread = data["y"].std()
    scale = 2.0 ** np.round(np.log2(spread)) if spread > 0 else 1.0
    data = data.assign(y=data["y"] / scale)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # singletons and deprecations inside pyfixest
        try:
            model = call(data)
        except (
            ValueError,
            np.linalg.LinAlgError,
        ) as error:  # all terms collinear, or nothing left to estimate on
            raise CoverageError(
                f"the event study was not estimated: {error}", hint="widen the sample"
            ) from error
    if np.abs(np.asarray(model._u_hat, dtype=float)).max() <= EXACT * float(data["y"].abs().max()):
        raise CoverageError(
            "unit, period and treatment effects fit every row exactly: there is no noise to test "
            "against",
            hint="a constant outcome, or one made up of steps? report the figures themselves",
        )
    beta, v = np.asarray(model._beta_hat).ravel(), np.asarray(model._vcov)
    return scale * beta, scale**2 * v, list(model._coefnames)


def _cohorts(rows: pd.DataFrame, estimator: str) -> pd.Series:
    """What has effects of its own: each first treated period if saturated, else all together (0);
    NaN where untreated.
    """
    return rows["first"] if estimator == "saturated" else rows["first"] * 0


def _references(rows: pd.DataFrame, estimator: str) -> dict[float, float]:
    """Last event time before treatment of each cohort; none for did2s, which needs no reference."""
    if estimator == "did2s":
        return {}
    before = rows[rows["k"] < 0]
    return before["k"].groupby(_cohorts(before, estimator)).max().to_dict()


def _cells(rows: pd.DataFrame, estimator: str) -> tuple[pd.DataFrame, dict[str, tuple[float, int]]]:
    """Dummies of event times (of cohort and event time if saturated), and for each its event time
    and treated rows.
    """
    key, reference = _cohorts(rows, estimator), _references(rows, estimator)
    dummies: dict[str, np.ndarray] = {}
    cells: dict[str, tuple[float, int]] = {}
    for (cohort, k), part in rows.groupby([key, "k"]):
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
            lambda own: pf.did2s(own, yname="y", treatment="treated", cluster="g", **stages), data
        )
    else:
        beta, v, names = _fit(
            lambda own: pf.feols(f"y ~ {terms} | u + t", own, vcov={"CRV1": "g"}), data
        )
    if len(names) < len(cells):  # which one pyfixest leaves out is arbitrary, and moves the others
        raise CoverageError(
            f"only {len(names)} of {len(cells)} effects can be told from those of units and "
            "periods",
            hint="leave out periods in which no never-treated unit is observed, or take "
            "estimator='did2s'",
        )
    return pd.DataFrame([cells[n] for n in names], columns=["k", "rows"]), beta, v


def _pretrend(
    b: np.ndarray, v: np.ndarray, leads: np.ndarray, df: int, clusters: int
) -> dict[str, Any]:
    """Joint F test that the `leads` are zero; only with more treated `clusters`."""
    from scipy.stats import f

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
        Nobody treated, nobody untreated, all treated at once, too few periods, fewer than two
        clusters, effects that cannot be told from those of units and periods, a constant outcome or
        an exact fit.

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
    if estimator not in ESTIMATORS:
        raise UnknownNameError("estimator", estimator, ESTIMATORS)
    level_between(level)
    window = _window(window)
    log: list[dict[str, Any]] = []
    names = {"u": unit, "t": time, "y": outcome, "first": first, "g": cluster or unit}
    rows = _compared(_prepare(frame, names, log), estimator, log)
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
    table.insert(0, "event_time", times)
    reference = sorted(set(_references(rows, estimator).values()))
    for k in (k for k in reference if k not in times):  # else other cohorts have an estimate there
        table.loc[len(table)] = [k, 0.0, np.nan, np.nan, np.nan]
    table = table[table["event_time"].between(*window)]
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
            lambda own: pf.feols("y ~ treated | u + t", own, vcov={"CRV1": "g"}), data
        )
    leads = (times >= window[0]) & (times < rows.loc[rows["k"] < 0, "k"].max())
    clustered = rows[rows["first"].notna()].groupby("g")["treated"].any()
    few, unseen = int(clustered.sum()), int((~clustered).sum())
    caution = f"{few} treated clusters"
    caution += f" ({unseen} more only before)" if unseen else ""
    caution += ": the errors are too small; rank against placebos instead"
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
        reference=tuple(map(int, reference)),
    )
