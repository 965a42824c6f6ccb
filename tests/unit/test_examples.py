"""Examples in the docstrings of the library, and in its guide, run and give what they show."""

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

ROOMS = ("trade", "investment", "students")
MODULES = [
    f"ca_research.{room}.{module.name}"
    for room in (*ROOMS, "stats", "tables", "estimates", "claims")
    for module in pkgutil.iter_modules(importlib.import_module(f"ca_research.{room}").__path__)
]
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "library.md"


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_a_module_run(module):
    found = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


def test_the_guide_runs():
    found = doctest.testfile(str(GUIDE), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 60 and found.failed == 0


def test_every_public_function_is_used_by_a_guide_a_notebook_or_the_article():
    read = [*GUIDE.parent.glob("*.md"), ROOT / "README.md", *(ROOT / "notebooks").glob("*.ipynb")]
    read += [*(ROOT / "src/ca_research/article").rglob("*.py")]
    words = set(re.findall(r"\w+", " ".join(f.read_text(encoding="utf-8") for f in read)))
    rooms = {room: importlib.import_module(f"ca_research.{room}") for room in ROOMS}
    assert {
        f"{room}.{name}"
        for room, module in rooms.items()
        for name in module.__all__
        if not inspect.isclass(getattr(module, name)) and name not in words
    } == set()
