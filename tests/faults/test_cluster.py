"""The same runs on a Dask cluster: a scheduler and two workers of the test's own, one of them
killed on the way.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import psutil
import pytest
from tests.small_runs import notebook, small_project
from tests.warm import within

from ca_research import kernels, runs
from ca_research.ground import reads
from ca_research.ground.errors import RunError
from ca_research.runs import Options, cluster, inputs, worker
from ca_research.tables.build import current


@pytest.fixture
def home(tmp_path, store, monkeypatch):
    folder = small_project(tmp_path / "project")
    monkeypatch.setenv("CA_RESEARCH_HOME", str(folder))
    return folder


@pytest.fixture
def dask(home, tmp_path):
    """Address of a scheduler with two workers, and the workers' processes."""
    contact = tmp_path / "scheduler.json"

    def start(what, *words):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *words]
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(
            [*command, "--scheduler-file", str(contact)],
            stdout=nowhere,
            stderr=nowhere,
            env=os.environ.copy(),
            cwd=tmp_path,
        )

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0")
    apart = ("--nthreads", "1", "--no-nanny", "--local-directory")
    workers = [start("worker", *apart, str(tmp_path / f"w{i}")) for i in range(2)]
    assert within(60, lambda: contact.is_file() and contact.read_text().endswith("}"))
    from dask.distributed import Client

    address = json.loads(contact.read_text())["address"]
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_the_same_runs_give_the_same_pages_with_a_worker_killed_on_the_way(home, tmp_path, dask):
    address, workers = dask
    slow = "import time; time.sleep(1.5)\nprint('number', n)"
    work = [notebook(home, f"r{n}", slow, n=n) for n in range(5)]
    bad, seen = notebook(home, "bad", "1 / 0"), []

    def kill_one(result):
        seen.append(result.run_id)
        if len(seen) == 1:
            lost = psutil.Process(workers[0].pid)
            for one in (*lost.children(recursive=True), lost):
                with suppress(psutil.NoSuchProcess):  # it has ended by itself meanwhile
                    one.kill()

    there = Options(cluster=address, use_store=False)
    *results, failed = runs.execute([*work, bad], tmp_path / "out", there, on_done=kill_one)
    assert [(r.name, r.error) for r in results] == [(f"r{i}", "") for i in range(5)]
    assert sorted(seen) == sorted(r.run_id for r in (*work, bad))
    assert "ZeroDivisionError" in failed.error
    assert failed.where.startswith("notebooks/bad.ipynb, cell"), "as it does here"
    for result in runs.execute(work[:2], tmp_path / "here", Options(2, use_store=False)):
        name = f"notebooks/{result.run_id}.ipynb"
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_a_worker_runs_what_is_the_same_there_and_nothing_else(home):
    run = notebook(home, "r", "print(n)")
    manifest = inputs.Inputs(current()).of(run)
    limited = {reads.VARIABLE: inputs.limits(run)}
    task = worker.Task(run, manifest, limited, kernel=kernels.ORDINARY)
    assert not cluster.remote(task, "notebooks/r.ipynb").error
    for other, name in (
        (task, "notebooks/none.ipynb"),
        (replace(task, manifest={}), "notebooks/r.ipynb"),
    ):
        with pytest.raises(RunError):
            cluster.remote(other, name)
