"""The specification universe: the product of its axes, nothing silently left out, nothing silently
run twice.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.errors import (
    CoverageError,
    MeasureError,
    UnknownNameError,
    UsageError,
)
from ca_research.stats import (
    AtMostOne,
    Axis,
    Exclusion,
    Universe,
    collapse,
)

PERIOD = Axis("period", ("short", "long"), "long")
SOURCE = Axis("source", ("a", "b", "c"), "b")
ESTIMATOR = Axis("estimator", ("mean", "median"), "mean", kind="method")


def rows(*numbers: float, path: str = "p") -> pd.DataFrame:
    return pd.DataFrame({"estimate": numbers, "path": path})


def test_the_universe_is_the_product_with_the_main_specification_first():
    universe = Universe((PERIOD, SOURCE, ESTIMATOR))
    found = list(universe)
    expected = {
        frozenset(zip(("period", "source", "estimator"), v, strict=True))
        for v in itertools.product(PERIOD.values, SOURCE.values, ESTIMATOR.values)
    }
    assert found[0] == universe.main == {"period": "long", "source": "b", "estimator": "mean"}
    assert len(found) == len(universe) == 12
    assert {frozenset(f.items()) for f in found} == expected


def test_a_universe_without_axes_is_one_specification():
    assert list(Universe()) == [{}]
    result = Universe().run(lambda: rows(3.0))
    assert result[["spec", "is_main", "estimate"]].values.tolist() == [[0, True, 3.0]]


def test_exclusions_leave_out_exactly_what_they_name_and_say_why():
    rule = Exclusion({"period": "short", "source": "a"}, "source a starts late")
    universe = Universe((PERIOD, SOURCE), (rule,))
    assert {"period": "short", "source": "a"} not in list(universe)
    assert len(universe) == 5
    table = universe.table()
    assert len(table) == 6  # the excluded one is shown too
    assert table.loc[table["excluded"] != "", ["period", "source", "excluded"]].values.tolist() == (
        [["short", "a", "source a starts late"]]
    )
    assert table["is_main"].tolist() == [True] + [False] * 5


def test_an_exclusion_on_one_axis_takes_all_that_hold_it():
    assert len(Universe((PERIOD, SOURCE), (Exclusion({"source": "c"}, "withdrawn"),))) == 4


def test_an_excluded_main_specification_is_refused():
    with pytest.raises(UsageError, match="main specification"):
        Universe((PERIOD, SOURCE), (Exclusion({"period": "long"}, "no reason is good enough"),))


@pytest.mark.parametrize(
    ("when", "said"),
    [({"sauce": "a"}, "unknown axis 'sauce'"), ({"source": "z"}, "unknown choice of source 'z'")],
)
def test_an_exclusion_that_nothing_can_meet_is_refused(when, said):
    for one in (Exclusion, AtMostOne):  # of a typing error all that was left was the main value
        with pytest.raises(UnknownNameError, match=said):
            Universe((PERIOD, SOURCE), (one(when, "a slip"),))


def test_two_choices_have_two_names():
    """Specifications of the first were overwritten by those of the second."""
    with pytest.raises(UsageError, match="named twice: period"):
        Universe((PERIOD, Axis("period", (1, 2), 1)))
    with pytest.raises(UsageError, match="named twice: spec"):
        Universe((Axis("spec", (1, 2), 1),))


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (lambda: Axis("period", ("short", "long"), "long", kind="dat"), UnknownNameError),
        (lambda: Axis("period", "sl", "s"), UsageError),
        (lambda: Universe(PERIOD), UsageError),
        (lambda: Universe((PERIOD,), Exclusion({"period": "short"}, "one")), UsageError),
        (lambda: Universe((PERIOD,), ({"period": "short"},)), UsageError),
        (lambda: Universe((PERIOD,)).run(lambda period: rows(1.0), jobs=0), UsageError),
        (lambda: Universe((PERIOD,)).run(lambda period: rows(1.0), jobs="2"), UsageError),
    ],
)
def test_what_is_no_axis_no_exclusion_and_no_number_of_processes(made, error):
    with pytest.raises(error):
        made()


def test_a_measure_may_repeat_its_choice_and_gives_no_other():
    """Its column stood in the place of the choice that was run."""

    def measure(period: str, other: str = "") -> pd.DataFrame:
        return rows(1.0).assign(period=other or period)

    assert Universe((PERIOD,)).run(measure)["period"].tolist() == ["long", "short"]
    with pytest.raises(MeasureError, match="'2023' where 'long' was run"):
        Universe((PERIOD,)).run(lambda period: measure(period, "2023"))
    with pytest.raises(MeasureError, match="gives spec 7 where 0 was run"):
        Universe((PERIOD,)).run(lambda period: rows(1.0).assign(spec=7))


def test_run_keeps_number_choices_and_every_row():
    result = Universe((PERIOD,)).run(
        lambda period: rows(1.0, 2.0) if period == "long" else rows(5.0)
    )
    assert result[["spec", "is_main", "period", "estimate"]].values.tolist() == [
        [0, True, "long", 1.0],
        [0, True, "long", 2.0],
        [1, False, "short", 5.0],
    ]


def test_a_specification_that_fails_is_a_row_with_the_reason():
    def measure(source: str) -> pd.DataFrame:
        if source == "a":
            raise CoverageError("source a holds no such year", hint="take another")
        return rows(1.0)

    result = Universe((SOURCE,)).run(measure)
    assert len(result) == 3
    failed = result[result["source"] == "a"].iloc[0]
    assert failed["missing"] == "source a holds no such year"
    assert pd.isna(failed["estimate"])
    assert not failed["is_main"]


def test_a_measure_without_rows_is_not_a_silent_gap():
    result = Universe((SOURCE,)).run(lambda source: rows() if source == "c" else rows(1.0))
    assert sorted(result["source"]) == ["a", "b", "c"]
    assert result.loc[result["source"] == "c", "missing"].item()


def test_any_other_exception_goes_through():
    def broken(source: str) -> pd.DataFrame:
        raise ZeroDivisionError("a mistake in the code is no missing datum")

    with pytest.raises(ZeroDivisionError):
        Universe((SOURCE,)).run(broken)


def test_run_reports_progress_up_to_the_number_of_specifications():
    seen: list[tuple[int, int]] = []
    Universe((SOURCE,)).run(
        lambda source: rows(1.0), progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def evidence(*specs: tuple[int, list[str], str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"spec": n, "path": path, "estimator": method}
            for n, paths, method in specs
            for path in paths or [""]
        ]
    )


def test_the_same_path_and_method_are_one_specification():
    found = collapse(
        evidence((0, ["x"], "mean"), (1, ["x"], "mean"), (2, ["y"], "mean")), ["estimator"]
    )
    assert found == {0: 0, 1: 0, 2: 2}


def test_another_method_on_the_same_path_is_another_specification():
    frame = evidence((0, ["x"], "mean"), (1, ["x"], "median"))
    assert collapse(frame, ["estimator"]) == {0: 0, 1: 1}
    assert collapse(frame) == {0: 0, 1: 0}  # where the axis is one of data, they are one


def test_paths_are_those_of_all_rows_in_any_order():
    frame = evidence((0, ["x", "y"], "mean"), (1, ["y", "x"], "mean"), (2, ["x"], "mean"))
    assert collapse(frame, ["estimator"]) == {0: 0, 1: 0, 2: 2}


def test_specifications_without_data_stand_for_themselves():
    frame = evidence((0, [], "mean"), (1, [], "mean"), (2, ["x"], "mean"))
    assert collapse(frame, ["estimator"]) == {0: 0, 1: 1, 2: 2}


def test_an_economy_without_data_does_not_change_the_path_of_the_others():
    frame = evidence((0, ["x", ""], "mean"), (1, ["x"], "mean"))
    assert collapse(frame, ["estimator"]) == {0: 0, 1: 0}


def test_printing_says_how_many_which_and_why_some_are_left_out():
    universe = Universe(
        (PERIOD, SOURCE), (Exclusion({"period": "short", "source": "a"}, "source a starts late"),)
    )
    text = str(universe)
    assert text.startswith("5 specifications of 6 combinations")
    assert "long (main)" in text and "left out: 1, because source a starts late" in text


def seeded(period: str, source: str, estimator: str) -> pd.DataFrame:
    if (period, source) == ("short", "c"):
        raise CoverageError("no figures of c for the short period")
    number = sum(map(ord, period + source + estimator))
    return rows(float(np.random.default_rng(number).normal()), path=f"{period}{source}")


def test_processes_change_neither_rows_nor_order_and_failures_stay():
    universe = Universe((PERIOD, SOURCE, ESTIMATOR))
    seen: list[tuple[int, int]] = []
    alone = universe.run(seeded)
    together = universe.run(seeded, progress=lambda done, total: seen.append((done, total)), jobs=2)
    pd.testing.assert_frame_equal(alone, together)
    assert seen == [(n, 12) for n in range(1, 13)]
    failed = together[together["missing"].notna()]
    assert failed["missing"].tolist() == ["no figures of c for the short period"] * 2


def test_an_error_of_the_measure_itself_is_not_swallowed_in_a_process_either():
    with pytest.raises(ZeroDivisionError):
        Universe((PERIOD,)).run(divides_by_zero, jobs=2)


def divides_by_zero(period: str) -> pd.DataFrame:
    return rows(1 / 0)


def factorial(value) -> pd.DataFrame:
    grid = itertools.product(["a", "b"], ["x", "y", "z"], ["1", "2"])
    table = pd.DataFrame(grid, columns=["one", "two", "three"])
    table["estimate"] = [value(*choices) for choices in table.itertuples(index=False, name=None)]
    return table.assign(spec=range(len(table)))
