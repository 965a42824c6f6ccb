"""Who is called first: only among what is observed, and nobody where ranges overlap. The frames are
invented.
"""

from __future__ import annotations

import pandas as pd
import pytest

import ca_research as ca
from ca_research import plots
from ca_research.article import brief
from ca_research.article.first_partners import first_partners
from ca_research.ground.errors import CoverageError, UnknownNameError

NO_REPORTS = pd.DataFrame(columns=["partner", "year", "turnover"])
NONE_STATED = pd.DataFrame(
    columns=["fact_id", "subject", "attribute", "period", "year", "value", "source_id"]
)


def ranks(
    *rows: tuple[str, float, float], basis: str = "reporter", year: int = 2020
) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["partner", "low", "high"])
    return frame.assign(economy="KAZ", basis=basis, year=year)


def reports(reporter: str, values: dict[str, float], year: int, source: str) -> list[dict]:
    """Half of each turnover as export, half as import."""
    return [
        {
            "reporter": reporter,
            "partner": p,
            "year": year,
            "flow": f,
            "product": "TOTAL",
            "value_usd": v / 2,
            "source_id": source,
        }
        for p, v in values.items()
        for f in ("export", "import")
    ]


def theirs(values: dict[str, float], year: int, source: str = "WTO_HSM") -> list[dict]:
    """The same turnovers as each partner reports them of Kazakhstan."""
    return [row for p, v in values.items() for row in reports(p, {"KAZ": v}, year, source)]


def test_whose_lowest_exceeds_every_others_highest_leads():
    found = ca.article.priority.leaders(ranks(("CHN", 5, 6), ("RUS", 4, 4.9), ("EU27", 1, 2))).iloc[
        0
    ]
    assert (found["leader"], found["partners"], found["unobserved"]) == ("CHN", 3, ())


def test_where_ranges_overlap_there_is_no_leader():
    found = ca.article.priority.leaders(
        ranks(("RUS", 1.2, 1.4), ("CHN", 0.7, 1.9), ("TUR", 0.4, 0.5))
    ).iloc[0]
    assert found["leader"] == "" and set(found["contenders"]) == {"RUS", "CHN"}
    assert found["unobserved"] == ("EU27",)
    assert (
        ca.article.priority.leaders(ranks(("RUS", 1, 1), ("CHN", 1, 1))).iloc[0]["leader"] == ""
    ), "a tie has no leader"


def test_the_text_of_a_picture_says_that_ranges_overlap_and_who_is_not_observed():
    text = plots.leader_words(
        ca.article.priority.leaders(ranks(("RUS", 1.2, 1.4), ("CHN", 0.7, 1.9)))
    )
    assert (
        text
        == "Kazakhstan, own report 2020: China or Russia, whose ranges overlap (EU not observed)"
    )


@pytest.mark.parametrize(("gone", "error"), [("low", UnknownNameError), ("year", UnknownNameError)])
def test_a_frame_that_is_no_ranks_is_refused(gone, error):
    with pytest.raises(error, match=gone):
        ca.article.priority.leaders(ranks(("CHN", 1, 1)).drop(columns=gone))
    with pytest.raises(CoverageError, match="without 'high'"):
        ca.article.priority.leaders(ranks(("CHN", 1, float("nan"))))


def firsts(rows: list[dict], economy: str = "KAZ") -> pd.DataFrame:
    return first_partners(pd.DataFrame(rows), NONE_STATED, [economy])


def test_the_newest_year_that_observes_the_eu_is_said_beside_a_newer_one_without_it():
    full = reports("KAZ", {"CHN": 4, "RUS": 3, "EU27": 6}, 2023, "KAZ_BNS")
    newer = reports("KAZ", {"CHN": 5, "RUS": 3, "TUR": 1}, 2025, "KAZ_BNS")
    assert brief.largest_partner(firsts(full + newer), NO_REPORTS, "Kazakhstan") == (
        "Kazakhstan's own figures for 2025 put China first among single countries, before Russia; "
        "with the EU as one, figures for 2023 put the EU first."
    )


def test_the_sentence_on_trade_follows_the_figures():
    own = reports("KAZ", {"CHN": 3, "RUS": 5, "TUR": 4}, 2024, "KAZ_BNS")
    their = theirs({"CHN": 8, "RUS": 5, "EU27": 1}, 2022)
    assert brief.largest_partner(firsts(own + their), NO_REPORTS, "KAZ") == (
        "Kazakhstan's own figures for 2024 put Russia first among single countries and China "
        "number 3, with the EU as one too. Its partners' figures for 2022 put China first among "
        "single countries, before Russia, with the EU as one too."
    )


def test_titles_of_a_briefs_pictures_follow_the_figures():
    led = ca.article.priority.leaders(ranks(("RUS", 1.2, 1.4), ("CHN", 0.7, 1.9)))
    firsts = [("RUS", "2022", True, ()), ("CHN", "2021", False, ())]
    columns = ["first", "period", "stated", "bounds"]
    own = pd.DataFrame(firsts, columns=columns).assign(
        economy="TJK", basis="reporter", eu="apart", year=[2022, 2021]
    )
    shown = "China or Russia is the largest of the partners shown by"
    assert brief.largest_shown(led, own) == f"{shown} own report (2020)"
    assert brief.largest_shown(led.assign(basis="mirror"), own) == (
        f"{shown} partners' reports (2020); the shares that its agency states for 2022, not drawn, "
        "put Russia first among single countries"
    )
    place = {"partner": "CHN", "basis": "reporter"}
    moves = pd.DataFrame([place | {"rank": 1, "year": 2023}, place | {"rank": 6, "year": 1999}])
    assert brief.place_moved(moves, "KGZ") == (
        "China rose from number 6 among Kyrgyzstan's trade partners in 1999 to number 1 in 2023, "
        "by own report"
    )
    stayed = brief.place_moved(moves.assign(rank=2, basis="mirror"), "KGZ")
    assert stayed == (
        "China was number 2 among Kyrgyzstan's trade partners in 1999 and in 2023, "
        "by partners' reports"
    )
    once = brief.place_moved(moves[moves["year"] == 2023], "KGZ")
    assert once == (
        "China was number 1 among Kyrgyzstan's trade partners in 2023, by own report"
    ), "one year is not said twice"
    votes = pd.DataFrame({"CHN": [0.9, 0.77], "USA": [0.2, 0.224]}, index=[2022, 2023])
    assert brief.votes_alike(votes, "KGZ") == (
        "Kyrgyzstan voted with China in 77% of votes in 2023 and with the United States in 22%"
    )


def test_who_comes_second_is_said_only_where_it_is_sure():
    found = ca.article.priority.leaders(
        ranks(("CHN", 9, 9), ("RUS", 3, 6), ("EU27", 4, 5), ("TUR", 1, 1))
    ).iloc[0]
    assert (found["leader"], found["second"]) == ("CHN", "")


def test_where_nothing_is_observed_nobody_is_named():
    bare = firsts(reports("TKM", {"CHN": 4}, 2021, "WITS_CA_IMPORTS"), "TKM")
    assert bare.empty
    assert brief.largest_partner(bare, NO_REPORTS, "TKM") == (
        "No figures show China and Russia side by side, so no first partner of Turkmenistan is "
        "named here."
    )
    rows = [
        {**row, "reporter": p, "partner": "TKM"}
        for p, v in {"CHN": 10e9, "UZB": 1e9}.items()
        for row in reports(p, {"TKM": v}, 2025, "GACC_2025")
    ]
    said = brief.largest_partner(bare, brief.partner_reports(pd.DataFrame(rows), "TKM"), "TKM")
    assert said.endswith(
        "China reports trade of 10.0 billion dollars with it in 2025, the most of two countries "
        "that publish both directions."
    )
    sold = reports("RUS", {"TKM": 2.4e9}, 2016, "RUS_FTS")[:1]
    bought = reports("RUS", {"TKM": 2e9}, 2008, "RUS_FTS")[1:]
    bounded = brief.largest_partner(firsts([*rows, *sold, *bought], "TKM"), NO_REPORTS, "TKM")
    assert "China comes first" in bounded and bounded.endswith(
        "exports and largest imports on record, of any years, come to 2.2 billion together."
    ), "the two are of different years, and that is said"


def test_a_small_part_is_never_nought():
    owed = pd.DataFrame(
        {"year": [2022, 2023], "of_bilateral": [0.06, 0.062], "of_gdp": [0.001, 0.0004]}
    ).assign(debt_usd=97.4e6)
    assert brief.debt_owed(owed, "TKM") == (
        "At the end of 2023 the state of Turkmenistan owed official lenders of China 97 million "
        "dollars: 6.2% of what it owed other states and their lenders, and less than 0.1% of its "
        "yearly output."
    )
    assert brief.debt_owed(owed.iloc[:0], "TKM") == ""
    newer = owed.assign(of_gdp=[0.02, float("nan")])
    assert brief.debt_owed(newer, "TKM").endswith(
        "and their lenders; at the end of 2022 what it owed China was 2.0% of its yearly output."
    )


def test_students_are_counted_and_stated_apart():
    counts = pd.DataFrame({"year": [2017, 2018], "students": [90.0, 3157.0]})
    stated = pd.DataFrame({"year": [2025], "students": [6500.0], "precision": ["lower_bound"]})
    assert brief.students_counted(counts, stated, "TKM") == (
        "The last count of students from Turkmenistan in China, of 2018, found 3,157; a statement "
        "of 2025 speaks of at least 6,500."
    )
    assert brief.students_counted(counts.iloc[:0], stated, "TKM") == (
        "A statement of 2025 speaks of at least 6,500 students from Turkmenistan in China."
    )
    assert brief.students_counted(counts.iloc[:0], stated.iloc[:0], "TKM") == ""


def test_the_powers_of_one_question_and_year_are_ranked_by_their_answers():
    asked = "should_build_partner_relations_with"
    polls = pd.DataFrame(
        [(asked, "CHN", 2022, 44.0), (asked, "RUS", 2022, 80.0), (asked, "RUS", 2023, 9.0)],
        columns=["measure", "about", "year", "value_pct"],
    ).assign(source_id="PG_STANRADAR_49357")
    assert brief.opinion_asked(polls, "KGZ", ["CHN", "RUS"]) == (
        "Of those asked in Kyrgyzstan in 2022, 80% wanted partner relations with Russia and 44% "
        "with China (Stanradar, 2022)."
    )
    assert brief.opinion_asked(polls[polls["about"] == "RUS"], "KGZ", ["CHN", "RUS"]) == ""


def test_gas_is_a_part_of_what_one_source_lists():
    energy = pd.DataFrame(
        [("CHN", 2023, 3.0, "EI2024"), ("RUS", 2023, 1.0, "EI2024"), ("RUS", 2023, 7.0, "BP2022")],
        columns=["importer", "year", "quantity", "source_id"],
    ).assign(exporter="TKM", commodity="pipeline_gas", unit="bcm")
    assert brief.gas_sent(energy, "TKM") == (
        "Of the 4 billion cubic metres of gas that Turkmenistan is known to have sent abroad by "
        "pipeline in 2023, 3 billion went to China."
    )
    assert brief.gas_sent(energy, "KAZ") == ""


def test_of_two_sources_the_older_stock_stays():
    stock = {"host": "KAZ", "investor": "CHN", "measure": "fdi_stock", "instrument": "all"}
    stock |= {"stage": "not_applicable", "price_basis": "current USD", "bound": "as_stated"}
    frame = pd.DataFrame(
        [(2020, 1e9, "A"), (2021, 5e9, "A"), (2024, 10e9, "B")],
        columns=["year", "value_usd", "source_id"],
    ).assign(**stock, revision="as_published")
    found = brief.newest_investment(frame, "KAZ", ["CHN"])
    assert found[["year", "source_id"]].values.tolist() == [[2021, "A"], [2024, "B"]]


def test_no_account_of_debts_is_no_debt_to_speak_of():
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    owed = brief.debt_to_china(debt, macro, "KGZ")
    assert owed["year"].is_monotonic_increasing and brief.debt_owed(owed, "KGZ")
    none = brief.debt_to_china(debt.iloc[:0], macro.iloc[:0], "KGZ")
    assert none.empty and brief.debt_owed(none, "KGZ") == ""
