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
from ca_research.stats.event_study import event_study

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
