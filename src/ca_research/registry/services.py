"""Publishers' services that figures are fetched from (registry/providers.yaml), and what is kept of
a fetch: a vintage.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import Field

from ..ground import paths
from ..ground.errors import known_name
from ..ground.remember import by_files
from .base import Model, Name, Sha256, Text, read_yaml

Stamp = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{6}Z$")]
"""A moment in UTC that may be the name of a folder: 2026-11-27T034210Z."""


class Provider(Model):
    """A service of a publisher: where it is, how often and for how much at once it may be asked.

    publisher: as holders.yaml names it. tables: those that its figures belong to, the usual one
    first. rows, rows_with_key: how many it gives in one answer, where that is known. key: the
    environment variable of a key, where it takes one. codes: of economies that it writes in its own
    way.
    """

    name: Name
    publisher: Text
    tables: Annotated[tuple[Name, ...], Field(min_length=1)]
    address: Annotated[
        str, Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)(:\d+)?(/|$))\S*$")
    ]
    seconds_between: Annotated[float, Field(ge=0)]
    rows: Annotated[int | None, Field(ge=1)] = None
    rows_with_key: Annotated[int | None, Field(ge=1)] = None
    key: Annotated[str | None, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = None
    codes: dict[str, str] = {}


class Providers(Model):
    """All of them."""

    providers: tuple[Provider, ...]


class Answer(Model):
    """An answer as it was received: its file, what was asked (never with a key), its hash, how many
    rows of figures are in it, and what the publisher remarked.
    """

    file: Annotated[str, Field(pattern=r"^\d{4}\.(json|csv)$")]
    request: str
    sha256: Sha256
    rows: Annotated[int, Field(ge=0)]
    remarks: tuple[str, ...] = ()


class Vintage(Model):
    """A fetch that was kept: `data/vintages/SOURCE/STAMP/vintage.yaml`, beside the answers.

    address: the service's. asked: what the user asked for. skips: whether faulty rows are left
    out. client: the programs that asked. empty: requests to which there was no figure.
    """

    source: str
    stamp: Stamp
    provider: Name
    address: str
    table: Name
    asked: dict[str, Any]
    skips: bool = False
    client: str
    answers: tuple[Answer, ...]
    empty: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As messages name it."""
        return f"{self.provider} of {self.stamp}"

    @property
    def day(self) -> str:
        return self.stamp[:10]

    @property
    def sha256(self) -> str:
        """Over all answers."""
        return hashlib.sha256("".join(a.sha256 for a in self.answers).encode()).hexdigest()


@by_files("providers.yaml")
def providers() -> dict[str, Provider]:
    """The services by name: the project's own list, else that of the package."""
    file = paths.registry_dir() / "providers.yaml"
    if not file.is_file():
        file = paths.of_package() / "registry" / "providers.yaml"
    return {p.name: p for p in read_yaml(file, Providers).providers}


def provider(name: str) -> Provider:
    """One of them; raises UnknownNameError with suggestions.

    Examples
    --------
    >>> provider("worldbank").tables
    ('macro',)
    """
    known = providers()
    return known[known_name("provider", name, known)]
