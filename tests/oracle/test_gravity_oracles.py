"""Gravity against statsmodels with dummies, an own likelihood maximised by scipy, and a refit by
hand.

Tolerances: 1e-6 for PPML coefficients (both sides iterate to about 1e-8) and 1e-5 relative for
their errors, 1e-7 for OLS; looser ones stand beside their test with the reason. Simulated rates lie
within the bands named beside each.
"""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t as t_distribution
from tests.designs import pairs
from tests.oracle.solvers import assert_close, dummies, poisson, sandwich

import ca_research as ca
from ca_research.ground.economies import CA5

g = import_module("ca_research.trade.gravity")  # in the package the name is the function
CODES = ("CHN", "RUS", "TUR", "USA", "IND", "JPN", "KOR", "IRN", "DEU", "FRA", *CA5)


def drawn(keys, draw):
    """A number for each of the keys, the same wherever it stands."""
    known = sorted(set(keys))
    return keys.map(dict(zip(known, draw(len(known)), strict=True)))


def invented(n, years, seed, zeros=0.1, spread=0.8):
    """A made-up panel that follows gravity, with zeros and no pair missing."""
    rng, rows = np.random.default_rng(seed), pairs(CODES[:n], years)
    pair = rows["exporter"] + rows["importer"]
    rows["log_distance"] = drawn(pair, lambda size: rng.normal(8, 0.7, size))
    rows["contiguous"] = drawn(pair, lambda size: rng.integers(0, 2, size)).astype(float)
    mean = 12 - rows["log_distance"] + 0.5 * rows["contiguous"]
    for side in ("exporter", "importer"):
        key = rows[side] + rows["year"].astype(str)
        mean = mean + drawn(key, lambda size: rng.normal(0, spread, size))
    trade = np.exp(mean) * rng.gamma(2, 0.5, len(rows)) * (rng.random(len(rows)) > zeros)
    return rows.assign(value_usd=trade, source_id="MADE_UP")


PANEL = invented(8, range(2010, 2014), 1)
TERMS = ["log_distance", "contiguous"]
SIDES = {
    "exporter": lambda r: r["exporter"],
    "importer": lambda r: r["importer"],
    "year": lambda r: r["year"],
    "pair": lambda r: r["exporter"] + r["importer"],
    "symmetric-pair": lambda r: (
        np.maximum(r["exporter"], r["importer"]) + np.minimum(r["exporter"], r["importer"])
    ),
}


def columns(effects):
    names = effects.replace("pair", "exporter-importer")
    return [effect.split("-") for effect in names.split("+")]


def traded(estimator):
    return PANEL if estimator == "ppml" else PANEL[PANEL["value_usd"] > 0]


def by_hand(estimator, effects, cluster, k, added=None):
    """Coefficients with their errors, the least number of clusters, and the linear predictor."""
    rows = traded(estimator)
    y, x = rows["value_usd"].to_numpy(), dummies(rows, TERMS, columns(effects))
    x = x if added is None else np.column_stack([added, x])
    fit = poisson(y, x) if estimator == "ppml" else sm.OLS(np.log(y), x).fit()
    residual = y - fit.mu if estimator == "ppml" else fit.resid
    weight = fit.mu if estimator == "ppml" else np.ones(len(y))
    ways = [pd.factorize(SIDES[way](rows))[0] for way in cluster.split("+")]
    errors, least = sandwich(x, weight, residual, ways, k)
    return fit.params, errors, least, x @ fit.params


@pytest.mark.parametrize("estimator", ["ppml", "ols"])
@pytest.mark.parametrize(
    ("effects", "cluster", "k"),  # K as fixest counts it: the terms, and all levels of the effects
    [  # less one for each after the first, but for those that are nested in a way of clustering
        (g.LEVEL, "pair", 2 + 64 - 1),
        (g.LEVEL, "symmetric-pair", 2 + 64 - 1),
        (g.LEVEL, "exporter+importer", 2 + 1),
        ("year", "exporter+importer", 2 + 4),
        ("exporter", "symmetric-pair+year", 2 + 8),
        ("exporter+importer+year", "pair", 2 + 8 + 8 + 4 - 2),
    ],
)
def test_against_statsmodels_with_dummies_and_errors_by_hand(estimator, effects, cluster, k):
    # PPML's coefficients to 1e-6, OLS's to 1e-7 of their size (pyfixest sweeps the effects out by
    # iteration), errors to 1e-5; pyfixest weighs PPML's scores by the step before the last, which
    # with few effects is 1e-4 away, for clusters of one way as for two
    close = 2e-4 if estimator == "ppml" and effects != g.LEVEL else 1e-5
    found = g.gravity(PANEL, TERMS, effects=effects, cluster=cluster, estimator=estimator)
    coefficients, errors, least, _ = by_hand(estimator, effects, cluster, k)
    table, errors = found.table, errors[:2]
    near = {"abs": 1e-6} if estimator == "ppml" else {"rel": 1e-7}
    assert_close(table["estimate"], coefficients[:2], **near)
    assert_close(table["se"], errors, rel=close)
    half = t_distribution.ppf(0.975, least - 1) * errors
    for bound, reach in (("high", half), ("low", -half)):
        assert_close(table[bound] - table["estimate"], reach, rel=close)
    assert (found.n, found.clusters) == (len(traded(estimator)), least)
    log = found.log.set_index("reason")
    told = log.loc[log.index.str.contains("no positive variance"), "detail"]
    assert list(told) == list(table.loc[np.isnan(errors), "term"])
    if estimator == "ols":
        assert log.at["zero trade has no logarithm", "rows"] == len(PANEL) - found.n


def test_pair_effects_against_statsmodels():
    treated = (PANEL["exporter"] == "CHN") & PANEL["importer"].isin(["USA", "IND"])
    rows = PANEL.assign(late=(treated & (PANEL["year"] > 2011)) * 1.0)
    found = g.gravity(rows, ["late"], effects=g.CHANGE)
    kept = rows[rows.groupby(["exporter", "importer"])["value_usd"].transform("sum") > 0]
    fit = poisson(kept["value_usd"], dummies(kept, ["late"], columns(g.CHANGE)))
    assert found.coefficient("late")["estimate"] == pytest.approx(fit.params[0], abs=1e-6)


@pytest.mark.parametrize("estimator", ["ppml", "ols"])
def test_reset_against_a_refit_by_hand(estimator):
    # the square of the linear predictor as it is, neither centred nor scaled: t and p do not depend
    # on that
    found = g.gravity(PANEL, TERMS, estimator=estimator).reset
    *_, predictor = by_hand(estimator, g.LEVEL, "pair", 65)
    square = np.square(predictor)
    estimates, errors, clusters, _ = by_hand(estimator, g.LEVEL, "pair", 66, square)
    t = estimates[0] / errors[0]
    assert found["estimate"] / found["se"] == pytest.approx(t, rel=1e-4)
    assert found["p"] == pytest.approx(2 * t_distribution.sf(abs(t), clusters - 1), rel=1e-3)


@pytest.mark.long
@pytest.mark.parametrize(
    ("estimator", "effects"), [("ppml", "year"), ("ols", "year"), ("ols", g.LEVEL)]
)
def test_reset_keeps_its_size_and_finds_a_wrong_form(estimator, effects):
    # 40 panels of the right form: at most 6 of 40 below 0.05 (probability 0.997 at that size); 10
    # of a wrong form
    spread = 0 if effects == "year" else 0.8
    right = [invented(10, range(2010, 2012), s, zeros=0, spread=spread) for s in range(40)]
    bend = [
        r.assign(value_usd=r["value_usd"] * np.exp(0.6 * (r["log_distance"] - 8) ** 2))
        for r in right[:10]
    ]
    low = [
        g.gravity(r, TERMS, effects=effects, estimator=estimator).reset["p"] < 0.05
        for r in [*right, *bend]
    ]
    assert sum(low[:40]) <= 6
    assert (
        effects != "year" or sum(low[40:]) >= 9
    )  # where the effects dominate the predictor, power is small


@pytest.mark.long
def test_reset_of_ppml_with_many_effects_rejects_too_often():
    # the docstring says so: on 15 panels of the right form t is positive on average, not zero
    fits = [g.gravity(invented(15, range(2010, 2012), s, zeros=0), TERMS).reset for s in range(15)]
    assert np.mean([f["estimate"] / f["se"] for f in fits]) > 1


@pytest.mark.long
@pytest.mark.parametrize("estimator", ["ppml", "ols"])
@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_the_unit_of_a_covariate_changes_its_own_coefficient_alone(estimator, scale):
    """A small one left as collinear, and one in dollars of GDP was not fitted at all."""
    plain = g.gravity(PANEL, TERMS, estimator=estimator)
    other = PANEL.assign(log_distance=PANEL["log_distance"] * scale)
    again = g.gravity(other, TERMS, estimator=estimator)
    for column in ("estimate", "se"):
        assert_close(again.table[column], plain.table[column] / np.array([scale, 1]), rel=1e-6)
    assert again.r2 == pytest.approx(plain.r2, rel=1e-9)
    assert again.log["reason"].tolist() == plain.log["reason"].tolist()


@pytest.fixture(scope="module")
def embedded():
    return g.panel(ca.load("trade", source="PENPPML", product="TOTAL"), ca.load("geography"))


@pytest.mark.filterwarnings("ignore")
def test_the_embedded_panel_against_pyfixest_itself(embedded):
    import pyfixest as pf

    rows = embedded.assign(chn_ca=g.treated_pairs(embedded, "CHN", CA5))
    found = g.gravity(rows, ["chn_ca", *g.GEOGRAPHY])
    direct = pf.fepois(
        "value_usd ~ chn_ca + log_distance + contiguous + common_language | exporter^year + "
        "importer^year",
        rows.assign(pair=rows["exporter"] + rows["importer"]),
        vcov={"CRV1": "pair"},
    )
    assert_close(found.table["estimate"], direct.coef(), abs=1e-7)
    assert_close(found.table["se"], direct.se(), rel=1e-5)
    assert found.n == direct._N and found.n + found.log["rows"].sum() == len(rows)
    assert rows["chn_ca"].sum() == 35  # five pairs in seven years
