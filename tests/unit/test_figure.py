"""tables.figure: one published figure as a measure. Figures are invented."""

import pandas as pd
import pytest

from ca_research.estimates.figure import figure
from ca_research.ground.errors import MixedUnitsError, UsageError

ROWS = pd.DataFrame(
    [
        ("KAZ", "length", 2019, 10.0, "km", "KAZ_BNS"),
        ("KAZ", "length", 2020, 12.0, "km", "KAZ_BNS"),
        ("KAZ", "length", 2020, 15.0, "km", "P023"),
        ("KAZ", "length", 2021, None, "km", "P023"),
        ("KGZ", "area", None, 3.0, "km2", "P023"),
        ("KGZ", "age", 2020, 3.0, "years", "P023"),
        ("KGZ", "age", 2020, 36.0, "months", "KAZ_BNS"),
    ],
    columns=["subject", "attribute", "year", "value", "unit", "source_id"],
).astype({"year": "Int64"})


@pytest.mark.parametrize(
    ("year", "estimate", "low", "high"),
    [
        ("newest", None, 12, 15),
        ("newest-1", 10, None, None),
        (2019, 10, None, None),
        ("newest-2", None, None, None),
        (2021, None, None, None),
    ],
)
def test_newest_observed_year_a_range_where_sources_differ_and_a_reason_where_there_is_none(
    year, estimate, low, high
):
    row = figure(ROWS, subject="KAZ", attribute="length", year=year).iloc[0]
    got = [None if pd.isna(row[c]) else row[c] for c in ("estimate", "low", "high")]
    assert got == [estimate, low, high]
    assert bool(row["missing"]) == (estimate is None and low is None)
    assert row["sources"] == (
        ("KAZ_BNS", "P023") if year == "newest" else ("KAZ_BNS",) if estimate else ()
    )


def test_a_figure_without_a_year_is_taken_as_it_is():
    assert figure(ROWS, subject="KGZ", attribute="area").loc[0, "estimate"] == 3.0


def test_mixed_units_and_unknown_words_are_refused():
    with pytest.raises(MixedUnitsError, match="months, years"):
        figure(ROWS, subject="KGZ", attribute="age")
    with pytest.raises(UsageError, match="relative year"):
        figure(ROWS, subject="KAZ", attribute="length", year="oldest")
