"""`coverage` counts, `cite` references, `sql` answers one SELECT and nothing else."""

import csv
import json
import re
import threading
import time
from collections import Counter

import duckdb
import pandas as pd
import pytest

import ca_research as ca
from ca_research import registry
from ca_research.ground import paths
from ca_research.ground.errors import TimeLimitError, UnknownNameError, UsageError
from ca_research.tables import Coverage, query, source_ids


def counted(table, columns):
    """Brute-force count over the raw files."""
    found = Counter()
    for name in registry.table(table).files:
        with (paths.raw_dir() / name).open(encoding="utf-8", newline="") as handle:
            found.update(tuple(row[c] for c in columns) for row in csv.DictReader(handle))
    return found


@pytest.mark.parametrize(
    ("table", "by", "who"),
    [
        ("trade", None, ["reporter", "flow"]),
        ("students", None, ["origin", "level"]),
        ("macro", None, ["economy", "indicator"]),
        ("trade", ["partner", "valuation"], ["partner", "valuation"]),
    ],
)
def test_coverage_equals_a_count_by_hand(table, by, who):
    frame = ca.coverage(table, by=by)
    columns = [*who, "source_id", "year"]
    assert list(frame.columns) == [*columns, "figures"] and frame.attrs == {
        "table": table,
        "who": who,
    }
    found = {tuple(map(str, row[:-1])): row[-1] for row in frame.itertuples(index=False)}
    assert found == dict(counted(table, columns))
    assert len(found) == len(frame)


def test_coverage_of_a_table_without_years(built):
    frame = ca.coverage("events")
    assert frame.attrs["who"] == ["event_id"]
    assert list(zip(frame.event_id, frame.figures, strict=True)) == [
        ("a", 1),
        ("b", 1),
        ("c", 1),
        ("d", 1),
    ]
    assert frame.year.isna().all()


def test_coverage_keeps_missing_years_and_takes_filters(built):
    assert ca.coverage("facts").figures.sum() == 3
    frame = ca.coverage("trade", partner="China", until=2019)
    assert frame.drop(columns="figures").to_numpy().tolist() == [
        ["KAZ", "export", "S_CALENDAR", 2019]
    ]


def test_coverage_is_an_ordinary_frame_once_filtered(built):
    frame = ca.coverage("trade")
    assert type(frame) is Coverage and type(frame[frame.year == 2020]) is pd.DataFrame


def test_coverage_refuses_an_unknown_column(built):
    with pytest.raises(UnknownNameError, match=r"'reportr'(.|\n)*reporter"):
        ca.coverage("trade", by=["reportr"])


# --- sql
#
#
#
# --------------------------------------------------------------------------------------------------


def test_select_answers_over_views_named_like_the_tables(built):
    frame = ca.sql(
        "select reporter, sum(value_usd) as total from trade join sources using (source_id) "
        "group by 1 order by 1"
    )
    assert frame.to_dict("list") == {"reporter": ["KAZ", "KGZ", "TUR"], "total": [6.0, 1.0, 2.0]}


def test_every_table_has_its_view():
    names = ca.sql("show tables")["name"]
    assert set(names) == set(registry.tables())


@pytest.mark.parametrize(
    "query",
    [
        "insert into trade values (1)",
        "create table mine as select 1",
        "create or replace view trade as select 1",
        "drop view trade",
        "copy trade to '{out}'",
        "copy (select 1) to '{out}'",
        "attach '{out}'",
        "set enable_external_access = true",
        "pragma version",
        "load httpfs",
        "export database '{out}'",
        "select 1; select 2",
        "select 1; drop view trade",
        "",
        "-- nothing",
    ],
)
def test_anything_but_one_select_is_refused(built, tmp_path, query):
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="only one SELECT at a time"):
        ca.sql(query.format(out=out))
    assert not out.exists()
    assert ca.sql("select count(*) as n from trade").n[0] == 5


@pytest.mark.parametrize(
    "reader",
    [
        "read_csv('{}')",
        "read_text('{}')",
        "read_parquet('{}')",
        "read_blob('{}')",
        "glob('{}')",
        "'{}'",
    ],
)
def test_no_file_outside_the_build_is_read(built, tmp_path, monkeypatch, reader):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".tmp"  # DuckDB's own scratch folder, in the folder of the moment
    folder.mkdir()
    for file in (built.raw(), tmp_path / "mine.csv", folder / "mine.csv"):
        if not file.exists():
            file.write_text("secret\nseen\n")
        with pytest.raises(UsageError, match=r"Permission Error|does not exist"):
            ca.sql(f"select * from {reader.format(file)}")


def test_a_frame_of_the_caller_is_not_a_table(built):
    frame = pd.DataFrame({"a": [1]})
    assert len(frame) == 1
    with pytest.raises(UsageError, match="frame does not exist"):
        ca.sql("select * from frame")


@pytest.mark.parametrize(
    ("query", "what", "where"),
    [
        ("selec 1", 'Parser Error: syntax error at or near "selec"', "LINE 1: selec 1"),
        (
            "select * from trde",
            "Catalog Error: Table with name trde does not exist!",
            'Did you mean "trade"?',
        ),
        (
            "select valu from trade",
            'Binder Error: Referenced column "valu" not found in FROM clause!',
            "value_usd",
        ),
    ],
)
def test_the_words_of_duckdb_are_kept(built, query, what, where):
    with pytest.raises(UsageError) as caught:
        ca.sql(query)
    assert caught.value.what == what and where in caught.value.where
    assert "trade" in caught.value.hint


# --- cite
# --------------------------------------------------------------------------------------------------


HEAVY = "select count(*) from range(10000000) a, range(10000000) b where a.range * b.range % 7 = 3"


@pytest.mark.parametrize(
    "ask", [ca.sql, query.arrow, query.words, lambda *a, **k: [*query.json_rows(*a, **k)]]
)
def test_a_query_that_takes_too_long_is_stopped(built, ask):
    begun, threads = time.monotonic(), threading.active_count()
    with pytest.raises(TimeLimitError, match=r"longer than 0\.3 s(.|\n)*--seconds"):
        ask(HEAVY, seconds=0.3)
    assert time.monotonic() - begun < 60  # it would take days
    assert len(ask("select 1 as a", seconds=60)) and threading.active_count() <= threads


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), "1"])
def test_a_time_limit_is_a_number_of_seconds(built, seconds):
    with pytest.raises(UsageError, match="not a time limit"):
        ca.sql("select 1", seconds=seconds)
    assert len(ca.sql("select 1", seconds=None)) == 1


def test_the_command_line_has_a_limit_too(built, command):
    code, out, told = command("sql", HEAVY, "--seconds", "0.3")
    assert code == 1 and not out and "longer than 0.3 s" in told


def test_references_behind_a_frame():
    frame = ca.load("facts", source="FBK")
    book = registry.sources()["FBK"]
    assert book.found_in.startswith("github:factbook/factbook.json")
    assert ca.cite(frame) == f"[FBK] {book.citation} Read from: {book.found_in}"
    assert ca.cite("FBK") == ca.cite(["FBK", "FBK"]) == ca.cite(frame)
    both = ca.cite(["KAZ_BNS", "FBK"]).splitlines()
    assert [line[: line.index("]") + 1] for line in both] == ["[FBK]", "[KAZ_BNS]"]


def test_sources_of_an_estimates_frame_are_cited():
    frame = pd.DataFrame({"estimate": [1.0, 2.0], "sources": [("FBK",), ("FBK", "KAZ_BNS")]})
    assert source_ids(frame) == ["FBK", "KAZ_BNS"]


@pytest.mark.parametrize(
    ("what", "style", "words"),
    [
        ("FBKK", "text", "unknown source 'FBKK'"),
        ("FBK", "bibtx", "unknown citation style 'bibtx'"),
        (pd.DataFrame({"a": [1]}), "text", "neither `source_id` nor `sources`"),
        (pd.DataFrame({"source_id": [None]}), "text", "1 of 1 row(s) name no source"),
        (pd.DataFrame({"source_id": ["FBK", None]}), "text", "1 of 2 row(s) name no source"),
        (pd.DataFrame({"sources": [("FBK",), ()]}), "bibtex", "1 of 2 row(s) name no source"),
        (pd.Series(["FBK", None], name="source_id"), "text", "1 of 2 row(s) name no source"),
        (pd.Series({"source_id": None, "year": 2020}), "text", "1 of 1 row(s) name no source"),
        (duckdb.sql("select 'FBK' as source_id union all select null"), "text", "1 of 2 row(s)"),
    ],
)
def test_what_cannot_be_cited_is_refused(what, style, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        ca.cite(what, style)


def test_a_row_that_says_why_it_is_missing_needs_no_source():
    frame = pd.DataFrame({"sources": [("FBK",), ()], "missing": [None, "no figure"]})
    assert ca.cite(frame).startswith("[FBK]") and ca.cite(frame.iloc[:0]) == ""


def test_bibtex_escapes_what_latex_would_take_for_itself(project):
    project.sources(
        {
            "source_id": "S_STATED",
            "title": r"100% of R&D_in {C5} #1 a~b c^d \end",
            "publisher": "Us & Them",
            "original": "https://example.org/~a_b?x=1&y=2#z",
            "found_in": "github:a/b_c",
            "published": "2021-06",
            "accessed": "2024-01-02",
            "release_basis": "stated",
        }
    )
    assert ca.cite("S_STATED", "bibtex") == "\n".join(
        [
            "@misc{S_STATED,",
            r"  title = {{100\% of R\&D\_in \{C5\} \#1 a\textasciitilde{}b c\textasciicircum{}d "
            r"\textbackslash{}end}},",
            r"  author = {{Us \& Them}},",
            "  year = {2021},",
            r"  howpublished = {https://example.org/\textasciitilde{}a\_b?x=1\&y=2\#z},",
            r"  note = {Read from: github:a/b\_c. Accessed 2024-01-02}",
            "}",
        ]
    )


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
        literal = [{"literal": source.publisher}] if source.publisher else None
        assert item.get("author") == literal, "as in BibTeX"
        assert ("issued" in item) == (source.published is not None)
        for field, text in (("issued", source.published), ("accessed", source.accessed)):
            if text:
                assert item[field] == {"date-parts": [[int(part) for part in text.split("-")]]}
        assert item.get("URL", "http").startswith("http")


# --- holes


def test_holes_are_of_all_economies_that_are_named_unless_some_are_asked_for():
    rows = ca.load("students")
    found = ca.holes("students").set_index("economy")
    named = {c for column in ("origin", "destination") for c in rows[column]}
    assert set(found.index) == named - set(ca.economies.AGGREGATES)
    assert {"CHN", "KAZ"} <= set(found.index)
    five = ca.holes("students", ca.economies.CA5).set_index("economy")
    assert list(five.index) == list(ca.economies.CA5)
    pd.testing.assert_frame_equal(found.loc[sorted(five.index)], five.sort_index())
    assert ca.holes("students", destination="CHN", year=1850).empty
