"""The specification universe: the product of its axes, nothing silently left out, nothing silently
run twice.
"""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ca_research.ground.errors import CoverageError, MeasureError, UnknownNameError, UsageError
from ca_research.stats import AtMostOne, Axis, Exclusion, Universe

PERIOD = Axis("period", ("short", "long"), "long")
SOURCE = Axis("source", ("a", "b", "c"), "b")
ESTIMATOR = Axis("estimator", ("mean", "median"), "mean", kind="method")
LATE = Exclusion({"period": "short", "source": "a"}, "source a starts late")


def rows(*numbers, path="p"):
    return pd.DataFrame({"estimate": numbers, "path": path})


def test_exclusions_leave_out_exactly_what_they_name_and_say_why():
    universe = Universe((PERIOD, SOURCE), (LATE,))
    assert len(universe) == 5 and LATE.when not in list(universe)
    table = universe.table()
    assert len(table) == 6  # the excluded one is shown too
    left_out = table.loc[table["excluded"] != "", ["period", "source", "excluded"]]
    assert left_out.values.tolist() == [["short", "a", LATE.reason]]
    assert table["is_main"].tolist() == [True] + [False] * 5


def measure_of(**columns):
    return lambda period: rows(1.0).assign(**columns)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (lambda: Axis("period", ("short", "long"), "long", kind="dat"), UnknownNameError),
        (lambda: Axis("period", "sl", "s"), UsageError),
        (lambda: Axis("period", (1, 2), 3), UsageError),
        (lambda: Universe(PERIOD), UsageError),
        (lambda: Universe((PERIOD,), ({"period": "short"},)), UsageError),
        # the main specification is excluded
        (lambda: Universe((PERIOD,), (Exclusion({"period": "long"}, "why"),)), UsageError),
        # of a typing error all that was left was the main value
        (lambda: Universe((SOURCE,), (Exclusion({"sauce": "a"}, "a slip"),)), UnknownNameError),
        (lambda: Universe((SOURCE,), (AtMostOne({"source": "z"}, "a slip"),)), UnknownNameError),
        # specifications of the first were overwritten by those of the second
        (lambda: Universe((PERIOD, Axis("period", (1, 2), 1))), UsageError),
        (lambda: Universe((Axis("spec", (1, 2), 1),)), UsageError),
        (lambda: Universe((PERIOD,)).run(measure_of(), jobs=0), UsageError),
        # a column of the measure stood in the place of the choice that was run
        (lambda: Universe((PERIOD,)).run(measure_of(period="2023")), MeasureError),
    ],
)
def test_what_cannot_be_run_or_read_rightly_is_refused(made, error):
    with pytest.raises(error) as refused:
        made()
    assert type(refused.value) is error


def test_run_keeps_number_choices_and_every_row():
    def measure(period):  # it may repeat its choice
        return (rows(1.0, 2.0) if period == "long" else rows(5.0)).assign(period=period)

    result = Universe((PERIOD,)).run(measure)
    assert result[["spec", "is_main", "period", "estimate"]].values.tolist() == [
        [0, True, "long", 1.0],
        [0, True, "long", 2.0],
        [1, False, "short", 5.0],
    ]


def seeded(period, source, estimator):
    if (period, source) == ("short", "c"):
        raise CoverageError("no figures of c for the short period")
    if (period, source) == ("short", "a"):
        return rows()
    number = sum(map(ord, period + source + estimator))
    return rows(float(np.random.default_rng(number).normal()), path=f"{period}{source}")


def test_what_fails_or_is_empty_is_a_row_with_the_reason_also_in_processes():
    universe, seen = Universe((PERIOD, SOURCE, ESTIMATOR)), []
    alone = universe.run(seeded)
    together = universe.run(seeded, progress=lambda *at: seen.append(at), jobs=2)
    assert_frame_equal(alone, together)
    assert seen == [(n, 12) for n in range(1, 13)]
    failed = alone[alone["estimate"].isna()]
    assert failed.groupby("source").size().to_dict() == {"a": 2, "c": 2} and len(alone) == 12
    assert failed["missing"].str.len().gt(0).all() and not failed["is_main"].any()


def divides_by_zero(period):
    return rows(1 / 0)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_mistake_in_the_code_is_no_missing_datum(jobs):
    with pytest.raises(ZeroDivisionError):
        Universe((PERIOD,)).run(divides_by_zero, jobs=jobs)
