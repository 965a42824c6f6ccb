"""The store: a miss where something is wrong, never a wrong page; nothing half-written, nothing
without bound.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from ca_research.ground.files import sweep, write_whole
from ca_research.runs.store import Store, remember_report, serve_report


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def content(name: str) -> str:
    """Of a file of a report, with the mark that it bears."""
    return f'content of <span id="address">{name}</span>, {{"run_id": 1}}'


OWN = ("index.html", "c30.html", "verdicts.json", "manifest.json", "notebooks/c30.ipynb")
MINE = ("mine.txt", "slides.html", "notebooks/mine.ipynb")


@pytest.fixture
def report(tmp_path):
    out = tmp_path / "out"
    (out / "notebooks").mkdir(parents=True)
    for name in (*OWN, *MINE):
        (out / name).write_text(content(name) if name in OWN else "not of the report")
    return out


@pytest.mark.parametrize("text", ["", "[1", "\x00\x01"])
def test_a_damaged_record_is_a_miss(store, text):
    store.remember("runs", "k", {"file": "0" * 64, "seconds": 1, "read": {}})
    store._record("runs", "k").write_text(text)
    assert store.recall("runs", "k") is None


def test_a_record_that_names_a_file_elsewhere_cannot_have_it_read_or_removed(store, tmp_path):
    (tmp_path / "mine.txt").write_text("not of the store")
    for name in (str(tmp_path / "mine.txt"), "../../../mine.txt", "../" + "a" * 61):
        assert store.get(name) is None
    assert (tmp_path / "mine.txt").read_text() == "not of the store"


def test_what_a_killed_writer_left_is_swept_away_and_nothing_else(tmp_path):
    names = (".page.ipynb-abc", ".young.ipynb-abc", "page.ipynb", ".hidden")
    for name in names:
        (tmp_path / name).write_text("x")
        if "young" not in name:
            os.utime(tmp_path / name, (time.time() - 7200,) * 2)
    sweep(tmp_path)
    sweep(tmp_path / "not there")
    assert {f.name for f in tmp_path.iterdir()} == set(names[1:])


def test_a_report_is_served_whole_and_what_differs_is_put_back(store, report, tmp_path):
    remember_report(store, "k", report, {}, ["c30"])
    assert serve_report(store, "k", report) == (0, ["c30"])
    (report / "c30.html").write_text(content("c30.html") + ", changed")
    (report / "verdicts.json").unlink()
    (report / "stray.html").write_text(content("stray.html"))
    assert serve_report(store, "k", report)[0] == 3, "files that were put back or taken away"
    there = {f.relative_to(report).as_posix(): f.read_text() for f in report.rglob("*.*")}
    assert there == {n: content(n) for n in OWN} | dict.fromkeys(MINE, "not of the report")
    assert serve_report(store, "another key", report) is None
    store.clear()
    store.remember("reports", "k", {"files": {"index.html": "0" * 64}, "read": {}, "runs": []})
    assert serve_report(store, "k", tmp_path / "empty") is None, "its files are gone"


def test_the_least_recently_used_go_first_and_the_rest_still_serves(store):
    names = [store.put(bytes([n]) * 1000) for n in range(5)]
    for age, name in enumerate(names):  # one in 1970, one in a time to come: only the order counts
        os.utime(store._blob(name), (2**33 if age == 4 else age,) * 2)
    assert store.get(names[0])  # used again: now newer than those of the past
    assert store.trim(3000) == 2000
    assert [store.get(n) is not None for n in names] == [True, False, False, True, True]
    assert store.clear() == 3000 and store.contents() == []


def test_files_of_others_are_neither_counted_nor_removed(store):
    """A store may be told to lie in any folder, also one with a report or locks of its own."""
    theirs = ("thesis.txt", "reports/verdicts.json", "runs/notes.json", "locks/ab12")
    for name in theirs:
        (store.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (store.folder / name).write_text("not of the store")
    own = store.put(b"x" * 100)
    store._blob(own).with_name(f".{own}-k1ll3d").write_bytes(b"x")  # of a writer that was killed
    store.remember("runs", own, {"file": own, "seconds": 1, "read": {}})
    assert len(store.contents()) == 3
    assert store.trim(0) > 101 and store.contents() == []
    assert {(store.folder / name).read_text() for name in theirs} == {"not of the store"}


def test_many_writers_of_one_file_leave_one_whole_file(tmp_path):
    file = tmp_path / "page.html"
    contents = [bytes([65 + n]) * 200_000 for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(partial(write_whole, file), contents))
    assert file.read_bytes() in contents and [*tmp_path.iterdir()] == [file]
