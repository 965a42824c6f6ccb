"""A project's own measures: which names its `measures/*.py` register, and how they are imported.

The files are read again whenever one of them, or of what lies beside them, has changed, so that a
notebook under work sees an edit at once.
"""

from __future__ import annotations

import ast
import importlib
import sys
import traceback
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from ..ground import paths
from ..ground.errors import MeasureError, RegistryError
from ..ground.files import stamps, walk

_PARENT = "ca_research_measures"
"""The package that the files form, so that one can import another: `from .helpers import ...`."""


def files() -> dict[str, Path]:
    """The file of every name that the project registers.

    Raises
    ------
    MeasureError
        A file is not Python: which names it would register nobody can say.
    RegistryError
        A name stands twice.
    """
    folder = paths.measures_dir()
    if not folder.is_dir():
        return {}
    return _registered(folder, tuple(stamps(walk(folder)).items()))


@lru_cache(maxsize=1)
def _registered(folder: Path, marks: tuple[tuple[str, tuple[int, ...]], ...]) -> dict[str, Path]:
    for name in [n for n in sys.modules if n == _PARENT or n.startswith(f"{_PARENT}.")]:
        del sys.modules[name]
    beside = map(Path, dict(marks))
    own = (file for file in beside if file.parent == folder and file.suffix == ".py")
    return unique((name, file) for file in own for name in names(file))


def unique(found: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    """Files by the names they register; raises RegistryError where a name stands twice."""
    files: dict[str, Path] = {}
    for name, file in found:
        if name in files:
            raise RegistryError(
                f"two measures are called {name!r}",
                where=" and ".join(dict.fromkeys((shown(files[name]), shown(file)))),
                hint="give one another name",
            )
        files[name] = file
    return files


def names(file: Path) -> Iterator[str]:
    """Names that a file registers, without importing it: one for each `@measure("...")`.

    Raises
    ------
    MeasureError
        The file is not Python.
    """
    try:
        body = ast.parse(file.read_bytes()).body
    except (SyntaxError, ValueError) as error:
        raise MeasureError(
            f"not Python: {getattr(error, 'msg', error)}",
            where=shown(file, getattr(error, "lineno", None)),
            hint="mend the line, or move the file out of measures/",
        ) from None
    for node in body:
        for call in getattr(node, "decorator_list", ()):
            match call:
                case ast.Call(func=called, args=[ast.Constant(value=str(first)), *_]):
                    if ast.unparse(called).split(".")[-1] == "measure":
                        yield first


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
    except Exception as error:
        steps = traceback.extract_tb(error.__traceback__)
        line = next((s.lineno for s in reversed(steps) if Path(s.filename) == file), None)
        raise MeasureError(
            f"it cannot be imported: {type(error).__name__}: {' '.join(str(error).split())}",
            where=shown(file, line),
            hint="mend the line, or install what it imports",
        ) from error


def shown(file: Path, line: int | None = None) -> str:
    """A file, and a line of it, as a user should see them."""
    return paths.shown(file) + (f", line {line}" if line else "")
