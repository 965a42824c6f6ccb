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
from ..ground.errors import CaResearchError, RegistryError, UnknownNameError
from ..ground.remember import by_file, by_files, forget
from ..ground.textfiles import Unreadable, read_csv
from .base import Model, explain, read_yaml
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
from .tables import Added, Column, Location, Source, Table
from .voting import votes

M = TypeVar("M", bound=Model)


@by_files("sources.csv", added=True)
def sources() -> dict[str, Source]:
    """All sources by id: those of registry/sources.csv in its order, then those that were added."""
    found = dict(listed_sources())
    for source_id, entry in added().items():
        if source_id in found:
            raise RegistryError(
                f"source {source_id!r} was added, and stands in the register too",
                where="registry/sources.csv",
                hint=f"give one of them another name, or: ca-research data remove {source_id}",
            )
        found[source_id] = entry.source
    return found


@by_files(added=True)
def added() -> dict[str, Added]:
    """What was added, by source."""
    found = {}
    for file in paths.added_entries():
        entry = read_yaml(file, Added)
        if entry.source.source_id != file.parent.name:
            raise RegistryError(
                f"the source calls itself {entry.source.source_id}",
                where=f"data/added/{file.parent.name}/source.yaml",
                hint="folder and source must agree",
            )
        found[file.parent.name] = entry
    return found


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
    found: dict[str, Source] = {}
    try:
        rows = read_csv(file.read_bytes())
    except OSError as error:
        raise RegistryError(
            "the list of sources cannot be read", where=str(file), hint=str(error)
        ) from error
    except Unreadable as fault:
        raise RegistryError(
            fault.what, where=fault.place("registry/sources.csv"), hint="mend the file"
        ) from None
    for number, (_, row) in enumerate(rows, start=1):
        where = f"registry/sources.csv, row {number} ({row.get('source_id')})"
        try:
            source = Source.model_validate(row)
        except ValidationError as error:
            raise RegistryError(explain(error), where=where, hint="mend the named field") from None
        if source.source_id in found:
            raise RegistryError(
                f"source {source.source_id!r} stands twice",
                where=where,
                hint="keep one row per source",
            )
        found[source.source_id] = source
    return found


@by_files("sources.csv", added=True)
def newest_publication() -> str | None:
    """The day (month, year) of the newest source that has one: how far all that is known goes."""
    return max((s.published for s in sources().values() if s.published), default=None)


@by_files("sources.csv", added=True)
def origin_groups() -> dict[str, str]:
    """The origin group of every source: figures of one group are one figure, told twice."""
    return {source_id: source.origin_group for source_id, source in sources().items()}


@by_files("tables/*.yaml")
def tables() -> dict[str, Table]:
    """All tables by name."""
    found = {}
    for file in sorted((paths.registry_dir() / "tables").glob("*.yaml")):
        spec = read_yaml(file, Table)
        if spec.table != file.stem:
            raise RegistryError(
                f"the table calls itself {spec.table}",
                where=f"registry/tables/{file.name}",
                hint="file name and table must agree",
            )
        found[spec.table] = spec
    return found


def table(name: str) -> Table:
    """One table; raises UnknownNameError with suggestions."""
    if not isinstance(name, str) or name not in tables():
        raise UnknownNameError("table", name, tables())
    return tables()[name]


@by_files("article.yaml")
def article() -> Article:
    """The article under test: its title, its day, the hashes of its sentences."""
    found: Article = read_yaml(paths.registry_dir() / "article.yaml", Article)
    return found


@by_files("article/*.yaml")
def settings(name: str, model: type[M]) -> M:
    """A file of settings by its place in the registry ('article/settings'), as its model.

    Raises RegistryError with the file, the field and what was expected.
    """
    found: M = read_yaml(paths.registry_dir() / f"{name}.yaml", model)
    return found


@by_files("claims/*.yaml")
def claims() -> dict[str, ClaimSpec]:
    """All declared claims by id; within a run, those that its notebook declares (`reads`)."""
    found = {}
    allowed = reads.declared("registry")
    for file in sorted((paths.registry_dir() / "claims").glob("*.yaml")):
        if allowed is not None and not {f"claims/{file.stem}", "claims/*"} & set(allowed):
            continue
        spec = read_yaml(file, ClaimSpec)
        if spec.id != file.stem:
            raise RegistryError(
                f"the claim calls itself {spec.id}",
                where=f"registry/claims/{file.name}",
                hint="file name and id must agree",
            )
        spec.criteria()
        found[spec.id] = spec
    return found


def claim(claim_id: str) -> ClaimSpec:
    """One claim; raises UnknownNameError with suggestions."""
    if not isinstance(claim_id, str) or claim_id not in claims():
        files = (paths.registry_dir() / "claims").glob("*.yaml")
        if str(claim_id) in {file.stem for file in files}:
            reads.check("registry", f"claims/{claim_id}")
        raise UnknownNameError("claim", claim_id, claims())
    return claims()[claim_id]


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

    return {
        "source": Source.model_json_schema(),
        "table": Table.model_json_schema(),
        "claim": ClaimSpec.model_json_schema(),
        "article": Article.model_json_schema(),
        "coding": Coding.model_json_schema(),
        "measures": DeclaredMeasures.model_json_schema(),
        "words": Words.model_json_schema(),
        "glossary": Glossary.model_json_schema(),
        "holders": Holders.model_json_schema(),
        "providers": Providers.model_json_schema(),
        "replication": Replication.model_json_schema(),
    }


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
    "provider",
    "providers",
    "read_ahead",
    "rows_of",
    "schemas",
    "settings",
    "sources",
    "table",
    "tables",
    "votes",
]
