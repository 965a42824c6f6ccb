"""Measures of the real tables against numbers worked out from the same rows another way."""

from __future__ import annotations

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article.trade_priority import newest_ranks
from ca_research.ground.errors import CoverageError
from ca_research.tables.preference import OWN_REPORTS
from ca_research.trade.rank import BASES, FLOWS, OWN_SOURCES, newest_year, reports

CA5 = ca.economies.CA5
MINISTRY = "moe_brief_stats_peijin"


@pytest.fixture(scope="module")
def trade() -> pd.DataFrame:
    return ca.load("trade", product="TOTAL")


def left_out(trade: pd.DataFrame, sources: list[str]) -> None:
    whole = reports(trade, economies=list(CA5))
    for source in sources:
        ours = whole.without(source)
        fresh = reports(trade[trade["source_id"] != source], economies=list(CA5))
        assert ours.years() == fresh.years()
        for code in CA5:
            for year in fresh.years():
                assert ours.order(code, year, OWN_REPORTS) == fresh.order(code, year, OWN_REPORTS)
                assert ours.of(code, year) == fresh.of(code, year)
                if year > 2020:
                    rows = (seen.at(code, year).reset_index(drop=True) for seen in (ours, fresh))
                    pd.testing.assert_frame_equal(*rows)


def test_reports_leave_a_source_out_as_if_it_had_published_nothing(trade):
    left_out(trade[trade["year"] > 2019], ["KAZ_BNS"])


@pytest.mark.long
def test_reports_leave_each_source_out(trade):
    left_out(trade, sorted(trade["source_id"].unique()))


@pytest.mark.parametrize("eu", ["apart", "one"])
@pytest.mark.parametrize("basis", BASES)
def test_years_that_can_be_ranked_agree_with_the_ranks(trade, basis, eu):
    part = trade[trade["year"].isin([2005, 2019, 2022])]
    part = part[part["source_id"] != "UNCTAD_TMATRIX"]
    part = part[part["reporter"].isin(CA5) | part["partner"].isin(CA5)]
    needed = {"CHN", "RUS"} | ({"EU27"} if eu == "one" else set())
    for flow in FLOWS:
        for source in OWN_SOURCES if basis == "reporter" else ("office_first",):
            choices = {"basis": basis, "flow": flow, "eu": eu, "source": source}
            choices |= {"economy": CA5, "needed": ("CHN", "RUS")}
            seen = ca.trade.rank_years(part, **choices).set_index("year")["economies"]
            table = ca.trade.rank(part, **choices)
            listed = table.groupby(["year", "economy"])["partner"].agg(set)
            for year in sorted(set(part["year"])):
                able = sum(needed <= partners for partners in listed.get(year, ()))
                assert seen.get(year, 0) == able, (flow, source, year)


def test_the_newest_year_needs_three_of_five_and_china_and_russia():
    flows = pd.DataFrame({"flow": ["export", "import"]})
    rows = pd.DataFrame({"reporter": ["KAZ", "KGZ", "UZB"], "product": "TOTAL", "value_usd": 1.0})
    rows["source_id"] = ["KAZ_BNS", "KGZ_NSC", "UZB_STAT"]
    for other in ({"year": [2020, 2021, 2022]}, {"partner": ["CHN", "RUS"]}, flows):
        rows = rows.merge(pd.DataFrame(other), how="cross")
    rows = rows.query("not (reporter == 'UZB' and year == 2022 and partner == 'RUS')")

    def newest(economies, basis="reporter", since=2013, **choices) -> int:
        seen = reports(rows, economies=economies)
        powers = {"needed": ("CHN", "RUS"), "at_least": 3}
        return newest_year(seen, economies, basis=basis, since=since, **powers, **choices)

    assert (newest(CA5), newest(["KAZ"])) == (2021, 2022)  # all that are asked for, if fewer
    for refused in ({"basis": "mirror"}, {"eu": "one"}, {"since": 2023}):
        with pytest.raises(CoverageError):
            newest(CA5, **refused)
    found = ca.article.trade_priority.lead(
        rows, economies=CA5, basis="reporter", year="newest-1"
    ).set_index("economy")
    assert set(found["last_year"].dropna()) == {2020} and found.loc["TJK", "missing"]
    assert newest_ranks(rows.assign(year=2012), ["KAZ"]).empty


def test_the_mirror_of_the_mirror_is_the_first_side(trade):
    pair = {"KGZ", "CHN"}
    rows = trade[trade["reporter"].isin(pair) & trade["partner"].isin(pair)]
    one, other = (ca.trade.perspective(rows, [e]) for e in ("KGZ", "CHN"))
    keys = ["reporter", "partner", "year", "flow", "source_id"]
    merged = one.merge(other, on=keys, suffixes=("", "_2"))
    assert len(merged) == len(one) == len(other) > 50
    assert (merged["side"] != merged["side_2"]).all()
    assert (merged["direction"] != merged["direction_2"]).all()
    assert (merged["economy"] == merged["other_2"]).all()


def test_a_region_is_reconciled_with_every_economy_once_per_year_and_direction(trade):
    found = ca.trade.reconcile(CA5, "CHN", trade[trade["year"] >= 2018])
    assert set(found["economy"]) == set(CA5)
    assert not found.duplicated(["economy", "year", "direction"]).any()
    turkmen = found[found["economy"] == "TKM"]
    assert (turkmen["missing"] == "own report").all()  # Turkmenistan reports to nobody


@pytest.mark.parametrize("debtor", ["KGZ", "TJK"])
def test_debt_exposure_by_hand(debtor):
    debt, gdp = ca.load("debt", debtor=debtor), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    choices = {"debtors": [debtor], "creditor": "CHN", "gdp_source": "WDI_2025_KARENKLW"}
    found = ca.investment.debt_exposure(debt, gdp, **choices).set_index("year")
    # press figures of the same debt (page_...) are of another concept
    owed = debt.query("source_id == 'ids_dod_one' and measure == 'stock' and year == 2022")
    china, states, banks = (
        owed.loc[owed["creditor"] == c, "value_usd"].sum() for c in ("CHN", "BIL", "MUL")
    )
    output = gdp.query("economy == @debtor and year == 2022 and source_id == 'WDI_2025_KARENKLW'")
    row = found.loc[2022]
    assert row["debt_usd"] == china > 0
    shares = [china / states, china / (states + banks), china / output["value"].item()]
    assert row[["of_bilateral", "of_official", "of_gdp"]].tolist() == pytest.approx(shares)
    assert pd.isna(found.loc[2024, "of_gdp"])  # that vintage ends in 2022: not the older year's


@pytest.mark.parametrize("origin", ["KAZ", "UZB"])
def test_bounds_of_the_change_of_a_share_by_hand(origin):
    rows = ca.load("students", origin=origin)

    def cell(year: int, destination: str, level: str, source: str) -> float:
        keys = {"year": year, "destination": destination, "level": level, "source_id": source}
        return float(rows.loc[(rows[list(keys)] == pd.Series(keys)).all(axis=1), "students"].item())

    def share(year: int, level: str) -> float:
        china = cell(year, "CHN", level, MINISTRY)
        return 100 * china / (china + cell(year, "WLD", "degree", "uis_outbound_peijin"))

    changes = [share(2018, level) - share(2013, level) for level in ("all", "degree")]
    found = ca.article.students_in_china.share_change(rows, economies=[origin]).iloc[0]
    assert [found["low"], found["high"]] == pytest.approx([min(changes), max(changes)])
    assert pd.isna(found["estimate"])
