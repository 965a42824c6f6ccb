"""Broken raw files: every fault is named, nothing is built, and what was built before stays."""

import hashlib
import threading

import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from ca_research import tables
from ca_research.ground import economies
from ca_research.ground.errors import CaResearchError, DataError, IntegrityError, MissingTableError

FIRST = "KAZ,CHN,2019,export,1,,S_CALENDAR"  # line 2 of the raw file
KEY = "reporter+partner+year+flow+source_id"


def faults(action=tables.build):
    with pytest.raises(DataError) as caught:
        action()
    return caught.value.faults


@pytest.mark.parametrize("force", [False, True])
def test_a_changed_byte_stops_everything(built, force):
    before, builds = tables.load("trade"), built.builds()
    good = built.raw().read_bytes()
    changed = good.replace(b"export,1,", b"export,9,", 1)
    built.raw().write_bytes(changed)
    with pytest.raises(IntegrityError) as caught:
        tables.build(force=force)
    message = str(caught.value)
    assert "data/raw/trade/small.csv" in message
    assert (
        hashlib.sha256(good).hexdigest() in message
        and hashlib.sha256(changed).hexdigest() in message
    )
    assert built.builds() == builds
    assert_frame_equal(tables.load("trade"), before)


def test_a_missing_raw_file_is_named(built):
    built.raw("facts").unlink()
    with pytest.raises(IntegrityError, match=r"data/raw/facts/small\.csv is missing"):
        tables.build()


def test_a_stray_file_is_named(built):
    built.raw().with_name("forgotten.csv").write_text("x\n")
    with pytest.raises(IntegrityError, match=r"trade/forgotten\.csv"):
        tables.build()


@pytest.mark.parametrize(
    ("broken", "column", "value", "rule"),
    [
        ("QQQ,CHN,2019,export,1,,S_CALENDAR", "reporter", "QQQ", "unknown country"),
        ("KAZ,,2019,export,1,,S_CALENDAR", "partner", "", "must not be empty"),
        ("KAZ,CHN,MMXIX,export,1,,S_CALENDAR", "year", "MMXIX", "must be a year"),
        ("KAZ,CHN,2019.5,export,1,,S_CALENDAR", "year", "2019.5", "must be a year"),
        ("KAZ,CHN,1991,export,1,,S_CALENDAR", "year", "1991", "at least 1992 (invented)"),
        ("KAZ,CHN,2026,export,1,,S_CALENDAR", "year", "2026", "at most 2025 (invented)"),
        ("KAZ,CHN,2019,exports,1,,S_CALENDAR", "flow", "exports", "must be one of export, import"),
        ("KAZ,CHN,2019,export,-1,,S_CALENDAR", "value_usd", "-1", "must not be negative (a flow)"),
        ("KAZ,CHN,2019,export,n/a,,S_CALENDAR", "value_usd", "n/a", "must be a number"),
        ("KAZ,CHN,2019,export,inf,,S_CALENDAR", "value_usd", "inf", "must be a number"),
        ("KAZ,CHN,2019,export,,,S_CALENDAR", "value_usd", "", "must not be empty"),
        ("KAZ,CHN,2019,export,1,,S_UNKNOWN", "source_id", "S_UNKNOWN", "unknown source"),
    ],
)
def test_one_broken_value_is_found_where_it_stands(built, broken, column, value, rule):
    builds = built.builds()
    rows = {"S_CALENDAR": 3 if broken.endswith("S_CALENDAR") else 2, "S_STATED": 1, "S_LATE": 1}
    built.write(built.raw().read_text().replace(FIRST, broken), rows=rows)
    (fault,) = faults()
    assert (fault.file, fault.line, fault.column, fault.value) == (
        "data/raw/trade/small.csv",
        2,
        column,
        value,
    )
    assert rule in fault.rule
    assert built.builds() == builds and len(tables.load("trade")) == 5


@pytest.mark.parametrize(
    ("text", "line", "column", "rule"),
    [
        (FIRST + ",9", 2, "(line)", "must have 7 fields, not 8"),
        ("KAZ,CHN,2019,export,1", 2, "(line)", "must have 7 fields, not 5"),
        (FIRST + "\n", 3, "(line)", "must have 7 fields, not 0"),
        ('KAZ,CHN,2019,export,1,"open,S_CALENDAR', 2, "(line)", "cannot be read as CSV"),
    ],
)
def test_a_line_of_the_wrong_shape_is_not_shifted_into_place(project, text, line, column, rule):
    project.write(project.raw().read_text().replace(FIRST, text))
    (fault,) = faults()
    assert (fault.line, fault.column) == (line, column) and rule in fault.rule


def test_bytes_that_are_not_utf8_are_named(project):
    content = project.raw().read_bytes().replace(b"as printed", b"caf\xe9")
    project.write(project.raw().read_text())
    project.raw().write_bytes(content)
    project.edit(
        files={"trade/small.csv": {"sha256": hashlib.sha256(content).hexdigest(), "rows": 5}}
    )
    (fault,) = faults()
    assert (fault.line, fault.value, fault.rule) == (5, "\\xe9", "must be UTF-8")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            "reporter,partner,year,flow,value,note,source_id",
            ["missing ['value_usd']", "unknown ['value']"],
        ),
        (
            "partner,reporter,year,flow,value_usd,note,source_id",
            ["columns must be reporter, partner, year"],
        ),
        ("\ufeffreporter,partner,year,flow,value_usd,note,source_id", ["missing ['reporter']"]),
    ],
)
def test_a_wrong_header_says_what_it_must_be(project, header, words):
    lines = project.raw().read_text().split("\n")
    project.write("\n".join([header, *lines[1:]]))
    (fault,) = faults()
    assert (fault.line, fault.column, fault.value) == (1, "(header)", header)
    assert all(word in fault.rule for word in words)


def test_all_faults_of_all_tables_come_in_one_error(built):
    builds = built.builds()
    built.rows(
        ("QQQ", "CHN", "soon", "export", "-1", "", "S_CALENDAR"),
        ("KAZ", "CHN", "2020", "export", "2", "two lines\nhere", "S_CALENDAR"),
        ("KAZ", "CHN", "2020", "export", "3", "", "S_CALENDAR"),
        ("KGZ", "ZZZ", "2020", "sale", "1", "", "S_CALENDAR"),
    )
    built.rows(("a", "2019", "1.5", "S_CALENDAR"), table="facts")
    file, other = "data/raw/trade/small.csv", "data/raw/facts/small.csv"
    wanted = {
        (other, 2, "value", "1.5"),
        (file, 2, "reporter", "QQQ"),
        (file, 2, "year", "soon"),
        (file, 2, "value_usd", "-1"),
        (file, 3, KEY, "KAZ,CHN,2020,export,S_CALENDAR"),
        (file, 5, KEY, "KAZ,CHN,2020,export,S_CALENDAR"),
        (file, 6, "partner", "ZZZ"),
        (file, 6, "flow", "sale"),
    }
    for action in (tables.build, tables.check):
        assert {(f.file, f.line, f.column, f.value) for f in faults(action)} == wanted
    assert built.builds() == builds


@pytest.mark.parametrize("year", ["2020", "2020.0"])
def test_a_key_that_stands_twice_names_both_places(project, year):
    project.rows(
        ("KAZ", "CHN", "2020", "export", "1", "", "S_CALENDAR"),
        ("KAZ", "CHN", year, "export", "2", "", "S_CALENDAR"),
    )
    first, second = faults()
    assert (first.line, second.line, first.column) == (2, 3, KEY)
    assert "small.csv:3" in first.rule and "small.csv:2" in second.rule


def test_unreadable_keys_are_not_called_equal(project):
    project.rows(
        ("KAZ", "CHN", "soon", "export", "1", "", "S_CALENDAR"),
        ("KAZ", "CHN", "late", "export", "2", "", "S_CALENDAR"),
    )
    assert [(f.line, f.column) for f in faults()] == [(2, "year"), (3, "year")]


@pytest.mark.parametrize(
    ("declared", "column", "found"),
    [
        ({"S_CALENDAR": 4, "S_STATED": 1, "S_LATE": 1}, "rows.S_CALENDAR", "3"),
        ({"S_CALENDAR": 3, "S_STATED": 1}, "rows.S_LATE", "1"),
        ({"S_CALENDAR": 3, "S_STATED": 1, "S_LATE": 1, "S_GHOST": 2}, "rows.S_GHOST", "0"),
    ],
)
def test_a_changed_count_per_source_is_a_fault(project, declared, column, found):
    project.edit(rows=declared)
    (fault,) = faults()
    assert (fault.file, fault.column, fault.value) == ("registry/tables/trade.yaml", column, found)


def test_a_wrong_count_per_file_is_a_fault(project):
    digest = hashlib.sha256(project.raw().read_bytes()).hexdigest()
    project.edit(files={"trade/small.csv": {"sha256": digest, "rows": 6}})
    (fault,) = faults()
    assert (fault.column, fault.value) == ("files.trade/small.csv.rows", "5")


@pytest.mark.parametrize("date", ["2013-02-31", "13 May 2013", "2014/2013", "2013-13", "2013-9"])
def test_an_impossible_date_is_a_fault_of_its_row(project, date):
    project.rows(("a", "2013", "S_STATED"), ("b", date, "S_STATED"), table="events")
    (fault,) = faults()
    assert (fault.file, fault.line, fault.column, fault.value) == (
        "data/raw/events/small.csv",
        3,
        "date",
        date,
    )


# --- whole or not at all
# -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "raised"),
    [
        (RuntimeError("cut off"), RuntimeError),
        (OSError(28, "No space left on device"), CaResearchError),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_a_build_that_fails_midway_leaves_the_old_one(built, monkeypatch, problem, raised, force):
    before, builds = tables.load("trade"), built.builds()
    if not force:
        built.rows(("KAZ", "CHN", "2020", "export", "3", "", "S_CALENDAR"))
    real, written = pq.write_table, []

    def break_down(table, where, **options):
        if written:
            raise problem
        written.append(where)
        real(table, where, **options)

    monkeypatch.setattr(pq, "write_table", break_down)
    with pytest.raises(raised, match=r"cut off|No space left on device"):
        tables.build(force=force)
    assert built.builds() == builds, "no scratch folder stays"
    assert_frame_equal(tables.load("trade"), before)
    monkeypatch.setattr(pq, "write_table", real)
    assert tables.build(force=force).fresh
    assert len(tables.load("trade")) == (5 if force else 1)


def test_a_full_disk_says_what_to_do(built, monkeypatch):
    monkeypatch.setattr(
        pq, "write_table", lambda *a, **k: (_ for _ in ()).throw(OSError("arrow gave no number"))
    )
    with pytest.raises(CaResearchError) as caught:
        tables.build(force=True)
    assert "arrow gave no number" in caught.value.what
    assert caught.value.where == "data/processed" and "space" in caught.value.hint


def test_a_reader_of_the_old_build_goes_on(built):
    from ca_research.tables.build import table_file

    old = table_file("trade")
    built.rows(("KAZ", "CHN", "2020", "export", "3", "", "S_CALENDAR"))
    assert tables.build().fresh
    assert pq.read_table(old).num_rows == 5, "the build before stays for those who opened it"
    assert len(tables.load("trade")) == 1
    built.rows(("KAZ", "CHN", "2021", "export", "3", "", "S_CALENDAR"))
    tables.build()
    assert not old.exists() and len(built.builds()) == 2, "older ones do not pile up"


def test_readers_never_see_a_gap_while_tables_are_rebuilt(built):
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            try:
                seen.add(len(tables.load("trade")))
            except Exception as error:
                seen.add(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(10):
            tables.build(force=True)
    finally:
        stop.set()
        reader.join()
    assert seen == {5}


def test_the_same_content_is_not_built_twice(built):
    stamps = {p: p.stat().st_mtime_ns for p in built.processed.rglob("*.parquet")}
    again = tables.build()
    assert not again.fresh and again.rows == {"sources": 3, "events": 4, "facts": 3, "trade": 5}
    assert {p: p.stat().st_mtime_ns for p in built.processed.rglob("*.parquet")} == stamps
    assert tables.build(force=True).fresh


def test_aggregates_are_part_of_the_content(built, monkeypatch, tmp_path):
    changed = tmp_path / "economies.py"
    changed.write_text("# other members\n")
    before = tables.content_key()
    monkeypatch.setattr(economies, "__file__", str(changed))
    assert tables.content_key() != before


@pytest.mark.parametrize(
    "read",
    [
        lambda: tables.load("trade"),
        lambda: tables.coverage("trade"),
        lambda: tables.sql("select 1"),
    ],
)
def test_a_missing_build_names_the_command(project, read):
    with pytest.raises(MissingTableError, match="ca-research data build"):
        read()


def test_the_command_named_mends_a_build_that_lost_a_table(built):
    (file,) = built.processed.rglob("trade.parquet")
    file.unlink()
    for read in (lambda: tables.load("trade"), lambda: tables.sql("select count(*) from trade")):
        with pytest.raises(MissingTableError, match=r"'trade'(.|\n)*ca-research data build"):
            read()
    assert tables.build().fresh
    assert len(tables.load("trade")) == 5
