"""Dates as sources give them: ranges, disagreement, independent origins, and the rules built on
them. All rows are made up.
"""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import dates, lanes, meetings, sea_access
from ca_research.ground.errors import UnknownNameError, UsageError

COLUMNS = [
    "event_id",
    "date",
    "date_bound",
    "actor",
    "counterpart",
    "kind",
    "place",
    "detail",
    "note",
    "source_id",
]

ARTICLE, EARLIER = dt.date(2023, 5, 19), dt.date(2018, 12, 31)


def events(*rows: dict[str, object]) -> pd.DataFrame:
    base = {
        "date_bound": "exact",
        "actor": "USA",
        "counterpart": "CA5",
        "kind": "format_ministerial",
        "place": "X",
    }
    filled = [
        base | {"event_id": f"E{i}", "detail": "", "note": None} | row for i, row in enumerate(rows)
    ]
    return pd.DataFrame(filled, columns=COLUMNS)


def documents(*rows: dict[str, object]) -> pd.DataFrame:
    base = {
        "claim": "C03",
        "reading": "TUR",
        "direction": "refutes",
        "strength": "secondary",
        "text_seen": "full",
    }
    filled = [
        base
        | {
            "item": f"i{i}",
            "date": None,
            "origin_group": f"g{i}",
            "statement": "",
            "source_id": f"d{i}",
        }
        | row
        for i, row in enumerate(rows)
    ]
    columns = [*base, "item", "date", "origin_group", "statement", "source_id"]
    return pd.DataFrame(filled, columns=columns)


def only(frame: pd.DataFrame) -> tuple[float | None, float | None, float | None]:
    row = frame.iloc[0]
    return tuple(None if pd.isna(row[k]) else float(row[k]) for k in ("estimate", "low", "high"))


# partial dates


def test_a_date_is_as_long_as_its_source_leaves_it():
    rows = dates.dated(
        events(
            {"date": "2023-05-18/2023-05-19", "source_id": "a"},
            {"date": "2023-02", "source_id": "b"},
            {"date": "2015", "date_bound": "by", "source_id": "c"},
            {"date": None, "source_id": "d"},
        )
    )
    assert list(rows["precision"]) == ["interval", "month", "year", "none"]
    assert list(rows["exact"]) == [True, False, False, False]
    assert [d.isoformat()[:10] if pd.notna(d) else None for d in rows["first_day"]] == [
        "2023-05-18",
        "2023-02-01",
        None,
        None,
    ]
    assert [d.isoformat()[:10] if pd.notna(d) else None for d in rows["last_day"]] == [
        "2023-05-19",
        "2023-02-28",
        "2015-12-31",
        None,
    ]


@pytest.mark.parametrize(
    ("date", "mode", "window", "expected"),
    [
        ("2023-02-28", "within", "2023-03", (1, None, None)),  # a day before the month
        ("2023-04-03", "within", "2023-03", (3, None, None)),
        ("2023-03-31", "within", "2023-03", (0, None, None)),
        (
            "2023-04-22/2023-04-27",
            "within",
            "2023-03-15/2023-04-14",
            (13, None, None),
        ),  # all of it counts
        ("2023-03-10/2023-03-20", "within", "2023-03-15/2023-04-14", (5, None, None)),
        (
            "2023-03",
            "within",
            "2023-03-10/2023-03-20",
            (None, 0, 11),
        ),  # 1 March is 9, 31 March is 11 days away
        ("2023", "within", "2022", (None, 1, 365)),
        ("2023-05-18/2023-05-19", "equal", "2023-05-18/2023-05-19", (0, None, None)),
        ("2023-05-18", "equal", "2023-05-18/2023-05-19", (1, None, None)),
        ("2023-05-17/2023-05-22", "equal", "2023-05-18/2023-05-19", (3, None, None)),
        (
            "2023-05",
            "equal",
            "2023-05-18/2023-05-19",
            (None, 0, 18),
        ),  # 1 May is 18 days before the 19th
        (
            "2023-06",
            "equal",
            "2023-05-18/2023-05-19",
            (None, 14, 43),
        ),  # 1 June to 18 May; 30 June to 18 May
    ],
)
def test_days_outside_a_window(date, mode, window, expected):
    frame = events({"date": date, "source_id": "a"})
    assert only(dates.date_gap(frame, near="2022/2024", window=window, mode=mode)) == expected


def test_sources_that_disagree_leave_a_range():
    frame = events(
        {"date": "2023-09-19", "source_id": "a"}, {"date": "2023-09-21", "source_id": "b"}
    )
    found = dates.date_gap(frame, near="2023-09", window="2023-09-21", mode="within")
    assert only(found) == (None, 0, 2)
    assert found["sources"][0] == ("a", "b")


def test_two_sources_of_one_origin_are_one():
    # P052 and M_ZSLJ share an origin group in the registry
    frame = events(
        {"date": "2023-02-28", "source_id": "P052"}, {"date": "2023-02-28", "source_id": "M_ZSLJ"}
    )
    found = dates.date_gap(frame, near="2023", window="2023-02", origins=2)
    assert only(found) == (None, None, None)
    assert found["missing"][0] == "dated by 1 independent source, 2 needed"
    frame.loc[1, "source_id"] = "elsewhere"
    assert only(dates.date_gap(frame, near="2023", window="2023-02", origins=2)) == (
        0,
        None,
        None,
    )


def test_a_window_is_searched_near_and_by_filters_only():
    frame = events(
        {"date": "2023-02-28", "source_id": "a"},
        {"date": "2019-02-28", "source_id": "b"},
        {"date": "2023-02-27", "actor": "CHN", "source_id": "c"},
        {"date": "2023-02-26", "kind": "visit", "source_id": "d"},
    )
    found = dates.date_gap(
        frame, near="2023", window="2023-02-28", actor="USA", kinds="format_ministerial"
    )
    assert only(found) == (0, None, None) and found["sources"][0] == ("a",)
    with pytest.raises(UnknownNameError):
        dates.date_gap(frame, near="2023", window="2023", mode="about")


# firsts


def test_a_first_is_refuted_by_two_origins_only():
    named = {"date": "2023-02-28", "source_id": "n"}
    one = events(
        named, {"date": "2020-02-03", "source_id": "a"}, {"date": "2015-11-01", "source_id": "a"}
    )
    assert only(dates.earlier(one, near="2023")) == (None, 0, 2)
    two = events(
        named, {"date": "2020-02-03", "source_id": "a"}, {"date": "2015-11-01", "source_id": "b"}
    )
    assert only(dates.earlier(two, near="2023")) == (2, None, None)
    same = events(
        named, {"date": "2020-02", "source_id": "a"}, {"date": "2020-02-03", "source_id": "b"}
    )
    assert only(dates.earlier(same, near="2023")) == (1, None, None), (
        "two dates of what may be one meeting"
    )


def test_no_earlier_one_found_is_no_evidence_unless_a_source_says_first():
    silent = events({"date": "2023-02-28", "detail": "a meeting", "source_id": "n"})
    assert only(dates.earlier(silent, near="2023")) == (None, None, None)
    saying = events({"date": "2023-02-28", "detail": "his First trip", "source_id": "n"})
    assert only(dates.earlier(saying, near="2023")) == (0, None, None)
    within = events({"date": "2023-02-28", "detail": "the firstborn", "source_id": "n"})
    assert only(dates.earlier(within, near="2023")) == (None, None, None)


def test_occasions_are_the_fewest_that_the_dates_allow():
    frame = events(
        {"date": "2015", "source_id": "a"},
        {"date": "2015-09-26", "source_id": "b"},
        {"date": "2016-08-03", "source_id": "c"},
        {"date": "2014", "date_bound": "by", "source_id": "d"},
    )
    assert dates.occasions(dates.select(frame)) == 3
    assert dates.occasions(dates.select(frame).iloc[:0]) == 0
    one_day = events(
        {"date": "2020-02-03", "source_id": "a"}, {"date": "2020-02-03", "source_id": "b"}
    )
    assert dates.occasions(dates.select(one_day)) == 1


@pytest.mark.parametrize(
    ("found", "shown", "denied", "expected"),
    [
        (3, 2, 0, {"estimate": 3.0}),
        (3, 2, 1, {"estimate": 3.0}),
        (0, 0, 2, {"estimate": 0.0}),
    ],
)
def test_two_independent_sources_settle(found, shown, denied, expected):
    assert dates.settle(found, shown, denied, "it") == expected


@pytest.mark.parametrize(("shown", "denied"), [(1, 0), (1, 5), (2, 2)])
def test_one_source_or_two_on_both_sides_leave_it_open(shown, denied):
    answer = dates.settle(3, shown, denied, "it")
    assert (answer["low"], answer["high"]) == (0.0, 3.0) and "estimate" not in answer


def test_nothing_on_either_side_is_no_answer():
    assert set(dates.settle(0, 0, 1, "it")) == {"missing"}


def test_places_are_counted_over_one_visit_or_all():
    frame = events(
        {
            "date": "2022-05-23/2022-05-27",
            "kind": "visit",
            "counterpart": "KGZ;TJK",
            "detail": "Lu",
            "source_id": "a",
        },
        {
            "date": "2022-11-06/2022-11-11",
            "kind": "visit",
            "counterpart": "TKM;UZB;KAZ",
            "detail": "Lu",
            "source_id": "b",
        },
        {
            "date": "2022-12-01",
            "kind": "visit",
            "counterpart": "CA5",
            "detail": "Lucas",
            "source_id": "c",
        },
    )
    given = {"near": "2022", "actor": "USA", "detail": r"\bLu\b"}
    assert only(dates.places_visited(frame, places="KAZ;KGZ", **given)) == (2, None, None)
    named = "Kazakhstan; KGZ"
    assert only(dates.places_visited(frame, places=named, **given)) == (2, None, None)
    for wrong in ("KAZ,KGZ", "KAZ;KG", ""):
        with pytest.raises(UnknownNameError):
            dates.places_visited(frame, places=wrong, **given)
    assert only(dates.places_visited(frame, places="KAZ;KGZ", count="one_visit", **given)) == (
        1,
        None,
        None,
    )
    assert only(dates.places_visited(frame, places="KGZ;TJK", count="one_visit", **given)) == (
        2,
        None,
        None,
    )
    assert only(dates.places_visited(frame, places="KAZ;KGZ", **given | {"near": "2020"})) == (
        None,
        None,
        None,
    )
    assert only(
        dates.places_visited(
            frame, places="KAZ;KGZ", **given | {"detail": "Lucas", "count": "one_visit"}
        )
    ) == (
        2,
        None,
        None,
    )


def test_days_between_two_events_keep_what_is_not_known():
    frame = events(
        {"date": "2023-02-28", "source_id": "a"},
        {"date": "2023-05-18/2023-05-19", "actor": "CHN", "source_id": "b"},
        {"date": "2023-05", "actor": "CHN", "source_id": "c"},
    )
    found = dates.days_between(frame, first={"actor": "USA"}, second={"actor": "CHN"})
    assert list(zip(found["days_least"], found["days_most"], strict=True)) == [(79, 79), (62, 92)]


# meetings with all five


def held(source: str, date: str, partner: str = "JPN", **more: object) -> dict[str, object]:
    return {"date": date, "actor": partner, "source_id": source} | more


def shared(frame: pd.DataFrame, texts: pd.DataFrame, partner: str, **more: str) -> tuple:
    found = meetings.shared_meetings(
        frame, texts, economies=[partner], until=dt.date(2023, 5, 19), **more
    )
    return only(found)


def test_a_partner_is_shown_by_two_origins_and_denied_by_two():
    two = events(
        held("a", "2004-08"), held("b", "2022-12-24"), held("c", "2025-12-20", kind="format_summit")
    )
    assert shared(two, documents(), "JPN") == (2, None, None), (
        "the meeting after the article does not count"
    )
    one = events(held("a", "2004-08"), held("c", "2025-12-20"))
    assert shared(one, documents(), "JPN") == (None, 0, 1)
    helped = documents({"reading": "JPN", "direction": "supports", "date": "2004"})
    assert shared(one, helped, "JPN") == (1, None, None)
    for unseen in (
        {"text_seen": "none"},
        {"strength": "commentary"},
        {"date": "2024"},
        {"date": None},
        {"claim": "C04"},
    ):
        assert shared(one, helped.assign(**unseen), "JPN") == (None, 0, 1), unseen
    assert shared(
        one,
        documents({"reading": "JPN", "direction": "supports", "date": "2004", "source_id": "a"}),
        "JPN",
    ) == (
        None,
        0,
        1,
    ), "the same source twice"


def test_absence_of_meetings_needs_two_denials():
    nothing = events(held("a", "2004-08"))
    assert shared(nothing, documents({}), "TUR") == (None, None, None)
    assert shared(nothing, documents({}, {}), "TUR") == (0, None, None)
    assert shared(nothing, documents({}, {"origin_group": "g0"}), "TUR") == (None, None, None)
    assert shared(nothing, documents({}, {}).assign(direction="context"), "TUR") == (
        None,
        None,
        None,
    )


def test_an_organisation_or_other_counterpart_is_no_meeting_with_all_five():
    frame = events(
        held("a", "2009-10", "TUR", counterpart="AZE;KAZ;KGZ"),
        held("b", "2010", "TUR", kind="format_mentioned"),
    )
    assert shared(frame, documents({}, {}), "TUR") == (0, None, None)


def test_strict_leaves_out_incomplete_meetings():
    frame = events(
        held("a", "2007-03-27", note="Turkmenistan sent a deputy minister"),
        held("b", "2019-07-07"),
        held("c", "2020-07-07"),
    )
    assert shared(frame, documents(), "JPN") == (3, None, None)
    assert shared(frame, documents(), "JPN", composition="strict") == (2, None, None)
    with pytest.raises(UnknownNameError):
        shared(frame, documents(), "JPN", composition="loose")


def test_a_body_counts_for_its_members_only():
    frame = events(
        held("a", "2009-10", "TUR", counterpart="AZE;KAZ;KGZ", kind="organisation_founded")
    )
    given = {"until": ARTICLE, "body": "OTS"}
    found = meetings.meeting_or_body(
        frame, documents({}, {}), economies=["TUR", "JPN"], members=3, **given
    )
    assert only(found.iloc[[0]]) == (1, None, None) and only(found.iloc[[1]]) == (None, None, None)
    four = meetings.meeting_or_body(frame, documents({}, {}), economies=["TUR"], members=4, **given)
    assert only(four) == (0, None, None), "three of the five are members in 2023"
    early = meetings.meeting_or_body(
        frame,
        documents({}, {}),
        economies=["TUR"],
        members=3,
        **given | {"until": EARLIER},
    )
    assert only(early) == (0, None, None), "Uzbekistan joined in 2019"


def test_age_of_a_format_is_bounded_by_its_dates():
    frame = events(
        held("a", "2013-05-19"), held("b", "2004-08", "IND"), held("c", "2020-10-15", "RUS")
    )
    frame = pd.concat([frame, events(held("d", None, "RUS", kind="format_first_ministerial"))])
    found = meetings.format_age(
        frame, economies=["JPN", "IND", "RUS", "TUR"], until=dt.date(2023, 5, 19)
    )
    assert found["estimate"][0] == pytest.approx(3652 / 365.25)
    assert (found["low"][1], found["high"][1]) == (
        pytest.approx(18.71, abs=0.01),
        pytest.approx(18.80, abs=0.01),
    )
    assert found["low"][2] == pytest.approx(2.59, abs=0.01) and pd.isna(found["high"][2])
    assert found["missing"][3] == "no meeting with all five is dated"


def test_first_meetings_are_ordered_by_date():
    frame = events(
        held("a", "2020", "CHN"),
        held("b", "2004-08"),
        held("c", "2022-01-25", "CHN", kind="format_first_summit"),
    )
    found = meetings.first_meetings(frame, ["CHN", "TUR", "JPN"])
    assert list(found["partner"]) == ["JPN", "CHN", "TUR"]
    assert list(found["leaders"]) == ["", "2022-01-25", ""] and list(found["meetings"]) == [1, 2, 0]


# routes to the sea


def route(source: str, date: str | None, text: str, **more: object) -> dict[str, object]:
    fixed = {"claim": "C21", "reading": "literal", "source_id": source, "origin_group": source}
    return fixed | {"date": date, "statement": text} | more


def count(*rows: dict[str, object], use: str = "dated", frame: pd.DataFrame | None = None) -> tuple:
    empty = events(held("z", "2000", kind="other")) if frame is None else frame
    return only(sea_access.sea_routes(empty, documents(*rows), before=dt.date(2013, 9, 7), use=use))


def test_a_route_needs_two_origins_on_one_port():
    assert count(route("a", "1996", "through Iran"), route("b", "2008-02", "port of Batumi")) == (
        None,
        0,
        2,
    )
    assert count(route("a", "1996", "through Iran"), route("b", "1998", "to Iran by rail")) == (
        1,
        None,
        None,
    )
    assert count(route("a", "1996", "Iran"), route("b", "1998", "Iran", origin_group="a")) == (
        None,
        0,
        1,
    )
    assert count(route("a", "1996", "Iran"), route("b", "2013-09-07", "Iran")) == (None, 0, 1), (
        "not before the day"
    )
    assert count(route("a", "1996", "Iran"), route("b", None, "Iran")) == (None, 0, 1), "undated"
    assert count(route("a", None, "Iran")) == (None, None, None)
    assert count(route("a", "1996", "Iranian studies"), route("b", "1998", "Iranian studies")) == (
        None,
        None,
        None,
    )


def test_an_event_and_a_document_of_one_source_are_one():
    frame = events(
        {"date": "1996-05-13", "kind": "sea_access", "place": "Sarakhs", "source_id": "a"}
    )
    assert count(route("a", "1996", "Iran"), frame=frame) == (None, 0, 1)
    assert count(route("b", "1998", "Iran"), frame=frame) == (1, None, None)


def test_lasting_use_asks_for_a_year_between_sources():
    rows = (route("a", "2008-02", "Batumi"), route("b", "2008-02-05", "Batumi"))
    assert count(*rows) == (1, None, None)
    assert count(*rows, use="lasting") == (None, 0, 1)
    assert count(
        route("a", "2008-02", "Batumi"), route("b", "2009-03", "Batumi"), use="lasting"
    ) == (1, None, None)
    with pytest.raises(UnknownNameError):
        count(*rows, use="often")


def test_documents_count_by_origin_and_direction():
    texts = documents(
        {},
        {"origin_group": "g0"},
        {"direction": "supports"},
        {"text_seen": "none"},
        {"strength": "commentary"},
    )
    given = {"claim": "C03", "reading": "TUR"}
    assert only(sea_access.document_origins(texts, direction="refutes", **given)) == (1, None, None)
    assert only(sea_access.document_origins(texts, direction="supports", **given)) == (
        1,
        None,
        None,
    )
    assert only(sea_access.document_origins(texts.iloc[:1], direction="supports", **given)) == (
        0,
        None,
        None,
    )
    assert only(
        sea_access.document_origins(texts, direction="refutes", claim="C03", reading="JPN")
    ) == (
        None,
        None,
        None,
    )


# what is drawn


def test_the_chronology_keeps_every_source_and_names_its_lane():
    frame = events(
        held("a", "2023-09-19", "USA", kind="format_first_summit"),
        held("b", "2023-09-21", "USA", kind="format_first_summit"),
        held("c", "2004-08"),
    )
    rows = lanes.chronology("C03", frame, documents())
    assert sorted(rows["source_id"]) == ["a", "b", "c"]
    assert dict(zip(rows["source_id"], rows["mark"], strict=True)) == {
        "a": "ring",
        "b": "ring",
        "c": "point",
    }
    assert list(rows.loc[rows["source_id"] == "c", "lane"]) == ["Japan"]
    apart = lanes.disagreements(frame)
    assert list(apart["date"]) == ["2023-09-19", "2023-09-21"] and list(
        apart["reported_before"]
    ) == ["", ""]
    assert set(apart["kind"]) == {"first meeting of leaders"}, "in words"
    assert lanes.disagreements(frame.assign(date=["2023-09", "2023-09-21", "2004"])).empty, (
        "a month holds its days"
    )
    with pytest.raises(UnknownNameError):
        lanes.chronology("C23", frame, documents())


def test_the_chronology_goes_by_date_within_a_lane_whatever_the_order_of_the_table():
    frame = events(
        held("a", "2016-12", "USA", kind="format_ministerial", place="Washington"),
        held("b", "2016-08-03", "USA", kind="format_ministerial", place="Washington"),
        held("c", "2015-11-01", "USA", kind="format_ministerial", place="Samarkand"),
        held("d", "2016-09-30", "USA", kind="format_ministerial", date_bound="by"),
    )
    rows = lanes.chronology("C04", frame, documents())
    assert list(rows["source_id"]) == ["c", "b", "d", "a"]


def test_china_is_no_signer_of_its_own_initiative_and_a_placeholder_is_no_date():
    frame = events(
        held("M_GFDC25", "2013-12", "CHN", kind="likely_mou_date"),
        held("M_GFDC25", "2013-12", "KGZ", kind="likely_mou_date"),
        held("M_GFDC25", "2015-06", "UZB", kind="likely_mou_date"),
    ).assign(date_bound=["placeholder", "placeholder", "exact"])
    rows = lanes.chronology("C18", frame, documents())
    assert len(rows) == 2, "China is left out"
    assert dict(zip(rows["lane"], rows["what"], strict=True)) == {
        "signed documents": "Uzbekistan: likely date of the memorandum, by a list",
        lanes.PLACEHOLDERS: "Kyrgyzstan: placeholder in a list, the date is unknown",
    }
    five = lanes.chronology("C19", frame, documents())
    said = dict(zip(five["lane"], five["what"], strict=True))
    assert (
        said["Kyrgyzstan"] == "placeholder in a list, the date is unknown"
        and "placeholder" not in said["Uzbekistan"]
    )
    apart = lanes.accession_disagreements(
        events(
            held("M_GFDC25", "2013-12", "KGZ", kind="likely_mou_date"),
            held("M_LPV26", "2014", "KGZ", kind="mou_year"),
        ).assign(date_bound=["placeholder", "exact"])
    )
    assert apart.empty, "a placeholder excludes no date"


def test_sources_of_both_sides_stand_by_name_for_each_partner_as_they_count():
    table = events(
        {"date": "2020-01-02", "source_id": "a"},
        {"date": "2021-01-02", "source_id": "a"},
        {"date": "2024-01-02", "source_id": "b"},
    )
    texts = documents(
        {"reading": "USA", "direction": "supports", "date": "2020-03", "source_id": "a"},
        {"reading": "USA", "direction": "supports", "date": "2020-03", "source_id": "c"},
        {"reading": "USA", "direction": "supports", "date": "2024-03", "source_id": "d"},
        {"reading": "TUR", "direction": "supports", "date": "2020-03", "source_id": "e"},
        {"reading": "TUR", "strength": "commentary", "source_id": "f"},
        {"reading": "TUR", "source_id": "g"},
    )
    found = meetings.sides(table, texts, ["TUR", "USA"], until=ARTICLE)
    rows = found[["reading", "side", "source_id", "strength"]].to_numpy().tolist()
    assert rows == [
        ["TUR", "refutes", "g", "secondary"],
        ["USA", "supports", "a", "primary"],  # its text of the same year adds no name
        ["USA", "supports", "a", "primary"],
        ["USA", "supports", "c", "secondary"],
    ]
    assert meetings.sides_title(found, ["TUR", "USA"]) == (
        "Sources date meetings with all five for one of two partners; one speaks against Türkiye"
    )
    nothing = meetings.sides(table.iloc[:0], texts.iloc[:0], ["TUR"], until=ARTICLE)
    assert nothing.empty
    assert meetings.sides_title(nothing, ["TUR"]) == "No source dates a meeting with all five"


def test_the_title_of_a_timeline_tells_its_dates_and_no_placeholder():
    rows = pd.DataFrame(
        {
            "panel": ["above", "above", "above", "below"],
            "lane": ["Kazakhstan", "Kazakhstan", "Uzbekistan", "trip"],
            "date": ["2022-05-23/2022-05-27", "2023-04", "2013-12", "2024"],
            "what": ["a visit", "a visit", "placeholder in a list, the date is unknown", "a trip"],
        }
    )
    assert lanes.dates_found("C05", rows) == (
        "Visits of Assistant Secretary Lu on record: Kazakhstan 2022 and 2023; "
        "none for Kyrgyzstan, Tajikistan, Turkmenistan and Uzbekistan"
    )
    assert lanes.dates_found("C02", rows.head(1)) == (
        "Dates on record: Kazakhstan 23 May 2022 to 27 May 2022"
    )
    assert lanes.dates_found("C02", rows.head(0)) == "Dates on record: none"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"actor": "UAS"}, "economy 'UAS'"),
        ({"counterpart": "KAZ;TJKK"}, "economy 'TJKK'"),
        ({"detail": "(Lu"}, "detail is no regular expression"),
        ({"place": "*"}, "place is no regular expression"),
    ],
)
def test_whom_and_what_is_looked_for_is_something(wrong, said):
    """A letter that is wrong selected no event, and the claim had 'not enough evidence'."""
    with pytest.raises(UsageError, match=re.escape(said)):
        dates.select(ca.load("events"), **wrong)


def test_actors_have_names():
    frame = ca.load("events")
    named, coded = (dates.select(frame, actor=a) for a in ("United States", "USA"))
    assert len(coded) and named["event_id"].tolist() == coded["event_id"].tolist()
