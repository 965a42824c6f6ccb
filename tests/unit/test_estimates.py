"""The contract of an estimates frame, and that a measure which breaks it is named."""

import pandas as pd
import pytest

import ca_research as ca
from ca_research.estimates import ESTIMATE_COLUMNS, checked, estimate_row, estimates
from ca_research.ground.errors import MeasureError

USED = pd.DataFrame({"economy": ["KAZ"], "year": [2020], "source_id": ["WB_WDI"]})  # invented
FRAME = estimates(
    [estimate_row(USED, economy="KAZ", low=1.0, high=2.0), estimate_row(economy="UZB")]
)


def test_what_a_measure_makes_with_the_helpers_holds():
    assert checked(FRAME, "trade.lead") is FRAME
    assert tuple(FRAME.columns) == ESTIMATE_COLUMNS


def test_a_frame_made_by_hand_may_do_without_rows():
    assert checked(FRAME.drop(columns="rows"), "trade.lead")["rows"].tolist() == [None, None]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "gives NoneType"),
        (FRAME.drop(columns=["path", "missing"]), "no column path, missing"),
        (FRAME.assign(economy=["KAZ", 3]), "economy 3"),
        (FRAME.assign(economy="KAZ"), "two rows for KAZ"),
        (FRAME.assign(economy=""), "two rows for one specification"),
        (FRAME.assign(estimate="much"), "estimate as str"),
        (FRAME.assign(low=3.0), "low of 3 above a high of 2"),
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
