"""What can be typed next: names of tables, columns, values, economies, claims and choices, within a
call of the library that is being written. Which call that is, Jedi knows.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from .. import registry
from ..ground import economies as eco
from ..ground.errors import CaResearchError
from ..registry.claims import CLAIM_ID
from ..registry.words import source_name
from ..tables.load import values

_STRING = re.compile(r"""'[^'\n]*'|"[^"\n]*\"""")
_ARGUMENT = re.compile(r"""(?:(\w+)\s*=|^)[^=,]*(?:[\[({][^=]*)?$""")
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


def completions(text: str, names: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What is begun at the end of a text, and what it may become.

    names: the variables of the one who types; a call of something else than the library's is left
    alone.
    """
    function, inside = _call(text, names)
    if function is None:
        return "", []
    first = re.match(r"""\s*(['"])(\w+)\1""", inside)
    quote = re.search(r"""['"]([^'"]*)$""", _STRING.sub("", inside))
    word = quote or re.search(r"(?:^|[,\s])([A-Za-z_]\w*)?$", inside)
    if word is None:
        return "", []
    before = word.string[: word.start()]
    try:
        table = first[2] if first else ""
        offered = _strings(function, before, table) if quote else _keywords(function, table)
        fold = (begun := word[1] or "").casefold()
        return begun, [o for o in dict.fromkeys(offered) if o.casefold().startswith(fold)]
    except CaResearchError:  # no tables yet, for example: nothing to offer
        return "", []


def _call(text: str, names: Mapping[str, Any]) -> tuple[Callable[..., Any] | None, str]:
    """The library's function whose call is being written, and what stands in it so far."""
    from jedi import Interpreter

    if typed := re.search(r"\.plot\(([^()]*)$", text):
        return _plot, typed[1]
    lines = text.split("\n")
    # no object of the user's is looked into: a property may do anything
    plain = {k: v for k, v in names.items() if inspect.ismodule(v) or inspect.isroutine(v)}
    for call in Interpreter(text, [plain]).get_signatures(len(lines), len(lines[-1])):
        row, column = call.bracket_start
        home, _, name = (call.full_name or "").rpartition(".")
        if home.startswith("ca_research."):
            inside = "\n".join([lines[row - 1][column + 1 :], *lines[row:]])
            return getattr(sys.modules[home], name, None), inside
    return None, ""


def about(offered: str) -> str:
    """What is said beside something offered: the title of a claim or a table, who a source is."""
    if offered in registry.tables():
        return registry.table(offered).title
    if re.fullmatch(CLAIM_ID, offered) and offered in registry.claims():
        return registry.claim(offered).title
    return source_name(offered) or "value"


def _plot(*, size: str, direction: str) -> None:
    """Stand for `plot` of any result.

    Parameters
    ----------
    size : {'page', 'phone', 'notebook', 'journal-single', 'journal-double', 'slide'}
        Of the figure.
    direction : {'import', 'export'}
        Of two sides' reports.
    """


def _strings(function: Callable[..., Any], before: str, first: str) -> Iterator[str]:
    """What a string may be. before: what stands before it; first: the string of the call before."""
    parameters = inspect.signature(function).parameters
    if (argument := _ARGUMENT.search(before)) is None:
        return
    name = argument[1] or next(iter(parameters), "")
    if _takes_columns(parameters):
        if not argument[1]:
            yield from registry.tables()
        elif first in registry.tables():
            yield from _values_of(first, name)
        return
    if name in ("claim_id", "claim"):
        yield from registry.claims()
    elif name == "what" and function.__name__ == "explore":
        yield from [*registry.tables(), *registry.claims()]
    elif name == "table":
        yield from registry.tables()
    elif name == "without" and first in registry.claims():
        for table in registry.claim(first).data:
            yield from registry.table(table).rows
    elif choices := _choices(function).get(name):
        yield from choices
    elif name in _ECONOMIES:
        yield from _economies(sorted(eco.codes()))


def _keywords(function: Callable[..., Any], table: str) -> Iterator[str]:
    """Columns as arguments, where a function takes them; its own arguments Jedi knows."""
    if _takes_columns(inspect.signature(function).parameters) and table in registry.tables():
        yield from (f"{column}=" for column in ("source", *registry.table(table).columns))


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
