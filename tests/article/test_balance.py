"""Concentration by year, votes as a resolution's text gives them, and an interval against scipy.
Changes and spreads are in `cases/balance.yaml`.
"""

from __future__ import annotations

import numpy as np
import pytest
from invented_tables import CASES, frame, read
from scipy import stats

from ca_research.article.balance import (
    compare_periods,
    hhi_years,
    periods_by_economy,
    votes,
    war_votes,
)
from ca_research.claims.measures import find
from ca_research.ground.errors import CoverageError

FILE = read(CASES / "balance.yaml")
BOTH = {"flow": "export & import", "product": "TOTAL", "reporter": "KGZ", "source_id": "KGZ_NSC"}
SHARES = (0.5, 0.52, 0.57, 0.6, 0.7, 0.8)
change = find("trade.concentration_change")


def trade(lines):
    return frame("trade", lines, BOTH)


def two_partners(china_by_year, **same):
    """China's share of each year, the rest Russia's."""
    shares = china_by_year.items()
    pairs = [(y, p, v) for y, c in shares for p, v in (("CHN", c), ("RUS", 1 - c))]
    return trade([{"year": y, "partner": p, "value_usd": v} | same for y, p, v in pairs])


EQUAL = [("CHN", 1, {}), ("RUS", 1, {})]


@pytest.mark.parametrize(
    ("rows", "choices", "hhi"),
    [
        ([("CHN", 3, {}), ("RUS", 1, {}), ("TUR", 4, {})], {}, (9 + 1 + 16) / 64),
        # aggregates and rests are no partners
        ([*EQUAL, ("WLD", 9, {}), ("EU", 5, {}), ("_X", 7, {})], {}, 0.5),
        ([*EQUAL, ("ITA", 2, {})], {"partners": "named"}, 0.5),  # those of the register
        ([*EQUAL, ("TUR", 2, {"flow": "export"})], {}, 0.5),  # one direction is no turnover
        ([*EQUAL, ("TUR", 2, {"flow": "export"})], {"flow": "exports"}, 6 / 16),
        # a year without Russia is no year
        ([*EQUAL, ("CHN", 1, {"year": 2011}), ("TUR", 3, {"year": 2011})], {}, 0.5),
    ],
)
def test_the_index_is_the_sum_of_squared_shares(rows, choices, hhi):
    given = trade([{"year": 2010, "partner": p, "value_usd": v} | f for p, v, f in rows])
    found = hhi_years(given, "KGZ", source="KGZ_NSC", **choices)["hhi"].tolist()
    assert found == pytest.approx([hhi])


def test_welch_agrees_with_scipy():
    shares = dict(zip((2010, 2011, 2012, 2020, 2021, 2022), SHARES, strict=True))
    row = change(two_partners(shares), economies=["KGZ"], interval="welch").iloc[0]
    hhi = np.array([c**2 + (1 - c) ** 2 for c in shares.values()])
    expected = stats.ttest_ind(hhi[3:], hhi[:3], equal_var=False).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx(tuple(expected))


def test_one_source_serves_both_periods_with_two_years_of_each():
    early, late = {2011: 0.5, 2012: 0.6}, {2020: 0.9, 2021: 0.8}
    assert set(compare_periods(two_partners(early | late), "KGZ")["period"]) == {"early", "late"}
    one_year = two_partners({2012: 0.5} | late)
    other = two_partners(late, source_id="KAZ_WITS_BNS_PANEL")
    for few in (one_year, two_partners(early), other):
        with pytest.raises(CoverageError):
            compare_periods(few, "KGZ")
    with pytest.raises(CoverageError):
        periods_by_economy(one_year, economies=["KGZ"])
    found = change(one_year, economies=["KGZ"], interval="welch").iloc[0]
    assert found["missing"] and found["interval"] == "welch", "or the grid would lose the choice"


def test_distances_of_votes_are_absolute():
    given = frame("facts", "ideal_points", FILE["same"]["facts"], FILE["sets"])
    table = votes(given, economies=["KAZ"]).set_index("power")
    assert table["distance"].to_dict() == {"CHN": 1.0, "RUS": 0.5, "USA": 2.0}


CAST = "Ukraine resolution: KAZ, KGZ abstain; TKM does not vote; TJK votes against; UZB votes for"


def test_votes_are_read_from_the_text():
    rows = frame(
        "events",
        [
            {"kind": "un_vote", "date": "2023-02-23", "detail": detail, "source_id": "P"}
            for detail in (
                CAST,
                "Ukraine session, seat of Russia in the Council: KAZ votes against",
                "KAZ votes against a debate on Xinjiang",
            )
        ],
    )
    cast = war_votes(rows)
    assert cast["seat"].tolist() == [False] * 5 + [True]
    five = cast[~cast["seat"]].set_index("economy")
    assert five["vote"].to_dict() == {
        **dict.fromkeys(("KAZ", "KGZ"), "abstain"),
        "TKM": "not voting",
        "TJK": "against",
        "UZB": "for",
    }
    assert five.index[five["aside"]].tolist() == ["KAZ", "KGZ", "TKM"]
