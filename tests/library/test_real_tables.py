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


def test_what_was_made_of_a_year_is_made_once_also_without_a_source_that_says_nothing_of_it():
    cells = [("KAZ", "CHN", 2022, "KAZ_BNS"), ("CHN", "KAZ", 2024, "GACC_2024")]
    rows = pd.DataFrame(cells, columns=["reporter", "partner", "year", "source_id"])
    rows = rows.merge(pd.DataFrame({"flow": ["export", "import"]}), how="cross")
    whole = reports(rows.assign(value_usd=1.0, product="TOTAL"), economies=["KAZ"])
    less, made = whole.without("GACC_2024"), []
    for year in (2022, 2022, 2024):
        for seen in (whole, less):
            seen.once("KAZ", year, "count", lambda: made.append(1) or len(made))
    assert len(made) == 3  # 2024 is another year without the source
    assert (less.years(), whole.years()) == ([2022], [2022, 2024])


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
    offices = {"KAZ": "KAZ_BNS", "KGZ": "KGZ_NSC", "UZB": "UZB_STAT"}
    cells = [
        (economy, partner, year, flow, source)
        for economy, source in offices.items()
        for year in (2020, 2021, 2022)
        for partner in ("CHN", "RUS")
        for flow in ("export", "import")
        if (economy, year, partner) != ("UZB", 2022, "RUS")
    ]
    rows = pd.DataFrame(cells, columns=["reporter", "partner", "year", "flow", "source_id"])
    rows = rows.assign(value_usd=1.0, product="TOTAL")

    def newest(economies, basis="reporter", since=2013, **choices) -> int:
        seen = reports(rows, economies=economies)
        powers = {"needed": ("CHN", "RUS"), "at_least": 3}
        return newest_year(seen, economies, basis=basis, since=since, **powers, **choices)

    assert (newest(CA5), newest(["KAZ"])) == (2021, 2022)  # all that are asked for, if fewer
    found = ca.article.trade_priority.lead(
        rows, economies=CA5, basis="reporter", year="newest-1"
    ).set_index("economy")
    assert set(found["last_year"].dropna()) == {2020} and found.loc["TJK", "missing"]
    for basis, eu in (("mirror", "apart"), ("reporter", "one")):
        with pytest.raises(CoverageError):
            newest(CA5, basis, eu=eu)
    with pytest.raises(CoverageError):
        newest(["KAZ"], since=2023)
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
