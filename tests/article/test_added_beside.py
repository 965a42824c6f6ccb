"""A source of one's own beside others takes no figure away: a claim that had an answer has one
still.
"""

import pandas as pd
import pytest

import ca_research as ca
from ca_research import registry
from ca_research.article import brief, students_in_china
from ca_research.article.belt_and_road.income import INDICATOR, incomes
from ca_research.article.debt import debt_burden
from ca_research.article.energy import energy_share
from ca_research.ground import economies as eco
from ca_research.tables.preference import in_order, one_source_each

OWN = "ZZ_OWN"
OTHER = "csc_2011"  # of few rows


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


def test_energy_of_a_second_source(own):
    energy = ca.load("energy")
    rows = energy[(energy["commodity"] == "pipeline_gas") & energy["exporter"].isin(eco.CA5)]
    both = beside(energy, rows[rows["year"] >= 2019], "quantity")
    before = energy_share(energy, commodity="gas")["estimate"]
    own()
    assert energy_share(both, commodity="gas")["estimate"].equals(before), "what stood speaks"
    own(preference=1)
    assert energy_share(both, commodity="gas")["estimate"][0] > before[0]


def test_debt_of_a_second_whole_account(own):
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    rows = debt[(debt["source_id"] == "ids_dod_one") & (debt["measure"] == "stock")]
    both = beside(debt, rows, "value_usd")
    own()
    before = debt_burden(debt, macro, economies=["KGZ", "TJK"], lenders="official")
    after = debt_burden(both, macro, economies=["KGZ", "TJK"], lenders="official")
    assert after["estimate"].equals(before["estimate"]) and before["estimate"].notna().all()
    assert not any(OWN in cell for cell in after["sources"])
    own(preference=1)
    after = debt_burden(both, macro, economies=["KGZ", "TJK"], lenders="official")
    assert (after["estimate"] / before["estimate"]).round(6).tolist() == [1.1, 1.1]
    assert all(OWN in cell for cell in after["sources"])


def test_incomes_of_a_second_source(own):
    macro = ca.load("macro", indicator=INDICATOR)
    rows = macro[macro["economy"].isin(["KAZ", "UZB"]) & (macro["year"] >= 2023)]
    both = beside(macro, rows, "value")
    own()
    pd.testing.assert_frame_equal(incomes(both), incomes(macro))
    own(preference=1)
    found = incomes(both).set_index("economy")
    assert found.loc["KAZ", "source_id"].unique().tolist() == [OWN], "one series, not two joined"


def test_what_stood_goes_before_what_was_added_unless_a_preference_says_so(own):
    rows = pd.DataFrame({"year": [2020, 2020, 2021], "source_id": [OWN, "WB_WDI", OWN]})
    own()
    assert in_order([OWN, "WB_WDI"])[0] == "WB_WDI"
    assert one_source_each(rows, ["year"])["source_id"].tolist() == ["WB_WDI", OWN]
    own(preference=1)
    assert in_order([OWN, "WB_WDI"])[0] == OWN


def test_counts_of_others_go_on_where_the_series_that_speaks_ends():
    """A verdict used counts of 2019 and 2022 while the picture beside it said there were none."""
    students = ca.load("students", origin=["KAZ", "UZB"], destination="CHN")
    series = ca.tables.preferred_rows(students, ["origin", "level"])
    assert students_in_china.with_later_counts(students, series).index.equals(series.index)
    kaz = (series["origin"] == "KAZ") & (series["level"] == "all")
    end = series[kaz].sort_values("year").tail(1)
    more = [
        end.assign(year=2022, students=9000.0, source_id=OTHER),
        end.assign(year=2023, students=8000.0, precision="rounded", source_id=OTHER),
        end.assign(year=2022, level="scholarship", source_id=OTHER),
        end.assign(year=end["year"] - 1, source_id=OTHER),
    ]
    held = pd.concat([students, *more], ignore_index=True)
    series = ca.tables.preferred_rows(held, ["origin", "level"])
    found = students_in_china.with_later_counts(held, series)
    added = found[(found["source_id"] == OTHER) & (found["year"] > 2018)]
    assert added[["origin", "year", "students"]].values.tolist() == [["KAZ", 2022, 9000.0]]
    assert len(found) == len(series) + 1
    newest = found[(found["level"] == "all") & (found["origin"] == "KAZ")]
    told = brief.students_counted(newest, held.iloc[:0], "KAZ")
    assert told == "The last count of students from Kazakhstan in China, of 2022, found 9,000."
