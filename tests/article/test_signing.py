"""Time to the first signed document, with those who never signed: an oracle by hand, and what
partial dates leave open.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ca_research.article import signing
from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError
from ca_research.stats.survival import kaplan_meier, median_time, survival_at

# the product-limit curve


def test_the_curve_of_freireich_as_published():
    """Remission of 21 patients on 6-MP (weeks; + censored), Freireich et al. (1963), Blood 21(6), a
    textbook case.

    S(t) and the median of 23 weeks are those of Kalbfleisch and Prentice, The Statistical Analysis
    of Failure Time Data.
    """
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    censored = {3, 5, 7, 8, 11, 12, 13, 16, 17, 18, 19, 20}
    curve = kaplan_meier(times, [i not in censored for i in range(21)])
    assert list(curve["time"]) == [6, 7, 10, 13, 16, 22, 23]
    assert list(curve["at_risk"]) == [21, 17, 15, 12, 11, 7, 6]
    expected = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve["survival"].round(3).tolist() == expected
    assert median_time(curve) == 23
    assert survival_at(curve, 5.9) == 1.0 and survival_at(curve, 12) == pytest.approx(
        0.753, abs=0.001
    )


def test_the_median_by_hand():
    # five: 1, 2, 3+ , 4, 5 -> S: 4/5, 3/5, then at 4 two at risk: 3/10
    curve = kaplan_meier([1, 2, 3, 4, 5], [True, True, False, True, True])
    assert curve["survival"].tolist() == pytest.approx([0.8, 0.6, 0.3, 0.0])
    assert median_time(curve) == 4
    assert median_time(kaplan_meier([1, 2, 9, 9], [True, True, False, False])) == 2, (
        "exactly one half counts"
    )
    assert (
        median_time(kaplan_meier([1, 2, 3, 9, 9, 9], [True, True, True, False, False, False])) == 3
    )
    assert median_time(kaplan_meier([1, 9, 9], [True, False, False])) is None
    assert median_time(kaplan_meier([1, 9], [False, False])) is None
    # censoring is not leaving out: two of the three would have a median of 1
    assert median_time(kaplan_meier([1, 2, 9, 9, 9], [True, True, False, False, False])) is None


def test_random_curves_equal_the_product_formula():
    rng = np.random.default_rng(7)
    for _ in range(20):
        time = rng.integers(0, 12, size=30).astype(float)
        event = rng.random(30) < 0.6
        curve = kaplan_meier(time, event)
        for t in range(13):
            s = 1.0
            for u in sorted(set(time[event])):
                if u <= t:
                    s *= 1 - ((time == u) & event).sum() / (time >= u).sum()
            assert survival_at(curve, t) == pytest.approx(s)


@pytest.mark.parametrize(
    ("time", "event"),
    [
        ([1, 2], [True]),
        ([], []),
        ([-1.0], [True]),
        ([float("nan")], [True]),
        ([1, 2], [True, float("nan")]),  # numpy takes it, and any text, as true
        ([1, 2], ["True", "False"]),
        (pd.Series([1, 2]), pd.Series([True, pd.NA], dtype="boolean")),
    ],
)
def test_impossible_times_and_events_are_refused(time, event):
    with pytest.raises(UsageError):
        kaplan_meier(time, event)


# documents of a made-up world

UNTIL = dt.date(2023, 5, 19)


def world(**more: str | list[tuple[str, str, str, str]]) -> pd.DataFrame:
    """One row per economy of the list by month (M_GFDC25): 60 signed in June 2018, the rest never;
    and the rows given.
    """
    rows = [
        (c, "2018-06", "M_GFDC25", "likely_mou_date", "exact")
        for c in signing.un_members()[60:120]
        if c not in own(more)
    ]
    for economy, given in more.items():
        for entry in [given] if isinstance(given, str) else given:
            date, source, kind, bound = (
                (entry, "M_GFDC25", "likely_mou_date", "exact") if isinstance(entry, str) else entry
            )
            rows.append((economy, date or None, source, kind, bound))
    frame = pd.DataFrame(rows, columns=["actor", "date", "source_id", "kind", "date_bound"])
    return frame.assign(
        counterpart="CHN",
        place=None,
        detail="",
        event_id=[f"E{i}" for i in range(len(frame))],
        note=None,
    )


def own(more: dict) -> set[str]:
    return set(more) | {"KAZ", "KGZ", "TJK", "TKM", "UZB"}


def timed(frame: pd.DataFrame, economy: str, **choices: str) -> tuple[str, float, float]:
    times = signing.signing_times(frame, until=UNTIL, **choices).set_index("economy").loc[economy]
    return times["state"], round(float(times["low"]), 2), round(float(times["high"]), 2)


def test_there_are_193_members_and_china_is_not_at_risk():
    assert len(signing.un_members()) == len(set(signing.un_members())) == 193
    assert not {"TWN", "HKG", "PSE", "VAT", "COK", "NIU", "XKX"} & set(signing.un_members())
    times = signing.signing_times(world(), until=UNTIL)
    assert len(times) == 192 and "CHN" not in set(times["economy"]) and times["five"].sum() == 5


def test_months_from_the_speech():
    # 7 September 2013 to 7 September 2014 are 365 days: 365 / 30.4375
    assert timed(world(KAZ="2014-09-07"), "KAZ") == ("signed", 11.99, 11.99)
    assert timed(world(KAZ="2014"), "KAZ") == (
        "signed",
        round(116 / 30.4375, 2),
        round(480 / 30.4375, 2),
    )
    assert timed(world(KAZ="2013"), "KAZ")[1] == 0.0, "before the speech counts as at once"
    watch = round(3541 / 30.4375, 2)
    assert timed(world(), "KAZ") == ("not signed", watch, watch)
    assert timed(world(KAZ="2024-01"), "KAZ") == ("not signed", watch, watch)
    assert timed(world(KAZ="2023"), "KAZ") == ("open", round(3403 / 30.4375, 2), watch)
    assert timed(world(KAZ=[("2015", "M_GFDC25", "mou", "by")]), "KAZ")[:2] == ("signed", 0.0)


def test_a_placeholder_is_what_the_choice_says():
    frame = world(KGZ=[("2013-12", "M_GFDC25", "likely_mou_date", "placeholder")])
    assert timed(frame, "KGZ")[:2] == ("unknown", 0.0)
    assert timed(frame, "KGZ", placeholder="as_printed") == (
        "signed",
        round(85 / 30.4375, 2),
        round(115 / 30.4375, 2),
    )
    assert timed(frame, "KGZ", placeholder="next_year")[1] == round(116 / 30.4375, 2)
    nameless = world(RUS=[("", "M_GFDC25", "listed_no_date", "exact")])
    assert timed(nameless, "RUS")[0] == "unknown", "listed without a date is signed, not never"


def test_a_later_dated_document_bounds_an_unknown_time():
    unknown = ("2013-12", "M_GFDC25", "likely_mou_date", "placeholder")
    listed, text = (
        ("2015", "M_LPV26", "mou_year", "exact"),
        ("2016-05", "P059B", "bri_mou", "exact"),
    )
    frame = world(KGZ=[unknown, listed, text])
    until_2015 = round(845 / 30.4375, 2)  # 31 December 2015, the earlier of the two
    assert timed(frame, "KGZ", dates="by_month") == ("signed", 0.0, until_2015)
    row = (
        signing.signing_times(frame, until=UNTIL, dates="by_month").set_index("economy").loc["KGZ"]
    )
    assert (row["date"], row["bounded_by"], row["bound_source_id"]) == (
        "2013-12",
        "2015",
        "M_LPV26",
    )
    found = signing.months_to_sign(frame, economies=["KGZ"], until=UNTIL, dates="by_month").iloc[0]
    assert found["high"] == pytest.approx(845 / 30.4375) and set(found["sources"]) == {
        "M_GFDC25",
        "M_LPV26",
    }
    rest = frame[frame["source_id"] != "M_LPV26"]
    without = signing.months_to_sign(rest, economies=["KGZ"], until=UNTIL, dates="by_month").iloc[0]
    assert without["high"] == pytest.approx(997 / 30.4375), "the text of May 2016 bounds it then"
    assert timed(frame, "KGZ", dates="by_month", placeholder="as_printed")[1] == round(
        85 / 30.4375, 2
    ), "no bound needed"
    nameless = world(
        RUS=[("", "M_GFDC25", "listed_no_date", "exact"), ("2015", "M_LPV26", "mou_year", "exact")]
    )
    assert timed(nameless, "RUS", dates="by_month") == ("signed", 0.0, until_2015)
    beyond = world(KGZ=[unknown, ("2024", "M_LPV26", "mou_year", "exact")])
    assert timed(beyond, "KGZ", dates="by_month")[0] == "unknown", (
        "a document after the watch leaves never open"
    )


def test_lists_and_texts_are_told_apart():
    frame = world(
        TKM=[
            ("2017-06", "M_GFDC25", "likely_mou_date", "exact"),
            ("2016", "M_LPV26", "mou_year", "exact"),
            ("2023-01-06", "P049", "bri_mou", "exact"),
            ("2023-01", "M_MFA_TKM", "mou", "exact"),
        ]
    )
    dates = {
        d: signing.signing_times(frame, until=UNTIL, dates=d)
        .set_index("economy")
        .loc["TKM", "date"]
        for d in signing.DATES
    }
    assert dates == {
        "by_month": "2017-06",
        "by_year": "2016",
        "by_month_and_texts": "2023-01-06",
        "by_year_and_texts": "2023-01-06",
        "earliest": "2016",
        "latest": "2023-01-06",
    }


def test_a_date_within_a_coarser_one_is_the_same_document():
    frame = world(
        UZB=[
            ("2015", "M_LPV26", "mou_year", "exact"),
            ("2015-06-15", "P048", "bri_protocol", "exact"),
        ]
    )
    for dates in ("earliest", "latest"):
        assert (
            signing.signing_times(frame, until=UNTIL, dates=dates)
            .set_index("economy")
            .loc["UZB", "date"]
            == "2015-06-15"
        )


FIVE = {
    "KAZ": "2014-09-07",
    "KGZ": "2014-10-07",
    "TJK": "2015-09-07",
    "TKM": "2020-09-07",
    "UZB": "2015-01-07",
}
FIVE_DAYS = {"KAZ": 365, "KGZ": 395, "TJK": 730, "TKM": 2557, "UZB": 487}


def test_an_economy_against_the_median_of_the_others():
    # others: 187, of which 60 less those of the five in that slice signed; below half, so the
    # median is not reached
    ahead = signing.months_ahead(world(**FIVE), economies=list(FIVE), until=UNTIL).set_index(
        "economy"
    )
    assert ahead["estimate"].isna().all() and ahead["low"].isna().all()
    expected = (FIVE_DAYS["KAZ"] - 3541) / 30.4375
    assert ahead.loc["KAZ", "high"] == pytest.approx(expected), (
        "sooner than a median beyond the watch, by this or more"
    )
    everyone = {c: "2018-06-15" for c in signing.un_members() if c not in (*FIVE, "CHN")}
    ahead = signing.months_ahead(
        world(**FIVE, **everyone), economies=list(FIVE), until=UNTIL
    ).set_index("economy")
    for code, days in FIVE_DAYS.items():
        assert ahead.loc[code, "estimate"] == pytest.approx((days - 1742) / 30.4375)
    group = signing.group_ahead(world(**FIVE, **everyone), until=UNTIL).iloc[0]
    assert group["estimate"] == pytest.approx((487 - 1742) / 30.4375), (
        "the third of five is the median"
    )
    late = signing.months_ahead(world(**everyone), economies=["TKM"], until=UNTIL).iloc[0]
    assert late["low"] == pytest.approx((3541 - 1742) / 30.4375) and pd.isna(late["high"]), (
        "never signed is slower"
    )


def test_the_precision_of_the_others_bounds_the_difference():
    everyone = {c: "2018" for c in signing.un_members() if c not in (*FIVE, "CHN")}
    frame = world(**FIVE, **everyone)
    kaz = signing.months_ahead(frame, economies=["KAZ"], until=UNTIL).iloc[0]
    early, late = 1577 / 30.4375, 1941 / 30.4375  # 1 January and 31 December 2018
    assert kaz["low"] == pytest.approx(365 / 30.4375 - late) and kaz["high"] == pytest.approx(
        365 / 30.4375 - early
    )
    assert kaz["n"] == 1 and (kaz["first_year"], kaz["last_year"]) == (2014, 2014), (
        "its own date, not the others'"
    )
    group = signing.group_ahead(frame, until=UNTIL).iloc[0]
    assert group["low"] == pytest.approx(487 / 30.4375 - late) and group["high"] == pytest.approx(
        487 / 30.4375 - early
    )


def test_shares_within_two_years_and_their_bounds():
    others = [c for c in signing.un_members() if c not in (*FIVE, "CHN")]
    frame = world(
        **FIVE,
        **{c: "2014-06-01" for c in others[:40]},
        **{others[41]: [("2013-12", "M_GFDC25", "mou", "placeholder")]},
    )
    share = signing.signed_within(frame, until=UNTIL, months=24).iloc[0]
    assert (share["low"], share["high"]) == (
        pytest.approx(100 * 40 / 187),
        pytest.approx(100 * 41 / 187),
    )
    assert share["estimate"] == pytest.approx(100 * 40 / 186), (
        "the one of unknown date is in neither part"
    )
    five = signing.signed_within(frame, until=UNTIL, months=24, who="five").iloc[0]
    assert five["estimate"] == pytest.approx(80.0)
    with pytest.raises(UnknownNameError):
        signing.signed_within(frame, until=UNTIL, months=24, who="all")


def test_a_share_at_a_time_after_the_watch_is_known_from_below():
    """It was given as that of the watch's last day, to one decimal."""
    frame = world(**FIVE)
    within = signing.signed_within(frame, until=UNTIL, months=116).iloc[0]
    beyond = signing.signed_within(frame, until=UNTIL, months=117).iloc[0]
    assert beyond["low"] == within["low"] == within["estimate"] == within["high"] > 0
    assert pd.isna(beyond["estimate"]) and pd.isna(beyond["high"])
    assert beyond["interval"] == "at least: the watch ends after 116.3 months"
    with pytest.raises(UsageError, match="months"):
        signing.signed_within(frame, until=UNTIL, months=-1)


def test_a_watch_ends_after_it_has_begun():
    """Nobody had signed after -12 months."""
    for measure in (signing.months_to_sign, signing.months_ahead):
        with pytest.raises(UsageError, match="before the launch"):
            measure(world(**FIVE), economies=["KAZ"], until=dt.date(2012, 9, 1))


def test_months_to_sign_of_never_and_unknown_have_no_end():
    frame = world(KGZ=[("2013-12", "M_GFDC25", "likely_mou_date", "placeholder")])
    found = signing.months_to_sign(frame, economies=["KGZ", "TKM"], until=UNTIL).set_index(
        "economy"
    )
    assert found["estimate"].isna().all()
    assert found.loc["TKM", "low"] == pytest.approx(3541 / 30.4375) and pd.isna(
        found.loc["TKM", "high"]
    )
    assert found.loc["KGZ", "low"] == 0.0 and found.loc["KGZ", "high"] == pytest.approx(
        3541 / 30.4375
    )


def test_without_a_source_the_next_one_stands():
    frame = world(
        TKM=[("2023-01-06", "P049", "bri_mou", "exact"), ("2023-01", "M_MFA_TKM", "mou", "exact")]
    )
    found = signing.months_to_sign(frame, economies=["TKM"], until=UNTIL)
    assert found["sources"][0] == ("P049",)
    rest = frame[frame["source_id"] != "P049"]
    kept = signing.months_to_sign(rest, economies=["TKM"], until=UNTIL).iloc[0]
    assert kept["low"] == pytest.approx(3403 / 30.4375) and kept["high"] == pytest.approx(
        3433 / 30.4375
    )


def test_nothing_older_than_the_speech_needs_a_complete_list():
    assert signing.signed_before(world(), before=dt.date(2013, 9, 7))["estimate"][0] == 0.0
    older = world(MNG="2013-08", PAK="2013-09", NPL=[("2012", "M_LPV26", "mou_year", "exact")])
    assert signing.signed_before(older, before=dt.date(2013, 9, 7))["estimate"][0] == 1.0, (
        "September may be after the speech"
    )
    texts = world()[:0]
    texts = pd.concat([texts, world(MNG=[("2017-05", "P059B", "bri_mou", "exact")]).tail(1)])
    assert pd.isna(signing.signed_before(texts, before=dt.date(2013, 9, 7))["estimate"][0])


def test_unknown_choices_and_empty_lists_are_refused():
    with pytest.raises(UnknownNameError):
        signing.signing_times(world(), until=UNTIL, dates="by_week")
    with pytest.raises(UnknownNameError):
        signing.signing_times(world(), until=UNTIL, placeholder="guess")
    with pytest.raises(CoverageError):
        signing.signing_times(world(), until=UNTIL, dates="by_year")
