"""The batched linear path against statsmodels (1e-9), and against exact rational arithmetic where
columns are ill-scaled.
"""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.designs import curve, normal
from tests.oracle.solvers import KINDS, least_squares

TOLERANCE = 1e-9
ILL = cases(__file__, "ill_scaled")


def off(found, estimate, std_error):
    """Largest error: of the estimate in units of itself or of its standard error, and of the
    standard error in its own.
    """
    gap = abs(found["estimate"] - estimate) / max(abs(estimate), std_error)
    return max(gap, abs(found["std_error"] / std_error - 1))


@st.composite
def designs(draw):
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


@settings(max_examples=settings().max_examples // 2)  # each has up to 64 specifications
@given(designs(), st.sampled_from(sorted(KINDS)))
def test_every_specification_against_statsmodels(design, errors):
    frame, k = design
    names = [f"c{i}" for i in range(k)]
    found = curve(frame, names, ["part"], level=0.9, **KINDS[errors]).table
    assert len(found) == 2 ** (k + 1)
    for row in found.to_dict("records"):
        chosen = ["x", *(c for c in names if row[c] == "with")]
        rows = frame[frame["part"] | (row["sample"] == "all")].dropna(subset=["y", *chosen])
        clusters = rows["g"].nunique()
        if len(rows) <= len(chosen) + 1 or clusters < 2:
            assert row["missing"]
            continue
        # statsmodels' own error is about 1e-16 times this
        assume(np.linalg.cond(np.column_stack([np.ones(len(rows)), rows[chosen]])) < 1e4)
        fit = least_squares(rows["y"], rows[chosen], errors, rows["g"])
        assert row["missing"] == "" and row["n"] == len(rows)
        assert row["df"] == (clusters - 1 if errors == "cluster" else len(rows) - len(chosen) - 1)
        assert off(row, fit.params[1], fit.bse[1]) < TOLERANCE
        assert row["t"] == pytest.approx(fit.tvalues[1], rel=TOLERANCE, abs=TOLERANCE)
        assert row["p"] == pytest.approx(fit.pvalues[1], rel=1e-7, abs=1e-300)
        near = TOLERANCE * 10 * max(fit.bse[1], abs(fit.params[1]))
        assert [row["low"], row["high"]] == pytest.approx(fit.conf_int(0.1)[1], abs=near)


def exact(design, outcome):
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


def ill(case, seed):
    """Twenty-five years of made-up columns as they come: dollars, heads, years and their powers,
    near copies.
    """
    rng = np.random.default_rng(seed)
    year = 2000.0 + np.arange(25)
    gdp = 10 ** rng.uniform(9, 14) * np.exp(0.03 * np.arange(25) + 0.1 * rng.normal(size=25))
    x = rng.normal(size=25) * 10 ** rng.uniform(-8, 3)
    y = 0.01 * gdp * rng.normal(size=25) + x
    noise = dict(zip("pqrs", rng.normal(size=(4, 25)), strict=True))
    level = pd.DataFrame(noise | {"year": year, "gdp": gdp, "apart": 10 ** rng.uniform(-6, -2)})
    columns = level.eval(ILL["columns"])[ILL["cases"][case]]
    if case == "close fit":
        y = 3 * x / x.std() + 5 * year + 10 ** rng.uniform(-4, -1) * rng.normal(size=25)
    if case == "high level":
        x, y = 1e9 + 1e-3 * rng.normal(size=25), 1e9 + 1e-3 * rng.normal(size=25)
    return columns.assign(x=x, y=y)


@pytest.mark.parametrize("case", ILL["cases"])
def test_ill_scaled_columns_against_exact_arithmetic(case):
    for seed in range(6):
        frame = ill(case, seed)
        controls = [c for c in frame if c not in "xy"]
        found = curve(frame, controls).table
        for row in found.to_dict("records"):
            chosen = [c for c in controls if row[c] == "with"]
            design = np.column_stack([np.ones(25), frame["x"], *(frame[c] for c in chosen)])
            assert row["missing"] == ""
            assert off(row, *exact(design, frame["y"].to_numpy())) < TOLERANCE


@pytest.mark.parametrize("errors", KINDS)
def test_refined_specifications_have_robust_errors_too(errors):
    """A nearly collinear pair sends some specifications through QR; the others of the same block
    are swept.
    """
    frame = normal(80, "x y a b e", 8).eval("near = a + 1e-4 * b + 1e-5 * e")
    frame = frame.eval("apart = (near - a) * 1e4").assign(g=np.arange(80) % 9)
    found = curve(frame, ["a", "near"], **KINDS[errors]).table
    for row in found.to_dict("records"):
        chosen = [c for c in ("a", "near") if row[c] == "with"]
        # the same space in columns statsmodels can resolve
        columns = ["a", "apart"] if len(chosen) == 2 else chosen
        fit = least_squares(frame["y"], frame[["x", *columns]], errors, frame["g"])
        assert off(row, fit.params[1], fit.bse[1]) < TOLERANCE
