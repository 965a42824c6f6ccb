"""The same runs on a Dask cluster: a scheduler and two workers of the test's own, one of them
killed on the way.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress

import nbformat
import psutil
import pytest

from ca_research import runs
from ca_research.ground import paths
from ca_research.ground.errors import RunError
from ca_research.runs import Options, Run

CELL = 'n: int = 3\nas_of: str = "latest"'


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    shutil.copytree(paths.registry_dir(), folder / "registry")
    for name in ("notebooks", "data/processed/build-tiny", "data/raw"):
        (folder / name).mkdir(parents=True)
    (folder / "data" / "processed" / "CURRENT").write_text("build-tiny")
    monkeypatch.setenv("CA_RESEARCH_HOME", str(folder))
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    return folder


def planned(home, count, source) -> list[Run]:
    found = []
    for i in range(count):
        cells = [nbformat.v4.new_code_cell(CELL, metadata={"tags": ["parameters"]}, id="p")]
        book = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell(source, id="c")])
        book.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        book.metadata["ca_research"] = {"tables": []}
        file = home / "notebooks" / f"r{i}.ipynb"
        nbformat.write(book, file)
        found.append(Run(f"r{i}", file, {"n": i, "as_of": "latest"}))
    return found


@pytest.fixture
def cluster(home, tmp_path):
    """Address of a scheduler with two workers, and the workers' processes."""
    contact = tmp_path / "scheduler.json"
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "env": os.environ.copy(),
        "cwd": tmp_path,
    }
    scheduler = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(contact),
        ],
        **quiet,
    )
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                "--scheduler-file",
                str(contact),
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(tmp_path / f"w{i}"),
            ],
            **quiet,
        )
        for i in range(2)
    ]
    for _ in range(600):
        if contact.is_file() and contact.read_text().endswith("}"):
            break
        time.sleep(0.1)
    from dask.distributed import Client

    address = json.loads(contact.read_text())["address"]
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


@pytest.mark.long
def test_the_same_runs_give_the_same_pages_with_a_worker_killed_on_the_way(home, tmp_path, cluster):
    address, workers = cluster
    work = planned(home, 5, "import time; time.sleep(1.5)\nprint('number', n)")
    seen: list[str] = []

    def kill_one(result) -> None:
        seen.append(result.run_id)
        if len(seen) == 1:
            lost = psutil.Process(workers[0].pid)
            for one in (*lost.children(recursive=True), lost):
                with suppress(psutil.NoSuchProcess):  # it has ended by itself meanwhile
                    one.kill()

    results = runs.execute(
        work, tmp_path / "out", Options(cluster=address, use_store=False), on_done=kill_one
    )
    assert [(r.claim, r.error) for r in results] == [(f"r{i}", "") for i in range(5)]
    assert sorted(seen) == sorted(r.run_id for r in work)
    here = runs.execute(work[:2], tmp_path / "here", Options(jobs=2, use_store=False))
    for result in here:
        name = f"notebooks/{result.run_id}.ipynb"
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


@pytest.mark.long
def test_failures_look_as_they_do_here_and_a_worker_with_other_files_does_not_run(
    home, tmp_path, cluster
):
    address, _ = cluster
    (bad,) = planned(home, 1, "1 / 0")
    (result,) = runs.execute([bad], tmp_path / "out", Options(cluster=address, use_store=False))
    assert "ZeroDivisionError" in result.error and result.where.startswith(
        "notebooks/r0.ipynb, cell"
    )
    (home / "registry" / "economies.csv").open("a").write(
        "\n"
    )  # what the key of the client now covers ...
    from ca_research.runs import cluster as module
    from ca_research.runs import worker

    task = worker.Task(bad, "another key", "")
    outcome = module.remote(task, "notebooks/r0.ipynb")
    assert "differ" in outcome.error and outcome.notebook == ""


def test_a_worker_of_another_project_says_which_it_has(home):
    from ca_research.runs import cluster as module
    from ca_research.runs import worker

    (run,) = planned(home, 1, "1")
    outcome = module.remote(worker.Task(run, "key", ""), "notebooks/elsewhere.ipynb")
    assert f"project, {home}, has no notebooks/elsewhere.ipynb" in outcome.error


def test_no_scheduler_is_said_in_one_line(home, tmp_path, monkeypatch):
    from ca_research.runs import cluster as module

    monkeypatch.setattr(module, "_ANSWER_SECONDS", 1)
    with pytest.raises(RunError, match="no scheduler answers"):
        runs.execute(
            planned(home, 1, "print(n)"),
            tmp_path / "out",
            Options(cluster="tcp://127.0.0.1:9", use_store=False),
        )
