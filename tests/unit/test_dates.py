"""Partial dates and intervals, and the day on which a row became known."""

import datetime as dt
import time

import pandas as pd
import pytest

from ca_research import registry
from ca_research.ground import periods
from ca_research.ground.errors import UsageError
from ca_research.ground.periods import parse_as_of
from ca_research.tables.dates import bounds, is_date, known_on

DAY = dt.date


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013", DAY(2013, 1, 1), DAY(2013, 12, 31)),
        ("2013-09", DAY(2013, 9, 1), DAY(2013, 9, 30)),
        ("2013-12", DAY(2013, 12, 1), DAY(2013, 12, 31)),
        ("2012-02", DAY(2012, 2, 1), DAY(2012, 2, 29)),
        ("2013-02", DAY(2013, 2, 1), DAY(2013, 2, 28)),
        ("2013-09-07", DAY(2013, 9, 7), DAY(2013, 9, 7)),
        ("2013/2014-02", DAY(2013, 1, 1), DAY(2014, 2, 28)),
        ("2013-09-07/2013-09-08", DAY(2013, 9, 7), DAY(2013, 9, 8)),
    ],
)
def test_a_partial_date_stands_for_its_whole_span(text, first, last):
    assert bounds(text) == (first, last)
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2013-13",
        "2013-00",
        "2013-02-29",
        "2013-9",
        "13",
        "2013-09-7",
        "2013/",
        "/2013",
        "2014/2013",
        "2013\n",
        "2013 ",
    ],
)
def test_what_is_no_date_is_refused(text):
    assert not is_date(text)
    with pytest.raises(UsageError, match="not a date"):
        bounds(text)


@pytest.mark.parametrize(
    "given",
    [
        "2023-05-19",
        DAY(2023, 5, 19),
        dt.datetime(2023, 5, 19, 12, 30),
        pd.Timestamp("2023-05-19 23:59"),
    ],
)
def test_a_day_may_be_given_in_several_forms(given):
    day = parse_as_of(given)
    assert type(day) is DAY and day == DAY(2023, 5, 19)


def test_latest_and_nothing_mean_everything():
    assert parse_as_of("latest") is None and parse_as_of(None) is None


@pytest.mark.parametrize(
    "given", ["2023", "2023-05", "2023-02-29", "yesterday", "19.05.2023", "", 2023, 20230519.0]
)
def test_a_bad_day_is_refused(given):
    with pytest.raises(UsageError, match="as_of must be a date or 'latest'"):
        parse_as_of(given)


def test_a_day_in_the_future_is_refused(monkeypatch):
    """Its knowledge is not here yet, and figures would seem older than they are."""
    monkeypatch.setattr(periods, "newest_day", lambda: DAY(2026, 5, 19))
    assert parse_as_of("2026-05-19") == DAY(2026, 5, 19)
    for later in ("2026-05-20", DAY(2099, 1, 1)):
        with pytest.raises(UsageError, match="a day in the future") as caught:
            parse_as_of(later)
        assert "2026-05-19" in caught.value.hint


def test_a_day_that_has_begun_in_another_time_zone_is_not_in_the_future(monkeypatch):
    """A claim declared in Almaty was refused in New York for hours."""
    found = {}
    try:
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):  # 26 hours apart: never of one date
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            found[zone] = DAY.today()
        first, last = found.values()
        assert first > last and parse_as_of(first) == first
    finally:
        monkeypatch.undo()
        time.tzset()


def test_known_on_by_kind_of_release(project):
    """A series a lag after the year; a publication on its day; a timeless figure always."""
    frame = pd.DataFrame(
        [
            (2020, "S_CALENDAR"),
            (2020, "S_LATE"),
            (2020, "S_STATED"),
            (None, "S_CALENDAR"),
            (None, "S_STATED"),
        ],
        columns=["year", "source_id"],
    ).astype({"year": "Int64"})
    days = known_on(frame, registry.table("facts"))
    assert [d.date() for d in days] == [
        DAY(2021, 1, 31),
        DAY(2021, 12, 31),
        DAY(2021, 6, 30),
        DAY(1970, 1, 1),
        DAY(2021, 6, 30),
    ]


def test_a_dated_event_is_known_from_the_last_day_it_can_mean(project):
    frame = pd.DataFrame(
        [
            ("2013-09", "S_CALENDAR"),
            ("2012/2014-02", "S_STATED"),
            (None, "S_STATED"),
            (None, "S_CALENDAR"),
        ],
        columns=["date", "source_id"],
    )
    days = known_on(frame, registry.table("events"))
    assert [d.date() for d in days[:3]] == [DAY(2013, 9, 30), DAY(2014, 2, 28), DAY(2021, 6, 30)]
    assert pd.isna(days[3]), "nothing says when"
