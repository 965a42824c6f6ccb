"""Examples in docstrings of the library run and give what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from ca_research import stats, trade

MODULES = [
    module.name
    for room in (stats, trade)
    for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
