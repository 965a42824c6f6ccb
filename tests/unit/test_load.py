"""`load`: filters, refusals, and what was known on a day."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.ground import economies, errors
from ca_research.ground.economies import is_aggregate
from ca_research.ground.errors import UsageError

REAL = sorted(set(registry.tables()) - {"sources"})
CASES = cases(__file__, "load")
CA5 = list(economies.CA5)
SAME = [  # years that are no whole number of Python's own
    ({"year": np.int64(2021)}, "e"),
    ({"year": np.array([2019, 2021])}, "ae"),
]
LETTERS = CASES["letters"]


@pytest.mark.parametrize(("given", "wanted"), [*CASES["filters"], *SAME], ids=str)
def test_filters(built, given, wanted):
    frame = ca.load("trade", **given)
    rows = zip(frame["reporter"], frame["partner"], frame["year"].astype(str), strict=True)
    assert sorted(LETTERS[" ".join(row)] for row in rows) == [*wanted]


@pytest.mark.parametrize(("table", "given", "error", "named"), CASES["refused"], ids=str)
def test_what_cannot_be_asked_is_refused(built, table, given, error, named):
    with pytest.raises(getattr(errors, error)) as caught:
        ca.load(table, **given)
    assert caught.value.hint and named in str(caught.value)


def test_members_of_a_bloc_count_in_the_years_of_their_membership():
    asked = {"partner": "European Union", "reporter": "KAZ", "product": "TOTAL", "members": True}
    rows = ca.load("trade", **asked)
    there = {year: {*part["partner"]} for year, part in rows.groupby("year")}
    assert all(codes <= {*economies.members("EU", year)} for year, codes in there.items())
    assert "GBR" in there[2019] and "HRV" in there[2015]
    every = ca.load("trade", **asked | {"partner": list(economies.AGGREGATES["EU"].members)})
    inside = [
        p in economies.members("EU", y) for p, y in zip(every.partner, every.year, strict=True)
    ]
    assert 0 < len(rows) == sum(inside) < len(every)
    assert len(ca.relation("trade", **asked).df()) == len(rows)


def test_reporter_and_partner_are_the_words_of_every_table():
    for table, reporter, partner in (
        ("students", "origin", "destination"),
        ("investment", "host", "investor"),
        ("debt", "debtor", "creditor"),
    ):
        rows = ca.load(table, reporter="Kazakhstan", partner="China")
        assert_frame_equal(rows, ca.load(table, **{reporter: "KAZ", partner: "CHN"}))
        assert len(rows)
    assert ca.load("students", reporter="KAZ", origin="UZB").empty, "both hold"


def test_a_level_that_rows_do_not_have_is_refused_with_those_that_they_have():
    """It gave an empty frame: nothing said that the office counts by chapters."""
    asked = {"reporter": "KAZ", "source": "KAZ_BNS"}
    for read in (ca.load, ca.relation):
        with pytest.raises(UsageError, match="level 6") as caught:
            read("trade", level=6, **asked)
        assert "total" in caught.value.hint
    assert ca.load("trade", level=6, year=1950, **asked).empty, "of that year there is nothing"
    assert len(ca.load("trade", level="total", **asked))


def test_a_truth_value_is_not_guessed():
    with pytest.raises(UsageError):
        ca.load("geography", contiguous="no")
    neighbours = ca.load("geography", origin="China", destination=CA5, contiguous=True)
    assert set(neighbours["destination"]) == {"KAZ", "KGZ", "TJK"}


@pytest.mark.parametrize(("table", "day", "kept", "asked"), CASES["known"], ids=str)
def test_as_of_drops_and_counts_what_was_not_known(built, table, day, kept, asked):
    everything = len(ca.load(table, **asked))
    frame = ca.load(table, as_of=pd.Timestamp(day) if asked else day, **asked)
    told = {"as_of": day, "dropped": everything - kept}
    assert len(frame) == kept and frame.attrs | told == frame.attrs
    assert (frame.known_on <= pd.Timestamp(day)).all()


@pytest.mark.parametrize(("edition", "revised"), CASES["revised"].items())
def test_an_edition_after_the_day_or_unknown_is_a_revised_one(project, edition, revised):
    lagged = {"release_lag_days": "31", "release_basis": "calendar", "release_reason": "invented"}
    project.sources(
        {"source_id": "S_CALENDAR", "edition": edition, **lagged},
        {"source_id": "S_LATE", "edition": "2020", **lagged},
        {"source_id": "S_STATED", "published": "2021-06", "release_basis": "stated"},
    )
    ca.tables.build()
    found = ca.load("trade", as_of="2023-01-15").attrs["revised_sources"]
    assert found == (["S_CALENDAR"] if revised else [])


@pytest.mark.parametrize("name", REAL)
def test_a_table_is_as_the_registry_says_and_flags_aggregates(name):
    frame, table = ca.load(name), registry.table(name)
    parties = table.of_type("economy")
    more = ["is_aggregate"] if parties else []
    assert list(frame.columns) == [*table.columns, *more, "known_on"]
    assert not frame.duplicated(list(table.key)).any()
    assert frame.groupby("source_id").size().to_dict() == table.rows
    if parties:
        groups = [c for c in pd.unique(frame[parties].to_numpy().ravel()) if is_aggregate(c)]
        flags = frame[parties].isin(groups).any(axis=1)
        assert frame["is_aggregate"].tolist() == flags.tolist()
        single = frame[~frame["is_aggregate"]].reset_index(drop=True)
        assert_frame_equal(ca.load(name, aggregates=False), single)


# --- the preferred source


def test_the_preferred_source_is_one_for_each_year_over_all_partners():
    kaz = {"reporter": "KAZ", "product": "TOTAL"}
    rows = ca.load("trade", source="preferred", since=2022, **kaz)
    each = rows.groupby(["year", "flow"])["source_id"].unique()
    assert (each.str.len() == 1).all()
    assert set(each.loc[2022].str[0]) == {"KAZ_BNS"}
    assert set(each.loc[2024].str[0]) == {"KAZ_WITS_BNS_PANEL"}, "the office's end in 2023"
    every = ca.load("trade", source="KAZ_BNS", year=2022, **kaz)
    assert len(rows[rows["year"] == 2022]) == len(every), "none of its partners is left out"


@pytest.mark.parametrize(("name", "filters"), CASES["preferred"], ids=str)
def test_a_relation_has_the_same_preferred_source_as_a_frame(name, filters):
    key = list(registry.table(name).key)
    frame = pd.DataFrame(ca.load(name, source="preferred", **filters))
    words = registry.table(name).columns.items()
    texts = {n: "str" for n, c in words if c.nullable and c.type in ("string", "category")}
    rows = ca.relation(name, source="preferred", **filters).df().astype(texts)
    assert list(rows) == list(frame)
    assert_frame_equal(
        *(one.sort_values(key, ignore_index=True) for one in (rows, frame)), check_dtype=False
    )


def test_the_preferred_source_of_students_is_one_for_each_host():
    """China's ministry, which counts in China alone, spoke for Russia too: no student was there."""
    choice = {"origin": "KAZ", "level": "degree", "year": 2017, "source": "preferred"}
    columns = ["destination", "students", "source_id"]

    def of(*hosts):
        return ca.load("students", destination=list(hosts), **choice)[columns].to_numpy().tolist()

    assert len(of("CHN")) == len(of("RUS")) == 1
    assert of("CHN", "RUS") == of("CHN") + of("RUS")


@pytest.mark.parametrize(("asked", "codes"), CASES["several"].items())
def test_cells_of_several_economies_are_found_by_each_of_them(asked, codes):
    """Half of the events with Kazakhstan name others too, and were left out."""
    cells = ca.load("events")["counterpart"].str.split(";")
    among = sum({*codes} <= set(cell) for cell in cells)
    assert len(ca.load("events", counterpart=asked)) == among > 1
