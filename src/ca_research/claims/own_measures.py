"""A project's own measures: which names its `measures/*.py` register, and how they are imported.

The files are read again whenever one of them, or of what lies beside them, has changed, so that a
notebook under work sees an edit at once.
"""

from __future__ import annotations

import importlib
import re
import sys
import traceback
from collections.abc import Iterable
from functools import lru_cache
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from ..ground import paths
from ..ground.errors import CaResearchError, MeasureError, RegistryError
from ..ground.files import stamps, walk

_NAME = re.compile(rb"""^@[\w.]*\bmeasure\(\s*["']([^"']+)["']""", re.MULTILINE)
_PARENT = "ca_research_measures"
"""The package that the files form, so that one can import another: `from .helpers import ...`."""


def files() -> dict[str, Path]:
    """The file of every name that the project registers.

    Raises
    ------
    RegistryError
        A name stands twice.
    """
    folder = paths.measures_dir()
    return _registered(folder, tuple(stamps(walk(folder)).items())) if folder.is_dir() else {}


@lru_cache(maxsize=1)
def _registered(folder: Path, marks: tuple[tuple[str, tuple[int, ...]], ...]) -> dict[str, Path]:
    for name in [n for n in sys.modules if n == _PARENT or n.startswith(f"{_PARENT}.")]:
        del sys.modules[name]
    beside = map(Path, dict(marks))
    return by_name(file for file in beside if file.parent == folder and file.suffix == ".py")


def by_name(files: Iterable[Path]) -> dict[str, Path]:
    """Files by the names they register with `@measure("...")`, none of them imported; raises
    RegistryError where a name stands twice.
    """
    places: dict[str, Path] = {}
    for file in files:
        for name in map(bytes.decode, _NAME.findall(file.read_bytes())):
            if name in places:
                raise RegistryError(
                    f"two measures are called {name!r}",
                    where=" and ".join(dict.fromkeys(map(paths.shown, (places[name], file)))),
                    hint="give one another name",
                )
            places[name] = file
    return places


class _NoCache(SourceFileLoader):
    """Compiles a file each time: compiled copies tell edits apart by the second alone, and would
    lie in the project's folder.
    """

    def path_stats(self, path: str) -> dict[str, float]:
        raise OSError


def module(file: Path) -> ModuleType:
    """The module of a file of the project's measures; raises MeasureError where it cannot be
    imported.
    """
    if _PARENT not in sys.modules:
        parent = ModuleType(_PARENT)
        parent.__path__ = [str(file.parent)]
        sys.modules[_PARENT] = parent
        for folder in (file.parent, *(f for f in file.parent.rglob("*") if f.is_dir())):
            sys.path_importer_cache[str(folder)] = FileFinder(str(folder), (_NoCache, [".py"]))
    try:
        return importlib.import_module(f"{_PARENT}.{file.stem}")
    except CaResearchError as error:
        raise type(error)(error.what, where=line_of(error, file), hint=error.hint) from error
    except Exception as error:
        raise MeasureError(
            f"it cannot be imported: {type(error).__name__}: {' '.join(str(error).split())}",
            where=line_of(error, file) or paths.shown(file),
            hint="mend the line, or install what it imports",
        ) from error


def line_of(error: Exception, place: Path) -> str:
    """The innermost line of a file, or of a folder, at which an error came up; '' without one."""
    steps = [(step.filename, step.lineno) for step in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        steps.append((error.filename, error.lineno))
    lines = [(file, line) for file, line in steps if Path(file).is_relative_to(place)]
    return f"{paths.shown(Path(lines[-1][0]))}, line {lines[-1][1]}" if lines else ""
