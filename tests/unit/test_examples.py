"""Examples in the docstrings of the library, and in its guide, run and give what they show."""

import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

ROOMS = ("trade", "investment", "students")
OTHERS = ("ground", "registry", "tables", "stats", "estimates", "claims", "paper", "plots")
KERNELS = ["ca_research.kernels.launch"]
MODULES = KERNELS + [
    f"ca_research.{room}.{module.name}"
    for room in (*ROOMS, *OTHERS)
    for module in pkgutil.iter_modules(importlib.import_module(f"ca_research.{room}").__path__)
]
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "library.md"
GUIDES = {GUIDE: 60, GUIDE.with_name("large-tables.md"): 3}
"""Guides whose lines run, and how many they have at least."""


def wrapped(module):
    """Examples of functions behind a decorator of another module, where doctest does not look."""
    for name, one in vars(module).items():
        bare = inspect.unwrap(one) if inspect.isfunction(one) else one
        if bare is not one and bare.__module__ == module.__name__:
            yield from doctest.DocTestFinder().find(bare, name, globs=vars(module).copy())


@pytest.fixture
def no_figure_is_left():
    matplotlib.use("agg")
    yield
    plt.close("all")


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.usefixtures("no_figure_is_left")
def test_examples_of_a_module_run(module):
    found = importlib.import_module(module)
    assert doctest.testmod(found, optionflags=doctest.ELLIPSIS).failed == 0
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for examples in wrapped(found):
        runner.run(examples)
    assert runner.failures == 0


def test_examples_behind_a_decorator_are_found():
    module = importlib.import_module("ca_research.plots.domain")
    assert {"rank_slopes", "student_lines"} <= {examples.name for examples in wrapped(module)}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_guide_runs(guide):
    found = doctest.testfile(str(guide), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted > GUIDES[guide] and found.failed == 0
