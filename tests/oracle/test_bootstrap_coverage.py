"""Bootstrap intervals against their promise by simulation, and the wild bootstrap against plain
regressions.

Tolerances: 1e-9 relative for estimate, error and single draws (least squares two ways); simulated
rates lie within bands of about three standard errors, named beside each.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ca_research.stats.bootstrap import block_bootstrap, cluster_bootstrap, wild_bootstrap_t


def covered(interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def autoregression(rng: np.random.Generator, n: int, rho: float) -> pd.Series:
    values = rng.normal(size=n + 30)
    for t in range(1, n + 30):
        values[t] += rho * values[t - 1]
    return pd.Series(values[30:], index=range(2000, 2000 + n))


def block_coverage(block: int, count: int = 200) -> float:
    rng = np.random.default_rng(1)
    hits = [
        covered(
            block_bootstrap(
                autoregression(rng, 60, 0.5), lambda s: s.to_numpy().mean(), block, 199, i
            ),
            0,
        )
        for i in range(count)
    ]
    return float(np.mean(hits))


@pytest.mark.long
def test_coverage_of_blocks_where_years_depend_on_each_other():
    # mean of an AR(1) of 0.5, n = 60, nominal 0.95, standard error 0.02: blocks of 5 come near,
    # single years (the iid
    # bootstrap) give intervals sqrt((1 - .5)/(1 + .5)) = 0.58 times too short: 2 Phi(1.96 * 0.58) -
    # 1 = 0.74
    alone, joined = block_coverage(1), block_coverage(5)
    assert 0.64 <= alone <= 0.82
    assert 0.82 <= joined <= 0.96
    assert joined > alone


def test_blocks_of_one_have_the_error_of_the_iid_bootstrap():
    # known in closed form: sd / sqrt(n), sd with denominator n; 2,000 draws: standard error 1.6 %
    series = autoregression(np.random.default_rng(2), 30, 0)
    found = block_bootstrap(series, lambda s: s.to_numpy().mean(), 1, 2000, 3)
    assert found.se == pytest.approx(series.std(ddof=0) / np.sqrt(30), rel=0.05)


def clustered(rng: np.random.Generator, groups: int, each: int = 8) -> pd.DataFrame:
    """y with a common shock per cluster, x partly common too; the coefficient of x is 0."""
    g = np.repeat(np.arange(groups), each)
    x = rng.normal(size=groups)[g] + rng.normal(size=len(g))
    y = rng.normal(size=groups)[g] + rng.normal(size=len(g))
    return pd.DataFrame({"g": g, "one": 1.0, "x": x, "y": y})


@pytest.mark.long
def test_coverage_of_clusters():
    # mean with a common shock in each of 20 clusters, nominal 0.95; 200 samples, standard error
    # 0.02; the percentile
    # interval is short by the factor sqrt(19/20) and a normal in place of a t: about 0.925
    rng = np.random.default_rng(4)
    hits = [
        covered(
            cluster_bootstrap(clustered(rng, 20), "g", lambda f: f["y"].to_numpy().mean(), 199, i),
            0,
        )
        for i in range(200)
    ]
    assert 0.865 <= np.mean(hits) <= 0.975


def test_clusters_of_equal_size_have_the_error_of_their_means():
    frame = clustered(np.random.default_rng(5), 15)
    found = cluster_bootstrap(frame, "g", lambda f: f["y"].to_numpy().mean(), 2000, 6)
    assert found.se == pytest.approx(
        frame.groupby("g")["y"].mean().std(ddof=0) / np.sqrt(15), rel=0.05
    )


def wild(frame: pd.DataFrame, draws: int = 399, seed: int = 1, **options):
    return wild_bootstrap_t(
        frame["y"], frame[["one", "x"]], frame["g"], "x", draws, seed, **options
    )


def crv1(y, frame: pd.DataFrame):
    model = sm.OLS(np.asarray(y), frame[["one", "x"]].to_numpy())
    return model.fit(cov_type="cluster", cov_kwds={"groups": frame["g"].to_numpy()}, use_t=True)


@pytest.mark.parametrize("groups", [6, 12, 30])
def test_estimate_and_error_against_statsmodels(groups):
    frame = clustered(np.random.default_rng(groups), groups)
    found, fit = wild(frame), crv1(frame["y"], frame)
    assert (found.estimate, found.se, found.t) == pytest.approx(
        (fit.params[1], fit.bse[1], fit.tvalues[1]), rel=1e-9
    )


@pytest.mark.parametrize(("groups", "null"), [(6, 0.0), (12, 0.3)])
def test_p_against_a_loop_of_regressions_with_the_same_weights(groups, null):
    frame = clustered(np.random.default_rng(groups), groups)
    points = np.sqrt([0.5, 1, 1.5]) if groups < 10 else np.ones(1)
    weights = np.random.default_rng(1).choice(np.concatenate([-points, points]), size=(99, groups))
    below = frame["y"] - null * frame["x"]
    restricted = (below - below.mean()).to_numpy()
    fitted = (frame["y"] - restricted).to_numpy()
    t = abs(crv1(frame["y"], frame).params[1] - null) / crv1(frame["y"], frame).bse[1]
    hits = 0
    for row in weights:
        fit = crv1(fitted + restricted * row[frame["g"]], frame)
        hits += abs(fit.params[1] - null) / fit.bse[1] >= t
    assert wild(frame, draws=99, null=null).p == pytest.approx((1 + hits) / 100, abs=1e-12)


@pytest.mark.parametrize("effect", [0.0, 0.12, 0.2])
def test_p_is_close_to_the_t_test_in_a_clean_case(effect):
    # every row its own cluster, 150 rows, equal variance: both tests are then of one size; 1,999
    # draws leave a standard
    # error of 0.011 at most
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"g": np.arange(150), "one": 1.0, "x": rng.normal(size=150)})
    frame["y"] = effect * frame["x"] + rng.normal(size=150)
    plain = sm.OLS(frame["y"], frame[["one", "x"]]).fit()
    assert wild(frame, draws=1999).p == pytest.approx(plain.pvalues["x"], abs=0.05)


@pytest.mark.long
@pytest.mark.parametrize(("groups", "least", "most"), [(6, 0.01, 0.10), (15, 0.02, 0.09)])
def test_size_of_the_wild_bootstrap(groups, least, most):
    # 300 samples without an effect at 5 %: standard error 0.013
    rng = np.random.default_rng(groups)
    samples = [clustered(rng, groups) for _ in range(300)]
    rate = np.mean([wild(frame, draws=199, seed=i).p <= 0.05 for i, frame in enumerate(samples)])
    assert least <= rate <= most


@pytest.mark.long
def test_coverage_of_the_inverted_interval():
    # the dual of the size: 150 samples of 12 clusters, nominal 0.95, standard error 0.018
    rng = np.random.default_rng(9)
    hits = [covered(wild(clustered(rng, 12), draws=199, seed=i), 0) for i in range(150)]
    assert 0.89 <= np.mean(hits) <= 0.99
