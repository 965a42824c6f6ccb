"""The registry: sources, tables and claims as declared in registry/, read into typed models.

Errors name the file, the field and what was expected. Nothing here reads data.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ..ground import paths, reads
from ..ground.errors import CaResearchError, known_name
from ..ground.remember import by_file, by_files, forget
from ..ground.textfiles import registered_rows
from .base import Model, explain, read_yaml, refused
from .claims import (
    PRINTED,
    VERDICTS,
    Article,
    ClaimSpec,
    Criterion,
    Member,
    Over,
    Reading,
    Sentence,
)
from .codings import Coding, coding
from .services import Provider, Vintage, provider, providers
from .tables import Added, Column, Location, Source, Table, says_invented
from .voting import votes

M = TypeVar("M", bound=Model)


@by_files("sources.csv", added=True)
def sources() -> dict[str, Source]:
    """All sources by id: those of registry/sources.csv in its order, then those that were added."""
    entries = dict(listed_sources())
    for source_id, entry in added().items():
        if source_id in entries:
            raise refused(
                f"source {source_id!r} was added, and stands in the register too",
                "registry/sources.csv",
                f"give one of them another name, or: ca-research data remove {source_id}",
            )
        entries[source_id] = entry.source
    return entries


def _named(identifier: str, name: str, where: str) -> str:
    """The name of an entry; raises RegistryError where it calls itself otherwise."""
    if identifier != name:
        raise refused(
            f"it calls itself {identifier}", where, "the names of file and entry must agree"
        )
    return name


@by_files(added=True)
def added() -> dict[str, Added]:
    """What was added, by source."""
    entries = {}
    for file in paths.added_entries():
        entry, name = read_yaml(file, Added), file.parent.name
        entries[_named(entry.source.source_id, name, f"data/added/{name}/source.yaml")] = entry
    return entries


def rows_of(name: str) -> dict[str, int]:
    """Rows of a table by source: those that the register declares and those that were added."""
    more = {s: entry.rows for s, entry in added().items() if entry.table == name}
    return table(name).rows | more


@by_files("sources.csv")
def listed_sources() -> dict[str, Source]:
    """The sources of registry/sources.csv by id, in the order of the file."""
    return _sources_in(paths.registry_dir() / "sources.csv")


@by_file
def _sources_in(file: Path) -> dict[str, Source]:
    entries: dict[str, Source] = {}
    for number, (_, row) in enumerate(registered_rows(file), start=1):
        where = f"registry/sources.csv, row {number} ({row.get('source_id')})"
        try:
            source = Source.model_validate(row)
        except ValidationError as error:
            raise refused(explain(error), where) from None
        if source.source_id in entries:
            raise refused(f"source {source.source_id!r} stands twice", where)
        entries[source.source_id] = source
    return entries


@by_files("sources.csv", added=True)
def newest_publication() -> str | None:
    """The day (month, year) of the newest source that has one: how far all that is known goes."""
    return max((s.published for s in sources().values() if s.published), default=None)


@by_files("sources.csv", added=True)
def origin_groups() -> dict[str, str]:
    """The origin group of every source: figures of one group are one figure, told twice."""
    return {source_id: source.origin_group for source_id, source in sources().items()}


@by_files("tables/*.yaml", "article.yaml")
def tables() -> dict[str, Table]:
    """All tables by name, without the files of documents that belong to another register."""
    return {
        name: table.model_copy(update={"files": {}, "rows": {}}) if others else table
        for name, (table, others) in _declared_tables().items()
    }


def others_documents() -> list[str]:
    """Declared raw files of documents that `tables` leaves out."""
    return [file for _, others in _declared_tables().values() for file in others]


@by_files("tables/*.yaml", "article.yaml")
def _declared_tables() -> dict[str, tuple[Table, list[str]]]:
    """Each table as it is declared, and its files where they are of claims of another register:
    ids of claims are alike in all, so the article names the files that are its own.
    """
    entries = {}
    for file in sorted((paths.registry_dir() / "tables").glob("*.yaml")):
        table = read_yaml(file, Table)
        name = _named(table.table, file.stem, f"registry/tables/{file.name}")
        own = not (table.by_claim and table.files) or {*table.files} <= {*article().documents}
        entries[name] = table, [] if own else [*table.files]
    return entries


def table(name: str) -> Table:
    """One table; raises UnknownNameError with suggestions."""
    return tables()[known_name("table", name, tables())]


@by_files("article.yaml")
def article() -> Article:
    """The article under test: its title, its day, the hashes of its sentences."""
    return read_yaml(paths.registry_dir() / "article.yaml", Article)


@by_files("article/*.yaml")
def settings(name: str, model: type[M]) -> M:
    """A file of settings by its place in the registry ('article/settings'), as its model.

    Raises RegistryError with the file, the field and what was expected.
    """
    return read_yaml(paths.registry_dir() / f"{name}.yaml", model)


@by_files("claims/*.yaml")
def claims() -> dict[str, ClaimSpec]:
    """All declared claims by id; within a run, those that its notebook declares (`reads`)."""
    allowed = reads.declared("registry")
    read = (
        (file, read_yaml(file, ClaimSpec))
        for file in sorted((paths.registry_dir() / "claims").glob("*.yaml"))
        if allowed is None or {f"claims/{file.stem}", "claims/*"} & {*allowed}
    )
    return {_named(s.id, file.stem, f"registry/claims/{file.name}"): s for file, s in read}


def claim(claim_id: str) -> ClaimSpec:
    """One claim; raises UnknownNameError with suggestions."""
    if str(claim_id) not in claims():
        files = (paths.registry_dir() / "claims").glob("*.yaml")
        if str(claim_id) in {file.stem for file in files}:
            reads.check("registry", f"claims/{claim_id}")
    return claims()[known_name("claim", claim_id, claims())]


def read_ahead() -> None:
    """Read what the registry holds, for processes that are forked from this one.

    A file that cannot be read is left to whoever needs it, who is told then.
    """
    from .codings import names
    from .glossary import glossary
    from .holders import holders
    from .words import words

    readers: list[Callable[[], object]] = [tables, sources, article, claims, providers]
    readers += [glossary, words, functools.partial(holders, "")]
    readers += [functools.partial(coding, name) for name in names()]
    for read in readers:
        with contextlib.suppress(CaResearchError):
            read()


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema of each kind of registry entry (registry/schema/ holds these, a test keeps them
    current).
    """
    from .declared import DeclaredMeasures
    from .glossary import Glossary
    from .holders import Holders
    from .replication import Replication
    from .services import Providers
    from .words import Words  # which reads the sources

    models: dict[str, Any] = {
        "source": Source,
        "table": Table,
        "claim": ClaimSpec,
        "article": Article,
        "coding": Coding,
        "measures": DeclaredMeasures,
        "words": Words,
        "glossary": Glossary,
        "holders": Holders,
        "providers": Providers,
        "replication": Replication,
    }
    return {name: model.model_json_schema() for name, model in models.items()}


__all__ = [
    "PRINTED",
    "VERDICTS",
    "Added",
    "Article",
    "ClaimSpec",
    "Coding",
    "Column",
    "Criterion",
    "Location",
    "Member",
    "Over",
    "Provider",
    "Reading",
    "Sentence",
    "Source",
    "Table",
    "Vintage",
    "added",
    "article",
    "claim",
    "claims",
    "coding",
    "explain",
    "forget",
    "listed_sources",
    "origin_groups",
    "others_documents",
    "provider",
    "providers",
    "read_ahead",
    "rows_of",
    "says_invented",
    "schemas",
    "settings",
    "sources",
    "table",
    "tables",
    "votes",
]
