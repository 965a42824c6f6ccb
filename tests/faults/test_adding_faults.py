"""Adding figures while others add, while the machine is switched off, or on a full disk: all of a
file or nothing.
"""

import os
import shutil
import subprocess
import sys
import time
from unittest.mock import Mock

import pytest
from tests.reads import READS

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground import reads
from ca_research.ground.errors import CaResearchError, IntegrityError, StaleTablesError
from ca_research.tables import added

TEXT = "reporter,partner,year,flow,value_usd\nKAZ,CHN,{},export,2\n"
ABOUT = {"table": "trade", "title": "t", "publisher": "p", "licence": "l"}
ABOUT["published"] = "2024-05-01"
IMPORTS = """
import sys, os, time
import pyarrow.parquet as pq
import ca_research as ca, ca_research.tables
from ca_research.sources import stream
from ca_research.tables import added, large
die = lambda *_, **more: os.kill(os.getpid(), 9)
building = sys.modules["ca_research.tables.build"]
"""


def start(code):
    """A process of its own."""
    words = [sys.executable, "-c", IMPORTS + code]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def adding(file, source, before=""):
    """A process that adds a file."""
    return start(f"{before}\nca.add({str(file)!r}, source={source!r}, **{ABOUT})")


@pytest.fixture
def file(tmp_path):
    def write(year=2020):
        path = tmp_path / f"{year}.csv"
        path.write_text(TEXT.format(year))
        return path

    return write


@pytest.fixture
def add(built, file):
    """Adds a file as a source."""
    return lambda source="OWN", year=2020: ca.add(file(year), source=source, **ABOUT)


def rows(source="OWN"):
    return len(ca.load("trade", source=source))


def ended(*running):
    """Their exit codes, and what they said; then the registry is read anew."""
    told = [(p.wait(120), p.stderr.read()) for p in running]
    registry.forget()
    return sorted(code for code, _ in told), "".join(text for _, text in told)


def test_two_at_once_and_both_are_there(built, file):
    assert ended(*(adding(file(2020 + n), f"S{n}") for n in range(2))) == ([0, 0], "")
    assert set(registry.added()) == {"S0", "S1"} < set(ca.load("trade")["source_id"])


def test_two_of_one_name_at_once_and_one_is_refused(built, file):
    codes, told = ended(*(adding(file(2020 + n), "SAME") for n in range(2)))
    assert codes == [0, 1] and "UsageError" in told
    assert rows("SAME") == 1


SLOWLY = """
read = building._all
building._all = lambda *what: (read(*what), time.sleep(0.5))[0]
"""


def test_removed_while_another_removes(built, add):
    """One of them failed, after it had removed: what it built from was changed by the other."""
    names = ["S0", "S1", "S2"]
    for n, name in enumerate(names):
        add(name, 2018 + n)
    assert ended(*(start(f"{SLOWLY}ca.remove({name!r})") for name in names)) == ([0, 0, 0], "")
    assert not registry.added() and not {*names} & set(ca.load("trade")["source_id"])


KILLED = {
    "while the rows are written": "pq.write_table = die",
    "before the folder has its name": "import pathlib; pathlib.Path.rename = die",
    "while the parts of a large file are written": "stream.FROM = -1; large.write = die",
}


@pytest.mark.parametrize("moment", KILLED)
def test_killed_in_the_middle_leaves_the_old_state(built, file, add, moment):
    key = tables.content_key()
    assert ended(adding(file(), "OWN", KILLED[moment]))[0] == [-9]
    assert not registry.added() and tables.content_key() == key
    add()
    assert [p.name for p in built.home.glob("data/added/.new-*")] == []
    assert rows() == 1


def test_killed_between_adding_and_building_is_mended_by_the_next_build(built, file):
    killed = adding(file(), "OWN", 'sys.modules["ca_research.tables.add"].build = die')
    assert ended(killed)[0] == [-9]
    for read in READS.values():  # the list of sources has one of which the tables know nothing
        with pytest.raises(StaleTablesError) as told:
            read()
        assert told.value.hint == "ca-research data build"
    tables.build()
    assert rows() == 1


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_what_was_removed_or_edited_and_not_built_is_said(built, add, read):
    """Rows of a source that the register had no more: a KeyError, or a day that did not count."""
    add()
    read()
    entry = built.home / "data/added/OWN/source.yaml"
    edited = entry.read_text().replace("2024-05-01", "2024-05-02")
    for change in (lambda: entry.write_text(edited), lambda: shutil.rmtree(entry.parent)):
        change()
        registry.forget()
        with pytest.raises(StaleTablesError):
            read()
        if entry.exists():
            tables.build()
            read()
    assert add("NEXT", 2021).kept  # which builds before it compares
    read()


@pytest.mark.parametrize("read", [*READS.values(), tables.build], ids=[*READS, "a build"])
def test_rows_that_were_edited_by_hand_are_refused(built, add, read):
    """The figures of before went on being given, and a build called the tables up to date."""
    add()
    kept = built.home / "data/added/OWN/rows.parquet"
    before = kept.read_bytes()
    for content in (before + b"x", None):
        kept.write_bytes(content) if content else kept.unlink()
        registry.forget()
        with pytest.raises(IntegrityError) as told:
            read()
        assert "ca-research data remove OWN" in told.value.hint
    kept.write_bytes(before)
    registry.forget()
    read()  # the same rows, if written anew
    kept.unlink()
    ca.remove("OWN")
    read()


def test_rows_that_nobody_wrote_to_are_not_read_again(built, add, monkeypatch):
    """Gigabytes of a large source would be, by each process that reads a table."""
    add()
    kept = built.home / "data/added/OWN/rows.parquet"
    kept.touch()
    read, real = [], added.refuse_altered
    monkeypatch.setattr(added, "refuse_altered", lambda entry: (read.append(1), real(entry)))
    looks = []
    for step in (ca.load, ca.load, lambda _: time.sleep(1.1), lambda _: tables.build(), ca.load):
        step("trade")
        registry.forget()
        looks.append(len(read))
    assert looks == [1, 2, 2, 3, 3]


def test_a_run_that_goes_on_is_not_stopped_by_what_is_added_beside_it(built, add, monkeypatch):
    add()
    shutil.rmtree(built.home / "data/added/OWN")
    registry.forget()
    monkeypatch.setenv(reads.VARIABLE, reads.limit(["trade"], []))
    assert len(ca.load("trade", source="S_STATED")) == 1


def test_a_full_disk_adds_nothing(built, add, monkeypatch):
    full = Mock(side_effect=OSError(28, os.strerror(28)))
    monkeypatch.setattr(added.pq, "write_table", full)
    with pytest.raises(CaResearchError):
        add()
    assert not registry.added() and not list(built.home.glob("data/added/*OWN*"))
