"""Synthetic control: a weighted mean of untreated units that follows the treated one before
treatment. Knows no domain.

Source: Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association
105(490); in what follows ADH. Weights here rest on pre-period outcomes alone, the variant without
other predictors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ..ground.arguments import number, refuse
from ..ground.errors import CoverageError
from ..ground.numbers import counted
from .columns import floats
from .frames import require
from .result import Result

LEAST_BEFORE = 8
"""Periods before treatment below which a good fit means little: this project's choice. That there
must be many is said by Abadie, Diamond and Hainmueller (2015), American Journal of Political
Science 59(2), without a number."""
LEAST_DONORS = 10
"""With J donors a placebo rank cannot fall below 1/(J+1): ten are needed for 0.10 with one to
spare.
"""
EXACT = 1e-6
"""Pre-period error, as a share of the treated unit's own spread, that counts as an exact
(overfitted) match.
"""


def simplex_weights(treated: np.ndarray, donors: np.ndarray) -> np.ndarray:
    """Weights w >= 0 with sum one that minimise the distance of treated from donors @ w.

    Parameters
    ----------
    treated : numpy.ndarray
        One value per period.
    donors : numpy.ndarray
        Periods by units.

    Returns
    -------
    numpy.ndarray
        A weight per unit. Where several fit equally well, one of them.

    Notes
    -----
    Exact by non-negative least squares: with A = donors - treated, the minimiser of
    ``|A u|^2 + c^2 (1 - sum u)^2`` over u >= 0 is a multiple of the wanted w, because for given
    direction w the best multiple gives c^2 q / (c^2 + q), which rises with ``q = |A w|^2``.

    Examples
    --------
    >>> donors = np.array([[1.0, 3.0], [2.0, 6.0]])
    >>> simplex_weights(np.array([2.0, 4.0]), donors).round(6).tolist()
    [0.5, 0.5]
    """
    from scipy.optimize import nnls

    gaps = donors - treated[:, None]
    scale = max(gaps.max(), -gaps.min())
    if scale == 0:
        return np.full(donors.shape[1], 1 / donors.shape[1])
    wanted = np.zeros(len(gaps) + 1)
    wanted[-1] = 1.0
    u, _ = nnls(np.vstack([gaps / scale, np.ones(donors.shape[1])]), wanted)
    return u / u.sum()


@lru_cache(maxsize=128)
def _leave_one_out_weights(outcomes_before: bytes, count: int) -> list[np.ndarray]:
    """For each unit (a column) the weights of all others that follow it best.

    outcomes_before: of each period and unit. Kept, for the same periods before go with several last
        periods.
    """
    values = np.frombuffer(outcomes_before).reshape(-1, count)
    return [
        simplex_weights(values[:, unit], np.delete(values, unit, axis=1)) for unit in range(count)
    ]


@dataclass(frozen=True, eq=False, repr=False)
class Placebos(Result):
    """Every unit in the place of the treated one, and how far out the treated one lies.

    The least p that can be reached is 1 / units.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per unit, the treated one among them, largest ratio first: ``unit``, ``effect``
        (mean gap after), ``pre_rmspe``, ``post_rmspe``, ``ratio``, ``ratio_positive``,
        ``ratio_negative``.
    p : float
        Share of units whose ratio of RMSPE after to before is at least that of the treated one
        (two-sided).
    p_positive, p_negative : float
        The same with positive, or with negative gaps only (one-sided).

    Notes
    -----
    Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association
    105(490); Abadie (2021), Journal of Economic Literature 59(2).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> wide = pd.DataFrame(rng.normal(size=(14, 12)).cumsum(axis=0), index=range(2000, 2014))
    >>> found = synthetic_control(wide.add_prefix("u"), "u0", 2010).placebos()
    >>> len(found.table), bool(found.p >= 1 / 12)
    (12, True)
    """

    table: pd.DataFrame
    p: float
    p_positive: float
    p_negative: float


@dataclass(frozen=True, eq=False, repr=False)
class SyntheticControl(Result):
    """A unit beside the weighted mean of others that it resembled before treatment.

    `to_frame` gives the gaps, `to_csv` and `to_latex` write them.

    Attributes
    ----------
    unit : str
        The treated unit.
    start : float
        First treated period.
    gaps : pandas.DataFrame
        One row per period: ``time``, ``treated``, ``synthetic``, ``gap`` (units of the outcome),
        ``after``.
    weights : pandas.DataFrame
        ``donor`` and ``weight`` (above zero), largest first.
    effect : float
        Mean gap after treatment, in units of the outcome.
    pre_rmspe, post_rmspe : float
        Root of the mean squared gap before and after.
    ratio : float
        Post over pre.
    donors : tuple of str
        The pool.
    log : pandas.DataFrame
        Donors and periods that were left out: ``reason``, ``units`` (how many), ``detail``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> wide = pd.DataFrame(rng.normal(size=(14, 12)).cumsum(axis=0), index=range(2000, 2014))
    >>> found = synthetic_control(wide.add_prefix("u"), "u0", 2010)
    >>> len(found.gaps), round(float(found.weights["weight"].sum()), 6)
    (14, 1.0)
    """

    _table = "gaps"

    unit: str
    start: float
    gaps: pd.DataFrame
    weights: pd.DataFrame
    effect: float
    pre_rmspe: float
    post_rmspe: float
    donors: tuple[str, ...]
    log: pd.DataFrame
    _values: np.ndarray = field(repr=False)
    _demeaned: bool = field(repr=False)

    @property
    def ratio(self) -> float:
        return self.post_rmspe / self.pre_rmspe

    def placebos(self) -> Placebos:
        """Put every donor in the treated unit's place, which moves to the pool (as ADH do).

        Returns
        -------
        Placebos
            Ranks of the ratio of RMSPE after to before.
        """
        after = self.gaps["after"].to_numpy()
        values = _level(self._values, after) if self._demeaned else self._values
        weights = _leave_one_out_weights(values[~after].tobytes(), values.shape[1])
        courses = enumerate(values.T)
        gaps = np.array([v - np.delete(values, n, axis=1) @ weights[n] for n, v in courses])
        late, pre = gaps[:, after], _rmspe(gaps[:, ~after])
        sizes = {"": _rmspe(late), "_positive": _rmspe(np.maximum(late, 0))}
        sizes["_negative"] = _rmspe(np.minimum(late, 0))
        numbers = {"effect": late.mean(axis=1), "pre_rmspe": pre, "post_rmspe": sizes[""]}
        with np.errstate(
            divide="ignore", invalid="ignore"
        ):  # an exact match counts against a finding
            ratios = {
                f"ratio{n}": np.where(pre > 0, size / pre, np.inf) for n, size in sizes.items()
            }
        shares = [float((ratio >= ratio[0]).mean()) for ratio in ratios.values()]
        table = pd.DataFrame({"unit": (self.unit, *self.donors)} | numbers | ratios)
        return Placebos(table.sort_values("ratio", ascending=False, ignore_index=True), *shares)

    placebo = placebos

    def in_time(self, starts: Sequence[float]) -> pd.DataFrame:
        """Dates before the true one as placebos, on data before the true one.

        Parameters
        ----------
        starts : sequence of float
            First treated periods to pretend.

        Returns
        -------
        pandas.DataFrame
            One row per date: ``start``, ``effect``, ``ratio``, ``p``, ``p_positive``, and
            ``missing`` (why there is none).

        """
        columns = ["start", "effect", "ratio", "p", "p_positive", "missing"]
        early = pd.DataFrame(self._values, self.gaps["time"], (self.unit, *self.donors))
        early = early[~self.gaps["after"].to_numpy()]
        rows: list[tuple[Any, ...]] = []
        for start in starts:
            try:
                fit = synthetic_control(
                    early, self.unit, start, demean=self._demeaned, least_donors=1
                )
                ranks = fit.placebos()
                rows.append((start, fit.effect, fit.ratio, ranks.p, ranks.p_positive, ""))
            except CoverageError as error:
                rows.append((start, *[np.nan] * 4, error.what))
        return pd.DataFrame(rows, columns=columns)


def _rmspe(gap: np.ndarray) -> np.ndarray:
    """Root of the mean square, of the last axis."""
    return np.sqrt(np.mean(gap**2, axis=-1))


def _level(values: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Values less the mean of their unit before."""
    return values - values[~after].mean(axis=0)


def synthetic_control(
    outcomes: pd.DataFrame,
    treated: str,
    start: float,
    *,
    donors: Sequence[str] | None = None,
    demean: bool = False,
    least_before: int = LEAST_BEFORE,
    least_donors: int = LEAST_DONORS,
) -> SyntheticControl:
    """Synthetic control of one treated unit.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        Index of periods, one column per unit (numbers; missing where not observed).
    treated : str
        The column of the treated unit.
    start : float
        First treated period.
    donors : sequence of str, optional
        Untreated units; all other columns by default.
    demean : bool
        Take each unit's mean before `start` out first, for a treated unit outside the donors' range
        [1]_.
    least_before : int
        Fewer periods before `start` are refused.
    least_donors : int
        Fewer donors are refused.

    Returns
    -------
    SyntheticControl
        Weights, the two lines and their gap by period, in units of the outcome.

    Raises
    ------
    UnknownNameError
        A unit that is no column.
    UsageError
        Text, infinite values, a period or a donor twice, a row without a period, or a least number
        that is not whole.
    CoverageError
        Too few periods before or none after, too few donors, a treated unit that is constant
        before, an exact match before (no error to compare with; too many donors).

    Notes
    -----
    w >= 0, sum w = 1, least sum over periods before of (y_t - sum_j w_j x_jt)^2; gap_t is the same
    difference at every t. Periods without the treated unit leave for all; donors that lack one of
    the remaining periods leave (logged): no gap is filled.

    References
    ----------
    .. [1] Ferman and Pinto (2021), Quantitative Economics 12(4).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> wide = pd.DataFrame(rng.normal(size=(14, 12)).cumsum(axis=0), index=range(2000, 2014))
    >>> found = synthetic_control(wide.add_prefix("u"), "u0", 2010)
    >>> found.unit, found.start
    ('u0', 2010.0)
    """
    units = tuple(dict.fromkeys((treated, *(outcomes.columns if donors is None else donors))))
    wide = require(outcomes, units).sort_index()
    index = wide.index
    if not index.is_unique or index.hasnans or not pd.api.types.is_numeric_dtype(index):
        refuse("the index", "each period once, as a number", list(index), "set_index('year')")
    values = np.column_stack([floats(wide[unit], unit) for unit in units])
    start, absent = number("start", start), np.isnan(values[:, 0])
    values, periods = values[~absent], index.to_numpy()
    lacking = np.isnan(values).any(axis=0)
    left = {
        "period without the treated unit": [f"{p:g}" for p in periods[absent]],
        "donor not observed throughout": [str(unit) for unit in np.array(units)[lacking]],
    }
    log = [(reason, len(names), ", ".join(names)) for reason, names in left.items() if names]
    used = tuple(np.array(units, dtype=object)[~lacking])[1:]
    values, periods = np.asfortranarray(values[:, ~lacking]), periods[~absent]
    after = periods >= start
    before = int((~after).sum())
    if before < least_before:
        raise CoverageError(
            f"{treated}: figures for {counted(before, 'period')} before {start:g}, at least "
            f"{least_before} are needed",
            hint="choose another start or a longer panel",
        )
    if not after.any() or len(used) < least_donors:
        raise CoverageError(
            f"{treated}: no figure from {start:g} on, or fewer than {least_donors} donors observed "
            "throughout",
            hint="choose another start, a longer panel or a wider pool",
        )
    level = _level(values, after) if demean else values
    weights = simplex_weights(level[~after, 0], level[~after, 1:])
    gap = level[:, 0] - level[:, 1:] @ weights
    spread = values[~after, 0].std()
    if _rmspe(gap[~after]) <= EXACT * spread or spread == 0:
        raise CoverageError(
            f"{treated}: {len(used)} donors match {before} periods exactly, so there is no error "
            "to compare with",
            hint="fewer donors, a longer period before treatment, or an outcome that varies",
        )
    some = np.flatnonzero(weights > 1e-9)
    largest = some[np.argsort(-weights[some], kind="stable")]
    gaps = {"time": periods, "treated": values[:, 0], "synthetic": values[:, 0] - gap, "gap": gap}
    parts = {"donor": [used[i] for i in largest], "weight": weights[largest]}
    return SyntheticControl(
        unit=treated,
        start=start,
        gaps=pd.DataFrame(gaps | {"after": after}),
        weights=pd.DataFrame(parts),
        effect=float(gap[after].mean()),
        pre_rmspe=float(_rmspe(gap[~after])),
        post_rmspe=float(_rmspe(gap[after])),
        donors=used,
        log=pd.DataFrame(log, columns=["reason", "units", "detail"]),
        _values=values,
        _demeaned=demean,
    )
