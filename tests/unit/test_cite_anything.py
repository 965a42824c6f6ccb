"""Whatever came from a table of the project can be cited; what lost its origin says what to do."""

import io
import json
import re

import duckdb
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.ground.errors import UsageError
from ca_research.tables import source_ids

CASES = cases(__file__, "cite_anything")
BOTH = ["DATASETS_POP", "UZB_STAT"]


@pytest.fixture(scope="module")
def rows():
    return ca.load("trade", source="UZB_STAT", product="TOTAL", partner=["CHN", "RUS", "KAZ"])


@pytest.fixture(scope="module")
def people():
    rows = ca.load("macro", indicator="SP.POP.TOTL", economy="UZB", source="DATASETS_POP")
    return rows[["year", "value", "source_id"]]


@pytest.fixture(scope="module")
def shares(rows):
    return ca.trade.partner_shares(rows)


def assert_cited(expected, things):
    """The sources of each are told, and citing it is citing them."""
    expected = expected.split()
    for name, thing in things.items():
        assert source_ids(thing) == expected, name
        assert ca.cite(thing) == ca.cite(expected), name
    plt.close("all")


def curve(**more):
    data = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["y", "x", "z"])
    return ca.stats.specification_curve(data.assign(**more), "y", "x", controls=["z"])


def test_what_users_hold_in_their_hands(rows, shares):
    of = {"source": "UZB_STAT", "product": "TOTAL"}
    made, coverage = curve(source_id="WTO_HSM"), ca.coverage("trade", **of)
    panel = ca.load("trade", source="PENPPML", product="TOTAL", since=2008)
    asked = "select * from trade where source_id = 'UZB_STAT' limit 3"
    own = {
        "a row": rows.iloc[0],
        "a column": rows["source_id"],
        "a row of a measure": shares.iloc[0],
        "growth": ca.trade.growth(rows),
        "a relation": ca.relation("trade", source="UZB_STAT"),
        "sql": ca.sql(asked),
        "coverage": coverage,
        "axes": coverage.plot(),
    }
    assert_cited("UZB_STAT", own)
    assert_cited("WTO_HSM", {"a curve": made})
    assert_cited("CEPII_GEODIST PENPPML", {"a panel": ca.trade.panel(panel, ca.load("geography"))})


def test_a_verdict_and_its_evidence():
    claim, verdict = ca.claim("C25"), ca.check("C25")
    evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    assert_cited("CEPII_GEODIST FBK", {"a verdict": verdict, "evidence": evidence})
    estimates = evidence.main("total_length")
    assert_cited("FBK", {"its criterion": verdict.criteria[0], "estimates": estimates})


LOST = [
    *map(pd.DataFrame, CASES["lost"]),
    3.5,
    None,
    plt.Figure(),
    curve(),
    "FBKK",
    pd.DataFrame({"sources": [("FBK",), ()]}),
    duckdb.sql("select 'FBK' as source_id union all select null"),
]


@pytest.mark.parametrize("thing", LOST, ids=lambda thing: type(thing).__name__)
def test_what_lost_its_origin_is_refused(thing):
    for style in ("text", "bibtex"):
        with pytest.raises(UsageError):
            ca.cite(thing, style)


# --- frames that went through other hands


@pytest.mark.parametrize("suffixes", CASES["suffixes"])
def test_after_a_merge_the_sources_of_both_sides_are_cited(rows, people, suffixes):
    """That with a suffix was left out of the list."""
    merged = rows.merge(people, on="year", suffixes=suffixes)
    table = ca.paper.summary_table(merged, ["value_usd"])
    for thing in (merged, merged.iloc[0], table):
        assert ca.cite(thing) == ca.cite(BOTH)


def test_listed_sources_are_cited_after_parquet_and_csv(rows, shares, tmp_path):
    """Arrays were 'unhashable', the text of a tuple an 'unknown source'."""
    shares.to_parquet(tmp_path / "shares.parquet")
    read = pd.read_parquet(tmp_path / "shares.parquet")
    assert isinstance(read["sources"].iloc[0], np.ndarray)
    by_year = rows.groupby("year").agg({"value_usd": "sum", "source_id": "unique"})
    texts = pd.read_csv(io.StringIO(shares.to_csv(index=False)))
    for frame in (read, by_year, by_year.reset_index().iloc[0], texts):
        assert ca.cite(frame) == ca.cite("UZB_STAT")


# --- styles


@pytest.mark.parametrize("style", ["text", "bibtex", "csl"])
def test_a_source_in_each_style(project, snapshot, style):
    project.sources(CASES["hard"])
    assert ca.cite("S_STATED", style) == snapshot


def test_ids_are_cited_once_and_in_order():
    book = registry.sources()["FBK"]
    assert ca.cite("FBK") == f"[FBK] {book.citation} Read from: {book.found_in}"
    assert ca.cite(["FBK", "FBK"]) == ca.cite("FBK") == ca.cite(ca.load("facts", source="FBK"))


def test_bibtex_of_every_source_is_well_formed():
    entries = ca.cite(list(registry.sources()), "bibtex").split("\n\n")
    assert len(entries) == len(registry.sources())
    for entry in entries:
        bare = re.sub(r"\\[{}]", "", entry)
        assert bare.count("{") == bare.count("}"), entry
        assert re.match(r"@misc\{[\w.-]+,\n  title = \{\{", entry), entry
        fields = re.sub(r"\\[&%$#_]", "", entry.split("\n", 1)[1])
        assert not re.search(r"[&%$#_~^]", fields), entry


def test_csl_is_json_with_what_is_known_and_nothing_else():
    items = json.loads(ca.cite(list(registry.sources()), "csl"))
    assert [i["id"] for i in items] == sorted(registry.sources())
    for item in items:
        source = registry.sources()[item["id"]]
        assert item["title"] == source.title and item.get("publisher") == source.publisher
        issued = [[int(part) for part in (source.published or "").split("-") if part]]
        assert item.get("issued", {"date-parts": [[]]}) == {"date-parts": issued}
