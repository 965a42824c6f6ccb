"""The command `lab`: JupyterLab on the project, with a notebook to begin with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..ground import paths
from ..ground.files import write_whole
from .notebooks import notebook
from .options import Several

SCRATCH = "scratch"
"""Folder for notebooks that are nobody's but the user's: no run reads it, git leaves it out."""

_CONFIG = Path(__file__).with_name("lab")
"""Settings of the Lab that this command opens: it asks no network for news, and no user whether it
may.
"""


def lab(more: Several = None, *, port: int = 8888, browser: bool = True) -> None:
    """JupyterLab on the project: warm kernels, and a notebook to begin with in scratch/.

    Parameters
    ----------
    more
        Options of JupyterLab itself, after --
    port
        Where it listens; if taken, the next.
    browser
        Open it in the browser.
    """
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
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *words, *(more or ())])


def begin(root: Path) -> Path:
    """The start notebook in a folder's scratch, written where there is none: it is the user's."""
    file = root / SCRATCH / "start.ipynb"
    if not file.exists():
        from .. import registry

        claims, tables = registry.claims(), registry.tables().values()
        there = {t.table for t in tables if t.files} | {a.table for a in registry.added().values()}
        pairs = [
            (c.over.economies[0], c.settings["partner"])
            for claim in claims.values()
            for c in claim.criteria().values()
            if c.over and "partner" in c.settings
        ]
        economy, partner = (pairs or [("UZB", "CHN")])[0]
        names = {"economy": economy, "partner": partner, "mirror": not pairs}
        text = notebook("start", None, tables=there, claims=claims, **names)
        write_whole(file, text)
    return file
