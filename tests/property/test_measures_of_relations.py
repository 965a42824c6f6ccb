"""A relation of DuckDB has the rows, ranks and sources of the frame that `load` gives. Measures of
both are the same: cases with `relation` in tests/library.
"""

import duckdb
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import ca_research as ca


def test_a_relation_of_a_table_has_the_rows_and_the_ranks_of_load():
    asked = {"reporter": "Kazakhstan", "since": 2020, "as_of": "2023-05-19", "product": "TOTAL"}
    rows, frame = ca.relation("trade", **asked).df(), ca.load("trade", **asked)
    assert list(rows) == list(frame) and len(rows) == len(frame) > 0
    assert rows["value_usd"].sum() == pytest.approx(frame["value_usd"].sum())
    assert ca.relation("trade", partner=[]).df().empty
    asked = {"product": "TOTAL", "year": [2021, 2022]}
    of = {"economy": ["KGZ", "KAZ"], "partner": ["RUS", "CHN"], "basis": ["reporter", "mirror"]}
    given = ca.load("trade", **asked), ca.relation("trade", **asked)
    found = [ca.trade.rank(table, **of) for table in given]
    assert len(found[0]) >= 8
    assert_frame_equal(*found, check_dtype=False)


def test_many_lists_of_sources_are_handed_over():
    years = range(2000, 2030)
    rows = pd.DataFrame({"year": years, "source_id": [f"S{year}" for year in years]})
    rows = rows.assign(reporter="KAZ", partner="CHN", flow="export", product="TOTAL", value_usd=1.0)
    shares = ca.trade.partner_shares(duckdb.connect().from_df(rows))
    found = ca.trade.hhi(shares).set_index("year")["sources"].map(list)
    assert found.to_dict() == {year: [f"S{year}"] for year in years}
