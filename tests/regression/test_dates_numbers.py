"""Dates of the claims about dates, recomputed from the raw files with a few lines each; the source
of each is its row.

Nothing of the wing is used for an expected value: only the CSV rows, the calendar and the
product-limit formula.
"""

from __future__ import annotations

import datetime as dt
import functools

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import signing
from ca_research.ground import economies as eco
from ca_research.ground import paths

UNTIL = dt.date(2023, 5, 19)
SPEECH = dt.date(2013, 9, 7)  # P044
MONTH = 365.25 / 12


@functools.cache
def raw(table: str) -> pd.DataFrame:
    return pd.read_csv(paths.raw_dir() / table / "small.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return ca.load("events")


@pytest.fixture(scope="module")
def evidence() -> pd.DataFrame:
    return ca.load("evidence")


def date_of(event_id: str) -> str:
    return str(raw("events").set_index("event_id").loc[event_id, "date"])


def test_the_meeting_in_astana_was_a_day_before_march(events):
    day = dt.date.fromisoformat(date_of("F-USA-7"))  # P013
    assert day == dt.date.fromisoformat(date_of("V-USA-1")), (
        "P165, another agency, has him there on the same day"
    )
    expected = (dt.date(2023, 3, 1) - day).days
    criterion = ca.claim("C04").spec.criteria()["in_march"]
    found = ca.article.dates.date_gap(events, **criterion.settings)
    assert found["estimate"][0] == expected == 1 and found["sources"][0] == ("P013", "P165")
    summit = date_of("F-CHN-5").split("/")[0]  # P023
    between = ca.article.dates.days_between(
        events,
        first={"actor": "USA", "kinds": "format_ministerial", "near": "2023-02"},
        second={"actor": "CHN", "kinds": "format_summit", "near": "2023-05"},
    )
    assert between["days_least"].tolist() == [(dt.date.fromisoformat(summit) - day).days] == [79]


def test_ministers_had_met_before(events):
    rows = raw("events")
    older = rows[
        (rows["actor"] == "USA")
        & (rows["counterpart"] == "CA5")
        & rows["kind"].str.contains("ministerial")
    ]
    older = older[older["date"] < "2023"]
    hamburg = "PG_TASHTIMES_250"
    assert sorted(older["source_id"]) == ["P002", "P003", "P005", "P007", "P008", "P009", hamburg]
    found = ca.article.dates.earlier(
        events, **ca.claim("C04").spec.criteria()["first_meeting"].settings
    )
    assert found["estimate"][0] == older["date"].nunique() == 7
    inside = older[older["place"].isin(["Samarkand", "Tashkent"])]
    found = ca.article.dates.earlier(
        events, **ca.claim("C04").spec.criteria()["first_in_region"].settings
    )
    assert found["estimate"][0] == len(inside) == 2


def test_six_partners_are_shown_and_one_denied(events, evidence):
    rows = raw("events")
    held = rows[
        (rows["counterpart"] == "CA5")
        & rows["kind"].isin(
            [
                "format_first_ministerial",
                "format_ministerial",
                "format_first_summit",
                "format_summit",
            ]
        )
    ]
    held = held[(held["date"] != "") & (held["date"].str[-10:] <= "2023-05-19")]
    held = held[held["actor"] != "KOR"]  # the sentence does not name it
    counts = held.groupby("actor")["date"].nunique()
    assert counts.to_dict() == {"CHN": 5, "EU27": 3, "IND": 3, "JPN": 2, "RUS": 4, "USA": 8}
    partners = [*counts.index, "TUR"]
    found = ca.article.meetings.shared_meetings(
        events, evidence, economies=partners, until=dt.date(2023, 5, 19)
    ).set_index("economy")
    assert found["estimate"].to_dict() == counts.to_dict() | {"TUR": 0}
    against = raw("evidence")
    against = against[
        (against["claim"] == "C03")
        & (against["reading"] == "TUR")
        & (against["direction"] == "refutes")
    ]
    assert against.loc[against["strength"] != "commentary", "origin_group"].nunique() >= 2


def test_both_dates_of_the_first_american_summit_are_kept(events):
    apart = ca.article.lanes.disagreements(events)
    assert (
        apart["date"].tolist()
        == [date_of("F-USA-8"), date_of("F-USA-8-STATE")]
        == ["2023-09-19", "2023-09-21"]
    )
    assert apart["source_id"].tolist() == ["P018B", "M_HAS_V"]
    assert apart["reported_before"].tolist() == ["", "MENAFN, 20 September 2023"], (
        "a report of the 20th cannot be of the 21st"
    )


def test_lu_had_been_to_the_two_countries_the_year_before(events):
    assert (
        date_of("V-USA-3") == "2022-05-23/2022-05-27"
        and date_of("V-USA-5") == "2023-04-22/2023-04-27"
    )  # P016, P014
    found = ca.article.dates.places_visited(
        events, **ca.claim("C05").spec.criteria()["not_visited"].settings
    )
    assert found["estimate"][0] == 2
    late = (dt.date(2023, 4, 27) - dt.date(2023, 4, 14)).days
    found = ca.article.dates.date_gap(
        events, **ca.claim("C05").spec.criteria()["month_after"].settings
    )
    assert found["estimate"][0] == late == 13


def by_hand(edge: str) -> dict[str, tuple[float, bool]]:
    """Months and whether signed, from the list by month (M_GFDC25), replaced by dated texts where
    they exist.

    A placeholder is bounded above by what the list by year (M_LPV26) or a text dates.
    """
    rows = raw("events")
    texts = rows[rows["kind"].isin(["mou", "bri_mou", "bri_protocol"]) & (rows["date"] != "")]
    listed = rows[
        (rows["source_id"] == "M_GFDC25") & rows["kind"].isin(["likely_mou_date", "listed_no_date"])
    ]
    watch = (UNTIL - SPEECH).days / MONTH
    best: dict[str, tuple[str, str]] = {
        r.actor: (r.date, r.date_bound) for r in listed.itertuples()
    }
    own: dict[str, list[str]] = {}
    for r in texts.itertuples():
        for code in r.actor.split(";"):
            own.setdefault(code, []).append(r.date)
    best |= {
        c: (max(dates, key=len) if c == "TKM" else min(dates), "exact") for c, dates in own.items()
    }
    by_year = (
        rows[(rows["source_id"] == "M_LPV26") & (rows["kind"] == "mou_year")]
        .set_index("actor")["date"]
        .to_dict()
    )
    out = {}
    for code in signing.un_members():
        date, bound = best.get(code, ("never", ""))
        if date == "never":
            out[code] = (watch, False)
        elif not date or bound == "placeholder":
            latest = pd.Period(by_year[code]).end_time.date() if code in by_year else None
            known = latest is not None and latest <= UNTIL
            late = ((latest - SPEECH).days / MONTH, True) if known else (watch, False)
            out[code] = (0.0, True) if edge == "low" else late
        else:
            period = pd.Period(date)
            day = (period.start_time if edge == "low" else period.end_time).date()
            out[code] = (
                (watch, False) if day > UNTIL else (max((day - SPEECH).days, 0) / MONTH, True)
            )
    return out


def median(pairs: list[tuple[float, bool]]) -> float:
    survival = 1.0
    for t in sorted({t for t, happened in pairs if happened}):
        survival *= 1 - sum(u == t and e for u, e in pairs) / sum(u >= t for u, _ in pairs)
        if survival <= 0.5:
            return t
    raise AssertionError("not reached")


def test_the_median_of_the_others_by_hand(events):
    times = signing.signing_times(events, until=dt.date(2023, 5, 19))
    others = times[~times["five"]]
    assert len(others) == 187
    for edge in ("low", "high"):
        hand = by_hand(edge)
        expected = median([hand[c] for c in signing.un_members() if c not in (*eco.CA5, "CHN")])
        assert signing.signing_medians(others)[edge] == pytest.approx(expected)
        share = (
            100
            * sum(e and t <= 24 for c, (t, e) in hand.items() if c not in (*eco.CA5, "CHN"))
            / 187
        )
        row = signing.signed_within(events, until=dt.date(2023, 5, 19), months=24).iloc[0]
        assert row["high" if edge == "low" else "low"] == pytest.approx(share)


def test_months_of_the_five(events):
    found = signing.months_to_sign(events, economies=eco.CA5, until=dt.date(2023, 5, 19)).set_index(
        "economy"
    )
    assert found.loc["UZB", "estimate"] == pytest.approx(
        (dt.date(2015, 6, 15) - SPEECH).days / MONTH
    )  # P048
    assert found.loc["TKM", "estimate"] == pytest.approx(
        (dt.date(2023, 1, 6) - SPEECH).days / MONTH
    )  # P049
    assert found.loc["TJK", "low"] == pytest.approx(
        (dt.date(2014, 1, 1) - SPEECH).days / MONTH
    )  # P047
    assert found.loc["KAZ", "high"] == pytest.approx(
        (dt.date(2015, 8, 31) - SPEECH).days / MONTH
    )  # M_GFDC25
    # KGZ: M_GFDC25 has a placeholder, so that any day from the speech to the end of the year in
    # M_LPV26, 2014, is possible
    assert found.loc["KGZ", "low"] == 0.0
    assert found.loc["KGZ", "high"] == pytest.approx((dt.date(2014, 12, 31) - SPEECH).days / MONTH)
    assert set(found.loc["KGZ", "sources"]) == {"M_GFDC25", "M_LPV26"}


def test_lists_agree_with_the_accession_of_the_wing(events):
    for dates, which in (("by_month", "M_GFDC25"), ("by_year", "M_LPV26")):
        listed = ca.article.belt_and_road.accession(
            events, which, placeholder="as_printed"
        ).set_index("economy")["date"]
        times = signing.signing_times(
            events, until=dt.date(2026, 12, 31), dates=dates, placeholder="as_printed"
        )
        mine = times.set_index("economy")["date"].dropna()
        assert mine.to_dict() == {c: d for c, d in listed.items() if c in signing.un_members()}
        assert not (set(listed.index) - set(signing.un_members())) - {"COK", "NIU", "PSE"}


def test_older_routes_to_the_sea(events, evidence):
    found = ca.article.sea_access.routes(events, evidence)
    older = found[found["last_day"] < "2013-09-07"]
    shown = older.groupby("port")["source_id"].agg(set).to_dict()
    assert shown["ports of Iran, Gulf"] == {"P060", "E2_RFERL_1998"}
    assert shown["Lianyungang, Pacific"] == {"P062", "E2_WIKI_ELB"}
    assert shown["Batumi, Black Sea"] == {"E2_BOT", "E2_JAMES_BATUMI"}
    assert shown["Novorossiysk, Black Sea"] == {"P061"}, "an event and a document of one source"
    assert (
        ca.article.sea_access.sea_routes(events, evidence, before=dt.date(2013, 9, 7))["estimate"][
            0
        ]
        == 3
    )


@pytest.mark.parametrize("day", ["2023-05-19", "latest"])
def test_verdicts_of_the_dates(day, stored):
    expected = {
        "C02": {"literal": "supported"},
        "C04": {
            "literal": "contradicted",
            "trip": "supported",
            "ministerial": "contradicted",
            "month": "contradicted",
        },
        "C05": {
            "literal": "supported",
            "left_out": "contradicted",
            "from_the_meeting": "contradicted",
        },
        "C18": {"literal": "supported"},
        "C21": {"literal": "contradicted", "narrow": "supported"},
    }
    for claim_id, words in expected.items():
        said = {reading: v["verdict"] for reading, v in stored(claim_id, day).items()}
        assert said.items() >= words.items(), claim_id
