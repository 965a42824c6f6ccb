"""Balance: concentration of trade in two periods, votes in the United Nations, votes on the war.
Frames are made up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ca_research.article.balance import (
    compare_periods,
    concentration_change,
    hhi_years,
    ideal_spread,
    periods_by_economy,
    stood_aside,
    vote_spread,
    votes,
    war_votes,
)
from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError

YEARS = (2010, 2011, 2012, 2020, 2021, 2022)


def report(
    shares: dict[int, dict[str, float]], reporter: str = "KGZ", source: str = "KGZ_NSC"
) -> pd.DataFrame:
    """Exports and imports alike; a partner's value by year."""
    rows = [
        (reporter, p, y, f, v, source)
        for y, parts in shares.items()
        for p, v in parts.items()
        for f in ("export", "import")
    ]
    columns = ["reporter", "partner", "year", "flow", "value_usd", "source_id"]
    return pd.DataFrame(rows, columns=columns).assign(product="TOTAL")


def even(china: float) -> dict[str, float]:
    return {"CHN": china, "RUS": 1 - china}


LATER = dict(zip(YEARS, map(even, (0.5, 0.55, 0.52, 0.6, 0.7, 0.8)), strict=True))


def test_the_index_is_the_sum_of_squared_shares():
    table = hhi_years(report({2010: {"CHN": 3, "RUS": 1, "TUR": 4}}), "KGZ", source="KGZ_NSC")
    assert table["hhi"].tolist() == pytest.approx([(9 + 1 + 16) / 64]) and table["n"].tolist() == [
        3
    ]


def test_aggregates_and_rests_are_no_partners():
    rows = report({2010: {"CHN": 1, "RUS": 1, "WLD": 9, "EU": 5, "_X": 7}})
    assert hhi_years(rows, "KGZ", source="KGZ_NSC")["hhi"].tolist() == pytest.approx([0.5])


def test_a_year_without_russia_is_no_year():
    rows = report({2010: {"CHN": 1, "TUR": 1}, 2011: {"CHN": 1, "RUS": 1}})
    assert hhi_years(rows, "KGZ", source="KGZ_NSC")["year"].tolist() == [2011]


def test_a_partner_with_one_direction_is_left_out_of_turnover():
    rows = report({2010: {"CHN": 1, "RUS": 1, "TUR": 2}})
    rows = rows[~((rows["partner"] == "TUR") & (rows["flow"] == "import"))]
    assert hhi_years(rows, "KGZ", source="KGZ_NSC")["n"].tolist() == [2]
    assert hhi_years(rows, "KGZ", source="KGZ_NSC", flow="exports")["n"].tolist() == [3]


def test_named_partners_are_those_of_the_register():
    rows = report({2010: {"CHN": 1, "RUS": 1, "ITA": 2}})
    assert hhi_years(rows, "KGZ", source="KGZ_NSC", partners="named")[
        "hhi"
    ].tolist() == pytest.approx([0.5])


def test_the_interval_of_years_spans_every_pair():
    row = concentration_change(report(LATER), economies=["KGZ"]).iloc[0]
    late = [0.6**2 + 0.4**2, 0.7**2 + 0.3**2, 0.8**2 + 0.2**2]
    early = [0.5, 0.55**2 + 0.45**2, 0.52**2 + 0.48**2]
    assert (row["low"], row["high"]) == pytest.approx((late[0] - early[1], late[2] - early[0]))
    assert row["estimate"] == pytest.approx(np.mean(late) - np.mean(early))


def test_welch_agrees_with_scipy():
    shares = dict(zip(YEARS, map(even, (0.5, 0.52, 0.57, 0.6, 0.7, 0.8)), strict=True))
    row = concentration_change(report(shares), economies=["KGZ"], interval="welch").iloc[0]
    hhi = [c**2 + (1 - c) ** 2 for c in (0.5, 0.52, 0.57, 0.6, 0.7, 0.8)]
    expected = stats.ttest_ind(hhi[3:], hhi[:3], equal_var=False).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx(tuple(expected))


def test_one_source_serves_both_periods():
    early = report({y: even(0.5) for y in YEARS[:3]}, "KAZ", "KAZ_BNS")
    late = report({y: even(0.9) for y in YEARS[3:]}, "KAZ", "KAZ_WITS_BNS_PANEL")
    with pytest.raises(CoverageError, match="no own report"):
        compare_periods(pd.concat([early, late]), "KAZ")
    row = concentration_change(pd.concat([early, late]), economies=["KAZ"], interval="welch").iloc[
        0
    ]
    assert (
        row["missing"] and row["interval"] == "welch"
    )  # every row says which, or the grid would lose the choice
    with pytest.raises(CoverageError, match="both periods of KAZ"):
        periods_by_economy(pd.concat([early, late]), economies=["KAZ"])


def test_two_years_of_a_period_are_enough_and_one_is_not():
    two = {y: s for y, s in LATER.items() if y != 2010}
    assert set(compare_periods(report(two), "KGZ")["period"]) == {"early", "late"}
    one = {y: s for y, s in two.items() if y != 2011}
    with pytest.raises(CoverageError):
        compare_periods(report(one), "KGZ")


@pytest.mark.parametrize("wrong", [{"flow": "gas"}, {"partners": "all"}, {"interval": "normal"}])
def test_unknown_choices_of_trade_are_refused(wrong):
    with pytest.raises(UnknownNameError):
        concentration_change(report(LATER), economies=["KGZ"], **wrong)
    with pytest.raises(UsageError):
        concentration_change(report(LATER), economies=["KGZ"], early="2012-2010")


# votes


def facts(
    agreement: dict[tuple[str, int], float], points: dict[tuple[str, int], float] | None = None
) -> pd.DataFrame:
    rows = [("KAZ", f"unga_agreement_with:{p}", y, v) for (p, y), v in agreement.items()]
    rows += [(who, "unga_ideal_point", y, v) for (who, y), v in (points or {}).items()]
    return pd.DataFrame(rows, columns=["subject", "attribute", "year", "value"]).assign(
        source_id="UNGA"
    )


AGREED = {
    ("CHN", 2018): 0.8,
    ("RUS", 2018): 0.6,
    ("USA", 2018): 0.2,
    ("CHN", 2019): 0.7,
    ("RUS", 2019): 0.7,
    ("USA", 2019): 0.3,
}


def test_the_spread_is_between_means_not_within_years():
    row = vote_spread(facts(AGREED), economies=["KAZ"]).iloc[0]
    assert row["estimate"] == pytest.approx(0.75 - 0.25)


def test_a_session_without_one_power_is_left_out():
    partly = facts(AGREED | {("CHN", 2020): 0.0, ("RUS", 2020): 0.0})
    assert vote_spread(partly, economies=["KAZ"])["estimate"].tolist() == pytest.approx([0.5])
    assert "no session" in vote_spread(facts({("CHN", 2018): 1.0}), economies=["KAZ"])["missing"][0]


def test_windows_choose_their_years():
    more = facts(AGREED | {(p, 2023): v for p, v in (("CHN", 0.9), ("RUS", 0.5), ("USA", 0.5))})
    assert vote_spread(more, economies=["KAZ"])["estimate"].tolist() == pytest.approx([0.5])
    assert vote_spread(more, economies=["KAZ"], window="newest")[
        "estimate"
    ].tolist() == pytest.approx([0.4])
    with pytest.raises(UnknownNameError):
        vote_spread(more, economies=["KAZ"], window="century")


def test_distance_is_absolute():
    points = {("KAZ", 2018): 0.0, ("CHN", 2018): -1.0, ("RUS", 2018): 0.5, ("USA", 2018): 2.0}
    agreed = {k: v for k, v in AGREED.items() if k[1] == 2018}
    assert ideal_spread(facts(agreed, points), economies=["KAZ"])["estimate"].tolist() == [1.5]
    table = votes(facts(agreed, points), economies=["KAZ"]).set_index("power")
    assert table.loc["CHN", "distance"] == 1.0
    lacking = facts(agreed, {k: v for k, v in points.items() if k[0] != "USA"})
    assert ideal_spread(lacking, economies=["KAZ"])["missing"][0]


# the war


def vote(detail: str, date: str = "2023-02-23") -> pd.DataFrame:
    return pd.DataFrame([{"kind": "un_vote", "detail": detail, "date": date, "source_id": "P"}])


def test_votes_are_read_from_the_text():
    cast = war_votes(
        vote(
            "Ukraine resolution: KAZ, KGZ abstain; TKM does not vote; TJK votes against; UZB "
            "votes for"
        )
    )
    assert dict(zip(cast["economy"], cast["vote"], strict=True)) == {
        "KAZ": "abstain",
        "KGZ": "abstain",
        "TKM": "not voting",
        "TJK": "against",
        "UZB": "for",
    }
    assert cast.set_index("economy")["aside"].to_dict() == {
        "KAZ": True,
        "KGZ": True,
        "TKM": True,
        "TJK": False,
        "UZB": False,
    }


def test_a_vote_on_the_seat_is_told_from_one_on_the_war():
    both = pd.concat(
        [
            vote("Ukraine: KAZ abstains"),
            vote("Ukraine session, seat of Russia in the Council: KAZ votes against"),
        ]
    )
    assert war_votes(both)["seat"].tolist() == [False, True]
    assert stood_aside(both, economies=["KAZ"])["estimate"].tolist() == [1.0]
    assert stood_aside(both, economies=["KAZ"], votes="the_seat")["estimate"].tolist() == [0.0]


def test_other_votes_and_economies_that_are_not_named_do_not_count():
    assert war_votes(vote("KAZ votes against a debate on Xinjiang")).empty
    found = stood_aside(vote("Ukraine: KAZ abstains"), economies=["KAZ", "UZB"]).set_index(
        "economy"
    )
    assert found.loc["KAZ", "estimate"] == 1 and found.loc["UZB", "missing"]


def test_two_votes_are_a_share():
    both = pd.concat(
        [vote("Ukraine: KAZ abstains"), vote("Ukraine: KAZ votes against", "2022-04-07")]
    )
    assert stood_aside(both, economies=["KAZ"])["estimate"].tolist() == [0.5]
