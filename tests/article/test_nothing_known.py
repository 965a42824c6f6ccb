"""What a notebook asks for on a day on which its figures were not known yet."""

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import balance, belt_and_road, energy, forecasts, strength
from ca_research.ground.errors import CoverageError
from ca_research.plots import show_note, where_known

NEVER = "1900-01-01"


@pytest.fixture
def shown(monkeypatch):
    records = []
    monkeypatch.setattr("IPython.display.display", lambda record, **_: records.append(record))
    return records


def test_a_part_without_figures_is_a_note_in_its_place(shown):
    with where_known("against"):
        balance.vote_lines(balance.votes(ca.load("facts", as_of=NEVER)))
    (record,) = shown
    note = record["application/vnd.ca-research.note+json"]
    assert note == {
        "section": "against",
        "text": "What would stand here needs figures that were not known on this day.",
    }
    assert "`votes` has no row" in record["text/plain"]


def test_a_slip_is_no_lack_of_figures(shown):
    with pytest.raises(KeyError), where_known():
        pd.DataFrame()["value"]
    assert shown == []


def test_a_note_alone_is_its_own_text(shown):
    show_note("Nothing.")
    assert shown[0]["text/plain"] == "Nothing."


def test_tables_of_nothing_have_their_columns():
    facts, macro = ca.load("facts", as_of=NEVER), ca.load("macro", as_of=NEVER)
    assert list(strength.stated_shares(facts).columns[-5:]) == [
        "investor",
        "share",
        "concept",
        "whole",
        "end",
    ]
    found = energy.gas_context(ca.load("energy", as_of=NEVER), macro)
    assert found.empty and {"year", "of consumption", "sources"} <= set(found)


def test_the_newest_stock_is_that_of_the_newest_year_with_enough_investors():
    investment = ca.load("investment")
    found = strength.newest_stock(investment, "Kazakhstan")
    year = max(ca.investment.stock_years(investment, "KAZ"))
    assert set(found["year"]) == {year}
    pd.testing.assert_frame_equal(
        found.drop(columns="year"), ca.investment.stock_by_investor(investment, "KAZ", year)
    )
    with pytest.raises(CoverageError, match="names 5 investors in KAZ"):
        strength.newest_stock(ca.load("investment", as_of=NEVER), "KAZ")


def test_courses_of_no_control_are_refused():
    with pytest.raises(CoverageError, match="synthetic control"):
        belt_and_road.courses({})


def test_what_came_is_set_over_the_drift_of_the_same_years():
    paths = pd.DataFrame(
        [
            ("KAZ", "drift", 2023, 10.0),
            ("KAZ", "drift", 2024, 20.0),
            ("KAZ", "drift", 2025, 1e6),
            ("KAZ", "after", 2023, 30.0),
            ("KAZ", "after", 2024, 30.0),
            ("UZB", "drift", 2023, 5.0),
        ],
        columns=["economy", "model", "year", "mean"],
    )
    assert forecasts.came_over_drift(paths).to_dict("list") == {"economy": ["KAZ"], "ratio": [2.0]}
    assert forecasts.came_over_drift(paths[paths["model"] == "drift"]).empty
