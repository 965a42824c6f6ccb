"""`room`: the public names of a room of the package, in one table and then one by one."""

from __future__ import annotations

import ast
import importlib
import inspect
from types import ModuleType

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.roles import XRefRole
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import ca_research

_WINGS = ("trade", "investment", "students")
_FLOORS = ("tables", "stats", "estimates", "claims", "paper", "plots", "desk")
ROOMS = {room: f"ca_research.{room}" for room in (*_WINGS, *_FLOORS)}
ROOMS |= {room: f"ca_research.ground.{room}" for room in ("economies", "errors")}
"""Room -> its module. Each has a page in docs/reference."""


def names(room: str) -> list[str]:
    """Public names of a room, in the order of its pages; without the modules among them."""
    module = importlib.import_module(ROOMS[room])
    if room == "errors":
        return [n for n, one in vars(module).items() if _is_error(one)]
    return [n for n in module.__all__ if not inspect.ismodule(getattr(module, n))]


def _is_error(one: object) -> bool:
    return inspect.isclass(one) and issubclass(one, ca_research.errors.CaResearchError)


def is_code(one: object) -> bool:
    return inspect.isclass(one) or inspect.isroutine(one)


def at_the_top() -> dict[str, str]:
    """Names that `ca` itself has (`ca.load`) -> the full name under which a page describes them."""
    found = {}
    for name in ca_research._FUNCTIONS:
        room = ca_research._FUNCTIONS[name].partition(".")[0]
        same = getattr(importlib.import_module(ROOMS[room]), name, None)
        own = same is not getattr(ca_research, name)
        found[name] = f"ca_research.{name}" if own else f"{ROOMS[room]}.{name}"
    return found


def remark(module: ModuleType, name: str) -> list[str]:
    """What stands below a constant, in the module that defines it."""
    tree = ast.parse(inspect.getsource(module))
    home = next(
        (
            f"{module.__name__}.{node.module}" if node.level == 1 else f"ca_research.{node.module}"
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and name in {a.name for a in node.names}
        ),
        module.__name__,
    )
    return ModuleAnalyzer.for_module(home).find_attr_docs().get(("", name), [])


def entries(room: str) -> list[str]:
    """What the page of a room says, for Sphinx: a table of its names, then each in full."""
    module = importlib.import_module(ROOMS[room])
    full = [f"{ROOMS[room]}.{name}" for name in names(room)]
    if room == "claims":  # `ca.check` and `ca.wanted` have no other place
        full = [one for one in at_the_top().values() if one.count(".") == 1] + full
    coded = [f"   ~{one}" for one in full if is_code(_held(one))]
    told = [line for one in full for line in _entry(one, module)]
    return [".. autosummary::", "   :nosignatures:", "", *coded, "", *told]


class Room(SphinxDirective):
    """All public names of a room; `.. room:: trade` in a page of the reference."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(StringList(entries(self.arguments[0]), "room"))


def members(held: type) -> list[str]:
    """What users call of a class, its own and what it has from others of the package."""
    found = (name for name, one in inspect.getmembers(held, inspect.isfunction))
    return [n for n in found if n[0] != "_" and _home(getattr(held, n)) == "ca_research"]


def _home(one: object) -> str:
    return getattr(one, "__module__", "").partition(".")[0]


def _held(full: str) -> object:
    module, _, name = full.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _entry(full: str, module: ModuleType) -> list[str]:
    held, name = _held(full), full.rpartition(".")[2]
    if inspect.isclass(held):
        listed = f"   :members: {', '.join(members(held))}" if members(held) else ""
        made = "()" if any(n[0] == "_" for n in inspect.signature(held).parameters) else ""
        return [f".. autoclass:: {full}{made}", listed, ""]  # a result: read, and not made
    if is_code(held):
        return [f".. autofunction:: {full}", ""]
    said = [f"   {line}" for line in remark(module, name)]
    return [f".. py:data:: {name}", f"   :module: {module.__name__}", "", *said, ""]


class Top(SphinxDirective):
    """What `ca` itself has, each with a link to where it is described."""

    def run(self) -> list[nodes.Node]:
        lines = [".. list-table::", "   :header-rows: 0", "   :widths: auto", ""]
        for name, full in at_the_top().items():
            summary = (inspect.getdoc(getattr(ca_research, name)) or "").partition("\n")[0]
            lines += [f"   * - :ca:`{name} <{full}>`", f"     - {summary}"]
        return self.parse_text_to_nodes(StringList([*lines, ""], "top"))


class Name(XRefRole):
    """:ca:`trade.rank` links to a public name, as a user writes it."""

    def process_link(self, env, refnode, has_explicit_title, title, target):  # type: ignore[no-untyped-def]
        refnode["refdomain"], refnode["reftype"] = "py", "func"
        full = target if target.startswith("ca_research.") else f"ca_research.{target}"
        return f"ca.{title}", full


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_role("ca", Name())
    app.add_directive("room", Room)
    app.add_directive("top", Top)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
