"""The specification curve: declared before it is run, failures recorded, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ca_research import stats
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.stats import Exclusion, Model, curve, joint_test, linear, specification_curve


def made(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(rows, 4)), columns=["x", "z", "a", "b"])
    frame["y"] = 0.4 * frame["x"] + frame["a"] + rng.normal(size=rows)
    frame["count"] = rng.poisson(np.exp(0.3 * frame["x"]))
    return frame.assign(unit=np.arange(rows) % 10, some=np.arange(rows) < 60, name="n")


def test_nothing_is_run_before_a_number_is_asked_for(monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("estimated too early")

    monkeypatch.setattr(curve, "linear_path", never)
    declared = specification_curve(made(), "y", "x", controls=["a", "b"])
    assert str(declared).startswith("4 specifications of 4 combinations")
    assert len(declared.specifications) == 4 and declared.specifications["is_main"].sum() == 1
    with pytest.raises(AssertionError, match="too early"):
        declared.to_frame()


def test_every_choice_is_an_axis_and_exclusions_say_why():
    found = specification_curve(
        made(),
        ["y", "count"],
        ["x", "z"],
        controls={"none": (), "both": ("a", "b")},
        samples={"some": "some"},
        model={"OLS": "ols", "robust": Model(errors="HC1")},
        exclusions=[Exclusion({"outcome": "count", "model": "OLS"}, "a count is skewed")],
    )
    assert "left out: 8, because a count is skewed" in str(found)
    table = found.to_frame()
    assert len(table) == 24 and (table["missing"] == "").all()
    assert list(table.columns[2:7]) == ["outcome", "treatment", "controls", "sample", "model"]
    assert found.summary(by="model")["specifications"].tolist() == [8, 16]
    assert found.summary().loc[0, "main"] == table.loc[0, "estimate"]


def test_rows_are_those_of_the_declared_order_whatever_the_model():
    models = {"fixed": Model("feols", effects="unit"), "plain": "ols"}
    found = specification_curve(made(), "y", "x", controls=["a"], model=models)
    table = found.to_frame()
    pd.testing.assert_frame_equal(table[found.specifications.columns], found.specifications)
    alone = {
        name: specification_curve(made(), "y", "x", controls=["a"], model=one).to_frame()
        for name, one in models.items()
    }
    for name, own in alone.items():
        assert table.loc[table["model"] == name, "estimate"].tolist() == own["estimate"].tolist()


def test_what_cannot_be_estimated_is_a_row_with_its_reason():
    frame = made().assign(flat=lambda f: f["unit"] * 1.0, zero=0.0)
    frame["minus"] = -frame["count"]
    models = {"fixed": Model("feols", effects="unit"), "ppml": Model("fepois", y="minus")}
    found = specification_curve(frame, "y", ["x", "flat"], model=models | {"ols": "ols"}).to_frame()
    why = found.set_index(["treatment", "model"])["missing"]
    assert "collinear" in why["flat", "fixed"] and "negative" in why["x", "ppml"]
    assert why["flat", "ols"] == "" and len(found) == 6
    assert found.loc[found["missing"] != "", ["estimate", "p", "n"]].isna().all(axis=None)
    never = specification_curve(frame, "zero", "x", model=Model("fepois", effects="unit"))
    assert "no row is left" in never.to_frame()["missing"].item()
    assert never.summary().loc[0, ["specifications", "missing"]].tolist() == [1, 1]


def test_a_control_that_the_effects_take_up_is_no_specification_of_its_own():
    """'with' and 'without' were the same fit, and counted as two."""
    frame = made().assign(flat=lambda f: f["unit"] * 1.0, twice=lambda f: 2 * f["x"])
    model = Model("feols", effects="unit")
    for control in ("flat", "twice"):
        found = specification_curve(frame, "y", "x", controls=[control], model=model)
        why = found.table.set_index(control)["missing"]
        assert why["without"] == "" and f"'{control}' is collinear" in why["with"]


@pytest.mark.parametrize(
    "coded",
    {
        "one": lambda zero: zero * 1.0,
        "nought": lambda zero: 1.0 - zero,
        "two": lambda zero: 2.0 * zero,
        "a bool": lambda zero: ~zero,
        "a number": lambda zero: np.where(zero, np.arange(len(zero)) + 5.0, 0.0),
    }.items(),
    ids=lambda coded: coded[0],
)
@pytest.mark.parametrize("effects", ["", "unit"])
def test_a_treatment_that_separates_has_no_estimate(coded, effects):
    """Coded otherwise than one where the outcome is zero, it had one of 20 with p of 1e-297."""
    zero = pd.Series(np.random.default_rng(1).random(120) < 0.1)
    frame = made().assign(t=coded[1](zero), count=lambda f: (f["count"] + 1.0).mask(zero, 0))
    found = specification_curve(frame, "count", ["x", "t"], model=Model("fepois", effects=effects))
    table = found.table.set_index("treatment")
    assert "separated" in table.at["t", "missing"] and np.isnan(table.at["t", "estimate"])
    assert table.at["x", "missing"] == ""


def test_what_is_told_by_zeros_alone_and_does_not_separate_has_an_estimate():
    """Nought wherever there is an outcome, of both signs where there is none."""
    frame = made().assign(zero=lambda f: f["count"] == 0)
    frame["t"] = frame["z"].where(frame["zero"], 0.0)
    table = specification_curve(frame, "count", "t", model="fepois").table
    assert table.at[0, "missing"] == "" and table.at[0, "n"] == len(frame)


def test_an_outcome_far_from_nought_is_not_fitted_exactly():
    frame = made().assign(far=lambda f: 1e9 + f["y"], line=lambda f: 1e9 + 2 * f["x"])
    model = Model("feols", effects="unit")
    near, far, line = (
        specification_curve(frame, y, "x", model=model).table.loc[0] for y in ("y", "far", "line")
    )
    assert far["estimate"] == pytest.approx(near["estimate"], rel=1e-6)
    assert far["std_error"] == pytest.approx(near["std_error"], rel=1e-6)
    assert "exactly" in line["missing"]


def test_a_model_may_have_an_outcome_of_its_own():
    found = specification_curve(
        made(), "y", "x", model={"OLS": "ols", "PPML": Model("fepois", y="count")}
    ).to_frame()
    alone = specification_curve(made(), "count", "x", model="fepois").to_frame()
    assert found.loc[1, "estimate"] == alone.loc[0, "estimate"] != found.loc[0, "estimate"]


def test_the_joint_test_is_that_of_the_shared_path():
    frame, axes = made(), linear.control_axes("a", "b")
    own = specification_curve(frame, "y", "x", controls=["a", "b"]).joint_test(seed=4, draws=99)
    plain = joint_test.joint_test(
        frame, stats.Universe(axes), linear.LinearModel("y", "x"), seed=4, draws=99
    )
    pd.testing.assert_frame_equal(own.table, plain.table)
    several = specification_curve(
        frame,
        "y",
        "x",
        controls=["a", "b"],
        model={"FE": Model("feols", effects="unit"), "OLS": "ols"},
    )
    pd.testing.assert_frame_equal(
        several.joint_test(seed=4, draws=99, model="OLS").table, plain.table
    )
    for model in (None, "FE"):
        with pytest.raises(UsageError, match="least squares") as refused:
            several.joint_test(seed=4, model=model)
        assert "OLS" in str(refused.value)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"y": "none"}, UnknownNameError, "none"),
        ({"controls": ["size"]}, UnknownNameError, "size"),
        ({"controls": {"one": ["size"]}}, UnknownNameError, "size"),
        ({"samples": {"young": "young"}}, UnknownNameError, "young"),
        ({"samples": {"text": "name"}}, UsageError, "truth value"),
        ({"model": "probit"}, UnknownNameError, "probit"),
        ({"model": Model("feols", effects="firm")}, UnknownNameError, "firm"),
        ({"controls": ["model"]}, UsageError, "twice"),
        ({"y": ["y", "count"], "model": Model("fepois", y="count")}, UsageError, "outcomes"),
        ({"level": 95}, UsageError, "level"),
        ({"model": ["ols", "feols"]}, UsageError, "model must be"),
        ({"model": {"one": ["ols"]}}, UsageError, "estimator must be"),
        ({"samples": ["some"]}, UsageError, "samples must be"),
        ({"exclusions": Exclusion({"model": "ols"}, "one alone")}, UsageError, "exclusions must"),
        ({"always": ["a"], "controls": ["a"]}, UsageError, "'a' is a control of every"),
        (
            {"always": ["a"], "controls": {"none": (), "one": ["a"]}},
            UsageError,
            "a choice in 'controls'",
        ),
    ],
)
def test_what_is_refused_before_anything_is_run(options, error, words):
    with pytest.raises(error, match=words):
        specification_curve(**{"data": made().assign(model=1.0), "y": "y", "x": "x"} | options)


def test_a_curve_is_of_the_frame_it_was_declared_on():
    """A column that was scaled before the numbers were asked for changed them."""
    frame = made()
    expected = specification_curve(made(), "y", "x", controls=["a"]).to_frame()
    curve = specification_curve(frame, "y", "x", controls=["a"])
    frame["y"] *= 1000
    frame.loc[:, "x"] = 0.0
    pd.testing.assert_frame_equal(curve.to_frame(), expected)


@pytest.mark.parametrize("alpha", [5, 0, 1, "0.05", None])
def test_what_is_significant_lies_between_nought_and_one(alpha):
    """Of alpha=5 everything was."""
    curve = specification_curve(made(), "y", "x", controls=["a"])
    with pytest.raises(UsageError, match="alpha"):
        curve.summary(alpha=alpha)
    with pytest.raises(UsageError, match="alpha"):
        curve.joint_test(seed=1, draws=99, alpha=alpha)


@pytest.mark.parametrize("choice", [{"seed": "a"}, {"seed": -1}, {"seed": 1, "draws": "200"}])
def test_a_seed_and_draws_are_whole_numbers(choice):
    curve = specification_curve(made(), "y", "x", controls=["a"])
    with pytest.raises(UsageError, match=list(choice)[-1]):
        curve.joint_test(**choice)


def test_a_model_that_makes_no_sense():
    for options in (
        {"effects": "unit"},
        {"errors": "HC4"},
        {"errors": "cluster"},
        {"cluster": "unit"},
        {"estimator": "fepois", "errors": "classical"},
        {"estimator": "feols", "effects": "unit + unit"},
        {"estimator": "feols", "effects": "unit + name^unit"},
        {"estimator": "feols", "effects": "name^unit + some + unit^name"},
    ):
        with pytest.raises(UsageError):
            Model(**options)
    with pytest.raises(UsageError, match="two joined"):
        Model("feols", errors="cluster", cluster="a + b + c")
    with pytest.raises(UnknownNameError, match="choice"):
        specification_curve(made(), "y", "x").summary(by="model")


def test_the_picture_has_a_point_for_every_estimate_and_a_row_for_every_choice():
    from matplotlib.collections import PathCollection

    from ca_research import plots

    found = specification_curve(made(), "y", ["x", "z"], controls=["a", "b"])
    top, bottom = plots.coefficient_curve(found, unit="points").axes
    dots = next(c for c in top.collections if isinstance(c, PathCollection))
    drawn = [y for _, y in dots.get_offsets().tolist()]
    assert sorted(drawn) == pytest.approx(sorted(found.to_frame()["estimate"]))
    assert [t.get_text() for t in bottom.get_yticklabels()] == ["x", "z"] + ["with", "without"] * 2
