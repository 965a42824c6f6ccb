"""Concepts, prices, terms of loans and concentration of lenders: what they answer and what they
refuse.

Frames here are made up, with plain numbers; the real tables are in
tests/regression/test_investment_numbers.py.
"""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ca_research as ca
from ca_research import registry
from ca_research.ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ca_research.investment import concepts, loans
from ca_research.stats.concentration import hhi_bounds

inv = ca.investment


def flows(*rows: tuple, **same: object) -> pd.DataFrame:
    """(investor, host, year, value_usd) of one measure, or with what `same` says."""
    frame = pd.DataFrame(list(rows), columns=["investor", "host", "year", "value_usd"])
    fixed = {
        "measure": "official_loan",
        "stage": "disbursement",
        "instrument": "all",
        "price_basis": "current USD",
        "sector": "all",
        "year_basis": "calendar",
        "source_id": "a",
    }
    return frame.assign(**(fixed | same))


def both(one: pd.DataFrame, **other: object) -> pd.DataFrame:
    """The rows, and the same rows with other values in some columns."""
    return pd.concat([one, one.assign(**other)], ignore_index=True)


PAIR = flows(("CHN", "KGZ", 2020, 10.0), ("JPN", "KGZ", 2020, 30.0), ("CHN", "KGZ", 2021, 5.0))


# concepts


def test_every_measure_of_the_registry_has_a_meaning_and_no_other():
    declared = registry.table("investment").columns["measure"].values
    assert set(inv.CONCEPTS) == set(declared)


@pytest.mark.parametrize(
    ("measure", "kind", "timing"),
    [
        ("fdi_stock", "stock", "end of year"),
        ("fdi_flow_gross", "gross flow", "in the year"),
        ("fdi_cumulative", "flow, net or gross not said", "running total"),
        ("official_loan", "loan", "in the year"),
        ("official_grant", "grant", "in the year"),
        ("contracted_turnover", "contracted works", "running total"),
        ("contracted_turnover_yearly", "contracted works", "in the year"),
        ("fdi_flow_partial_year", "flow, net or gross not said", "part of a year"),
    ],
)
def test_concept_of_a_measure(measure, kind, timing):
    found = concepts.concept(measure)
    assert (found.kind, found.timing) == (kind, timing)
    assert found.adds_over_years == (timing == "in the year")


def test_a_committed_loan_is_not_a_loan_paid_out():
    committed, paid = (concepts.concept("official_loan", s) for s in ("commitment", "disbursement"))
    assert committed != paid
    assert concepts.concept("fdi_stock", "not_applicable") == concepts.concept("fdi_stock")
    with pytest.raises(UnknownNameError, match="fdi_stok"):
        concepts.concept("fdi_stok")


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("measure", "official_grant"),
        ("stage", "commitment"),
        ("price_basis", "constant 2021 USD"),
        ("year_basis", "fiscal"),
        ("instrument", "concessional"),
        ("sector", "energy"),
    ],
)
def test_unlike_figures_are_neither_added_nor_ranked(column, other):
    mixed = both(PAIR, **{column: other})
    for measure in (inv.total, inv.rank, concepts.one_concept):
        with pytest.raises(MixedUnitsError, match=other):
            measure(mixed)


@pytest.mark.parametrize(
    ("investors", "hosts"),
    [
        (("EU27", "DEU"), ("KGZ", "KGZ")),
        (("WLD", "CHN"), ("KGZ", "KGZ")),
        (("EU", "EU27"), ("KGZ", "KGZ")),
        (("EU27", "EUI"), ("KGZ", "KGZ")),
        (("BIL", "CHN"), ("KGZ", "KGZ")),
        (("CHN", "CHN"), ("CA5", "KGZ")),
        (("CHN", "CHN"), ("CA5", "CIS")),
    ],
)
def test_an_aggregate_beside_its_members_is_refused(investors, hosts):
    rows = flows(*((i, h, 2018, 1.0) for i, h in zip(investors, hosts, strict=True)))
    for measure in (inv.total, inv.rank):
        with pytest.raises(AggregateError):
            measure(rows)
    apart = rows.assign(year=[2018, 2019])  # in different years nothing is counted twice
    assert len(inv.rank(apart)) == 2


def test_two_sources_or_two_figures_need_a_choice():
    with pytest.raises(UsageError, match="several sources"):
        inv.total(both(PAIR, source_id="b"))
    with pytest.raises(UsageError, match="two figures for one cell: CHN, KGZ, 2020"):
        inv.total(both(PAIR, value_usd=1.0))
    with pytest.raises(UnknownNameError, match="price_basis"):
        inv.total(PAIR.drop(columns="price_basis"))
    with pytest.raises(UsageError, match="without 'host'"):
        inv.total(PAIR.assign(host=["KGZ", None, "KGZ"]))
    with pytest.raises(CoverageError):
        inv.total(PAIR.iloc[:0])
    with pytest.raises(UsageError, match="infinite"):
        inv.total(PAIR.assign(value_usd=float("inf")))


@pytest.mark.parametrize("column", ["unit", "currency"])
def test_units_of_frames_of_ones_own_are_never_mixed(column):
    mixed = PAIR.assign(**{column: ["USD", "USD million", "USD"]})
    for measure in (inv.total, inv.rank):
        with pytest.raises(MixedUnitsError, match=f"{column} is USD, USD million"):
            measure(mixed)


def test_a_stage_that_is_not_stated_is_no_word_of_a_label():
    found = inv.total(PAIR.assign(measure="fdi_stock", stage=None))
    assert set(found["concept"]) == {"fdi_stock (stock, end of year)"}


STOCKS = flows(
    ("CHN", "KAZ", 2020, 3.0),
    ("RUS", "KAZ", 2020, 1.0),
    measure="fdi_stock",
    stage="not_applicable",
)


def test_shares_of_investors_are_of_one_host_and_one_source():
    other = flows(("TUR", "UZB", 2020, 3.0), ("USA", "UZB", 2020, 1.0), measure="fdi_stock")
    pooled = pd.concat([STOCKS, other.assign(stage="not_applicable")])
    with pytest.raises(MixedUnitsError, match="host is KAZ, UZB"):
        inv.investor_shares(pooled, by=("year",))
    with pytest.raises(UsageError, match="several sources"):
        inv.investor_shares(STOCKS.assign(source_id=["a", None]))


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("sector", "oil"),
        ("instrument", "equity"),
        ("year_basis", "fiscal"),
        ("unit", "USD million"),
        ("stage", "commitment"),
    ],
)
def test_stocks_of_unlike_kinds_are_not_ranked(column, other):
    mixed = STOCKS.assign(unit="USD").assign(**{column: ["all", other]})
    for measure in (inv.investor_shares, lambda rows: inv.stock_by_investor(rows, "KAZ", 2020)):
        with pytest.raises(MixedUnitsError, match=f"{column} is"):
            measure(mixed)


@pytest.mark.parametrize(
    ("choice", "error", "says"),
    [
        ({"merge": {"EU27": "CHN"}}, AggregateError, r"EU27\) is an aggregate"),
        ({"leave_out": ["EU27"]}, AggregateError, r"EU27\) is an aggregate"),
        ({"merge": ["HKG", "CHN"]}, UsageError, "merge must be a mapping, not list"),
    ],
)
def test_investors_that_cannot_be_merged_or_left_out(choice, error, says):
    with pytest.raises(error, match=says):
        inv.stock_by_investor(STOCKS, "KAZ", 2020, **choice)


@pytest.mark.parametrize(("column", "code"), [("host", "KAZ"), ("investor", "CHN")])
def test_stocks_take_codes_and_not_names(column, code):
    named = STOCKS.replace({column: {code: ca.economies.name_of(code)}})
    with pytest.raises(UsageError, match=f"{column} holds .*, not the code .{code}"):
        inv.stock_by_investor(named, "KAZ", 2020, leave_out=["CHN"])


def test_sums_add_parts_of_one_total_and_say_what_they_are():
    parts = both(
        PAIR.assign(instrument="concessional"),
        instrument="non_concessional",
        value_usd=[1.0, 2.0, 4.0],
    )
    found = inv.total(parts).set_index("year")
    assert found["value_usd"].to_dict() == {2020: 43.0, 2021: 9.0}
    assert found["figures"].to_dict() == {2020: 4, 2021: 2}
    assert set(found["concept"]) == {"official_loan (loan, in the year, disbursement)"}
    assert inv.total(parts, by=["investor"]).set_index("investor")["value_usd"].to_dict() == {
        "CHN": 20.0,
        "JPN": 32.0,
    }
    unknown = PAIR.assign(value_usd=[10.0, None, 5.0])
    assert inv.total(unknown)["value_usd"].isna().tolist() == [True, False]  # missing is not zero


@pytest.mark.parametrize("measure", ["fdi_stock", "contracted_turnover", "fdi_flow_partial_year"])
def test_stocks_and_running_totals_are_not_added_over_years(measure):
    rows = PAIR.assign(measure=measure, stage="not_applicable")
    assert len(inv.total(rows)) == 2
    with pytest.raises(MixedUnitsError, match="over years"):
        inv.total(rows, by=["host"])


def test_ranks_of_one_concept():
    rows = flows(
        ("CHN", "KGZ", 2020, 10.0),
        ("JPN", "KGZ", 2020, 30.0),
        ("DEU", "KGZ", 2020, 10.0),
        ("EU27", "UZB", 2020, 7.0),
    )
    found = inv.rank(rows).set_index(["host", "investor"])
    assert found["rank"].to_dict() == {
        ("KGZ", "JPN"): 1,
        ("KGZ", "CHN"): 2,
        ("KGZ", "DEU"): 2,
        ("UZB", "EU27"): 1,
    }
    assert found.loc[("KGZ", "JPN"), "investors"] == 3


def projects(*rows: tuple, **same: object) -> pd.DataFrame:
    """(project_id, host, flow_type, amount_usd, funder) of one edition."""
    frame = pd.DataFrame(
        list(rows), columns=["project_id", "host", "flow_type", "amount_usd", "funder"]
    )
    fixed = {
        "year": 2010,
        "price_basis": "current USD",
        "status": "Completion",
        "source_id": "a",
        "title": "t",
        "terms": None,
        "collateralised": None,
        "recommended": None,
    }
    return frame.assign(**(fixed | same))


# prices

INDEX = pd.DataFrame({"year": [2019, 2020, 2021], "index": [80.0, 100.0, 125.0], "source_id": "d"})


def test_prices_by_hand_and_back():
    rows = flows(("CHN", "KGZ", 2019, 8.0), ("CHN", "KGZ", 2021, 10.0))
    real = inv.convert_prices(rows, INDEX, base_year=2021)
    assert real["value_usd"].tolist() == [12.5, 10.0]  # 8 x 125 / 80; the base year stays
    assert set(real["price_basis"]) == {"constant 2021 USD"}
    assert set(real["deflator"]) == {"d"}
    assert inv.convert_prices(real, INDEX, base_year=2019)["value_usd"].tolist() == pytest.approx(
        [8.0, 6.4]
    )
    back = inv.convert_prices(real, INDEX, base_year=None)
    assert back["value_usd"].tolist() == pytest.approx([8.0, 10.0])
    assert set(back["price_basis"]) == {"current USD"}
    assert rows["value_usd"].tolist() == [8.0, 10.0]  # the frame given is not touched


@given(
    st.lists(st.floats(20, 500), min_size=4, max_size=4),
    st.floats(0.01, 100),
    st.sampled_from([2018, 2019, 2020, 2021]),
)
def test_only_relative_prices_matter(levels, scale, base):
    years = [2018, 2019, 2020, 2021]
    index = pd.DataFrame({"year": years, "index": levels})
    rows = flows(*(("CHN", "KGZ", y, 100.0) for y in years))
    real = inv.convert_prices(rows, index, base_year=base)
    scaled = inv.convert_prices(rows, index.assign(index=index["index"] * scale), base_year=base)
    assert real["value_usd"].tolist() == pytest.approx(scaled["value_usd"].tolist())
    assert real.loc[real["year"] == base, "value_usd"].item() == pytest.approx(100)
    nominal = inv.convert_prices(
        inv.convert_prices(real, index, base_year=2018), index, base_year=None
    )
    assert nominal["value_usd"].tolist() == pytest.approx([100.0] * 4)


def test_figures_without_a_column_of_their_prices_take_what_is_said():
    index = pd.DataFrame({"year": [2015, 2020], "index": [100.0, 125.0]})
    trade = pd.DataFrame({"year": [2020], "value_usd": [250.0]})
    real = inv.convert_prices(trade, index, base_year=2015, price_basis="current USD")
    assert real["value_usd"].item() == 200 and real["price_basis"].item() == "constant 2015 USD"
    with pytest.raises(UnknownNameError, match="price_basis") as caught:
        inv.convert_prices(trade, index, base_year=2015)
    assert "price_basis='current USD'" in caught.value.hint


def test_prices_that_cannot_be_converted():
    rows = flows(("CHN", "KGZ", 2019, 8.0), ("CHN", "KGZ", 2022, 10.0))
    with pytest.raises(CoverageError, match="does not cover 2022"):
        inv.convert_prices(rows, INDEX, base_year=2020)
    with pytest.raises(CoverageError, match="2015"):
        inv.convert_prices(rows.iloc[:1], INDEX, base_year=2015)
    with pytest.raises(CoverageError, match="2020"):  # a null in the index is no index
        inv.convert_prices(rows.iloc[:1], INDEX.assign(index=[80.0, None, 125.0]), base_year=2020)
    with pytest.raises(MixedUnitsError, match="price_basis"):
        inv.convert_prices(
            rows.assign(price_basis=["current USD", "constant 2021 USD"]), INDEX, base_year=2020
        )
    with pytest.raises(MixedUnitsError, match="names no base year"):
        inv.convert_prices(
            rows.assign(price_basis="constant USD, base year not stated"), INDEX, base_year=2020
        )
    with pytest.raises(MixedUnitsError, match="fiscal"):
        inv.convert_prices(rows.iloc[:1].assign(year_basis="fiscal"), INDEX, base_year=2020)
    with pytest.raises(MixedUnitsError, match="running total"):
        inv.convert_prices(rows.iloc[:1].assign(measure="fdi_cumulative"), INDEX, base_year=2020)
    for broken, says in (
        (INDEX.assign(index=[80.0, 0.0, 125.0]), "above zero"),
        (pd.concat([INDEX, INDEX]), "two values"),
        (pd.concat([INDEX, INDEX.assign(source_id="e")]), "several sources"),
        (INDEX.drop(columns="index"), "columns year and index"),
    ):
        with pytest.raises(UsageError, match=says):
            inv.convert_prices(rows.iloc[:1], broken, base_year=2020)


def test_no_money_is_called_converted_that_is_not():
    wide = pd.DataFrame({"year": [2020], "export": [3.0], "import": [1.0], "balance": [2.0]})
    said = {"base_year": 2021, "price_basis": "current USD"}
    with pytest.raises(MixedUnitsError, match="import, balance would stay"):
        inv.convert_prices(wide, INDEX, value="export", **said)
    real = inv.convert_prices(wide, INDEX, value=["export", "import", "balance"], **said)
    assert real[["export", "import", "balance"]].values.tolist() == [[3.75, 1.25, 2.5]]
    grown = pd.DataFrame({"year": [2020], "value_usd": [3.0], "growth": [0.1]})
    with pytest.raises(MixedUnitsError, match="growth would stay"):
        inv.convert_prices(grown, INDEX, **said)


@pytest.mark.parametrize(
    ("column", "held", "says"),
    [
        ("price_basis", "constant 2021 USD", "and the column price_basis is"),
        ("unit", "thousand KZT", "thousand KZT"),
        ("unit", "constant 2015 USD", "constant 2015 USD"),
        ("currency", "EUR", "EUR"),
    ],
)
def test_prices_of_other_money_than_is_said(column, held, says):
    rows = pd.DataFrame({"year": [2020], "value_usd": [3.0]}).assign(**{column: held})
    with pytest.raises(MixedUnitsError, match=says):
        inv.convert_prices(rows, INDEX, base_year=2021, price_basis="current USD")


def test_a_unit_that_names_the_prices_is_renamed_with_them():
    rows = pd.DataFrame({"year": [2020], "value": [4.0], "unit": "current USD"})
    real = inv.convert_prices(rows, INDEX, base_year=2021, value="value", price_basis="current USD")
    assert real[["value", "unit"]].values.tolist() == [[5.0, "constant 2021 USD"]]


def test_texts_and_lists_are_no_figures_of_prices():
    rows = flows(("CHN", "KGZ", 2019, 8.0))
    for broken in (rows.assign(value_usd="eight"), rows.assign(value_usd="8")):
        with pytest.raises(UsageError, match="holds what is no number"):
            inv.convert_prices(broken, INDEX, base_year=2020)
    with pytest.raises(UsageError, match="'index' holds what is no number"):
        inv.convert_prices(rows, INDEX.assign(index=["a", "b", "c"]), base_year=2020)
    with pytest.raises(UsageError, match="a frame is needed, not list"):
        inv.convert_prices(rows, [100.0], base_year=2020)


def test_fiscal_years_take_an_index_of_fiscal_years():
    rows = flows(("USA", "KGZ", 2019, 8.0)).assign(measure="us_obligations", year_basis="fiscal")
    found = inv.convert_prices(rows, INDEX.assign(year_basis="fiscal"), base_year=2020)
    assert found["value_usd"].item() == 10.0


def test_an_index_is_chained_from_rates_and_not_over_a_gap():
    macro = pd.DataFrame(
        {
            "economy": "USA",
            "year": [2011, 2012, 2013],
            "indicator": "NY.GDP.DEFL.KD.ZG",
            "value": [10.0, 0.0, -50.0],
            "unit": "annual %",
            "source_id": "m",
        }
    )
    found = inv.deflator_from_growth(macro, "USA", source="m")
    assert found.set_index("year")["index"].to_dict() == pytest.approx(
        {2010: 100, 2011: 110, 2012: 110, 2013: 55}
    )
    with pytest.raises(CoverageError, match="2012"):
        inv.deflator_from_growth(macro[macro["year"] != 2012], "USA", source="m")
    with pytest.raises(CoverageError, match="KAZ"):
        inv.deflator_from_growth(macro, "KAZ", source="m")
    with pytest.raises(MixedUnitsError, match="index 2010"):
        inv.deflator_from_growth(macro.assign(unit="index 2010 = 100"), "USA", source="m")


# terms of loans


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        (
            "2 percent fixed, 20 years, 5 years grace, grant element 53.1 percent",
            (2, 20, 5, 53.1, None, False),
        ),
        (
            "CDB loan, 7-year maturity, 4.8426 percent; revenue as collateral",
            (4.8426, 7, None, None, True, False),
        ),
        (
            "interest rate of 3 %, maturity of 15 years, grace period of 3 years",
            (3, 15, 3, None, None, False),
        ),
        (
            "LIBOR + 2.5 percent, maturity 10 years, without collateral",
            (None, 10, None, None, False, True),
        ),
        ("interest 2.5 percent over EURIBOR, 8 years", (None, 8, None, None, None, True)),
        ("2 percent interest, repaid over 20 years", (2, 20, None, None, None, False)),
        ("5 years of grace, unsecured", (None, None, 5, None, False, False)),
        (
            "China 58 percent of the total, built in 3 years for 75 percent of contracts",
            (None,) * 5 + (False,),
        ),
        ("2 percent fixed, later 3 percent fixed, 20 years", (None, 20, None, None, None, False)),
        (None, (None,) * 5 + (False,)),
    ],
)
def test_terms_are_read_where_they_are_stated(text, terms):
    names = (
        "interest",
        "maturity",
        "grace",
        "grant_element_published",
        "collateralised",
        "floating",
    )
    assert loans.parse_terms(text) == dict(zip(names, terms, strict=True))


def facts(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(
        list(rows), columns=["subject", "attribute", "value", "unit", "note", "source_id"]
    )
    return frame.astype({"note": "string", "unit": "string"})


LOANS = projects(
    ("G-1", "KGZ", "loan", 5.0, "x"),
    ("G-2", "KGZ", "loan", 5.0, "x"),
    ("G-3", "KGZ", "grant", 5.0, "x"),
    ("G-4", "KGZ", None, 5.0, "x"),
    ("G-5", "TJK", "loan", 5.0, "x"),
    ("G-6", "TJK", "loan", 5.0, "x"),
    ("G-7", "KGZ", "loan", 5.0, "x"),
    ("G-8", "KGZ", "loan", 5.0, "x"),
)
LOANS["terms"] = [
    "2 percent fixed, 20 years, 5 years grace",
    "4 percent interest, maturity 10 years",
    None,
    None,
    "LIBOR + 2 percent, maturity 10 years, 2 years grace",
    None,
    "6 percent fixed, 20 years",
    "3 percent fixed, 7.3 years",
]
LOANS["collateralised"] = pd.array(
    [True, None, None, None, None, False, None, None], dtype="boolean"
)
LOANS["recommended"] = pd.array([None] * 6 + [False, None], dtype="boolean")


def test_known_terms_are_counted_and_missing_ones_too():
    found = inv.loan_terms(LOANS, edition="a")
    cell = found.summary.set_index(["host", "term"])
    assert cell.loc[
        ("KGZ", "interest"), ["loans", "known", "missing", "mean", "median", "lowest", "highest"]
    ].tolist() == [3, 3, 0, 3.0, 3.0, 2.0, 4.0]
    assert cell.loc[("KGZ", "grace"), ["known", "missing", "mean"]].tolist() == [1, 2, 5.0]
    assert cell.loc[("TJK", "interest"), ["loans", "known", "missing"]].tolist() == [
        2,
        0,
        2,
    ]  # a floating rate is none
    assert pd.isna(cell.loc[("TJK", "interest"), "mean"])
    assert cell.loc[("TJK", "maturity"), "mean"] == 10
    assert found.left_out.set_index(["host", "reason"])["projects"].to_dict() == {
        ("KGZ", "not a loan"): 1,
        ("KGZ", "flow type not stated"): 1,
        ("KGZ", "the publisher advises against the row"): 1,
    }


def test_grant_elements_are_exact_bounded_or_missing():
    found = inv.loan_terms(LOANS, edition="a")
    loan = found.loans.set_index("project_id")
    exact = inv.grant_element(2, 20, 5)
    low, high = inv.grant_element_bounds(4, 10)
    assert loan.loc["G-1", ["recomputed_low", "recomputed_high"]].tolist() == [exact, exact]
    assert loan.loc["G-2", ["recomputed_low", "recomputed_high"]].tolist() == [low, high]
    assert low < inv.grant_element(4, 10, 3) < high
    assert "grace not known" in loan.loc["G-2", "missing"]
    assert "interest not known" in loan.loc["G-5", "missing"]
    assert "not whole" in loan.loc["G-8", "missing"]
    assert loan.loc["G-8", "recomputed_low"] != loan.loc["G-8", "recomputed_low"]
    cell = found.summary.set_index(["host", "term"]).loc[("KGZ", "grant_element_recomputed")]
    assert cell[["known", "bounded", "missing"]].tolist() == [1, 1, 1]
    assert cell[["mean", "lowest", "highest"]].tolist() == [exact, low, exact]
    softer = inv.loan_terms(
        LOANS, edition="a", discount=inv.dac_rule("lmic").discount, payments_per_year=1
    )
    assert softer.loans.set_index("project_id").loc["G-1", "recomputed_low"] == inv.grant_element(
        2, 20, 5, discount=7, payments_per_year=1
    )


def test_collateral_has_bounds_and_no_share_where_only_the_positive_is_marked():
    found = inv.loan_terms(LOANS, edition="a").collateral.set_index("host")
    assert found.loc["KGZ", ["stated", "denied", "not_stated"]].tolist() == [1, 0, 2]
    assert found.loc["KGZ", ["share_low", "share_high"]].tolist() == pytest.approx([1 / 3, 1])
    assert pd.isna(found.loc["KGZ", "share_of_known"])
    assert "only the positive" in found.loc["KGZ", "missing"]
    assert found.loc["TJK", ["share_low", "share_high", "share_of_known"]].tolist() == [0, 0.5, 0]


@pytest.mark.parametrize("column", ["collateralised", "recommended"])
def test_texts_of_yes_and_no_are_read_as_such(column):
    texts = (
        LOANS[column]
        .astype(object)
        .where(LOANS[column].notna(), None)
        .map({True: "True", False: "False"})
    )
    as_text = inv.loan_terms(LOANS.assign(**{column: texts}), edition="a")
    pd.testing.assert_frame_equal(as_text.collateral, inv.loan_terms(LOANS, edition="a").collateral)
    with pytest.raises(UsageError, match="'perhaps', neither true nor false"):
        inv.loan_terms(LOANS.assign(**{column: "perhaps"}), edition="a")


@pytest.mark.parametrize(
    ("choice", "error", "says"),
    [
        ({"loan_types": ["loans"]}, UnknownNameError, "unknown loan type 'loans'"),
        ({"economies": ["CA5"]}, AggregateError, r"CA5\) is an aggregate"),
        ({"economies": []}, UsageError, "no economy"),
        ({"discount": 0.1}, UsageError, "a fraction in the place of a percentage"),
    ],
)
def test_terms_of_what_no_loan_is_are_not_none(choice, error, says):
    with pytest.raises(error, match=says):
        inv.loan_terms(LOANS, edition="a", **choice)


def test_hosts_of_loans_are_codes():
    with pytest.raises(UsageError, match="host holds 'Kyrgyzstan'") as caught:
        inv.loan_terms(LOANS.replace({"host": {"KGZ": "Kyrgyzstan"}}), edition="a")
    assert "ca.economies.resolve" in caught.value.hint


def test_facts_join_their_own_project_and_stand_apart_otherwise():
    rows = facts(
        (
            "KGZ",
            "loan_terms:CHN",
            1.0,
            "USD",
            "2 percent fixed, 20 years, 6 years grace",
            "page_aiddata_1",
        ),
        (
            "KGZ",
            "loan_terms:CHN",
            1.0,
            "USD",
            "5 percent fixed, 9 years",
            "page_aiddata_5",
        ),  # 5 is in TJK
        (
            "KGZ;TJK",
            "loan_terms:CHN",
            2.0,
            "percent",
            "2 percent interest, repaid over 20 years",
            "page_x",
        ),
        ("KGZ", "border", 1.0, "km", "6 percent interest", "page_aiddata_6"),
    )
    found = inv.loan_terms(LOANS, rows, edition="a")
    loan = found.loans.set_index("project_id")
    assert pd.isna(
        loan.loc["G-1", "grace"]
    )  # 5 years by one source, 6 by the other: both stand, none is taken
    assert "sources differ on grace" in loan.loc["G-1", "missing"]
    assert loan.loc["G-1", "terms_from"] == ("a", "page_aiddata_1")
    assert loan.loc["G-1", "maturity"] == 20
    assert pd.isna(loan.loc["G-6", "interest"])
    assert found.statements["source_id"].tolist() == ["page_aiddata_5", "page_x"]


def test_editions_are_never_pooled():
    two = pd.concat([LOANS, LOANS.assign(source_id="b", terms=None)], ignore_index=True)
    assert inv.loan_terms(two, edition="a").loans.equals(inv.loan_terms(LOANS, edition="a").loans)
    assert inv.loan_terms(two, edition="b").summary["known"].sum() == 0
    with pytest.raises(CoverageError, match="editions here: a, b"):
        inv.loan_terms(two, edition="c")
    with pytest.raises(UsageError, match="twice"):
        inv.loan_terms(pd.concat([LOANS, LOANS]), edition="a")
    with pytest.raises(UnknownNameError, match="flow_type"):
        inv.loan_terms(LOANS.drop(columns="flow_type"), edition="a")


def test_a_host_without_a_loan_and_a_frame_with_the_least_columns():
    found = inv.loan_terms(LOANS, edition="a", economies=["Uzbekistan"])
    assert set(found.summary["loans"]) == {0}
    assert found.summary["mean"].isna().all()
    silent = facts(("KGZ", "loan_terms:CHN", 1.0, "USD", None, "page_aiddata_2")).astype(
        {"note": "float64"}
    )
    assert inv.loan_terms(LOANS, silent, edition="a").loans.equals(
        inv.loan_terms(LOANS, edition="a").loans
    )
    bare = inv.loan_terms(
        LOANS[["project_id", "host", "year", "flow_type", "source_id"]], edition="a"
    )
    assert set(bare.summary["known"]) == {0}


def test_a_published_mean_belongs_to_an_edition_with_the_same_projects():
    def listed(n: int) -> pd.DataFrame:
        return facts(
            (
                "CA5",
                "chinese_loan_interest_rate_mean",
                2.78,
                "percent",
                "DERIVED: 41 rows with a rate",
                "f",
            ),
            ("KGZ", "chinese_finance_projects_listed", n, "count", None, "f"),
            ("TJK", "chinese_finance_projects_listed", 2.0, "count", None, "f"),
        )

    published = inv.loan_terms(LOANS, listed(6), edition="a").published.iloc[0]
    assert (published["value"], published["rows"], published["of_edition"]) == (2.78, 41, True)
    assert not inv.loan_terms(LOANS, listed(5), edition="a").published["of_edition"].item()
    with pytest.raises(MixedUnitsError, match="percent"):
        inv.loan_terms(LOANS, listed(6).assign(unit="basis points"), edition="a")


# concentration


def debt(*rows: tuple, **same: object) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["creditor", "value_usd"])
    fixed = {
        "debtor": "KGZ",
        "year": 2020,
        "measure": "stock",
        "instrument": "official_bilateral",
        "source_id": "a",
    }
    return frame.assign(**(fixed | same))


def lenders(rows: pd.DataFrame, **choices: object) -> pd.Series:
    return inv.creditor_hhi(rows, source="a", **choices).iloc[0]


def test_lenders_without_a_name_leave_bounds():
    rows = debt(("CHN", 40.0), ("JPN", 10.0), ("BIL", 60.0), ("MUL", 40.0))
    row = lenders(rows)
    assert (row["total_usd"], row["creditors"], row["attributed"]) == (100, 2, 0.5)
    assert row["hhi_low"] == pytest.approx(0.4**2 + 0.1**2)
    assert row["hhi_high"] == pytest.approx(
        0.4**2 + 0.1**2 + 0.1**2 + 0.4**2
    )  # each rest with one creditor
    alone = lenders(rows, whole="bilateral")
    assert alone["hhi_high"] == pytest.approx((40**2 + 10**2 + 10**2) / 60**2)


def test_no_creditor_named_is_no_concentration_of_one():
    row = lenders(debt(("BIL", 30.0), ("MUL", 70.0)))
    assert (row["creditors"], row["attributed"], row["hhi_low"]) == (0, 0, 0)
    assert row["hhi_high"] == pytest.approx(0.3**2 + 0.7**2)


def test_every_creditor_named_is_exact():
    row = lenders(
        debt(("CHN", 30.0), ("JPN", 10.0), measure="service"), measure="service", whole="listed"
    )
    assert row["hhi_low"] == row["hhi_high"] == pytest.approx(0.75**2 + 0.25**2)
    full = lenders(debt(("CHN", 30.0), ("JPN", 10.0), ("BIL", 40.0)), whole="bilateral")
    assert full["hhi_low"] == pytest.approx(full["hhi_high"]) == pytest.approx(0.625)


def test_debts_of_unlike_kinds_are_refused():
    rows = debt(("CHN", 40.0), ("BIL", 60.0), ("MUL", 40.0))
    assert lenders(rows[rows["creditor"] != "MUL"])["missing"] == "no total MUL"
    with pytest.raises(AggregateError, match="BIL"):
        lenders(rows, whole="listed")
    with pytest.raises(AggregateError, match="EU27"):
        lenders(debt(("EU27", 1.0), ("DEU", 1.0)), whole="listed")
    with pytest.raises(MixedUnitsError, match="above BIL"):
        lenders(debt(("CHN", 61.0), ("BIL", 60.0), ("MUL", 40.0)))
    with pytest.raises(MixedUnitsError, match="export_import_bank"):
        lenders(pd.concat([rows, debt(("CHN", 9.0), instrument="export_import_bank")]))
    with pytest.raises(MixedUnitsError, match="two figures"):
        lenders(pd.concat([rows, rows]))
    with pytest.raises(CoverageError):
        inv.creditor_hhi(rows, source="b")
    for wrong in ({"measure": "stocks"}, {"whole": "all"}):
        with pytest.raises(UnknownNameError):
            lenders(rows, **wrong)
    assert lenders(debt(("BIL", 0.0), ("MUL", 0.0)))["missing"].startswith("nothing owed")


def test_instruments_of_a_creditor_are_added_before_shares():
    rows = pd.concat(
        [
            debt(("CHN", 10.0), ("JPN", 10.0), instrument="bilateral_concessional"),
            debt(("CHN", 20.0), instrument="bilateral_non_concessional"),
        ]
    )
    assert lenders(rows, whole="listed")["hhi_low"] == pytest.approx(0.75**2 + 0.25**2)


def test_exposure_refuses_a_total_two_sources_and_an_unknown_vintage():
    rows = debt(("CHN", 40.0), ("BIL", 60.0), ("MUL", 40.0))
    gdp = pd.DataFrame(
        {
            "economy": ["KGZ"],
            "year": 2020,
            "indicator": "NY.GDP.MKTP.CD",
            "value": 200.0,
            "unit": "current USD",
            "source_id": "g",
        }
    )

    def exposure(rows: pd.DataFrame, gdp: pd.DataFrame = gdp, **choices: str) -> pd.Series:
        return inv.debt_exposure(
            rows, gdp, debtors=["KGZ"], **({"creditor": "CHN", "gdp_source": "g"} | choices)
        ).iloc[0]

    assert exposure(rows)[["of_bilateral", "of_official", "of_gdp"]].tolist() == pytest.approx(
        [40 / 60, 0.4, 0.2]
    )
    with pytest.raises(UsageError, match="several sources"):
        exposure(pd.concat([rows, rows.assign(source_id="b")]))
    with pytest.raises(AggregateError, match="BIL"):
        exposure(rows, creditor="BIL")
    with pytest.raises(UnknownNameError, match="source of GDP"):
        exposure(rows, gdp_source="h")
    with pytest.raises(MixedUnitsError, match="current USD"):
        exposure(rows, gdp.assign(unit="constant 2015 USD"))


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=3),
    st.lists(st.integers(0, 3), max_size=2),
    st.integers(0, 3),
)
def test_bounds_hold_every_way_to_fill_in_the_unnamed(named, blocks, loose):
    """Brute force: every split of each block over two new holders and of the loose part over all
    and one new.
    """
    total = sum(named) + sum(blocks) + loose
    if total == 0:
        return
    low, high = hhi_bounds(
        [n / total for n in named], apart=[b / total for b in blocks], anyone=loose / total
    )
    best = 0.0
    for splits in itertools.product(*(range(b + 1) for b in blocks)):
        parts = [*named, *(p for s, b in zip(splits, blocks, strict=True) for p in (s, b - s)), 0]
        for i in range(len(parts)):
            filled = [p + (loose if j == i else 0) for j, p in enumerate(parts)]
            value = sum((p / total) ** 2 for p in filled)
            assert low - 1e-12 <= value <= high + 1e-12
            best = max(best, value)
    assert best == pytest.approx(high)  # the upper end is reached


def test_shares_that_are_no_whole_have_no_index():
    assert hhi_bounds([0.5, 0.25, 0.25]) == (0.375, 0.375)
    for wrong in ([0.5, 0.6], []):
        with pytest.raises(CoverageError):
            hhi_bounds(wrong)
    for wrong in ([1.2, -0.2], [float("nan"), 1.0]):
        with pytest.raises(UsageError):
            hhi_bounds(wrong)
    with pytest.raises(CoverageError, match=r"0\.9"):
        hhi_bounds([0.5], apart=[0.4])


def test_payments_that_are_none_a_year_are_refused_and_not_divided_by():
    for payments in (0, -2, 1.5, True):
        with pytest.raises(UsageError, match="payments_per_year is"):
            ca.investment.repayment_schedule(2, 10, 2, payments_per_year=payments)


def test_terms_of_loans_show_their_summary_and_not_every_frame():
    terms = ca.investment.loan_terms(ca.load("projects"), edition="gcdf3_geo", economies=["KAZ"])
    shown = repr(terms)
    assert shown.startswith(terms.caption()) and len(shown.splitlines()) < 16
    assert "left_out" not in shown


OWED = debt(("CHN", 40.0), ("BIL", 60.0), ("MUL", 40.0))
GDP = pd.DataFrame(
    {
        "economy": "KGZ",
        "year": 2020,
        "indicator": "NY.GDP.MKTP.CD",
        "value": [100.0],
        "unit": "current USD",
        "source_id": "w",
    }
)
OF = {"creditor": "CHN", "gdp_source": "w"}


def test_a_debtor_without_figures_is_not_left_out():
    found = inv.debt_exposure(OWED, GDP, debtors="KGZ", **OF)
    assert found["of_gdp"].tolist() == [0.4]
    both = inv.debt_exposure(OWED, GDP, debtors=["KGZ", "AFG"], **OF).set_index("debtor")
    assert both["of_gdp"].tolist()[0] == 0.4 and pd.isna(both.at["AFG", "of_gdp"])
    assert both["missing"].tolist() == ["", "a gives no stock owed to CHN"]
    assert both.at["AFG", "sources"] == () and both["year"].isna().tolist() == [False, True]
    with pytest.raises(CoverageError, match="no figures of AFG"):
        inv.creditor_hhi(OWED, source="a", debtors=["KGZ", "AFG"])


@pytest.mark.parametrize(
    ("column", "held"),
    [("unit", "USD million"), ("currency", "EUR"), ("price_basis", "constant 2015 USD")],
)
def test_debt_in_other_money_is_not_set_against_output(column, held):
    with pytest.raises(MixedUnitsError, match=f"{column} is '{held}'"):
        inv.debt_exposure(OWED.assign(**{column: held}), GDP, debtors="KGZ", **OF)
    mixed = OWED.assign(**{column: ["USD", held, "USD"]})
    with pytest.raises(MixedUnitsError, match=f"{column} is"):
        inv.creditor_hhi(mixed, source="a")
