"""Priority, balance, effect, forecast and gravity on the embedded tables, against the raw files and
second ways.

The source of each figure is the `source_id` in the query; nothing of the wings is used for an
expected value, unless a test says that it compares two of them.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import priority
from ca_research.article.first_partners import first_partners
from ca_research.ground import economies as eco
from ca_research.ground import paths

CA5 = list(eco.CA5)
EU27 = eco.members("EU27", 2020)
YEARS = [2018, 2019, 2020, 2021, 2022]


@functools.cache
def file(name: str) -> pd.DataFrame:
    return pd.read_csv(paths.raw_dir() / name, keep_default_na=False, na_values=[""])


def raw(name: str, **where: object) -> pd.DataFrame:
    found = file(name)
    for column, value in where.items():
        found = found[found[column].isin(value if isinstance(value, (list, tuple)) else [value])]
    return found


@pytest.fixture(scope="module")
def trade() -> pd.DataFrame:
    return ca.load("trade", product="TOTAL")


@pytest.fixture(scope="module")
def cells(trade) -> pd.DataFrame:
    others = {t: ca.load(t) for t in ("investment", "students", "opinion", "visits", "events")}
    return priority.cells(trade, **others)


def cell(cells: pd.DataFrame, dimension: str, economy: str, **choices: str) -> pd.Series:
    table = priority.matrix(cells, **choices)
    return table[(table["dimension"] == dimension) & (table["economy"] == economy)].iloc[0]


# C01


def test_kazakhstan_trades_most_with_the_eu_by_its_own_report(cells):
    rows = raw(
        "trade/kaz_bns.csv", reporter="KAZ", year=2023, product="TOTAL", flow=["export", "import"]
    )
    china = rows.loc[rows["partner"] == "CHN", "value_usd"].sum()
    union = rows.loc[rows["partner"].isin(EU27), "value_usd"].sum()
    found = cell(cells, "trade", "KAZ")
    assert found["estimate"] == pytest.approx(china / union) and found["leader"] == "EU27"


def test_the_stock_of_investment_is_that_of_the_source_that_names_most(cells):
    rows = raw(
        "investment/small.csv", source_id="wiiw_kaz_fdi", year=2021, measure="fdi_stock"
    ).set_index("investor")
    found = cell(cells, "investment", "KAZ")
    assert found["sources"] == ("wiiw_kaz_fdi",)
    assert found["estimate"] == pytest.approx(
        rows.loc["CHN", "value_usd"] / rows.loc["USA", "value_usd"]
    )


def test_students_go_to_russia(cells):
    for origin in CA5:
        china = raw(
            "students/small.csv",
            source_id="moe_brief_stats_peijin",
            origin=origin,
            destination="CHN",
            year=2018,
            level="degree",
        )
        russia = raw(
            "students/uis_bilateral_360info.csv", origin=origin, destination="RUS", year=2018
        )
        ratio = china["students"].item() / russia["students"].item()
        assert cell(cells, "students", origin)["estimate"] == pytest.approx(ratio)


def test_two_economies_were_asked_about_all_three_powers(cells):
    table = priority.matrix(cells, since=2013)  # in Tajikistan in 2014, which is not counted
    filled = table[(table["dimension"] == "opinion") & (table["n"] > 0)]
    assert set(filled["economy"]) == {"KGZ", "TJK"}
    rows = raw(
        "opinion/small.csv",
        economy="TJK",
        source_id="M_MV14",
        measure="mvector_confidence_in_leader",
    ).set_index("about")
    expected = rows.loc["CHN", "value_pct"] / rows.loc["RUS", "value_pct"]
    assert filled.set_index("economy").loc["TJK", "estimate"] == pytest.approx(expected)


def test_official_finance_and_visits_fill_no_cell(cells):
    table = priority.matrix(cells)
    assert (table.loc[table["dimension"].isin(["finance", "meetings"]), "n"] == 0).all()


# C07


@pytest.mark.parametrize(
    ("economy", "name", "source"), [("KGZ", "kgz_nsc", "KGZ_NSC"), ("UZB", "uzb_stat", "UZB_STAT")]
)
def test_concentration_from_the_raw_file(trade, economy, name, source):
    rows = raw(f"trade/{name}.csv", reporter=economy, product="TOTAL")
    rows = rows[~rows["partner"].isin([*eco.AGGREGATES, economy])]
    index = {}
    for year in (2010, 2011, 2012, 2020, 2021, 2022):
        wide = (
            rows[rows["year"] == year]
            .pivot_table(index="partner", columns="flow", values="value_usd")
            .dropna()
        )
        share = wide.sum(axis=1) / wide.sum(axis=1).sum()
        index[year] = float((share**2).sum())
    early, late = [[index[y] for y in years] for years in ((2010, 2011, 2012), (2020, 2021, 2022))]
    row = ca.article.balance.concentration_change(trade, economies=[economy]).iloc[0]
    assert row["sources"] == (source,)
    assert (row["low"], row["high"]) == pytest.approx(
        (min(late) - max(early), max(late) - min(early))
    )


def test_the_spread_of_votes_from_the_raw_file():
    facts = ca.load("facts")
    found = ca.article.balance.vote_spread(facts, economies=CA5).set_index("economy")["estimate"]
    for economy in CA5:
        means = [
            raw(
                "facts/unga.csv", subject=economy, attribute=f"unga_agreement_with:{p}", year=YEARS
            )["value"].mean()
            for p in ("CHN", "RUS", "USA")
        ]
        assert found[economy] == pytest.approx(max(means) - min(means))
        assert found[economy] > 0.25  # known beforehand: the register says so


# C20


def test_the_fits_agree_with_the_slower_estimator(trade):
    """Two ways of this project: `effect` also makes placebo dates, `effect_fits` makes the rank of
    a loss.
    """
    events = ca.load("events")
    slow = ca.article.belt_and_road.effect(trade, events).set_index("economy")
    choices = {
        "accession_list": "M_GFDC25",
        "donors": "never_or_late",
        "source": "joined",
        "method": "synthetic",
        "until": 2020,
    }
    fast = ca.article.belt_and_road.effect_fits(trade, events, **choices).set_index("economy")
    for economy in ("KAZ", "TJK", "UZB"):
        assert fast.loc[economy, "estimate"] == pytest.approx(slow.loc[economy, "effect"])
        assert fast.loc[economy, "p_gain"] == pytest.approx(slow.loc[economy, "p_positive"])
        assert fast.loc[economy, "p"] == pytest.approx(slow.loc[economy, "p"])
        assert fast.loc[economy, "p_gain"] > 0.1  # known beforehand: no gain, even at one in ten
    assert fast.loc[["KGZ", "TKM"], "estimate"].isna().all()


# C34


def test_chinas_trade_after_2022_from_the_raw_files(trade):
    found = ca.article.forecasts.value_after(trade, economies=CA5).set_index("economy")["estimate"]
    customs = pd.concat([file("trade/small.csv"), file("trade/imf_imts_chn_m.csv")])
    customs = customs[(customs["reporter"] == "CHN") & (customs["product"] == "TOTAL")]
    by_year = {
        2022: ["WITS_CHN_2022X", "IMF_IMTS_CHN_M"],
        2023: ["GACC_2023_DERIVED"],
        2024: ["GACC_2024"],
        2025: ["GACC_2025"],
    }
    for economy in CA5:
        value = {
            year: customs[
                (customs["partner"] == economy)
                & (customs["year"] == year)
                & customs["source_id"].isin(ids)
            ]
            for year, ids in by_year.items()
        }
        assert all(len(rows) == 2 for rows in value.values())
        later = np.mean([value[year]["value_usd"].sum() for year in (2023, 2024, 2025)])
        assert found[economy] == pytest.approx(later / value[2022]["value_usd"].sum())


def test_kazakhstan_can_be_ranked_to_2025(trade):
    found = first_partners(trade, ca.load("facts"), ["KAZ"], since=2023)
    found = found[(found["basis"] == "reporter") & (found["eu"] == "apart")]
    assert found["year"].tolist() == [2023, 2024, 2025]
    rows = raw("trade/kaz_wits_bns_panel.csv", reporter="KAZ", year=2025, product="TOTAL")
    total = rows.groupby("partner")["value_usd"].sum()
    ratio = found.set_index(["economy", "year"]).loc[("KAZ", 2025), "ratio"]
    assert ratio == pytest.approx(total["CHN"] / total.drop("CHN").max())


# C35


def test_one_step_ranks_china_as_full_estimation_does():
    """Two ways of this project on the embedded panel; by least squares they are one number."""
    from ca_research.article.gravity_residual import rank_p
    from ca_research.article.settings import settings

    panel = ca.trade.panel(
        ca.load("trade", source="PENPPML", product="TOTAL"),
        ca.load("geography"),
        exclude=settings().oil_exporters,
    )
    table = ca.article.gravity_residual.placebo_table(panel, estimator="ols")
    full = ca.trade.reassign(panel, "CHN", ca.economies.CA5, estimator="ols")
    both = table.merge(full.table, on="economy", suffixes=("", "_full")).dropna(
        subset=["estimate", "estimate_full"]
    )
    assert both["estimate"].to_numpy() == pytest.approx(both["estimate_full"].to_numpy(), abs=1e-6)
    assert rank_p(table) == pytest.approx(full.p)


def test_the_place_of_the_five_among_all_members_from_the_raw_file():
    """Mean over the sessions 2018 to 2022 of the per cent of members whose votes lean less."""
    facts = ca.load("facts")
    for of, name in (("agreement", "agreement_spread"), ("distance", "ideal_distance_spread")):
        found = ca.article.balance.spread_place(facts, economies=CA5, of=of).set_index("economy")
        for economy in CA5:
            rows = facts.query(
                "subject == @economy and attribute == @attribute and 2018 <= year <= 2022",
                local_dict={"economy": economy, "attribute": f"unga_{name}_percentile"},
            )
            assert len(rows) == 5
            assert found.loc[economy, "estimate"] == pytest.approx(rows["value"].sum() / 5)


def test_first_or_second_from_what_each_cell_compares(cells):
    """Read from the words of the cells, which the place is not made from."""
    table = priority.matrix(cells)
    for row in table[table["n"] > 0].itertuples():
        told = row.values.replace("0 to ", "").split(" ")  # of a silent partner its most
        pairs = dict(zip(told[::2], told[1::2], strict=False))
        figures = {
            code: float(text.strip(",").replace(",", ""))
            for code, text in pairs.items()
            if code in ("CHN", "RUS", "EU27", "USA")
        }
        larger = sum(v > figures["CHN"] for v in figures.values())
        assert row.place == (larger + 1, larger + 1), row.values
