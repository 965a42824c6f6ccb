"""Parameters of a notebook: names, types and choices, checked before any kernel starts."""

from __future__ import annotations

import ast
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ground import economies, paths
from ..ground.errors import ParameterError, RunError, UnknownNameError
from ..registry.schedule import read_notebook

_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}
_CELL = 'one per line, `name: type = value`, for example: as_of: str = "latest"'


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
        if self.type not in _TYPES:
            raise ParameterError(
                f"parameter {self.name} cannot be given: its type {self.type} is not one of "
                f"{', '.join(_TYPES)}",
                where=where,
                hint=_CELL,
            )
        kind, given = _TYPES[self.type], value
        try:
            if isinstance(value, str) and kind is bool:
                value = {"true": True, "false": False}[value.lower()]
            elif isinstance(value, str) and kind in (int, float):
                value = _number(value, kind)
            elif isinstance(value, str) and kind in (list, dict):
                value = json.loads(value)
            if kind is float and type(value) is int and abs(value) < 2**53:
                value = float(value)
            if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
                raise ValueError
        except (KeyError, ValueError):
            raise ParameterError(
                f"parameter {self.name} is of type {self.type}, got {given!r} "
                f"({type(given).__name__})",
                where=where,
                hint=f"for example -p {self.name}={self.default}",
            ) from None
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


def declared(file: Path) -> dict[str, Parameter]:
    """Parameters of a notebook: the assignments of plain values in its first cell tagged
    `parameters`, typed by annotation or else by the default; none where no cell is tagged.
    """
    where, book = paths.shown(file), read_notebook(file)
    text = next((text for _, tags, text in book.cells if "parameters" in tags), "")
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise RunError(
            f"the parameters cell is not Python: {error}", where=where, hint=_CELL
        ) from None
    found, about = {}, book.about.get("parameters", {})
    for node in body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if not isinstance(target, ast.Name):
            continue
        try:
            default = ast.literal_eval(node.value)
        except ValueError:
            default = None
        kind = type(default).__name__
        if isinstance(node, ast.AnnAssign):
            kind = ast.unparse(node.annotation).removesuffix(" | None").partition("[")[0]
        extra = about.get(target.id, {})
        found[target.id] = Parameter(
            target.id,
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
