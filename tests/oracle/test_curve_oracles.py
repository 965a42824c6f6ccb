"""The specification curve against loops over statsmodels and pyfixest, called as a user would.

Tolerances: 1e-8 of the size against statsmodels' least squares and against pyfixest itself; 1e-6
for Poisson coefficients against statsmodels with dummies (both iterate to about 1e-8).
"""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm
from tests.designs import normal
from tests.oracle.solvers import dummies, least_squares, poisson

from ca_research.stats import Model, specification_curve


def made(rows=240):
    """Firms in years: an effect of 0.3, holes in one control, zeros in the level."""
    rng, frame, number = np.random.default_rng(0), normal(rows, "x a b", 0), np.arange(rows)
    frame = frame.assign(firm=number % 20, year=number // 20, region=number % 20 % 7)
    frame["late"] = frame["year"] >= 6
    own = rng.normal(size=20)[frame["firm"]] + rng.normal(size=12)[frame["year"]]
    noise = rng.gamma(2, 0.5, rows) * (rng.random(rows) > 0.1)
    frame["level"] = np.exp(0.3 * frame["x"] + 0.5 * frame["a"] + own) * noise
    frame["log"] = np.log(frame["level"].where(frame["level"] > 0))
    return frame.assign(b=frame["b"].mask(rng.random(rows) < 0.1))


FRAME = made()


def fits(model, y):
    """Each row of a curve of eight specifications, with the columns and rows that it is of."""
    curve = specification_curve(
        FRAME, y, "x", controls=["a", "b"], samples={"late": "late"}, model=model
    )
    assert len(curve.table) == 8
    for row in curve.table.to_dict("records"):
        columns = ["x", *(c for c in "ab" if row[c] == "with")]
        frame = FRAME[FRAME["late"] | (row["sample"] == "all")].dropna(subset=[y, *columns])
        yield row, frame, columns


@pytest.mark.parametrize("errors", ["classical", "HC1", "cluster"])
def test_least_squares_against_a_loop_of_statsmodels(errors):
    model = Model(errors=errors, cluster="firm" if errors == "cluster" else None)
    for own, used, columns in fits(model, "log"):
        fit = least_squares(used["log"], used[columns], errors, used["firm"])
        assert own["n"] == len(used)
        assert own["estimate"] == pytest.approx(fit.params[1], rel=1e-8)
        assert own["std_error"] == pytest.approx(fit.bse[1], rel=1e-8)
        assert own["p"] == pytest.approx(fit.pvalues[1], rel=1e-8)
        assert own["low"] == pytest.approx(fit.conf_int()[1, 0], rel=1e-8)


KINDS = {
    "classical": ("classical", None, "iid"),
    "HC1": ("HC1", None, "hetero"),
    "one way": ("cluster", "firm", {"CRV1": "firm"}),
    "two ways": ("cluster", "firm + year", {"CRV1": "firm + year"}),
}


@pytest.mark.filterwarnings("ignore")  # pyfixest tells what it drops, and of its own pandas
@pytest.mark.parametrize(
    ("estimator", "kind"),
    [(e, k) for e in ("feols", "fepois") for k in KINDS if (e, k) != ("fepois", "classical")],
)
@pytest.mark.parametrize("effects", ["", "firm", "firm + year", "region^year"])
def test_fixed_effects_against_a_loop_of_pyfixest(estimator, effects, kind):
    # two effects are taken out in turn until little changes, in the order of a set of their names,
    # which a process's seed of hashes decides
    close = 1e-6 if "+" in effects else 1e-8
    y = "log" if estimator == "feols" else "level"
    errors, cluster, vcov = KINDS[kind]
    model = Model(estimator, effects=effects, errors=errors, cluster=cluster)
    for own, used, columns in fits(model, y):
        formula = f"{y} ~ {' + '.join(columns)}" + (f" | {effects}" if effects else "")
        fit = getattr(pf, estimator)(formula, used, vcov=vcov)
        with np.errstate(invalid="ignore"):
            error = fit.se()["x"]
        if np.isnan(error):  # of two ways, the difference of variances may be negative
            assert "no positive variance" in own["missing"]
            continue
        assert own["missing"] == "" and own["n"] == fit._N
        assert own["estimate"] == pytest.approx(fit.coef()["x"], rel=close)
        assert own["std_error"] == pytest.approx(error, rel=close)
        if estimator == "feols":
            assert own["p"] == pytest.approx(fit.pvalue()["x"], rel=10 * close)


DOLLARS = pd.DataFrame({"x": np.random.default_rng(0).normal(size=300)}).assign(
    usd=lambda d: np.exp(18) * np.random.default_rng(1).lognormal(0, 1.5, len(d))
)


@pytest.mark.parametrize("unit", [1, 1e6, 1e9])
def test_poisson_errors_are_those_of_a_robust_glm_whatever_the_unit(unit):
    """Classical errors were the default: of dollars they were 5e-6, of billions 0.15."""
    d = DOLLARS.assign(usd=DOLLARS["usd"] / unit)
    own = specification_curve(d, "usd", "x", model="fepois").to_frame().iloc[0]
    fit = poisson(d["usd"], sm.add_constant(d["x"]), cov_type="HC0")
    corrected = fit.bse[1] * np.sqrt(len(d) / (len(d) - 2))
    assert own["estimate"] == pytest.approx(fit.params[1], abs=1e-6)
    # pyfixest weighs by the means one iteration before the last
    assert own["std_error"] == pytest.approx(corrected, rel=1e-3)


SCALES = (1e-9, 1e-6, 1e6, 1e12)


@pytest.mark.parametrize("role", ["x", "c", "y"])
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("estimator", ["feols", "fepois"])
def test_the_unit_of_a_column_changes_nothing(estimator, scale, role):
    """A control a millionth in size left in silence, and one of dollars was not fitted."""
    rng, n = np.random.default_rng(0), 240
    d = pd.DataFrame({"g": np.repeat(range(24), 10), "c": rng.normal(size=n)})
    d["x"] = d["c"] + rng.normal(size=n)
    d["y"] = np.exp(0.3 * d["c"] + rng.normal(size=n))
    x = dummies(d, ["x", "c"], [["g"]])
    if estimator == "feols":
        oracle = sm.OLS(d["y"].to_numpy(), x).fit(cov_type="HC1")
        error = oracle.bse[0]
    else:
        oracle = poisson(d["y"], x, cov_type="HC0")
        error = oracle.bse[0] * np.sqrt(n / (n - x.shape[1]))
    d[role] *= scale
    model = Model(estimator, effects="g", errors="HC1")
    own = specification_curve(d, "y", "x", always=["c"], model=model).table.iloc[0]
    factor = {"x": 1 / scale, "c": 1, "y": scale if estimator == "feols" else 1}[role]
    assert own["missing"] == ""
    assert own["estimate"] == pytest.approx(oracle.params[0] * factor, rel=1e-5)
    assert own["std_error"] == pytest.approx(error * factor, rel=1e-5)


@pytest.mark.parametrize("rows", [400, 20_000])
def test_what_two_effects_take_up_together_is_collinear(rows):
    """Of many rows, what the iterations leave is small in each and large in the sum of squares."""
    rng = np.random.default_rng(1)
    d = pd.DataFrame({"g": rng.integers(0, 40, rows), "t": rng.integers(0, 30, rows)})
    d["x"], d["y"] = rng.normal(size=rows), rng.normal(size=rows)
    d["sum"] = rng.normal(size=40)[d["g"]] + rng.normal(size=30)[d["t"]]
    found = specification_curve(
        d, "y", "x", controls=["sum"], model=Model("feols", effects="g + t", errors="HC1")
    ).table.set_index("sum")
    assert found.at["without", "missing"] == ""
    assert "'sum' is collinear" in found.at["with", "missing"]
