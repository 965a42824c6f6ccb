"""Belt and Road: dates by list, China's imports by source, donors and what spoils them, and what
`effect` answers.

Figures of the real tables are recomputed from their rows; made-up frames have plain numbers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import belt_and_road as br
from ca_research.article.settings import settings
from ca_research.ground import economies as eco
from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError
from ca_research.stats import synthetic


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return ca.load("events")


@pytest.fixture(scope="module")
def trade() -> pd.DataFrame:
    return ca.load("trade", reporter="CHN", flow="import", product="TOTAL")


def years(events: pd.DataFrame, which: str, **options: str) -> dict[str, object]:
    frame = br.accession(events, which, **options).set_index("economy")["year"]
    return {c: (None if pd.isna(frame[c]) else int(frame[c])) for c in eco.CA5 if c in frame}


# dates


def test_all_dates_stay_visible(events):
    seen = br.accession_variants(events).groupby("economy")["date"].agg(list)
    assert seen["TJK"] == ["2014", "2015", "2018-10"]
    assert seen["TKM"] == ["2017-06", "2023-01", "2023-01-06"]
    assert "CHN" not in seen and not set(seen.index) & set(eco.AGGREGATES)
    assert {"MNG", "NPL", "PAK"} <= set(seen.index)  # actors of one event, joined by ';'
    tjk = br.accession(events, "M_GFDC25").set_index("economy").loc["TJK"]
    assert tjk["variants"] == "2014 P047; 2015 M_LPV26; 2018-10 M_GFDC25"


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("M_GFDC25", {"KAZ": 2015, "KGZ": None, "TJK": 2018, "TKM": 2017, "UZB": 2015}),
        ("M_LPV26", {"KAZ": 2014, "KGZ": 2014, "TJK": 2015, "UZB": 2015}),
        ("texts", {"TJK": 2014, "TKM": 2023, "UZB": 2015}),
        ("earliest", {"KAZ": 2014, "KGZ": 2014, "TJK": 2014, "TKM": 2017, "UZB": 2015}),
        ("latest", {"KAZ": 2015, "KGZ": 2014, "TJK": 2018, "TKM": 2023, "UZB": 2015}),
    ],
)
def test_first_document_by_list(events, which, expected):
    assert years(events, which) == expected
    assert br.accession(events, which)["economy"].is_unique


def test_the_placeholder_is_a_choice(events):
    raw = events[
        (events["source_id"] == "M_GFDC25")
        & (events["date_bound"] == "placeholder")
        & (events["actor"] != "CHN")
    ]
    for placeholder, year in (("unknown", None), ("as_printed", 2013), ("next_year", 2014)):
        frame = br.accession(events, "M_GFDC25", placeholder=placeholder).set_index("economy")
        assert years(events, "M_GFDC25", placeholder=placeholder)["KGZ"] == year
        assert set(frame.index[frame["date_bound"] == "placeholder"]) == set(raw["actor"])
    assert years(events, "earliest", placeholder="as_printed")["KGZ"] == 2013


def test_unknown_choices_of_dates(events):
    for options in ({"which": "M_GFDC"}, {"placeholder": "zero"}):
        with pytest.raises(UnknownNameError):
            br.accession(events, **options)
    with pytest.raises(CoverageError, match="no signed document"):
        br.accession(events[events["source_id"] == "M_LPV26"], "M_GFDC25")


# the outcome


def test_sources_of_imports_are_never_mixed(trade):
    wto, imf, joined = (
        br.china_imports(trade, s) for s in (*settings().belt_and_road.imports, "joined")
    )
    assert set(wto["source_id"]) == {"WTO_HSM"} and set(imf["source_id"]) == {"IMF_IMTS_CHN_M"}
    by_year = joined.groupby("source_id")["year"].agg(["min", "max"])
    assert by_year.loc["WTO_HSM"].tolist() == [1996, 2008] and by_year.loc[
        "IMF_IMTS_CHN_M"
    ].tolist() == [2010, 2022]
    assert not {1998, 1999, 2000, 2009} & set(joined["year"])  # not in the source: gaps stay
    assert joined["log_imports"].to_numpy() == pytest.approx(np.log(joined["value_usd"]))
    assert len(wto) == len(trade[(trade["source_id"] == "WTO_HSM") & (trade["value_usd"] > 0)])


def test_overlap_of_the_two_sources(trade):
    """So that to join them is defensible: half of the ratios are within 0.2 % of one."""
    wto, imf = (
        br.china_imports(trade, source).set_index(["economy", "year"])["value_usd"]
        for source in settings().belt_and_road.imports
    )
    ratio = (wto / imf).dropna()
    years = ratio.index.get_level_values("year")
    assert (years.min(), years.max()) == (2010, 2018)
    assert ratio.median() == pytest.approx(1, abs=0.001)
    assert ratio.sub(1).abs().median() < 0.002


def test_imports_that_are_refused(trade):
    with pytest.raises(UnknownNameError):
        br.china_imports(trade, "WTO")
    with pytest.raises(UsageError, match="two figures"):
        br.china_imports(pd.concat([trade, trade]))
    with pytest.raises(CoverageError, match="no imports"):
        br.china_imports(trade.iloc[:0])


# donors


def test_donors_and_their_contamination(events, trade):
    dates, imports = br.accession(events), br.china_imports(trade, "joined")
    imports = imports[imports["year"] <= 2020]
    never = br.donor_pool(events, imports, dates, "never", 2018, eco.CA5)
    late = br.donor_pool(events, imports, dates, "never_or_late", 2018, eco.CA5)
    assert set(never["economy"]) < set(late["economy"])
    assert not set(late["economy"]) & {
        *eco.CA5,
        *settings().belt_and_road.no_state,
        "CHN",
        "KGZ",
        "BLR",
    }  # BLR: placeholder date
    listed = dates.set_index("economy")["year"]
    assert not set(never["economy"]) & set(listed.index)
    first = br.accession_variants(events).groupby("economy")["year"].min()
    for row in late.itertuples():
        assert row.economy not in listed or listed[row.economy] >= 2018
        assert row.contaminated == (row.economy in first and first[row.economy] <= 2020)
    assert (
        late["contaminated"].sum() > len(late) / 3
    )  # nearly all who come late come within the sample
    with pytest.raises(UnknownNameError):
        br.donor_pool(events, imports, dates, "all", 2018, eco.CA5)


# the effect


def test_synthetic_effect_is_that_of_the_statistics(events, trade):
    found = br.effect(trade, events, accession_list="M_LPV26").set_index("economy")
    imports = br.china_imports(trade, "joined").query("year <= 2020")
    dates = br.accession(events, "M_LPV26")
    pool = br.donor_pool(events, imports, dates, "never_or_late", 2021, eco.CA5)
    pool = pool.loc[~pool["contaminated"], "economy"]
    wide = imports.pivot(index="year", columns="economy", values="log_imports")
    own = synthetic.synthetic_control(wide[["KAZ", *pool]], "KAZ", 2014)
    row = found.loc["KAZ"]
    assert row["estimate"] == row["effect"] == pytest.approx(own.effect)
    assert (row["start"], row["donors"]) == (2014, len(own.donors))
    assert row["p"] == pytest.approx(own.placebos().p) and row["p_positive"] == pytest.approx(
        own.placebos().p_positive
    )
    assert set(row["sources"]) == {"IMF_IMTS_CHN_M", "M_LPV26", "WTO_HSM"}
    assert row["joined"] > row["contaminated"] == 0, "nobody who signed within the years used"
    assert found.at[
        "TKM", "missing"
    ] == "no known date of signing in the list of Liu, 2026" and pd.isna(
        found.at["TKM", "estimate"]
    )
    assert list(found.index) == list(eco.CA5)


def test_short_series_are_not_estimated(events, trade):
    found = br.effect(trade, events).set_index("economy")
    assert "7 periods before 2017" in found.at["TKM", "missing"]
    assert "no known date" in found.at["KGZ", "missing"]
    short = br.effect(trade, events, source="IMF_IMTS_CHN_M").set_index("economy")
    assert (
        short.drop(index="TJK")["estimate"].isna().all()
    )  # only Tajikistan (2018) has eight years before
    ranks = br.effect(
        trade, events, economies=["UZB"], statistic="p_positive", donors="never"
    ).iloc[0]
    assert ranks["estimate"] == ranks["p_positive"] >= 1 / (ranks["donors"] + 1)


@pytest.mark.parametrize("method", ["did2s", "saturated", "twfe"])
def test_event_study_of_all_together(events, trade, method):
    found = br.effect(trade, events, method=method, accession_list="M_LPV26")
    assert found["economy"].tolist() == ["", "TKM"] and np.isfinite(found.at[0, "estimate"])
    assert "no known date of signing" in found.at[1, "missing"]
    assert found.at[0, "caution"].startswith("4 treated clusters")
    assert "no joint test" in found.at[0, "pretrend"]


def test_made_up_effect_is_found(events, trade):
    rows = trade[trade["source_id"] == "WTO_HSM"].copy()
    rows.loc[(rows["partner"] == "KAZ") & (rows["year"] >= 2014), "value_usd"] *= np.exp(3)
    plain = br.effect(
        trade, events, economies=["KAZ"], accession_list="M_LPV26", source="WTO_HSM", until=2018
    )
    more = br.effect(
        rows, events, economies=["KAZ"], accession_list="M_LPV26", source="WTO_HSM", until=2018
    )
    assert more.at[0, "estimate"] - plain.at[0, "estimate"] == pytest.approx(3)
    assert more.at[0, "p_positive"] < 0.1


def test_what_is_not_tested_says_so(events, trade):
    with pytest.raises(CoverageError, match="gdp per head at constant prices"):
        br.effect(trade, events, outcome="gdp_per_head")
    for options in (
        {"method": "ols"},
        {"statistic": "t"},
        {"donors": "all"},
        {"accession_list": "x"},
        {"source": "x"},
    ):
        with pytest.raises(UnknownNameError):
            br.effect(trade, events, **options)
    with pytest.raises(CoverageError, match="no date of signing"):
        br.effect(trade, events, economies=["TKM"], method="did2s", accession_list="M_LPV26")
