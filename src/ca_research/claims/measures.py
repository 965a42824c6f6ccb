"""Measures found by their registered names, wherever their functions live."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ..estimates.measures import Measure
from ..ground.errors import RegistryError

_PACKAGE = Path(__file__).resolve().parents[1]
_NAMED = re.compile(r'^@measure\("([a-z_]+(?:\.[a-z_0-9]+)+)"\)$', re.MULTILINE)


def find(name: str) -> Measure:
    """The function registered under a name, for example `trade.lead`; its module is imported.

    Raises RegistryError for a name under which there is none.
    """
    file = _files().get(name)
    if file is None:
        raise RegistryError(
            f"no measure {name!r}",
            where="registry/claims",
            hint='name one that a module marks: @measure("...")',
        )
    module = ".".join(file.relative_to(_PACKAGE.parent).with_suffix("").parts)
    for found in vars(importlib.import_module(module)).values():
        if getattr(found, "name", None) == name and callable(found):
            return found
    raise RegistryError(f"no measure {name!r}", where=str(file), hint="mend its mark")


@cache
def _files() -> dict[str, Path]:
    """The module of every registered name."""
    found: dict[str, Path] = {}
    for file in _modules():
        for name in _NAMED.findall(file.read_text(encoding="utf-8")):
            if name in found:
                raise RegistryError(
                    f"two measures are called {name!r}",
                    where=f"{found[name].name}, {file.name}",
                    hint="give one another name",
                )
            found[name] = file
    return found


def _modules() -> Iterator[Path]:
    yield from sorted(_PACKAGE.rglob("*.py"))
