"""Docstrings of the public functions keep to the code: choices, errors, and what a claim's measure
returns. Their form and arguments: test_docstring_form.py.
"""

import ast
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
NEVER = {
    "trade.chapter_coverage": {"UnknownNameError"},  # its own choices are fixed
}
"""Errors that a shared helper can raise and this function cannot."""
NO_WORD = re.compile(r"[A-Z]{3}|[\d-]+|newest(-\d)?|\d{4}-\d{4}")
"""Values of an axis that explain themselves: codes, numbers, years, editions."""


def doc(function):
    return inspect.getdoc(function) or ""


def referred(function, about):
    """Functions to which the docstring refers (`compare`, `dates.settle`) in a sentence on the
    matter; theirs in turn.
    """
    found, todo = [], [function]
    while todo:
        one = todo.pop()
        sentences = [
            s
            for s in re.split(r"(?<=[.)])\s+(?=[A-Z]|[a-z_, ]+: )", doc(one))
            if re.search(about, s)
        ]
        for name in re.findall(r"`(?:\w+\.)?(\w+)(?:\(\))?`", " ".join(sentences)):
            other = inspect.unwrap(
                vars(inspect.getmodule(one)).get(name) or PUBLIC_NAMES.get(name) or function
            )
            if inspect.isfunction(other) and other not in (function, *found):
                found.append(other)
                todo.append(other)
    return found


def constants(function):
    """Text of the constants (DATES, STRENGTHS ...) that the docstring names, as its module holds
    them.
    """
    held = vars(inspect.getmodule(function))
    return " ".join(
        repr(held[name]) for name in re.findall(r"\b[A-Z][A-Z_]+\b", doc(function)) if name in held
    )


@functools.cache
def functions_of(module):
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def raised(function):
    """Names of errors that a function raises, itself or by a private helper of its module, and does
    not catch.
    """
    bodies = functions_of(inspect.getmodule(function))

    def walk(name, seen):
        found, caught = set(), set()
        for node in ast.walk(bodies[name]):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(id=error))) if error[0].isupper():
                    found.add(error)
                case ast.Call(func=ast.Name(id=helper)) if (
                    helper.startswith("_") and helper in bodies
                ):
                    found |= walk(helper, {*seen, helper}) if helper not in seen else set()
                case ast.ExceptHandler(type=ast.expr() as kinds):
                    caught |= {n.id for n in ast.walk(kinds) if isinstance(n, ast.Name)}
        return set() if "CaResearchError" in caught else found - caught

    return walk(function.__name__, {function.__name__})


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
    silent = {}
    for name, function in PUBLIC.items():
        told = " ".join(map(doc, [function, *referred(function, r"[Rr]aises|errors")]))
        silent[name] = {e for e in raised(function) if e not in told} - NEVER.get(name, set())
    assert {name: found for name, found in silent.items() if found} == {}


def test_a_measure_says_what_it_returns_and_each_choice_of_its_grid():
    """In its own words, by a constant that it names, or by those of a function to which it
    refers.
    """
    assert len(measures()) > 50
    silent = {}
    for name, axes in measures().items():
        function = PUBLIC[name]
        assert "estimates frame" in doc(function), name
        for axis, values in axes.items():
            told = " ".join(
                doc(f) + " " + constants(f) for f in [function, *referred(function, rf"\b{axis}\b")]
            )
            silent[name, axis] = [
                v for v in map(str, values) if not NO_WORD.fullmatch(v) and f"'{v}'" not in told
            ]
    assert {name: found for name, found in silent.items() if found} == {}
