"""What a filter asks of single columns, so that the place of the rows can sort them out.

A filter is an expression of pyarrow, which does not show what it is made of; but its serialised
form does. Only parts that hold for every wanted row are taken, and whoever reads the rows applies
the filter once more: a part that is not understood costs time, not correctness.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

COMPARES = {
    "equal": "=",
    "not_equal": "<>",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ENTRY = re.compile(r"(call|field_ref|literal|options|end|nested_field_ref): '(.*)'")


class Condition(NamedTuple):
    """A column, how it is compared ('=', 'in', 'not in', 'is null' and so on), and with which
    values.
    """

    column: str
    compares: str
    values: tuple[Any, ...] = ()


class Either(NamedTuple):
    """Alternatives: a row fulfils all conditions of one of the ways, at least."""

    ways: tuple[tuple[Condition | Either, ...], ...]


class _Call(NamedTuple):
    name: str
    parts: list[Any]
    options: dict[str, Any]


class _Field(NamedTuple):
    name: str


class _Value(NamedTuple):
    value: Any


def conditions(expression: pc.Expression | None) -> list[Condition | Either]:
    """Conditions that every row of an expression fulfils, as far as they are simple.

    Examples
    --------
    >>> conditions((pc.field("year") >= 2020) & pc.field("flow").isin(["export"]))
    [Condition(column='year', compares='>=', values=(2020,)),
     Condition(column='flow', compares='in', values=('export',))]
    """
    if expression is None or (tree := _tree(expression)) is None:
        return []
    return list(_simple(tree))


def only(
    asked: Sequence[Condition | Either], possible: Callable[[Condition], bool]
) -> list[Condition | Either]:
    """Those conditions that are possible; alternatives where each has one.

    Examples
    --------
    >>> year, known = Condition("year", "=", (2020,)), Condition("known_on", "is null")
    >>> only([year, known, Either(((year,), (known,)))], lambda one: one.column == "year")
    [Condition(column='year', compares='=', values=(2020,))]
    """
    found: list[Condition | Either] = []
    for one in asked:
        if isinstance(one, Either):
            ways = [tuple(only(way, possible)) for way in one.ways]
            found += [Either(tuple(ways))] if all(ways) else []
        elif possible(one):
            found.append(one)
    return found


def fields_of(expression: pc.Expression | None) -> set[str] | None:
    """The columns that an expression reads; None where that cannot be told."""
    if expression is None:
        return set()
    tree = _tree(expression)
    return None if tree is None else set(_fields(tree))


def _fields(node: Any) -> Iterator[str]:
    if isinstance(node, _Field):
        yield node.name
    for part in node.parts if isinstance(node, _Call) else ():
        yield from _fields(part)


def _simple(node: Any) -> Iterator[Condition | Either]:
    match node:
        case _Call("and" | "and_kleene", parts):
            for part in parts:
                yield from _simple(part)
        case _Call("or" | "or_kleene", parts):
            ways = tuple(tuple(_simple(part)) for part in parts)
            if all(ways):
                yield Either(ways)
        case _Call("invert", [_Call("if_else", [test, inner, _Value(None)])]):  # DuckDB's `not in`
            yield from _simple(test)
            for one in _simple(inner):
                if isinstance(one, Condition) and one.compares == "in":
                    yield one._replace(compares="not in")
        case _Call("if_else", [test, then, _Value(None)]):  # DuckDB's `in`: true only if both are
            yield from _simple(test)
            yield from _simple(then)
        case _Call("is_in", [_Field(column)], {"value_set": list(values)}) if None not in values:
            yield Condition(column, "in", tuple(values))
        case _Call("is_valid", [_Field(column)]):
            yield Condition(column, "is not null")
        case _Call("is_null", [_Field(column)], options) if not options.get("nan_is_null"):
            yield Condition(column, "is null")
        case _Call(name, [_Field(column), _Value(value)]) if name in COMPARES and _plain(value):
            yield Condition(column, COMPARES[name], (value,))
        case _Call(name, [_Value(value), _Field(column)]) if name in COMPARES and _plain(value):
            sign = COMPARES[name]
            yield Condition(column, _TURNED.get(sign, sign), (value,))


def _plain(value: Any) -> bool:
    return isinstance(value, (str, bool, int, float))


def _tree(expression: pc.Expression) -> Any:
    """The parts of an expression; None where its serialised form is not the one that is known."""
    try:
        file = pa.ipc.open_file(expression.__reduce__()[1][0])
        told = file.schema.to_string(truncate_metadata=False)
        literals = file.get_batch(0)
        lines = told.partition("-- schema metadata --")[2].splitlines()
        entries = ((m[1], m[2]) for line in lines if (m := _ENTRY.fullmatch(line)))
        kind, text = next(entries)
        return _node(kind, text, entries, literals)
    except (pa.ArrowException, LookupError, ValueError, TypeError, StopIteration):
        return None


def _node(kind: str, text: str, rest: Iterator[tuple[str, str]], literals: pa.RecordBatch) -> Any:
    if kind == "field_ref":
        return _Field(text)
    if kind == "literal":
        return _Value(literals.column(int(text))[0].as_py())
    if kind != "call":
        raise ValueError(kind)
    parts: list[Any] = []
    options: dict[str, Any] = {}
    for kind, inner in rest:
        if kind == "end":
            return _Call(text, parts, options)
        if kind == "options":
            options = literals.column(int(inner))[0].as_py()
        else:
            parts.append(_node(kind, inner, rest, literals))
    raise ValueError(text)
