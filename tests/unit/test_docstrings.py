"""Docstrings of the public functions keep to the code: choices, errors, and what a claim's measure
returns. Their form and arguments: test_docstring_form.py.
"""

import functools
import importlib
import inspect
import pkgutil
import re

from ca_research import article, registry

ROOMS = (
    "trade",
    "investment",
    "students",
    "stats",
    "tables",
    "estimates",
    "claims",
    "paper",
    "plots",
)
PUBLIC = {
    f"{room}.{name}": inspect.unwrap(found)
    for room in ROOMS
    for wing in [importlib.import_module(f"ca_research.{room}")]
    for name in wing.__all__
    if inspect.isfunction(found := getattr(wing, name))
}
for question in pkgutil.walk_packages(article.__path__, "ca_research.article."):
    for name, found in vars(importlib.import_module(question.name)).items():
        own = inspect.isfunction(found) and found.__module__ == question.name and name[0] != "_"
        if own and (key := getattr(found, "name", "")):  # a measure; the rest is the article's own
            PUBLIC[key] = inspect.unwrap(found)
PUBLIC_NAMES = {key.rpartition(".")[2]: function for key, function in PUBLIC.items()}
NEVER = {("stats.simplex_weights", "TypeError")}
"""Errors of a helper that the function catches."""
NO_WORD = re.compile(r"[A-Z]{3}|[\d-]+|newest(-\d)?|\d{4}-\d{4}")
"""Values of an axis that explain themselves: codes, numbers, years, editions."""


def doc(function):
    return inspect.getdoc(function) or ""


@functools.cache
def told(function, deep=2):
    """Its docstring and the constants (DATES, STRENGTHS ...) that it names, with those of the
    functions to which it refers (`compare`, `dates.settle`), and theirs.
    """
    known, text = PUBLIC_NAMES | vars(inspect.getmodule(function)), doc(function)
    text += repr([known.get(word) for word in re.findall(r"\b[A-Z_]+\b", text)])
    others = (known.get(name) for name in re.findall(r"`(?:\w+\.)?(\w+)(?:\(\))?`", text))
    further = (inspect.unwrap(one) for one in others if deep and inspect.isfunction(one))
    return text + "".join(told(one, deep - 1) for one in further)


def raised(function):
    """Names of errors that a function raises, itself or by a private helper of its module."""
    module, found, todo = inspect.getmodule(function), set(), [function]
    for one in todo:
        source = inspect.getsource(one)
        found |= set(re.findall(r"raise ([A-Z]\w+)\(", source))
        helpers = (vars(module).get(name) for name in re.findall(r"\b(_\w+)\(", source))
        todo += [h for h in helpers if inspect.isfunction(h) and h not in todo]
    return found


@functools.cache
def measures():
    """Public function -> axis -> values, as the claims of the registry use them."""
    used = {}
    for claim in registry.claims().values():
        axes = {axis.name: axis.choices for axis in claim.grid.axes}
        for criterion in (c for reading in claim.readings for c in reading.criteria):
            own = used.setdefault(criterion.measure, {})
            for axis in criterion.axes:
                own.setdefault(axis, set()).update(axes[axis])
    return {name: axes for name, axes in used.items() if name in PUBLIC}


def test_every_error_that_is_raised_is_named():
    """By the docstring itself or by that of a function to which it refers ('and what `compare`
    raises').
    """
    assert len(PUBLIC) > 120
    silent = {
        (name, error)
        for name, function in PUBLIC.items()
        for error in raised(function)
        if error not in told(function)
    }
    assert silent == NEVER


def test_a_measure_says_what_it_returns_and_each_choice_of_its_grid():
    """In its own words, by a constant that it names, or by those of a function to which it
    refers.
    """
    assert len(measures()) > 50
    assert not [name for name in measures() if "estimates frame" not in doc(PUBLIC[name])]
    silent = {
        (name, axis, value)
        for name, axes in measures().items()
        for axis, values in axes.items()
        for value in map(str, values)
        if not NO_WORD.fullmatch(value) and f"'{value}'" not in told(PUBLIC[name])
    }
    assert silent == set()
