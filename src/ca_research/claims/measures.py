"""Measures found by their registered names, wherever their functions live.

A project's own `measures/*.py` come first, then those it declares (registry/measures.yaml), then
those of the package, so that a project can replace a measure by one of the same name.
"""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ..estimates import Measure
from ..estimates.declared import declared
from ..estimates.measures import arguments_of
from ..ground import paths
from ..ground.errors import (
    CaResearchError,
    MeasureError,
    UnknownNameError,
    UsageError,
)
from ..ground.remember import by_files
from ..registry import Criterion
from ..registry.choices import GridAxis, Value
from ..registry.declared import Declared, declared_measures
from . import own_measures

_PACKAGE = Path(__file__).resolve().parents[1]
_ARTICLE = _PACKAGE / "article"

AGE = "no_older_than"
"""The setting that any criterion may have: a figure whose newest year lies more years than these
before the day of knowledge is shown and decides nothing.
"""


def find(name: str) -> Measure:
    """The function registered under a name; only the module that marks it is imported.

    Parameters
    ----------
    name : str
        As a claim writes it, for example `trade.lead`.

    Returns
    -------
    Measure
        The project's own where it has one of that name, else the one that it declares, else the
        package's.

    Raises
    ------
    UnknownNameError
        No measure has the name, or its family no argument that its declaration sets; says which are
        close.
    MeasureError
        A file of the project's measures cannot be imported.
    RegistryError
        Two measures of one place have the same name.

    Examples
    --------
    >>> find("trade.lead").__module__
    'ca_research.article.trade_priority'
    """
    files, package, declarations = own_measures.files(), _package(), declared_measures()
    if name in files:
        return _marked(own_measures.module(files[name]), name)
    if name in declarations:
        one = declarations[name]
        return _declared_measure(name, one.model_dump_json(), find(one.family))
    if name in package:
        module = ".".join(package[name].relative_to(_PACKAGE.parent).with_suffix("").parts)
        return _marked(importlib.import_module(module), name)
    raise UnknownNameError("measure", name, names())


def names(*, article: bool = True) -> list[str]:
    """The names of all measures: the project's own, those it declares, those of the package, with
    those that serve this article alone (of one counterpart, say) or without.
    """
    ours = _package()
    package = {n for n in ours if article or not ours[n].is_relative_to(_ARTICLE)}
    settings = {n: one.settings for n, one in declared_measures().items()}
    general = {n for n, of in settings.items() if "table" in of and not of.get("counterpart")}
    declared = declared_measures(package=article)
    return sorted({*own_measures.files(), *declared, *general, *package})


@cache
def _declared_measure(name: str, declaration: str, family: Measure) -> Measure:
    """One function for a declaration, for as long as it and its family stay as they are."""
    return declared(name, Declared.model_validate_json(declaration), family)


def read_ahead() -> None:
    """Look for the names that the package registers, for processes that are forked from this
    one.
    """
    _package()


def of_project() -> dict[str, bool]:
    """Names of the project's own measures, and whether each stands in for one of the package."""
    return {name: name in _package() for name in sorted(own_measures.files())}


def taken_by(criterion: Criterion) -> Mapping[str, inspect.Parameter]:
    """The arguments of a criterion's measure."""
    return arguments_of(find(criterion.measure))


def choices_of(criterion: Criterion, axes: Iterable[GridAxis]) -> dict[str, tuple[Value, ...]]:
    """Each setting and axis of a criterion with the values that it gives its measure."""
    settings = {name: (value,) for name, value in criterion.settings.items()}
    return settings | {axis.name: axis.choices for axis in axes}


def signature_faults(
    criterion: Criterion, axes: Iterable[GridAxis], data: Iterable[str], given: Iterable[str]
) -> Iterator[CaResearchError]:
    """What a criterion gives its measure and the measure does not take, or needs and has from
    nowhere, as errors.

    These are settings and axes that it does not read or that the claim gives by itself, values of
    another type than it declares (`since: int`), unknown words of a choice (`Literal[...]`) or of a
    column of the table that a generic measure reads.

    Parameters
    ----------
    criterion : Criterion
        Its measure and settings.
    axes : iterable of GridAxis
        Those of the grid that the criterion names.
    data : iterable of str
        Names of the claim's tables.
    given : iterable of str
        Names of what is at hand.

    Raises
    ------
    UnknownNameError, MeasureError
        As `find`.
    """
    taken, name = taken_by(criterion), criterion.measure
    hints = {argument: one.annotation for argument, one in taken.items()} | {AGE: int}
    for choice, values in choices_of(criterion, axes).items():
        if choice in ("economies", *data):
            yield UsageError(f"{choice!r} is no choice: the claim gives it to {name}")
        elif choice not in (*hints, *criterion.bars.values()):
            yield MeasureError(f"{name} takes no {choice!r}, so the setting or axis does nothing")
        for value in values if choice in hints else ():
            try:
                _validator(hints[choice]).validate_python(as_taken(hints[choice], value))
            except ValidationError as error:
                fault = error.errors()[0]["msg"]
                yield UsageError(f"{choice} of {name}: {fault} (got {value!r})")
    had = {*given, "economies", *criterion.settings, *criterion.axes}
    for need, argument in taken.items():
        if need not in had and argument.default is argument.empty and "*" not in str(argument):
            yield UsageError(f"{name} needs {need!r}, neither given nor a setting nor an axis")


def as_taken(hint: Any, value: Any) -> Any:
    """A day that a claim's file names as its argument takes it: a day, or the text of one.

    Examples
    --------
    >>> as_taken(str, dt.date(2023, 5, 18)), as_taken(dt.date, dt.date(2023, 5, 18))
    ('2023-05-18', datetime.date(2023, 5, 18))
    """
    if not isinstance(value, dt.date):
        return value
    try:
        return _validator(hint).validate_python(value)
    except ValidationError:
        return value.isoformat()


@cache
def place(function: Measure) -> str:
    """File and line of a measure, as a user should see them."""
    code = inspect.unwrap(function).__code__
    return f"{paths.shown(Path(code.co_filename))}, line {code.co_firstlineno}"


def slip(function: Measure, name: str, error: Exception) -> MeasureError:
    """What went wrong in the code of a measure from outside the package, with the innermost line of
    it.
    """
    folder = Path(inspect.unwrap(function).__code__.co_filename).parent
    what = f"{name} does not work: {type(error).__name__}: {' '.join(str(error).split())}"
    return MeasureError(what, where=own_measures.line_of(error, folder), hint="mend the line")


@by_files("measures.yaml")
def measure_words(name: str) -> str:
    """What a measure of the package gives, as its description begins; '' where that is not in plain
    words. No module of a measure is imported: a page names many and runs none.

    Examples
    --------
    >>> measure_words("relations.date_gap"), measure_words("no.such")
    ('Days by which the dates of an event miss a window', '')
    """
    declaration = declared_measures().get(name)
    if declaration:
        return declaration.gives or measure_words(declaration.family)
    code = _package()[name].read_text("utf-8") if name in _package() else ""
    described = code.partition(f'measure("{name}"')[2].partition('"""')[2]
    first = re.split(r"[;.:](?:\s|$)|\n\n", described)[0]
    return "" if re.search(r"[`_]|\b[A-Z]{3,}\b", first) else " ".join(first.split())


@cache
def _validator(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint, config=ConfigDict(strict=True, arbitrary_types_allowed=True))


def _marked(module: Any, name: str) -> Measure:
    for member in vars(module).values():
        if getattr(member, "name", None) == name and callable(member):
            return member
    raise MeasureError(
        f"{name!r} is no longer the name of a function",
        where=paths.shown(Path(module.__file__)),
        hint=f'put @measure("{name}", ...) on top of its other decorators',
    )


@cache
def _package() -> dict[str, Path]:
    """The module of every name that the package registers."""
    return own_measures.by_name(sorted(_PACKAGE.rglob("*.py")))
