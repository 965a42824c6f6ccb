"""Series and panels that cannot carry an estimate meet a typed error, never a number that looks
fine. Values are invented.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ca_research import stats, trade
from ca_research.ground.errors import (
    AggregateError,
    CaResearchError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)


def series(values, first=2000):
    return pd.Series(values, index=range(first, first + len(values)), dtype="float64")


NOISE = np.random.default_rng(1).normal(size=14)
OF_SERIES = {
    "random_walk_drift": lambda s: stats.random_walk_drift(s, 2),
    "naive": lambda s: stats.naive(s, 2),
    "ets": lambda s: stats.ets(s, 2),
    "arima": lambda s: stats.arima(s, 2, order=(0, 1, 0)),
    "end_to_end": stats.end_to_end,
    "sen_slope": stats.sen_slope,
    "log_slope": lambda s: stats.log_slope(s + 10),
    "compound_rate": lambda s: stats.compound_rate(s + 10),
    "mean_annual_rate": lambda s: stats.mean_annual_rate(s + 10),
}
SLOPES = (
    "end_to_end",
    "sen_slope",
    "log_slope",
    "compound_rate",
    "mean_annual_rate",
)
"""For these a constant series has an answer: no change."""
BAD_SERIES = {
    "none": (series([]), CoverageError),
    "one": (series([1.0]), CoverageError),
    "all missing": (series([np.nan] * 14), CoverageError),
    "infinite": (series([*NOISE[:-1], np.inf]), UsageError),
    "a year twice": (pd.Series(NOISE, index=[2000, *range(2000, 2013)]), UsageError),
    "text": (pd.Series(["many"] * 14, index=range(2000, 2014)), UsageError),
    "numbers as text": (pd.Series(list(map(str, NOISE)), index=range(2000, 2014)), UsageError),
    "no years": (pd.Series(NOISE, index=list("abcdefghijklmn")), UsageError),
    "numbers of rows": (pd.Series(NOISE), UsageError),  # 2010 and 2012 were a year apart
    "months": (pd.Series(NOISE, index=range(201001, 201015)), UsageError),
    "true and false": (pd.Series([1.0, 2.0], index=[False, True]), UsageError),
}


@pytest.mark.parametrize("name", OF_SERIES)
def test_a_good_series_is_answered(name):
    assert OF_SERIES[name](series(NOISE)) is not None


@pytest.mark.parametrize("bad", BAD_SERIES)
@pytest.mark.parametrize("name", OF_SERIES)
def test_bad_series(name, bad):
    values, error = BAD_SERIES[bad]
    measure = OF_SERIES[name]
    if "text" in bad and name in ("log_slope", "compound_rate", "mean_annual_rate"):
        measure = getattr(stats, name)
    with pytest.raises(error) as refused:
        measure(values)
    assert refused.value.what


@pytest.mark.parametrize("name", [n for n in OF_SERIES if n not in SLOPES])
def test_a_constant_series_has_no_test_and_no_interval(name):
    with pytest.raises(CoverageError, match=r"same|noise"):
        OF_SERIES[name](series([7.0] * 14))


@pytest.mark.parametrize("name", SLOPES)
def test_a_constant_series_has_no_change(name):
    found = OF_SERIES[name](series([7.0] * 14))
    assert found == pytest.approx(0, abs=1e-12)


def staggered(y):
    cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    frame = pd.DataFrame(cells, columns=["u", "t", "first"])
    return frame.assign(y=y(frame) if callable(y) else y)


def noise(frame):
    return np.random.default_rng(2).normal(size=len(frame))


BAD_PANELS = {
    "empty": (lambda: staggered(noise).iloc[:0], CoverageError),
    "constant": (lambda: staggered(5.0), CoverageError),
    "unit and period effects alone": (
        lambda: staggered(lambda f: f["u"] + 3.0 * f["t"]),
        CoverageError,
    ),
    "all missing": (lambda: staggered(np.nan), CoverageError),
    "the treated missing": (
        lambda: staggered(noise).assign(y=lambda f: f["y"].where(f["first"].isna())),
        CoverageError,
    ),
    "the untreated missing": (
        lambda: staggered(noise).assign(y=lambda f: f["y"].where(f["first"].notna())),
        CoverageError,
    ),
    "too few periods": (lambda: staggered(noise).query("t in (2004, 2005)"), CoverageError),
    "text": (lambda: staggered("many"), UsageError),
    "a unit twice": (lambda: pd.concat([staggered(noise)] * 2), UsageError),
    "no unit": (
        lambda: staggered(noise).assign(u=lambda f: f["u"].astype(float).where(f["u"] > 0)),
        UsageError,
    ),
    "no column": (lambda: staggered(noise).drop(columns="y"), UnknownNameError),
}


@pytest.mark.parametrize("estimator", ["did2s", "saturated", "twfe"])
@pytest.mark.parametrize("bad", BAD_PANELS)
def test_bad_panels(bad, estimator):
    make, error = BAD_PANELS[bad]
    with pytest.raises(error):
        stats.event_study(
            make(), unit="u", time="t", outcome="y", first="first", estimator=estimator
        )


WIDE = pd.DataFrame(
    np.random.default_rng(3).normal(size=(14, 12)).cumsum(axis=0), index=range(2000, 2014)
)


@pytest.mark.parametrize(
    ("change", "start", "error"),
    [
        ({0: 5.0}, 2010, CoverageError),  # constant
        ({0: np.nan}, 2010, CoverageError),
        ({i: np.nan for i in range(1, 12)}, 2010, CoverageError),
        (
            {0: WIDE[3]},
            2010,
            CoverageError,
        ),  # a donor is the treated unit under another name: an exact match
        ({0: np.inf}, 2010, UsageError),
        ({0: "many"}, 2010, UsageError),
        ({0: WIDE[0].astype(str)}, 2010, UsageError),  # numbers as text
        ({}, 2003, CoverageError),  # three years before
        ({}, 2020, CoverageError),  # none after
    ],
)
def test_bad_controls(change, start, error):
    with pytest.raises(error):
        stats.synthetic_control(
            WIDE.assign(**{str(k): v for k, v in change.items()})
            .drop(columns=list(change))
            .rename(columns=str),
            "0",
            start,
        )


@pytest.mark.parametrize(
    ("treated", "donors"),
    [
        ([1.0, np.nan], np.ones((2, 3))),
        ([1.0, 2.0, 3.0], np.ones((2, 3))),
        ([1.0, 2.0], np.ones((2, 0))),
        ([], np.ones((0, 2))),
        (["1", "2"], np.ones((2, 3))),
        ([1.0, 2.0], np.array([["1", "2"], ["3", "4"]], dtype=object)),
    ],
)
def test_weights_of_what_does_not_fit(treated, donors):
    with pytest.raises(UsageError):
        stats.simplex_weights(np.array(treated), donors)


def gravity_panel(**changes):
    codes, rng = ("CHN", "RUS", "USA", "TUR", "IND", "DEU"), np.random.default_rng(4)
    cells = [
        (e, i, y, rng.gamma(2), rng.normal())
        for e in codes
        for i in codes
        if e != i
        for y in (2000, 2001)
    ]
    frame = pd.DataFrame(cells, columns=["exporter", "importer", "year", "value_usd", "x"]).assign(
        source_id="S"
    )
    return frame.assign(**changes)


BAD_GRAVITY = {
    "empty": (gravity_panel().iloc[:0], CoverageError),
    "constant trade": (gravity_panel(value_usd=5.0), CoverageError),
    "an exact law": (gravity_panel(value_usd=lambda f: np.exp(f["x"])), CoverageError),
    "no trade": (gravity_panel(value_usd=0.0), CoverageError),
    "all missing": (gravity_panel(value_usd=np.nan), CoverageError),
    "a term all missing": (gravity_panel(x=np.nan), CoverageError),
    "a constant term": (gravity_panel(x=1.0), CoverageError),
    "collinear with the effects": (
        gravity_panel(x=lambda f: f["exporter"].str.len() + (f["exporter"] == "CHN")),
        CoverageError,
    ),
    "separated": (
        gravity_panel(x=lambda f: f["exporter"].eq("CHN") & f["importer"].eq("RUS")).assign(
            value_usd=lambda f: f["value_usd"].mask(f["x"], 0)
        ),
        CoverageError,
    ),
    "negative": (gravity_panel(value_usd=lambda f: f["value_usd"] - 1), UsageError),
    "text": (gravity_panel(x="far"), UsageError),
    "two sources": (gravity_panel(source_id=lambda f: np.where(f.index < 5, "A", "B")), UsageError),
    "an aggregate beside a member": (
        gravity_panel().replace({"exporter": {"USA": "EU27"}}),
        AggregateError,
    ),
    "two price bases": (
        gravity_panel(price_basis=lambda f: np.where(f.index < 5, "A", "B")),
        MixedUnitsError,
    ),
    "two valuations": (
        gravity_panel(valuation=lambda f: np.where(f.index < 5, "fob", "cif")),
        MixedUnitsError,
    ),
}


@pytest.mark.parametrize("estimator", ["ppml", "ols"])
@pytest.mark.parametrize("bad", BAD_GRAVITY)
def test_bad_gravity(bad, estimator):
    frame, error = BAD_GRAVITY[bad]
    with pytest.raises(error):
        trade.gravity(
            frame.assign(x=frame["x"].astype(float) if bad != "text" else frame["x"]),
            ["x"],
            estimator=estimator,
        )


@pytest.mark.parametrize("estimator", ["ppml", "ols"])
def test_gravity_counts_rows_without_a_value_and_does_not_use_them(estimator):
    frame = gravity_panel()
    holes = frame.assign(value_usd=frame["value_usd"].where(frame.index % 7 > 0))
    found, whole = (
        trade.gravity(holes, ["x"], estimator=estimator),
        trade.gravity(holes.dropna(), ["x"], estimator=estimator),
    )
    assert found.n == whole.n < len(frame)
    assert found.table["estimate"].item() == pytest.approx(whole.table["estimate"].item(), rel=1e-9)
    assert (
        found.log.set_index("reason").at["no value reported", "rows"]
        == holes["value_usd"].isna().sum()
    )


def test_of_two_collinear_terms_one_has_no_estimate_and_the_log_says_so():
    found = trade.gravity(gravity_panel(z=lambda f: 2 * f["x"]), ["x", "z"])
    with pytest.raises(CoverageError, match="collinear"):
        found.coefficient("z")
    with pytest.raises(UsageError, match="twice"):
        trade.gravity(gravity_panel(), ["x", "x"])


@pytest.mark.parametrize("p", [None, np.nan, 1.2, -0.1, "small"])
def test_holm_takes_no_family_with_a_hole(p):
    with pytest.raises(UsageError):
        stats.holm({"a": 0.01, "b": p})


def test_every_refusal_says_what_to_do():
    for bad in (lambda: stats.sen_slope(series(NOISE[:2])),
                lambda: trade.gravity(gravity_panel(value_usd=5.0), ["x"])):  # fmt: skip
        with pytest.raises(CaResearchError) as refused:
            bad()
        assert refused.value.what and refused.value.hint
