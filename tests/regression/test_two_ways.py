"""Two ways of this project that must give one number."""

import datetime as dt

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import belt_and_road, signing
from ca_research.estimates.once import keeping, without_source
from ca_research.trade.rank import both_reports


@pytest.mark.parametrize(("dates", "which"), [("by_month", "M_GFDC25"), ("by_year", "M_LPV26")])
def test_dates_of_signing_are_those_of_the_accession_to_the_belt_and_road(dates, which):
    events, members = ca.load("events"), set(signing.un_members())
    listed = belt_and_road.accession(events, which, placeholder="as_printed")
    listed = listed.set_index("economy")["date"].to_dict()
    times = signing.signing_times(
        events, until=dt.date(2026, 12, 31), dates=dates, placeholder="as_printed"
    )
    mine = times.set_index("economy")["date"].dropna().to_dict()
    assert mine == {code: day for code, day in listed.items() if code in members}
    assert set(listed) - members <= {"COK", "NIU", "PSE"}


@pytest.mark.parametrize("source", ["KAZ_BNS", "WTO_HSM"])
def test_reports_without_a_source_are_those_of_its_absence(source):
    trade, known = ca.load("trade"), {}
    with keeping(known):
        both_reports(trade, economies=ca.economies.CA5.codes)
        rest = without_source(trade, source, known)
        kept = both_reports(rest, economies=ca.economies.CA5.codes)
    anew = both_reports(rest, economies=ca.economies.CA5.codes)
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), anew)
