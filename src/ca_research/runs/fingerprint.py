"""Hashes of files, of the environment, and of all that a whole command depends on. Standard
library only: what is unchanged is found out before anything is imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..ground import paths
from ..ground.files import stamps, walk

Manifest = dict[str, str]
Listing = dict[str, list[Path]]

FORMAT = "2"  # raise when what a stored run or report holds changes its form
PACKAGE = Path(__file__).resolve().parents[1]
_RENDERS = (".py", ".j2", ".css", ".js")


def digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


def of_files(files: Iterable[Path], base: Path) -> str:
    """Hash of names and contents of those that are there."""
    there = sorted(f for f in files if f.is_file())
    return digest(
        b for f in there for b in (f.relative_to(base).as_posix().encode(), f.read_bytes())
    )


def of_file(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def key(manifest: Mapping[str, Any]) -> str:
    """Content key: equal manifests, equal pages."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def environment() -> Manifest:
    """Python, the lock file where there is one, and the packages installed by name and version."""
    installed = {
        entry.name.rsplit(".", 1)[0]
        for folder in map(Path, sys.path)
        if folder.name in ("site-packages", "dist-packages") and folder.is_dir()
        for entry in os.scandir(folder)
        if entry.name.endswith((".dist-info", ".egg-info"))
    }
    return {
        "python": platform.python_version(),
        "lock": of_file(paths.home() / "requirements.lock"),
        "installed": digest(name.encode() for name in sorted(installed)),
    }


def marks(files: Iterable[Path]) -> dict[str, object]:
    """Marks of inputs: equal before and after, nobody has written to one."""
    file_marks: dict[str, object] = dict(stamps(files))
    return file_marks | {"installed packages": environment()["installed"]}


def of_command(executed: Path | None = None) -> list[Path]:
    """Files that a command can depend on: all that people write of the project, and the package.
    Standard library only, and as cheap as reading them: where the command is known, nothing is
    planned.

    executed: folder of executed notebooks, for a command that leaves those of others beside its
        own.
    """
    folders = (paths.registry_dir, paths.raw_dir, paths.notebooks_dir, paths.measures_dir)
    files = [file for folder in (*folders, paths.added_dir) for file in walk(folder())]
    files += [*walk(PACKAGE, *_RENDERS), paths.home() / "requirements.lock"]
    return files + (sorted(executed.glob("*.ipynb")) if executed else [])


def state() -> dict[str, object]:
    """Marks of all that people write and a command can depend on."""
    return marks(of_command())


def key_of_command(words: Iterable[str], executed: Path | None = None) -> str:
    """Key of a whole command: its words and the union of all that its runs could depend on."""
    pointer = paths.processed_dir() / "CURRENT"
    build = paths.processed_dir() / (
        pointer.read_text("utf-8").strip() if pointer.is_file() else "none"
    )
    built = [file for form in ("*.parquet", "*.json") for file in build.glob(form)]
    hashed = of_files([*of_command(executed), *built], Path("/"))
    return key({"format": FORMAT, "words": list(words), "files": hashed, **environment()})
