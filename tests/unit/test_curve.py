"""The specification curve: declared before it is run, failures recorded. Numbers:
tests/oracle/test_curve_oracles.py; refusals: tests/library/cases/refused.yaml.
"""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from tests.designs import curve_rows

from ca_research.stats import Exclusion, Model, specification_curve

FIXED = Model("feols", effects="unit")


def test_every_choice_is_an_axis_and_exclusions_leave_out():
    found = specification_curve(
        curve_rows(),
        ["y", "count"],
        ["x", "z"],
        controls={"none": (), "both": ("a", "b")},
        samples={"some": "some"},
        model={"OLS": "ols", "robust": Model(errors="HC1")},
        exclusions=[Exclusion({"outcome": "count", "model": "OLS"}, "a count is skewed")],
    )
    table = found.to_frame()
    assert len(table) == 24 and (table["missing"] == "").all()
    assert found.summary(by="model")["specifications"].tolist() == [8, 16]
    assert found.summary().at[0, "main"] == table.at[0, "estimate"]


def test_rows_are_those_of_the_declared_order_whatever_the_model():
    models = {"fixed": FIXED, "plain": "ols"}
    found = specification_curve(curve_rows(), "y", "x", controls=["a"], model=models)
    table = found.to_frame()
    assert_frame_equal(table[found.specifications.columns], found.specifications)
    alone = specification_curve(curve_rows(), "y", "x", controls=["a"], model=FIXED).table
    own = table.loc[table["model"] == "fixed", "estimate"]
    assert own.tolist() == alone["estimate"].tolist()


def test_what_cannot_be_estimated_is_a_row_with_its_reason():
    frame = curve_rows().eval("flat = unit * 1.0\nminus = -count")
    models = {"fixed": FIXED, "ppml": Model("fepois", y="minus"), "ols": "ols"}
    found = specification_curve(frame, "y", ["x", "flat"], model=models).table
    why = found.set_index(["treatment", "model"])["missing"]
    assert "collinear" in why["flat", "fixed"] and "negative" in why["x", "ppml"]
    assert why["flat", "ols"] == "" and len(found) == 6
    assert found.query("missing != ''")[["estimate", "p", "n"]].isna().all(axis=None)


def test_a_control_that_the_effects_take_up_is_no_specification_of_its_own():
    """'with' and 'without' were the same fit, and counted as two."""
    frame = curve_rows().eval("flat = unit * 1.0\ntwice = 2 * x")
    for control in ("flat", "twice"):
        found = specification_curve(frame, "y", "x", controls=[control], model=FIXED)
        why = found.table.set_index(control)["missing"]
        assert why["without"] == "" and f"'{control}' is collinear" in why["with"]


@pytest.mark.parametrize("effects", ["", "unit"])
def test_a_treatment_that_separates_has_no_estimate_however_it_is_coded(effects):
    """Coded otherwise than one where the outcome is zero, it had one of 20 with p of 1e-297."""
    zero = np.random.default_rng(1).random(120) < 0.1
    coded = {"one": zero * 1.0, "nought": 1.0 - zero, "two": 2.0 * zero, "is": ~zero}
    frame = curve_rows().assign(**coded, count=lambda f: (f["count"] + 1.0).mask(zero, 0))
    counts = Model("fepois", effects=effects)
    table = specification_curve(frame, "count", ["x", *coded], model=counts).table
    assert table["missing"].str.contains("separated").tolist() == [False] + [True] * 4
    assert table["estimate"].notna().tolist() == [True] + [False] * 4


def test_an_outcome_far_from_nought_is_not_fitted_exactly():
    frame = curve_rows().eval("far = 1e9 + y\nline = 1e9 + 2 * x")
    near, far, line = (
        specification_curve(frame, y, "x", model=FIXED).table.loc[0] for y in ("y", "far", "line")
    )
    for number in ("estimate", "std_error"):
        assert far[number] == pytest.approx(near[number], rel=1e-6)
    assert "exactly" in line["missing"]


def test_the_joint_test_is_that_of_the_model_alone():
    plain = specification_curve(curve_rows(), "y", "x", controls=["a", "b"])
    models = {"FE": FIXED, "OLS": "ols"}
    own = specification_curve(curve_rows(), "y", "x", controls=["a", "b"], model=models)
    tests = (own.joint_test(seed=4, draws=99, model="OLS"), plain.joint_test(seed=4, draws=99))
    assert_frame_equal(*(test.table for test in tests))


def test_a_curve_is_of_the_frame_it_was_declared_on():
    """A column that was scaled before the numbers were asked for changed them."""
    frame = curve_rows()
    first, later = (specification_curve(frame, "y", "x", controls=["a"]) for _ in range(2))
    expected = first.to_frame()
    frame["y"] *= 1000
    frame.loc[:, "x"] = 0.0
    assert_frame_equal(later.to_frame(), expected)
