"""The gravity panel and its estimation: what is read, what leaves and is logged, what is
refused.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.economies import CA5
from ca_research.ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ca_research.trade.gravity_reassign import reassign

g = import_module("ca_research.trade.gravity")  # in the package the name is the function
CODES = ("CHN", "RUS", "TUR", "USA", "KAZ", "KGZ", "TJK", "TKM", "UZB")


def trade(years: tuple[int, ...] = (2010, 2011), **more) -> pd.DataFrame:
    """Made-up exports of nine economies to one another, like table `trade`."""
    rng = np.random.default_rng(7)
    cells = [(e, i, y) for e in CODES for i in CODES if e != i for y in years]
    rows = pd.DataFrame(cells, columns=["reporter", "partner", "year"])
    rows["value_usd"] = np.exp(rng.normal(10, 1, len(rows)))
    fixed = {"flow": "export", "product": "TOTAL", "valuation": "fob", "source_id": "MADE_UP"}
    return rows.assign(**(fixed | more))


def geography() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    cells = [(o, d) for o in CODES for d in CODES if o != d]
    rows = pd.DataFrame(cells, columns=["origin", "destination"])
    rows["distance_km"] = rng.uniform(500, 9000, len(rows))
    return rows.assign(
        contiguous=rng.random(len(rows)) < 0.3,
        common_language=rng.random(len(rows)) < 0.3,
        source_id="G",
    )


def made() -> pd.DataFrame:
    return g.panel(trade(), geography())


# the panel


def test_exports_and_imports_name_the_sides():
    out = g.panel(trade())
    assert out[["exporter", "importer"]].equals(
        trade()[["reporter", "partner"]].set_axis(["exporter", "importer"], axis=1)
    )
    back = g.panel(trade(flow="import", valuation="cif"))
    assert back["importer"].tolist() == trade()["reporter"].tolist()


def test_a_world_panel_as_frame_or_file_gives_the_same(tmp_path):
    world = (
        trade()
        .rename(columns={"reporter": "exporter_iso3", "partner": "importer_iso3"})
        .drop(columns=["flow", "product"])
    )
    other = world.assign(source_id="OTHER", value_usd=1.0)
    both = pd.concat([world, other], ignore_index=True)
    file = tmp_path / "world.parquet"
    both.astype({"exporter_iso3": "category", "source_id": "category"}).to_parquet(file)
    expected = g.panel(trade())
    pd.testing.assert_frame_equal(g.panel(file, source="MADE_UP"), expected)
    pd.testing.assert_frame_equal(g.panel(str(file), source="MADE_UP"), expected)
    pd.testing.assert_frame_equal(g.panel(both, source="MADE_UP"), expected)
    for given in (file, both):
        with pytest.raises(UsageError, match=r"source_id.*MADE_UP, OTHER"):
            g.panel(given)
    halves = np.where(world["exporter_iso3"] < "L", "27", "72")
    world.assign(product=halves).to_parquet(tmp_path / "products.parquet")
    with pytest.raises(MixedUnitsError, match=r"product.*27, 72"):
        g.panel(tmp_path / "products.parquet")
    with pytest.raises(CoverageError, match="no rows of trade by NOBODY"):
        g.panel(file, source="NOBODY")


def test_what_leaves_the_panel_is_logged_once():
    rows = trade()
    extra = rows.iloc[:6].assign(
        reporter=["WLD", "CHN", "CHN", "KAZ", "EU27", "USA"],
        partner=["CHN", "EU", "CHN", "DEU", "EU27", "DEU"],
        year=2010,
        value_usd=[1, 1, 1, np.nan, 1, 1],
    )
    out = g.panel(pd.concat([rows, extra]), exclude=["USA"], years=[2010])
    log = {entry["reason"]: entry["rows"] for entry in out.attrs["log"]}
    assert log == {
        "aggregate, not an economy": 3,
        "pair of an economy with itself": 1,
        "no value reported": 1,
        "economy excluded by choice": 33,
        "year outside those chosen": 56,
    }
    assert len(out) == len(rows) + 6 - sum(log.values())


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        (lambda: pd.concat([trade(), trade(source_id="B")]), UsageError, "source_id"),
        (lambda: pd.concat([trade(), trade(flow="import")]), UsageError, "flow"),
        (lambda: pd.concat([trade(), trade(product="27")]), MixedUnitsError, "product"),
        (lambda: pd.concat([trade(), trade(valuation="cif")]), MixedUnitsError, "valuation"),
        (lambda: pd.concat([trade(), trade().iloc[:1]]), UsageError, "share a cell"),
        (lambda: trade(value_usd=-1.0), UsageError, "negative"),
        (lambda: trade(value_usd=np.inf), UsageError, "infinite"),
        (lambda: trade(value_usd=np.nan), CoverageError, "no pair is left"),
        (lambda: trade().iloc[:0], CoverageError, "no rows"),
        (lambda: trade(reporter="XQX"), UnknownNameError, "XQX"),
        (lambda: trade().rename(columns={"reporter": "who"}), UsageError, "reporter"),
    ],
)
def test_a_panel_that_is_refused(rows, error, words):
    with pytest.raises(error, match=words):
        g.panel(rows())


def test_a_group_is_neither_excluded_nor_treated_by_its_code():
    """A group has no row of its own: excluded, it left everybody in the panel."""
    for name in ("CA5", "EU"):
        with pytest.raises(AggregateError, match="name its members"):
            g.panel(trade(), exclude=[name])
    assert set(g.panel(trade(), exclude=CA5)["exporter"]) == {"CHN", "RUS", "TUR", "USA"}
    out = made()
    for sides in ((["CA5", "RUS"], "CHN"), ("CHN", ["CA5", "RUS"])):
        with pytest.raises(AggregateError, match=r"\(CA5\) is an aggregate"):
            g.treated_pairs(out, *sides)
    for asked in (("CHN", ["CA5", "RUS", "TUR", "USA"]), ("CA5", ["RUS", "TUR", "USA"])):
        with pytest.raises(AggregateError, match=r"\(CA5\) is an aggregate"):
            reassign(out, *asked)


@pytest.mark.parametrize(
    ("column", "values"),
    [("source_id", ["A", None]), ("valuation", ["fob", None]), ("scope", ["goods", None])],
)
def test_what_a_row_does_not_state_is_not_what_the_others_are(column, values):
    with pytest.raises((UsageError, MixedUnitsError), match=f"{column}.*not stated"):
        g.panel(trade(**{column: values * 72}))


def wide(**more) -> pd.DataFrame:
    """A covariate of each economy and year."""
    cells = [(c, y, 1.0 + i) for i, c in enumerate(CODES) for y in (2010, 2011)]
    return pd.DataFrame(cells, columns=["economy", "year", "gdp"]).assign(**more)


@pytest.mark.parametrize(
    ("covariates", "error", "words"),
    [
        (lambda: wide(indicator=["GDP", "POP"] * 9), MixedUnitsError, "indicator"),
        (lambda: wide().replace({"economy": {"CHN": "China"}}), UsageError, "'China'"),
        (lambda: wide(gdp="12.5"), UsageError, "'gdp' holds what is no number"),
        (lambda: wide().drop(columns="gdp"), UsageError, "no column of numbers"),
        (lambda: wide().iloc[1:].replace({"year": {2010: np.nan}}), UsageError, "without 'year'"),
        (lambda: wide().replace({"year": {2010: "2010/11"}}), UsageError, "not years"),
        (lambda: [wide()], UsageError, "a frame is needed"),
    ],
)
def test_covariates_that_are_refused(covariates, error, words):
    with pytest.raises(error, match=words):
        g.panel(trade(), covariates=covariates())


@pytest.mark.parametrize(
    "call",
    [
        lambda: g.panel({"a": 1}),
        lambda: g.panel(None),
        lambda: g.panel(trade().drop(columns="source_id"), source="MADE_UP"),
        lambda: g.panel(trade(year="2020/21")),
        lambda: g.panel(trade(year=2020.5)),
        lambda: g.panel(trade(), years="2010"),
        lambda: g.panel(trade(), geography().drop(columns="contiguous")),
        lambda: g.panel(trade(), geography().assign(distance_km="far")),
        lambda: g.treated_pairs(made().astype({"year": str}), "CHN", CA5, since=2011),
        lambda: g.gravity(made(), cluster=None),
        lambda: g.gravity(made(), effects=None),
        lambda: reassign(made().astype({"year": str}), "CHN", CA5, since=2011),
        lambda: reassign(made(), "CHN", CA5, least="3"),
        lambda: reassign(made(), "CHN", ["CHN", *CA5]),
    ],
)
def test_a_call_that_is_wrong_is_refused_in_words(call):
    with pytest.raises(UsageError):
        call()


def test_one_year_is_a_choice_of_years():
    pd.testing.assert_frame_equal(g.panel(trade(), years=2010), g.panel(trade(), years=[2010]))


def test_covariates_join_by_pair_or_by_economy():
    pairs = trade().rename(columns={"reporter": "exporter", "partner": "importer"})[
        ["exporter", "importer"]
    ]
    pairs = pairs.drop_duplicates().assign(agreement=1)
    gdp = pd.DataFrame(
        [(c, y, 10.0 * i) for i, c in enumerate(CODES[:-1]) for y in (2010, 2011)],
        columns=["economy", "year", "gdp"],
    )
    out = g.panel(trade(), covariates=gdp)
    row = out[(out["exporter"] == "RUS") & (out["importer"] == "TUR")].iloc[0]
    assert (row["gdp_exporter"], row["gdp_importer"]) == (10, 20)
    assert (
        out.loc[out["exporter"] == "UZB", "gdp_exporter"].isna().all()
    )  # not covered stays missing
    assert g.panel(trade(), covariates=pairs)["agreement"].eq(1).all()
    with pytest.raises(UsageError, match="two rows of covariates"):
        g.panel(trade(), covariates=pd.concat([gdp, gdp]))
    with pytest.raises(UsageError, match="economy and year"):
        g.panel(trade(), covariates=gdp.rename(columns={"economy": "who"}))


def test_treated_pairs():
    out = made()
    mark = g.treated_pairs(out, "China", CA5, since=2011)
    chosen = out[mark == 1]
    assert (
        set(chosen["importer"]) == set(CA5)
        and set(chosen["exporter"]) == {"CHN"}
        and set(chosen["year"]) == {2011}
    )
    assert g.treated_pairs(out, CA5, "CHN").sum() == 10
    with pytest.raises(CoverageError, match="no pair"):
        g.treated_pairs(out, "DEU", CA5)
    with pytest.raises(UnknownNameError):
        g.treated_pairs(out, "Chinaa", CA5)


# the estimation


def test_log_of_what_left_the_sample():
    out = made()
    out.loc[(out["exporter"] == "TKM") & (out["year"] == 2010), "value_usd"] = (
        0  # an effect without trade
    )
    out.loc[
        (out["exporter"] == "UZB") & (out["year"] == 2011) & (out["importer"] != "CHN"), "value_usd"
    ] = np.nan
    attrs, out = (
        out.attrs,
        out.dropna(subset="value_usd").copy(),
    )  # UZB 2011 is then alone in its effect
    out.attrs = attrs
    out.loc[out.index[:3], "log_distance"] = np.nan
    fit = g.gravity(out)
    log = fit.log.set_index("reason")["rows"].to_dict()
    assert log == {
        "missing covariate": 3,
        "separated: the outcome is zero throughout a fixed effect": 8,
        "singleton: alone in a fixed effect": 1,
    }
    assert fit.n == len(out) - 12
    assert fit.table["term"].tolist() == list(g.GEOGRAPHY)


def test_a_dummy_without_trade_is_separated_and_one_without_variation_collinear():
    out = made()
    none = g.treated_pairs(out, "TUR", ["KGZ", "TJK"])
    out["value_usd"] = out["value_usd"].where(none == 0, 0.0)
    out["dead"], out["twin"] = none, 2 * out["log_distance"]
    out["size"] = out["year"].astype(float)
    fit = g.gravity(out, ["log_distance", "dead", "size", "twin"])
    log = fit.log.set_index("detail")
    assert log.at["dead", "rows"] == 4 and "separated" in log.at["dead", "reason"]
    assert {"size", "twin"} <= set(log.index)
    assert fit.table.set_index("term")["estimate"].notna().to_dict() == {
        "log_distance": True,
        "dead": False,
        "size": False,
        "twin": False,
    }
    with pytest.raises(CoverageError, match="no estimate of dead: separated"):
        fit.coefficient("dead")
    with pytest.raises(CoverageError, match="no estimate of twin: collinear"):
        fit.coefficient("twin")
    with pytest.raises(UnknownNameError):
        fit.coefficient("nothing")


@pytest.mark.parametrize(
    ("change", "options", "error", "words"),
    [
        (lambda p: p.iloc[:0], {}, CoverageError, "no row"),
        (lambda p: p.assign(log_distance=np.nan), {}, CoverageError, "log_distance"),
        (lambda p: p.assign(value_usd=0.0), {"estimator": "ols"}, CoverageError, "no row is left"),
        (
            lambda p: p.assign(value_usd=0.0),
            {},
            CoverageError,
            "no row is left",
        ),  # pyfixest itself would end the process
        (lambda p: p.iloc[:2], {}, CoverageError, "singleton"),
        (lambda p: p, {"covariates": ["size"]}, UnknownNameError, "size"),
        (lambda p: p, {"covariates": []}, UsageError, "no term"),
        (lambda p: p, {"effects": "exporter-month"}, UnknownNameError, "exporter-month"),
        (lambda p: p, {"effects": "exporter+exporter"}, UsageError, "'exporter' adds nothing"),
        (lambda p: p, {"effects": f"exporter+{g.LEVEL}"}, UsageError, "to 'exporter-year'"),
        (lambda p: p, {"effects": "pair+importer"}, UsageError, "'importer' adds nothing"),
        (lambda p: p, {"cluster": "region"}, UnknownNameError, "region"),
        (lambda p: p, {"cluster": "exporter+importer+year"}, UsageError, "cluster"),
        (lambda p: p, {"cluster": "pair+pair"}, UsageError, "cluster"),
        (lambda p: p, {"estimator": "tobit"}, UnknownNameError, "tobit"),
        (lambda p: p, {"level": 95}, UsageError, "level"),
        (lambda p: p, {"effects": g.CHANGE}, CoverageError, "collinear"),
        (lambda p: p[p["year"] == 2010], {"cluster": "year"}, CoverageError, "two clusters"),
        (lambda p: p.assign(source_id=["A", "B"] * 72), {}, UsageError, "source_id"),
    ],
)
def test_an_estimation_that_is_refused(change, options, error, words):
    with pytest.raises(error, match=words):
        g.gravity(change(made()), **options)


ODD_PANELS = {
    "a pair twice": (lambda p: pd.concat([p, p.assign(value_usd=1.0)]), "share a cell"),
    "two products": (
        lambda p: pd.concat([p.assign(product="27"), p.assign(product="72")]),
        "product",
    ),
    "a product for each pair": (
        lambda p: p.assign(product=np.where(p["exporter"] == "CHN", "27", "72")),
        "product",
    ),
    "two flows": (
        lambda p: p.assign(flow=np.where(p["exporter"] == "CHN", "export", "import")),
        "flow",
    ),
    "a pair with itself": (lambda p: p.replace({"importer": {"RUS": "CHN"}}).drop_duplicates(
        ["exporter", "importer", "year"]), "with itself"),
    "a name": (lambda p: p.replace({"importer": {"KAZ": "Kazakhstan"}}), "'Kazakhstan'"),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD_PANELS)
def test_a_panel_of_ones_own_has_one_figure_for_each_pair_of_two_economies(odd):
    """Rows that stood twice made the errors smaller, and a name left its pairs untreated."""
    change, words = ODD_PANELS[odd]
    for estimate in (g.gravity, lambda p: reassign(p, "CHN", CA5)):
        with pytest.raises((UsageError, MixedUnitsError), match=words):
            estimate(change(made()))


def test_result_exports_and_does_not_change_its_input():
    out = made()
    before = out.copy()
    fit = g.gravity(out, estimator="ols", level=0.9)
    pd.testing.assert_frame_equal(out, before)
    assert fit.to_csv().splitlines()[0] == "term,estimate,se,low,high,p"
    assert "log\\_distance" in fit.to_latex() and "72 clusters" in fit.to_latex()
    assert fit.to_frame() is not fit.table


def test_order_of_rows_and_unit_of_value_do_not_matter():
    fit, other = g.gravity(made()), made().sample(frac=1, random_state=3)
    other["value_usd"] /= 1e6
    again = g.gravity(other)
    assert again.table["estimate"].to_numpy() == pytest.approx(
        fit.table["estimate"].to_numpy(), abs=1e-6
    )
    assert again.reset["p"] == pytest.approx(fit.reset["p"], abs=1e-4)


@pytest.mark.parametrize("coded", [(0.0, 1.0), (1.0, 0.0), (0.0, 2.0), (3.0, -3.0)])
@pytest.mark.parametrize("alone", [False, True])
def test_a_dummy_that_separates_has_no_estimate_however_it_is_coded(coded, alone):
    """`open` had one where `embargo` had none; so had both beside one row that then was pruned."""
    out, rng = made(), np.random.default_rng(0)
    zero = rng.random(len(out)) < 0.1
    out["term"] = np.where(zero, *coded[::-1])
    out["value_usd"] = out["value_usd"].mask(zero, 0.0)
    without = g.gravity(out[~zero], ["log_distance"])
    if alone:
        other = out[zero].iloc[[0]].assign(exporter="DEU", value_usd=1e5)
        out = pd.concat([out, other], ignore_index=True)
    fit = g.gravity(out, ["log_distance", "term"])
    with pytest.raises(CoverageError, match="no estimate of term: separated"):
        fit.coefficient("term")
    assert fit.n == without.n
    assert fit.coefficient("log_distance")["estimate"] == pytest.approx(
        without.coefficient("log_distance")["estimate"], abs=1e-6
    )


@pytest.mark.parametrize("rectifier", [False, True])
def test_separation_by_a_combination_of_terms_is_found(rectifier):
    # trade is zero wherever a continuous term is above zero: no fixed effect and no dummy shows it
    out = made()
    rng = np.random.default_rng(1)
    out["x"] = np.where(rng.random(len(out)) < 0.08, rng.uniform(1, 2, len(out)), 0.0)
    out.loc[out["x"] > 0, "value_usd"] = 0
    fit = g.gravity(out, ["log_distance", "x"], rectifier=rectifier)
    assert pd.isna(fit.table.set_index("term").at["x", "estimate"])
    assert fit.n <= (out["x"] == 0).sum()


# reassignment


def test_reassignment_records_who_has_no_place():
    out = made()
    out.loc[(out["exporter"] == "TUR") & out["importer"].isin(CA5[:3]), "value_usd"] = 0
    calls = []
    found = reassign(out, "China", CA5, progress=lambda done, of: calls.append((done, of)))
    table = found.table.set_index("economy")
    assert table.at["TUR", "missing"] == "only 2 of the pairs trade" and pd.isna(
        table.at["TUR", "estimate"]
    )
    assert sorted(table.index) == ["CHN", "RUS", "TUR", "USA"] and calls[-1] == (4, 4)
    assert found.p == found.rank / 3
    with pytest.raises(CoverageError, match="no estimate for TUR itself"):
        reassign(out, "TUR", CA5)
    with pytest.raises(CoverageError, match="not in the panel"):
        reassign(out, "DEU", CA5)
    with pytest.raises(UnknownNameError):
        reassign(out, "CHN", CA5, direction="sideways")


def test_reassignment_takes_what_gravity_takes():
    out = made()
    one = reassign(out, "CHN", CA5, covariates="log_distance")
    listed = reassign(
        out.assign(year=out["year"].astype(str)), "CHN", CA5, covariates=["log_distance"]
    )
    pd.testing.assert_frame_equal(one.table, listed.table)
    with pytest.raises(UsageError, match="years"):
        reassign(out.assign(year=out["year"].astype(str)), "CHN", CA5, since=2011)


def test_reassignment_refuses_a_term_that_the_effects_take_up():
    out = made().assign(size=lambda p: p["year"] * 1.0)
    with pytest.raises(CoverageError, match="'size' is collinear"):
        reassign(out, "CHN", CA5, covariates=["log_distance", "size"])


def test_an_economy_that_trades_with_the_partners_alone_has_no_place():
    """Its coefficient was as large as the iterations allowed, and its rank the first."""
    out = made()
    out["value_usd"] = out["value_usd"].mask(
        out["exporter"].eq("TUR") & ~out["importer"].isin(CA5), 0
    )
    table = reassign(out, "CHN", CA5).table.set_index("economy")
    assert pd.isna(table.at["TUR", "estimate"]) and "collinear" in table.at["TUR", "missing"]


def test_a_partner_that_is_not_in_the_panel_is_not_left_out_in_silence():
    with pytest.raises(CoverageError, match="Germany"):
        reassign(made(), "CHN", [*CA5, "DEU"])


def test_change_needs_pairs_before_and_after():
    out = made()
    found = reassign(out, "CHN", CA5, direction="both", since=2011)
    assert found.table["pairs"].eq(10).all()
    with pytest.raises(CoverageError, match="before and after"):
        reassign(out, "CHN", CA5, since=2010)
