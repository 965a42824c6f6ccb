"""Kernels and notebooks, warm beside ordinary, in one run, with equal values and equal counts of figures.

    python benchmarks/notebooks.py [--runs N] [--repeats N]

The notebook: 20 thousand made-up rows, an OLS, a PPML with fixed effects, three figures. Printed are medians of paired
repeats and their ratio. Goal: a warm kernel is ready, with the stack imported, at least 4 times sooner. The server that
warm kernels are forked from is started beforehand; its own start is a line of its own.
"""

from __future__ import annotations

import os

# as in a worker of a run; pyfixest takes fixed effects in the order of a set, which the hash of their names decides
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}

import argparse
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager

from ca_research import kernels
from ca_research.kernels.launch import WarmProcess

CELLS = (
    "import numpy as np, pandas as pd, statsmodels.api as sm, pyfixest as pf, seaborn as sns, duckdb\n"
    "import matplotlib.pyplot as plt",
    "seed: int = 1",
    "rng = np.random.default_rng(seed)\n"
    "n = 20_000\n"
    "rows = pd.DataFrame({'x': rng.normal(size=n), 'z': rng.normal(size=n), 'g': rng.integers(0, 50, n), 't': rng.integers(0, 20, n)})\n"
    "rows['y'] = 0.5 * rows.x - 0.2 * rows.z + rows.g / 50 + rng.normal(size=n)\n"
    "rows['count'] = rng.poisson(np.exp(0.3 * rows.x + rows.t / 20))\n"
    "duckdb.sql('select t, avg(y) as y from rows group by t order by t').df().round(6)",
    "ols = sm.OLS(rows.y, sm.add_constant(rows[['x', 'z']])).fit()\nprint(ols.params.map(repr).to_dict())",
    "ppml = pf.fepois('count ~ x | g + t', rows, vcov={'CRV1': 'g'})\nprint(ppml.coef().map(repr).to_dict(), ppml.se().map(repr).to_dict())",
    "rows.groupby('t').y.mean().plot(title='mean');",
    "sns.regplot(rows.sample(500, random_state=seed), x='x', y='y');",
    "fig, axes = plt.subplots(1, 2)\nfor ax, name in zip(axes, ('x', 'z')):\n    sns.histplot(rows[name], ax=ax)",
)
FIGURES = 3
STACK = "import numpy, pandas, statsmodels.api, pyfixest, seaborn, duckdb, matplotlib.pyplot\npyfixest.feols, pyfixest.fepois;"


def notebook() -> Any:
    cells = [nbformat.v4.new_code_cell(cell, id=f"c{i}") for i, cell in enumerate(CELLS)]
    cells[1].metadata["tags"] = ["parameters"]
    spec = {"name": kernels.ORDINARY, "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


def shown(file: Path) -> tuple[int, list[str]]:
    """How many figures an executed notebook has, and every text in it."""
    outputs = [o for cell in nbformat.read(file, 4).cells if cell.cell_type == "code" for o in cell.outputs]
    data = [o.get("data", {"text/plain": o.get("text", "")}) for o in outputs]
    return sum("image/png" in d for d in data), [d["text/plain"] for d in data if "image/png" not in d]


def timed(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def ready(kernel: str) -> float:
    """Seconds until a new kernel has answered a cell that imports the stack; its shutdown is not counted."""
    manager = KernelManager(kernel_name=kernel)
    start = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    reply = client.execute_interactive(STACK, timeout=120)["content"]
    seconds = time.perf_counter() - start
    assert reply["status"] == "ok", reply
    assert isinstance(manager.provisioner.process, WarmProcess) == (kernel == kernels.NAME), "fell back"
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds


def by_command(source: Path, folder: Path, runs: int) -> None:
    """papermill's command line, one run after the other, on the ordinary kernel."""
    for seed in range(1, runs + 1):
        words = ["-k", kernels.ORDINARY, "-p", "seed", str(seed), str(source), str(folder / f"{seed}.ipynb")]
        subprocess.run([sys.executable, "-m", "papermill", *words], check=True, capture_output=True)


def in_one_process(source: Path, folder: Path, runs: int, kernel: str) -> None:
    """papermill in this process, one run after the other."""
    import papermill

    for seed in range(1, runs + 1):
        papermill.execute_notebook(
            str(source), str(folder / f"{seed}.ipynb"), {"seed": seed}, kernel_name=kernel, progress_bar=False
        )


def compare_runs(root: Path, runs: int, repeats: int) -> list[tuple[str, list[float]]]:
    source = root / "in.ipynb"
    nbformat.write(notebook(), source)
    ways: dict[str, Callable[[Path], None]] = {
        "papermill's command line": lambda folder: by_command(source, folder, runs),
        "papermill in one process, ordinary kernels": lambda folder: in_one_process(
            source, folder, runs, kernels.ORDINARY
        ),
        "papermill in one process, warm kernels": lambda folder: in_one_process(source, folder, runs, kernels.NAME),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for repeat in range(repeats):
        results = []
        for number, (way, action) in enumerate(ways.items()):
            folder = root / f"{repeat}-{number}"
            folder.mkdir()
            seconds[way].append(timed(lambda action=action, folder=folder: action(folder)))  # type: ignore[misc]
            results.append([shown(folder / f"{seed}.ipynb") for seed in range(1, runs + 1)])
        assert all(result == results[0] for result in results), "the ways differ in values or figures"
        assert [figures for figures, _ in results[0]] == [FIGURES] * runs, "a figure is missing"
    return list(seconds.items())


def table(title: str, rows: list[tuple[str, list[float]]]) -> None:
    """Medians, and the median of the paired ratios to the first row."""
    print(f"\n| {title} | seconds | range | times faster |\n|---|---:|---:|---:|")
    first = rows[0][1]
    for what, seconds in rows:
        ratio = statistics.median(a / b for a, b in zip(first, seconds, strict=True))
        print(
            f"| {what} | {statistics.median(seconds):.2f} | {min(seconds):.2f} to {max(seconds):.2f} | "
            f"{'' if seconds is first else f'{ratio:.1f}'} |"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=6, help="notebooks in a row")
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="ca-") as name:
        os.environ |= {"XDG_RUNTIME_DIR": name, "IPYTHONDIR": f"{name}/ipython"}
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {chosen.repeats}")
        print(f"start of the server, once: {timed(kernels.warm):.2f} s")
        pairs = [(ready(kernels.ORDINARY), ready(kernels.NAME)) for _ in range(chosen.repeats)]
        ordinary, warm = (list(column) for column in zip(*pairs, strict=True))
        table("kernel ready, stack imported", [("ordinary kernel", ordinary), ("warm kernel", warm)])
        table(f"{chosen.runs} notebooks", compare_runs(Path(name), chosen.runs, chosen.repeats))
        kernels.stop()


if __name__ == "__main__":
    main()
