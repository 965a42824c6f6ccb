"""The linear path: every declared specification is a row with a number or a reason; names are
resolved or refused.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.stats import Axis, Exclusion, Universe
from ca_research.stats.linear import LinearModel, control_axes, linear_path

XY = LinearModel("y", "x")


def made_up(n: int = 40, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, 5)), columns=["x", "a", "b", "c", "y"])
    return frame.assign(
        y=frame["y"] + frame["x"] + frame["a"], late=np.arange(n) >= n // 2, g=np.arange(n) % 8
    )


def slope(frame: pd.DataFrame, *regressors: str) -> float:
    """The first regressor's coefficient by numpy's least squares, on complete rows."""
    rows = frame[[*regressors, "y"]].dropna()
    design = np.column_stack([*(rows[r] for r in regressors), np.ones(len(rows))])
    return float(np.linalg.lstsq(design, rows["y"].to_numpy(), rcond=None)[0][0])


def one(frame: pd.DataFrame, *controls: str, **choices: object) -> pd.Series:
    """The single row for a regression on x and the named controls."""
    model = LinearModel(**({"outcome": "y", "treatment": "x", "always": controls} | choices))
    return linear_path(frame, Universe(), model).iloc[0]


def test_the_layout_is_that_of_universe_run():
    universe = Universe((*control_axes("a", "b"), Axis("sample", ("all", "late"), "late")))
    found = linear_path(made_up(), universe, XY)
    assert list(found.columns) == [
        "spec",
        "is_main",
        "a",
        "b",
        "sample",
        "estimate",
        "std_error",
        "low",
        "high",
        "t",
        "p",
        "n",
        "df",
        "missing",
    ]
    run = universe.run(lambda **_: pd.DataFrame({"estimate": [0.0]}))
    for column in ("spec", "is_main", "a", "b", "sample"):
        assert found[column].tolist() == run[column].tolist()
    assert (found["missing"] == "").all()


def test_each_row_is_the_regression_it_names():
    frame = made_up()
    universe = Universe((*control_axes("a", "b", "c"), Axis("sample", ("all", "late"), "all")))
    for row in linear_path(frame, universe, XY).to_dict("records"):
        rows = frame[frame["late"]] if row["sample"] == "late" else frame
        controls = [c for c in "abc" if row[c] == "with"]
        assert row["estimate"] == pytest.approx(slope(rows, "x", *controls), rel=1e-10)
        assert (row["n"], row["df"]) == (len(rows), len(rows) - 2 - len(controls))


def test_outcome_treatment_and_named_sets_may_be_axes():
    frame = made_up().assign(y2=lambda f: 3 * f["y"])
    axes = (
        Axis("outcome", ("y", "y2"), "y"),
        Axis("treatment", ("x", "a"), "x"),
        Axis("controls", ("none", "both", "c"), "both"),
        *control_axes("pair"),
    )
    model = LinearModel(controls={"both": ["b", "c"], "pair": ["c"]})
    found = linear_path(frame, Universe(axes), model)
    assert len(found) == 24
    for row in found.to_dict("records"):
        controls = {"none": [], "both": ["b", "c"], "c": ["c"]}[row["controls"]]
        controls = list(dict.fromkeys([*controls, *(["c"] if row["pair"] == "with" else [])]))
        expected = slope(frame, row["treatment"], *controls) * (3 if row["outcome"] == "y2" else 1)
        assert row["estimate"] == pytest.approx(expected, rel=1e-10)
        assert row["df"] == 40 - 2 - len(controls)


def test_a_frame_of_declared_specifications_is_as_good_as_a_universe():
    universe = Universe(
        control_axes("a", "b"), (Exclusion({"a": "without", "b": "without"}, "nobody would"),)
    )
    expected = linear_path(made_up(), universe, XY)
    pd.testing.assert_frame_equal(linear_path(made_up(), universe.table(), XY), expected)
    assert len(expected) == 3


def test_missing_values_leave_only_the_specifications_that_use_them():
    frame = made_up()
    frame.loc[[1, 2, 3], "a"] = np.nan
    frame.loc[[3, 4], "b"] = np.nan
    frame.loc[9, "y"] = np.nan
    found = linear_path(frame, Universe(control_axes("a", "b")), XY)
    expected = {
        ("with", "with"): 35,
        ("with", "without"): 36,
        ("without", "with"): 37,
        ("without", "without"): 39,
    }
    for row in found.to_dict("records"):
        assert row["n"] == expected[row["a"], row["b"]]
        assert row["estimate"] == pytest.approx(
            slope(frame, "x", *(c for c in "ab" if row[c] == "with")), rel=1e-10
        )


def test_nullable_and_boolean_columns_are_numbers():
    frame = made_up()
    whole = frame.assign(d=(frame["a"] > 0).astype(float))
    whole.loc[0, "d"] = np.nan
    nullable = whole.assign(d=whole["d"].astype("boolean"))
    assert (
        one(nullable, "d")["estimate"]
        == one(whole, "d")["estimate"]
        == pytest.approx(slope(whole, "x", "d"))
    )


FAILURES = {
    "an empty sample": ({"sample": "none"}, (), "sample 'none' is empty; widen its filter"),
    "an unobserved column": ({}, ("gone",), "'gone' has no observation in sample 'all'"),
    "an unobserved group": (
        {"sample": "late"},
        ("early",),
        "'early' has no observation in sample 'late'",
    ),
    "no complete row": (
        {},
        ("early", "later"),
        "no row of sample 'all' has early, later all observed",
    ),
    "too few rows": (
        {"sample": "three"},
        ("a",),
        "3 observations for 3 coefficients; drop controls",
    ),
    "a constant control": ({}, ("one",), "'one' is constant in sample 'all'"),
    "a constant treatment": ({"treatment": "one"}, (), "'one' is constant"),
    "a constant outcome": ({"outcome": "one"}, (), "'one' is constant"),
    "a control twice over": (
        {},
        ("a", "b", "sum"),
        "control 'sum' is a linear combination of other controls",
    ),
    "a treatment made of controls": (
        {"treatment": "sum"},
        ("a", "b"),
        "'sum' is a linear combination of the controls",
    ),
    "nearly collinear": ({}, ("a", "close"), "control 'close' is a linear combination"),
    "an identity": ({"outcome": "sum"}, ("a", "b"), "fit 'sum' exactly"),
    "two roles": ({}, ("x",), "'x' has two roles"),
    "outcome on itself": ({"treatment": "y"}, (), "'y' has two roles"),
}


@pytest.mark.parametrize("case", FAILURES)
@pytest.mark.parametrize(
    "errors", [{}, {"errors": "HC1"}, {"errors": "cluster", "cluster": "g"}], ids=str
)
def test_what_cannot_be_fitted_is_a_recorded_failure_beside_the_others(case, errors):
    choices, controls, reason = FAILURES[case]
    frame = made_up()
    frame = frame.assign(
        none=False,
        three=np.arange(40) < 3,
        gone=np.nan,
        one=0.1,
        early=frame["a"].where(~frame["late"]),
        later=frame["b"].where(frame["late"]),
        sum=frame["a"] + 1e6 * frame["b"],
        close=frame["a"] + 1e-9 * frame["b"],
    )
    bad = {"outcome": "y", "treatment": "x", "sample": "all", "controls": "bad", **choices}
    good = {"outcome": "y", "treatment": "x", "sample": "all", "controls": "none"}
    if case == "a treatment made of controls":
        bad["outcome"] = "c"
    model = LinearModel(controls={"bad": controls}, **errors)
    found = linear_path(frame, pd.DataFrame([bad, good]), model)
    assert reason in found["missing"][0]
    assert found.loc[0, ["estimate", "std_error", "low", "high", "t", "p", "df"]].isna().all()
    assert found["missing"][1] == ""
    assert found["estimate"][1] == pytest.approx(slope(frame, "x"), rel=1e-10)


def test_only_the_specifications_that_hold_the_collinear_pair_fail():
    frame = made_up().assign(twin=lambda f: 5 - 2 * f["a"])
    found = linear_path(frame, Universe(control_axes("a", "twin", "b")), XY)
    both = (found["a"] == "with") & (found["twin"] == "with")
    assert ((found["missing"] != "") == both).all() and found["estimate"].isna().equals(both)


@pytest.mark.parametrize("groups", ["single", "two"])
def test_clusters_that_give_no_error_are_recorded(groups):
    """With one cluster there is nothing to compare; where the treatment says which of two it is,
    the scores cancel.
    """
    frame = made_up().assign(single=1, two=np.arange(40) % 2)
    if groups == "two":
        frame["x"] = frame["two"].astype(float)
    row = one(frame, errors="cluster", cluster=groups)
    assert {"single": "one cluster", "two": "scores cancel, so the cluster error"}[groups] in row[
        "missing"
    ]
    assert np.isnan(row["estimate"]) and np.isnan(row["std_error"])


def test_an_empty_frame_fails_every_specification():
    found = linear_path(made_up().iloc[:0], Universe(control_axes("a")), XY)
    assert found["missing"].tolist() == ["sample 'all' is empty; widen its filter"] * 2


@pytest.mark.parametrize(
    ("axes", "model", "what"),
    [
        ((), LinearModel(treatment="x"), "no outcome is declared"),
        ((), LinearModel("y"), "no treatment is declared"),
        ((Axis("outcome", ("y",), "y"),), XY, "outcome is declared twice"),
        ((), LinearModel("yy", "x"), "unknown outcome 'yy'"),
        (control_axes("d"), XY, "unknown control"),
        ((Axis("a", ("on", "off"), "on"),), XY, "'with' or 'without'"),
        ((Axis("sample", ("latest",), "latest"),), XY, "unknown sample 'latest'"),
        ((Axis("sample", ("a",), "a"),), XY, "not one truth value per row"),
        ((Axis("sample", ("holes",), "holes"),), XY, "not one truth value per row"),
        (
            (Axis("sample", ("short",), "short"),),
            LinearModel("y", "x", samples={"short": [True]}),
            "truth value",
        ),
        (control_axes("word"), XY, "'word' does not hold numbers"),
        (control_axes("endless"), XY, "'endless' holds infinite values"),
        ((), LinearModel("y", "x", errors="cluster", cluster="holes"), "3 row(s) without 'holes'"),
        ((), LinearModel("y", "x", errors="cluster", cluster="h"), "unknown column 'h'"),
    ],
)
def test_wrong_calls_are_refused_before_anything_is_fitted(axes, model, what):
    frame = made_up().assign(
        word="w", endless=np.inf, holes=pd.array([None] * 3 + [True] * 37, dtype="boolean")
    )
    with pytest.raises(UsageError) as error:
        linear_path(frame, Universe(axes), model)
    assert what in str(error.value)


def test_wrong_options_are_refused():
    with pytest.raises(UnknownNameError, match="HC3"):
        LinearModel("y", "x", errors="HC3")
    with pytest.raises(UsageError, match="needs both"):
        LinearModel("y", "x", errors="cluster")
    with pytest.raises(UsageError, match="needs both"):
        LinearModel("y", "x", errors="HC1", cluster="g")
    with pytest.raises(UsageError, match="level"):
        linear_path(made_up(), Universe(), XY, level=95)
    with pytest.raises(UsageError, match="not ndarray"):
        linear_path(np.ones((3, 2)), Universe(), XY)
    with pytest.raises(UsageError, match="two columns of one name"):
        linear_path(pd.concat([made_up(), made_up()], axis=1), Universe(), XY)
    with pytest.raises(UsageError, match="no specification"):
        linear_path(made_up(), pd.DataFrame({"a": []}), XY)
    with pytest.raises(UsageError, match="missing choice"):
        linear_path(made_up(), pd.DataFrame({"a": [None, "with"]}), XY)
    with pytest.raises(UsageError, match="not dict"):
        linear_path(made_up(), {"a": "with"}, XY)


def test_neither_the_frame_nor_its_order_or_index_matters():
    frame = made_up()
    before = frame.copy()
    universe = Universe(control_axes("a", "b", "c"))
    for errors in ({}, {"errors": "HC1"}, {"errors": "cluster", "cluster": "g"}):
        model = LinearModel("y", "x", **errors)
        found = linear_path(frame, universe, model)
        moved = linear_path(frame.sample(frac=1, random_state=3), universe, model)
        pd.testing.assert_frame_equal(found, moved, rtol=1e-10)
    pd.testing.assert_frame_equal(frame, before)
