"""What a measure makes of loaded rows says where it comes from, in a column and not in what a merge
drops.
"""

from __future__ import annotations

import pandas as pd
import pytest

import ca_research as ca
from ca_research.ground.errors import CoverageError, UsageError

LINE = {"reporter": "UZB", "flow": "export", "product": "TOTAL", "price_basis": "current USD"}


@pytest.fixture(scope="module")
def uzbek() -> pd.DataFrame:
    return ca.load("trade", source="UZB_STAT", product="TOTAL", partner=["CHN", "RUS", "KAZ"])


def nominal(*values: float, source: str = "UZB_STAT") -> pd.DataFrame:
    """One series of exports to China from 2018 on."""
    rows = [
        LINE | {"partner": "CHN", "year": 2018 + i, "value_usd": v, "source_id": source}
        for i, v in enumerate(values)
    ]
    return pd.DataFrame(rows)


MEASURES = {
    "partner_shares": ca.trade.partner_shares,
    "hhi": lambda t: ca.trade.hhi(ca.trade.partner_shares(t), by=["reporter", "year", "flow"]),
    "growth": ca.trade.growth,
    "balance": ca.trade.balance,
    "a filtered, merged and re-indexed frame": lambda t: (
        ca.trade.partner_shares(t)
        .merge(pd.DataFrame({"partner": ["CHN"]}), on="partner")
        .reset_index(drop=True)
    ),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_result_of_loaded_trade_can_be_cited(name, uzbek):
    result = MEASURES[name](uzbek)
    assert len(result) and ca.cite(result).startswith("[UZB_STAT]")
    assert set(result["sources"]) == {("UZB_STAT",)}


def test_a_frame_without_sources_makes_a_result_without_them():
    result = ca.trade.partner_shares(nominal(1, 2).drop(columns="source_id"))
    assert "sources" not in result
    with pytest.raises(UsageError, match="neither `source_id` nor `sources`"):
        ca.cite(result)


def test_each_row_names_its_own_sources():
    from ca_research.stats.frames import with_sources

    rows = pd.DataFrame({"year": [2020, 2020, 2021], "source_id": ["B", "A", "C"]})
    assert with_sources(pd.DataFrame({"year": [2021, 2020]}), rows, ["year"])[
        "sources"
    ].tolist() == [
        ("C",),
        ("A", "B"),
    ]


def test_investment_and_debt_can_be_cited():
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    shares = ca.article.debt.debt_shares(debt, macro, economies=["KGZ"])
    assert "[DATASETS_GDP]" in ca.cite(shares) and "[ids_dod_one]" in ca.cite(shares)
    stock = ca.load("investment", host="KAZ", measure="fdi_stock", year=2021)
    one = stock[stock["source_id"] == stock["source_id"].mode()[0]]
    one = one[~one["investor"].isin(list(ca.economies.AGGREGATES))]
    assert ca.cite(ca.investment.investor_shares(one)).startswith(f"[{one['source_id'].iloc[0]}]")


# Prices


# Frames that cannot be used


def test_debt_without_its_totals_is_refused_and_not_an_empty_answer():
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    press = debt[debt["source_id"] != "ids_dod_one"]
    with pytest.raises(
        CoverageError, match="no one source of the frame gives stocks owed to CHN, BIL and MUL"
    ):
        ca.article.debt.debt_shares(press, macro, economies=["KGZ"])
    with pytest.raises(CoverageError, match="no one source"):
        ca.investment.debt_exposure(
            debt.iloc[:0], macro, debtors=["KGZ"], creditor="CHN", gdp_source="DATASETS_GDP"
        )


def test_a_debtor_without_output_is_named():
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    with pytest.raises(CoverageError, match="for TJK"):
        ca.article.debt.debt_shares(
            debt, macro[macro["economy"] != "TJK"], economies=["KGZ", "TJK"]
        )
    burden = ca.article.debt.debt_burden(
        debt, macro[macro["economy"] != "TJK"], economies=["KGZ", "TJK"], lenders="official"
    )
    assert burden.set_index("economy")["missing"].map(bool).to_dict() == {"KGZ": False, "TJK": True}


def test_two_instruments_of_one_debt_are_not_added():
    debt, macro = (
        ca.load("debt", source="ids_dod_one"),
        ca.load("macro", indicator="NY.GDP.MKTP.CD"),
    )
    twice = pd.concat([debt, debt[debt["creditor"] == "CHN"].assign(instrument="all")])
    with pytest.raises(UsageError, match="two figures for KGZ"):
        ca.investment.debt_exposure(
            twice, macro, debtors=["KGZ"], creditor="CHN", gdp_source="DATASETS_GDP"
        )


def test_shares_of_investors_are_of_one_source():
    rows = pd.DataFrame(
        {
            "host": "KAZ",
            "year": 2020,
            "investor": ["CHN", "RUS"],
            "measure": "fdi_stock",
            "value_usd": [1.0, 3.0],
        }
    )
    with pytest.raises(UsageError, match="several sources"):
        ca.investment.investor_shares(rows.assign(source_id=["A", "B"]))
    with pytest.raises(CoverageError, match="without 'value_usd'"):
        ca.investment.investor_shares(rows.assign(value_usd=[1.0, None]))


def test_two_stocks_of_one_investor_are_not_added():
    rows = pd.DataFrame(
        {"host": "KAZ", "year": 2020, "investor": ["CHN", "CHN"], "measure": "fdi_stock"}
    )
    rows = rows.assign(value_usd=[1.0, 2.0], price_basis="current USD", source_id="A")
    with pytest.raises(UsageError, match="two stocks"):
        ca.investment.stock_by_investor(rows, "KAZ", 2020)


def test_a_frame_without_the_grants_asked_for_is_refused():
    money = ca.load("investment", measure="fdi_stock")
    with pytest.raises(CoverageError, match="no oda grants in the frame"):
        ca.article.aid.grants(money)


def test_two_populations_are_not_chosen_between_and_a_lacking_one_is_said():
    money, macro = (
        ca.load("investment", measure="official_grant"),
        ca.load("macro", indicator="SP.POP.TOTL"),
    )
    with pytest.raises(UsageError, match="two populations"):
        ca.article.aid.grants_per_head(money, pd.concat([macro, macro.assign(source_id="OTHER")]))
    without = ca.article.aid.grants_per_head(money, macro[macro["economy"] != "KAZ"])
    lacking = without[without["host"] == "KAZ"]
    assert (
        len(lacking)
        and set(lacking["missing"]) == {"no population"}
        and lacking["per_head"].isna().all()
    )
