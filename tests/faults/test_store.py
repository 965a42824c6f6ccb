"""The store: a miss where something is wrong, never a wrong page; nothing half-written, nothing
without bound.
"""

from __future__ import annotations

import os
import threading
import time

import pytest

from ca_research.ground.errors import UsageError
from ca_research.ground.files import sweep, write_whole
from ca_research.runs import store as module
from ca_research.runs.store import Store, allowed_size, remember_report, serve_report


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def report(tmp_path):
    out = tmp_path / "out"
    (out / "notebooks").mkdir(parents=True)
    for name in ("index.html", "c30.html", "verdicts.json", "manifest.json", "notebooks/c30.ipynb"):
        (out / name).write_text(content(name))
    for name in ("mine.txt", "slides.html", "notebooks/mine.ipynb"):
        (out / name).write_text("not of the report")
    return out


def content(name: str) -> str:
    """Of a file of a report, with the mark that it bears."""
    return f'content of <span id="address">{name}</span>, {{"run_id": 1}}'


def test_what_is_put_comes_back_byte_for_byte(store):
    content = os.urandom(5000)
    assert store.get(store.put(content)) == content
    assert store.get("0" * 64) is None
    store.remember("runs", "k", {"file": "x", "seconds": 1.5})
    assert store.recall("runs", "k") == {"file": "x", "seconds": 1.5}
    assert store.recall("runs", "other") is None


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:-1] + b"!", lambda b: b""])
def test_a_damaged_blob_is_a_miss_and_is_removed(store, damage):
    sha256 = store.put(b"some content")
    file = store._blob(sha256)
    file.write_bytes(damage(file.read_bytes()))
    assert store.get(sha256) is None
    assert not file.exists()
    store.put(b"some content")
    assert store.get(sha256) == b"some content"


@pytest.mark.parametrize(
    "text", ["", "{", "[1", "\x00\x01", "{}", "[1]", '{"file": 1, "seconds": 1}', '{"files": {}}']
)
def test_a_damaged_record_is_a_miss(store, text):
    store.remember("runs", "k", {"file": "0" * 64, "seconds": 1})
    store._record("runs", "k").write_text(text)
    assert store.recall("runs", "k") is None


def test_a_record_that_names_a_file_elsewhere_cannot_have_it_read_or_removed(store, tmp_path):
    (tmp_path / "mine.txt").write_text("not of the store")
    for name in (str(tmp_path / "mine.txt"), "../../../mine.txt", "../" + "a" * 61):
        assert store.get(name) is None
    assert (tmp_path / "mine.txt").read_text() == "not of the store"


def test_a_report_that_the_store_has_no_room_for_is_not_remembered_and_no_error(
    store, report, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_whole", full)
    remember_report(store, "k", report)
    assert store.recall("reports", "k") is None


def test_what_a_killed_writer_left_is_swept_away_and_nothing_else(tmp_path):
    names = (".page.ipynb-abc", ".young.ipynb-abc", "page.ipynb", ".hidden")
    for name in names:
        (tmp_path / name).write_text("x")
    for name in names:
        if "young" not in name:
            os.utime(tmp_path / name, (time.time() - 7200,) * 2)
    sweep(tmp_path)
    sweep(tmp_path / "not there")
    assert {f.name for f in tmp_path.iterdir()} == set(names[1:])


def test_a_report_is_served_whole_and_what_differs_is_put_back(store, report):
    remember_report(store, "k", report)
    assert serve_report(store, "k", report) == 0
    (report / "c30.html").write_text(content("c30.html") + ", changed")
    (report / "verdicts.json").unlink()
    (report / "stray.html").write_text(content("stray.html"))
    (report / "slides.html").write_text("mine, and edited")
    assert serve_report(store, "k", report) == 3, "files that were put back or taken away"
    for name in ("c30.html", "verdicts.json"):
        assert (report / name).read_text() == content(name)
    assert not (report / "stray.html").exists()
    assert (report / "slides.html").read_text() == "mine, and edited"
    for name in ("mine.txt", "notebooks/mine.ipynb"):
        assert (report / name).read_text() == "not of the report"
    assert serve_report(store, "another key", report) is None


def test_a_report_is_not_served_over_what_no_report_has_made(store, report, tmp_path):
    """It was refused where it had to be made, and served over the same files."""
    remember_report(store, "k", report)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for name in ("index.html", "c30.html", "manifest.json"):
        (theirs / name).write_text("mine")
        with pytest.raises(UsageError, match=f"what no report has made: {name}"):
            serve_report(store, "k", theirs)
        assert [f.read_text() for f in theirs.rglob("*.*")] == ["mine"]
        (theirs / name).unlink()
    (report / "manifest.json").write_text("no manifest any more")
    assert serve_report(store, "k", report) == 1, "beside the pages of a report it is a report's"


def test_a_report_whose_files_are_gone_from_the_store_is_not_served(store, report, tmp_path):
    remember_report(store, "k", report)
    for blob in (store.folder / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    assert serve_report(store, "k", report) == 0  # all of it still lies there
    assert serve_report(store, "k", tmp_path / "empty") is None


def test_the_least_recently_used_go_first_and_the_rest_still_serves(store):
    names = [store.put(bytes([n]) * 1000) for n in range(5)]
    for age, name in enumerate(names):
        os.utime(store._blob(name), (1000 + age, 1000 + age))
    assert store.get(names[0])  # used again: now the newest
    assert store.trim(3000) == 2000
    assert [store.get(n) is not None for n in names] == [True, False, False, True, True]
    assert store.clear() == 3000 and store.contents() == []


def test_files_of_others_are_neither_counted_nor_removed(store):
    """A store may be told to lie in any folder, also one with a report or locks of its own."""
    theirs = ("thesis.txt", "reports/verdicts.json", "runs/notes.json", "blobs/ab/photo.jpg")
    for name in (*theirs, "locks/ab12"):
        (store.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (store.folder / name).write_text("not of the store")
    own = store.put(b"x" * 100)
    left = store._blob(own).with_name(f".{own}-k1ll3d")
    left.write_bytes(b"x")
    store.remember("runs", own, {"file": own, "seconds": 1})
    assert len(store.contents()) == 3
    assert store.trim(0) > 101 and store.contents() == []
    for name in (*theirs, "locks/ab12"):
        assert (store.folder / name).read_text() == "not of the store"


def test_a_clock_that_goes_back_changes_the_order_and_nothing_else(store):
    old, new = store.put(b"old" * 100), store.put(b"new" * 100)
    os.utime(store._blob(new), (0, 0))  # written while the clock stood in 1970
    os.utime(store._blob(old), (2**33, 2**33))  # and one from the future
    assert store.trim(300) == 300
    assert store.get(old) is not None and store.get(new) is None


def test_a_write_that_fails_leaves_the_old_file_and_no_scratch(tmp_path, monkeypatch, full_disk):
    file = tmp_path / "page.html"
    write_whole(file, b"old")

    monkeypatch.setattr(os, "fdopen", full_disk)
    with pytest.raises(OSError, match=r"(?s)No space left on device.*/page\.html"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["page.html"]


def test_many_writers_of_one_file_leave_one_whole_file(tmp_path):
    file = tmp_path / "page.html"
    contents = [bytes([65 + n]) * 200_000 for n in range(8)]
    threads = [threading.Thread(target=write_whole, args=(file, c)) for c in contents]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert file.read_bytes() in contents
    assert [f.name for f in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize(("text", "size"), [("", 500 * 1024 * 1024), ("3", 3 * 1024 * 1024)])
def test_the_size_is_the_users(monkeypatch, text, size):
    monkeypatch.setenv("CA_RESEARCH_CACHE_MB", text)
    assert allowed_size() == size


def test_a_size_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("CA_RESEARCH_CACHE_MB", "lots")
    with pytest.raises(UsageError, match="not a number of megabytes"):
        allowed_size()
