"""What the models of the registry share."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _possible(date: str) -> str:
    dt.date.fromisoformat((date + "-01-01")[:10])
    return date


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PartialDate = Annotated[
    str, BeforeValidator(str), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(_possible)
]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
EmptyIsNone = BeforeValidator(lambda v: None if v == "" else v)


class Model(BaseModel):
    """Unknown fields are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
