"""Gravity against statsmodels with dummies, an own likelihood maximised by scipy, and a refit by
hand.

Tolerances: 1e-6 for PPML coefficients (both sides iterate to about 1e-8) and 1e-5 relative for
their errors, 1e-7 for OLS; looser ones stand beside their test with the reason. Simulated rates lie
within the bands named beside each.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.stats import t as t_distribution

import ca_research as ca
from ca_research.ground.economies import CA5
from ca_research.trade.gravity_reassign import LEAST_PAIRS, reassign

g = import_module("ca_research.trade.gravity")  # in the package the name is the function
CODES = ("CHN", "RUS", "TUR", "USA", "IND", "JPN", "KOR", "IRN", "DEU", "FRA", *CA5)


def invented(
    n: int, years: range, seed: int, zeros: float = 0.1, spread: float = 0.8
) -> pd.DataFrame:
    """A made-up panel that follows gravity, with zeros and no pair missing."""
    rng = np.random.default_rng(seed)
    cells = [(e, i, y) for e in CODES[:n] for i in CODES[:n] if e != i for y in years]
    rows = pd.DataFrame(cells, columns=["exporter", "importer", "year"])
    pair = rows["exporter"] + rows["importer"]
    distance = dict(zip(sorted(set(pair)), rng.normal(8, 0.7, pair.nunique()), strict=True))
    near = dict(zip(sorted(set(pair)), rng.integers(0, 2, pair.nunique()), strict=True))
    rows["log_distance"], rows["contiguous"] = pair.map(distance), pair.map(near).astype(float)
    for side in ("exporter", "importer"):
        key = rows[side] + rows["year"].astype(str)
        rows[side[:3]] = key.map(
            dict(zip(sorted(set(key)), rng.normal(0, spread, key.nunique()), strict=True))
        )
    mean = np.exp(12 - rows["log_distance"] + 0.5 * rows["contiguous"] + rows["exp"] + rows["imp"])
    rows["value_usd"] = mean * rng.gamma(2, 0.5, len(rows)) * (rng.random(len(rows)) > zeros)
    return rows.drop(columns=["exp", "imp"]).assign(source_id="MADE_UP")


def dummies(rows: pd.DataFrame, terms: list[str], effects: list[list[str]]) -> np.ndarray:
    """Terms, then all dummies of the first effect, then those of the others, made of full rank by
    dropping columns.
    """
    parts = [rows[terms].to_numpy(float)]
    for effect in effects:
        key = rows[effect].astype(str).agg("-".join, axis=1)
        parts.append(pd.get_dummies(key, dtype=float).to_numpy())
    x = np.hstack(parts)
    kept: list[int] = []
    for column in range(x.shape[1]):
        if np.linalg.matrix_rank(x[:, [*kept, column]]) == len(kept) + 1:
            kept.append(column)
    return x[:, kept]


def clustered(
    model: object, rows: pd.DataFrame, terms: int, levels: int, effects: int
) -> tuple[np.ndarray, int]:
    """Errors of statsmodels' sandwich without its own correction, times G/(G-1) * (N-1)/(N-K).

    K as fixest counts it: the terms, and all levels of the effects less one for each effect after
    the first (no effect here is nested in the pairs).
    """
    pair = pd.factorize(rows["exporter"] + rows["importer"])[0]
    fit = model.fit(
        cov_type="cluster",
        cov_kwds={"groups": pair, "use_correction": False},
        **({"tol": 1e-14, "maxiter": 200} if isinstance(model, sm.GLM) else {}),
    )
    count, k = pair.max() + 1, terms + levels - (effects - 1)
    factor = count / (count - 1) * (len(rows) - 1) / (len(rows) - k)
    return np.column_stack([fit.params[:terms], fit.bse[:terms] * np.sqrt(factor)]), count


PANEL = invented(8, range(2010, 2014), 1)
TERMS = ["log_distance", "contiguous"]
BOTH = [["exporter", "year"], ["importer", "year"]]


def test_ppml_against_poisson_glm_with_dummies():
    # coefficients to 1e-6, cluster-robust errors to 1e-5 of their size
    found = g.gravity(PANEL, TERMS)
    model = sm.GLM(
        PANEL["value_usd"].to_numpy(), dummies(PANEL, TERMS, BOTH), family=sm.families.Poisson()
    )
    expected, clusters = clustered(model, PANEL, terms=2, levels=64, effects=2)
    assert (found.n, found.clusters) == (len(PANEL), clusters)
    assert found.table["estimate"].to_numpy() == pytest.approx(expected[:, 0], abs=1e-6)
    assert found.table["se"].to_numpy() == pytest.approx(expected[:, 1], rel=1e-5)
    half = t_distribution.ppf(0.975, clusters - 1) * expected[:, 1]
    assert found.table["low"].to_numpy() == pytest.approx(expected[:, 0] - half, rel=1e-5)


def test_ppml_against_an_own_likelihood():
    rows = invented(5, range(2010, 2012), 2)
    rows["value_usd"] /= rows["value_usd"].mean()
    x, y = dummies(rows, TERMS, [["exporter"], ["importer"]]), rows["value_usd"].to_numpy()

    def loss(
        beta: np.ndarray,
    ) -> tuple[float, np.ndarray]:  # minus the Poisson log-likelihood, and its gradient
        mean = np.exp(x @ beta)
        return float(mean.sum() - y @ (x @ beta)), x.T @ (mean - y)

    best = minimize(
        loss, np.zeros(x.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000}
    )
    found = g.gravity(rows, TERMS, effects="exporter+importer")
    assert found.table["estimate"].to_numpy() == pytest.approx(best.x[:2], abs=1e-6)


@pytest.mark.parametrize(
    ("effects", "parts"),
    [(g.LEVEL, BOTH), ("exporter+importer+year", [["exporter"], ["importer"], ["year"]])],
)
def test_ols_against_statsmodels_with_dummies(effects, parts):
    # to 1e-7 of the size: pyfixest sweeps the effects out by iteration, to 1e-6 of each step
    found = g.gravity(PANEL, TERMS, effects=effects, estimator="ols")
    rows = PANEL[PANEL["value_usd"] > 0]
    levels = sum(len(rows[p].drop_duplicates()) for p in parts)
    model = sm.OLS(np.log(rows["value_usd"].to_numpy()), dummies(rows, TERMS, parts))
    expected, _ = clustered(model, rows, terms=2, levels=levels, effects=len(parts))
    assert found.table["estimate"].to_numpy() == pytest.approx(expected[:, 0], rel=1e-7)
    assert found.table["se"].to_numpy() == pytest.approx(expected[:, 1], rel=1e-7)
    zeros = found.log.set_index("reason").at["zero trade has no logarithm", "rows"]
    assert zeros == (PANEL["value_usd"] == 0).sum() and found.n + zeros == len(PANEL)


def test_pair_effects_against_statsmodels():
    rows = PANEL.assign(
        late=(
            (PANEL["exporter"] == "CHN")
            & PANEL["importer"].isin(["USA", "IND"])
            & (PANEL["year"] > 2011)
        )
        * 1.0
    )
    found = g.gravity(rows, ["late"], effects=g.CHANGE)
    kept = rows[rows.groupby(["exporter", "importer"])["value_usd"].transform("sum") > 0]
    x = dummies(kept, ["late"], [*BOTH, ["exporter", "importer"]])
    fit = sm.GLM(kept["value_usd"].to_numpy(), x, family=sm.families.Poisson()).fit(
        tol=1e-14, maxiter=200
    )
    assert found.coefficient("late")["estimate"] == pytest.approx(fit.params[0], abs=1e-6)


SIDES = {
    "exporter": lambda r: r["exporter"],
    "importer": lambda r: r["importer"],
    "year": lambda r: r["year"],
    "symmetric-pair": lambda r: r[["exporter", "importer"]].agg(
        lambda p: "".join(sorted(p)), axis=1
    ),
}


def sandwich(
    rows: pd.DataFrame, estimator: str, effects: list[list[str]], cluster: str, k: int
) -> np.ndarray:
    """Errors of TERMS by hand: scores summed within clusters; of two ways V_a + V_b - V_ab."""
    y, x = rows["value_usd"].to_numpy(), dummies(rows, TERMS, effects)
    if estimator == "ppml":
        fit = sm.GLM(y, x, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=200)
        weight, residual = fit.mu, y - fit.mu
    else:
        fit = sm.OLS(np.log(y), x).fit()
        weight, residual = np.ones(len(y)), fit.resid
    bread = np.linalg.inv((x * weight[:, None]).T @ x)
    ways = [pd.factorize(SIDES[way](rows))[0] for way in cluster.split("+")]
    least = min(w.max() + 1 for w in ways)
    if len(ways) == 2:
        ways.append(pd.factorize(pd.Series(ways[0]) * 10**6 + ways[1])[0])
    meat = 0
    for sign, way in zip((1, 1, -1), ways, strict=False):
        scores = np.zeros((way.max() + 1, x.shape[1]))
        np.add.at(scores, way, x * residual[:, None])
        meat = meat + sign * scores.T @ scores
    factor = least / (least - 1) * (len(y) - 1) / (len(y) - k)
    variance = np.diag(bread @ meat @ bread)[: len(TERMS)]
    return np.sqrt(factor * np.where(variance > 0, variance, np.nan))


@pytest.mark.parametrize("estimator", ["ppml", "ols"])
@pytest.mark.parametrize(
    ("effects", "parts", "cluster", "k"),
    [
        (g.LEVEL, BOTH, "symmetric-pair", 2 + 64 - 1),
        (g.LEVEL, BOTH, "exporter+importer", 2 + 1),  # each effect is nested in one of the ways
        ("year", [["year"]], "exporter+importer", 2 + 4),
        ("exporter", [["exporter"]], "symmetric-pair+year", 2 + 8),
    ],
)
def test_clusters_of_two_ways_and_symmetric_pairs(estimator, effects, parts, cluster, k):
    # to 1e-5 of their size, as above; pyfixest weighs PPML's scores by the step before the last,
    # which with few effects is 1e-4 away, for clusters of one way as for two
    close = 2e-4 if estimator == "ppml" and effects != g.LEVEL else 1e-5
    rows = PANEL if estimator == "ppml" else PANEL[PANEL["value_usd"] > 0]
    found = g.gravity(PANEL, TERMS, effects=effects, cluster=cluster, estimator=estimator)
    expected = sandwich(rows, estimator, parts, cluster, k)
    assert found.table["se"].to_numpy() == pytest.approx(expected, rel=close, nan_ok=True)
    least = min(SIDES[way](rows).nunique() for way in cluster.split("+"))
    half = t_distribution.ppf(0.975, least - 1) * expected
    assert (found.table["high"] - found.table["estimate"]).to_numpy() == pytest.approx(
        half, rel=close, nan_ok=True
    )
    assert found.clusters == least
    told = found.log.loc[found.log["reason"].str.contains("no positive variance"), "detail"]
    assert list(told) == list(found.table.loc[np.isnan(expected), "term"])


@pytest.mark.parametrize("estimator", ["ppml", "ols"])
def test_reset_against_a_refit_by_hand(estimator):
    # the square of the linear predictor as it is, neither centred nor scaled: t and p do not depend
    # on that
    found = g.gravity(PANEL, TERMS, estimator=estimator).reset
    rows = PANEL if estimator == "ppml" else PANEL[PANEL["value_usd"] > 0]
    y, x = rows["value_usd"].to_numpy(), dummies(rows, TERMS, BOTH)
    if estimator == "ppml":
        first = sm.GLM(y, x, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=200)
        again = np.column_stack([np.square(x @ first.params), x])
        model = sm.GLM(y, again, family=sm.families.Poisson())
    else:
        first = sm.OLS(np.log(y), x).fit()
        model = sm.OLS(np.log(y), np.column_stack([np.square(x @ first.params), x]))
    expected, clusters = clustered(model, rows, terms=3, levels=64, effects=2)
    t = expected[0, 0] / expected[0, 1]
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


def test_reassignment_against_one_estimation_each():
    rows = invented(15, range(2011, 2013), 3, zeros=0)
    planted = (rows["exporter"] == "CHN") & rows["importer"].isin(CA5)
    rows.loc[planted, "value_usd"] *= np.exp(1.5)
    found = reassign(rows, "CHN", CA5, covariates=TERMS)
    for code in CODES[:10]:
        own = g.gravity(rows.assign(own=g.treated_pairs(rows, code, CA5)), ["own", *TERMS])
        assert found.table.set_index("economy").at[code, "estimate"] == pytest.approx(
            own.coefficient("own")["estimate"], abs=1e-6
        )
    assert (found.rank, found.p, found.p_two_sided) == (
        1,
        0.1,
        0.2,
    )  # ten economies, the planted one first
    assert not set(found.table["economy"]) & set(CA5)


@pytest.mark.long
@pytest.mark.parametrize("estimator", ["ppml", "ols"])
@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_the_unit_of_a_covariate_changes_its_own_coefficient_alone(estimator, scale):
    """A small one left as collinear, and one in dollars of GDP was not fitted at all."""
    plain = g.gravity(PANEL, TERMS, estimator=estimator)
    other = PANEL.assign(log_distance=PANEL["log_distance"] * scale)
    again = g.gravity(other, TERMS, estimator=estimator)
    for column in ("estimate", "se"):
        expected = plain.table[column] / np.array([scale, 1])
        assert again.table[column].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)
    assert again.r2 == pytest.approx(plain.r2, rel=1e-9)
    assert again.log["reason"].tolist() == plain.log["reason"].tolist()
    place = [reassign(rows, "CHN", CODES[4:7], covariates=TERMS) for rows in (PANEL, other)]
    assert place[1].table["estimate"].to_numpy() == pytest.approx(
        place[0].table["estimate"].to_numpy(), abs=1e-6
    )


@pytest.mark.long
def test_reassigned_ranks_are_uniform_without_an_effect():
    # 60 panels of ten exporters: p is one of 0.1, ..., 1; mean 0.55, standard error 0.037 (band of
    # three)
    p = [
        reassign(
            invented(15, range(2011, 2012), 100 + s, zeros=0),
            "CHN",
            CA5,
            covariates=TERMS,
            estimator="ols",
        ).p
        for s in range(60)
    ]
    assert abs(np.mean(p) - 0.55) < 3 * 0.037


@pytest.fixture(scope="module")
def embedded() -> pd.DataFrame:
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
    assert found.table["estimate"].to_numpy() == pytest.approx(direct.coef().to_numpy(), abs=1e-7)
    assert found.table["se"].to_numpy() == pytest.approx(direct.se().to_numpy(), rel=1e-5)
    assert found.n == direct._N and found.n + found.log["rows"].sum() == len(rows)
    assert (rows["chn_ca"].sum(), LEAST_PAIRS) == (35, 3)  # five pairs in seven years
