"""`coverage` counts, `sql` answers one SELECT and nothing else. What can be cited:
test_cite_anything.py.
"""

import csv
import time
from collections import Counter

import pandas as pd
import pytest
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.ground import paths
from ca_research.ground.errors import TimeLimitError, UnknownNameError, UsageError
from ca_research.tables import query

CASES = cases(__file__, "sql")


def counted(table, columns):
    """Brute-force count over the raw files."""
    found = Counter()
    for name in registry.table(table).files:
        with (paths.raw_dir() / name).open(newline="") as handle:
            found.update(tuple(row[c] for c in columns) for row in csv.DictReader(handle))
    return dict(found)


@pytest.mark.parametrize(("table", "by", "who"), CASES["coverage"])
def test_coverage_equals_a_count_by_hand(table, by, who):
    frame, columns = ca.coverage(table, by=by), [*who, "source_id", "year"]
    assert list(frame) == [*columns, "figures"]
    assert frame.attrs == {"table": table, "who": who}
    counts = frame.astype(dict.fromkeys(columns, str)).set_index(columns)["figures"]
    assert counts.index.is_unique and counts.to_dict() == counted(table, columns)


def test_coverage_of_rows_without_years_and_with_filters(built):
    frame = ca.coverage("events")
    assert frame.attrs["who"] == ["event_id"] and frame["year"].isna().all()
    frame = ca.coverage("trade", partner="China", until=2019)
    assert frame.to_numpy().tolist() == [["KAZ", "export", "S_CALENDAR", 2019, 1]]
    with pytest.raises(UnknownNameError):
        ca.coverage("trade", by=["reportr"])


def test_holes_are_of_all_economies_that_are_named_unless_some_are_asked_for():
    rows = ca.load("students")
    found = ca.holes("students").set_index("economy")
    named = {*rows["origin"], *rows["destination"]} - set(ca.economies.AGGREGATES)
    assert set(found.index) == named > {"CHN", "KAZ"}
    five = ca.holes("students", ca.economies.CA5)
    assert list(five["economy"]) == list(ca.economies.CA5)
    assert ca.holes("students", destination="CHN", year=1850).empty


# --- sql


@pytest.mark.parametrize("query", CASES["no select"])
def test_anything_but_one_select_is_refused(built, tmp_path, query):
    out = tmp_path / "out"
    with pytest.raises(UsageError):
        ca.sql(query.format(out=out))
    assert not out.exists()
    assert ca.sql("select count(*) as n from trade").n[0] == 5


@pytest.mark.parametrize("reader", CASES["readers"])
def test_no_file_outside_the_build_is_read(built, tmp_path, monkeypatch, reader):
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / ".tmp"  # DuckDB's own scratch folder, in the folder of the moment
    inner.mkdir()
    for file in (built.raw(), tmp_path / "mine.csv", inner / "mine.csv"):
        if not file.exists():
            file.write_text("secret\nseen\n")
        with pytest.raises(UsageError):
            ca.sql(f"select * from {reader.format(file)}")


@pytest.mark.parametrize(("query", "where"), CASES["faulty"])
def test_the_words_of_duckdb_are_kept(built, query, where):
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(UsageError) as caught:
        ca.sql(query)
    assert where in caught.value.where + caught.value.hint
    assert len(frame) == 1


HEAVY = "select count(*) from range(10000000) a, range(10000000) b where a.range * b.range % 7 = 3"


@pytest.mark.parametrize(
    "ask", [ca.sql, query.arrow, query.words, lambda *a, **k: [*query.json_rows(*a, **k)]]
)
def test_a_query_that_takes_too_long_is_stopped(built, ask):
    begun = time.monotonic()
    with pytest.raises(TimeLimitError):
        ask(HEAVY, seconds=0.3)
    assert time.monotonic() - begun < 60  # it would take days
    assert len(ask("select 1 as a", seconds=60))
