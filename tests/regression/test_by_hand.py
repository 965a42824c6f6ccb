"""What no single query recomputes: a survival curve by hand, and two ways of this project that must
give one number.
"""

import datetime as dt

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import belt_and_road, gravity_residual, priority, signing
from ca_research.article.settings import settings
from ca_research.ground import economies as eco
from ca_research.ground import paths

UNTIL, SPEECH = dt.date(2023, 5, 19), dt.date(2013, 9, 7)  # P044
MONTH = 365.25 / 12
WATCHED = (UNTIL - SPEECH).days / MONTH


def dated():
    """Date and bound of each signature: the list by month (M_GFDC25), and dated texts before it."""
    rows = pd.read_csv(paths.raw_dir() / "events" / "small.csv", keep_default_na=False)
    listed = rows[rows["kind"].isin(["likely_mou_date", "listed_no_date"])]
    listed = listed[listed["source_id"] == "M_GFDC25"].set_index("actor")
    texts = rows[rows["kind"].isin(["mou", "bri_mou", "bri_protocol"]) & (rows["date"] != "")]
    texts = texts.assign(actor=texts["actor"].str.split(";")).explode("actor")
    own = texts.groupby("actor")["date"].min()
    own["TKM"] = max(texts.loc[texts["actor"] == "TKM", "date"], key=len)
    by_year = rows[(rows["source_id"] == "M_LPV26") & (rows["kind"] == "mou_year")]
    found = {code: (row.date, row.date_bound) for code, row in listed.iterrows()}
    found |= {code: (date, "exact") for code, date in own.items()}
    return found, by_year.set_index("actor")["date"].to_dict()


def months(code, found, by_year, edge):
    """Months to the signature and whether it was signed in time, at the early or the late end.

    A placeholder is bounded above by the list by year (M_LPV26) and not below.
    """
    date, bound = found.get(code, ("never", ""))
    if date == "never":
        return WATCHED, False
    if date and bound != "placeholder":
        period = pd.Period(date)
        day = (period.start_time if edge == "low" else period.end_time).date()
    elif edge == "low":
        return 0.0, True
    else:
        day = pd.Period(by_year.get(code, "2999")).end_time.date()
    return (max((day - SPEECH).days, 0) / MONTH, True) if day <= UNTIL else (WATCHED, False)


def median(pairs):
    """The month at which the product-limit estimate falls to a half."""
    survival = 1.0
    for t in sorted({t for t, signed in pairs if signed}):
        survival *= 1 - pairs.count((t, True)) / sum(u >= t for u, _ in pairs)
        if survival <= 0.5:
            return t
    raise AssertionError("not reached")


@pytest.mark.parametrize("edge", ["low", "high"])
def test_the_median_of_the_others_and_the_share_that_signed_in_two_years(edge):
    events = ca.load("events")
    others = [c for c in signing.un_members() if c not in (*eco.CA5, "CHN")]
    found, by_year = dated()
    pairs = [months(code, found, by_year, edge) for code in others]
    times = signing.signing_times(events, until=UNTIL)
    assert len(pairs) == (~times["five"]).sum() == 187
    assert signing.signing_medians(times[~times["five"]])[edge] == pytest.approx(median(pairs))
    share = 100 * sum(signed and t <= 24 for t, signed in pairs) / 187
    found = signing.signed_within(events, until=UNTIL, months=24).iloc[0]
    assert found["high" if edge == "low" else "low"] == pytest.approx(share)


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
