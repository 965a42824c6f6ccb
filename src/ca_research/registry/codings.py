"""Codings: what each document of a claim shows, by a rule stated beforehand
(registry/coding/*.yaml).
"""

from __future__ import annotations

import datetime as dt

from pydantic import model_validator

from ..ground import paths, reads
from ..ground.errors import known_name
from ..ground.remember import by_files
from .base import Model, Name, must, once, read_yaml
from .claims import ClaimId


class CodeField(Model):
    """One question put to every document; `values` are its answers with their rules, or those of
    the field `like` it.

    A field with neither takes free text.
    """

    meaning: str
    values: dict[str, str] = {}
    like: Name | None = None


class CodedRow(Model):
    """The codes of one document (claim and item of table evidence), and why."""

    claim: ClaimId
    item: str
    codes: dict[Name, str]
    reason: str


class CodingAmendment(Model):
    date: dt.date
    reason: str


class Coding(Model):
    """A scheme and its rows. A code that the scheme does not list, or a document coded twice, is
    refused. `cases` puts an act or event that documents speak of in words.
    """

    title: str
    declared_on: dt.date
    about: str
    fields: dict[Name, CodeField]
    rows: tuple[CodedRow, ...]
    cases: dict[Name, str] = {}
    amendments: tuple[CodingAmendment, ...] = ()

    @model_validator(mode="after")
    def _check_consistency(self) -> Coding:
        once("documents", (f"{row.claim} {row.item}" for row in self.rows))
        likes = {f.like for f in self.fields.values() if f.like} - self.fields.keys()
        must(not likes, f"a field is like {likes}, which is no field")
        known = {n: self.fields[f.like or n].values for n, f in self.fields.items()}
        for row in self.rows:
            for field, value in row.codes.items():
                of_field = field in known and (not known[field] or value in known[field])
                where = f"{row.claim} {row.item!r}"
                must(of_field, f"{where}: {value!r} is no value of a field {field!r}")
        idle = sorted(set(self.cases) - {row.codes.get("case") for row in self.rows})
        must(not idle, f"words for cases that no row has: {idle}")
        return self


def names() -> list[str]:
    """Names of the codings in the registry."""
    return sorted(f.stem for f in (paths.registry_dir() / "coding").glob("*.yaml"))


@by_files("coding/*.yaml")
def coding(name: str) -> Coding:
    """One coding by name, for example 'acts'; raises UnknownNameError with the known ones."""
    reads.check("registry", f"coding/{name}")
    file = f"{known_name('coding', name, names())}.yaml"
    return read_yaml(paths.registry_dir() / "coding" / file, Coding)
