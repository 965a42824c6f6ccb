"""A source of one's own beside others takes no figure away: a claim that had an answer has one
still, and only a preference lets the new one speak.
"""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import ca_research as ca
from ca_research import registry
from ca_research.article.belt_and_road.measures import INDICATOR, incomes
from ca_research.claims.measures import find
from ca_research.ground import economies as eco
from ca_research.tables.preference import in_order, one_source_each

OWN = "ZZ_OWN"
TWO = ["KGZ", "TJK"]


@pytest.fixture
def own(monkeypatch):
    """A source that was added, with a preference or without."""

    def make(preference=None):
        sources = dict(registry.sources())
        model = next(iter(sources.values()))
        sources[OWN] = model.model_copy(update={"source_id": OWN, "preference": preference})
        monkeypatch.setattr(registry, "sources", lambda: sources)
        monkeypatch.setattr(registry, "added", lambda: {OWN: None})

    return make


def beside(table, rows, value):
    """A table with rows that the new source repeats, a tenth higher."""
    more = rows.assign(source_id=OWN, **{value: rows[value] * 1.1})
    return pd.concat([table, more], ignore_index=True)


def gas(energy):
    rows = energy.query("commodity == 'pipeline_gas' and year >= 2019")
    return rows[rows["exporter"].isin(eco.CA5)]


def whole_account(debt):
    return debt.query("source_id == 'ids_dod_one' and measure == 'stock'")


@pytest.mark.parametrize(
    ("table", "value", "rows", "measure", "asked"),
    [
        ("energy", "quantity", gas, "economy.energy_share", {"commodity": "gas"}),
        (
            *("debt", "value_usd", whole_account, "investment.debt_burden"),
            {"economies": TWO, "lenders": "official"},
        ),
    ],
)
def test_what_stood_speaks_until_a_preference_says_otherwise(
    own, table, value, rows, measure, asked
):
    held = ca.load(table)
    macro = {"macro": ca.load("macro", indicator="NY.GDP.MKTP.CD")} if table == "debt" else {}

    def found(given):
        return find(measure)(**{table: given}, **macro, **asked)

    before, both = found(held), beside(held, rows(held), value)
    own()
    assert before["estimate"].notna().all()
    assert found(both)["estimate"].equals(before["estimate"])
    own(preference=1)
    after = found(both)
    assert (after["estimate"] > before["estimate"]).all()
    assert all(OWN in sources for sources in after["sources"])


def test_incomes_of_a_second_source_are_one_series_not_two_joined(own):
    macro = ca.load("macro", indicator=INDICATOR)
    both = beside(macro, macro.query("economy in ['KAZ', 'UZB'] and year >= 2023"), "value")
    own()
    assert_frame_equal(incomes(both), incomes(macro))
    own(preference=1)
    assert incomes(both).query("economy == 'KAZ'")["source_id"].unique().tolist() == [OWN]


def test_what_stood_goes_before_what_was_added_unless_a_preference_says_so(own):
    rows = pd.DataFrame({"year": [2020, 2020, 2021], "source_id": [OWN, "WB_WDI", OWN]})
    own()
    assert in_order([OWN, "WB_WDI"])[0] == "WB_WDI"
    assert one_source_each(rows, ["year"])["source_id"].tolist() == ["WB_WDI", OWN]
    own(preference=1)
    assert in_order([OWN, "WB_WDI"])[0] == OWN
