"""What no single query recomputes: a survival curve by hand, and two ways of this project that must
give one number.
"""

import datetime as dt

import pytest

import ca_research as ca
from ca_research.article import belt_and_road, gravity_residual, priority, signing
from ca_research.article.settings import settings


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


def test_one_step_ranks_china_as_full_estimation_does():
    """By least squares the two are one number (C35)."""
    panel = ca.trade.panel(
        ca.load("trade", source="PENPPML", product="TOTAL"),
        ca.load("geography"),
        exclude=settings().oil_exporters,
    )
    table = gravity_residual.placebo_table(panel, estimator="ols")
    full = ca.trade.reassign(panel, "CHN", ca.economies.CA5, estimator="ols")
    both = table.merge(full.table, on="economy", suffixes=("", "_full"))
    both = both.dropna(subset=["estimate", "estimate_full"])
    assert both["estimate"].tolist() == pytest.approx(both["estimate_full"].tolist(), abs=1e-6)
    assert gravity_residual.rank_p(table) == pytest.approx(full.p)


def test_first_or_second_from_what_each_cell_of_c01_compares():
    """Read from the words of the cells, which the place is not made from."""
    others = {t: ca.load(t) for t in ("investment", "students", "opinion", "visits", "events")}
    table = priority.matrix(priority.cells(ca.load("trade", product="TOTAL"), **others))
    for row in table[table["n"] > 0].itertuples():
        told = row.values.replace("0 to ", "").split(" ")  # of a silent partner its most
        figures = {
            code: float(text.strip(",").replace(",", ""))
            for code, text in zip(told[::2], told[1::2], strict=False)
            if code in ("CHN", "RUS", "EU27", "USA")
        }
        place = 1 + sum(value > figures["CHN"] for value in figures.values())
        assert row.place == (place, place), row.values


def test_an_excerpt_of_partners_never_speaks_for_its_reporter():
    assert ca.tables.ranked(["COMTRADE_2024X", "UZB_STAT"]) == ["UZB_STAT"]
    trade = ca.load("trade", product="TOTAL", year=[2020, 2024])
    mirror = set(ca.trade.perspective(trade, ["TJK", "TKM"])["source_id"])
    assert "COMTRADE_2024X" in mirror and "CEPII_GRAVITY_V202211_BACI" not in mirror
