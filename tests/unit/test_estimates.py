"""The contract of an estimates frame, and that a measure which breaks it is named."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.cases import cases

import ca_research as ca
from ca_research.estimates import (
    ESTIMATE_COLUMNS,
    checked,
    data_path,
    estimate_row,
    estimates,
    measure,
)
from ca_research.estimates.measures import rows_of
from ca_research.ground import errors
from ca_research.ground.errors import MeasureError, UsageError

USED = pd.DataFrame({"economy": ["KAZ"], "year": [2020], "source_id": ["WB_WDI"]})  # invented
ROWS = [estimate_row(USED, economy="KAZ", low=1.0, high=2.0), estimate_row(economy="UZB")]
FRAME = estimates(ROWS)
CASES = cases(__file__, "estimates")


def test_what_a_measure_makes_with_the_helpers_holds():
    rows = checked(ROWS, "trade.lead")
    assert [row["economy"] for row in rows] == ["KAZ", "UZB"] and rows[0]["n"] == 1
    assert_frame_equal(estimates(checked(FRAME, "trade.lead")), FRAME)
    rounded = FRAME.assign(low=0.1 + 0.2, high=0.3)  # an end that was added up may lie a bit above
    by_hand = rounded.drop(columns=["rows", "origins"])
    assert len(checked(by_hand, "trade.lead")) == 2
    assert tuple(FRAME.columns) == ESTIMATE_COLUMNS


def test_a_registered_measure_gives_a_frame_to_who_calls_it_and_its_rows_to_a_claim():
    @measure("own.rows", kind="level")
    def own():
        return ROWS

    assert_frame_equal(own(), FRAME)
    assert rows_of(own)() is ROWS


def unsound(case):
    if "row" in case:
        return [ROWS[0] | case["row"]]
    frame = FRAME.drop(columns=case.get("drop", [])).assign(**case.get("assign", {}))
    return case.get("rows", frame)


ODD_ROWS = [[{k: ROWS[0][k] for k in ROWS[0] if k != "path"}], [ROWS[0], ROWS[0]]]


@pytest.mark.parametrize("found", [*ODD_ROWS, *map(unsound, CASES["no frame"])])
def test_what_is_no_estimates_frame_is_refused_by_the_name_of_its_measure(found):
    with pytest.raises(MeasureError) as error:
        checked(found, "trade.lead")
    assert error.value.what.startswith("trade.lead gives") and error.value.hint


@pytest.mark.parametrize("changed", CASES["known"])
def test_what_is_known_of_a_figure_is_not_which_figure_it_is(changed):
    rows = ca.load("students").head(3).reset_index(drop=True)
    same = rows.assign(**changed)
    assert data_path(same) == data_path(same.drop(columns="known_on")) == data_path(rows)


def test_the_path_is_the_key_that_the_registry_declares():
    rows = ca.load("students").head(3).reset_index(drop=True)
    path = data_path(rows)
    for kind in (float, "Float64", "int32", object):
        assert data_path(rows.astype({"year": kind})) == path
    assert data_path(rows.reset_index()) == path
    half, pairs = rows.assign(year=rows["year"] + 0.5), rows.assign(pairs="both")
    for other in (rows.assign(year=1999), rows.assign(level="x"), half, pairs):
        assert data_path(other) != path


def test_rows_that_lost_their_key_are_told_by_all_they_have():
    dated = USED.assign(date="2015-05-08", value_usd=1.0).drop(columns="year")
    assert data_path(dated) == data_path(dated.assign(value_usd=2.0))
    assert data_path(dated) != data_path(dated.assign(date="2016-09-02"))


@pytest.mark.parametrize(("ids", "error"), CASES["no source"])
def test_rows_without_a_source_have_no_path(ids, error):
    bare = USED.drop(columns="source_id")
    frame = bare if ids is None else bare.merge(pd.DataFrame({"source_id": ids}), how="cross")
    for call in (data_path, estimate_row):
        with pytest.raises(getattr(errors, error)):
            call(frame)


@pytest.mark.parametrize("row", [*({"economy": "KAZ"} | f for f in CASES["no row"]), "KAZ"])
def test_rows_that_are_no_estimates_are_refused(row):
    with pytest.raises(UsageError):
        estimates([row])
    assert len(estimates([ROWS[0] | {"mase": 1.0}])) == 1  # a measure has columns of its own


def test_origins_are_those_that_rows_name_else_those_of_their_sources():
    named = USED.assign(origin_group="OFFICE")
    assert estimate_row(named)["origins"] == ("OFFICE",)
    assert estimate_row(pd.concat([named, USED]))["origins"] == ("OFFICE", "WB_WDI")
    assert estimate_row()["origins"] == ()
