"""Who is first in trade by each side's reports: what a picture draws and what it finds."""

from contextlib import suppress

import pandas as pd
import pytest
from test_trade_told import stated, trade

from ca_research.article.first_partners import first_partners
from ca_research.article.trade_priority import (
    finding,
    findings,
    how_drawn,
    lead,
    lead_told,
    sides_of_trade,
    who_is_first,
)
from ca_research.ground.errors import CoverageError

FACTS = stated(2022, CHN=10, RUS=20).iloc[:0]


def first(*rows: tuple[str, str, str, bool]) -> pd.DataFrame:
    """Basis, economy, who is first, and whether anything can be compared."""
    found = pd.DataFrame(rows, columns=["basis", "economy", "first", "compared"])
    return found.assign(year=2022, bounded=False)


def seen(table: pd.DataFrame, facts: pd.DataFrame, *economies: str) -> pd.DataFrame:
    """Who is first by the leads of a verdict; a basis without a year has none."""
    asked = {
        "reporter": lambda: lead_told(table, facts, economies=economies),
        "mirror": lambda: lead(table, economies=economies, basis="mirror", absent="bounded"),
        "interval": lambda: lead(table, economies=economies, basis="interval"),
    }
    found = {}
    for basis, ask in asked.items():
        with suppress(CoverageError):
            found[basis] = ask()
    return who_is_first(found, economies)


BOTH = trade(
    ("KAZ", "CHN", 2022, 6e9),
    ("KAZ", "RUS", 2022, 3e9),
    ("CHN", "KAZ", 2022, 2e9),
    ("RUS", "KAZ", 2022, 4e9),
)


def test_who_is_first_follows_the_leads_that_the_verdict_takes():
    found = seen(BOTH, FACTS, "KAZ").set_index("basis")
    assert found["first"].to_dict() == {"reporter": "CHN", "mirror": "RUS", "interval": ""}
    assert found["compared"].all() and not found["bounded"].any()
    assert findings(found.loc[["mirror"]]) == {"KAZ": "Kazakhstan: Russia first"}
    assert findings(found.loc[["interval"]]) == {"KAZ": "Kazakhstan: open"}
    assert finding(found) == "Which single country is first in Kazakhstan depends on the report"


def test_a_side_without_figures_has_a_row_and_no_first():
    found = seen(BOTH[BOTH["reporter"] == "KAZ"], FACTS, "KAZ", "TKM").set_index(
        ["basis", "economy"]
    )
    assert not found.loc[("mirror", "KAZ"), "compared"]
    assert not found.loc[("reporter", "TKM"), "compared"]
    assert findings(found.reset_index().query("basis == 'mirror'")) == {
        "KAZ": "Kazakhstan: cannot be said",
        "TKM": "Turkmenistan: cannot be said",
    }


def test_what_is_drawn_is_in_billions_of_the_year_compared():
    found = seen(BOTH, FACTS, "KAZ")
    drawn = sides_of_trade(BOTH, FACTS, found, ["CHN", "RUS", "USA"])
    cells = drawn.set_index(["basis", "partner"])[["low", "high"]]
    assert cells.loc[("reporter", "CHN")].tolist() == [12, 12]  # exports and imports of six
    assert cells.loc[("interval", "CHN")].tolist() == [4, 12]
    assert cells.loc[("mirror", "RUS")].tolist() == [8, 8]
    assert set(drawn["unit"]) == {"billion US dollars"} and set(drawn["year"]) == {2022}
    assert sides_of_trade(BOTH, FACTS, found, ["USA"]).empty


def test_stated_shares_are_drawn_as_shares_where_there_is_no_table():
    facts = stated(2022, CHN=10, RUS=20)
    found = seen(BOTH, facts, "KAZ", "TJK")
    drawn = sides_of_trade(BOTH, facts, found, ["CHN", "RUS"])
    told = drawn[drawn["economy"] == "TJK"]
    assert told[["partner", "low", "high"]].to_numpy().tolist() == [
        ["CHN", 10, 10],
        ["RUS", 20, 20],
    ]
    assert set(told["basis"]) == {"reporter"} and "%" in told["unit"].iloc[0]
    assert findings(found[found["basis"] == "reporter"])["TJK"] == "Tajikistan: Russia first"


def test_a_basis_that_compares_nothing_shows_what_is_known():
    table = trade(("CHN", "TJK", 2023, 2e9))
    found = seen(table, FACTS, "TJK")
    assert not found["compared"].any()
    drawn = sides_of_trade(table, FACTS, found, ["CHN", "RUS"])
    assert set(drawn["basis"]) == {"mirror"}, "one side is no range of both"
    assert drawn["low"].tolist() == [4] and finding(found).startswith("No side's")


def test_a_bound_that_answers_is_named_under_the_picture():
    table = trade(("CHN", "TKM", 2022, 9e9), ("USA", "TKM", 2022, 1e9), ("RUS", "TKM", 2015, 2e9))
    found = seen(table, FACTS, "TKM")
    mirror = found.set_index("basis").loc["mirror"]
    assert mirror["bounded"] and mirror["first"] == "CHN"
    firsts = first_partners(table, FACTS, ["TKM"])
    assert "Turkmenistan" in how_drawn(found, firsts)
    assert "Turkmenistan" not in how_drawn(found.assign(bounded=False), firsts)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [("reporter", "KGZ", "CHN", True), ("mirror", "KGZ", "CHN", True)],
            "Among single countries China is first in Kyrgyzstan by every report that tells",
        ),
        (
            [
                *[(basis, "KGZ", "CHN", True) for basis in ("reporter", "mirror")],
                ("reporter", "UZB", "CHN", True),
                ("mirror", "UZB", "RUS", True),
            ],
            "Among single countries China is first in Kyrgyzstan by every report that tells; "
            "in Uzbekistan that depends on the report",
        ),
        (  # two powers, one clause: what both rest on is said once
            [
                ("reporter", "KAZ", "RUS", True),
                ("mirror", "KAZ", "RUS", True),
                *[(basis, "KGZ", "CHN", True) for basis in ("reporter", "mirror")],
            ],
            "Among single countries Russia is first in Kazakhstan and China in Kyrgyzstan by every "
            "report that tells",
        ),
        (  # both reports name Russia; a range of the two that meets China's names nobody
            [
                ("reporter", "KAZ", "RUS", True),
                ("mirror", "KAZ", "RUS", True),
                ("interval", "KAZ", "", True),
            ],
            "Among single countries Russia is first in Kazakhstan by every report that tells",
        ),
        (
            [("reporter", "TKM", "", False), ("mirror", "TKM", "CHN", True)],
            "Among single countries China is first in Turkmenistan by the only reports that can be "
            "compared",
        ),
        (
            [
                ("reporter", "KGZ", "CHN", True),
                ("mirror", "KGZ", "CHN", True),
                ("mirror", "TKM", "CHN", True),
            ],
            "Among single countries China is first in Kyrgyzstan by every report that tells; in "
            "Turkmenistan China is first by the only reports that can be compared",
        ),
    ],
)
def test_the_title_is_the_finding(rows, words):
    assert finding(first(*rows)) == words
