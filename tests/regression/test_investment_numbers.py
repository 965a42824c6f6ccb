"""Terms of loans, lenders, hosts and intensity on the embedded tables, against rows read from the
raw files.

The source of each figure is the `source_id` in the query; nothing of the wings is used for an
expected value.
"""

from __future__ import annotations

import pandas as pd
import pytest

import ca_research as ca
from ca_research.ground import economies as eco
from ca_research.ground import paths


def raw(file: str, **where: object) -> pd.DataFrame:
    found = pd.read_csv(paths.raw_dir() / file, keep_default_na=False, na_values=[""])
    for column, value in where.items():
        found = found[found[column] == value]
    return found


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return {name: ca.load(name) for name in ("projects", "facts", "debt", "students", "macro")}


@pytest.mark.parametrize(
    ("edition", "word"),
    [("gcdf3_geo", "loan"), ("aiddata_sca", "Loan (excluding debt rescheduling)")],
)
def test_loans_of_an_edition_are_all_counted(tables, edition, word):
    found = ca.investment.loan_terms(tables["projects"], tables["facts"], edition=edition)
    rows = raw("projects/small.csv", source_id=edition)
    per_host = rows[rows["flow_type"] == word].groupby("host").size().to_dict()
    assert found.collateral.set_index("host")["loans"].to_dict() == per_host
    assert len(found.loans) + found.left_out["projects"].sum() == len(rows)


def test_terms_are_known_of_two_loans_and_the_published_figure_is_met(tables):
    found = ca.investment.loan_terms(tables["projects"], tables["facts"], edition="gcdf3_geo")
    cell = found.summary.set_index(["host", "term"])
    # facts INV-T10 (page_aiddata_46348) and INV-T08 (page_aiddata_40393); nothing else in the
    # snapshot is of one loan
    assert cell["known"].groupby("term").sum().to_dict() == {
        "interest": 2,
        "maturity": 2,
        "grace": 1,
        "grant_element_published": 1,
        "grant_element_recomputed": 1,
    }
    road = found.loans.set_index("project_id").loc["GCDF3-46348"]
    assert road[["interest", "maturity", "grace", "grant_element_published"]].tolist() == [
        2,
        20,
        5,
        53.1,
    ]
    assert round(road["recomputed_low"], 1) == road["grant_element_published"]
    gas = found.loans.set_index("project_id").loc["GCDF3-40393"]
    assert gas[["interest", "maturity"]].tolist() == [4.8426, 7]
    assert gas["recomputed_low"] < gas["recomputed_high"]
    assert bool(gas["collateralised"])


def test_collateral_is_stated_for_24_loans_and_denied_for_none(tables):
    found = ca.investment.loan_terms(
        tables["projects"], tables["facts"], edition="gcdf3_geo"
    ).collateral
    marked = raw("projects/small.csv", source_id="gcdf3_geo", collateralised=True)
    assert found.set_index("host")["stated"].to_dict() == marked.groupby("host").size().to_dict()
    assert found["stated"].sum() == 24
    assert found["share_of_known"].isna().all()


def test_published_means_are_those_of_the_2019_edition(tables):
    means = {
        edition: ca.investment.loan_terms(
            tables["projects"], tables["facts"], edition=edition
        ).published
        for edition in ("aiddata_sca", "gcdf3_geo", "gcof1")
    }
    rows = means["aiddata_sca"].set_index("attribute")
    assert rows.loc["chinese_loan_interest_rate_mean", ["value", "rows"]].tolist() == [2.78, 41]
    assert rows.loc["chinese_loan_grant_element_mean", ["value", "rows"]].tolist() == [47.3, 39]
    assert {e: bool(m["of_edition"].all()) for e, m in means.items()} == {
        "aiddata_sca": True,
        "gcdf3_geo": False,
        "gcof1": False,
    }


@pytest.mark.parametrize("debtor", ["KGZ", "TJK"])
def test_lenders_of_2022_by_hand(tables, debtor):
    owed = raw("debt/small.csv", source_id="ids_dod_one", debtor=debtor, year=2022, measure="stock")
    owed = owed.groupby("creditor")["value_usd"].sum()
    total = owed["BIL"] + owed["MUL"]
    china, rest, multilateral = (
        owed["CHN"] / total,
        (owed["BIL"] - owed["CHN"]) / total,
        owed["MUL"] / total,
    )
    found = ca.investment.creditor_hhi(tables["debt"], source="ids_dod_one", debtors=[debtor])
    row = found.set_index("year").loc[2022]
    assert row["attributed"] == pytest.approx(china)
    assert row["hhi_low"] == pytest.approx(china**2)
    assert row["hhi_high"] == pytest.approx(china**2 + rest**2 + multilateral**2)


def test_who_was_paid_by_tajikistan_in_2022(tables):
    rows = raw("debt/one_net_flows.csv", debtor="TJK", year=2022, measure="service")
    paid = rows.groupby("creditor")["value_usd"].sum()
    found = ca.investment.creditor_hhi(
        tables["debt"], source="one_net_flows", measure="service", whole="listed", debtors=["TJK"]
    )
    row = found.set_index("year").loc[2022]
    assert row["hhi_low"] == row["hhi_high"] == pytest.approx(((paid / paid.sum()) ** 2).sum())
    assert row["creditors"] == (paid > 0).sum() == 7


def test_students_in_china_per_inhabitant_in_2018(tables):
    found = ca.students.intensity(
        tables["students"],
        tables["macro"],
        origins=eco.CA5,
        destination="CHN",
        level="all",
        source="moe_brief_stats_peijin",
        population_source="DATASETS_POP",
    ).set_index(["origin", "year"])
    people = raw("macro/datasets_pop.csv", year=2018).set_index("economy")["value"]
    counts = raw(
        "students/small.csv",
        source_id="moe_brief_stats_peijin",
        year=2018,
        destination="CHN",
        level="all",
    )
    counts = counts.set_index("origin")["students"]
    for origin in eco.CA5:
        assert found.loc[(origin, 2018), "intensity"] == pytest.approx(
            1e5 * counts[origin] / people[origin]
        )
    assert found["missing"].eq("").all()


def test_2019_to_2022_is_a_gap_at_the_end_for_all_five(tables):
    rows = tables["students"]
    rows = rows[
        (rows["source_id"] == "moe_brief_stats_peijin")
        & rows["origin"].isin(eco.CA5)
        & (rows["level"] == "all")
    ]
    found = ca.students.gaps(rows, since=2010, until=2022)
    assert set(found["origin"]) == set(eco.CA5)
    assert set(zip(found["first_missing"], found["last_missing"], found["where"], strict=True)) == {
        (2019, 2022, "end")
    }
    grown = ca.students.growth(rows, origins=eco.CA5, destination="CHN", since=2010, until=2022)
    assert grown[["compound", "mean_annual", "change"]].isna().all(axis=None)
