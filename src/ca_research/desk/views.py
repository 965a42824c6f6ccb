"""What can be explored, and the code that does it: choices from the registry and the tables, and
for each set of them a few lines of Python.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from .. import registry
from ..claims.given import economies_of, of_all_together
from ..ground import economies as eco
from ..ground.arguments import refuse
from ..ground.errors import UnknownNameError
from ..ground.textfiles import read_yaml
from ..registry.words import party, source_name, value_words
from ..stats.frames import require_some
from ..tables import load
from ..tables.load import values

LATEST = "latest"
_HEAD = "import ca_research as ca\n"


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen.

    options: words and values, in order; of `years` the first and the last; none for a day. value:
    what is chosen at first.
    """

    name: str
    label: str
    options: tuple[tuple[str, Any], ...]
    value: Any
    kind: str = "one"


@dataclass(frozen=True)
class View:
    """Choices and the code that they make."""

    title: str
    choices: tuple[Choice, ...]
    code: Callable[[Mapping[str, Any]], str]

    def heeds(self, name: str, chosen: Mapping[str, Any]) -> bool:
        """Whether the code would be another if this were chosen otherwise."""
        return self.code({**chosen, name: ("", "")}) != self.code(chosen)


def view_of(name: str) -> View:
    """The view of a table or a claim; raises UnknownNameError where it is neither, UsageError for
    what is no name.
    """
    if not isinstance(name, str):
        refuse("what", "the name of a table or a claim", name, '"trade"')
    if name in registry.tables():
        # both sides, shares and ranks are of trade; any other table is shown as it is
        return _trade() if name == "trade" else _table(registry.table(name))
    if name in registry.claims():
        return _claim(registry.claim(name))
    raise UnknownNameError("table or claim", name, [*registry.tables(), *registry.claims()])


def call(function: str, *given: str, **named: Any) -> str:
    """A call as it is typed; of many arguments a line each, which no notebook breaks."""
    arguments = [*given, *(f"{name}={_literal(value)}" for name, value in named.items())]
    first, between, last = (
        ("(", ", ", ")") if len(arguments) < 4 else ("(\n    ", ",\n    ", ",\n)")
    )
    return f"{function}{first}{between.join(arguments)}{last}"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _named(codes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Codes under their names: those the project names first, then by name."""
    first = dict.fromkeys(c for c in (*eco.CA5, *registry.article().partners) if c in codes)
    rest = sorted(set(codes) - set(first), key=lambda code: party(code).casefold())
    return tuple((party(code), code) for code in (*first, *rest))


def _worded(codes: Iterable[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((value_words(code), code) for code in codes)


def _years(years: Sequence[int]) -> Choice:
    require_some(years, "row of the table", "ca-research data build")
    first, last = int(min(years)), int(max(years))
    options = (("from", first), ("to", last))
    return Choice("years", "Years", options, (max(first, last - 15), last), kind="years")


# Trade


def _trade() -> View:
    economies, partners = (
        _named([c for c in values("trade", side) if not eco.is_aggregate(c)])
        for side in ("reporter", "partner")
    )
    first = economies[0][1]
    other = next(code for _, code in partners if code != first and code not in eco.CA5)
    choices = (
        Choice("economy", "Economy", economies, first),
        Choice("partner", "Partner", partners, other),
        Choice("measure", "Measure", _menu("trade"), "mirror_gap"),
        Choice("basis", "Basis", _worded(("reporter", "mirror", "interval")), "reporter"),
        _years(values("trade", "year")),
    )
    return View("Trade", choices, lambda chosen: _written("trade", chosen["measure"], chosen))


# What is declared

_LOOKS: dict[str, dict[str, dict[str, str]]] = read_yaml(
    Path(__file__).with_name("views.yaml").read_bytes()
)


def _menu(table: str) -> tuple[tuple[str, str], ...]:
    return tuple((look["label"], name) for name, look in _LOOKS.get(table, {}).items())


def _written(table: str, look: str, chosen: Mapping[str, Any]) -> str:
    """The code of a look with what is chosen."""
    typed = {name: _literal(value) for name, value in chosen.items()}
    typed["years"] = "since={}, until={}".format(*chosen["years"])
    code = _LOOKS[table].get(look, {"code": ""})["code"]
    return f"{_HEAD}\n{Template(code).substitute(typed)}"


# Any other table


def _table(table: registry.Table) -> View:
    rows = load(table.table)
    keys = _telling(table, rows)
    usual = rows.groupby(keys, as_index=False).size().nlargest(1, "size").iloc[0] if keys else {}
    choices = []
    for key in keys:
        known = sorted(rows[key].dropna().unique().tolist())
        named = table.columns[key].type == "economy"
        options = _named(known) if named else _worded(known)
        label = key.replace("_", " ").capitalize()
        choices.append(Choice(key, label, options, usual[key]))
    if dated := "year" in table.columns:
        choices.append(_years(rows["year"].dropna().tolist()))
    figures = [n for n, c in table.columns.items() if c.role == "value"] or table.of_type("number")
    unique = {*keys, "year", "source_id"} >= set(table.key)  # else two figures claim one place
    value = figures[0] if dated and unique and figures else ""
    if looks := _menu(table.table):
        rows_alone = ("Figures of each source", "rows")
        choices.insert(0, Choice("view", "Show", (rows_alone, *looks), "rows"))

    def code(chosen: Mapping[str, Any]) -> str:
        if chosen.get("view", "rows") != "rows":
            return _written(table.table, chosen["view"], chosen)
        years = dict(zip(("since", "until"), chosen["years"], strict=True)) if dated else {}
        named = {key: chosen[key] for key in keys}
        lines = ["", f"result = {call('ca.load', _literal(table.table), **named, **years)}"]
        if value:
            unit = table.columns[value].unit or value
            of_row = unit.partition("see column ")[2]
            said = f"result[{_literal(of_row)}].iloc[0]" if of_row else _literal(unit)
            look = {"panel": "", "hue": "source_id"}
            drawn = call("ca.plots.lines", "result", _literal(value), f"unit={said}", **look)
            lines.append(f"ax = {drawn}.axes[0]")
        return _HEAD + "\n".join(lines) + "\n"

    return View(table.title, tuple(choices), code)


def _telling(table: registry.Table, rows: pd.DataFrame) -> list[str]:
    """Columns of the key that group rows; of a table whose key names each row, other columns."""
    keys = [c for c in table.key if c not in ("year", "source_id")]
    words = table.of_type("category", "string", "economy")
    groups = rows.columns[rows.notna().all() & (rows.nunique() <= len(rows) / 2)]
    return [c for c in keys if c in groups] or [c for c in words if c in groups][:3]


# Claims


def _claim(spec: registry.ClaimSpec) -> View:
    economy = Choice("economy", "Country", (("All", ""), *_named(economies_of(spec))), "")
    sources = sorted({s for name in spec.data for s in registry.table(name).rows})
    by_name = sorted((f"{source_name(s) or s} ({s})", s) for s in sources)
    choices = (
        *([] if of_all_together(spec) else [economy]),
        Choice("as_of", "As of", (), LATEST, kind="day"),
        Choice("without", "Without", (("no source left out", ""), *by_name), ""),
    )

    def code(chosen: Mapping[str, Any]) -> str:
        named = {k: v for k, v in chosen.items() if v not in ("", LATEST)}
        checked = call("ca.check", _literal(spec.id), **named)
        return f"{_HEAD}\nresult = {checked}\nprint(result)\nax = result.plot()\n"

    return View(f"{spec.id} {spec.title}", choices, code)
