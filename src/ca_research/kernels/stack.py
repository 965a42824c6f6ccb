"""What a server imports before the first fork, and how: without a thread, without a figure backend,
without a shell.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from .place import PACKAGE, THREADS, at_import

QUIET = {
    **dict.fromkeys(THREADS, "1"),
    # Arrow's allocator would start a thread at import
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Environment of a server: threads do not survive a fork."""

STACK = """
    numpy pandas pyarrow.parquet pyarrow.dataset pyarrow.compute pyarrow.acero duckdb
    scipy.stats scipy.optimize statsmodels.api statsmodels.formula.api statsmodels.tsa.api
    matplotlib.pyplot matplotlib.dates matplotlib.backends.backend_agg
    matplotlib.backends.backend_svg
    pandas.core.methods.to_dict pandas.core.reshape.reshape pandas.io.formats.csvs
    pandas.io.formats.html pandas.io.formats.string
    PIL.BmpImagePlugin PIL.GifImagePlugin PIL.JpegImagePlugin PIL.PpmImagePlugin
    seaborn joblib yaml platformdirs filelock json sqlite3 zoneinfo
    ca_research.registry ca_research.ground.economies ca_research.stats ca_research.tables
    ca_research.trade ca_research.investment ca_research.students ca_research.claims
    ca_research.plots ca_research.plots.hooks
"""
"""Modules, up to the fifth floor: a notebook runs no notebooks and writes no pages; among them what
a first table, picture or figure imports by itself.
"""

SHELL = """
    ipykernel.kernelapp ipykernel.ipkernel ipykernel.zmqshell ipykernel.comm ipykernel.debugger comm
    IPython.core.magics IPython.core.completer IPython.core.completerlib IPython.core.debugger jedi
    IPython.core.oinspect IPython.core.displaypub IPython.core.historyapp IPython.core.pylabtools
    IPython.extensions.storemagic
    tornado.platform.asyncio tornado.queues cProfile encodings.idna encodings.latin_1
"""
"""What ipykernel and IPython import by themselves on their way up; not all of it is there in every
version.
"""


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Environment of the server for kernels with `env`: what imports may read of it, and one
    thread.
    """
    return {k: v for k, v in env.items() if at_import(k)} | QUIET


def _questions() -> list[str]:
    """Modules of the room `article`, where the package has one."""
    files = (file.relative_to(PACKAGE.parent) for file in (PACKAGE / "article").rglob("[!_]*.py"))
    return sorted(".".join(file.with_suffix("").parts) for file in files)


def _first_picture() -> None:
    """Reads the list of fonts and a font, and what else a first picture waits for; without pyplot,
    which would choose a backend.
    """
    from matplotlib.backends import backend_registry
    from matplotlib.figure import Figure

    from ..plots.pen import Canvas

    backend_registry.list_all()  # looks through all that is installed
    figure = Figure()
    Canvas(figure)
    figure.add_subplot(title="0 1 2").plot([0, 1], label="a")
    figure.savefig(io.StringIO(), format="svg")


def load() -> dict[str, str]:
    """Import everything; returns what the imports have set in the environment.

    Raises RuntimeError where a library has started a thread, so that a fork would be unsafe.

    `ca_research.load` and its like are not touched: they would take IPython's presence for a
    running shell, and the kernels would come without display hooks. Nor is the inline backend: it
    must find the shell when it is imported.
    """
    before, level = dict(os.environ), logging.root.level
    # pandas asks whether it is in a kernel or in a terminal, of which it would take the width
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    importlib.import_module("pandas")
    del vars(builtins)["get_ipython"]
    for name in [*STACK.split(), *_questions()]:
        importlib.import_module(name)
    for name in SHELL.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from pyfixest import feols, fepois  # noqa: F401 - it imports them when they are asked for

    for room in ("ca_research.registry", "ca_research.claims.measures"):
        importlib.import_module(room).read_ahead()
    _first_picture()
    # pyfixest configures it; a notebook's own basicConfig must still count
    logging.root.handlers.clear()
    logging.root.setLevel(level)
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        raise RuntimeError(f"{threads} threads run after the imports")
    return {k: v for k, v in os.environ.items() if before.get(k) != v}
