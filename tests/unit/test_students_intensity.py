"""Students per inhabitant, growth and gaps: made-up frames with plain
numbers.
"""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ca_research as ca
from ca_research.ground.errors import (
    AggregateError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ca_research.ground.periods import spans
from ca_research.students.gaps import missing_years

stu = ca.students
MINISTRY = "moe_brief_stats_peijin"


def students(*rows: tuple, **same: object) -> pd.DataFrame:
    """(origin, destination, year, students) of one level and source."""
    frame = pd.DataFrame(list(rows), columns=["origin", "destination", "year", "students"])
    fixed = {"level": "degree", "source_id": "hosts", "precision": "exact", "statistic": "enrolled"}
    return frame.assign(**(fixed | same))


def series(origin: str, values: dict[int, float | None], **same: object) -> pd.DataFrame:
    rows = [(origin, "CHN", y, v) for y, v in values.items()]
    return students(*rows, **({"level": "all", "source_id": MINISTRY} | same))


def people(values: dict[tuple[str, int], float], **same: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        [(e, y, v) for (e, y), v in values.items()], columns=["economy", "year", "value"]
    )
    return frame.assign(
        **({"indicator": "SP.POP.TOTL", "unit": "persons", "source_id": "pop"} | same)
    )


PEOPLE = people({("KAZ", 2017): 2e6, ("KAZ", 2018): 4e6, ("KGZ", 2018): 1e6})


def rate(rows: pd.DataFrame, macro: pd.DataFrame = PEOPLE, **choices: object) -> pd.DataFrame:
    asked = {
        "origins": ["KAZ"],
        "destination": "CHN",
        "level": "all",
        "source": MINISTRY,
        "population_source": "pop",
    }
    return stu.intensity(rows, macro, **(asked | choices))


# intensity


def test_intensity_by_hand_says_both_sources():
    rows = pd.concat([series("KAZ", {2017: 100, 2018: 100}), series("KGZ", {2018: 10})])
    found = rate(rows, origins=["KAZ", "KGZ"])
    assert found["intensity"].tolist() == [5.0, 2.5, 1.0]
    assert set(found["per"]) == {100_000}
    assert set(found["population_source"]) == {"pop"}
    assert set(found["students_source"]) == {MINISTRY}
    assert rate(rows, per=1_000)["intensity"].tolist() == [0.05, 0.025]


def test_no_population_is_null_with_a_reason_and_no_other_year_is_taken():
    found = rate(series("KAZ", {2016: 50, 2017: 100})).set_index("year")
    assert pd.isna(found.loc[2016, "intensity"])
    assert "2016" in found.loc[2016, "missing"]
    assert (found.loc[2017, "intensity"], found.loc[2017, "missing"]) == (5.0, "")


def test_an_origin_without_a_count_is_a_row_and_a_gap_is_stated():
    found = rate(series("KAZ", {2014: 1, 2016: 2, 2017: None, 2018: 3}), origins=["KAZ", "TKM"])
    assert found.attrs["gaps"] == {"KAZ": [2015, 2017]}
    last = found[found["origin"] == "TKM"].iloc[0]
    assert last[["year", "students", "intensity"]].isna().all()
    assert "TKM" in last["missing"]
    assert found["year"].dropna().tolist() == [2014, 2016, 2018]


def test_intensity_refuses_what_would_look_fine():
    rows = series("KAZ", {2018: 100})
    with pytest.raises(MixedUnitsError, match="thousands"):
        rate(rows, PEOPLE.assign(unit="thousands"))
    with pytest.raises(UnknownNameError, match="source of population"):
        rate(rows, population_source="popp")
    with pytest.raises(UsageError, match="two populations"):
        rate(rows, pd.concat([PEOPLE, PEOPLE]))
    with pytest.raises(UsageError, match="of zero"):
        rate(rows, PEOPLE.assign(value=0.0))
    with pytest.raises(UsageError, match="two figures for a year"):
        rate(pd.concat([rows, rows.assign(precision="rounded")]))
    with pytest.raises(AggregateError, match="CA5"):
        rate(rows, origins=["CA5", "KAZ"])
    with pytest.raises(AggregateError, match="WLD"):
        rate(rows, origins=["WLD", "KAZ"])
    with pytest.raises(UsageError, match="per"):
        rate(rows, per=0)
    with pytest.raises(UnknownNameError, match="students"):
        rate(rows.drop(columns="students"))
    with pytest.raises(UsageError, match="negative"):
        rate(series("KAZ", {2018: -1}))


# gaps


@given(
    st.sets(st.integers(2000, 2012), min_size=1), st.integers(1998, 2004), st.integers(2006, 2014)
)
def test_counts_and_gaps_cover_every_year_once(observed, since, until):
    rows = series("KAZ", {y: 1.0 for y in observed})
    found = stu.gaps(rows, since=since, until=until)
    covered = [y for r in found.itertuples() for y in range(r.first_missing, r.last_missing + 1)]
    inside = [y for y in observed if since <= y <= until]
    assert sorted(covered + inside) == list(range(since, until + 1))
    assert found["years"].sum() == len(covered)
    gaps = list(zip(found["first_missing"], found["last_missing"], strict=True))
    assert all(b[0] > a[1] + 1 for a, b in itertools.pairwise(gaps))  # runs are whole


def test_gaps_say_where_they_are_and_what_stands_beside_them():
    rows = pd.concat(
        [series("KAZ", {2010: 1, 2012: 2, 2013: None, 2014: 5, 2018: 9}), series("KGZ", {2018: 4})]
    )
    found = stu.gaps(rows, since=2010, until=2022)
    told = {
        (r.origin, r.first_missing): (r.last_missing, r.before, r.after, r.where)
        for r in found.itertuples()
    }
    assert told[("KAZ", 2011)] == (2011, 1, 2, "inside")
    assert told[("KAZ", 2013)] == (2013, 2, 5, "inside")  # a null count is no count
    assert told[("KAZ", 2015)] == (2017, 5, 9, "inside")
    assert told[("KAZ", 2019)][0] == 2022
    assert told[("KAZ", 2019)][3] == "end"
    assert told[("KGZ", 2010)][3] == "start"
    assert stu.gaps(rows)["first_missing"].tolist() == [
        2011,
        2013,
        2015,
    ]  # without bounds, holes only
    two = pd.concat(
        [series("KAZ", {2010: 1, 2012: 2}), series("KAZ", {2011: 9}, statistic="intake")]
    )
    assert stu.gaps(two)["first_missing"].tolist() == [
        2011
    ]  # the intake does not fill the gap of the enrolled
    with pytest.raises(UsageError, match="after until"):
        stu.gaps(rows, since=2012, until=2010)
    with pytest.raises(UsageError, match="two counts"):
        stu.gaps(pd.concat([rows, rows]))


def test_years_as_text():
    assert spans([2014, 2011, 2016, 2015]) == "2011, 2014-2016"
    assert spans([]) == ""
    assert missing_years([2010, 2013]) == [2011, 2012]
    assert missing_years([]) == []


def test_growth_does_not_cross_a_gap():
    rows = pd.concat(
        [series("KAZ", {2017: 100, 2018: 110, 2023: 400}), series("KGZ", {2017: 10, 2018: 20})]
    )
    open_ = stu.growth(rows, origins=["KAZ"], destination="CHN", since=2018, until=2023).iloc[0]
    assert open_["missing"].endswith("2019-2022: the gap is not bridged")
    near = stu.growth(rows, origins=["KAZ"], destination="CHN", since=2017, until=2018)
    assert near["compound"].item() == pytest.approx(0.1)
    found = stu.growth(
        rows, origins=["KAZ", "KGZ", "UZB"], destination="CHN", since=2017, until=2023
    ).set_index("origin")
    assert found[["compound", "mean_annual", "change"]].isna().all(axis=None)
    assert found.loc["KAZ", ["first", "last"]].tolist() == [100, 400]
    assert found.loc["KAZ", "gap"] == "2019-2022"
    assert found.loc["KGZ", "gap"] == "2019-2023"
    assert found.loc["UZB", ["counts", "gap"]].tolist() == [0, "2017-2023"]
    whole = stu.growth(rows, origins=["KGZ"], destination="CHN", since=2017, until=2018).iloc[0]
    assert whole[["compound", "mean_annual", "change", "gap", "missing"]].tolist() == [
        1.0,
        1.0,
        10.0,
        "",
        "",
    ]


def test_growth_refuses_overlap_and_turned_years():
    rows = series("KAZ", {2017: 1, 2018: 2})
    for origins in (
        ["CA5", "KAZ"],
        ["CIS", "UKR"],
        ["WLD", "KAZ"],
    ):  # Ukraine left: some year is enough
        with pytest.raises(AggregateError):
            stu.growth(rows, origins=origins, destination="CHN", since=2017, until=2018)
    with pytest.raises(UsageError, match="not before"):
        stu.growth(rows, origins=["KAZ"], destination="CHN", since=2018, until=2018)


def test_comparisons_of_two_ends_state_the_years_between():
    rows = series("KAZ", {2013: 10, 2015: 15, 2018: 30})
    found = stu.window_change(rows, economies=["KAZ", "KGZ"], destination="CHN")
    assert found["estimate"].iloc[0] == 20
    assert found.attrs["gaps"] == {"KAZ": [2014, 2016, 2017]}
    choice = {"economies": ["KAZ"], "destination": "CHN", "start": 2019, "end": 2022}
    ends = stu.change_since(series("KAZ", {2019: 10, 2021: 5, 2022: 4}), **choice)
    assert ends["estimate"].item() == -6
    assert ends.attrs["gaps"] == {"KAZ": [2020]}
    whole = stu.change_since(series("KAZ", {y: 1 for y in range(2019, 2023)}), **choice)
    assert whole.attrs["gaps"] == {}
