"""`load`: filters, refusals, and what was known on a day."""

import re

import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research import registry
from ca_research.ground import economies
from ca_research.ground.errors import AggregateError, UnknownNameError, UsageError

REAL = sorted(set(registry.tables()) - {"sources"})


def values(**given):
    frame = ca.load("trade", **given)
    return sorted(zip(frame.reporter, frame.partner, frame.year, strict=True))


A, B, C = ("KAZ", "CHN", 2019), ("KAZ", "CHN", 2020), ("KAZ", "WLD", 2020)
D, E = ("KGZ", "CHN", 2020), ("TUR", "EU27", 2021)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, [A, B, C, D, E]),
        ({"reporter": "Kazakhstan"}, [A, B, C]),
        ({"reporter": ["KGZ", "Türkiye"]}, [D, E]),
        ({"reporter": "Turkey"}, [E]),
        ({"partner": "EU27"}, [E]),
        ({"reporter": "Afghanistan"}, []),
        ({"partner": ("China", "World"), "reporter": "kaz"}, [A, B, C]),
        ({"since": 2020}, [B, C, D, E]),
        ({"until": 2020}, [A, B, C, D]),
        ({"since": 2020, "until": 2020}, [B, C, D]),
        ({"year": 2021}, [E]),
        ({"year": np.int64(2021)}, [E]),
        ({"year": np.array([2019, 2021])}, [A, E]),
        ({"year": pd.Series([2019])}, [A]),
        ({"year": range(2019, 2021)}, [A, B, C, D]),
        ({"flow": "import"}, [E]),
        ({"source": "S_STATED"}, [D]),
        ({"source_id": ["S_STATED", "S_LATE"]}, [D, E]),
        ({"reporter": []}, []),
    ],
)
def test_filters(built, given, wanted):
    assert values(**given) == wanted


@pytest.mark.parametrize(
    ("table", "given", "kind", "near"),
    [
        ("trad", {}, "unknown table 'trad'", "trade"),
        ("trade", {"reportr": "KAZ"}, "unknown column of table 'trade' 'reportr'", "reporter"),
        ("trade", {"reporter": "Kazahkstan"}, "unknown economy 'Kazahkstan'", "Kazakhstan"),
        ("trade", {"flow": "exports"}, "unknown flow of table 'trade' 'exports'", "export"),
        (
            "trade",
            {"source": "S_STATE"},
            "unknown source_id of table 'trade' 'S_STATE'",
            "S_STATED",
        ),
        ("trade", {"source": None}, "unknown source_id of table 'trade' None", "S_LATE"),
        ("events", {"event_id": "z"}, "unknown event_id of table 'events' 'z'", "a, b, c, d"),
    ],
)
def test_an_unknown_name_is_refused_with_a_suggestion(built, table, given, kind, near):
    with pytest.raises(UnknownNameError) as caught:
        ca.load(table, **given)
    assert caught.value.what == kind
    assert near in caught.value.hint


@pytest.mark.parametrize(
    ("table", "given", "words"),
    [
        ("trade", {"year": "2020"}, "year must be a number, got '2020'"),
        ("trade", {"year": True}, "year must be a number, got True"),
        ("trade", {"since": "2010"}, "since must be a number, got '2010'"),
        ("events", {"aggregates": False}, "is not of economies"),
        ("events", {"since": 2010}, "has no column `year`, so `since` cannot be used"),
        ("trade", {"source": "S_LATE", "source_id": "S_STATED"}, "are the same filter"),
        ("trade", {"as_of": "2023"}, "as_of must be a date or 'latest', got '2023'"),
    ],
)
def test_a_call_that_means_nothing_is_refused(built, table, given, words):
    with pytest.raises(UsageError, match="next:") as caught:
        ca.load(table, **given)
    assert words in caught.value.what


def test_a_truth_value_is_not_guessed():
    with pytest.raises(UsageError, match="contiguous must be True or False, got 'no'"):
        ca.load("geography", contiguous="no")
    neighbours = ca.load(
        "geography", origin="China", destination=list(ca.economies.CA5), contiguous=True
    )
    assert set(neighbours.destination) == {"KAZ", "KGZ", "TJK"}


def test_lists_of_economies_are_filtered_by_name_too():
    by_name = ca.load("events", actor="China")
    assert len(by_name) > 0 and set(by_name.actor) == {"CHN"}
    with pytest.raises(UnknownNameError, match="Chima"):
        ca.load("events", actor="Chima")


@pytest.mark.parametrize(
    ("table", "day", "kept"),
    [  # trade: a lag after the year, or the day of publication (2021-06: its last day)
        ("trade", "2020-01-30", 0),
        ("trade", "2020-01-31", 1),
        ("trade", "2021-01-31", 3),
        ("trade", "2021-06-29", 3),
        ("trade", "2021-06-30", 4),
        ("trade", "2022-12-30", 4),
        ("trade", "2022-12-31", 5),
        ("facts", "1995-01-01", 1),  # a figure without a year is timeless
        ("facts", "2020-01-31", 2),
        ("facts", "2021-06-30", 3),
        ("events", "2013-09-29", 0),
        ("events", "2013-09-30", 1),
        ("events", "2014-02-28", 2),
        ("events", "2026-01-01", 3),  # the one that nothing dates is never known
    ],
)
def test_as_of_drops_and_counts_what_was_not_known(built, table, day, kept):
    everything = len(ca.load(table))
    frame = ca.load(table, as_of=day)
    assert (len(frame), frame.attrs["dropped"]) == (kept, everything - kept)
    assert (frame.known_on <= pd.Timestamp(day)).all() and frame.attrs["as_of"] == day


def test_as_of_counts_only_what_the_filters_let_through(built):
    frame = ca.load("trade", reporter="KAZ", as_of=pd.Timestamp("2020-06-01"))
    assert (len(frame), frame.attrs["dropped"], frame.attrs["as_of"]) == (1, 2, "2020-06-01")


@pytest.mark.parametrize(
    ("column", "group", "says"),
    [
        ("reporter", "CA5", r"reporter=\['KAZ', 'KGZ', 'TJK', "),
        ("partner", "EU", "partner=.*'DEU'"),
    ],
)
def test_a_group_that_has_no_rows_is_refused_with_its_members(built, column, group, says):
    for asked in (group, ["KAZ", group]):
        with pytest.raises(
            AggregateError, match=f"has the group {group} as its {column}"
        ) as caught:
            ca.load("trade", **{column: asked})
        assert re.search(says, caught.value.hint)
    assert len(ca.load("trade", partner="EU27")) == 1  # a group with rows of its own


@pytest.mark.parametrize("given", [{}, {"as_of": "latest"}, {"as_of": None}])
def test_latest_drops_nothing(built, given):
    frame = ca.load("events", **given)
    assert frame.attrs == {
        "table": "events",
        "as_of": "latest",
        "dropped": 0,
        "revised_sources": [],
    }
    assert list(frame.event_id) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("edition", "revised"),
    [("", True), ("2022-12", False), ("2023-01", True), ("2023-01-15", False), ("2024", True)],
)
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
def test_aggregates_are_flagged_where_one_is_a_party(name):
    frame, parties = ca.load(name), registry.table(name).of_type("economy")
    if not parties:
        assert "is_aggregate" not in frame
        return
    codes = {code for party in parties for code in frame[party].unique()}
    flagged = {code: economies.is_aggregate(code) for code in codes}
    expected = frame[parties].apply(lambda column: column.map(flagged)).any(axis=1)
    assert list(frame.is_aggregate) == list(expected)
    single = frame[~frame.is_aggregate].reset_index(drop=True)
    pd.testing.assert_frame_equal(ca.load(name, aggregates=False), single)
    assert len(ca.relation(name, aggregates=False)) == len(single)


@pytest.mark.parametrize("name", REAL)
def test_columns_and_key_are_those_of_the_registry(name):
    frame, table = ca.load(name), registry.table(name)
    more = ["is_aggregate"] if table.of_type("economy") else []
    assert list(frame.columns) == [*table.columns, *more, "known_on"]
    assert not frame.duplicated(list(table.key)).any()
    assert frame.groupby("source_id").size().to_dict() == table.rows


def test_trade_of_china_with_the_five_in_2022():
    """70.23 bn USD: exports by WITS, imports by the IMF, as China's customs reported both."""
    china = ca.load(
        "trade", reporter="China", partner=list(economies.CA5), year=2022, product="TOTAL"
    )
    sold = china[(china.source_id == "WITS_CHN_2022X") & (china.flow == "export")]
    bought = china[(china.source_id == "IMF_IMTS_CHN_M") & (china.flow == "import")]
    assert set(sold.partner) == set(bought.partner) == set(economies.CA5)
    assert round((sold.value_usd.sum() + bought.value_usd.sum()) / 1e9, 2) == 70.23


@pytest.mark.parametrize(("year", "students"), [(2010, 11_930), (2018, 29_885)])
def test_students_of_the_five_in_china_by_the_ministry(year, students):
    frame = ca.load(
        "students",
        origin=list(economies.CA5),
        destination="China",
        year=year,
        level="all",
        source="moe_brief_stats_peijin",
    )
    assert len(frame) == 5 and frame.students.sum() == students


def test_three_borders_with_china():
    facts = ca.load("facts", source="FBK", attribute="border_with_CHN")
    lengths = facts.set_index("subject").value
    assert lengths[["KAZ", "KGZ", "TJK"]].sum() == 3305
    assert lengths[["TKM", "UZB"]].eq(0).all()


def test_the_preferred_source_is_one_for_each_year_over_all_partners():
    rows = ca.load("trade", reporter="KAZ", product="TOTAL", source="preferred", since=2022)
    each = rows.groupby(["year", "flow"])["source_id"].unique()
    assert (each.str.len() == 1).all()
    assert set(each.loc[2022].str[0]) == {"KAZ_BNS"}
    assert set(each.loc[2024].str[0]) == {"KAZ_WITS_BNS_PANEL"}, "the office's end in 2023"
    every = ca.load("trade", reporter="KAZ", product="TOTAL", source="KAZ_BNS", year=2022)
    assert len(rows[rows["year"] == 2022]) == len(every), "none of its partners is left out"
    assert rows.index.equals(pd.RangeIndex(len(rows))) and rows.attrs["table"] == "trade"
    then = ca.load("trade", reporter="KAZ", product="TOTAL", source="preferred", as_of="2015-01-01")
    assert "KAZ_BNS" not in set(then["source_id"]), "chosen among what was known"
    assert ca.load("trade", reporter=[], source="preferred").empty


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("trade", {"product": "TOTAL", "reporter": ["KAZ", "KGZ"]}),
        ("trade", {"product": "TOTAL", "reporter": "KAZ", "as_of": "2015-01-01"}),
        ("trade", {"reporter": []}),
        ("trade", {"source_id": "PENPPML", "reporter": "KAZ"}),  # nobody's report
        ("students", {}),
    ],
)
def test_a_relation_has_the_same_preferred_source_as_a_frame(name, filters):
    """It was "unknown source_id 'preferred'"."""
    key = list(registry.table(name).key)
    frame = ca.load(name, source="preferred", **filters)
    rows = ca.relation(name, source="preferred", **filters).df()
    assert list(rows) == list(frame)
    pd.testing.assert_frame_equal(
        rows.sort_values(key, ignore_index=True).astype({"note": "str"}),  # empty ones are None
        pd.DataFrame(frame.sort_values(key, ignore_index=True)),
        check_dtype=False,
    )


@pytest.mark.parametrize("read", [ca.load, ca.relation])
def test_no_source_is_preferred_where_none_has_a_role(read):
    with pytest.raises(UsageError, match="not every source of table 'debt' has a role") as caught:
        read("debt", source="preferred")
    assert "ids_dod_one" in caught.value.hint


def test_what_was_added_speaks_after_the_projects_own_whatever_its_name(monkeypatch):
    """An office's file of one's own spoke before, or after, by the spelling of its id."""
    own = ["KAZ_BNS", "UZB_STAT"]
    assert ca.tables.ranked(own) == own
    monkeypatch.setattr(registry, "added", lambda: {"KAZ_BNS": None})
    assert ca.tables.ranked(own) == own[::-1]


def test_the_preferred_source_of_students_is_one_for_each_host():
    """China's ministry, which counts in China alone, spoke for Russia too: no student was there."""
    choice = {"origin": "KAZ", "level": "degree", "year": 2017, "source": "preferred"}
    alone = [
        ca.load("students", destination=host, **choice)[["destination", "students", "source_id"]]
        for host in ("CHN", "RUS")
    ]
    assert [len(rows) for rows in alone] == [1, 1]
    both = ca.load("students", destination=["CHN", "RUS"], **choice)
    pd.testing.assert_frame_equal(
        pd.DataFrame(both[["destination", "students", "source_id"]]),
        pd.concat(map(pd.DataFrame, alone), ignore_index=True),
        check_dtype=False,
    )


def test_cells_of_several_economies_are_found_by_each_of_them():
    """Half of the events with Kazakhstan name others too, and were left out."""
    everything = ca.load("events")["counterpart"]
    among = everything.map(lambda cell: {"KAZ", "UZB"} <= set(cell.split(";")))
    for asked in ("KAZ;UZB", "Uzbekistan;Kazakhstan"):
        assert len(ca.load("events", counterpart=asked)) == among.sum() > 1
    named = everything.map(lambda cell: "KAZ" in cell.split(";"))
    assert len(ca.load("events", counterpart="Kazakhstan")) == named.sum()
    with pytest.raises(UnknownNameError, match="FJI"):
        ca.load("events", counterpart="FJI")


@pytest.mark.parametrize("read", [ca.load, ca.relation])
@pytest.mark.parametrize(("given", "written"), [(27, "27"), ([2], "02"), (0.5, "01")])
def test_a_number_in_the_place_of_text_is_shown_as_text(read, given, written):
    """It was "unknown product 27, did you mean 27?"."""
    with pytest.raises(UsageError, match="product must be text, got") as caught:
        read("trade", product=given)
    assert caught.value.hint == f"for example product='{written}'"
