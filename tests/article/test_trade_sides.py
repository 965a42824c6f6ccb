"""Who is first in trade by each side's reports: what a picture draws and what it finds. Leads are
in `cases/trade.yaml`.
"""

from __future__ import annotations

from contextlib import suppress

import pandas as pd
import pytest
from invented_tables import reports, stated

import ca_research as ca
from ca_research.article import trade_priority as tp
from ca_research.article.first_partners import first_partners
from ca_research.claims.measures import find
from ca_research.ground.errors import CoverageError

NONE_STATED = stated(2022)
lead, lead_told = find("trade.lead"), find("trade.lead_told")


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
    return tp.who_is_first(found, economies)


OWN = [("KAZ", "CHN", 2022, 6e9), ("KAZ", "RUS", 2022, 3e9)]
BOTH = reports(*OWN, ("CHN", "KAZ", 2022, 2e9), ("RUS", "KAZ", 2022, 4e9))


def test_who_is_first_follows_the_leads_that_the_verdict_takes():
    found = seen(BOTH, NONE_STATED, "KAZ").set_index("basis")
    assert found["first"].to_dict() == {"reporter": "CHN", "mirror": "RUS", "interval": ""}
    assert found["compared"].all() and not found["bounded"].any()


def test_a_side_without_figures_has_a_row_and_no_first():
    found = seen(reports(*OWN), NONE_STATED, "KAZ", "TKM").set_index(["basis", "economy"])
    assert not found.loc[("mirror", "KAZ"), "compared"]
    assert not found.loc[("reporter", "TKM"), "compared"]


def test_what_is_drawn_is_in_billions_of_the_year_compared():
    found = seen(BOTH, NONE_STATED, "KAZ")
    drawn = tp.sides_of_trade(BOTH, NONE_STATED, found, ["CHN", "RUS", "USA"])
    cells = drawn.set_index(["basis", "partner"])[["low", "high"]].T.to_dict("list")
    assert cells["reporter", "CHN"] == [12, 12]  # exports and imports of six
    assert cells["interval", "CHN"] == [4, 12] and cells["mirror", "RUS"] == [8, 8]
    assert set(drawn["unit"]) == {"billion US dollars"} and set(drawn["year"]) == {2022}
    assert tp.sides_of_trade(BOTH, NONE_STATED, found, ["USA"]).empty


def test_stated_shares_are_drawn_as_shares_where_there_is_no_table():
    facts = stated(2022, CHN=10, RUS=20)
    found = seen(BOTH, facts, "KAZ", "TJK")
    drawn = tp.sides_of_trade(BOTH, facts, found, ["CHN", "RUS"]).query("economy == 'TJK'")
    told = drawn[["basis", "partner", "low", "high"]].to_numpy().tolist()
    assert told == [["reporter", "CHN", 10, 10], ["reporter", "RUS", 20, 20]]
    assert "%" in drawn["unit"].iloc[0]
    assert found.set_index(["basis", "economy"]).loc[("reporter", "TJK"), "first"] == "RUS"


def test_a_basis_that_compares_nothing_shows_what_is_known():
    table = reports(("CHN", "TJK", 2023, 2e9))
    found = seen(table, NONE_STATED, "TJK")
    drawn = tp.sides_of_trade(table, NONE_STATED, found, ["CHN", "RUS"])
    assert not found["compared"].any() and drawn["low"].tolist() == [4]
    assert set(drawn["basis"]) == {"mirror"}, "one side is no range of both"


def test_a_bound_that_answers_is_named_under_the_picture():
    rows = [("CHN", "TKM", 2022, 9e9), ("USA", "TKM", 2022, 1e9), ("RUS", "TKM", 2015, 2e9)]
    table = reports(*rows)
    found = seen(table, NONE_STATED, "TKM")
    mirror = found.set_index("basis").loc["mirror"]
    assert mirror["bounded"] and mirror["first"] == "CHN"
    firsts = first_partners(table, NONE_STATED, ["TKM"])
    named = [tp.how_drawn(f, firsts) for f in (found, found.assign(bounded=False))]
    assert ["Turkmenistan" in text for text in named] == [True, False]


TITLES = {
    "the report decides": ["reporter KAZ CHN", "mirror KAZ RUS", "interval KAZ -"],
    "every report": ["reporter KGZ CHN", "mirror KGZ CHN"],
    "in one country": [
        *("reporter KGZ CHN", "mirror KGZ CHN", "reporter UZB CHN", "mirror UZB RUS"),
    ],
    "two powers, what both rest on once": [
        *("reporter KAZ RUS", "mirror KAZ RUS", "reporter KGZ CHN", "mirror KGZ CHN"),
    ],
    "a range that meets China's names nobody": [
        *("reporter KAZ RUS", "mirror KAZ RUS", "interval KAZ -"),
    ],
    "the only report": ["reporter TKM ?", "mirror TKM CHN"],
    "every report and the only one": ["reporter KGZ CHN", "mirror KGZ CHN", "mirror TKM CHN"],
    "none": ["reporter TKM ?", "mirror TKM ?"],
}


def test_the_title_is_the_finding(snapshot):
    """'-': ranges overlap; '?': nothing can be compared."""

    def firsts(rows: list[str]) -> pd.DataFrame:
        found = pd.DataFrame([r.split() for r in rows], columns=["basis", "economy", "first"])
        found = found.assign(year=2022, bounded=False, compared=found["first"] != "?")
        return found.replace({"first": {"-": "", "?": ""}})

    told = {what: firsts(rows) for what, rows in TITLES.items()}
    assert {what: tp.finding(rows) for what, rows in told.items()} == snapshot
    sides = [told["the report decides"], told["the only report"]]
    assert [tp.findings(part) for rows in sides for _, part in rows.groupby("basis")] == snapshot


def test_the_real_tables_give_what_was_stated():
    """Tajik agency: 2022 China 16.6 and Russia 22.9 per cent, January to November 2023 19.6 and
    22.6; China reports 7.36 bn with Turkmenistan in 2021, of Russia 2.2 bn is the most on record.
    """
    table, facts = ca.load("trade", product="TOTAL"), ca.load("facts")
    own = lead_told(table, facts, economies=["TJK"]).iloc[0]
    assert own["estimate"] == pytest.approx(19.6 / 22.6) and own["last_year"] == 2023
    mirror = lead(table, economies=ca.economies.CA5, basis="mirror", absent="bounded")
    tkm = mirror.set_index("economy").loc["TKM"]
    assert 3 < tkm["low"] < 4 and tkm["last_year"] == 2021
    after = find("trade.share_after")(table, facts, economies=["TJK"])
    assert after["estimate"].item() == pytest.approx(3.0)
