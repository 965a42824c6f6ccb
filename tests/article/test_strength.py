"""China among the investors of each host, by the best concept published for it."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.test_wings_other import STOCK, stock

import ca_research as ca
from ca_research.article.investors import fdi_share
from ca_research.article.strength import (
    rank_of_share,
    stated_shares,
    strength_rank,
    strength_share,
)

NONE = stock()


def facts(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "fact_id": f"X-{i}",
                "subject": subject,
                "attribute": attribute,
                "period": period,
                "year": int(period[:4]),
                "value": value,
                "unit": "percent",
                "source_id": "P126",
            }
            for i, (subject, attribute, period, value) in enumerate(rows)
        ]
    )


def ranked(investment, told, host, **choices):
    return strength_rank(investment, told, economies=[host], **choices).iloc[0]


@pytest.mark.parametrize(
    ("shares", "own", "ranks"),
    [
        ((62,), 62, (1, 1)),  # 38 are left, room for nobody larger
        ((26,), 26, (1, 3)),  # 74 are left: two of 37 each, not three of 24.7
        ((25,), 25, (1, 3)),  # three of 25 would be as large, not larger
        ((24,), 24, (1, 4)),
        ((20, 30, 25), 20, (3, 4)),
        ((40, 35, 25), 25, (3, 3)),
    ],
)
def test_a_share_bounds_its_own_rank(shares, own, ranks):
    assert rank_of_share(pd.Series(shares, dtype=float), own) == ranks


def test_a_stock_comes_before_a_share():
    told = facts(("KAZ", "fdi_inflow_share:CHN", "2023", 90.0))
    found = ranked(stock(**STOCK), told, "KAZ")
    assert (found["estimate"], found["about"]["concept"]) == (5, "by stock")


def test_inflow_of_three_years_is_added_and_of_two_is_not():
    flows = pd.concat(
        stock(year=year, NLD=1, USA=5, CHN=3 if year == 2020 else 6, RUS=2, GBR=1).assign(
            measure="fdi_flow_gross"
        )
        for year in (2020, 2021, 2022)
    )
    told = facts(("KAZ", "fdi_inflow_share:CHN", "2023", 90.0))
    found = ranked(flows, told, "KAZ")  # the United States 15, China 15
    assert (found["estimate"], found["about"]["concept"]) == (1, "by inflow over three years")
    part = strength_share(flows, told, economies=["KAZ"])
    assert part["high"][0] == pytest.approx(100 * 15 / 42), "of the named, who are not all"
    assert pd.isna(part["estimate"][0]) and pd.isna(part["low"][0])
    found = ranked(flows[flows["year"] > 2020], told, "KAZ")
    assert found["about"] == {"concept": "by share of inflow"}


def test_a_part_is_of_the_whole_that_the_source_states():
    rows = stock(**STOCK, WLD=150)  # China 6, Hong Kong 9, the Netherlands 40 or what STOCK has
    china, dutch, hong_kong = (STOCK[code] for code in ("CHN", "NLD", "HKG"))

    def part(**choices):
        return fdi_share(rows, economies=["KAZ"], **choices)["estimate"].item()

    assert part() == pytest.approx(100 * china / 150)
    assert part(conduits="left_out") == pytest.approx(100 * china / (150 - dutch))
    assert part(hong_kong="with_china") == pytest.approx(100 * (china + hong_kong) / 150)


def test_a_share_with_loans_in_it_decides_nothing():
    told = facts(("UZB", "foreign_investment_and_loans_share:CHN", "2024", 90.0))
    for measure in (strength_rank, strength_share):
        row = measure(NONE, told, economies=["UZB"]).iloc[0]
        assert pd.isna(row["estimate"]) and pd.isna(row["low"]) and "loans" in row["missing"]
        assert "90%" in row["about"]["with_loans"]
    both = pd.concat([told, facts(("UZB", "fdi_inflow_share:CHN", "2020", 30.0))])
    assert strength_share(NONE, both, economies=["UZB"])["estimate"].item() == 30


def test_a_whole_year_comes_before_a_part_of_one():
    told = facts(
        ("KGZ", "fdi_gross_inflow_share:CHN", "2023", 62.0),
        ("KGZ", "fdi_gross_inflow_share_part_year:CHN", "2024 Jan-Mar", 20.0),
        ("KGZ", "fdi_gross_inflow_share_part_year:RUS", "2024 Jan-Mar", 30.0),
        ("KGZ", "fdi_gross_inflow_share_part_year:CHN", "2023 Jan-Sep", 99.0),
    )
    assert ranked(NONE, told, "KGZ")["estimate"] == 1
    newest = ranked(NONE, told, "KGZ", period="newest")
    assert (newest["low"], newest["high"]) == (2, 4)  # 50 are left: two of 25 each


def test_a_share_of_others_alone_says_nothing_of_china():
    told = facts(("KGZ", "fdi_gross_inflow_share:RUS", "2023", 10.0))
    found = ranked(NONE, told, "KGZ")
    assert pd.isna(found["estimate"]) and "no stock" in found["missing"]


def test_what_uzbekistan_states_holds_loans():
    shares = stated_shares(ca.load("facts")).set_index("fact_id")
    assert shares.loc["INV-T26", ["host", "investor", "share", "concept"]].tolist() == [
        "UZB",
        "CHN",
        28.7,
        "loans",
    ]
    assert shares.loc["I-TJK-21-SH", ["investor", "share", "concept"]].tolist() == [
        "CHN",
        62.0,
        "fdi",
    ]
    assert not set(shares["unit"]) - {"percent"}
