"""Pages written by two processes: the same as by one, also where the second does not come back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import pytest

from ca_research.runs import EXECUTED
from ca_research.site import share_out, write, write_site

SHOWN = ("c25", "c26", "overview")


@pytest.fixture(scope="module")
def out(report, tmp_path_factory) -> Callable[[], Path]:
    """Makes a folder with a few executed notebooks of the report, and no page yet."""

    def make() -> Path:
        folder = tmp_path_factory.mktemp("pages")
        (folder / EXECUTED).mkdir()
        for file in (report / EXECUTED).glob("*.ipynb"):
            if file.name.startswith(SHOWN):
                shutil.copy(file, folder / EXECUTED)
        return folder

    return make


def pages(folder: Path) -> dict[str, bytes]:
    files = (f for f in folder.rglob("*") if f.is_file())
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}


@pytest.fixture
def alone(out) -> dict[str, bytes]:
    folder = out()
    write_site(folder)
    return pages(folder)


def test_two_processes_write_what_one_writes(out, alone, monkeypatch):
    monkeypatch.setattr(write, "_FEW", 1)
    folder, asked = out(), []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:

        def submit(function: Callable[..., None], *args: object) -> Future[None]:
            asked.append(args[1])
            return other.submit(function, *args)

        write_site(folder, share_out(folder, submit))
    (theirs,) = asked
    assert 0 < len(theirs) < sum(name.startswith(EXECUTED) for name in alone)
    assert pages(folder) == alone


def test_pages_written_before_the_overview_is_there_lead_to_it(out, alone, monkeypatch):
    monkeypatch.setattr(write, "_FEW", 1)
    folder = out()
    (overview,) = (folder / EXECUTED).glob("overview*")
    kept = overview.rename(folder / "kept")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        beside = share_out(folder, other.submit, {overview.stem: "latest"})
        beside.done.result()
    assert len(list(folder.glob("*.html"))) == len(beside.names) > 0
    kept.rename(overview)
    write_site(folder, beside)
    assert pages(folder) == alone


def test_pages_of_a_process_that_was_killed_are_written_here(out, alone, monkeypatch):
    monkeypatch.setattr(write, "_FEW", 1)
    folder = out()

    def submit(*_: object) -> Future[None]:
        broken = Future[None]()
        broken.set_exception(BrokenProcessPool("it was killed"))
        return broken

    write_site(folder, share_out(folder, submit))
    assert pages(folder) == alone


def test_a_process_that_cannot_be_had_is_done_without(out, alone, monkeypatch):
    monkeypatch.setattr(write, "_FEW", 1)
    folder = out()

    def submit(*_: object) -> Future[None]:
        raise BrokenProcessPool("one was killed while it had nothing to do")

    write_site(folder, share_out(folder, submit))
    assert pages(folder) == alone
