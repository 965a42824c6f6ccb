"""Known numbers of the third set of figures, and that none of its traps leaks into a measure.

Each expected number was typed from the set, never worked out by the package.
"""

from __future__ import annotations

import pytest

import ca_research as ca
from ca_research.ground import economies as eco

CONSTANT = "WDI_VIA_GAPMINDER"


def value(table: str, column: str, **where: object):
    """The one figure of a table that these words leave."""
    found = ca.load(table, **where)
    assert len(found) == 1, f"{len(found)} rows"
    return found[column].iloc[0]


# --- product at constant prices
# -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("economy", "year", "per_head"),
    [
        ("KAZ", 2022, 11058.35),
        ("KGZ", 2013, 1069.78),
        ("TJK", 2022, 1325.75),
        ("TKM", 2015, 5759.50),
        ("UZB", 2024, 3890.42),
    ],
)
def test_income_per_head_at_constant_prices(economy, year, per_head):
    found = value(
        "macro", "value", economy=economy, year=year, indicator="NY.GDP.PCAP.KD", source=CONSTANT
    )
    assert found == pytest.approx(per_head, abs=0.01)


def test_constant_prices_are_one_basis_and_codes_are_economies():
    found = ca.load("macro", source=CONSTANT)
    assert set(zip(found["indicator"], found["unit"], strict=True)) == {
        ("NY.GDP.MKTP.KD", "constant 2015 USD"),
        ("NY.GDP.PCAP.KD", "constant 2015 USD per head"),
    }
    assert found["economy"].nunique() == 210 and not set(found["economy"]) & set(eco.AGGREGATES)
    assert {"IMN", "XKX", "CUW"} <= set(found["economy"])  # under other codes in the copy


def test_constant_prices_are_nowhere_among_current_ones():
    current = ca.load("macro", indicator="NY.GDP.MKTP.CD")
    assert CONSTANT not in set(current["source_id"])
    assert set(current["unit"]) == {"current USD"}


def test_turkmen_remittances_are_missing_and_not_zero():
    assert value("macro", "value", economy="TJK", indicator="BX.TRF.PWKR.DT.GD.ZS") == 32.6894
    assert ca.load("macro", source="WDI_2024_03", economy=["KAZ", "RUS"])["year"].eq(2021).all()
    assert "TKM" not in set(ca.load("macro", source="WDI_2024_03")["economy"])


# --- trade
# -----------------------------------------------------------------------------

BACI, COMTRADE, CENSUS = "CEPII_GRAVITY_V202211_BACI", "COMTRADE_2024X", "US_CENSUS_COUNTRY"


@pytest.mark.parametrize(
    ("source", "reporter", "partner", "year", "flow", "value_usd"),
    [
        (BACI, "CHN", "TJK", 2020, "export", 994_496_770),
        (BACI, "TJK", "RUS", 2020, "export", 41_641_636),
        (COMTRADE, "TUR", "TJK", 2024, "export", 373_457_394),
        (COMTRADE, "USA", "TKM", 2024, "export", 82_234_419),
        (CENSUS, "USA", "KAZ", 2010, "import", 1_872_411_829),
    ],
)
def test_trade_of_the_third_set(source, reporter, partner, year, flow, value_usd):
    found = value(
        "trade",
        "value_usd",
        source=source,
        reporter=reporter,
        partner=partner,
        year=year,
        flow=flow,
    )
    assert found == value_usd


def test_a_reconciled_figure_is_nobodys_report():
    trade = ca.load("trade", product="TOTAL", year=2020)
    assert BACI in set(trade["source_id"])
    assert BACI not in set(ca.trade.perspective(trade, ["TJK", "TKM"])["source_id"])
    gap = ca.trade.mirror_gap("TJK", "CHN", trade)
    assert not any(BACI in sources for sources in gap["sources"])
    bases = ca.trade.rank(trade, economy=["TJK", "TKM"], basis=("reporter", "mirror", "interval"))
    assert not any(BACI in sources for sources in bases["sources"])


def test_the_reconciled_basis_stands_by_itself():
    trade = ca.load("trade", product="TOTAL", year=2020)
    found = ca.trade.rank(trade, economy="TJK", basis="reconciled").set_index("partner")
    assert list(found.index[:2]) == ["CHN", "KAZ"] and "RUS" in found.index[2:]
    assert found.loc["CHN", "low"] == found.loc["CHN", "high"] == 994_496_770 + 37_441_114
    assert set(found["sources"]) == {(BACI,)}
    turkmen = ca.trade.rank(trade, economy="TKM", basis="reconciled")
    assert not {"IRN", "AFG"} & set(turkmen["partner"])  # missing, not zero


def test_an_excerpt_of_partners_never_speaks_for_its_reporter():
    assert ca.tables.ranked([COMTRADE, "UZB_STAT"]) == ["UZB_STAT"]
    trade = ca.load("trade", product="TOTAL", year=2024)
    exports = ca.trade.rank(trade, economy=["KGZ", "UZB"], flow="exports")
    assert exports.empty
    assert COMTRADE in set(ca.trade.perspective(trade, ["TJK"])["source_id"])


def test_the_unexplained_cell_and_the_sums_of_reporters_are_no_trade():
    trade = ca.load("trade", source=COMTRADE)
    assert len(trade) == 60 and trade["value_usd"].gt(0).all()
    assert not ((trade["reporter"] == "TUR") & (trade["partner"] == "KAZ")).any()
    sums = ca.load("facts", source=COMTRADE)
    assert len(sums) == 5 and sums["attribute"].str.endswith("lower_bound").all()


@pytest.mark.parametrize(
    ("source", "subject", "attribute", "figure"),
    [
        ("ST_TASS_1736063", "TJK-RUS", "trade_import_reported_by_TJK", 1.58e9),
        ("ST_TASS_1736063", "TJK-RUS", "trade_turnover_share_reported_by_TJK", 20.6),
        ("ST_KIERUNEK_20230120", "TJK-CHN", "trade_turnover_share_reported_by_TJK", 16.6),
        ("ST_TASS_1989817", "TJK-CHN", "trade_turnover_part_year_reported_by_TJK", 9.64e8),
        ("ST_DARYO_20230525", "RUS-TKM", "trade_turnover_without_gas_reported_by_RUS", 8.65e8),
    ],
)
def test_stated_trade(source, subject, attribute, figure):
    found = value("facts", "value", source=source, subject=subject, attribute=attribute)
    assert found == figure


def test_what_was_only_stated_is_in_no_rank():
    stated = [s for s in ca.load("sources")["source_id"] if s.startswith("ST_")]
    assert len(stated) == 34
    assert not set(ca.load("trade")["source_id"]) & set(stated)
    facts = ca.load("facts", source=stated)
    assert len(facts) == 136
    whole = facts["period"].str.fullmatch(r"\d{4}")
    assert (facts["attribute"].str.contains("part_year") == ~whole).all()
    shares = facts["attribute"].str.contains("share|growth")
    assert (facts["unit"].eq("percent") == shares).all()


# --- votes, rail, energy, investment, people
# -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "year", "attribute", "figure"),
    [
        ("WLD", 1992, "unga_agreement_spread_p50", 0.6432),
        ("TKM", 2023, "unga_agreement_spread_percentile", 95.2),
        ("WLD", 2023, "unga_ideal_distance_spread_p50", 2.6003),
    ],
)
def test_spread_of_votes_over_all_members(subject, year, attribute, figure):
    found = value(
        "facts",
        "value",
        source="UNGA_MEMBERS_DERIVED",
        subject=subject,
        year=year,
        attribute=attribute,
    )
    assert found == figure


def test_trains_to_central_asia_are_counted_apart():
    both = ca.load("facts", source=["R_ZOET_2023", "R_SP_20240116", "R_REPORTIFY_2025"])
    assert both["attribute"].str.startswith("trips_to_europe_and_central_asia").all()
    rail = ca.load("facts", attribute=["trips", "containers"])
    rail = rail[rail["source_id"].str.startswith("R_")]
    assert not rail["note"].fillna("").str.contains("Central Asia").any()
    whole = rail[rail["period"].str.fullmatch(r"\d{4}")]
    assert set(whole["source_id"]) == {
        "R_GCXDYB_2021",
        "R_DUOMI_2024",
        "R_LONDONCN_17824",
        "R_TAKUNGPAO_20171231",
        "R_WA01_2018",
    }  # the others speak of part of a year


def test_one_vintage_of_gas_stays_apart_from_first_editions():
    assert set(ca.load("energy", source="EI2024_REGIONAL")["commodity"]) == {
        "pipeline_gas_review_2024",
        "lng_review_2024",
    }
    for exporter, commodity, year, late in (
        ("OTHER_CIS", "pipeline_gas", 2016, 33.0213),
        ("WLD", "lng", 2022, 87.0354),
    ):
        named = {"exporter": exporter, "year": year, "commodity": f"{commodity}_review_2024"}
        assert value("energy", "quantity", **named) == late
        assert "EI2024_REGIONAL" not in set(ca.load("energy", commodity=commodity)["source_id"])


def test_investment_and_credit_is_no_direct_investment():
    shares = ca.load("facts", source=["FD_KURSIV_20231214", "FD_DZEN_20230831"])
    assert shares["attribute"].str.startswith("foreign_investment_and_loans").all()
    assert not set(ca.load("investment")["source_id"]) & set(shares["source_id"])
    gross = ca.load("investment", source="FD_SILUNEWS_28147")
    assert gross["value_usd"].tolist() == [220_800_000]
    assert gross["measure"].tolist() == ["fdi_flow_gross"]
    half = ca.load("investment", source="FD_FERGANA_135485")
    assert set(half["measure"]) == {"fdi_flow_partial_year"}


def test_two_kyrgyz_counts_of_one_month_both_stand():
    found = ca.load("students", origin="KGZ", destination="CHN", year=2020)
    stated = found[found["source_id"].str.startswith("PG_24KG")]
    assert sorted(stated["students"]) == [4000, 6000]
    assert set(stated["precision"]) == {"lower_bound"}


def test_sittings_and_centres_are_no_yearly_count_of_the_region():
    found = ca.load("culture", measure="hsk_takers")
    assert not found["source_id"].str.startswith("PG_").any()
    assert value("culture", "value", source="PG_HANBAN_FR_2017") == 1443


def test_polls_under_their_own_names():
    assert value(
        "opinion", "value_pct", economy="TKM", about="CHN", year=2021, measure="cab_favourable"
    ) == pytest.approx(80.5)
    capital = ca.load("opinion", source="PG_DZEN_2303")
    assert capital["measure"].str.endswith("_capital_only").all()
    partisan = ca.load("opinion", source="PG_STANRADAR_49357")
    assert partisan["note"].str.contains("pro-Russian foundation").all()


def test_of_the_terrorism_database_no_series_is_carried():
    assert "PG_GTD" not in set(ca.load("sources")["source_id"])
    named = ca.load("facts", attribute=["gti_incidents", "gtd_attacks_third_party"])
    assert len(named) <= 3


# --- documents
# -----------------------------------------------------------------------------


def test_a_second_report_of_one_text_is_no_earlier_text():
    evidence = ca.load("evidence", claim="C09")
    found = ca.article.doctrine.partner_rank(evidence, economies=["TKM"], version="newest-1").iloc[
        0
    ]
    assert (found["estimate"], found["first_year"]) == (2, 2012)  # not December 2022 again
    kazakh = ca.article.doctrine.partner_rank(evidence, economies=["KAZ"], order="all_named").iloc[
        0
    ]
    assert (found["economy"], kazakh["low"], kazakh["high"]) == ("TKM", 2, 3)


def test_no_inquiry_of_the_set_names_a_power():
    rows = {(r.claim, r.item): r.codes for r in ca.registry.coding("acts").rows}
    new = ca.load("evidence", claim=["C13", "C17"])
    new = new[new["source_id"].str.startswith("PG_")]
    both = [set(new.loc[new["claim"] == c, "item"]) for c in ("C13", "C17")]
    assert len(new) == 29 and both[1] < both[0]  # one set of documents for both powers
    assert {rows[key]["strict"] for key in zip(new["claim"], new["item"], strict=True)} == {
        "none",
        "inquiry",
    }


def test_turkic_summits_are_no_meeting_of_all_five():
    events = ca.load("events", actor="TUR")
    assert ca.article.meetings.meetings(events, "TUR").empty
