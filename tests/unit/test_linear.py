"""Least squares of a curve: every declared specification is a row with a number or a reason.
Numbers of single regressions: tests/oracle/test_linear_oracles.py; refusals:
tests/library/cases/refused.yaml.
"""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from tests.designs import cases, curve, normal, regression

KINDS = [{}, {"errors": "HC1"}, {"errors": "cluster", "cluster": "g"}]


def slope(frame, outcome, *regressors):
    """The first coefficient by numpy's least squares, on complete rows."""
    rows = frame[[*regressors, outcome]].dropna().assign(one=1.0)
    design = rows[[*regressors, "one"]].to_numpy(float)
    return np.linalg.lstsq(design, rows[outcome].to_numpy(float), rcond=None)[0][0]


def test_a_row_has_its_choices_and_its_numbers():
    found = curve(regression(), "ab", ["late"]).table
    numbers = ["estimate", "std_error", "low", "high", "t", "p", "n", "df", "missing"]
    assert list(found.columns) == ["spec", "is_main", "a", "b", "sample", *numbers]
    assert (found["missing"] == "").all() and found["spec"].tolist() == list(range(8))


def test_outcome_treatment_and_named_sets_may_be_axes():
    frame = regression().eval("y2 = 3 * y")
    sets = {"both": ["b", "c"], "none": [], "c": ["c"]}
    found = curve(frame, sets, y=["y", "y2"], x=["x", "a"]).table
    assert len(found) == 12
    for row in found.to_dict("records"):
        expected = slope(frame, row["outcome"], row["treatment"], *sets[row["controls"]])
        assert row["estimate"] == pytest.approx(expected, rel=1e-10)
        assert row["df"] == row["n"] - 2 - len(sets[row["controls"]])


def test_nullable_and_boolean_columns_are_numbers():
    frame = regression()
    frame["d"] = (frame["b"] > 0).where(frame.index > 0).astype("boolean")
    row = curve(frame, always=["d"]).table.iloc[0]
    assert row["estimate"] == pytest.approx(slope(frame.astype({"d": float}), "y", "x", "d"))


@pytest.mark.parametrize("case", cases(__file__, "linear_failures"), ids=lambda c: c["case"])
def test_what_cannot_be_fitted_is_a_recorded_failure_beside_the_others(case):
    frame = normal(40, "x a b c y", 1).eval("y = x + a + y\nsum = a + 1e6 * b\nc2 = 5 - 2 * c")
    late, number = np.arange(40) >= 20, np.arange(40)
    frame = frame.eval("close = a + 1e-9 * b").assign(
        none=False, three=number < 3, late=late, gone=np.nan, one=0.1, g=number % 8
    )
    frame = frame.assign(early=frame["a"].mask(late), later=frame["b"].where(late))
    bad = {key: [case[key]] for key in ("outcome", "treatment", "sample") if key in case}
    y, x = ["y", *bad.get("outcome", ())], ["x", *bad.get("treatment", ())]
    sets = {"none": [], "bad": case["controls"]} if "controls" in case else {}
    for kind in KINDS:
        found = curve(frame, sets, bad.get("sample", ()), y=y, x=x, **kind).table
        first, last = found.iloc[0], found.iloc[-1]
        assert case["says"] in last["missing"] and first["missing"] == ""
        assert last[["estimate", "std_error", "low", "high", "t", "p", "df"]].isna().all()
        assert first["estimate"] == pytest.approx(slope(frame, "y", "x"), rel=1e-10)


@pytest.mark.parametrize(("number", "why"), [(1, "one cluster"), (2, "scores cancel")])
def test_clusters_that_give_no_error_are_recorded(number, why):
    """With one there is nothing to compare; where the treatment says which of two it is, the
    scores cancel.
    """
    frame = regression().assign(g=np.arange(60) % number)
    frame["x"] = frame["g"] * 1.0 if number == 2 else frame["x"]
    row = curve(frame, errors="cluster", cluster="g").table.iloc[0]
    assert why in row["missing"] and row[["estimate", "std_error"]].isna().all()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_neither_the_frame_nor_its_order_or_index_matters(kind):
    frame = regression()
    found = curve(frame, "abc", **kind).table
    moved = curve(frame.sample(frac=1, random_state=3), "abc", **kind).table
    assert_frame_equal(found, moved, rtol=1e-10)
    assert_frame_equal(frame, regression())
