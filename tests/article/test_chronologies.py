"""Timelines and sides of meetings on invented events. Gaps, firsts and meetings that a claim counts
are in `cases/dates.yaml`, `meetings.yaml` and `sea.yaml`.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from invented_tables import frame

from ca_research.article import dates, lanes, meetings
from ca_research.ground.errors import UnknownNameError

MADE_UP = {"date_bound": "exact", "counterpart": "CA5", "kind": "format_ministerial", "place": "X"}
DOCUMENT = {"claim": "C03", "direction": "refutes", "strength": "secondary", "text_seen": "full"}
ARTICLE = dt.date(2023, 5, 19)


def events(lines) -> pd.DataFrame:
    return frame("events", lines, MADE_UP | {"actor": "USA", "detail": "-"})


def documents(lines) -> pd.DataFrame:
    return frame("evidence", lines, DOCUMENT)


NO_DOCUMENT = documents("none")


def told(found: pd.DataFrame, *columns: str) -> list[list]:
    return found[list(columns)].to_numpy().tolist()


def test_days_between_two_events_keep_what_is_not_known():
    rows = events("""actor, date, source_id
        USA, 2023-02-28           , a
        CHN, 2023-05-18/2023-05-19, b
        CHN, 2023-05              , c""")
    found = dates.days_between(rows, first={"actor": "USA"}, second={"actor": "CHN"})
    assert told(found, "days_least", "days_most") == [[79, 79], [62, 92]]


def test_first_meetings_are_ordered_by_date():
    rows = events("""actor, date, kind, source_id
        CHN, 2020      ,                    , a
        JPN, 2004-08   ,                    , b
        CHN, 2022-01-25, format_first_summit, c""")
    found = meetings.first_meetings(rows, ["CHN", "TUR", "JPN"])
    expected = [["JPN", "", 1], ["CHN", "2022-01-25", 2], ["TUR", "", 0]]
    assert told(found, "partner", "leaders", "meetings") == expected


def test_the_chronology_keeps_every_source_and_names_its_lane():
    rows = events("""actor, date, kind, source_id
        USA, 2023-09-19, format_first_summit, a
        USA, 2023-09-21, format_first_summit, b
        JPN, 2004-08   ,                    , c""")
    found = lanes.chronology("C03", rows, NO_DOCUMENT).sort_values("source_id")
    assert told(found, "source_id", "mark") == [["a", "ring"], ["b", "ring"], ["c", "point"]]
    assert found["lane"].iloc[-1] == "Japan"
    apart = lanes.disagreements(rows)
    assert apart["date"].tolist() == ["2023-09-19", "2023-09-21"]
    within = rows.assign(date=["2023-09", "2023-09-21", "2004"])
    assert lanes.disagreements(within).empty, "a month holds its days"
    with pytest.raises(UnknownNameError):
        lanes.chronology("C23", rows, NO_DOCUMENT)


def test_the_chronology_goes_by_date_within_a_lane_whatever_the_order_of_the_table():
    rows = events("""date, date_bound, source_id
        2016-12   ,   , a
        2016-08-03,   , b
        2015-11-01,   , c
        2016-09-30, by, d""")
    assert lanes.chronology("C04", rows, NO_DOCUMENT)["source_id"].tolist() == ["c", "b", "d", "a"]


def test_china_is_no_signer_of_its_own_initiative_and_a_placeholder_is_no_date():
    listed = """actor, date, date_bound, kind, source_id
        CHN, 2013-12, placeholder, likely_mou_date, M_GFDC25
        KGZ, 2013-12, placeholder, likely_mou_date, M_GFDC25
        UZB, 2015-06, exact      , likely_mou_date, M_GFDC25"""
    found = lanes.chronology("C18", events(listed), NO_DOCUMENT)
    assert found["lane"].tolist().count("signed documents") == 1 and len(found) == 2
    assert set(found["lane"]) == {"signed documents", lanes.PLACEHOLDERS}
    five = lanes.chronology("C19", events(listed), NO_DOCUMENT).set_index("lane")["what"]
    assert set(five.index) == {"Kyrgyzstan", "Uzbekistan"}
    assert five.str.contains("placeholder").to_dict() == {"Kyrgyzstan": True, "Uzbekistan": False}
    other = listed + "\n        KGZ, 2014, exact, mou_year, M_LPV26"
    assert lanes.accession_disagreements(events(other)).empty, "a placeholder excludes no date"


def test_sources_of_both_sides_stand_by_name_for_each_partner_as_they_count(snapshot):
    held = events("date, source_id\n2020-01-02, a\n2021-01-02, a\n2024-01-02, b")
    texts = documents("""reading, direction, date, strength, source_id
        USA, supports, 2020-03,           , a
        USA, supports, 2020-03,           , c
        USA, supports, 2024-03,           , d
        TUR, supports, 2020-03,           , e
        TUR,         ,        , commentary, f
        TUR,         ,        ,           , g""")
    found = meetings.sides(held, texts, ["TUR", "USA"], until=ARTICLE)
    assert told(found, "reading", "side", "source_id", "strength") == [
        ["TUR", "refutes", "g", "secondary"],
        ["USA", "supports", "a", "primary"],  # its text of the same year adds no name
        ["USA", "supports", "a", "primary"],
        ["USA", "supports", "c", "secondary"],
    ]
    nothing = meetings.sides(held.iloc[:0], NO_DOCUMENT, ["TUR"], until=ARTICLE)
    assert nothing.empty
    titles = [meetings.sides_title(rows, ["TUR", "USA"]) for rows in (found, nothing)]
    assert titles == snapshot


def test_titles_tell_dates_and_no_placeholder(snapshot):
    rows = [
        ("above", "Kazakhstan", "2022-05-23/2022-05-27", "a visit"),
        ("above", "Kazakhstan", "2023-04", "a visit"),
        ("above", "Uzbekistan", "2013-12", "placeholder in a list, the date is unknown"),
        ("below", "trip", "2024", "a trip"),
    ]
    found = pd.DataFrame(rows, columns=["panel", "lane", "date", "what"])
    asked = {"C05": found, "C02": found.head(1), "nothing": found.head(0)}
    assert {claim: lanes.dates_found(claim, part) for claim, part in asked.items()} == snapshot
