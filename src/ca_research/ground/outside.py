"""Modules that no content key covers: those a process has from elsewhere than its Python, the
package and the project's measures.

`PYTHONPATH` leads to them, and an installation with `-e`: an edit there changes no version.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from . import paths

_INSTALLED = {"site-packages", "dist-packages"}


def modules() -> list[str]:
    """Names of the modules at hand, without what they are parts of, that no key covers.

    Returns
    -------
    list of str
        Sorted; empty where all that was imported is covered.

    Examples
    --------
    >>> "json" in modules() or "ca_research" in modules()
    False
    """
    package = str(Path(__file__).resolve().parents[1])
    folders = [sys.prefix, sys.base_prefix, package, str(paths.measures_dir())]
    covered = tuple(f"{f}{os.sep}" for f in {*folders, *map(os.path.realpath, folders)})
    files = {n: getattr(m, "__dict__", {}).get("__file__") for n, m in sys.modules.copy().items()}
    found = (name for name, file in files.items() if file and _is_outside(file, covered))
    return sorted({name.partition(".")[0] for name in found})


def _is_outside(file: str, covered: tuple[str, ...]) -> bool:
    """Whether it lies elsewhere, also by its true place, which is looked up for few."""
    if file.startswith(covered) or not _INSTALLED.isdisjoint(Path(file).parts):
        return False
    return not os.path.realpath(file).startswith(covered)
