"""The command `lab`: JupyterLab on the project, with a notebook to begin with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ..ground import paths
from ..ground.files import write_whole

SCRATCH = "scratch"
"""Folder for notebooks that are nobody's but the user's: no run reads it, git leaves it out."""

_CONFIG = Path(__file__).with_name("lab")
"""Settings of the Lab that this command opens: it asks no network for news, and no user whether it
may.
"""

_HEAD = """\
# Start here

This notebook is yours: it lies in `scratch/`, which no run of the project reads. Run a cell with
Shift+Enter; the first takes no time, since the kernel starts with pandas and the rest imported.

The claims' own notebooks are in `notebooks/`, figures of your own come in with `ca.add(...)`."""
_BEGIN = ((_HEAD, ("import ca_research as ca",)),)
_FIGURES = (
    (
        "Who reports what, in which years? Every row of every table names its source.",
        ('ca.coverage("trade", product="TOTAL")',),
    ),
    (
        "Rows of a table, by the names of its columns, and the references behind them.",
        (
            't = ca.load("trade", reporter="Kazakhstan", partner=["China", "Russia"])\nt.tail()',
            "print(ca.cite(t))",
        ),
    ),
    (
        "Look around: choose, and take the code below the picture along.",
        ('ca.explore("trade")',),
    ),
    (
        "Where does a partner stand, and do both sides tell the same?",
        (
            'totals = ca.load("trade", product="TOTAL")\n'
            'ca.trade.rank(totals, economy="Uzbekistan", partner="China", year=2023)',
            'ca.trade.mirror_gap("KGZ", "CHN")',
        ),
    ),
)
"""Words and the cells below them, for projects with the built-in table of trade."""
_CLAIM = (
    (
        "What a claim says, what the figures answer, and which figures would settle it.",
        ('ca.claim("{id}")', 'ca.check("{id}")', 'ca.wanted("{id}")'),
    ),
)


def lab(
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- OPTION", help="Options of JupyterLab itself."),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", help="Where it listens; if taken, the next.")
    ] = 8888,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")
    ] = True,
) -> None:
    """JupyterLab on the project: warm kernels, and a notebook to begin with in scratch/."""
    root = Path.cwd() if paths.bundled() else paths.home()
    start = begin(root)
    words = [
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        "--MultiKernelManager.default_kernel_name=ca-research",
        f"--LabApp.default_url=/lab/tree/{start.relative_to(root).as_posix()}",
    ]
    paths_of_config = [str(_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths_of_config))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *words, *(more or ())])


def begin(root: Path) -> Path:
    """The start notebook in a folder's scratch, written where there is none: it is the user's."""
    import nbformat

    file = root / SCRATCH / "start.ipynb"
    if file.exists():
        return file
    cells = []
    for words, codes in (*_BEGIN, *_examples()):
        cells.append(nbformat.v4.new_markdown_cell(words))
        cells += map(nbformat.v4.new_code_cell, codes)
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number:02d}"
    spec = {"display_name": "ca-research (warm)", "language": "python", "name": "ca-research"}
    about = {"kernelspec": spec, "language_info": {"name": "python"}}
    file.parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=about))
    write_whole(file, f"{text}\n")
    return file


def _examples() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words and cells that run in this project."""
    from .. import registry

    tables, claims = registry.tables(), registry.claims()
    if "trade" in tables and tables["trade"].files:
        yield from _FIGURES
    if claims:
        shown = next((id_ for id_, spec in claims.items() if spec.wanted), next(iter(claims)))
        for words, codes in _CLAIM:
            yield words, tuple(code.format(id=shown) for code in codes)
