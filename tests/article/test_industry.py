"""Chapters of manufactures, whose rows are taken, and the project list. Shares and changes are in
`cases/industry.yaml`.
"""

from __future__ import annotations

import pandas as pd
import pytest
from invented_tables import CASES, frame, read

from ca_research.article import industry
from ca_research.ground.errors import UsageError

FILE = read(CASES / "industry.yaml")


def chapters(lines) -> pd.DataFrame:
    return frame("trade", lines, FILE["same"]["trade"])


def test_there_are_76_chapters_of_manufactures_and_none_is_raw():
    """Counted by hand: 9 of food products (16-24) and 28-96, which are 69, less 71 and the empty
    77.
    """
    made = set(industry.MANUFACTURES)
    assert len(made) == len(industry.MANUFACTURES) == 9 + 69 - 2
    assert not {"01", "15", "25", "26", "27", "71", "77", "97"} & made
    narrow, *wider = map(set, industry.RESOURCES.values())
    assert wider and all(narrow < resources for resources in wider)


def test_a_member_of_the_union_is_not_counted_beside_it():
    """Bulgaria joined in 2007: its rows of 2010 are inside the EU's, those of 2006 are not."""
    rows = chapters("reporter, year, product, value_usd\nI01 & EU & BGR, 2006 & 2010, 27, 1")

    def seen(given):
        kept = industry.chapter_rows(given, "KAZ")
        return {who for who in zip(kept["reporter"], kept["year"], strict=True) if who[0] != "I01"}

    assert seen(rows) == {("BGR", 2006), ("EU", 2006), ("EU", 2010)}
    assert ("BGR", 2010) in seen(rows[rows["reporter"] != "EU"])


def test_rows_of_other_partners_flows_sources_and_totals_stay_out():
    """The source also holds what Kyrgyzstan imports from everybody."""
    rows = chapters("""reporter, partner, flow, product, source_id, year, value_usd
        I01 & I02,    ,       , 62   ,      , 2010, 1
        I01      , CHN,       , 62   ,      , 2010, 1
        J        ,    , export, 62   ,      , 2010, 1
        Q        ,    ,       , 62   , OTHER, 2010, 1
        I01      ,    ,       , TOTAL,      , 2010, 1""")
    kept = industry.chapter_rows(rows, "KAZ")
    assert kept["reporter"].tolist() == ["I01", "I02"] and set(kept["product"]) == {"62"}
    with pytest.raises(UsageError):
        industry.chapter_rows(pd.concat([rows, rows]), "KAZ")


def test_a_year_without_reporters_is_none_of_the_indicators():
    rows = chapters("reporter, year, product, value_usd\nI00..I11, 2010 & 2012 & 2016..2018, 61, 1")
    found = industry.chapter_indicators(rows, economies=["KAZ", "TKM"])
    assert found["year"].tolist() == [2010, 2012, 2016, 2017, 2018]


def test_the_project_list_is_read_with_its_length_and_its_value():
    facts = frame("facts", "projects", FILE["same"]["facts"], FILE["sets"])
    table = industry.project_list(facts)
    assert list(table["listed"]) == [51, 55, 52] and list(table["at_work"]) == [4, 15, 20]
    assert table["listed_bn"].isna().tolist() == [True, True, False]
    assert (table["listed_bn"].iloc[-1], table["at_work_bn"].iloc[-1]) == (21.1, 4.453)
    assert pd.isna(table["at_work_bn"].iloc[1]), "27.6 bn is the list, not what is at work"
