"""What the models of the registry share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..ground import paths
from ..ground.errors import RegistryError
from ..ground.remember import by_file
from ..ground.textfiles import Unreadable
from ..ground.textfiles import read_yaml as parsed


def _possible(date: str) -> str:
    dt.date.fromisoformat((date + "-01-01")[:10])
    return date


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PartialDate = Annotated[
    str,
    BeforeValidator(str),
    Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"),
    AfterValidator(_possible),
]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
M = TypeVar("M", bound="Model")
_LONGEST = 60  # characters of a wrong value that a message shows
EmptyIsNone = BeforeValidator(lambda v: None if v == "" else v)


class Model(BaseModel):
    """Unknown fields are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def explain(error: ValidationError) -> str:
    """Every fault of a file with its field, in one line; none that follows from another alone."""
    items = error.errors()
    at_fault = [item["loc"] for item in items]
    lines = []
    for item in items:
        at, depth = ".".join(str(part) for part in item["loc"]) or "(whole)", len(item["loc"])
        below = any(loc[:depth] == item["loc"] and len(loc) > depth for loc in at_fault)
        if item["type"] == "too_short" and below:
            continue  # what is left of a list without those that are wrong
        # what stands for a location may hold a password
        quiet = isinstance(item["input"], dict) or "location" in item["loc"]
        lines.append(f"{at}: {item['msg']}" + ("" if quiet else f" (got {_brief(item['input'])})"))
    return "; ".join(lines)


def _brief(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 3]}..."


@by_file
def read_yaml(file: Path, model: type[M]) -> M:
    """A file of the registry as its model; raises RegistryError with file, line or field, and what
    was expected.
    """
    rooms = {
        "registry": paths.registry_dir(),
        "data/added": paths.added_dir(),
        "data/vintages": paths.vintages_dir(),
    }
    inside = ((r, base) for r, base in rooms.items() if file.is_relative_to(base))
    room, base = next(inside, (file.parent.name, file.parent))
    where = f"{room}/{file.relative_to(base).as_posix()}"
    if file.exists() and not file.is_file():  # nobody may ever write to a pipe
        raise RegistryError("not a file", where=where, hint="put a YAML file there")
    try:
        content = parsed(file.read_bytes())
        found = model.model_validate(content)
        if told := _coerced(content, found.model_dump(mode="json")):
            raise RegistryError(
                told, where=where, hint="write the value in the type that registry/schema/ gives"
            )
        return found
    except FileNotFoundError:
        raise RegistryError(
            "a file of the registry is missing", where=where, hint="put it there, or back"
        ) from None
    except Unreadable as fault:
        raise RegistryError(fault.what, where=fault.place(where), hint="mend the file") from None
    except ValidationError as error:
        raise RegistryError(
            explain(error),
            where=where,
            hint="mend the named field; the shape is in registry/schema/",
        ) from None


def _coerced(said: Any, kept: Any, place: str = "") -> str:
    """The first value of a file that became another one in its model (`yes` a 1.0, a number a day);
    '' where none did.
    """
    if isinstance(said, dict) and isinstance(kept, dict):
        parts = ((v, kept[str(k)], f"{place}.{k}") for k, v in said.items() if str(k) in kept)
    elif isinstance(said, list) and isinstance(kept, list):
        parts = ((v, kept[n], f"{place}.{n}") for n, v in enumerate(said))
    else:
        said = said.isoformat() if isinstance(said, dt.date) else said
        kinds = {type(v) if isinstance(v, (bool, str)) else None for v in (said, kept)}
        return (
            ""
            if said == kept and len(kinds) == 1
            else f"{place[1:]}: {said!r} would be read as {kept!r}"
        )
    return next(filter(None, (_coerced(*part) for part in parts)), "")
