"""Who is called first, and what a brief on one country says: only what is observed, and nobody
where ranges overlap. The frames are invented.
"""

from __future__ import annotations

import pandas as pd
import pytest
from invented_tables import frame, reports, stated

import ca_research as ca
from ca_research import plots
from ca_research.article import brief, priority
from ca_research.article.first_partners import first_partners
from ca_research.ground.errors import CoverageError, UnknownNameError

NO_REPORTS = pd.DataFrame(columns=["partner", "year", "turnover"])


def ranks(*rows: tuple[str, float, float]) -> pd.DataFrame:
    found = pd.DataFrame(list(rows), columns=["partner", "low", "high"])
    return found.assign(economy="KAZ", basis="reporter", year=2020)


OVERLAP = ranks(("RUS", 1.2, 1.4), ("CHN", 0.7, 1.9), ("TUR", 0.4, 0.5))


@pytest.mark.parametrize(
    ("rows", "leader", "second", "unobserved"),
    [
        (ranks(("CHN", 5, 6), ("RUS", 4, 4.9), ("EU27", 1, 2)), "CHN", "RUS", ()),
        (OVERLAP, "", "", ("EU27",)),
        (ranks(("RUS", 1, 1), ("CHN", 1, 1)), "", "", ("EU27",)),  # a tie has no leader
        (ranks(("CHN", 9, 9), ("RUS", 3, 6), ("EU27", 4, 5)), "CHN", "", ()),
    ],
)
def test_whose_lowest_exceeds_every_others_highest_leads(rows, leader, second, unobserved):
    found = priority.leaders(rows).iloc[0]
    assert (found["leader"], found["second"]) == (leader, second)
    assert (found["unobserved"], found["partners"]) == (unobserved, len(rows))
    assert leader or {"RUS", "CHN"} == set(found["contenders"])


def test_a_frame_that_is_no_ranks_is_refused():
    for gone in ("low", "year"):
        with pytest.raises(UnknownNameError):
            priority.leaders(ranks(("CHN", 1, 1)).drop(columns=gone))
    with pytest.raises(CoverageError):
        priority.leaders(ranks(("CHN", 1, float("nan"))))


def firsts(table: pd.DataFrame, economy: str = "KAZ") -> pd.DataFrame:
    return first_partners(table, stated(2022), [economy])


def of_kazakhstan(year: int, **values: float) -> list[tuple]:
    return [("KAZ", partner, year, value) for partner, value in values.items()]


def test_the_sentence_on_trade_follows_the_figures(snapshot):
    own = of_kazakhstan(2023, CHN=4, RUS=3, EU27=6)
    newer = of_kazakhstan(2025, CHN=5, RUS=3, TUR=1)
    behind = of_kazakhstan(2024, CHN=3, RUS=5, TUR=4)
    theirs = [("CHN", "KAZ", 2022, 8), ("RUS", "KAZ", 2022, 5), ("EU27", "KAZ", 2022, 1)]
    lone = [("CHN", "TKM", 2025, 5e9), ("UZB", "TKM", 2025, 0.5e9)]
    told = {
        "a newer year does not observe the EU": (firsts(reports(*own, *newer)), "KAZ"),
        "each side says another": (firsts(reports(*behind, *theirs)), "KAZ"),
        "nothing shows both": (firsts(reports(("TKM", "CHN", 2021, 4)), "TKM"), "TKM"),
    }
    said = {
        what: brief.largest_partner(rows, NO_REPORTS, who) for what, (rows, who) in told.items()
    }
    nothing, table = told["nothing shows both"][0], reports(*lone).assign(source_id="GACC_2025")
    assert nothing.empty
    side = brief.partner_reports(table, "TKM")
    said["partners' reports alone"] = brief.largest_partner(nothing, side, "TKM")
    russia = frame(
        "trade",
        """flow, year, value_usd
        export, 2016, 1.2e9
        import, 2008, 1e9""",
        {"reporter": "RUS", "partner": "TKM", "product": "TOTAL", "source_id": "RUS_FTS"},
    )
    bounded = firsts(pd.concat([table, russia]), "TKM")
    said["a bound of two years"] = brief.largest_partner(bounded, NO_REPORTS, "TKM")
    assert said == snapshot


def test_titles_of_a_briefs_pictures_follow_the_figures(snapshot):
    led = priority.leaders(OVERLAP)
    rows = [("RUS", "2022", True, (), 2022), ("CHN", "2021", False, (), 2021)]
    own = pd.DataFrame(rows, columns=["first", "period", "stated", "bounds", "year"])
    own = own.assign(economy="TJK", basis="reporter", eu="apart")
    moves = pd.DataFrame(
        {"partner": "CHN", "basis": "mirror", "rank": [1, 6], "year": [2023, 1999]}
    )
    votes = pd.DataFrame({"CHN": [0.9, 0.77], "USA": [0.2, 0.224]}, index=[2022, 2023])
    assert {
        "ranges overlap": plots.leader_words(led),
        "shown": brief.largest_shown(led, own),
        "stated and not drawn": brief.largest_shown(led.assign(basis="mirror"), own),
        "rose": brief.place_moved(moves, "KGZ"),
        "stayed": brief.place_moved(moves.assign(rank=2), "KGZ"),
        "one year": brief.place_moved(moves.head(1), "KGZ"),
        "votes": brief.votes_alike(votes, "KGZ"),
    } == snapshot


def test_debts_students_answers_and_gas_are_told_by_their_figures(snapshot):
    parts = {"year": [2022, 2023], "of_bilateral": [0.06, 0.062], "of_gdp": [0.001, 0.0004]}
    owed = pd.DataFrame(parts).assign(debt_usd=97.4e6)
    newer = owed.assign(of_gdp=[0.02, float("nan")])
    counts = pd.DataFrame({"year": [2017, 2018], "students": [90.0, 3157.0]})
    said = pd.DataFrame({"year": [2025], "students": [6500.0], "precision": ["lower_bound"]})
    polls = frame(
        "opinion",
        """about, year, value_pct
        CHN, 2022, 44
        RUS, 2022, 80
        RUS, 2023, 9""",
        {
            "measure": "should_build_partner_relations_with",
            "source_id": "PG_STANRADAR_49357",
        },
    )
    gas = frame(
        "energy",
        """importer, quantity, source_id
        CHN, 3, EI2024
        RUS, 1, EI2024
        RUS, 7, BP2022""",
        {
            "exporter": "TKM",
            "commodity": "pipeline_gas",
            "unit": "bcm",
            "year": 2023,
        },
    )
    powers = ["CHN", "RUS"]
    assert {
        "a small part is never nought": brief.debt_owed(owed, "TKM"),
        "output of an older year": brief.debt_owed(newer, "TKM"),
        "counted and stated": brief.students_counted(counts, said, "TKM"),
        "stated alone": brief.students_counted(counts.iloc[:0], said, "TKM"),
        "answers to one question": brief.opinion_asked(polls, "KGZ", powers),
        "of what one source lists": brief.gas_sent(gas, "TKM"),
    } == snapshot
    nothing = [
        brief.debt_owed(owed.iloc[:0], "TKM"),
        brief.students_counted(counts.iloc[:0], said.iloc[:0], "TKM"),
        brief.opinion_asked(polls[polls["about"] == "RUS"], "KGZ", powers),
        brief.gas_sent(gas, "KAZ"),
    ]
    assert nothing == [""] * 4


def test_of_two_sources_the_older_stock_stays():
    stock = {"host": "KAZ", "investor": "CHN", "measure": "fdi_stock", "instrument": "all"}
    stock |= {"stage": "not_applicable", "price_basis": "current USD", "bound": "as_stated"}
    lines = "year, value_usd, source_id\n2020, 1e9, A\n2021, 5e9, A\n2024, 10e9, B"
    rows = frame("investment", lines, stock | {"revision": "as_published"})
    found = brief.newest_investment(rows, "KAZ", ["CHN"])
    assert found[["year", "source_id"]].values.tolist() == [[2021, "A"], [2024, "B"]]


def test_no_account_of_debts_is_no_debt_to_speak_of():
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    owed = brief.debt_to_china(debt, macro, "KGZ")
    assert owed["year"].is_monotonic_increasing and brief.debt_owed(owed, "KGZ")
    assert brief.debt_to_china(debt.iloc[:0], macro.iloc[:0], "KGZ").empty
