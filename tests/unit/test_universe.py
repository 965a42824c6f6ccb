"""The specification universe: the product of its axes, nothing silently left out, nothing silently
run twice.
"""

import numpy as np
import pandas as pd
import pytest
from tests.designs import cases

from ca_research.ground.errors import CaResearchError, CoverageError
from ca_research.stats import Axis, Exclusion, Universe

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


@pytest.mark.parametrize("case", cases(__file__, "universe"), ids=str)
def test_what_cannot_be_run_or_read_rightly_is_refused(case):
    with pytest.raises(CaResearchError) as refused:
        axes = Axis(**case["axis"]) if "axis" in case else case.get("axes", [PERIOD])
        declared = Universe(axes, case.get("exclusions", ()))
        declared.run(lambda period: rows(1.0).assign(**case["columns"]), **case.get("run", {}))
    assert type(refused.value).__name__ == case["error"]


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


def test_what_fails_or_is_empty_is_a_row_with_the_reason():
    alone = Universe((PERIOD, SOURCE, ESTIMATOR)).run(seeded)
    failed = alone[alone["estimate"].isna()]
    assert failed.groupby("source").size().to_dict() == {"a": 2, "c": 2} and len(alone) == 12
    assert failed["missing"].str.len().gt(0).all() and not failed["is_main"].any()


def test_a_mistake_in_the_code_is_no_missing_datum():
    with pytest.raises(ZeroDivisionError):
        Universe((PERIOD,)).run(lambda period: rows(1 / 0))
