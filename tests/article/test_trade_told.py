"""Where there is no table: what an agency states, and what a bound can answer."""

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article.forecasts import lead_after, share_after
from ca_research.article.trade_priority import lead, lead_told, stated_shares

OFFICE = {"KAZ": "KAZ_BNS", "KGZ": "KGZ_NSC", "UZB": "UZB_STAT", "CHN": "GACC_2024"}


def trade(*rows: tuple[str, str, int, float], source: str | None = None) -> pd.DataFrame:
    """Reporter, partner, year and value of both flows."""
    return pd.DataFrame(
        [
            (r, p, y, flow, "TOTAL", v, source or OFFICE.get(r, "COMTRADE_2021X"))
            for r, p, y, v in rows
            for flow in ("export", "import")
        ],
        columns=["reporter", "partner", "year", "flow", "product", "value_usd", "source_id"],
    )


def stated(year, period="", source="ST_KIERUNEK_20230120", **shares):
    part = "part_year_" if period else ""
    return pd.DataFrame(
        [
            {
                "fact_id": f"{source}-{other}-{year}",
                "subject": f"TJK-{other}",
                "attribute": f"trade_turnover_share_{part}reported_by_TJK",
                "period": f"{year} {period}".strip(),
                "year": year,
                "value": value,
                "source_id": source,
            }
            for other, value in shares.items()
        ]
    )


def test_what_an_agency_states_stands_where_it_publishes_no_table():
    table = trade(("KAZ", "CHN", 2022, 6), ("KAZ", "RUS", 2022, 3))
    found = lead_told(table, stated(2022, CHN=10, RUS=20, KAZ=40), economies=["KAZ", "TJK"])
    assert found["estimate"].tolist() == [2.0, 0.5]  # Kazakhstan is no partner of the register
    assert found["about"].tolist() == [{"rival": "RUS"}] * 2
    every = lead_told(
        table, stated(2022, CHN=10, RUS=20, KAZ=40), economies=["KAZ", "TJK"], partners="every"
    )
    assert every["estimate"].tolist() == [2.0, 0.25]


def test_shares_of_two_sources_or_of_a_few_months_are_not_set_against_each_other():
    apart = pd.concat([stated(2022, CHN=10), stated(2022, source="ST_TASS_1736063", RUS=20)])
    table = trade(*[(e, p, 2022, 3) for e in ("KAZ", "KGZ", "UZB") for p in ("CHN", "RUS")])
    assert lead_told(table, apart, economies=ca.economies.CA5)["missing"].tolist()[2]
    few = stated(2022, "Jan-May", CHN=30, RUS=20)
    assert stated_shares(few, ["TJK"]).empty
    most = stated(2022, "Jan-Oct", CHN=30, RUS=20)
    assert lead_told(table, most, economies=["TJK"])["estimate"].tolist() == [1.5]


def test_two_sources_that_state_different_shares_leave_a_range():
    both = pd.concat(
        [stated(2022, CHN=10, RUS=20), stated(2022, source="ST_TASS_1736063", CHN=30, RUS=20)]
    )
    found = lead_told(trade(("KAZ", "CHN", 2022, 1)), both, economies=["TJK"]).iloc[0]
    assert (found["low"], found["high"]) == (0.5, 1.5) and pd.isna(found["estimate"])


@pytest.mark.parametrize(("ever", "low"), [(4, 2.5), (12, None)])
def test_a_bound_answers_only_where_no_year_on_record_would_change_the_order(ever, low):
    """China 10 with Turkmenistan in 2021; Russia silent, its most of any year `ever`."""
    table = trade(("CHN", "TKM", 2021, 10), ("TKM", "RUS", 2000, ever), ("RUS", "TKM", 1996, 1))
    found = lead(table, economies=["TKM"], basis="mirror", absent="bounded").iloc[0]
    if low is None:
        assert pd.isna(found["low"]) and found["missing"]
    else:
        assert found["low"] == low and found["last_year"] == 2021
    with pytest.raises(ca.errors.CoverageError):
        lead(table, economies=["TKM"], basis="mirror")


def test_the_bound_speaks_against_china_as_it_speaks_for_it():
    able = [(p, e, 2021, 1) for p in ("CHN", "RUS") for e in ("KAZ", "KGZ", "UZB")]
    table = trade(*able, ("RUS", "TKM", 2021, 10), ("TKM", "CHN", 2000, 4))
    found = lead(
        table, economies=["KAZ", "KGZ", "UZB", "TKM"], basis="mirror", absent="bounded"
    ).set_index("economy")
    assert found.loc["TKM", "high"] == 0.4 and found.loc["TKM", "about"] == {"rival": "RUS"}


def test_later_years_are_ranked_by_own_figures_and_else_by_partners():
    table = pd.concat(
        [
            *(trade(("KAZ", "CHN", y, 2), ("KAZ", "RUS", y, 4)) for y in (2022, 2023)),
            *(trade(*[("CHN", e, y, 9) for e in ("KAZ", "TJK", "TKM")]) for y in (2022, 2023)),
            trade(("RUS", "TKM", 2010, 3), ("RUS", "TJK", 2010, 3)),
        ]
    )
    facts = stated(2023, "Jan-Nov", CHN=19, RUS=20)
    found = lead_after(table, facts, economies=["KAZ", "TJK", "TKM"])
    assert found["estimate"].tolist()[:2] == [0.5, 0.95] and found["low"].tolist()[2] == 3.0
    partners = lead_after(table, facts, economies=["KAZ", "TJK", "TKM"], basis="partners")
    assert partners["low"].tolist() == [2.25, 3.0, 3.0]


def test_a_share_is_followed_within_one_source():
    table = pd.concat(
        [
            trade(("KAZ", "CHN", 2022, 2), ("KAZ", "RUS", 2022, 8)),
            trade(("KAZ", "CHN", 2023, 3), ("KAZ", "RUS", 2023, 7), ("KAZ", "WLD", 2023, 99)),
            trade(("KAZ", "CHN", 2024, 9), ("KAZ", "RUS", 2024, 1), source="KAZ_WITS_BNS_PANEL"),
        ]
    )
    facts = pd.concat([stated(2022, CHN=16, RUS=22), stated(2023, CHN=13, RUS=22)])
    found = share_after(table, facts, economies=["KAZ", "TJK", "TKM"])
    assert found["estimate"].tolist()[:2] == pytest.approx([10, -3])
    assert found["missing"].tolist()[2]


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
    assert share_after(table, facts, economies=["TJK"])["estimate"].item() == pytest.approx(3.0)
