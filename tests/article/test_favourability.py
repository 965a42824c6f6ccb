"""Learners of Chinese and views of China, on small frames with invented figures."""

import datetime as dt

import pandas as pd
import pytest

from ca_research import article, registry, stats
from ca_research.claims.logic import decide
from ca_research.ground.errors import UnknownNameError, UsageError

FIVE = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
MINISTRY = "moe_brief_stats_peijin"


def one(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def culture(*rows):
    frame = pd.DataFrame(list(rows), columns=["economy", "year", "measure", "value", "source_id"])
    return frame.assign(year=frame["year"].astype("Int64"), bound="as_stated", unit="persons")


def test_examinees_need_two_years_of_one_source_and_region():
    frame = culture(
        ("CA4", 2019, "hsk_takers", 100, "A"),
        ("CA4", 2024, "hsk_takers", 180, "A"),
        ("CA4", 2020, "hsk_takers", 60, "B"),
        ("KGZ", 2019, "hsk_takers", 1, "A"),
        ("CA4", 2024, "hsk_takers_cumulative", 9999, "A"),
    )
    assert one(article.language.examinee_growth(frame))["estimate"] == pytest.approx(80)
    other_source = one(article.language.examinee_growth(frame, span=4))
    assert pd.isna(other_source["estimate"]) and "2019, 2020, 2024" in other_source["missing"]
    assert "no yearly count" in one(article.language.examinee_growth(frame.iloc[:0]))["missing"]
    with pytest.raises(UsageError):
        article.language.examinee_growth(frame, span="five")


def test_lead_over_another_language_in_points():
    frame = culture(
        ("CA5", 2019, "hsk_takers", 100, "A"),
        ("CA5", 2024, "hsk_takers", 150, "A"),
        ("CA5", 2019, "english_test_takers", 1000, "B"),
        ("CA5", 2024, "english_test_takers", 1200, "B"),
    )
    row = one(article.language.examinee_lead(frame))
    assert row["estimate"] == pytest.approx(30) and row["sources"] == ("A", "B")
    assert "a test of English" in one(article.language.examinee_lead(frame.iloc[:2]))["missing"]


def of_place(*rows):
    """Counts of learners: economy, institute, year, value, source."""
    named = [(e, year, "learners", value, source) for e, _, year, value, source in rows]
    return culture(*named).assign(institute=[place for _, place, *_ in rows])


def test_counts_of_one_place_are_paired_whoever_printed_them():
    frame = of_place(
        ("UZB", "Tashkent", 2014, 200, "A"),
        ("UZB", "Tashkent", 2019, 800, "B"),
        ("UZB", "Tashkent", 2024, 800, "A"),
        ("KAZ", None, 2007, 10, "B"),
        ("KAZ", None, 2017, 500, "B"),
        ("KGZ", "Osh", 2012, 5, "D"),
        ("KGZ", "Osh", 2012, 9, "E"),
        ("KGZ", "Osh", 2017, 9, "E"),
        ("TJK", "Dushanbe", 2010, 100, "E"),
        ("TJK", "Dushanbe", 2020, 144, "E"),
        ("KGZ;TJK", "Osh", 2009, 1, "F"),
        ("KGZ;TJK", "Osh", 2014, 9, "F"),
    )
    cases = article.language.learner_cases(frame).set_index("economy")
    assert sorted(cases.index) == ["TJK", "UZB"], "no place, and two figures of a year, are no pair"
    assert cases.loc["UZB", ["first_year", "last_year", "growth"]].tolist() == [2019, 2024, 0]
    assert cases.loc["TJK", "growth"] == pytest.approx(20), "brought to five years"
    cautious = article.language.learner_cases(frame, bound="cautious").set_index("economy")
    ratio = 144 * 0.9 / (100 * 1.1)
    assert cautious.loc["TJK", "growth"] == pytest.approx(100 * (ratio**0.5 - 1))
    rows = article.language.learner_growth(frame, economies=FIVE).set_index("economy")
    assert rows["estimate"].notna().sum() == 2 and rows.loc["KGZ", "missing"]
    assert rows.loc["UZB", "sources"] == ("A", "B")
    with pytest.raises(UnknownNameError):
        article.language.learner_cases(frame, bound="high")


def test_a_pair_from_the_year_of_opening_or_of_long_ago_can_be_left_out():
    frame = of_place(
        ("TJK", "Dushanbe", 2008, 200, "A"),
        ("TJK", "Dushanbe", 2019, 4500, "A"),
        ("UZB", "Tashkent", 2014, 200, "B"),
        ("UZB", "Tashkent", 2018, 800, "B"),
        ("KAZ", "Astana", 2007, 20, "C"),
        ("KAZ", "Astana", 2017, 86, "C"),
    ).assign(note=["fewer than 200 in the First year", None, None, None, None, None])
    late = article.language.learner_cases(frame, last_from=2018)
    assert sorted(late["economy"]) == ["TJK", "UZB"], "2018 itself is late enough, 2017 is not"
    assert sorted(article.language.learner_cases(frame, opening="left_out")["economy"]) == [
        "KAZ",
        "UZB",
    ]
    rows = article.language.learner_growth(
        frame, economies=["KAZ", "TJK", "UZB"], last_from=2018, opening="left_out"
    )
    assert rows["estimate"].notna().tolist() == [False, False, True]
    assert "2018 or later and the first not of its opening" in rows["missing"][0]
    with pytest.raises(UnknownNameError):
        article.language.learner_cases(frame, opening="apart")


def test_the_slowest_case_of_an_economy_counts():
    frame = of_place(
        ("UZB", "Tashkent", 2014, 100, "A"),
        ("UZB", "Tashkent", 2019, 900, "A"),
        ("UZB", "Samarkand", 2014, 100, "B"),
        ("UZB", "Samarkand", 2019, 110, "B"),
    )
    row = article.language.learner_growth(frame, economies=["UZB"]).iloc[0]
    assert row["estimate"] == pytest.approx(10) and row["sources"] == ("B",)


def column(values):
    return pd.DataFrame(
        [
            {
                "subject": e,
                "attribute": "confucius_institutes_column",
                "year": y,
                "value": v,
                "source_id": "AIDCPD",
            }
            for e, series in values.items()
            for y, v in series.items()
        ]
    ).astype({"year": "Int64"})


def test_openings_and_a_column_that_falls_is_no_running_total():
    rising = column({"KAZ": {2013: 1, 2014: 1, 2015: 3}, "KGZ": {2013: 0, 2014: 0, 2015: 0}})
    window = {"economies": ["KAZ", "KGZ"], "first": 2014, "last": 2015}
    assert list(article.language.institute_openings(rising, **window)["estimate"]) == [4, 0]
    assert list(
        article.language.institute_openings(rising, column="running_total", **window)["estimate"]
    ) == [2, 0]
    falling = column({"KAZ": {2013: 1, 2014: 0, 2015: 1}, "KGZ": {2013: 0, 2014: 0, 2015: 0}})
    refused = article.language.institute_openings(falling, column="running_total", **window)
    assert refused["estimate"].isna().all(), (
        "what the column means for one economy it means for all"
    )
    short = article.language.institute_openings(rising, economies=["KAZ", "TKM"])
    assert short["missing"].str.contains("2013 to 2018").all()


def barometer(values):
    return pd.DataFrame(
        [
            {
                "subject": e,
                "attribute": "cab_favourable_view:CHN",
                "year": y,
                "value": v,
                "unit": "percent",
                "source_id": "P131",
            }
            for e, series in values.items()
            for y, v in series.items()
        ]
    ).astype({"year": "Int64"})


def gallup(values, measure="gallup_approve", source="M_GAL_CN", about="CHN"):
    return pd.DataFrame(
        [
            {
                "economy": e,
                "about": about,
                "measure": measure,
                "year": y,
                "value_pct": v,
                "source_id": source,
            }
            for e, series in values.items()
            for y, v in series.items()
        ],
        columns=["economy", "about", "measure", "year", "value_pct", "source_id"],
    ).astype({"year": "Int64"})


def in_china(values):
    return pd.DataFrame(
        [
            {
                "origin": e,
                "destination": "CHN",
                "level": "all",
                "year": y,
                "students": v,
                "source_id": MINISTRY,
            }
            for e, series in values.items()
            for y, v in series.items()
        ],
        columns=["origin", "destination", "level", "year", "students", "source_id"],
    ).astype({"year": "Int64"})


NOBODY = gallup({})


def test_waves_keep_pollsters_questions_and_objects_apart():
    opinion = pd.concat(
        [
            gallup({"TJK": {2010: 71, 2014: 61}}),
            gallup({"TJK": {2009: 47}}, source="M_AP11"),
            gallup({"TJK": {2010: 20, 2014: 30}}, about="USA"),
            gallup({"TJK": {2018: 39, 2019: 55}}, measure="iri_relations_good"),
        ],
        ignore_index=True,
    )
    change = article.favourability.favour_change(
        barometer({"KAZ": {2017: 70, 2021: 40}}), opinion, economies=["KAZ", "TJK"], series="gallup"
    )
    assert change["estimate"].tolist()[1] == -10 and pd.isna(change["estimate"][0])
    first = article.favourability.favour_change(
        barometer({"KAZ": {2017: 70, 2019: 90, 2021: 40}}),
        opinion,
        economies=["KAZ", "TJK"],
        series="barometer",
    )
    assert first["estimate"][0] == -30 and "no poll" in first["missing"][1]
    with pytest.raises(UnknownNameError):
        article.favourability.waves(VIEWS, opinion, series="pew")


def test_a_wave_after_the_day_is_of_a_later_year():
    facts = barometer(
        {
            "KAZ": {2017: 70, 2021: 40, 2024: 45},
            "KGZ": {2021: 46, 2023: 80},
            "UZB": {2023: 50, 2024: 60},
        }
    )
    rows = article.favourability.favour_since(
        facts, NOBODY, economies=["KAZ", "KGZ", "TKM", "UZB"], since=dt.date(2023, 5, 19)
    )
    assert rows["estimate"][0] == 5
    assert "after" in rows["missing"][1], "a wave of 2023 may have been asked before the day"
    assert "before" in rows["missing"][2] and rows["estimate"][3] == 10


VIEWS = barometer(
    {"KAZ": {2017: 75, 2021: 39}, "KGZ": {2017: 55, 2021: 46}, "UZB": {2017: 73, 2021: 44}}
)


def exceptions(students, **settings):
    row = one(
        article.favourability.exceptions(
            VIEWS, NOBODY, students, economies=["KAZ", "KGZ", "UZB"], **settings
        )
    )
    return row["low"], row["high"]


def test_an_exception_needs_both_a_fall_and_a_rise():
    grew = in_china(
        {"KAZ": {2017: 10, 2021: 12}, "KGZ": {2017: 1, 2021: 2}, "UZB": {2017: 5, 2021: 4}}
    )
    assert exceptions(grew, margin=10) == (1, 1), (
        "Kyrgyzstan fell by less than the margin, Uzbekistan's exchange shrank"
    )
    assert exceptions(grew) == exceptions(grew, margin=4.4) == (2, 2)
    assert exceptions(grew, margin=40) == (0, 0)


def test_what_is_not_counted_leaves_the_count_open():
    """No count in the second wave's year: the fall may or may not have come with more exchange."""
    short = in_china(
        {"KAZ": {2013: 8, 2017: 10, 2018: 9, 2022: 1}, "UZB": {2013: 2, 2017: 5, 2018: 6}}
    )
    assert exceptions(short, margin=10) == (0, 2)
    low, high = exceptions(short, margin=10)
    assert decide(None, low, high, "==", 0) is None
    assert exceptions(short, margin=10, exposure="five_years_before") == (2, 2)
    unasked = one(
        article.favourability.exceptions(
            VIEWS, NOBODY, short, economies=["KAZ", "TKM"], exposure="five_years_before", margin=10
        )
    )
    assert (unasked["low"], unasked["high"]) == (1, 2), "nobody was asked in Turkmenistan"


def test_slope_over_three_waves_by_hand():
    """Invented: 50, 60, 70 per cent at 1, 2, 3 thousand students is ten points a thousand."""
    facts = barometer(
        {
            "KAZ": {2015: 50, 2016: 60, 2017: 70, 2021: 0},
            "KGZ": {2015: 50, 2016: 60},
            "UZB": {2015: 1, 2016: 2, 2017: 3},
        }
    )
    students = in_china(
        {
            "KAZ": {2015: 1000, 2016: 2000, 2017: 3000},
            "KGZ": {2015: 1000, 2016: 2000},
            "UZB": {2015: 5, 2016: 5, 2017: 5},
        }
    )
    rows = article.favourability.exposure_slope(
        facts, NOBODY, students, economies=["KAZ", "KGZ", "UZB"]
    ).set_index("economy")
    assert rows.loc["KAZ", "estimate"] == pytest.approx(10) and rows.loc["KAZ", "n"] == 3
    assert (
        "2 polls" in rows.loc["KGZ", "missing"] and "did not change" in rows.loc["UZB", "missing"]
    )


# views where exchange grew


def barometer_waves(*rows):
    frame = pd.DataFrame(list(rows), columns=["subject", "year", "value"])
    return frame.assign(attribute="cab_favourable_view:CHN", unit="percent", source_id="P131")


def gallup_waves(*rows):
    frame = pd.DataFrame(list(rows), columns=["economy", "year", "value_pct", "measure"])
    return frame.assign(about="CHN", source_id="M_GAL_CN")


def students_in(**by_year):
    rows = [(year.lstrip("y"), n) for year, n in by_year.items()]
    frame = pd.DataFrame(rows, columns=["year", "students"]).astype({"year": int})
    return frame.assign(
        origin="KAZ", destination="CHN", level="all", statistic="enrolled", source_id=MINISTRY
    )


def kept(facts, opinion, students):
    return one(
        article.favourability.favour_where_grown(facts, opinion, students, economies=["KAZ"])
    )


NO_GALLUP = gallup_waves()
OLD_GALLUP = gallup_waves(("KAZ", 2010, 40, "gallup_approve"), ("KAZ", 2014, 39, "gallup_approve"))


def test_the_newest_two_waves_count_where_exchange_grew():
    facts = barometer_waves(("KAZ", 2015, 90), ("KAZ", 2017, 75), ("KAZ", 2021, 39))
    row = kept(facts, OLD_GALLUP, students_in(y2013=10, y2018=15))  # five years to the last count
    assert row["estimate"] == 39 - 75
    row = kept(facts, OLD_GALLUP, students_in(y2013=10, y2017=30, y2018=15, y2021=9))
    assert row["missing"] == "exchange did not grow", "counted in the years of both waves"
    assert kept(facts, OLD_GALLUP, students_in(y2018=15))["missing"] == (
        "students in China are not counted"
    )


def test_the_pairs_are_shown_as_they_are_compared():
    facts = barometer_waves(("KAZ", 2017, 75), ("KAZ", 2021, 39), ("KGZ", 2021, 40))
    pairs = article.favourability.pairs_compared(
        facts, NO_GALLUP, students_in(y2013=10, y2018=1500), economies=["KAZ", "KGZ"]
    ).set_index("economy")
    told = ["first_poll", "last_poll", "before", "after", "view_change"]
    assert pairs.loc["KAZ", told].tolist() == [2017, 2021, 75, 39, -36]
    counted = ["first_count", "last_count", "students_change"]
    assert pairs.loc["KAZ", counted].tolist() == [2013, 2018, 1490]
    assert pairs.loc["KGZ", "missing"] == "no pollster asked the same twice"
    assert kept(facts, NO_GALLUP, students_in(y2013=10, y2018=1500))["estimate"] == -36


def test_the_pollster_who_asked_last_speaks_and_questions_are_not_joined():
    students = students_in(y2010=1, y2013=2, y2014=3, y2018=4)
    assert kept(barometer_waves(("KAZ", 2021, 39)), OLD_GALLUP, students)["estimate"] == -1
    assert kept(barometer_waves(("KAZ", 2021, 39)), NO_GALLUP, students)["missing"] == (
        "no pollster asked the same twice"
    )
    quoted = gallup_waves(
        ("KAZ", 2021, 80.5, "cab_favourable"), ("KAZ", 2023, 71.5, "cab_favourable")
    )
    assert kept(barometer_waves(), quoted, students)["estimate"] == -9


# learners or candidates


def learning(frame, **choices):
    return article.language.learning_growth(
        frame.assign(note=None), economies=["KGZ", "UZB"], **choices
    ).set_index("economy")


def test_learning_pairs_learners_and_candidates_and_leaves_the_pandemic_out():
    learners = of_place(("UZB", "Tashkent", 2014, 200, "A"), ("UZB", "Tashkent", 2024, 800, "A"))
    tests = culture(("KGZ", 2019, "hsk_takers", 100, "S"), ("KGZ", 2024, "hsk_takers", 150, "S"))
    both = pd.concat([learners, tests.assign(institute=None)], ignore_index=True)
    found = learning(both, last_from=2018)["estimate"]
    assert found.to_dict() == pytest.approx({"KGZ": 50, "UZB": 100})
    low_base = learning(both.replace({"year": {2019: 2020}}))
    assert pd.isna(low_base.loc["KGZ", "estimate"]) and low_base.loc["KGZ", "missing"]
    once = learning(both[both["year"] != 2019])
    assert pd.isna(once.loc["KGZ", "estimate"]), "one count is no pair, whatever rate is stated"


def test_a_fall_of_views_and_of_approval_is_beyond_the_same_sampling_error():
    error = round(stats.change_error(1000, 1000), 1)
    claims = {c: registry.claim(c).criteria() for c in ("C15", "C31")}
    assert claims["C15"]["fall"].threshold == error == -claims["C31"]["kept"].threshold
    assert claims["C31"]["no_exception"].settings["margin"] == error
