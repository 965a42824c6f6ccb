"""What the models of the registry share."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
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
Text = Annotated[str, Field(min_length=1)]


Words = dict[str, str]


class Model(BaseModel):
    """Unknown fields are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def must(holds: object, rule: str) -> None:
    """Raise ValueError with a rule that does not hold: pydantic names the field."""
    if not holds:
        raise ValueError(rule)


def once(what: str, names: Iterable[str]) -> None:
    """Names stand once each: of two the second would replace the first."""
    twice = sorted(name for name, n in Counter(names).items() if n > 1)
    must(not twice, f"{what} that stand twice: {', '.join(twice)}")


def explain(error: ValidationError) -> str:
    """Every fault of a file with its field, in one line."""
    lines = []
    for item in error.errors():
        place, value = item["loc"], item["input"]
        # what stands for a location may hold a password
        quiet = isinstance(value, dict) or "location" in place
        at = ".".join(map(str, place)) or "(whole)"
        lines.append(f"{at}: {item['msg']}" + ("" if quiet else f" (got {shorten(value)})"))
    return "; ".join(lines)


def shorten(value: Any) -> str:
    """A wrong value as a message shows it."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def refused(what: str, where: str, hint: str = "mend the named field") -> RegistryError:
    """An error of the registry."""
    return RegistryError(what, where=where, hint=hint)


@by_file
def read_yaml(file: Path, model: type[M]) -> M:
    """A file of the registry as its model; raises RegistryError with file, line or field, and what
    was expected.
    """
    where = paths.shown(file)
    try:
        content = json.dumps(parsed(file.read_bytes()), default=str)  # a date is its ISO form
        return model.model_validate_json(content, strict=True)
    except FileNotFoundError:
        raise refused("a file of the registry is missing", where, "put it there, or back") from None
    except Unreadable as fault:
        raise refused(fault.what, fault.place(where), "mend the file") from None
    except ValidationError as error:
        hint = "mend the named field; the shape is in registry/schema/"
        raise refused(explain(error), where, hint) from None
