"""The contract of an estimates frame, and that a measure which breaks it is named."""

import json

import pandas as pd
import pytest

import ca_research as ca
from ca_research.claims.criteria import judge_criteria
from ca_research.estimates import (
    ESTIMATE_COLUMNS,
    Rows,
    checked,
    data_path,
    estimate_row,
    estimates,
    measure,
)
from ca_research.estimates.measures import rows_of
from ca_research.ground import paths
from ca_research.ground.errors import MeasureError, UnknownNameError, UsageError

USED = pd.DataFrame({"economy": ["KAZ"], "year": [2020], "source_id": ["WB_WDI"]})  # invented
ROWS = [estimate_row(USED, economy="KAZ", low=1.0, high=2.0), estimate_row(economy="UZB")]
FRAME = estimates(ROWS)


def test_what_a_measure_makes_with_the_helpers_holds():
    rows = checked(ROWS, "trade.lead")
    assert [row["economy"] for row in rows] == ["KAZ", "UZB"] and rows[0]["n"] == 1
    pd.testing.assert_frame_equal(estimates(checked(FRAME, "trade.lead")), FRAME)
    rounded = FRAME.assign(low=0.1 + 0.2, high=0.3)  # an end that was added up may lie a bit above
    assert len(checked(rounded, "trade.lead")) == 2
    assert tuple(FRAME.columns) == ESTIMATE_COLUMNS


def test_a_frame_made_by_hand_may_do_without_rows():
    rows = checked(FRAME.drop(columns="rows"), "trade.lead")
    assert [row["rows"] for row in rows] == [None, None]


def test_a_registered_measure_gives_a_frame_to_who_calls_it_and_its_rows_to_a_claim():
    @measure("own.rows")
    def own():
        return ROWS

    pd.testing.assert_frame_equal(own(), FRAME)
    assert rows_of(own)() is ROWS


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "gives NoneType"),
        ([3], "gives list"),
        ([{k: ROWS[0][k] for k in ROWS[0] if k != "path"}], "no column path"),
        ([ROWS[0], ROWS[0]], "two rows for KAZ"),
        (FRAME.drop(columns=["path", "missing"]), "no column path, missing"),
        (FRAME.assign(economy=["KAZ", 3]), "economy 3"),
        (FRAME.assign(economy="KAZ"), "two rows for KAZ"),
        (FRAME.assign(economy=""), "two rows for one specification"),
        (FRAME.assign(estimate="much"), "estimate as str"),
        (FRAME.assign(estimate=float("inf")), "an estimate of inf"),
        (FRAME.assign(high=float("inf")), "a high of inf"),
        (FRAME.assign(low=3.0), "low of 3 above a high of 2"),
        (FRAME.assign(estimate=30.0), "estimate of 30 above its high of 2"),
        (FRAME.assign(estimate=-1.0), "estimate of -1 below its low of "),
        (FRAME.assign(sources="WB_WDI"), "sources that are no tuple"),
    ],
)
def test_what_is_no_estimates_frame_is_refused_by_the_name_of_its_measure(found, said):
    with pytest.raises(MeasureError, match=r"^trade\.lead gives") as error:
        checked(found, "trade.lead")
    assert said in str(error.value) and error.value.hint


def test_such_a_measure_is_an_error_and_not_a_missing_answer(monkeypatch):
    monkeypatch.setattr(
        "ca_research.claims.compute.find",
        lambda name: lambda students, **choices: FRAME.iloc[:, :3],
    )
    with pytest.raises(MeasureError, match="no column high"):
        ca.claim("C30").gather(students=ca.load("students"))


def test_the_path_is_the_key_that_the_registry_declares_and_the_origin():
    rows = ca.load("students").head(3).reset_index(drop=True)
    path = data_path(rows)
    same = rows.assign(students=0.0, flag=None, precision="rounded").drop(columns="known_on")
    assert data_path(same) == path, "what is known of a figure is not which figure it is"
    for changed in (rows.assign(year=1999), rows.assign(level="x"), rows.head(2)):
        assert data_path(changed) != path
    assert data_path(rows.assign(pairs="both")) != path, "what a measure adds tells rows apart"


def test_the_type_of_a_column_and_a_figure_beside_it_are_no_other_path():
    rows = ca.load("students").head(3).reset_index(drop=True)
    path = data_path(rows)
    for kind in (float, "Float64", "int32", object):
        assert data_path(rows.astype({"year": kind})) == path
    assert data_path(rows.assign(year=[float(y) for y in rows["year"]])) == path
    assert data_path(rows.assign(share=0.5, nth=[1, 2, 3])) == path
    assert data_path(rows.reset_index()) == path
    assert data_path(rows.assign(year=rows["year"] + 0.5)) != path


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (USED.drop(columns="source_id"), UnknownNameError),
        (USED.assign(source_id=None), UsageError),
        (pd.concat([USED, USED.assign(source_id=float("nan"))]), UsageError),
    ],
)
def test_rows_without_a_source_have_no_path(frame, error):
    for call in (data_path, estimate_row):
        with pytest.raises(error, match="source_id"):
            call(frame)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"economy": "KAZ", "estimat": 1.0}, "no 'estimate'"),
        (ROWS[0] | {"estimate": float("inf")}, "inf"),
        (ROWS[0] | {"low": float("-inf")}, "inf"),
        ("KAZ", "'KAZ'"),
    ],
)
def test_rows_that_are_no_estimates_are_refused(row, said):
    """A typing error was an estimate that is missing, without a reason."""
    with pytest.raises(UsageError, match=said):
        estimates([row])
    assert len(estimates([ROWS[0] | {"mase": 1.0}])) == 1  # a measure has columns of its own


def test_rows_that_lost_their_key_are_told_by_all_they_have():
    dated = pd.DataFrame(
        {"economy": ["KAZ"], "date": ["2015-05-08"], "source_id": ["P044"], "value_usd": [1.0]}
    )
    assert data_path(dated) == data_path(dated.assign(value_usd=2.0))
    assert data_path(dated) != data_path(dated.assign(date="2016-09-02"))


@pytest.mark.parametrize("claim_id", ["C06", "C23", "C25", "C29", "C30"])
def test_as_many_specifications_count_as_in_the_baseline(claim_id):
    claim = ca.claim(claim_id)
    evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    methods = [a.name for a in claim.spec.grid.axes if a.kind == "method"]
    accepted = json.loads((paths.baseline_dir() / "verdicts.json").read_text())["verdicts"]
    for reading in claim.spec.readings:
        (entry,) = (
            e
            for e in accepted
            if (e["claim"], e["reading"], e["as_of"]) == (claim_id, reading.name, "latest")
        )
        found = judge_criteria(reading, evidence.standing, methods, list(evidence.economies))
        assert {n: c.specifications for n, c in found.items()} == {
            n: c["specifications"] for n, c in entry["criteria"].items()
        }


def test_rows_are_made_once_and_only_when_asked_for():
    made = []
    rows = Rows(lambda: made.append(1) or USED)
    assert made == []
    assert rows.frame is USED and len(rows) == 1 and made == [1]


def test_cells_that_hold_collections_of_one_length_stay_what_they_are():
    rows = [
        estimate_row(economy=e) | {"sources": ("A", "B"), "first_year": year, "last_year": 2020}
        for e, year in (("KAZ", 2010), ("KGZ", None))
    ]
    frame = estimates(rows)
    assert frame["sources"].tolist() == [("A", "B"), ("A", "B")]
    assert frame["first_year"].dtype == "Int64" and frame["first_year"].isna().tolist() == [0, 1]
    assert frame["economy"].dtype == "str" and frame["missing"].tolist() == ["", ""]
    assert estimates([]).columns.tolist() == frame.columns.tolist()


def test_origins_are_those_that_rows_name_else_those_of_their_sources():
    named = USED.assign(origin_group="OFFICE")
    assert estimate_row(named)["origins"] == ("OFFICE",)
    assert estimate_row(pd.concat([named, USED]))["origins"] == ("OFFICE", "WB_WDI")
    assert estimate_row()["origins"] == ()
    rows = checked(FRAME.drop(columns="origins"), "trade.lead")
    assert [row["origins"] for row in rows] == [None, None]
    with pytest.raises(MeasureError, match="origins that are no tuple"):
        checked([ROWS[0] | {"origins": "OFFICE"}], "trade.lead")
