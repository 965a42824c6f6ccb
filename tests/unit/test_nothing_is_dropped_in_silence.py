"""Measures that could not use what they were given said nothing, or added what stands twice. The
frames are invented.
"""

import pandas as pd
import pytest

import ca_research as ca
from ca_research import tables
from ca_research.ground.errors import AggregateError, CoverageError, UnknownNameError, UsageError
from ca_research.stats.leading import leading
from ca_research.tables.preference import one_source_each

A = ca.article
KNOWN = pd.Timestamp("2020-01-01")


def trade(*rows):
    columns = ["reporter", "partner", "year", "flow", "value_usd", "source_id"]
    return pd.DataFrame(list(rows), columns=columns).assign(product="TOTAL", known_on=KNOWN)


def own(year):
    partners = (("CHN", 3.0), ("RUS", 1.0))
    flows = ("export", "import")
    return [("KAZ", p, year, f, v, "KAZ_BNS") for p, v in partners for f in flows]


def customs(year, value, source="GACC_2024"):
    return [("CHN", "KAZ", year, f, value, source) for f in ("export", "import")]


def loans(*rows):
    columns = ["investor", "value_usd", "instrument", "stage"]
    of_all = {"host": "KGZ", "year": 2020, "measure": "official_loan", "source_id": "S"}
    frame = pd.DataFrame(list(rows), columns=columns)
    return frame.assign(price_basis="current USD", **of_all)


def hosts(*rows):
    frame = pd.DataFrame(list(rows), columns=["destination", "students"])
    return frame.assign(origin="KAZ", year=2020, level="degree", source_id="U")


def after(*rows):
    return A.forecasts.value_after(trade(*rows), economies=["KAZ"])["estimate"].item()


def hhi(*rows, source="KAZ_BNS"):
    return A.balance.hhi_years(trade(*rows), "KAZ", source=source)


def shares(*rows):
    return ca.students.destination_shares(hosts(*rows), "KAZ", 2020, source="U")


def lead(*rows):
    return A.priority.finance_lead(loans(*rows), economies=["KGZ"])


PAID = [(who, value, "concessional", "paid") for who, value in zip(
    ("CHN", "RUS", "USA"), (2.0, 4.0, 1.0), strict=True)]  # fmt: skip
AGREED = ("CHN", 9.0, "concessional", "agreed")
PART = ("CHN", 3.0, "non_concessional", "paid")
CUSTOMS = [*customs(2022, 1), *customs(2023, 2)]
NO_DAY = {"economies": ["KAZ"], "known_by": "May 2023"}
REFUSED = {
    "a source that says nothing of an economy": (CoverageError, lambda: hhi(
        *own(2020), source="KGZ_NSC")),
    "a figure twice in an index": (UsageError, lambda: hhi(*own(2020), *own(2020))),
    "chapters without rows by chapter": (CoverageError, lambda: A.industry.chapter_indicators(
        trade(*own(2015)), economies=["KAZ"])),
    "a year of customs twice": (UsageError, lambda: after(*CUSTOMS, *CUSTOMS)),
    "a year of customs without a value": (CoverageError, lambda: after(
        *customs(2022, 1), *customs(2023, float("nan")))),
    "a month in words": (UsageError, lambda: A.forecasts.relative_forecast_error(
        trade(*CUSTOMS), **NO_DAY)),
    "a day that is none": (UsageError, lambda: A.forecasts.forecast_paths(
        trade(*CUSTOMS), **NO_DAY | {"known_by": "2023-13-01"})),
    "forecasts without any series": (CoverageError, lambda: A.forecasts.forecast_paths(
        trade(*own(2020)), economies=["KAZ"])),
    "a destination twice": (UsageError, lambda: shares(("RUS", 3), ("RUS", 4))),
    "a group beside its member": (AggregateError, lambda: shares(("DEU", 3), ("EU27", 4))),
    "a destination without a count": (CoverageError, lambda: shares(("RUS", 3), ("USA", None))),
    "a loan twice": (UsageError, lambda: lead(*PAID, PAID[0])),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused(name):
    error, call = REFUSED[name]
    with pytest.raises(error):
        call()


@pytest.mark.parametrize(
    "measure",
    [
        lambda t: A.priority.partner_lead(t, economies=["KAZ"]),
        lambda t: A.balance.hhi_years(t, "KAZ", source="KAZ_BNS"),
        lambda t: A.industry.chapter_rows(t, "KAZ"),
        lambda t: A.forecasts.value_after(t, economies=["KAZ"]),
        lambda t: A.forecasts.value_series(t, "KAZ"),
    ],
)
def test_a_missing_column_is_named(measure):
    with pytest.raises(UnknownNameError) as error:
        measure(trade(*own(2020), *customs(2022, 1)).drop(columns="product"))
    assert "product" in error.value.what


def test_what_can_be_used_is_used_once():
    assert len(hhi(*own(2020))) == 1
    assert after(*CUSTOMS) == 2
    two = [*CUSTOMS, *customs(2023, 2, "GACC_2025")]
    assert after(*two) == 2, "one of them speaks for China"
    series = A.forecasts.value_series(trade(*two), "KAZ")[0]
    assert series["value_usd"].tolist() == [1, 2], "and the year stays in the series"
    assert shares(("RUS", 3), ("USA", 1))["share"].tolist() == [0.75, 0.25]
    both = lead(*PAID, AGREED)  # commitments and payments of one loan are not added
    assert both["estimate"].item() == 0.5 and both["leader"].item() == "RUS"
    assert lead(*PAID, PART)["estimate"].item() == 1.25, "parts of one total add up"


def test_a_range_is_told_with_both_its_ends():
    rows = [("CHN", 1.0, 3.0), ("RUS", 2.0, 2.0), ("USA", 1.0, 1.0)]
    figures = pd.DataFrame(rows, columns=["unit", "low", "high"]).assign(group="g", year=2020)
    found = leading(figures, "CHN", needed=("RUS",), any_of=("USA",))
    assert found.compared(lambda v: f"{v:.0f}") == "CHN 1 to 3, RUS 2, USA 1"


def test_a_gap_says_where_services_are_among_goods():
    rows = trade(
        ("UZB", "CHN", 2020, "export", 3.0, "UZB_STAT"),
        ("CHN", "UZB", 2020, "import", 2.0, "WTO_HSM"),
    )
    for scope, among in (("goods", False), (["goods_and_services", "goods"], True)):
        gap = ca.trade.mirror_gap("UZB", "CHN", rows.assign(scope=scope))
        assert gap["services_included"].item() == among


SOURCES = ["KAZ_BNS", "KAZ_WITS_BNS_PANEL", "WTO_HSM", "WTO_HSM"]
OWN = pd.DataFrame({"reporter": ["KAZ", "KAZ", "KGZ", None], "source_id": SOURCES})


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
    with pytest.raises(UsageError):
        call()


def test_one_source_role_or_column_is_one_and_not_its_letters():
    assert tables.of_role("KAZ_BNS", "office") == {"KAZ_BNS"}
    assert tables.ranked("KAZ_BNS", "office") == ["KAZ_BNS"]
    # the row without a reporter is a cell of its own
    chosen = tables.preferred_rows(OWN, "reporter")["source_id"].tolist()
    assert chosen == ["KAZ_BNS", "WTO_HSM", "WTO_HSM"]
    assert len(one_source_each(OWN, "reporter")) == 3
