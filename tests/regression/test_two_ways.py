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


def test_the_fits_of_c20_agree_with_the_estimator():
    """`SyntheticControl.placebos` ranks by another way; `effect_fits` makes the rank of a loss."""
    trade, events = ca.load("trade", product="TOTAL"), ca.load("events")
    choices = {"accession_list": "M_GFDC25", "donors": "never_or_late", "source": "joined"}
    choices |= {"method": "synthetic", "until": 2020}
    fast = belt_and_road.effect_fits(trade, events, **choices).set_index("economy")
    for code in ("KAZ", "TJK", "UZB"):
        fit = belt_and_road.control(trade, events, code, **choices)
        ranks, row = fit.placebos(), fast.loc[code]
        own = [fit.effect, ranks.p_positive, ranks.p]
        assert row[["estimate", "p_gain", "p"]].tolist() == pytest.approx(own)
        assert row["p_gain"] > 0.1  # known beforehand: no gain
    assert fast.loc[["KGZ", "TKM"], "estimate"].isna().all()
