"""Broken raw files: every fault is named, nothing is built, and what was built before stays."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import DEFAULT, Mock

import pyarrow.parquet as pq
import pytest
from tests.cases import cases
from tests.reads import READS

from ca_research import registry, tables
from ca_research.ground.errors import (
    CaResearchError,
    DataError,
    IntegrityError,
    MissingTableError,
    StaleTablesError,
)
from ca_research.tables.build import table_file

CASES = cases(__file__, "raw")
ALL = CASES.pop("all at once")


def faults(action=tables.build):
    with pytest.raises(DataError) as caught:
        action()
    return {(f.file, f.line, f.column, f.value) for f in caught.value.faults}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_found_where_it_stands(built, name):
    case, builds = CASES[name], built.builds()
    good = built.raw().read_bytes()
    lines = good.decode().split("\n")
    at = case.get("line", 2) - 1
    lines[at] = case.get("row", lines[at])
    content = "\n".join(lines).encode(case.get("encoding", "utf-8"))
    built.raw().write_bytes(content)
    declared = {"sha256": hashlib.sha256(content).hexdigest(), "rows": case.get("rows", 5)}
    counts = {"rows": case["counts"]} if "counts" in case else {}
    built.edit(files={"trade/small.csv": declared}, **counts)
    for file, line, column, value in faults():
        of_file = line or column == "(file)"
        assert file == ("data/raw/trade/small.csv" if of_file else "registry/tables/trade.yaml")
        assert [line, column, value] in case["faults"] or [line, column, "*"] in case["faults"]
    assert len(faults()) == len(case["faults"])
    assert built.builds() == builds
    if content != good:  # what is declared anew is built, or refused
        with pytest.raises(StaleTablesError):
            tables.load("trade")


@pytest.mark.parametrize("force", [False, True])
def test_a_changed_byte_stops_everything(built, command, force):
    """`load`, `check` and `sql` answered from the old build, without a word."""
    builds, good = built.builds(), built.raw().read_bytes()
    changed = good.replace(b"export,1,", b"export,9,", 1)
    built.raw().write_bytes(changed)
    with pytest.raises(IntegrityError) as caught:
        tables.build(force=force)
    for told in (good, changed):
        assert hashlib.sha256(told).hexdigest() in str(caught.value)
    registry.forget()
    for read in READS.values():
        with pytest.raises(IntegrityError):
            read()
    assert command("sql", "select 1 from trade")[0] == 1
    built.raw().write_bytes(good)
    registry.forget()
    assert built.builds() == builds and len(tables.load("trade")) == 5


def test_a_file_that_is_missing_or_that_nobody_declares_is_named(built):
    stray = built.raw().with_name("forgotten.csv")
    stray.write_text("x\n")
    refused("trade/forgotten.csv")
    stray.unlink()
    built.raw("facts").unlink()
    refused("data/raw/facts/small.csv")


def refused(name):
    with pytest.raises(IntegrityError) as caught:
        tables.build()
    assert name in str(caught.value)


def test_all_faults_of_all_tables_come_in_one_error_and_end_the_command(built, command):
    builds, wanted = built.builds(), set()
    for table, lines in ALL["rows"].items():
        built.rows(*lines, table=table)
    for table, found in ALL["faults"].items():
        wanted |= {(f"data/raw/{table}/small.csv", *fault) for fault in found}
    assert faults() == faults(tables.check) == wanted
    for word in ("check", "build"):
        code, out, said = command("data", word)
        assert (code, out) == (1, "") and "trade/small.csv" in said and "QQQ" in said
    assert built.builds() == builds


# --- whole or not at all


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("problem", "raised"),
    [
        (RuntimeError("cut off"), RuntimeError),
        (OSError(28, "No space left on device"), CaResearchError),
        (OSError("arrow gave no number"), CaResearchError),
    ],
)
def test_a_build_that_fails_midway_leaves_the_old_one(built, monkeypatch, problem, raised, force):
    builds, old = built.builds(), table_file("trade")
    if not force:
        built.rows(("KAZ", "CHN", "2020", "export", "3", "", "S_CALENDAR"))
    write = Mock(wraps=pq.write_table, side_effect=[DEFAULT, problem])
    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", write)
        with pytest.raises(raised) as caught:
            tables.build(force=force)
    if raised is CaResearchError:
        assert caught.value.where == "data/processed" and caught.value.hint
    assert built.builds() == builds, "no scratch folder stays"
    assert pq.read_table(old).num_rows == 5
    assert tables.build(force=force).fresh
    assert len(tables.load("trade")) == (5 if force else 1)


def test_a_reader_of_the_old_build_goes_on(built):
    old = table_file("trade")
    built.rows(("KAZ", "CHN", "2020", "export", "3", "", "S_CALENDAR"))
    assert tables.build().fresh
    assert pq.read_table(old).num_rows == 5, "the build before stays for those who opened it"
    assert len(tables.load("trade")) == 1
    built.rows(("KAZ", "CHN", "2021", "export", "3", "", "S_CALENDAR"))
    tables.build()
    assert not old.exists() and len(built.builds()) == 2, "older ones do not pile up"


def test_readers_never_see_a_gap_while_tables_are_rebuilt(built):
    with ThreadPoolExecutor() as pool:
        builds = pool.submit(lambda: [tables.build(force=True) for _ in range(10)])
        seen = {len(tables.load("trade")) for _ in iter(builds.done, True)}
        builds.result()
    assert seen == {5}


def test_the_same_content_is_not_built_twice(built):
    stamps = {p: p.stat().st_mtime_ns for p in built.processed.rglob("*.parquet")}
    again = tables.build()
    assert not again.fresh and again.rows == {"sources": 3, "events": 4, "facts": 3, "trade": 5}
    assert {p: p.stat().st_mtime_ns for p in built.processed.rglob("*.parquet")} == stamps
    assert tables.build(force=True).fresh


@pytest.mark.parametrize("read", READS)
def test_a_missing_build_or_table_names_the_command_that_mends_it(built, read):
    (file,) = built.processed.rglob("trade.parquet")
    for lost in (file, *file.parent.iterdir(), *built.processed.glob("*")):
        lost.unlink(missing_ok=True) if not lost.is_dir() else lost.rmdir()
        with pytest.raises(MissingTableError) as caught:
            READS[read]()
        assert caught.value.hint == "ca-research data build"
    assert tables.build().fresh
    assert len(tables.load("trade")) == 5
