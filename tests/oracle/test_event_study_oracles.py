"""Event studies against imputation by hand, pyfixest's own aggregation, statsmodels, and simulated
truth.

Tolerances: 1e-6 where the first stage iterates (did2s), 1e-8 for coefficients and 1e-6 relative for
errors elsewhere; simulated rates lie within the bands named beside each.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError
from ca_research.stats.event_study import _linked, event_study

COLUMNS = {"unit": "unit", "time": "t", "outcome": "y", "first": "first"}
COHORTS = (5.0, 8.0, np.nan)


def effect(first: float, t: int) -> float:
    """Grows by 0.5 a period for the early cohort and by 0.1 for the late one."""
    return 0.0 if not t >= first else 1 + (t - first) * (0.5 if first == 5 else 0.1)


def panel(
    units: int = 45, periods: int = 12, noise: float = 0.3, seed: int = 0, size: float = 1.0
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    shock, rows = rng.normal(size=periods), []
    for u in range(units):
        first, level = COHORTS[u % 3], rng.normal()
        for t in range(periods):
            rows.append(
                (u, t, first, level + shock[t] + size * effect(first, t) + noise * rng.normal())
            )
    return pd.DataFrame(rows, columns=["unit", "t", "first", "y"])


def truth(periods: int = 12) -> float:
    return float(np.mean([effect(f, t) for f in COHORTS[:2] for t in range(int(f), periods)]))


def by_hand(rows: pd.DataFrame) -> pd.Series:
    """Unit and period effects from untreated rows by least squares; mean residual of the others by
    event time.
    """
    x = np.hstack([pd.get_dummies(rows[c], dtype=float) for c in ("unit", "t")])
    free = ~(rows["t"] >= rows["first"]).to_numpy()
    beta = np.linalg.lstsq(x[free], rows["y"].to_numpy()[free], rcond=None)[0]
    gap = rows["y"] - x @ beta
    return gap.groupby(rows["t"] - rows["first"]).mean()


def test_two_stages_against_imputation_by_hand():
    rows = panel()
    found = event_study(rows, **COLUMNS, window=(-20, 20))
    expected = by_hand(rows)
    assert found.table["event_time"].tolist() == expected.index.astype(int).tolist()
    assert found.table["estimate"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)
    treated = rows["t"] >= rows["first"]
    share = (rows["t"] - rows["first"])[treated].value_counts(normalize=True)
    assert found.att["estimate"] == pytest.approx(float((expected * share).sum()), abs=1e-6)


def test_saturated_against_pyfixest():
    import pyfixest as pf

    rows = panel()
    found = event_study(rows, **COLUMNS, estimator="saturated", window=(-20, 20)).table.set_index(
        "event_time"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = pf.event_study(
            rows.assign(first=rows["first"].fillna(0)),
            yname="y",
            idname="unit",
            tname="t",
            gname="first",
            estimator="saturated",
            cluster="unit",
        ).aggregate()
    assert len(own) == len(found) - 1  # the reference is a row of the table
    for k, row in own.iterrows():
        assert found.at[int(k), "estimate"] == pytest.approx(row["Estimate"], abs=1e-8)
        assert found.at[int(k), "se"] == pytest.approx(row["Std. Error"], rel=1e-6)


def test_naive_against_statsmodels():
    # errors: statsmodels' sandwich without correction, times G/(G-1) * (N-1)/(N-K); K: terms and 12
    # periods (units are nested)
    rows = panel()
    k = rows["t"] - rows["first"]
    times = sorted(set(k.dropna()) - {-1.0})
    x = np.hstack(
        [
            np.column_stack([k == e for e in times]).astype(float),
            pd.get_dummies(rows["unit"], dtype=float),
            pd.get_dummies(rows["t"], dtype=float).iloc[:, 1:],
        ]
    )
    fit = sm.OLS(rows["y"].to_numpy(), x).fit(
        cov_type="cluster", cov_kwds={"groups": rows["unit"].to_numpy(), "use_correction": False}
    )
    found = event_study(rows, **COLUMNS, estimator="twfe", window=(-20, 20)).table.set_index(
        "event_time"
    )
    groups, n, used = 45, len(rows), len(times) + 12
    factor = np.sqrt(groups / (groups - 1) * (n - 1) / (n - used))
    for i, e in enumerate(times):
        assert found.at[int(e), "estimate"] == pytest.approx(fit.params[i], abs=1e-8)
        assert found.at[int(e), "se"] == pytest.approx(fit.bse[i] * factor, rel=1e-7)


@pytest.mark.parametrize(
    ("panels", "near"), [(10, 0.1), pytest.param(40, 0.05, marks=pytest.mark.long)]
)
def test_heterogeneous_effects_are_recovered_where_the_naive_estimate_is_biased(panels, near):
    # mean of the estimates as near to the truth (2.01) as the number of panels lets expect, for
    # both; the naive one misses it by over 0.3
    means = {}
    for estimator in ("did2s", "saturated", "twfe"):
        means[estimator] = np.mean(
            [
                event_study(panel(30, seed=s), **COLUMNS, estimator=estimator).att["estimate"]
                for s in range(panels)
            ]
        )
    assert abs(means["did2s"] - truth()) < near and abs(means["saturated"] - truth()) < near
    assert truth() - means["twfe"] > 0.3


@pytest.mark.long
@pytest.mark.parametrize("estimator", ["did2s", "saturated"])
def test_intervals_cover(estimator):
    # 100 panels of 45 units: coverage of a 95 % interval within 0.88 and 1 (binomial, three
    # standard errors)
    hits = []
    for s in range(100):
        att = event_study(panel(seed=1000 + s), **COLUMNS, estimator=estimator).att
        hits.append(att["low"] <= truth() <= att["high"])
    assert 0.88 <= np.mean(hits) <= 1


@pytest.mark.long
def test_the_test_of_leads_keeps_its_size_and_sees_a_trend():
    # 100 panels without a trend: at most 13 rejections (binomial at 5 %: 0.999)
    p = [
        event_study(
            panel(seed=2000 + s), **COLUMNS, window=(-4, 4), estimator="saturated"
        ).pretrend["p"]
        for s in range(100)
    ]
    assert sum(v < 0.05 for v in p) <= 13
    rows = panel()
    rows["y"] += 0.3 * rows["t"] * rows["first"].notna()
    assert event_study(rows, **COLUMNS, window=(-4, 4)).pretrend["p"] < 1e-3


def test_what_leaves_and_what_is_said():
    rows = panel()
    rows.loc[rows["unit"] == 0, "first"] = 0.0  # treated throughout
    rows.loc[rows["unit"] == 1, "first"] = 40.0  # treated after the end
    rows.loc[3, "y"] = np.nan
    found = event_study(rows, **COLUMNS)
    assert dict(found.log.to_numpy()) == {
        "no outcome or no period": 1,
        "treated after the last period: untreated in this sample": 12,
        "no period before the treatment": 11,
    }
    assert (found.treated, found.untreated) == (28, 16)
    few = event_study(rows[rows["unit"].isin([2, 3, 4, 5, 8, 11])], **COLUMNS)
    assert (
        few.caution.startswith("2 treated clusters")
        and "no joint test" in few.pretrend["statement"]
    )
    assert "\\toprule" in few.to_latex() and few.to_csv().startswith("event_time,")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda r: r[r["first"].notna()], CoverageError, "no unit stays untreated"),
        (lambda r: r[r["first"] == 5], CoverageError, "all units are treated at once"),
        (lambda r: r[r["first"].isna()], CoverageError, "no unit is treated"),
        (lambda r: r[r["t"] < 4], CoverageError, "no unit is treated"),
        (lambda r: r[r["t"].between(7, 8)], CoverageError, "too few periods"),
        (lambda r: r.iloc[:0], CoverageError, "no unit is treated"),
        (lambda r: r.assign(y=np.nan), CoverageError, "no unit is treated"),
        (lambda r: pd.concat([r, r.iloc[:1]]), UsageError, "two rows"),
        (lambda r: r.assign(first=r["first"] + r["t"] % 2), UsageError, "differs within a unit"),
        (lambda r: r.drop(columns="y"), UnknownNameError, "column"),
    ],
)
def test_bad_input(change, error, words):
    with pytest.raises(error, match=words):
        event_study(change(panel()), **COLUMNS)


@pytest.mark.parametrize("options", [{"estimator": "ols"}, {"level": 1}, {"window": (1, 5)}])
def test_bad_options(options):
    with pytest.raises(UsageError):
        event_study(panel(), **COLUMNS, **options)


ALL = ("did2s", "saturated", "twfe")
NEVER = "first.isna()"


def treated(rows: pd.DataFrame) -> pd.Series:
    return rows["t"] >= rows["first"]


@pytest.mark.parametrize("estimator", ALL)
def test_a_period_without_untreated_units_says_nothing_of_the_treated(estimator):
    # the never-treated have not reported the last period yet: saturated gave -4 for an effect of 1
    rows = panel()
    late = rows.drop(rows.query(f"{NEVER} and t == 11").index)
    found = event_study(late, **COLUMNS, estimator=estimator)
    expected = event_study(rows[rows["t"] < 11], **COLUMNS, estimator=estimator)
    pd.testing.assert_frame_equal(found.table, expected.table)
    reason, gone = found.log.to_numpy()[0]
    assert reason.startswith("treated, and no untreated rows link") and gone == 30


@pytest.mark.parametrize("estimator", ALL)
@pytest.mark.parametrize("seen", ["t >= 5", "t < 5"])
def test_untreated_units_of_one_side_of_the_treatment_compare_with_nothing(estimator, seen):
    # did2s gave 6.5 for an effect of 3
    rows = panel().query(f"first == 5 or ({NEVER} and {seen})")
    with pytest.raises(CoverageError, match="no treated row can be compared"):
        event_study(rows, **COLUMNS, estimator=estimator)


@pytest.mark.parametrize("seed", range(8))
def test_rows_are_linked_where_unit_and_period_effects_have_an_estimate(seed):
    # by numpy: their sum has one where its row lies in the row space of the untreated rows
    rows = panel(units=12, seed=seed).sample(frac=0.25, random_state=seed)
    rows = rows.assign(u=rows["unit"], treated=treated(rows))
    x = np.hstack([pd.get_dummies(rows[c], dtype=float) for c in ("unit", "t")])
    free = x[~rows["treated"]]
    rank = np.linalg.matrix_rank(free)
    known = [np.linalg.matrix_rank(np.vstack([free, row])) == rank for row in x]
    assert _linked(rows).tolist() == known and not all(known)


def test_leads_that_have_no_estimate_are_refused_and_two_stages_need_none():
    # without untreated units in period 1, cohort by event time has two effects there for one mean
    rows = panel().query(f"not ({NEVER} and t == 1)")
    with pytest.raises(CoverageError, match="only 21 of 22 effects"):
        event_study(rows, **COLUMNS, estimator="saturated")
    found = event_study(rows, **COLUMNS, window=(-20, 20))
    assert found.table["estimate"].to_numpy() == pytest.approx(by_hand(rows).to_numpy(), abs=1e-6)


def test_a_unit_with_one_untreated_row_leaves_two_stages_alone():
    # numpy's words on shapes stood in the place of an answer
    rows = panel()
    rows = rows[(rows["unit"] > 0) | (rows["t"] >= 4)]
    found = event_study(rows, **COLUMNS, window=(-20, 20))
    expected = by_hand(rows[rows["unit"] > 0]).to_numpy()
    assert found.table["estimate"].to_numpy() == pytest.approx(expected, abs=1e-6)
    assert found.log.to_numpy().tolist() == [["one untreated row alone in its unit or period", 8]]
    assert event_study(rows, **COLUMNS, estimator="saturated").log.empty


@pytest.mark.parametrize("estimator", ALL)
def test_a_unit_with_one_row_says_nothing(estimator):
    # it is the only one of its cohort, whose one lead no other row could tell from the unit
    rows = panel()
    one = rows[(rows["unit"] == 0) & (rows["t"] == 3)].assign(unit=99, first=7.0)
    found = event_study(pd.concat([rows, one]), **COLUMNS, estimator=estimator)
    expected = event_study(rows, **COLUMNS, estimator=estimator)
    pd.testing.assert_frame_equal(found.table, expected.table)
    assert found.n == len(rows) and found.log["rows"].tolist() == [1]


@pytest.mark.parametrize("estimator", ALL)
def test_an_outcome_in_dollars(estimator):
    # pyfixest's tolerance is absolute: 'Demeaning failed after 10000 iterations'
    rows = panel()
    found = event_study(rows.assign(y=1e13 + 1e12 * rows["y"]), **COLUMNS, estimator=estimator)
    expected = event_study(rows, **COLUMNS, estimator=estimator)
    for column in ("estimate", "se", "high"):
        assert (found.table[column] / 1e12).to_numpy() == pytest.approx(
            expected.table[column].to_numpy(), rel=1e-6, abs=1e-6, nan_ok=True
        )
    assert found.att["se"] / 1e12 == pytest.approx(expected.att["se"], rel=1e-6)
    assert found.pretrend["p"] == pytest.approx(expected.pretrend["p"], rel=1e-6)


def test_the_reference_is_the_last_period_that_the_sample_has():
    # by numpy: cohort by event time beside units and periods, each cohort from its own last period
    rows = panel().query("t not in (4, 9)")  # cohort 5 has no event time -1, cohort 8 has it
    k, last = rows["t"] - rows["first"], {5.0: -2.0, 8.0: -1.0}
    cells = [
        (e, (rows["first"] == c) & (k == e))
        for c in last
        for e in sorted(set(k[rows["first"] == c]) - {last[c]})
    ]
    x = np.hstack(
        [
            np.column_stack([hit for _, hit in cells]).astype(float),
            pd.get_dummies(rows["unit"], dtype=float),
            pd.get_dummies(rows["t"], dtype=float).iloc[:, 1:],
        ]
    )
    beta = np.linalg.lstsq(x, rows["y"].to_numpy(), rcond=None)[0]
    effects = pd.Series(beta[: len(cells)], index=[e for e, _ in cells])  # cohorts of one size
    expected = effects.groupby(level=0).mean()
    found = event_study(rows, **COLUMNS, estimator="saturated", window=(-20, 20))
    table = found.table.set_index("event_time")
    assert table.loc[-1, ["estimate", "treated"]].tolist() == [0, 15] and np.isnan(
        table.at[-1, "se"]
    )
    assert table["estimate"].drop(-1).to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-8)
    assert found.reference == (-2, -1) and "event time -2 or -1" in found.caption()


@pytest.mark.parametrize("estimator", ["saturated", "twfe"])
def test_the_reference_of_biennial_data(estimator):
    rows = panel(periods=20).query("t % 2 == 0")
    rows["first"] = rows["first"].replace({5.0: 6.0, 8.0: 10.0})
    found = event_study(rows, **COLUMNS, estimator=estimator)
    assert found.table["event_time"].tolist() == [-6, -4, -2, 0, 2, 4, 6]
    assert found.table.loc[2, ["estimate", "treated"]].tolist() == [0, 30]
    assert found.reference == (-2,) and found.pretrend["df"] == 2
    assert event_study(rows, **COLUMNS).pretrend["df"] == 2  # as the others, without the last


def test_units_that_are_not_observed_after_treatment_are_no_treated_ones():
    # twenty treated units, of which three are seen afterwards: nothing was said
    rows = panel(60).query("first != 8")
    ever = rows.loc[rows["first"].notna(), "unit"].unique()
    found = event_study(rows[~(rows["unit"].isin(ever[3:]) & treated(rows))], **COLUMNS)
    assert (found.treated, found.untreated) == (3, 20)
    assert found.caution.startswith("3 treated clusters (17 more only before): the errors")
    assert found.log["rows"].tolist() == [17 * 5]
    assert found.pretrend["p"] > 0  # all twenty stand in the leads


@pytest.mark.parametrize("column", ["t", "y", "first"])
def test_numbers_as_text_are_no_numbers(column):
    rows = panel()
    rows[column] = rows[column].map(lambda value: None if pd.isna(value) else str(value))
    with pytest.raises(UsageError, match=f"'{column}' holds what is no number"):
        event_study(rows, **COLUMNS)


def test_never_treated_is_not_0():
    rows = panel().assign(t=lambda r: r["t"] + 2000, first=lambda r: r["first"] + 2000)
    with pytest.raises(CoverageError, match=r"missing, not 0: frame\['first'\].replace"):
        event_study(rows.fillna({"first": 0}), **COLUMNS)
