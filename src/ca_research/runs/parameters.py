"""Parameters of a notebook: names, types and choices, checked before any kernel starts."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from ..ground import economies, paths
from ..ground.errors import ParameterError, RunError, known_name
from ..registry.schedule import read_notebook

_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)
_CELL = 'one per line, `name: type = value`, for example: as_of: str = "latest"'


@dataclass(frozen=True)
class Parameter:
    """One typed parameter of the cell tagged `parameters`; choices, bounds, pattern and meaning
    come from the metadata. What has codes of economies to choose from takes their names as well.
    """

    name: str
    type: str
    default: Any
    choices: Sequence[str] = ()
    pattern: str = ""
    meaning: str = ""
    minimum: float | None = None
    maximum: float | None = None

    def read(self, value: Any, where: str) -> Any:
        """The value in the parameter's type; raises ParameterError. Text from a command line is
        read as JSON is.
        """
        kind: Any = _TYPES[known_name(f"type of {self.name}:", self.type, _TYPES, where=where)]
        pattern = f"^(?:{self.pattern})$" if self.pattern else None
        bounds = Field(ge=self.minimum, le=self.maximum, pattern=pattern)
        reader = TypeAdapter[Any](Annotated[kind, bounds], config=_STRICT)
        try:
            if isinstance(value, str) and kind is not str:
                value = reader.validate_json(value.lower() if kind is bool else value)
            else:
                value = reader.validate_python(value)
        except ValidationError as problem:
            fault = problem.errors()[0]
            why = "" if fault["type"] == "json_invalid" else f": {fault['msg']}"
            raise ParameterError(
                f"parameter {self.name} of type {self.type} cannot be {value!r}{why}",
                where=where,
                hint=self.meaning or f"for example -p {self.name}={self.default}",
            ) from None
        if self.choices and value not in self.choices:
            code = economies.code_of(value) if isinstance(value, str) else None
            if code in self.choices:  # an economy by its name is the run of its code
                return code
            known_name(f"value for parameter {self.name}:", value, self.choices, where=where)
        return value


_SAID = ("choices", "pattern", "meaning", "minimum", "maximum")
"""What a notebook's metadata may say of a parameter."""


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
    parameters, about = {}, book.about.get("parameters", {})
    for node in body:
        match node:
            case ast.AnnAssign(ast.Name(name), annotation, ast.expr() as value):
                kind = ast.unparse(annotation).removesuffix(" | None").partition("[")[0]
            case ast.Assign([ast.Name(name)], value):
                kind = ""
            case _:
                continue
        try:
            default = ast.literal_eval(value)
        except ValueError:
            default = None
        details = {k: v for k, v in about.get(name, {}).items() if k in _SAID}
        parameters[name] = Parameter(name, kind or type(default).__name__, default, **details)
    return parameters


def check(file: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Given parameters in their declared types; raises ParameterError or UnknownNameError naming
    the known ones.
    """
    known, where = declared(file), paths.shown(file)
    for name in values:
        known_name("parameter", name, known, where=where)
    return {name: known[name].read(value, where) for name, value in values.items()}
