"""Two ways of this project that must give one number."""

import datetime as dt

import pytest

import ca_research as ca
from ca_research.article import belt_and_road, signing


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


def test_the_fits_of_c20_agree_with_the_slower_estimator():
    """`effect` also makes placebo dates, `effect_fits` makes the rank of a loss."""
    trade, events = ca.load("trade", product="TOTAL"), ca.load("events")
    slow = belt_and_road.effect(trade, events).set_index("economy")
    choices = {"accession_list": "M_GFDC25", "donors": "never_or_late", "source": "joined"}
    fast = belt_and_road.effect_fits(
        trade, events, method="synthetic", until=2020, **choices
    ).set_index("economy")
    tested = ["KAZ", "TJK", "UZB"]
    for ours, theirs in (("estimate", "effect"), ("p_gain", "p_positive"), ("p", "p")):
        assert fast.loc[tested, ours].tolist() == pytest.approx(slow.loc[tested, theirs].tolist())
    assert (fast.loc[tested, "p_gain"] > 0.1).all()  # known beforehand: no gain
    assert fast.loc[["KGZ", "TKM"], "estimate"].isna().all()
