"""The gravity panel, its estimation and reassignment: what is read, and what leaves and is logged.
What is refused: tests/library/cases/refused.yaml; numbers: tests/oracle/.
"""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.designs import cases, changed, gravity_panel, trade_rows

from ca_research import trade
from ca_research.ground.economies import CA5
from ca_research.ground.errors import CoverageError, MixedUnitsError, UnknownNameError

LEAVING = cases(__file__, "gravity_panel")


def reasons(log):
    return dict(zip(log["reason"], log["rows"], strict=True))


@pytest.mark.parametrize("flow", ["export", "import"])
def test_exports_and_imports_name_the_sides(flow):
    rows = trade_rows().assign(flow=flow)
    assert trade.panel(rows)[f"{flow}er"].equals(rows["reporter"])


def test_a_world_panel_as_frame_or_file_gives_the_same(tmp_path):
    names = {"reporter": "exporter_iso3", "partner": "importer_iso3"}
    world = trade_rows().rename(columns=names).drop(columns=["flow", "product"])
    both, file = changed(world, {"beside": {"source_id": "B"}}), tmp_path / "world.parquet"
    both.astype({"exporter_iso3": "category", "source_id": "category"}).to_parquet(file)
    for given in (str(file), both):
        made = trade.panel(given, source="MADE_UP")
        assert_frame_equal(made, trade.panel(trade_rows()))
    for mixed in (both, changed(world, {"set": {"product": ["27", "72"]}})):
        with pytest.raises(MixedUnitsError):
            trade.panel(mixed)


def test_what_leaves_the_panel_is_logged_once():
    rows = trade_rows()
    odd = pd.DataFrame(LEAVING["odd"]).assign(year=2010)
    whole = pd.concat([rows, rows.head(4).assign(**odd)])
    made = trade.panel(whole, exclude=["USA"])
    log = reasons(pd.DataFrame(made.attrs["log"]))
    assert log == LEAVING["log"]
    assert len(made) == len(whole) - sum(log.values())


def test_treated_pairs_are_those_named_from_the_year_on():
    panel = gravity_panel()
    chosen = panel[trade.treated_pairs(panel, "China", CA5, since=2011) == 1]
    assert set(chosen["exporter"]) == {"CHN"} and set(chosen["year"]) == {2011}
    assert sorted(chosen["importer"]) == sorted(CA5)


def test_what_leaves_the_sample_is_logged():
    panel = gravity_panel()
    start, end = panel["year"] == 2010, panel["year"] == 2011
    panel["value_usd"] = panel["value_usd"].mask(start & (panel["exporter"] == "TKM"), 0)
    alone = end & (panel["exporter"] == "UZB") & (panel["importer"] != "CHN")
    panel = panel[~alone].reset_index(drop=True)
    panel.loc[:2, "log_distance"] = np.nan
    fit = trade.gravity(panel)
    assert fit.log["rows"].tolist() == [3, 8, 1] and fit.n == len(panel) - 12


def test_a_term_that_separates_or_is_collinear_has_no_estimate_and_says_why():
    panel = gravity_panel().eval("twin = 2 * log_distance\nsize = year * 1.0")
    panel["dead"] = trade.treated_pairs(panel, "TUR", ["KGZ", "TJK"])
    panel["value_usd"] = panel["value_usd"].where(panel["dead"] == 0, 0.0)
    fit = trade.gravity(panel, ["log_distance", "dead", "size", "twin"])
    reasons_of = fit.log.set_index("detail")["reason"].str.split().str[0]
    assert reasons_of[["dead", "size", "twin"]].tolist() == ["collinear"] * 3
    assert "separated: the terms tell where the outcome is zero" in fit.log["reason"].tolist()
    assert fit.table["estimate"].notna().tolist() == [True, False, False, False]
    for term, error in {"dead": CoverageError, "nothing": UnknownNameError}.items():
        with pytest.raises(error):
            fit.coefficient(term)


@pytest.mark.parametrize("coded", [(0.0, 1.0), (1.0, 0.0), (3.0, -3.0)])
def test_a_dummy_that_separates_has_no_estimate_however_it_is_coded(coded):
    """`open` had one where `embargo` had none."""
    panel = gravity_panel()
    zero = np.random.default_rng(0).random(len(panel)) < 0.1
    panel["term"] = np.where(zero, *coded)
    without = trade.gravity(panel[~zero], ["log_distance"]).table["estimate"]
    panel["value_usd"] = panel["value_usd"].mask(zero, 0.0)
    found = trade.gravity(panel, ["log_distance", "term"]).table["estimate"]
    assert found.tolist() == pytest.approx([without[0], np.nan], abs=1e-6, nan_ok=True)


def test_separation_by_a_combination_of_terms_is_found():
    """Trade is zero wherever a continuous term is not: no fixed effect and no dummy shows it."""
    panel, rng = gravity_panel(), np.random.default_rng(1)
    panel["x"] = rng.uniform(1, 2, len(panel)) * (rng.random(len(panel)) < 0.08)
    panel["value_usd"] = panel["value_usd"].mask(panel["x"] > 0, 0)
    fit = trade.gravity(panel, ["log_distance", "x"])
    assert fit.table["estimate"].isna().tolist() == [False, True]


def test_order_of_rows_and_unit_of_value_do_not_matter_and_the_panel_is_left_as_it_was():
    panel = gravity_panel()
    fit = trade.gravity(panel)
    assert_frame_equal(panel, gravity_panel())
    other = panel.sample(frac=1, random_state=3).eval("value_usd = value_usd / 1e6")
    again = trade.gravity(other).table["estimate"]
    assert again.tolist() == pytest.approx(fit.table["estimate"], abs=1e-6)
