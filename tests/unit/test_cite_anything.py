"""Whatever came from a table of the project can be cited; what lost its origin says what to do."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research.ground.errors import UsageError


@pytest.fixture(scope="module")
def rows():
    return ca.load("trade", source="UZB_STAT", product="TOTAL", partner=["CHN", "RUS", "KAZ"])


@pytest.fixture(scope="module")
def verdict():
    return ca.check("C25")


@pytest.fixture(scope="module")
def things(rows, verdict):
    """What users hold in their hands, and the sources it rests on."""
    spec = ca.claim("C25").spec
    evidence = ca.claim("C25").gather(**{name: ca.load(name) for name in spec.data})
    data = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["y", "x", "z"])
    curve = ca.stats.specification_curve(data.assign(source_id="WTO_HSM"), "y", "x", controls=["z"])
    coverage = ca.coverage("trade", source="UZB_STAT", product="TOTAL")
    panel = ca.trade.panel(
        ca.load("trade", source="PENPPML", product="TOTAL", since=2008), ca.load("geography")
    )
    return {
        "a row": (rows.iloc[0], ["UZB_STAT"]),
        "a column": (rows["source_id"], ["UZB_STAT"]),
        "a row of a measure": (ca.trade.partner_shares(rows).iloc[0], ["UZB_STAT"]),
        "growth": (ca.trade.growth(rows), ["UZB_STAT"]),
        "ranks": (ca.trade.rank(rows, economy="UZB", year=2022), ["UZB_STAT"]),
        "a relation": (ca.relation("trade", source="UZB_STAT"), ["UZB_STAT"]),
        "sql": (ca.sql("select * from trade where source_id = 'UZB_STAT' limit 3"), ["UZB_STAT"]),
        "coverage": (coverage, ["UZB_STAT"]),
        "a verdict": (verdict, ["CEPII_GEODIST", "FBK"]),
        "its criterion": (verdict.criteria[0], ["FBK"]),
        "evidence": (evidence, ["CEPII_GEODIST", "FBK"]),
        "an estimates frame": (evidence.main("total_length"), ["FBK"]),
        "a curve": (curve, ["WTO_HSM"]),
        "the picture of it": (ca.plots.coefficient_curve(curve, unit="y"), ["WTO_HSM"]),
        "axes": (ca.plots.coverage_map(coverage), ["UZB_STAT"]),
        "the picture of a result": (ca.trade.growth(rows).plot(), ["UZB_STAT"]),
        "a panel": (panel, ["CEPII_GEODIST", "PENPPML"]),
    }


NAMES = ["a row", "a column", "a row of a measure", "growth", "a relation", "sql", "coverage"]
NAMES += ["a verdict", "its criterion", "evidence", "an estimates frame", "a curve", "ranks"]
NAMES += ["the picture of it", "the picture of a result", "axes", "a panel"]


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_cited(name, things):
    thing, expected = things[name]
    assert ca.tables.source_ids(thing) == expected
    assert ca.cite(thing) == ca.cite(expected)
    plt.close("all")


def test_nothing_is_left_out_of_the_list(things):
    assert sorted(NAMES) == sorted(things)


@pytest.mark.parametrize(
    ("thing", "what"),
    [
        (pd.DataFrame({"x": [1]}), "cite the frame it was made from"),
        (pd.Series([1.0], name="x"), "cite the frame it was made from"),
        (3.5, "this float does not say where it comes from"),
        (None, "this NoneType"),
        ([1, 2], "this list"),
        (plt.Figure(), "this Figure"),
    ],
    ids=["frame", "series", "number", "nothing", "numbers", "an own picture"],
)
def test_what_lost_its_origin_says_what_to_do(thing, what):
    with pytest.raises(UsageError, match=what):
        ca.cite(thing)


def test_a_claim_has_sources_once_it_is_checked():
    with pytest.raises(UsageError, match=r"this Claim(.|\n)*ca\.cite\(ca\.check\(\.\.\.\)\)"):
        ca.cite(ca.claim("C30"))
    model = ca.stats.specification_curve(
        pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)), columns=["y", "x"]), "y", "x"
    )
    with pytest.raises(UsageError, match="this SpecificationCurve"):
        ca.cite(model)


def test_numbers_of_sources_are_no_ids():
    with pytest.raises(UsageError, match="no ids of sources"):
        ca.cite(ca.holes("students", ["KAZ"], destination="CHN"))


def test_two_tables_behind_one_measure_are_both_cited():
    counts, people = ca.load("students"), ca.load("macro", indicator="SP.POP.TOTL")
    chosen = {"level": "all", "source": "moe_brief_stats_peijin", "destination": "CHN"}
    found = ca.students.intensity(
        counts, people, origins=["KAZ"], population_source="DATASETS_POP", **chosen
    )
    assert ca.tables.source_ids(found) == ["DATASETS_POP", "moe_brief_stats_peijin"]
    terms = ca.investment.loan_terms(
        ca.load("projects"), ca.load("facts"), edition="gcdf3_geo", economies=["KGZ"]
    )
    assert {"gcdf3_geo", "page_aiddata_46348"} <= set(ca.tables.source_ids(terms))


def test_figures_in_other_prices_are_cited_with_the_index():
    inflation = ca.load("macro", economy="USA", source="WDI_2025_KARENKLW")
    prices = ca.investment.deflator_from_growth(inflation, "USA", source="WDI_2025_KARENKLW")
    held = ca.load("investment", investor="CHN", host="KAZ", source="wiiw_kaz_fdi", year=2021)
    real = ca.investment.convert_prices(held, prices, base_year=2015)
    assert ca.tables.source_ids(real) == ["WDI_2025_KARENKLW", "wiiw_kaz_fdi"]


# Frames that went through other hands


BOTH = ["DATASETS_POP", "UZB_STAT"]


@pytest.fixture(scope="module")
def people():
    rows = ca.load("macro", indicator="SP.POP.TOTL", economy="UZB", source="DATASETS_POP")
    return rows[["year", "value", "source_id"]]


@pytest.mark.parametrize("suffixes", [("", "_people"), ("_x", "_y"), ("_uzb", "")])
def test_after_a_merge_the_sources_of_both_sides_are_cited(rows, people, suffixes):
    """That with a suffix was left out of the list."""
    merged = rows.merge(people, on="year", suffixes=suffixes)
    for thing in (merged, merged.iloc[0]):
        assert ca.tables.source_ids(thing) == BOTH and ca.cite(thing) == ca.cite(BOTH)
    table = ca.paper.summary_table(merged, ["value_usd"])
    assert ca.cite(table) == ca.cite(BOTH)
    named = [column for column in merged if str(column).startswith("source_id_")]
    assert all(len(ca.tables.source_ids(merged[column])) == 1 for column in named)


def test_after_a_merge_of_measures_too(rows, people):
    shares = ca.trade.partner_shares(rows)
    listed = people.assign(sources=[(source,) for source in people["source_id"]])
    merged = shares.merge(listed.drop(columns="source_id"), on="year", suffixes=("_a", "_b"))
    assert ca.tables.source_ids(merged) == BOTH
    outer = rows.merge(people, on="year", how="outer", suffixes=("", "_people"))
    assert outer["source_id"].isna().any() and ca.cite(outer) == ca.cite(BOTH)


def test_a_column_with_the_suffix_that_names_no_source_is_refused_and_one_of_numbers_left(rows):
    with pytest.raises(UsageError, match=r"'sources_note' holds 'from the web'(.|\n)*rename"):
        ca.cite(rows.assign(sources_note="from the web"))
    assert ca.cite(rows.assign(sources_counted=3)) == ca.cite(rows)
    with pytest.raises(UsageError, match="neither"):
        ca.cite(pd.DataFrame({"sources_counted": [3]}))


def test_a_model_of_a_merged_frame_names_both_sources(rows, people):
    import statsmodels.formula.api as smf

    merged = rows.merge(people, on="year", suffixes=("", "_people"))
    table = ca.paper.regression_table([smf.ols("value_usd ~ value", merged).fit()])
    assert ca.cite(table) == ca.cite(BOTH)


def test_a_row_with_a_column_of_any_name_is_cited(rows):
    """Of a row, pandas gives a cell `columns` in the place of its columns."""
    assert ca.cite(rows.assign(columns="wide").iloc[0]) == ca.cite("UZB_STAT")


def test_listed_sources_are_cited_after_parquet_and_csv(rows, tmp_path):
    """Arrays were 'unhashable', the text of a tuple an 'unknown source'."""
    shares = ca.trade.partner_shares(rows)
    shares.to_parquet(tmp_path / "shares.parquet")
    read = pd.read_parquet(tmp_path / "shares.parquet")
    assert isinstance(read["sources"].iloc[0], np.ndarray)
    by_year = rows.groupby("year").agg({"value_usd": "sum", "source_id": "unique"})
    texts = pd.read_csv(io.StringIO(shares.to_csv(index=False)))
    joined = shares.assign(sources=[" ".join([*s, "DATASETS_POP"]) for s in shares["sources"]])
    for frame in (read, by_year, by_year.reset_index().iloc[0], texts):
        assert ca.cite(frame) == ca.cite("UZB_STAT")
    assert ca.cite(joined) == ca.cite(BOTH)
    for frame in (read, texts):  # what is made of them knows its sources as well
        assert ca.cite(ca.trade.hhi(frame)) == ca.cite("UZB_STAT")
