"""The batched linear path against statsmodels (1e-9), and against exact rational arithmetic where
columns are ill-scaled.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st

from ca_research.stats import Axis, Universe
from ca_research.stats.linear import LinearModel, control_axes, linear_path

ERRORS = {
    "classical": ({}, {}),
    "HC1": ({"errors": "HC1"}, {"cov_type": "HC1", "use_t": True}),
    "cluster": ({"errors": "cluster", "cluster": "g"}, {"cov_type": "cluster", "use_t": True}),
}
TOLERANCE = 1e-9


def off(found: pd.Series | dict, estimate: float, std_error: float) -> float:
    """Largest error: of the estimate in units of itself or of its standard error, and of the
    standard error in its own.
    """
    gap = abs(found["estimate"] - estimate) / max(abs(estimate), std_error)
    return max(gap, abs(found["std_error"] / std_error - 1))


@st.composite
def designs(draw: st.DrawFn) -> tuple[pd.DataFrame, int]:
    """Rows with up to five correlated controls, holes, a filter and clusters; columns differ in
    scale and level.

    Scales stay within what statsmodels, which works on the columns as they are, resolves to 1e-9.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, k = draw(st.integers(20, 120)), draw(st.integers(0, 5))
    c = rng.normal(size=(n, k)) @ (np.eye(k) + draw(st.floats(0, 0.9)) * rng.normal(size=(k, k)))
    x = c.sum(axis=1) * draw(st.floats(-1, 1)) + rng.normal(size=n)
    y = draw(st.floats(-3, 3)) * x + c.sum(axis=1) + rng.normal(size=n) * (1 + x**2)
    values = np.column_stack([x, y, c]) * 10.0 ** rng.uniform(-1, 1, 2 + k) + rng.uniform(
        -5, 5, 2 + k
    )
    frame = pd.DataFrame(values, columns=["x", "y", *(f"c{i}" for i in range(k))])
    frame = frame.mask(rng.random(frame.shape) < draw(st.sampled_from([0, 0.03])))
    return frame.assign(part=rng.random(n) < 0.8, g=rng.integers(0, 10, n)), k


@given(designs(), st.sampled_from(sorted(ERRORS)))
def test_every_specification_against_statsmodels(design, errors):
    frame, k = design
    names = [f"c{i}" for i in range(k)]
    own, theirs = ERRORS[errors]
    universe = Universe((*control_axes(*names), Axis("sample", ("all", "part"), "all")))
    found = linear_path(frame, universe, LinearModel("y", "x", **own), level=0.9)
    assert len(found) == 2 ** (k + 1)
    for row in found.to_dict("records"):
        chosen = ["x", *(c for c in names if row[c] == "with")]
        rows = (frame[frame["part"]] if row["sample"] == "part" else frame).dropna(
            subset=["y", *chosen]
        )
        if len(rows) <= len(chosen) + 1 or rows["g"].nunique() < 2:
            assert row["missing"]
            continue
        options = theirs | ({"cov_kwds": {"groups": rows["g"]}} if errors == "cluster" else {})
        design_matrix = sm.add_constant(rows[chosen].to_numpy(), has_constant="add")
        assume(
            np.linalg.cond(design_matrix) < 1e4
        )  # statsmodels' own error is about 1e-16 times this
        fit = sm.OLS(rows["y"].to_numpy(), design_matrix).fit(**options)
        assert row["missing"] == ""
        assert off(row, fit.params[1], fit.bse[1]) < TOLERANCE
        assert row["t"] == pytest.approx(fit.tvalues[1], rel=TOLERANCE, abs=TOLERANCE)
        assert row["p"] == pytest.approx(fit.pvalues[1], rel=1e-7, abs=1e-300)
        width = fit.bse[1]
        assert np.abs(
            np.array([row["low"], row["high"]]) - fit.conf_int(0.1)[1]
        ).max() < TOLERANCE * 10 * max(width, abs(fit.params[1]))
        assert row["n"] == len(rows)
        assert row["df"] == (
            rows["g"].nunique() - 1 if errors == "cluster" else len(rows) - len(chosen) - 1
        )


def exact(design: np.ndarray, outcome: np.ndarray) -> tuple[float, float]:
    """Second coefficient and its classical standard error from the numbers as stored, without
    rounding (Gauss-Jordan).
    """
    rows = [[Fraction(float(v)) for v in (*row, y)] for row, y in zip(design, outcome, strict=True)]
    k = design.shape[1]
    a = [
        [sum(r[i] * r[j] for r in rows) for j in range(k)]
        + [Fraction(int(i == j)) for j in range(k)]
        + [sum(r[i] * r[k] for r in rows)]
        for i in range(k)
    ]
    for c in range(k):
        a[c] = [v / a[c][c] for v in a[c]]
        for i in set(range(k)) - {c}:
            a[i] = [v - a[i][c] * w for v, w in zip(a[i], a[c], strict=True)]
    beta = [row[-1] for row in a]
    rss = sum((r[k] - sum(b * v for b, v in zip(beta, r, strict=False))) ** 2 for r in rows)
    return float(beta[1]), float(rss / (len(rows) - k) * a[1][k + 1]) ** 0.5


def ill(case: str, seed: int) -> pd.DataFrame:
    """Twenty-five years of made-up columns as they come: dollars, heads, years and their powers,
    near copies.
    """
    rng = np.random.default_rng(seed)
    year = 2000.0 + np.arange(25)
    gdp = 10 ** rng.uniform(9, 14) * np.exp(0.03 * np.arange(25) + 0.1 * rng.normal(size=25))
    x = rng.normal(size=25) * 10 ** rng.uniform(-8, 3)
    y = 0.01 * gdp * rng.normal(size=25) + x
    columns = {
        "dollars and heads": {
            "year": year,
            "gdp": gdp,
            "people": 1e7 * (1 + 0.003 * rng.normal(size=25)),
        },
        "cubic trend": {"year": year, "square": year**2, "cube": year**3},
        "near copies": {
            "gdp": gdp,
            "other": gdp * (1 + 10 ** rng.uniform(-6, -2) * rng.normal(size=25)),
            "year": year,
        },
        "close fit": {"year": year},
        "high level": {"a": 1e9 + 1e-3 * rng.normal(size=25)},
        "tiny": {"a": 1e-180 * rng.normal(size=25), "year": year},
    }[case]
    if case == "close fit":
        y = 3 * x / x.std() + 5 * year + 10 ** rng.uniform(-4, -1) * rng.normal(size=25)
    if case == "high level":
        x, y = 1e9 + 1e-3 * rng.normal(size=25), 1e9 + 1e-3 * rng.normal(size=25)
    return pd.DataFrame(columns).assign(x=x, y=y)


@pytest.mark.parametrize(
    "case", ["dollars and heads", "cubic trend", "near copies", "close fit", "high level", "tiny"]
)
def test_ill_scaled_columns_against_exact_arithmetic(case):
    for seed in range(6):
        frame = ill(case, seed)
        controls = [c for c in frame if c not in "xy"]
        found = linear_path(frame, Universe(control_axes(*controls)), LinearModel("y", "x"))
        for row in found.to_dict("records"):
            chosen = [c for c in controls if row[c] == "with"]
            design = np.column_stack([np.ones(25), frame["x"], *(frame[c] for c in chosen)])
            assert row["missing"] == ""
            assert off(row, *exact(design, frame["y"].to_numpy())) < TOLERANCE


@pytest.mark.filterwarnings("ignore:.*rank-deficient.*")  # statsmodels 0.15 warns, 0.14 does not
def test_statsmodels_itself_is_lost_on_raw_dollars_and_agrees_after_a_change_of_units():
    """Why the oracle above is exact arithmetic: statsmodels works on the columns as they are and
    takes these for collinear.
    """
    frame = ill("dollars and heads", 0)
    chosen = ["x", "year", "gdp", "people"]
    universe = Universe()
    row = linear_path(frame, universe, LinearModel("y", "x", always=tuple(chosen[1:]))).iloc[0]
    raw = sm.OLS(frame["y"].to_numpy(), sm.add_constant(frame[chosen].to_numpy())).fit()
    standard = (frame[chosen] - frame[chosen].mean()) / frame[chosen].std()
    fit = sm.OLS(frame["y"].to_numpy(), sm.add_constant(standard.to_numpy())).fit()
    scale = frame["x"].std()
    assert off(row, raw.params[1], raw.bse[1]) > 0.01
    assert off(row, fit.params[1] / scale, fit.bse[1] / scale) < TOLERANCE


@pytest.mark.parametrize("errors", sorted(ERRORS))
def test_refined_specifications_have_robust_errors_too(errors):
    """A nearly collinear pair sends some specifications through QR; the others of the same block
    are swept.
    """
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(rng.normal(size=(80, 4)), columns=["x", "y", "a", "b"]).assign(
        g=np.arange(80) % 9
    )
    frame["near"] = frame["a"] + 1e-4 * frame["b"] + 1e-5 * rng.normal(size=80)
    own, theirs = ERRORS[errors]
    found = linear_path(frame, Universe(control_axes("a", "near")), LinearModel("y", "x", **own))
    for row in found.to_dict("records"):
        # the same space in columns statsmodels can resolve
        both = row["a"] == row["near"] == "with"
        columns = [frame["x"]]
        columns += (
            [frame["a"], (frame["near"] - frame["a"]) * 1e4]
            if both
            else [frame[c] for c in ("a", "near") if row[c] == "with"]
        )
        options = theirs | ({"cov_kwds": {"groups": frame["g"]}} if errors == "cluster" else {})
        fit = sm.OLS(frame["y"].to_numpy(), sm.add_constant(np.column_stack(columns))).fit(
            **options
        )
        assert off(row, fit.params[1], fit.bse[1]) < TOLERANCE
