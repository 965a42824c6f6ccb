"""The linear path: every declared specification is a row with a number or a reason. Numbers of
single regressions: tests/oracle/test_linear_oracles.py; refusals: test_statistics_refused.py.
"""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.designs import cases, model, normal, regression, universe

from ca_research.stats import Exclusion, Universe
from ca_research.stats.linear import control_axes, linear_path

KINDS = [{}, {"errors": "HC1"}, {"errors": "cluster", "cluster": "g"}]
MAIN = {"outcome": "y", "treatment": "x", "sample": "all", "controls": "none"}


def slope(frame, outcome, *regressors):
    """The first coefficient by numpy's least squares, on complete rows."""
    rows = frame[[*regressors, outcome]].dropna().assign(one=1.0)
    design = rows[[*regressors, "one"]].to_numpy(float)
    return np.linalg.lstsq(design, rows[outcome].to_numpy(float), rcond=None)[0][0]


def test_a_row_has_its_choices_and_its_numbers():
    found = linear_path(regression(), universe({"sample": ("late", "all")}, "ab"), model())
    numbers = ["estimate", "std_error", "low", "high", "t", "p", "n", "df", "missing"]
    assert list(found.columns) == ["spec", "is_main", "a", "b", "sample", *numbers]
    assert (found["missing"] == "").all() and found["spec"].tolist() == list(range(8))


def test_outcome_treatment_and_named_sets_may_be_axes():
    frame = regression().eval("y2 = 3 * y")
    axes = {"outcome": ("y", "y2"), "treatment": ("x", "a"), "controls": ("both", "none", "c")}
    sets = {"both": ["b", "c"], "pair": ["c"], "none": [], "c": ["c"]}
    free = model(outcome=None, treatment=None, controls=sets)
    found = linear_path(frame, universe(axes, ["pair"]), free)
    assert len(found) == 24
    for row in found.to_dict("records"):
        added = ["c"] if row["pair"] == "with" else []
        controls = dict.fromkeys(sets[row["controls"]] + added)
        expected = slope(frame, row["outcome"], row["treatment"], *controls)
        assert row["estimate"] == pytest.approx(expected, rel=1e-10)
        assert row["df"] == row["n"] - 2 - len(controls)


def test_a_frame_of_declared_specifications_is_as_good_as_a_universe():
    excluded = Exclusion({"a": "without", "b": "without"}, "nobody would")
    specs = Universe(control_axes("a", "b"), (excluded,))
    expected = linear_path(regression(), specs, model())
    assert_frame_equal(linear_path(regression(), specs.table(), model()), expected)
    assert len(expected) == 3


def test_nullable_and_boolean_columns_are_numbers():
    frame = regression()
    frame["d"] = (frame["b"] > 0).where(frame.index > 0).astype("boolean")
    row = linear_path(frame, Universe(), model(always=("d",))).iloc[0]
    assert row["estimate"] == pytest.approx(slope(frame.astype({"d": float}), "y", "x", "d"))


@pytest.mark.parametrize("case", cases(__file__, "linear_failures"), ids=lambda c: c["case"])
def test_what_cannot_be_fitted_is_a_recorded_failure_beside_the_others(case):
    frame = normal(40, "x a b c y", 1).eval("y = x + a + y\nsum = a + 1e6 * b\nc2 = 5 - 2 * c")
    late, number = np.arange(40) >= 20, np.arange(40)
    frame = frame.eval("close = a + 1e-9 * b").assign(
        none=False, three=number < 3, late=late, gone=np.nan, one=0.1, g=number % 8
    )
    frame = frame.assign(early=frame["a"].mask(late), later=frame["b"].where(late))
    bad = MAIN | {key: case[key] for key in MAIN if key in case and key != "controls"}
    specs = pd.DataFrame([bad | {"controls": "bad"}, MAIN])
    for kind in KINDS:
        free = {"outcome": None, "treatment": None, "controls": {"bad": case.get("controls", ())}}
        found = linear_path(frame, specs, model(**free, **kind))
        assert case["says"] in found["missing"][0] and found["missing"][1] == ""
        numbers = ["estimate", "std_error", "low", "high", "t", "p", "df"]
        assert found.loc[0, numbers].isna().all()
        assert found["estimate"][1] == pytest.approx(slope(frame, "y", "x"), rel=1e-10)


@pytest.mark.parametrize(("number", "why"), [(1, "one cluster"), (2, "scores cancel")])
def test_clusters_that_give_no_error_are_recorded(number, why):
    """With one there is nothing to compare; where the treatment says which of two it is, the
    scores cancel.
    """
    frame = regression().assign(g=np.arange(60) % number)
    frame["x"] = frame["g"] * 1.0 if number == 2 else frame["x"]
    row = linear_path(frame, Universe(), model(errors="cluster", cluster="g")).iloc[0]
    assert why in row["missing"] and row[["estimate", "std_error"]].isna().all()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_neither_the_frame_nor_its_order_or_index_matters(kind):
    frame, specs = regression(), universe(controls="abc")
    found = linear_path(frame, specs, model(**kind))
    moved = linear_path(frame.sample(frac=1, random_state=3), specs, model(**kind))
    assert_frame_equal(found, moved, rtol=1e-10)
    assert_frame_equal(frame, regression())
