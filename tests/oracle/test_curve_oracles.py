"""The specification curve against loops over statsmodels and pyfixest, called as a user would.

Tolerances: 1e-8 of the size against statsmodels' least squares and against pyfixest itself; 1e-6
for Poisson coefficients against statsmodels with dummies (both iterate to about 1e-8).
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm

from ca_research.stats import Model, specification_curve

CONTROLS = ["a", "b"]


def made(seed: int = 0, rows: int = 240) -> pd.DataFrame:
    """Firms in years: an effect of 0.3, holes in one control, zeros in the level."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["x", "a", "b"])
    frame["firm"], frame["year"] = np.arange(rows) % 20, np.arange(rows) // 20
    frame["region"] = frame["firm"] % 7
    firm, year = rng.normal(size=20), rng.normal(size=12)
    link = 0.3 * frame["x"] + 0.5 * frame["a"] + firm[frame["firm"]] + year[frame["year"]]
    frame["level"] = np.exp(link) * rng.gamma(2, 0.5, rows) * (rng.random(rows) > 0.1)
    frame["log"] = np.log(frame["level"].where(frame["level"] > 0))
    frame.loc[rng.random(rows) < 0.1, "b"] = np.nan
    frame["late"] = frame["year"] >= 6
    return frame


FRAME = made()


def choices() -> list[tuple[tuple[str, ...], str]]:
    return [
        (tuple(c for c, on in zip(CONTROLS, taken, strict=True) if on), sample)
        for taken in itertools.product([True, False], repeat=2)
        for sample in ("all", "late")
    ]


def rows_of(columns: list[str], sample: str) -> pd.DataFrame:
    frame = FRAME[FRAME["late"]] if sample == "late" else FRAME
    return frame.dropna(subset=columns)


def found(model: Model | str, y: str = "log") -> pd.DataFrame:
    curve = specification_curve(
        FRAME, y, "x", controls=CONTROLS, samples={"late": "late"}, model=model
    )
    return curve.to_frame().set_index(["a", "b", "sample"])


def row(table: pd.DataFrame, controls: tuple[str, ...], sample: str) -> pd.Series:
    return table.loc[(*("with" if c in controls else "without" for c in CONTROLS), sample)]


@pytest.mark.parametrize("errors", ["classical", "HC1", "cluster"])
def test_least_squares_against_a_loop_of_statsmodels(errors):
    table = found(Model(errors=errors, cluster="firm" if errors == "cluster" else None))
    for controls, sample in choices():
        used = rows_of(["log", "x", *controls], sample)
        kind = {
            "classical": {},
            "HC1": {"cov_type": "HC1"},
            "cluster": {"cov_type": "cluster", "cov_kwds": {"groups": used["firm"]}},
        }[errors]
        fit = sm.OLS(used["log"], sm.add_constant(used[["x", *controls]])).fit(use_t=True, **kind)
        own = row(table, controls, sample)
        assert own["n"] == len(used)
        assert own["estimate"] == pytest.approx(fit.params["x"], rel=1e-8)
        assert own["std_error"] == pytest.approx(fit.bse["x"], rel=1e-8)
        if errors != "cluster":  # statsmodels takes n - k there, this library clusters less one
            assert own["p"] == pytest.approx(fit.pvalues["x"], rel=1e-8)
            assert own["low"] == pytest.approx(fit.conf_int().loc["x", 0], rel=1e-8)


VCOV = {
    ("classical", None): "iid",
    ("HC1", None): "hetero",
    ("cluster", "firm"): {"CRV1": "firm"},
    ("cluster", "firm + year"): {"CRV1": "firm + year"},
}
REFUSED = {("fepois", "classical")}


@pytest.mark.filterwarnings("ignore")  # pyfixest tells what it drops, and of its own pandas
@pytest.mark.parametrize(
    ("estimator", "errors", "cluster"),
    [(e, *kind) for e in ("feols", "fepois") for kind in VCOV if (e, kind[0]) not in REFUSED],
)
@pytest.mark.parametrize("effects", ["", "firm", "firm + year", "region^year"])
def test_fixed_effects_against_a_loop_of_pyfixest(estimator, effects, errors, cluster):
    # two effects are taken out in turn until little changes, in the order of a set of their names,
    # which a process's seed of hashes decides
    close = 1e-6 if effects and "+" in effects else 1e-8
    y = "log" if estimator == "feols" else "level"
    table = found(Model(estimator, effects=effects, errors=errors, cluster=cluster), y)
    fit = pf.feols if estimator == "feols" else pf.fepois
    for controls, sample in choices():
        used = rows_of([y, "x", *controls], sample)
        formula = f"{y} ~ {' + '.join(['x', *controls])}" + (f" | {effects}" if effects else "")
        model = fit(formula, used, vcov=VCOV[errors, cluster])
        own = row(table, controls, sample)
        with np.errstate(invalid="ignore"):
            error = model.se()["x"]
        if np.isnan(error):  # of two ways, the difference of variances may be negative
            assert "no positive variance" in own["missing"]
            continue
        assert own["missing"] == "" and own["n"] == model._N
        assert own["estimate"] == pytest.approx(model.coef()["x"], rel=close)
        assert own["std_error"] == pytest.approx(error, rel=close)
        if estimator == "feols":
            assert own["p"] == pytest.approx(model.pvalue()["x"], rel=10 * close)


def test_poisson_against_a_glm_with_dummies():
    table = found(Model("fepois", effects="firm"), "level")
    for controls, sample in choices():
        used = rows_of(["level", "x", *controls], sample)
        design = np.hstack([used[["x", *controls]], pd.get_dummies(used["firm"], dtype=float)])
        fit = sm.GLM(used["level"].to_numpy(), design, family=sm.families.Poisson()).fit(
            tol=1e-14, maxiter=200
        )
        assert row(table, controls, sample)["estimate"] == pytest.approx(fit.params[0], abs=1e-6)


DOLLARS = pd.DataFrame({"x": np.random.default_rng(0).normal(size=300)}).assign(
    usd=lambda d: np.exp(18) * np.random.default_rng(1).lognormal(0, 1.5, len(d))
)


@pytest.mark.parametrize("unit", [1, 1e6, 1e9])
def test_poisson_errors_are_those_of_a_robust_glm_whatever_the_unit(unit):
    """Classical errors were the default: of dollars they were 5e-6, of billions 0.15."""
    d = DOLLARS.assign(usd=DOLLARS["usd"] / unit)
    own = specification_curve(d, "usd", "x", model="fepois").to_frame().iloc[0]
    glm = sm.GLM(d["usd"], sm.add_constant(d["x"]), family=sm.families.Poisson())
    fit = glm.fit(tol=1e-14, maxiter=200, cov_type="HC0")
    corrected = fit.bse["x"] * np.sqrt(len(d) / (len(d) - 2))
    assert own["estimate"] == pytest.approx(fit.params["x"], abs=1e-6)
    # pyfixest weighs by the means one iteration before the last
    assert own["std_error"] == pytest.approx(corrected, rel=1e-3)


def test_poisson_of_dollars_keeps_its_size():
    """Of 100 draws without any effect classical errors rejected all at 5 %."""
    rng, rejected = np.random.default_rng(2), 0
    for _ in range(100):
        d = pd.DataFrame({"x": rng.normal(size=200), "usd": 1e8 * rng.lognormal(0, 1, 200)})
        rejected += specification_curve(d, "usd", "x", model="fepois").table.at[0, "p"] < 0.05
    assert rejected <= 12


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
    x = np.hstack([d[["x", "c"]], pd.get_dummies(d["g"], dtype=float)])
    oracle = (
        sm.OLS(d["y"].to_numpy(), x).fit(cov_type="HC1")
        if estimator == "feols"
        else sm.GLM(d["y"].to_numpy(), x, family=sm.families.Poisson()).fit(
            tol=1e-14, maxiter=200, cov_type="HC0"
        )
    )
    error = oracle.bse[0] * (1 if estimator == "feols" else np.sqrt(n / (n - x.shape[1])))
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
