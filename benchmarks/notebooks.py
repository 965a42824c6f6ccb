"""Kernels and notebooks, warm beside ordinary, in one run, with equal values and equal counts of
figures.

    python benchmarks/notebooks.py [--runs N] [--repeats N]

The notebook, of plain pandas and seaborn in a folder of its own: 20 thousand made-up rows, an OLS,
a PPML with fixed effects, three figures. Printed are medians of paired repeats and their ratio.
Goals: a warm kernel is ready, with the stack imported, at least 4 times sooner; notebooks with
their pages by `ca-research run FILE.ipynb`, as a whole process on an empty store, at least 10 times
faster than papermill's command line followed by nbconvert, and 2.5 times faster than papermill in
two processes; the same command again under 0.3 s. The command is timed twice: with the server that
warm kernels are forked from running, and where it has to start it.

Where ploomber-engine is installed, which runs a notebook in the interpreter that it is called from,
it takes turns as well, in two processes and without pages. It is no dependency: `pip install
ploomber-engine` into a copy of the environment.
"""

from __future__ import annotations

import os

# as in a worker of a run; pyfixest takes fixed effects in the order of a set, which the hash of
# their names decides
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
from clock import machine, python, timed
from jupyter_client.manager import KernelManager

from ca_research import kernels
from ca_research.kernels.provisioner import WarmProcess

CELLS = (
    "import numpy as np, pandas as pd, statsmodels.api as sm, pyfixest as pf, seaborn as sns, "
    "duckdb\n"
    "import matplotlib.pyplot as plt",
    "seed: int = 1\neconomy: str = 'KAZ'\nas_of: str = 'latest'",
    "rng = np.random.default_rng(seed)\n"
    "n = 20_000\n"
    "rows = pd.DataFrame({'x': rng.normal(size=n), 'z': rng.normal(size=n), 'g': rng.integers(0, "
    "50, n), 't': rng.integers(0, 20, n)})\n"
    "rows['y'] = 0.5 * rows.x - 0.2 * rows.z + rows.g / 50 + rng.normal(size=n)\n"
    "rows['count'] = rng.poisson(np.exp(0.3 * rows.x + rows.t / 20))\n"
    "duckdb.sql('select t, avg(y) as y from rows group by t order by t').df().round(6)",
    "ols = sm.OLS(rows.y, sm.add_constant(rows[['x', "
    "'z']])).fit()\nprint(ols.params.map(repr).to_dict())",
    "ppml = pf.fepois('count ~ x | g + t', rows, vcov={'CRV1': "
    "'g'})\nprint(ppml.coef().map(repr).to_dict(), ppml.se().map(repr).to_dict())",
    "means = rows.groupby('t', as_index=False).y.mean()\nmeans.plot(x='t', y='y');",
    "part = rows.sample(500, random_state=seed)[['x', 'y']]\nsns.regplot(part, x='x', y='y');",
    "fig, axes = plt.subplots(1, 2)\n"
    "for ax, name in zip(axes, ('x', 'z')):\n    sns.histplot(rows[name], ax=ax)",
)
FIGURES = 3
STACK = (
    "import numpy, pandas, statsmodels.api, pyfixest, seaborn, duckdb, "
    "matplotlib.pyplot\npyfixest.feols, pyfixest.fepois;"
)


def notebook() -> Any:
    cells = [nbformat.v4.new_code_cell(cell, id=f"c{i}") for i, cell in enumerate(CELLS)]
    cells[1].metadata["tags"] = ["parameters"]
    spec = {"name": kernels.ORDINARY, "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


def shown(file: Path) -> tuple[int, list[str]]:
    """How many figures an executed notebook has, and every text in it but names of axes, which
    ploomber-engine shows apart from their figure.
    """
    outputs = [
        o for cell in nbformat.read(file, 4).cells if cell.cell_type == "code" for o in cell.outputs
    ]
    data = [o.get("data", {"text/plain": o.get("text", "")}) for o in outputs]
    texts = [d["text/plain"] for d in data if "image/png" not in d]
    return sum("image/png" in d for d in data), [t for t in texts if not t.startswith("<Axes")]


def ready(kernel: str) -> float:
    """Seconds until a new kernel has answered a cell that imports the stack; its shutdown is not
    counted.
    """
    manager = KernelManager(kernel_name=kernel)
    start = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    reply = client.execute_interactive(STACK, timeout=120)["content"]
    seconds = time.perf_counter() - start
    assert reply["status"] == "ok", reply
    assert isinstance(manager.provisioner.process, WarmProcess) == (kernel == kernels.NAME), (
        "fell back"
    )
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds


def by_command(source: Path, folder: Path, runs: int) -> None:
    """papermill's command line on the ordinary kernel, then nbconvert to HTML, one run after the
    other.
    """
    for seed in range(1, runs + 1):
        made = str(folder / f"{seed}.ipynb")
        python(
            "-m", "papermill", "-k", kernels.ORDINARY, "-p", "seed", str(seed), str(source), made
        )
        python("-m", "nbconvert", "--to", "html", made)


def one(task: tuple[str, str, int]) -> None:
    """One notebook by papermill in this process; no page."""
    import papermill

    source, made, seed = task
    papermill.execute_notebook(
        source, made, {"seed": seed}, kernel_name=kernels.ORDINARY, progress_bar=False
    )


def tasks(source: Path, folder: Path, runs: int) -> list[tuple[str, str, int]]:
    return [(str(source), str(folder / f"{seed}.ipynb"), seed) for seed in range(1, runs + 1)]


def in_two_processes(source: Path, folder: Path, runs: int) -> None:
    """papermill in two processes of a pool, on ordinary kernels; no pages."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(one, tasks(source, folder, runs)))


def some_here(some: list[tuple[str, str, int]]) -> None:
    """Notebooks by ploomber-engine, in this very process; no pages. It takes the process over: the
    first of them leaves another `__main__`, so all stand in one call.
    """
    from ploomber_engine import execute_notebook

    for source, made, seed in some:
        execute_notebook(source, made, parameters={"seed": seed}, progress_bar=False)


def by_ploomber(source: Path, folder: Path, runs: int) -> None:
    """ploomber-engine in two processes, each of which imports the stack once; no pages."""
    due = tasks(source, folder, runs)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(some_here, [due[::2], due[1::2]]))


def by_ca_research(source: Path, folder: Path, runs: int) -> None:
    """`ca-research run FILE.ipynb` as a whole process: notebooks and their pages, the index, the
    manifest; a store for each folder.
    """
    seeds = ",".join(str(seed) for seed in range(1, runs + 1))
    store = str(folder.with_name(f"{folder.name}-store"))
    words = ("run", str(source), "--grid", f"seed={seeds}", "--out", str(folder))
    python("-m", "ca_research.app.cli", *words, CA_RESEARCH_CACHE=store)


def start() -> None:
    """Start the server of kernels, and wait until it has imported the stack and answers."""
    kernels.warm()
    while not kernels.servers():
        time.sleep(0.05)


def stop() -> None:
    """End the servers of kernels, and wait for their end."""
    stopped = kernels.stop_all()
    while any(Path(f"/proc/{server['pid']}").exists() for server in stopped):
        time.sleep(0.05)


def compare_runs(root: Path, runs: int, repeats: int) -> None:
    source = root / "in.ipynb"
    nbformat.write(notebook(), source)
    command, two = (
        "papermill's command line, then nbconvert",
        "papermill in two processes, no pages",
    )
    cold, warm = (
        "ca-research run with pages, server started",
        "ca-research run with pages, server running",
    )
    again = "ca-research run, nothing changed"
    plain = [str(seed) for seed in range(1, runs + 1)]
    own = [f"notebooks/in-as-of-latest-seed-{seed}" for seed in range(1, runs + 1)]
    ways: dict[str, tuple[Callable[[Path], None], list[str]]] = {
        command: (lambda folder: by_command(source, folder, runs), plain),
        two: (lambda folder: in_two_processes(source, folder, runs), plain),
    }
    if find_spec("ploomber_engine"):
        here = "ploomber-engine in two processes, no pages"
        ways[here] = (lambda folder: by_ploomber(source, folder, runs), plain)
    pageless = [way for way in ways if way != command]
    ways |= {
        way: (lambda folder: by_ca_research(source, folder, runs), own) for way in (cold, warm)
    }
    seconds: dict[str, list[float]] = {way: [] for way in (*ways, again)}
    for repeat in range(repeats):
        results = []
        stop()
        for number, (way, (action, names)) in enumerate(ways.items()):
            folder = root / f"{repeat}-{number}"
            folder.mkdir()
            seconds[way].append(timed(lambda action=action, folder=folder: action(folder)))  # type: ignore[misc]
            results.append([shown(folder / f"{name}.ipynb") for name in names])
            pages = [folder / f"{Path(name).name}.html" for name in names]
            assert way in pageless or all(page.stat().st_size > 10_000 for page in pages), (
                "a page is missing"
            )
        seconds[again].append(timed(lambda folder=folder: by_ca_research(source, folder, runs)))  # type: ignore[misc]
        assert all(result == results[0] for result in results), (
            "the ways differ in values or figures"
        )
        assert [figures for figures, _ in results[0]] == [FIGURES] * runs, "a figure is missing"
        print(
            f"round {repeat + 1}: {', '.join(f'{s[-1]:.2f}' for s in seconds.values())}",
            file=sys.stderr,
            flush=True,
        )
    table(f"{runs} notebooks", seconds, command, *pageless)
    stop()


def table(title: str, seconds: dict[str, list[float]], *beside: str) -> None:
    """Medians, ranges, and the medians of the paired ratios to some of the rows."""
    print(f"\n| {title} | seconds | range |{''.join(f' times faster than {b} |' for b in beside)}")
    print(f"|---|---:|---:|{'---:|' * len(beside)}")
    for what, own in seconds.items():
        ratios = [
            statistics.median(a / b for a, b in zip(seconds[b], own, strict=True)) for b in beside
        ]
        cells = "".join(
            " |" if seconds[b] is own else f" {r:.1f} |"
            for b, r in zip(beside, ratios, strict=True)
        )
        print(
            f"| {what} | {statistics.median(own):.2f} | {min(own):.2f} to {max(own):.2f} |{cells}"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=12, help="notebooks")
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="ca-") as name:
        os.environ |= {"XDG_RUNTIME_DIR": name, "IPYTHONDIR": f"{name}/ipython"}
        print(f"{machine()}, medians of {chosen.repeats}")
        print(f"start of the server: {timed(start):.2f} s")
        ready_in: dict[str, list[float]] = {"ordinary kernel": [], "warm kernel": []}
        for _ in range(chosen.repeats):
            for seconds, kernel in zip(
                ready_in.values(), (kernels.ORDINARY, kernels.NAME), strict=True
            ):
                seconds.append(ready(kernel))
        table("kernel ready, stack imported", ready_in, "ordinary kernel")
        stop()
        compare_runs(Path(name), chosen.runs, chosen.repeats)


if __name__ == "__main__":
    main()
