"""`methods`: each measure with its formula, its reference and the test that is its oracle."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from numpydoc.docscrape import NumpyDocString
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from ca_reference import ROOMS, names

ORACLES = Path(__file__).parents[2] / "tests" / "oracle"
WINGS = ("trade", "investment", "students", "stats")


def oracles(folder: Path = ORACLES) -> dict[str, dict[str, str]]:
    """`trade.rank` that a test of the folder uses -> its file -> beside what the file sets it."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(folder.glob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        beside = " ".join((ast.get_docstring(tree) or "").partition("\n\n")[0].split())
        for name in used(tree):
            found.setdefault(name, {})[file.name] = beside
    return found


def used(tree: ast.Module) -> set[str]:
    """`trade.rank` where a test says or imports it, by whatever name the test has the room."""
    found, rooms = set(), {}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                room = module.removeprefix("ca_research.").partition(".")[0]
                found |= {f"{room}.{one.name}" for one in names}
            case ast.Assign([ast.Name(id=short)], ast.Call(args=[ast.Constant(str(module))])):
                rooms[short] = module.removeprefix("ca_research.").partition(".")[0]
            case ast.Attribute(value=ast.Name(id=room) | ast.Attribute(attr=room), attr=name):
                found.add(f"{rooms.get(room, room)}.{name}")
    return found


def methods() -> dict[str, tuple[str, list[str]]]:
    """Full name of a measure -> its first line, and its notes with references."""
    found = {}
    for room in WINGS:
        module = importlib.import_module(ROOMS[room])
        for name in names(room):
            doc = NumpyDocString(inspect.getdoc(getattr(module, name)) or "")
            if doc["Notes"]:
                found[f"{ROOMS[room]}.{name}"] = (doc["Summary"][0], _notes(doc))
    return found


def _notes(doc: NumpyDocString) -> list[str]:
    """Notes, with each reference in the place of its number."""
    text = "\n".join(doc["Notes"])
    listed = re.findall(r"\.\. \[(\d+)\] (.*?)(?=\n\.\. \[|\Z)", "\n".join(doc["References"]), re.S)
    for number, reference in listed:
        said = " ".join(reference.split()).rstrip(".")
        text, times = re.subn(rf"\s?\[{number}\]_", f" ({said})", text)
        text += "" if times else f"\n\n{said}."
    return text.split("\n")


class Methods(SphinxDirective):
    """One row a measure; on a phone a card (docs.css)."""

    def run(self) -> list[nodes.Node]:
        tests = oracles()
        lines = [".. list-table::", "   :header-rows: 1", "   :class: cards"]
        lines += ["   :widths: 24 46 30", ""]
        lines += ["   * - measure", "     - formula and reference", "     - oracle"]
        for full, (summary, notes) in methods().items():
            name = full.removeprefix("ca_research.")
            held = [f"``{file}``: {beside}" for file, beside in tests.get(name, {}).items()]
            for mark, cell in (
                ("* -", [f":ca:`{name}`", "", summary]),
                ("  -", notes),
                ("  -", "\n\n".join(held or ["no oracle"]).split("\n")),
            ):
                lines.append(f"   {mark} {cell[0].strip()}")
                lines += [textwrap.indent(line, " " * 7) for line in cell[1:]]
        return self.parse_text_to_nodes(StringList([*lines, ""], "methods"))


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("methods", Methods)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
