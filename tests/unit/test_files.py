"""Files: folders behind links are seen, and one writer writes whole files."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from ca_research import tables
from ca_research.ground import paths
from ca_research.ground.errors import IntegrityError, WriteError
from ca_research.ground.files import lock, scratch_folder, walk, write_whole

# folders behind links


@pytest.fixture
def tree(tmp_path):
    """A folder with a file, one with a file in it, and a link to a folder that lies elsewhere."""
    for name in (
        "top/a.yaml",
        "top/inner/b.yaml",
        "elsewhere/deep/c.yaml",
        "top/.hidden/d.yaml",
        "top/__pycache__/e.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "top" / "link").symlink_to(tmp_path / "elsewhere")
    return tmp_path / "top"


def names(found):
    return [f.name for f in found]


def test_files_behind_a_linked_folder_are_found(tree):
    assert names(walk(tree)) == ["a.yaml", "b.yaml", "c.yaml"]
    assert names(walk(tree / "link")) == ["c.yaml"]
    (tree / "second").symlink_to(tree / "inner")  # two links to one folder are no circle
    assert names(walk(tree)) == ["a.yaml", "b.yaml", "c.yaml", "b.yaml"]


def test_a_build_is_not_made_of_two_states_of_a_file(built, monkeypatch):
    """The list of sources was edited between the key of the build and its reading: the build kept
    its old form for good.
    """
    module, file = sys.modules["ca_research.tables.build"], built.home / "registry" / "sources.csv"
    real, before, text = module._all, built.builds(), file.read_text()
    monkeypatch.setattr(module, "_all", lambda *_: (real(*_), file.write_text(text))[0])
    file.write_text(text.replace("Invented figures", "Other figures"))
    with pytest.raises(IntegrityError) as told:
        tables.build()
    assert "registry/sources.csv" in str(told.value) and built.builds() == before


# scratch folders

HOLDS = """
import os, sys, time
from ca_research.ground.files import scratch_folder
with scratch_folder() as folder:
    (folder / "kernel-1.json").write_text("a key")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(temporary):
    """A connection file holds the key to a kernel."""
    both = [
        subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    dead, living = (Path(process.stdout.readline().strip()) for process in both)
    both[0].kill()
    both[0].wait()
    try:
        assert (dead / "kernel-1.json").exists()
        (temporary / "ca-research-mine").mkdir()  # no such folder, or one that is just being made
        (temporary / "ca-research-link").symlink_to(paths.home())
        with scratch_folder() as own:
            left = {p.name for p in temporary.iterdir()}
        assert left == {living.name, own.name, "ca-research-mine", "ca-research-link"}
        assert not own.exists()
    finally:
        both[1].kill()
        for process in both:
            process.wait()
            process.stdout.close()


def test_of_a_link_what_it_leads_to_is_written_and_keeps_its_mode(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("before")
    target.chmod(0o600)
    link.symlink_to(target)
    write_whole(link, "after")
    assert link.is_symlink() and target.read_text() == "after"
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_users_get_is_written_whole(tmp_path, monkeypatch, full_disk, command):
    """A disk that fills up leaves the file that stood there before."""
    from ca_research.stats.result import Result

    @dataclass
    class Shown(Result):
        def to_frame(self):
            return pd.DataFrame({"a": [1]})

    file = tmp_path / "kept.txt"
    file.write_text("before")
    monkeypatch.setattr(os, "fdopen", full_disk)
    for write in (Shown().to_csv, Shown().to_latex):
        with pytest.raises(WriteError):
            write(file)
    assert command("sql", "select 1", "-o", str(file))[0] == 1
    assert file.read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def test_a_lock_that_cannot_be_made_is_an_error_in_words(tmp_path):
    """A project that nobody may write to ended with "[Errno 13]" and the name of the lock."""
    (tmp_path / "processed").write_text("no folder")
    with pytest.raises(WriteError) as caught, lock(tmp_path / "processed" / ".lock"):
        pass
    assert caught.value.where.endswith("processed/.lock") and caught.value.hint
