"""Industry, corridor, language, views and gains: what the measures say, recomputed from the raw
files.

Expected values come from the CSV rows with a few lines each, or are printed figures with their
source beside them.
"""

from __future__ import annotations

import functools

import pandas as pd
import pytest

import ca_research as ca
from ca_research.ground import paths

CA5 = list(ca.economies.CA5)
RAW_GOODS = {"25", "26", "27", "71", "74", "75", "76", "78", "79", "80", "81"}
MADE = {f"{n:02d}" for n in [*range(16, 25), *range(28, 97)]} - {"71", "77"}


@functools.cache
def raw(file: str) -> pd.DataFrame:
    return pd.read_csv(
        paths.raw_dir() / file, keep_default_na=False, na_values=[""], dtype={"product": "string"}
    )


@pytest.fixture(scope="module")
def trade() -> pd.DataFrame:
    return ca.load("trade", source_id=["WTO_HSM", "UNCTAD_TMATRIX"], partner=CA5)


def bought(economy: str, year: int) -> pd.Series:
    """What the importers bought by chapter; none of them is a member of the EU beside it after
    2013.
    """
    found = raw("trade/wto_hsm.csv")
    found = found[
        (found["partner"] == economy) & (found["year"] == year) & (found["product"] != "TOTAL")
    ]
    return found.groupby("product")["value_usd"].sum()


@pytest.mark.parametrize("economy", CA5)
def test_raw_materials_and_chapters_of_2018(trade, economy):
    by_chapter = bought(economy, 2018)
    share = 100 * by_chapter[by_chapter.index.isin(RAW_GOODS)].sum() / by_chapter.sum()
    found = ca.article.industry.resource_share(trade, economies=[economy])["estimate"][0]
    assert found == pytest.approx(share, rel=1e-9)
    seen = (by_chapter[by_chapter.index.isin(MADE)] >= 1_000_000).sum()
    covered = ca.article.industry.chapter_coverage(trade, economies=[economy])["estimate"][0]
    assert covered == pytest.approx(100 * seen / 76, rel=1e-12)


def test_concentration_of_uzbekistan_by_steady_importers(trade):
    found = raw("trade/wto_hsm.csv")
    found = found[(found["partner"] == "UZB") & ~found["product"].isin(["TOTAL", "27", "71"])]
    everything = raw("trade/wto_hsm.csv").query("partner == 'UZB' and product != 'TOTAL'")
    years = [2010, 2011, 2012, 2016, 2017, 2018]
    in_year = [set(everything.loc[everything["year"] == y, "reporter"]) for y in years]
    steady = set.intersection(*in_year)
    indices = []
    for year in years:
        values = (
            found[(found["year"] == year) & found["reporter"].isin(steady)]
            .groupby("product")["value_usd"]
            .sum()
        )
        indices.append(((values / values.sum()) ** 2).sum())
    expected = 100 * (sum(indices[3:]) / sum(indices[:3]) - 1)
    row = ca.article.industry.chapter_concentration_change(trade, economies=["UZB"]).iloc[0]
    assert row["estimate"] == pytest.approx(expected, rel=1e-9) and row["n"] == 6 * len(steady)


def test_turkmenistan_has_too_few_importers_and_no_manufacturing_after_2004(trade):
    assert (
        "by chapter in every year; at least 10 are needed"
        in ca.article.industry.chapter_gain(trade, economies=["TKM"])["missing"][0]
    )
    macro = ca.load("macro", indicator="NV.IND.MANF.ZS")
    assert (
        "2004" in ca.article.industry.manufacturing_change(macro, economies=["TKM"])["missing"][0]
    )


def test_manufacturing_of_uzbekistan():
    rows = (
        raw("macro/small.csv")
        .query("indicator == 'NV.IND.MANF.ZS' and economy == 'UZB'")
        .set_index("year")["value"]
    )
    expected = 100 * (rows.loc[2019:2022].mean() / rows.loc[2010:2013].mean() - 1)
    macro = ca.load("macro", indicator="NV.IND.MANF.ZS")
    assert ca.article.industry.manufacturing_change(macro, economies=["UZB"])["estimate"][
        0
    ] == pytest.approx(expected)


def test_projects_at_work_as_printed():
    """20 of 52 by July 2022, 4.453 of 21.1 bn USD (P109); 15 of 55 by September 2019 (P111), all
    that was known in May 2023.
    """
    now, then = ca.load("facts"), ca.load("facts", as_of="2023-05-19")
    assert ca.article.industry.projects_at_work(now)["estimate"][0] == pytest.approx(100 * 20 / 52)
    assert ca.article.industry.projects_at_work(now, weight="value")["estimate"][
        0
    ] == pytest.approx(100 * 4.453 / 21.1)
    assert ca.article.industry.projects_at_work(then)["estimate"][0] == pytest.approx(100 * 15 / 55)


def test_corridor_as_printed():
    """Transit of 2021: 0.66 and 1.066 m TEU (M_LOK21) over 1.46 m (M_RF21); four fifths of trains
    (P065).
    """
    facts = ca.load("facts")
    row = ca.article.corridor.corridor_containers(facts).iloc[0]
    assert (row["low"], row["high"]) == (
        pytest.approx(100 * 0.66 / 1.46),
        pytest.approx(100 * 1.066 / 1.46),
    )
    assert ca.article.corridor.corridor_trains(facts)["estimate"][0] == 80
    assert (
        ca.article.corridor.corridor_trains(facts, count="two_ports")["low"][0] > 50
    )  # 'more than half' (M_PD25H)
    assert (
        ca.article.corridor.corridor_scale(facts)["high"][0] == 5
    )  # of EU imports by value, 2021 (M_TANDT)
    sea = (
        100 * 1.749 / (1.749 + 12.5)
    )  # January to November by rail (M_WTN23), the year westbound by sea (M_JMC23), m TEU
    assert ca.article.corridor.corridor_scale(facts, scale="containers")["high"][
        0
    ] == pytest.approx(sea)


def test_counts_by_crossing_do_not_bear_out_the_share_of_trains():
    """C24 sets the counts of the ports to Russia and Mongolia against the stated four fifths, and
    says no longer that there are none.
    """
    found = raw("facts/small.csv").set_index("fact_id")["value"]
    manzhouli, suifenhe, erenhot = (found[f"RLS-{n:03d}"] for n in (1, 2, 31))
    others = 100 * (manzhouli + suifenhe + erenhot) / found["RAIL-006"]
    assert others == pytest.approx(46.55, abs=0.01)  # of 12,400 trains in 2020
    (trains,) = (r for r in ca.registry.claim("C24").readings if r.name == "by_trains")
    assert "nearly half of all trains in 2020" in trains.against
    assert "No count of trains by crossing" not in trains.against


def test_learners_and_institutes_as_printed():
    """Under 200 to over 4,500 in Dushanbe, 2008-2019 (cgtn_tjk_2019); under 200 to over 800 in
    Tashkent in ten years (csi_2024).
    """
    culture, facts = ca.load("culture"), ca.load("facts")
    cases = ca.article.language.learner_cases(culture).set_index("economy")["growth"]
    assert cases["UZB"] == pytest.approx(100 * ((800 / 200) ** 0.5 - 1))
    assert cases["TJK"] == pytest.approx(100 * ((4500 / 200) ** (5 / 11) - 1))
    late = ca.article.language.learner_cases(culture, last_from=2018, opening="left_out")
    assert set(late["economy"]) == {
        "UZB"
    }  # Astana's pair ends in 2011, Dushanbe's starts in the year of opening
    assert "2024 only" in ca.article.language.examinee_growth(culture)["missing"][0]  # hsk_2025
    opened = ca.article.language.institute_openings(facts, economies=CA5)["estimate"]
    assert list(opened) == [1, 1, 1, 0, 0]  # AIDCPD, 2014-2018
    assert (
        ca.article.language.institute_openings(facts, economies=CA5, column="running_total")[
            "estimate"
        ]
        .isna()
        .all()
    )


def test_views_as_printed():
    """The Barometer's 75 to 39, 55 to 46, 73 to 44 per cent (P131) and 80.5 to 71.6 in Turkmenistan
    (as quoted); Gallup's values in M_GAL_CN.
    """
    facts, opinion = ca.load("facts"), ca.load("opinion")
    barometer = ca.article.favourability.favour_change(
        facts, opinion, economies=CA5, series="barometer"
    ).set_index("economy")["estimate"]
    assert barometer.dropna().to_dict() == pytest.approx(
        {"KAZ": -36, "KGZ": -9, "UZB": -29, "TKM": -8.9}
    )
    gallup = ca.article.favourability.favour_change(
        facts, opinion, economies=CA5, series="gallup"
    ).set_index("economy")["estimate"]
    assert gallup.to_dict() == {"KAZ": -1, "KGZ": 12, "TJK": -10, "TKM": -2, "UZB": -6}


def test_exchange_in_the_years_of_the_waves_is_not_counted():
    facts, opinion, students = ca.load("facts"), ca.load("opinion"), ca.load("students")
    table = ca.article.favourability.exchange_change(
        facts, opinion, students, economies=CA5
    ).set_index("economy")
    assert table["missing"].to_dict() == {
        **dict.fromkeys(("KAZ", "KGZ", "UZB"), "no count of students in China for 2021"),
        "TKM": "no count of students in China for 2021 and 2023",
        "TJK": "fewer than two waves of the barometer",
    }
    earlier = ca.article.favourability.exceptions(
        facts, opinion, students, economies=CA5, exposure="five_years_before"
    ).iloc[0]
    assert (earlier["low"], earlier["high"]) == (2, 3)


@pytest.mark.parametrize("edition", ["gcdf3_geo", "aiddata_sca", "gcof1"])
def test_completed_commitments_of_each_edition(edition):
    found = raw("projects/small.csv").query("source_id == @edition")
    old = found[found["year"] <= found["year"].max() - 5]
    old = old[~old["flow_type"].isin(["Debt forgiveness", "Debt rescheduling", "debt_action"])]
    old = old[
        ~old["status"].str.contains("Pledge")
        & (old["recommended"].astype(str).str.lower() != "false")
    ]
    expected = 100 * old["status"].isin(["Completion", "Pipeline: Commitment"]).mean()
    projects = ca.load("projects")
    vintage = ["newest", "newest-1", "newest-2"][ca.article.debt.editions(projects).index(edition)]
    row = ca.article.debt.completion_share(projects, vintage=vintage).iloc[0]
    assert (
        row["high"] == pytest.approx(expected)
        and pd.isna(row["low"])  # no edition keeps cancelled projects
        and row["about"]["done"] == str(old["status"].eq("Completion").sum())
        and row["n"] == len(old)
        and row["sources"] == (edition,)
    )


@pytest.mark.parametrize("debtor", CA5)
def test_debt_to_china_over_output(debtor):
    owed = raw("debt/small.csv").query(
        "debtor == @debtor and creditor == 'CHN' and source_id == 'ids_dod_one'"
    )
    owed = owed.set_index("year")["value_usd"]
    output = raw("macro/datasets_gdp.csv").query(
        "economy == @debtor and indicator == 'NY.GDP.MKTP.CD'"
    )
    percent = (100 * owed / output.set_index("year")["value"]).dropna()
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    official = {"economies": [debtor], "lenders": "official"}
    level = ca.article.debt.debt_burden(debt, macro, **official).iloc[0]
    assert (
        level["estimate"] == pytest.approx(percent.iloc[-1])
        and level["last_year"] == percent.index[-1] == 2023
    )
    change = ca.article.debt.debt_burden_change(debt, macro, **official)["estimate"][0]
    assert change == pytest.approx(percent[2023] - percent[2018])
