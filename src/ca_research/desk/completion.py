"""What can be typed next: names of tables, columns, values, economies, claims and choices, within a
call of the library that is being written.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from .. import registry
from ..ground import economies as eco
from ..ground.errors import CaResearchError
from ..registry.claims import CLAIM_ID
from ..registry.words import source_name
from ..tables.load import values

_OPEN, _CLOSE = "([{", ")]}"
_CALLEE = re.compile(r"([A-Za-z_][\w.]*)\s*$")
_KEYWORD = re.compile(r"(\w+)\s*=\s*(?:[\[({][^\])}]*)?$")
_POSITION = re.compile(r"^\s*[\[(]?[^=]*$")
_FIRST = re.compile(r"""^\s*(['"])(\w+)\1""")
_STRING = re.compile(r"""(?:'[^'\n]*'|"[^"\n]*")""")
_SET = re.compile(r"\{([^{}]*)\}")
_ECONOMIES = {
    "among",
    "creditor",
    "debtor",
    "destination",
    "economies",
    "economy",
    "host",
    "investor",
    "needed",
    "of",
    "origin",
    "partner",
    "reporter",
}
"""Arguments of measures that name economies; those of tables are told by the registry."""


@dataclass(frozen=True)
class Call:
    """A call that is being written: its function, what stands before the cursor, and what is begun.

    quoted: whether a string is begun. keyword: the argument that it is for; '' where it is the
    first of the call. first: the string that the call begins with.
    """

    callee: str
    keyword: str | None
    begun: str
    quoted: bool
    first: str


def call_at(text: str) -> Call | None:
    """The innermost call around the end of a text; None where there is none."""
    stack, quote = _scanned(text)
    while stack and text[stack[-1]] != "(":
        stack.pop()
    if not stack or not (callee := _CALLEE.search(text[: stack[-1]])):
        return None
    inside = text[stack[-1] + 1 : quote if quote >= 0 else len(text)]
    first = _FIRST.match(inside)
    table = first[2] if first else ""
    if quote < 0:
        word = re.search(r"(?:^|[,\s])([A-Za-z_]\w*)?$", inside)
        return Call(callee[1], None, word[1] or "", False, table) if word else None
    begun = text[quote + 1 :]
    if named := _KEYWORD.search(inside):
        return Call(callee[1], named[1], begun, True, table)
    if "," not in _STRING.sub("", inside) and _POSITION.match(inside):
        return Call(callee[1], "", begun, True, table)
    return None


def _scanned(text: str) -> tuple[list[int], int]:
    """Places of the brackets that are open at the end of a text, and of a quote; -1 for none."""
    stack: list[int] = []
    quote = -1
    for place, letter in enumerate(text):
        if quote >= 0:
            if (letter == text[quote] and text[place - 1] != "\\") or letter == "\n":
                quote = -1
        elif letter in "'\"":
            quote = place
        elif letter in _OPEN:
            stack.append(place)
        elif letter in _CLOSE and stack:
            stack.pop()
    return stack, quote


def completions(text: str, names: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What is begun at the end of a text, and what it may become.

    names: the variables of the one who types; a call of something else than the library's is left
    alone.
    """
    call = call_at(text)
    function = _function(call.callee, names) if call else None
    if call is None or function is None:
        return "", []
    try:
        offered = _strings(function, call) if call.quoted else _keywords(function, call)
    except CaResearchError:  # no tables yet, for example: nothing to offer
        return "", []
    fold = call.begun.casefold()
    return call.begun, [one for one in dict.fromkeys(offered) if one.casefold().startswith(fold)]


def about(offered: str) -> str:
    """What is said beside something offered: the title of a claim or a table, who a source is."""
    if offered in registry.tables():
        return registry.table(offered).title
    if re.fullmatch(CLAIM_ID, offered) and offered in registry.claims():
        return registry.claim(offered).title
    return source_name(offered) or "value"


def _function(callee: str, names: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The library's function that a dotted name is; nothing but modules is looked into."""
    first, *rest = callee.split(".")
    one = names.get(first)
    for name in rest:
        if name == "plot" and not isinstance(one, ModuleType):
            return _plot
        if not isinstance(one, ModuleType) or not one.__name__.startswith("ca_research"):
            return None
        one = getattr(one, name, None)
    home = getattr(one, "__module__", "") or ""
    return one if inspect.isroutine(one) and home.startswith("ca_research") else None


def _plot(*, size: str, direction: str) -> None:
    """Stand for `plot` of any result.

    Parameters
    ----------
    size : {'page', 'phone', 'notebook', 'journal-single', 'journal-double', 'slide'}
        Of the figure.
    direction : {'import', 'export'}
        Of two sides' reports.
    """


def _strings(function: Callable[..., Any], call: Call) -> Iterator[str]:
    parameters = inspect.signature(function).parameters
    name = call.keyword or next(iter(parameters), "")
    if _takes_columns(parameters):
        if call.keyword == "":
            yield from registry.tables()
            return
        if call.first in registry.tables():
            yield from _values_of(call.first, name)
        return
    if name in ("claim_id", "claim"):
        yield from registry.claims()
    elif name == "what" and function.__name__ == "explore":
        yield from [*registry.tables(), *registry.claims()]
    elif name == "table":
        yield from registry.tables()
    elif name == "without" and call.first in registry.claims():
        for table in registry.claim(call.first).data:
            yield from registry.table(table).rows
    elif choices := _choices(function).get(name):
        yield from choices
    elif name in _ECONOMIES:
        yield from _economies(sorted(eco.codes()))


def _keywords(function: Callable[..., Any], call: Call) -> Iterator[str]:
    """Columns as arguments, where a function takes them; its own arguments Jedi knows."""
    if not _takes_columns(inspect.signature(function).parameters):
        return
    if call.first in registry.tables():
        yield from (f"{column}=" for column in ("source", *registry.table(call.first).columns))


def _takes_columns(parameters: Mapping[str, inspect.Parameter]) -> bool:
    """Whether a function takes a table and filters: `load` and its like."""
    filters = parameters.get("filters")
    return "name" in parameters and filters is not None and filters.kind is filters.VAR_KEYWORD


def _values_of(table: str, name: str) -> Iterable[str]:
    declared = registry.table(table).columns
    column = "source_id" if name == "source" else name
    if name == "by":
        return declared
    if column not in declared:
        return ()
    held = [str(value) for value in values(table, column)]
    return _economies(held) if declared[column].type == "economy" else held


def _economies(codes: Iterable[str]) -> list[str]:
    """Names and codes; the names first, as they are read."""
    codes = list(codes)
    return [*sorted(map(eco.name_of, codes)), *codes]


@cache
def _choices(function: Callable[..., Any]) -> dict[str, list[str]]:
    """Arguments with few values, as the docstring lists them: `{'ppml', 'ols'}`."""
    choices = {}
    for line in (inspect.getdoc(function) or "").splitlines():
        name, _, kind = line.partition(" : ")
        if line[:1].isidentifier() and (listed := _SET.search(kind)):
            choices[name] = re.findall(r"'([^']+)'", listed[1])
    return choices
