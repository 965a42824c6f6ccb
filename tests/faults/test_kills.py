"""Processes killed at random moments of `ca-research run`: nothing half-written, nothing stale.

A real claim in a copy of the project, from the command line: a few times in the long tests, many
times with `-m soak`.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from tests.warm import private_runtime, servers

from ca_research.ground import paths

LENGTHS = {3000: "supported", 3400: "contradicted"}
"""Thresholds of C25: its borders are 3,305 km long, so the last one turns the verdict."""

FEW_OR_MANY = pytest.mark.parametrize(
    "many",
    [False, pytest.param(True, marks=pytest.mark.soak)],
    ids=["few", "many"],
)


@dataclass
class Project:
    """A copy of the project without its git history, and what a command in it finds around it."""

    home: Path
    env: dict[str, str]
    runtime: Path

    def start(self, out, store):
        words = [sys.executable, "-m", "ca_research.app.cli", "run", "C25", "--jobs", "2", "--out"]
        words, env = [*words, str(out)], self.env | {"CA_RESEARCH_CACHE": str(store)}
        return subprocess.Popen(
            words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )

    def run(self, out, store):
        process = self.start(out, store)
        said = process.communicate(timeout=300)[0].decode()
        assert process.returncode == 0, said
        return said

    def demand(self, length):
        """Edit the rule of C25, as an editor does: the file is there throughout."""
        file = self.home / "registry" / "claims" / "C25.yaml"
        text = file.read_text(encoding="utf-8")
        for other in LENGTHS:
            text = text.replace(f"threshold: {other}\n", f"threshold: {length}\n")
        scratch = file.with_suffix(".new")
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(file)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    base = tmp_path_factory.mktemp("project")
    (home := base / "home").mkdir()
    (base / "tmp").mkdir()
    for name in ("registry", "notebooks", "data/processed"):
        shutil.copytree(paths.home() / name, home / name)
    (home / "data" / "raw").symlink_to(paths.raw_dir())
    with private_runtime() as runtime:
        own = {"CA_RESEARCH_HOME": str(home), "TMPDIR": str(base / "tmp")}
        yield Project(home, os.environ | own, runtime)


def files(out):
    return [f for f in out.rglob("*") if f.is_file() and f.name[0] != "."]


def content(out):
    """What a report says: hashes of all its files but the one that holds seconds."""
    said = [file for file in files(out) if file.name != "manifest.json"]
    return {str(f.relative_to(out)): hashlib.sha256(f.read_bytes()).hexdigest() for f in said}


@pytest.fixture(scope="module")
def expected(project, tmp_path_factory):
    """For each length the report that a run from nothing makes of it, and how long it takes."""
    base, found = tmp_path_factory.mktemp("expected"), {}
    for length, verdict in LENGTHS.items():
        project.demand(length)
        started = time.monotonic()
        project.run(base / str(length), base / f"store-{length}")
        found[length] = (content(base / str(length)), time.monotonic() - started)
        assert f'"verdict": "{verdict}"' in (base / str(length) / "verdicts.json").read_text()
    return found


def whole(out):
    """Every file that is there can be read to its end."""
    for file in files(out):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".html":
            assert text.rstrip().endswith("</html>"), file
        elif file.suffix in (".json", ".jsonld"):
            json.loads(text)
        elif file.suffix == ".ipynb":
            nbformat.validate(nbformat.reads(text, as_version=4))
        else:
            assert text.endswith("\n"), file


def sound(store):
    """Every record of the store can be read, and every file that one names is what it was."""
    for record in store.glob("*/*.json"):
        kept = json.loads(record.read_text())
        for sha256 in kept.get("files", {"": kept.get("file")}).values():
            blob = store / "blobs" / sha256[:2] / sha256
            assert hashlib.sha256(blob.read_bytes()).hexdigest() == sha256


@FEW_OR_MANY
def test_a_killed_process_leaves_nothing_half_written_and_the_next_run_is_whole(
    project, expected, tmp_path, many
):
    """The command, a kernel, the server of kernels, or all of them, with -9; the pages of the run
    before lie in the folder.
    """
    chance, out, hit = random.Random(25), tmp_path / "out", 0
    for turn in range(30 if many else 4):
        length = [*LENGTHS][turn % 2]
        store, (report, seconds) = tmp_path / f"store-{turn}", expected[length]
        project.demand(length)
        process = project.start(out, store)
        time.sleep(chance.uniform(0.1, seconds))
        family = [process.pid, *servers(project.runtime)]
        for victim in family if chance.random() < 0.3 else [chance.choice(family)]:
            with suppress(ProcessLookupError):
                os.kill(victim, 9)
                hit += 1
        process.communicate(timeout=300)
        whole(out)
        sound(store)
        project.run(out, store)
        assert content(out) == report, f"turn {turn}, length {length}"
        whole(out)
    assert hit and list((project.home.parent / "tmp").iterdir()) == [], "swept by the next run"
