"""The gravity panel, its estimation and reassignment: what is read, and what leaves and is logged.
What is refused: test_statistics_refused.py; numbers: tests/oracle/.
"""

import numpy as np
import pandas as pd
import pytest
from tests.designs import changed, gravity_panel, sizes, trade_rows

from ca_research import trade
from ca_research.ground.economies import CA5
from ca_research.ground.errors import CoverageError, MixedUnitsError, UnknownNameError, UsageError


def reasons(log):
    return dict(zip(log["reason"], log["rows"], strict=True))


@pytest.mark.parametrize("flow", ["export", "import"])
def test_exports_and_imports_name_the_sides(flow):
    rows = trade_rows().assign(flow=flow)
    assert trade.panel(rows)[f"{flow}er"].tolist() == rows["reporter"].tolist()


def test_a_world_panel_as_frame_or_file_gives_the_same(tmp_path):
    names = {"reporter": "exporter_iso3", "partner": "importer_iso3"}
    world = trade_rows().rename(columns=names).drop(columns=["flow", "product"])
    both, file = changed(world, {"beside": {"source_id": "B"}}), tmp_path / "world.parquet"
    both.astype({"exporter_iso3": "category", "source_id": "category"}).to_parquet(file)
    for given in (file, str(file), both):
        made = trade.panel(given, source="MADE_UP")
        pd.testing.assert_frame_equal(made, trade.panel(trade_rows()))
        with pytest.raises(UsageError):
            trade.panel(given)
    changed(world, {"set": {"product": ["27", "72"]}}).to_parquet(tmp_path / "two.parquet")
    with pytest.raises(MixedUnitsError):
        trade.panel(tmp_path / "two.parquet")


def test_what_leaves_the_panel_is_logged_once():
    rows = trade_rows()
    odd = {"reporter": ["WLD", "CHN", "CHN", "KAZ", "EU27", "USA"], "year": 2010}
    odd |= {
        "partner": ["CHN", "EU", "CHN", "DEU", "EU27", "DEU"],
        "value_usd": [1, 1, 1, None, 1, 1],
    }
    whole = pd.concat([rows, rows.head(6).assign(**odd)])
    made = trade.panel(whole, exclude=["USA"], years=2010)
    log = reasons(pd.DataFrame(made.attrs["log"]))
    assert log == {
        "aggregate, not an economy": 3,
        "pair of an economy with itself": 1,
        "no value reported": 1,
        "economy excluded by choice": 33,
        "year outside those chosen": 56,
    }
    assert len(made) == len(whole) - sum(log.values())
    pd.testing.assert_frame_equal(made, trade.panel(whole, exclude=["USA"], years=[2010]))


def test_covariates_join_by_pair_or_by_economy_and_what_they_do_not_cover_is_missing():
    made = trade.panel(trade_rows(), covariates=sizes().query("economy != 'UZB'"))
    row = made.query("exporter == 'RUS' and importer == 'TUR'").iloc[0]
    assert (row["gdp_exporter"], row["gdp_importer"]) == (2, 3)
    assert made.query("exporter == 'UZB'")["gdp_exporter"].isna().all()
    pairs = made[["exporter", "importer"]].drop_duplicates().assign(agreement=1)
    assert trade.panel(trade_rows(), covariates=pairs)["agreement"].eq(1).all()


def test_treated_pairs_are_those_named_from_the_year_on():
    panel = gravity_panel()
    chosen = panel[trade.treated_pairs(panel, "China", CA5, since=2011) == 1]
    found = chosen[["exporter", "importer", "year"]].values.tolist()
    assert sorted(found) == sorted(["CHN", code, 2011] for code in CA5)
    assert trade.treated_pairs(panel, CA5, "CHN").sum() == 10


def test_what_leaves_the_sample_is_logged():
    panel = gravity_panel()
    start, end = panel["year"] == 2010, panel["year"] == 2011
    panel["value_usd"] = panel["value_usd"].mask(start & (panel["exporter"] == "TKM"), 0)
    alone = end & (panel["exporter"] == "UZB") & (panel["importer"] != "CHN")
    panel = panel[~alone].reset_index(drop=True)
    panel.loc[:2, "log_distance"] = np.nan
    fit = trade.gravity(panel)
    assert reasons(fit.log) == {
        "missing covariate": 3,
        "separated: the outcome is zero throughout a fixed effect": 8,
        "singleton: alone in a fixed effect": 1,
    }
    assert fit.n == len(panel) - 12
    assert fit.table["term"].tolist() == ["log_distance", "contiguous", "common_language"]


def test_a_term_that_separates_or_is_collinear_has_no_estimate_and_says_why():
    panel = gravity_panel().eval("twin = 2 * log_distance\nsize = year * 1.0")
    panel["dead"] = trade.treated_pairs(panel, "TUR", ["KGZ", "TJK"])
    panel["value_usd"] = panel["value_usd"].where(panel["dead"] == 0, 0.0)
    fit = trade.gravity(panel, ["log_distance", "dead", "size", "twin"])
    log = fit.log.set_index("detail")
    assert log.at["dead", "rows"] == 4 and log.at["dead", "reason"].startswith("separated")
    assert log.loc[["size", "twin"], "reason"].str.startswith("collinear").all()
    known = fit.table.set_index("term")["estimate"].notna()
    assert known[known].index.tolist() == ["log_distance"]
    for term, error in {"dead": CoverageError, "nothing": UnknownNameError}.items():
        with pytest.raises(error):
            fit.coefficient(term)


@pytest.mark.parametrize("coded", [(0.0, 1.0), (1.0, 0.0), (3.0, -3.0)])
@pytest.mark.parametrize("alone", [False, True])
def test_a_dummy_that_separates_has_no_estimate_however_it_is_coded(coded, alone):
    """`open` had one where `embargo` had none; so had both beside one row that then was pruned."""
    panel = gravity_panel()
    zero = np.random.default_rng(0).random(len(panel)) < 0.1
    panel["term"] = np.where(zero, *coded)
    without = trade.gravity(panel[~zero], ["log_distance"])
    panel["value_usd"] = panel["value_usd"].mask(zero, 0.0)
    if alone:
        other = panel[zero].head(1).assign(exporter="DEU", value_usd=1e5)
        panel = pd.concat([panel, other], ignore_index=True)
    fit = trade.gravity(panel, ["log_distance", "term"])
    with pytest.raises(CoverageError):
        fit.coefficient("term")
    found, expected = (one.coefficient("log_distance") for one in (fit, without))
    assert fit.n == without.n
    assert found["estimate"] == pytest.approx(expected["estimate"], abs=1e-6)


@pytest.mark.parametrize("rectifier", [False, True])
def test_separation_by_a_combination_of_terms_is_found(rectifier):
    """Trade is zero wherever a continuous term is not: no fixed effect and no dummy shows it."""
    panel, rng = gravity_panel(), np.random.default_rng(1)
    panel["x"] = rng.uniform(1, 2, len(panel)) * (rng.random(len(panel)) < 0.08)
    panel["value_usd"] = panel["value_usd"].mask(panel["x"] > 0, 0)
    fit = trade.gravity(panel, ["log_distance", "x"], rectifier=rectifier)
    assert np.isnan(fit.table.set_index("term").at["x", "estimate"])
    assert fit.n <= (panel["x"] == 0).sum()


def test_order_of_rows_and_unit_of_value_do_not_matter_and_the_panel_is_left_as_it_was():
    panel = gravity_panel()
    fit = trade.gravity(panel)
    pd.testing.assert_frame_equal(panel, gravity_panel())
    other = panel.sample(frac=1, random_state=3).eval("value_usd = value_usd / 1e6")
    again = trade.gravity(other)
    assert again.table["estimate"].tolist() == pytest.approx(fit.table["estimate"], abs=1e-6)
    assert again.reset["p"] == pytest.approx(fit.reset["p"], abs=1e-4)


# reassignment


def test_reassignment_says_who_has_no_place():
    panel, calls = gravity_panel(), []
    few = panel["importer"].isin(CA5[:3]) & (panel["exporter"] == "TUR")
    alone = ~panel["importer"].isin(CA5) & (panel["exporter"] == "USA")
    panel["value_usd"] = panel["value_usd"].mask(few | alone, 0)
    found = trade.reassign(panel, "China", CA5, progress=lambda *done: calls.append(done))
    table = found.table.set_index("economy")
    assert table["estimate"].notna().to_dict() == dict(CHN=True, RUS=True, TUR=False, USA=False)
    assert table.at["TUR", "missing"] == "only 2 of the pairs trade"
    assert "collinear" in table.at["USA", "missing"], "it trades with these partners alone"
    assert calls[-1] == (4, 4) and found.p == found.rank / 2
    with pytest.raises(CoverageError):
        trade.reassign(panel, "TUR", CA5)


def test_reassignment_takes_a_term_or_several_years_as_text_and_changes_over_time():
    panel = gravity_panel()
    one, listed = (trade.reassign(p, "CHN", CA5, covariates=c) for p, c in (
        (panel, "log_distance"), (panel.astype({"year": str}), ["log_distance"])))  # fmt: skip
    pd.testing.assert_frame_equal(one.table, listed.table)
    change = trade.reassign(panel, "CHN", CA5, direction="both", since=2011)
    assert change.table["pairs"].eq(10).all()
