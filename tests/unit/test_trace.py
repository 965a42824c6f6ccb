"""What a number rests on: the rows behind the main specification, and no others."""

import io

import pandas as pd
import pytest
from tests.cases import cases

from ca_research.claims.trace import ROWS, trace
from ca_research.estimates import estimate_row

CASES = cases(__file__, "traced")
TABLE = pd.read_csv(io.StringIO(CASES["table"]), dtype={"note": object})
SHOWN = CASES["shown"]
KEYS = [name for name in SHOWN if name != "value_usd"]


def cells(rows_of, *tables):
    found = [estimate_row(rows, economy=code, estimate=1.0) for code, rows in rows_of.items()]
    told = trace("c", {"year": "newest"}, found, tables=list(tables))
    assert told["choices"] == {"year": "newest"}
    return told["cells"]


def test_the_trace_has_the_rows_of_each_economy_and_no_plumbing():
    first, second = cells({"KAZ": TABLE.iloc[:2], "UZB": TABLE.iloc[2:]})
    assert [(c["economy"], c["n"]) for c in (first, second)] == [("KAZ", 2), ("UZB", 1)]
    assert first["columns"] == SHOWN
    assert first["rows"][1] == ["KAZ", "RUS", 2020, 2.0, "KAZ_BNS"]
    assert trace("c", {}, [estimate_row(economy="KAZ", missing="no figures")])["cells"] == []


GAPS = TABLE.assign(year=pd.array([None, 2020, None], dtype="Int64"))


@pytest.mark.parametrize(
    ("keys", "table", "expected"),
    [
        (TABLE.iloc[:2][KEYS], TABLE, TABLE.iloc[:2][SHOWN]),
        (GAPS.iloc[:2][KEYS].assign(economy="KAZ"), GAPS, GAPS.iloc[:2][SHOWN]),
        (TABLE.iloc[:1][["reporter", "year", "source_id"]], TABLE, None),  # several rows have these
    ],
)
def test_keys_get_their_figures_back_from_the_table_where_they_are_one_row(keys, table, expected):
    (cell,) = cells({"KAZ": keys}, table)
    expected = keys if expected is None else expected
    assert cell["columns"] == list(expected)
    rows = expected.astype(object).where(expected.notna(), None)
    assert cell["rows"] == rows.values.tolist()


def test_many_rows_are_cut_and_counted_and_long_texts_cut():
    many = pd.concat([TABLE.iloc[:1]] * (ROWS + 5)).assign(note="x" * 500)
    many["year"] = range(1990, 1990 + ROWS + 5)
    (cell,) = cells({"KAZ": many})
    assert (cell["n"], len(cell["rows"])) == (ROWS + 5, ROWS)
    assert len(cell["rows"][0][cell["columns"].index("note")]) == 160
