"""Hashes of files and of the environment. Standard library only: what is unchanged is found out
before anything is imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..ground import paths
from ..ground.files import stamps, walk

FORMAT = 1  # raise when what a stored run or report holds changes its form
PACKAGE = Path(__file__).resolve().parents[1]
_SHOWS_ONLY = {"site", "verify", "kernels", "runs", "app"}
"""Rooms above the notebooks: they start or show runs and cannot change what one holds."""
_RENDERS = (".py", ".j2", ".css", ".js")


def digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


def of_files(files: Iterable[Path], base: Path) -> str:
    """Hash of names and contents."""
    return digest(
        part
        for f in sorted(files)
        for part in (f.relative_to(base).as_posix().encode(), f.read_bytes())
    )


def package_files() -> Iterator[Path]:
    """Sources of the package that can change what a notebook computes or shows."""
    for file in walk(PACKAGE, ".py"):
        if file.relative_to(PACKAGE).parts[0] not in _SHOWS_ONLY:
            yield file


def measure_files() -> list[Path]:
    """The project's own measures: their code, and whatever lies beside it for them to read."""
    return walk(paths.measures_dir())


def environment() -> dict[str, str]:
    """Python, the lock file where there is one, and the packages installed by name and version."""
    lock = paths.home() / "requirements.lock"
    installed = {
        entry.name.rsplit(".", 1)[0]
        for folder in map(Path, sys.path)
        if folder.name in ("site-packages", "dist-packages") and folder.is_dir()
        for entry in os.scandir(folder)
        if entry.name.endswith((".dist-info", ".egg-info"))
    }
    return {
        "python": platform.python_version(),
        "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else "",
        "installed": digest(name.encode() for name in sorted(installed)),
    }


def project_files() -> list[Path]:
    """Files of the project that a command can depend on: registry, raw figures, notebooks,
    measures, the lock file.
    """
    folders = (paths.registry_dir(), paths.raw_dir(), paths.notebooks_dir())
    found = [f for folder in folders for f in walk(folder)]
    return [*found, *measure_files(), paths.home() / "requirements.lock"]


def added_files() -> list[Path]:
    """Figures that were added, with their register entries."""
    return walk(paths.added_dir())


def rendered_files() -> list[Path]:
    """Files of the package that a page can depend on."""
    return walk(PACKAGE, *_RENDERS)


def state() -> dict[str, object]:
    """Marks of all that a command can depend on; `files.changed` tells two of them apart."""
    found: dict[str, object] = dict(stamps([*project_files(), *added_files(), *rendered_files()]))
    return found | {"installed packages": environment()["installed"]}


def whole(words: Iterable[str], executed: Path | None = None) -> str:
    """Key of a whole command: its words, and everything of the project and the package that it
    could depend on.

    Coarser than the keys of its runs and as cheap as reading the files: where it is known, nothing
    has to be planned.
    executed: folder of executed notebooks, for a command that leaves those of others beside its
        own.
    """
    home, processed = paths.home(), paths.processed_dir()
    pointer = processed / "CURRENT"
    build = (
        processed / pointer.read_text(encoding="utf-8").strip()
        if pointer.is_file()
        else processed / "none"
    )
    return hashlib.sha256(
        json.dumps(
            {
                "format": FORMAT,
                "words": list(words),
                "project": of_files(filter(Path.is_file, project_files()), home),
                "added": of_files(added_files(), paths.added_dir()),
                "tables": of_files(
                    (f for form in ("*.parquet", "*.json") for f in build.glob(form)), processed
                ),
                "package": of_files(rendered_files(), PACKAGE),
                "executed": of_files(executed.glob("*.ipynb"), executed) if executed else "",
                **environment(),
            },
            sort_keys=True,
        ).encode()
    ).hexdigest()
