"""Parameters of a notebook: names, types and choices, checked before any kernel starts."""

from __future__ import annotations

import ast
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ground import economies, paths, reads
from ..ground.errors import ParameterError, RunError, UnknownNameError

_TYPES = {"str": str, "int": int, "float": float, "bool": bool}
_CELL = 'one per line, `name: type = value`, for example: as_of: str = "latest"'
_NOTEBOOK = "save it from JupyterLab, or take it back from git"


@dataclass(frozen=True)
class Parameter:
    """One typed parameter of the cell tagged `parameters`; choices, bounds, pattern and meaning
    come from the metadata. What has codes of economies to choose from takes their names as well.
    """

    name: str
    type: str
    default: Any
    choices: tuple[str, ...] = ()
    pattern: str = ""
    meaning: str = ""
    minimum: float | None = None
    maximum: float | None = None

    def read(self, value: Any, where: str) -> Any:
        """The value in the parameter's type; raises ParameterError. Text from a command line is
        converted.
        """
        kind = _TYPES[self.type]
        try:
            if isinstance(value, str) and kind is bool:
                value = {"true": True, "false": False}[value.lower()]
            elif isinstance(value, str) and kind in (int, float):
                value = _number(value, kind)
        except (KeyError, ValueError):
            raise ParameterError(
                f"parameter {self.name} is of type {self.type}, got {value!r}",
                where=where,
                hint=f"for example -p {self.name}={self.default}",
            ) from None
        if kind is float and type(value) is int and abs(value) < 2**53:
            value = float(value)
        if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
            raise ParameterError(
                f"parameter {self.name} is of type {self.type}, got {value!r} "
                f"({type(value).__name__})",
                where=where,
                hint=f"for example -p {self.name}={self.default}",
            )
        if self.choices and isinstance(value, str):  # an economy by its name is the run of its code
            value = economies.among(value, self.choices)
        if self.choices and value not in self.choices:
            raise UnknownNameError(
                f"value for parameter {self.name}:", value, self.choices, where=where
            )
        if self.pattern and not re.fullmatch(self.pattern, str(value)):
            raise ParameterError(
                f"parameter {self.name} cannot be {value!r}", where=where, hint=self.meaning
            )
        for bound, wrong in ((self.minimum, "below"), (self.maximum, "above")):
            if bound is not None and (value < bound if wrong == "below" else value > bound):
                raise ParameterError(
                    f"parameter {self.name} cannot be {value!r}: {wrong} {bound:g}",
                    where=where,
                    hint=self.meaning,
                )
        return value


def _number(text: str, kind: type) -> int | float:
    """A number as people write one: no `1_000`, no digits of other scripts, at most fifteen of
    them.
    """
    if not re.fullmatch(r"[-+]?[0-9]{0,15}(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?", text):
        raise ValueError(text)
    return kind(text)


def notebook_file(name: str) -> Path:
    """A notebook of the project by file name, for example 'students_in_china.ipynb'."""
    file = paths.notebooks_dir() / name
    if not file.is_file():
        raise UnknownNameError(
            "notebook", name, sorted(p.name for p in paths.notebooks_dir().glob("*.ipynb"))
        )
    return file


def tables_by_notebook() -> dict[str, set[str]]:
    """Tables that each notebook of the project says it loads, by file name."""
    found = {}
    for file in sorted(paths.notebooks_dir().glob("*.ipynb")):
        metadata = json.loads(file.read_text(encoding="utf-8"))["metadata"]
        found[file.name] = set(reads.tables(metadata.get("ca_research", {})))
    return found


def declared(file: Path) -> dict[str, Parameter]:
    """Parameters of a notebook, from the annotated assignments in its cell tagged `parameters`."""
    where = paths.shown(file)
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"not a notebook: {error}", where=where, hint=_NOTEBOOK) from None
    cells = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise RunError(
            f"{len(cells)} cells are tagged `parameters`, there must be one",
            where=where,
            hint="tag the cell that holds them, and no other",
        )
    about = notebook["metadata"].get("ca_research", {}).get("parameters", {})
    try:
        body = ast.parse("".join(cells[0]["source"])).body
    except SyntaxError as error:
        raise RunError(
            f"the parameters cell is not Python: {error}", where=where, hint=_CELL
        ) from None
    found = {}
    for node in body:
        if not (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.value is not None
        ):
            raise RunError(
                "the parameters cell holds something else than typed assignments",
                where=where,
                hint=_CELL,
            )
        kind = ast.unparse(node.annotation)
        if kind not in _TYPES:
            raise RunError(
                f"parameter {node.target.id}: type {kind} is not one of {', '.join(_TYPES)}",
                where=where,
                hint=_CELL,
            )
        name, extra = node.target.id, about.get(node.target.id, {})
        try:
            default = ast.literal_eval(node.value)
        except ValueError:
            raise RunError(
                f"parameter {name}: the default must be a plain value", where=where, hint=_CELL
            ) from None
        found[name] = Parameter(
            name,
            kind,
            default,
            tuple(extra.get("choices", ())),
            extra.get("pattern", ""),
            extra.get("meaning", ""),
            extra.get("minimum"),
            extra.get("maximum"),
        )
    return found


def check(file: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Given parameters in their declared types; raises ParameterError or UnknownNameError naming
    the known ones.
    """
    known, where = declared(file), paths.shown(file)
    for name in given:
        if name not in known:
            raise UnknownNameError("parameter", name, known, where=where)
    return {name: known[name].read(value, where) for name, value in given.items()}
