"""Event studies against imputation by hand, pyfixest's own aggregation, statsmodels, and simulated
truth.

Tolerances: 1e-6 where the first stage iterates (did2s), 1e-8 for coefficients and 1e-6 relative for
errors elsewhere; simulated rates lie within the bands named beside each.
"""

import warnings

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm
from pandas.testing import assert_frame_equal
from tests.oracle.solvers import assert_close

from ca_research.ground.errors import CoverageError
from ca_research.stats.event_study import _linked, event_study

COLUMNS = {"unit": "unit", "time": "t", "outcome": "y", "first": "first"}
WIDE = {"window": (-20, 20)}
ALL = ("did2s", "saturated", "twfe")
NEVER = "first.isna()"
COHORTS = (5.0, 8.0, np.nan)


def effect(first, t):
    """Grows by 0.5 a period for the early cohort and by 0.1 for the late one."""
    return np.where(t >= first, 1 + (t - first) * np.where(first == 5, 0.5, 0.1), 0)


def panel(units=45, periods=12, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    unit, t = np.repeat(range(units), periods), np.tile(range(periods), units)
    first, shock = np.resize(COHORTS, units)[unit], rng.normal(size=periods)[t]
    level, own = rng.normal(size=units)[unit], noise * rng.normal(size=len(t))
    y = level + shock + effect(first, t) + own
    return pd.DataFrame({"unit": unit, "t": t, "first": first, "y": y})


def truth():
    rows = panel().query("t >= first")
    return effect(rows["first"], rows["t"]).mean()


def study(rows, **options):
    return event_study(rows, **COLUMNS, **options)


def event_time(rows):
    return rows["t"] - rows["first"]


def by_hand(rows):
    """Unit and period effects from untreated rows by least squares; mean residual of the others by
    event time.
    """
    x = np.hstack([pd.get_dummies(rows[c], dtype=float) for c in ("unit", "t")])
    free = ~(rows["t"] >= rows["first"]).to_numpy()
    beta = np.linalg.lstsq(x[free], rows["y"].to_numpy()[free], rcond=None)[0]
    return (rows["y"] - x @ beta).groupby(event_time(rows)).mean()


def least_squares(rows, cells):
    """The outcome on indicators of cells beside units and periods."""
    units, periods = (pd.get_dummies(rows[c], dtype=float) for c in ("unit", "t"))
    x = np.column_stack([*cells, units, periods.iloc[:, 1:]]).astype(float)
    return sm.OLS(rows["y"].to_numpy(), x)


def test_two_stages_against_imputation_by_hand():
    rows = panel()
    found, expected = study(rows, **WIDE), by_hand(rows)
    assert found.table["event_time"].tolist() == expected.index.astype(int).tolist()
    assert_close(found.table["estimate"], expected, abs=1e-6)
    share = event_time(rows.query("t >= first")).value_counts(normalize=True)
    assert found.att["estimate"] == pytest.approx((expected * share).sum(), abs=1e-6)


def test_saturated_against_pyfixest():
    names = {"yname": "y", "idname": "unit", "tname": "t", "gname": "first"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = panel().fillna({"first": 0})
        own = pf.event_study(rows, **names, estimator="saturated", cluster="unit").aggregate()
    found = study(panel(), estimator="saturated", **WIDE).table.set_index("event_time")
    assert len(own) == len(found) - 1  # the reference is a row of the table
    found = found.loc[own.index.astype(int)]
    assert_close(found["estimate"], own["Estimate"], abs=1e-8)
    assert_close(found["se"], own["Std. Error"], rel=1e-6)


def test_naive_against_statsmodels():
    # errors: statsmodels' sandwich without correction, times G/(G-1) * (N-1)/(N-K); K: terms and 12
    # periods (units are nested)
    rows = panel()
    times = sorted(set(event_time(rows).dropna()) - {-1.0})
    fit = least_squares(rows, [event_time(rows) == e for e in times]).fit(
        cov_type="cluster", cov_kwds={"groups": rows["unit"], "use_correction": False}
    )
    found = study(rows, estimator="twfe", **WIDE).table.set_index("event_time").loc[times]
    n, used = len(rows), len(times) + 12
    factor = np.sqrt(45 / 44 * (n - 1) / (n - used))
    assert_close(found["estimate"], fit.params[: len(times)], abs=1e-8)
    assert_close(found["se"], fit.bse[: len(times)] * factor, rel=1e-7)


def test_the_reference_is_the_last_period_that_the_sample_has():
    # by least squares: cohort by event time, each cohort from its own last period before treatment
    rows = panel().query("t not in (4, 9)")  # cohort 5 has no event time -1, cohort 8 has it
    k, first = event_time(rows), rows["first"]
    cells = [
        (e, (first == c) & (k == e))
        for c, last in ((5.0, -2.0), (8.0, -1.0))
        for e in sorted(set(k[first == c]) - {last})
    ]
    fit = least_squares(rows, [cell for _, cell in cells]).fit()
    effects = pd.Series(
        fit.params[: len(cells)], index=[e for e, _ in cells]
    )  # cohorts of one size
    found = study(rows, estimator="saturated", **WIDE)
    table = found.table.set_index("event_time")
    assert table.loc[-1, ["estimate", "treated"]].tolist() == [0, 15]
    assert np.isnan(table.at[-1, "se"])
    assert_close(
        table["estimate"].drop(-1), effects.groupby(level=0).mean(), abs=1e-8
    )  # of one size
    assert found.reference == (-2, -1) and "event time -2 or -1" in found.caption()


@pytest.mark.parametrize("estimator", ALL)
def test_the_reference_of_biennial_data(estimator):
    rows = panel(periods=20).query("t % 2 == 0").replace({"first": {5.0: 6.0, 8.0: 10.0}})
    found = study(rows, estimator=estimator)
    assert found.pretrend["df"] == 2
    if estimator != "did2s":
        assert found.table["event_time"].tolist() == [-6, -4, -2, 0, 2, 4, 6]
        assert found.table.loc[2, ["estimate", "treated"]].tolist() == [0, 30]
        assert found.reference == (-2,)


@pytest.mark.parametrize(
    ("panels", "near"), [(5, 0.15), pytest.param(40, 0.05, marks=pytest.mark.long)]
)
def test_heterogeneous_effects_are_recovered_where_the_naive_estimate_is_biased(panels, near):
    # mean of the estimates as near to the truth (2.01) as the number of panels lets expect, for
    # both; the naive one misses it by over 0.3
    rows = [panel(30, seed=s) for s in range(panels)]
    did2s, saturated, naive = (
        np.mean([study(r, estimator=e).att["estimate"] for r in rows]) for e in ALL
    )
    assert abs(did2s - truth()) < near and abs(saturated - truth()) < near
    assert truth() - naive > 0.3


@pytest.mark.long
@pytest.mark.parametrize("estimator", ["did2s", "saturated"])
def test_intervals_cover(estimator):
    # 100 panels of 45 units: coverage of a 95 % interval within 0.88 and 1 (binomial, three
    # standard errors)
    atts = [study(panel(seed=1000 + s), estimator=estimator).att for s in range(100)]
    assert 0.88 <= np.mean([att["low"] <= truth() <= att["high"] for att in atts]) <= 1


@pytest.mark.long
def test_the_test_of_leads_keeps_its_size_and_sees_a_trend():
    # 100 panels without a trend: at most 13 rejections (binomial at 5 %: 0.999)
    leads = {"window": (-4, 4), "estimator": "saturated"}
    p = [study(panel(seed=2000 + s), **leads).pretrend["p"] for s in range(100)]
    assert sum(v < 0.05 for v in p) <= 13
    rows = panel().eval(f"y = y + 0.3 * t * ~({NEVER})")
    assert study(rows, window=(-4, 4)).pretrend["p"] < 1e-3


def test_what_leaves_and_what_is_said():
    rows = panel()
    rows.loc[rows["unit"] == 0, "first"] = 0.0  # treated throughout
    rows.loc[rows["unit"] == 1, "first"] = 40.0  # treated after the end
    rows.loc[3, "y"] = np.nan
    found = study(rows)
    assert dict(found.log.to_numpy()) == {
        "no outcome or no period": 1,
        "treated after the last period: untreated in this sample": 12,
        "no period before the treatment": 11,
    }
    assert (found.treated, found.untreated) == (28, 16)
    few = study(rows.query("unit in (2, 3, 4, 5, 8, 11)"))
    assert few.caution.startswith("2 treated clusters") and np.isnan(few.pretrend["p"])


ODD = {  # rows by a query, an odd row beside them, rows that leave, and what is estimated instead
    # the never-treated have not reported the last period yet: saturated gave -4 for an effect of 1
    "no untreated units": (f"not ({NEVER} and t == 11)", None, 30, "t < 11"),
    # the only one of its cohort, whose one lead no other row could tell from the unit
    "a unit of one row": ("t >= 0", {"unit": 99, "first": 7.0}, 1, "t >= 0"),
}


@pytest.mark.parametrize("estimator", ALL)
@pytest.mark.parametrize("case", ODD)
def test_rows_that_say_nothing_leave(case, estimator):
    query, odd, gone, alone = ODD[case]
    rows = panel().query(query)
    if odd:
        rows = pd.concat([rows, panel().query("unit == 0 and t == 3").assign(**odd)])
    found = study(rows, estimator=estimator)
    expected = study(panel().query(alone), estimator=estimator)
    assert_frame_equal(found.table, expected.table)
    assert found.log["rows"].tolist() == [gone]


@pytest.mark.parametrize("estimator", ALL)
@pytest.mark.parametrize("seen", ["t >= 5", "t < 5"])
def test_untreated_units_of_one_side_of_the_treatment_compare_with_nothing(estimator, seen):
    # did2s gave 6.5 for an effect of 3
    with pytest.raises(CoverageError, match="no treated row"):
        study(panel().query(f"first == 5 or ({NEVER} and {seen})"), estimator=estimator)


@pytest.mark.parametrize("seed", range(8))
def test_rows_are_linked_where_unit_and_period_effects_have_an_estimate(seed):
    # by numpy: their sum has one where its row lies in the row space of the untreated rows
    rows = panel(units=12, seed=seed).sample(frac=0.25, random_state=seed)
    rows = rows.assign(u=rows["unit"], treated=rows["t"] >= rows["first"])
    x = np.hstack([pd.get_dummies(rows[c], dtype=float) for c in ("unit", "t")])
    free = x[~rows["treated"]]
    rank = np.linalg.matrix_rank
    known = [rank(np.vstack([free, row])) == rank(free) for row in x]
    assert _linked(rows).tolist() == known and not all(known)


def test_leads_that_have_no_estimate_are_refused_and_two_stages_need_none():
    # without untreated units in period 1, cohort by event time has two effects there for one mean
    rows = panel().query(f"not ({NEVER} and t == 1)")
    with pytest.raises(CoverageError, match="21 of 22"):
        study(rows, estimator="saturated")
    assert_close(study(rows, **WIDE).table["estimate"], by_hand(rows), abs=1e-6)


def test_a_unit_with_one_untreated_row_leaves_two_stages_alone():
    # numpy's words on shapes stood in the place of an answer
    rows = panel().query("unit > 0 or t >= 4")
    found = study(rows, **WIDE)
    assert_close(found.table["estimate"], by_hand(rows.query("unit > 0")), abs=1e-6)
    assert found.log["rows"].tolist() == [8]
    assert study(rows, estimator="saturated").log.empty


@pytest.mark.parametrize("estimator", ALL)
def test_an_outcome_in_dollars(estimator):
    # pyfixest's tolerance is absolute: 'Demeaning failed after 10000 iterations'
    found, expected = (
        study(panel().eval(y), estimator=estimator) for y in ("y = 1e13 + 1e12 * y", "y = y")
    )
    for column in ("estimate", "se", "high"):
        assert_close(found.table[column] / 1e12, expected.table[column], rel=1e-6, abs=1e-6)
    assert found.att["se"] / 1e12 == pytest.approx(expected.att["se"], rel=1e-6)
    assert found.pretrend["p"] == pytest.approx(expected.pretrend["p"], rel=1e-6)


def test_units_that_are_not_observed_after_treatment_are_no_treated_ones():
    # twenty treated units, of which three are seen afterwards: nothing was said
    rows = panel(60).query("first != 8")
    early = rows["unit"].isin(rows.query("first == 5")["unit"].unique()[3:])
    found = study(rows[~(early & (rows["t"] >= rows["first"]))])
    assert (found.treated, found.untreated) == (3, 20)
    assert found.caution.startswith("3 treated clusters:")
    assert found.log["rows"].tolist() == [17 * 5]
    assert found.pretrend["p"] > 0  # all twenty stand in the leads
