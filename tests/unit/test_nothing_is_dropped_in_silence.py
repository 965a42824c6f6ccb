"""Measures that could not use what they were given said nothing, or added what stands twice. The
frames are invented.
"""

from __future__ import annotations

import pandas as pd
import pytest

import ca_research as ca
from ca_research import tables
from ca_research.ground.errors import AggregateError, CoverageError, UnknownNameError, UsageError
from ca_research.stats.leading import leading
from ca_research.tables.preference import one_source_each

KNOWN = pd.Timestamp("2020-01-01")


def trade(*rows: tuple) -> pd.DataFrame:
    columns = ["reporter", "partner", "year", "flow", "value_usd", "source_id"]
    return pd.DataFrame(list(rows), columns=columns).assign(product="TOTAL", known_on=KNOWN)


def own(year: int, source: str = "KAZ_BNS") -> list[tuple]:
    return [
        ("KAZ", p, year, f, v, source)
        for p, v in (("CHN", 3.0), ("RUS", 1.0))
        for f in ("export", "import")
    ]


def customs(year: int, value: float, source: str = "GACC_2024") -> list[tuple]:
    return [("CHN", "KAZ", year, f, value, source) for f in ("export", "import")]


def test_a_source_that_says_nothing_of_an_economy_is_refused():
    frame = trade(*own(2020))
    assert len(ca.article.balance.hhi_years(frame, "KAZ", source="KAZ_BNS")) == 1
    with pytest.raises(CoverageError, match="KGZ_NSC has no year of KAZ"):
        ca.article.balance.hhi_years(frame, "KAZ", source="KGZ_NSC")


def test_an_index_over_partners_adds_no_figure_twice():
    with pytest.raises(UsageError, match="share a cell"):
        ca.article.balance.hhi_years(trade(*own(2020), *own(2020)), "KAZ", source="KAZ_BNS")


def test_exports_by_chapter_need_rows_by_chapter():
    with pytest.raises(CoverageError, match="by chapter"):
        ca.article.industry.chapter_indicators(trade(*own(2015)), economies=["KAZ"])


@pytest.mark.parametrize(
    "measure",
    [
        lambda t: ca.article.priority.partner_lead(t, economies=["KAZ"]),
        lambda t: ca.article.balance.hhi_years(t, "KAZ", source="KAZ_BNS"),
        lambda t: ca.article.industry.chapter_rows(t, "KAZ"),
        lambda t: ca.article.forecasts.value_after(t, economies=["KAZ"]),
        lambda t: ca.article.forecasts.value_series(t, "KAZ"),
    ],
)
def test_a_missing_column_is_named(measure):
    with pytest.raises(UnknownNameError, match="column 'product'"):
        measure(trade(*own(2020), *customs(2022, 1)).drop(columns="product"))


def test_two_sources_of_one_year_are_neither_added_nor_left_out():
    one = trade(*customs(2022, 1), *customs(2023, 2))
    assert ca.article.forecasts.value_after(one, economies=["KAZ"])["estimate"].item() == 2
    two = trade(*customs(2022, 1), *customs(2023, 2), *customs(2023, 2, "GACC_2025"))
    assert ca.article.forecasts.value_after(two, economies=["KAZ"])["estimate"].item() == 2, (
        "one of them speaks for China"
    )
    assert ca.article.forecasts.value_series(two, "KAZ")[0]["value_usd"].tolist() == [1, 2], (
        "and the year stays in the series"
    )
    with pytest.raises(UsageError, match="share a cell"):
        ca.article.forecasts.value_after(pd.concat([one, one]), economies=["KAZ"])


def test_a_year_of_customs_without_a_value_is_not_nought():
    with pytest.raises(CoverageError, match="without 'value_usd'"):
        ca.article.forecasts.value_after(
            trade(*customs(2022, 1), *customs(2023, float("nan"))), economies=["KAZ"]
        )


def test_what_is_no_day_is_refused():
    frame = trade(*customs(2022, 1))
    with pytest.raises(UsageError, match="known_by must be a date, got 'May 2023'"):
        ca.article.forecasts.relative_forecast_error(frame, economies=["KAZ"], known_by="May 2023")
    with pytest.raises(UsageError, match="must be a date"):
        ca.article.forecasts.forecast_paths(frame, economies=["KAZ"], known_by="2023-13-01")


def test_forecasts_without_any_series_are_refused():
    with pytest.raises(CoverageError, match="no series of china imports for KAZ"):
        ca.article.forecasts.forecast_paths(trade(*own(2020)), economies=["KAZ"])


def test_a_range_is_told_with_both_its_ends():
    rows = [("CHN", 1.0, 3.0), ("RUS", 2.0, 2.0), ("USA", 1.0, 1.0)]
    figures = pd.DataFrame(rows, columns=["unit", "low", "high"]).assign(group="g", year=2020)
    found = leading(figures, "CHN", needed=("RUS",), any_of=("USA",))
    assert found.compared(lambda v: f"{v:.0f}") == "CHN 1 to 3, RUS 2, USA 1"


def hosts(*rows: tuple[str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["destination", "students"])
    return frame.assign(origin="KAZ", year=2020, level="degree", source_id="U")


def test_shares_of_destinations_count_no_student_twice():
    one = ca.students.destination_shares(hosts(("RUS", 3), ("USA", 1)), "KAZ", 2020, source="U")
    assert one["share"].tolist() == [0.75, 0.25] and set(one["source_id"]) == {"U"}
    for rows, error in (
        ([("RUS", 3), ("RUS", 4)], UsageError),
        ([("DEU", 3), ("EU27", 4)], AggregateError),
        ([("RUS", 3), ("USA", None)], CoverageError),
    ):
        with pytest.raises(error):
            ca.students.destination_shares(hosts(*rows), "KAZ", 2020, source="U")


def loans(*rows: tuple) -> pd.DataFrame:
    columns = ["investor", "value_usd", "instrument", "stage"]
    frame = pd.DataFrame(list(rows), columns=columns)
    return frame.assign(
        host="KGZ", year=2020, measure="official_loan", price_basis="current USD", source_id="S"
    )


def test_commitments_and_payments_of_one_loan_are_not_added():
    paid = [
        ("CHN", 2.0, "concessional", "paid"),
        ("RUS", 4.0, "concessional", "paid"),
        ("USA", 1.0, "concessional", "paid"),
    ]
    agreed = [("CHN", 9.0, "concessional", "agreed")]
    found = ca.article.priority.finance_lead(loans(*paid, *agreed), economies=["KGZ"])
    assert found["estimate"].item() == 0.5 and found["leader"].item() == "RUS"
    parts = loans(*paid, ("CHN", 3.0, "non_concessional", "paid"))
    assert ca.article.priority.finance_lead(parts, economies=["KGZ"])["estimate"].item() == 1.25, (
        "parts of one total add up"
    )
    with pytest.raises(UsageError, match="two figures of CHN in KGZ, 2020: official_loan"):
        ca.article.priority.finance_lead(loans(*paid, paid[0]), economies=["KGZ"])


def test_a_gap_says_where_services_are_among_goods():
    rows = trade(
        ("UZB", "CHN", 2020, "export", 3.0, "UZB_STAT"),
        ("CHN", "UZB", 2020, "import", 2.0, "WTO_HSM"),
    )
    goods = ca.trade.mirror_gap("UZB", "CHN", rows.assign(scope="goods"))
    both = ca.trade.mirror_gap("UZB", "CHN", rows.assign(scope=["goods_and_services", "goods"]))
    assert [goods["services_included"].item(), both["services_included"].item()] == [False, True]


OWN = pd.DataFrame(
    {
        "reporter": ["KAZ", "KAZ", "KGZ", None],
        "source_id": ["KAZ_BNS", "KAZ_WITS_BNS_PANEL", "WTO_HSM", "WTO_HSM"],
    }
)


@pytest.mark.parametrize(
    "call",
    [
        lambda: tables.preferred_rows(OWN, ["reporter"], ["ofice"]),
        lambda: tables.ranked(OWN["source_id"], roles=["ofice"]),
        lambda: tables.of_role(OWN["source_id"], "ofice"),
        lambda: tables.preferred_rows(OWN, ["reportr"]),
        lambda: tables.preferred_rows(OWN.drop(columns="source_id"), ["reporter"]),
        lambda: one_source_each(OWN, ["reportr"]),
        lambda: tables.preferred_rows(OWN, []),
        lambda: one_source_each(OWN, []),
    ],
)
def test_a_misspelt_role_or_column_leaves_no_empty_choice_of_sources(call):
    with pytest.raises(UsageError, match=r"unknown (role|column)|names no column"):
        call()


def test_one_source_role_or_column_is_one_and_not_its_letters():
    assert tables.of_role("KAZ_BNS", "office") == {"KAZ_BNS"}
    assert tables.ranked("KAZ_BNS", "office") == ["KAZ_BNS"]
    assert tables.preferred_rows(OWN, "reporter")["source_id"].tolist() == [
        "KAZ_BNS",
        "WTO_HSM",
        "WTO_HSM",
    ]  # the row without a reporter is a cell of its own
    assert len(one_source_each(OWN, "reporter")) == 3
