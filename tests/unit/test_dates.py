"""The day of knowledge, and the day on which a row became known. Dates: cases/values.yaml."""

import datetime as dt
import time

import pandas as pd
import pytest
from tests.cases import cases

from ca_research import registry
from ca_research.ground import periods
from ca_research.ground.errors import UsageError
from ca_research.ground.periods import parse_as_of
from ca_research.tables.dates import known_on

DAY = dt.date(2023, 5, 19)


@pytest.mark.parametrize(
    "given", [DAY, dt.datetime(2023, 5, 19, 12, 30), pd.Timestamp("2023-05-19 23:59")]
)
def test_a_day_may_be_given_in_several_forms(given):
    day = parse_as_of(given)
    assert type(day) is dt.date and day == DAY


def test_a_day_in_the_future_is_refused(monkeypatch):
    """Its knowledge is not here yet, and figures would seem older than they are."""
    monkeypatch.setattr(periods, "newest_day", lambda: DAY)
    assert parse_as_of(DAY) == DAY
    with pytest.raises(UsageError):
        parse_as_of("2023-05-20")


def test_a_day_that_has_begun_in_another_time_zone_is_not_in_the_future(monkeypatch):
    """A claim declared in Almaty was refused in New York for hours."""
    found = []
    try:
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):  # 26 hours apart: never of one date
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            found.append(dt.date.today())
        assert found[0] > found[1] and parse_as_of(found[0]) == found[0]
    finally:
        monkeypatch.undo()
        time.tzset()


KNOWN = cases(__file__, "choices")["known"]


@pytest.mark.parametrize("table", KNOWN)
def test_known_on_by_kind_of_release(project, table):
    column, kind = ("year", "Int64") if table == "facts" else ("date", "str")
    frame = pd.DataFrame(KNOWN[table], columns=[column, "source_id", "known"])
    days = known_on(frame.astype({column: kind}), registry.table(table))
    assert [str(day)[:10] for day in days] == frame["known"].tolist()
