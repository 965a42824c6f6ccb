"""The joint test of a curve: the published procedure step by step, its statistics, its size and
power. Refusals:
tests/library/cases/refused.yaml.
"""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy.integrate import quad
from scipy.stats import norm, t
from tests.designs import cases, curve, normal, regression
from tests.oracle.solvers import KINDS, least_squares

from ca_research.stats.joint_test import signed_z, statistics


def eight(frame, **kind):
    """With and without two controls, of all rows and of a part."""
    return curve(frame, "ab", ["part"], **kind)


def resample(frame, draw, null, errors):
    """Rows or clusters drawn with replacement, or the treatment shuffled, of one draw's stream."""
    rng = np.random.default_rng(np.random.SeedSequence(11, spawn_key=(draw,)))
    if null == "permutation":
        return frame.assign(x=frame["x"].to_numpy()[rng.permutation(len(frame))])
    if errors != "cluster":
        return frame.iloc[rng.integers(0, len(frame), len(frame))]
    clusters = frame["g"].unique()
    chosen = clusters[rng.integers(0, len(clusters), len(clusters))]
    return pd.concat(frame[frame["g"] == g].assign(cluster=i) for i, g in enumerate(chosen))


def slopes(frame, table, shift, errors):
    """Coefficient of x and p of each specification by statsmodels, less a share of the estimate."""
    for spec in table.to_dict("records"):
        chosen = ["x", *(c for c in "ab" if spec[c] == "with")]
        rows = (frame[frame["part"]] if spec["sample"] == "part" else frame).dropna(subset=chosen)
        outcome = (rows["y"] - shift * spec["estimate"] * rows["x"]).to_numpy()
        made = least_squares(outcome, rows[chosen], errors, rows["cluster"])
        yield made.params[1], made.pvalues[1]


@pytest.mark.parametrize(
    ("null", "errors"),
    [*(("bootstrap", e) for e in KINDS), ("permutation", "classical"), ("permutation", "HC1")],
)
def test_against_the_published_steps_one_fit_at_a_time(null, errors):
    """An outcome for each specification, the same drawn rows for all, one fit at a time."""
    frame = regression().assign(cluster=lambda f: f["g"])
    table = eight(frame, **KINDS[errors]).table
    found = eight(frame, **KINDS[errors]).joint_test(seed=11, draws=99, null=null)
    drawn = [resample(frame, draw, null, errors) for draw in range(99)]
    shift = float(null == "bootstrap")
    fits = [list(slopes(frame, table, 0.0, errors))]
    fits += [list(slopes(rows, table, shift, errors)) for rows in drawn]
    b, p = np.moveaxis(np.array(fits), -1, 0)
    sides = [np.sign(b) == side for side in (1, -1)]
    by_sign = [((p < 0.05) & on).mean(axis=1) * (on.mean(axis=1) >= 0.5) for on in sides]
    z = (np.sign(b) * norm.isf(p / 2)).sum(axis=1) / np.sqrt(len(table))
    values = np.array([np.median(b, axis=1), np.max(by_sign, axis=0), z])
    sizes = np.abs(values)
    extreme = (sizes[:, 1:] >= sizes[:, :1]).sum(axis=1)
    assert (found.specifications, found.draws) == (8, 99) and 0 < extreme[0] < 99
    assert found.table["value"].tolist() == pytest.approx(values[:, 0], rel=1e-9)
    high = np.quantile(sizes[:, 1:], 0.975, axis=1)
    assert found.table["null_high"].tolist() == pytest.approx(high, rel=1e-9)
    assert found.table["extreme"].tolist() == extreme.tolist()
    assert found.table["p"].tolist() == pytest.approx((extreme + 1) / 100)


@pytest.mark.parametrize("case", cases(__file__, "joint_statistics"), ids=str)
def test_the_three_statistics_by_hand(case):
    """Median, share of significant results of the dominant sign, Stouffer's z, for each curve."""
    estimate, z = np.array(case["estimate"]), np.array(case["z"])
    found = statistics(estimate, z, case["alpha"], **case.get("options", {}))
    assert found.T.tolist() == [pytest.approx(curve, abs=1e-7) for curve in case["found"]]


@pytest.mark.parametrize(("value", "df"), cases(__file__, "deviates"))
def test_normal_deviates_have_the_p_value_of_t_also_where_it_underflows(value, df):
    """Log of the tail by another route: the density integrated from t on, on a log scale."""
    start = t.logpdf(value, df)
    area, _ = quad(lambda u: np.exp(t.logpdf(value + u, df) - start), 0, np.inf, epsabs=0)
    assert norm.logsf(signed_z(value, df)) == pytest.approx(start + np.log(area), rel=1e-7)
    assert signed_z(-value, df) == -signed_z(value, df) and np.isnan(signed_z(np.nan, df))


def test_the_seed_decides():
    found, other, again = (eight(regression()).joint_test(seed=s, draws=120) for s in (3, 4, 3))
    assert_frame_equal(found.table, again.table)
    assert not found.table.equals(other.table)


def test_a_prediction_counts_one_side():
    frame = regression(120, effect=0.5)
    up, down = (
        eight(frame).joint_test(direction=d, seed=5, draws=199).table["p"]
        for d in ("positive", "negative")
    )
    assert up.max() < 0.02 and down.min() > 0.98


def test_failed_specifications_are_left_out_and_counted():
    frame = regression().eval("twin = 2 * b")
    found = curve(frame, ["b", "twin"]).joint_test(seed=2, draws=99)
    assert (found.specifications, found.failed) == (3, 1)
    sets = {"b": ["b"], "twin": ["twin"], "none": []}
    alone = curve(frame, controls=sets).joint_test(seed=2, draws=99)
    assert_frame_equal(found.table, alone.table, rtol=1e-9)


def test_resamples_that_cannot_be_fitted_are_counted():
    """A dummy with five ones is constant in some resamples."""
    frame = regression().assign(d=(np.arange(60) < 5) * 1.0)
    found = curve(frame, ["d"]).joint_test(seed=1, draws=400)
    streams = [np.random.SeedSequence(1, spawn_key=(d,)) for d in range(400)]
    rngs = map(np.random.default_rng, streams)
    without = sum((r.integers(0, 60, 60) >= 5).all() for r in rngs)
    assert found.failed_draws == without > 0 and found.draws == 400 - without
    assert found.table["p"].tolist() == [(e + 1) / (401 - without) for e in found.table["extreme"]]


@pytest.mark.parametrize("errors", KINDS)
def test_nearly_collinear_controls_have_the_null_of_the_space_they_span(errors):
    """Cross-products lose these digits; the same controls, written as sum and difference, do not
    need them.
    """
    frame = regression().dropna().eval("near = a + 1e-5 * b").eval("step = (near - a) * 1e5")
    found, expected = (
        curve(frame, ["part"], always=pair, **KINDS[errors]).joint_test(seed=1, draws=99)
        for pair in (("near", "a"), ("a", "step"))
    )
    columns = ["value", "null_median", "null_low", "null_high"]
    assert_frame_equal(found.table[columns], expected.table[columns], rtol=1e-7)


def rejected(effect, null, level):
    """Share of 200 runs rejected by each statistic: 8 specifications of 80 rows, treatment
    independent of the controls.
    """
    p = []
    for run in range(200):
        frame = normal(80, "x a b c y", [77, run]).eval(f"y = y + a + {effect} * x")
        p.append(curve(frame, "abc").joint_test(seed=run, draws=199, null=null).table["p"])
    return (np.array(p) <= level).mean(axis=0)


@pytest.mark.long
@pytest.mark.parametrize(("null", "more"), [("bootstrap", 0.02), ("permutation", 0)])
def test_size_under_the_null(null, more):
    """Rejections at 10 %: exact at most for permutation, only asymptotic for the bootstrap.

    The band, set before the runs, is 0.10 plus or minus three binomial standard deviations, 0.0212
    each, and 0.02 more above for the bootstrap at 80 rows. The share of significant results is
    discrete and may reject less often.
    """
    share = rejected(0.0, null, 0.10)
    assert (share <= 0.10 + 3 * 0.0212 + more).all()
    assert (share[[0, 2]] >= 0.10 - 3 * 0.0212).all()


@pytest.mark.long
def test_power_under_a_planted_effect():
    """Each statistic finds an effect of 0.4 at 5 % about as often as the weakest specification's
    own t test would.

    Without the control a the errors have variance 2: power of a t test with 80 rows is
    P(Z > 1.99 - 0.4 sqrt(80 / 2)) = 0.70; less three binomial standard deviations of 0.0324.
    """
    assert (rejected(0.4, "bootstrap", 0.05) > 0.70 - 3 * 0.0324).all()
