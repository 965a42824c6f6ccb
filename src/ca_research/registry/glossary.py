"""Terms that pages use, in plain sentences: registry/glossary.yaml."""

from __future__ import annotations

from ..ground import paths
from ..ground.remember import by_files
from .base import Model, Text, read_yaml


class Term(Model):
    """A term, what it means in a sentence or two, and the words by which a page says it where
    these are not the term itself.
    """

    term: Text
    means: Text
    forms: tuple[Text, ...] = ()

    @property
    def said_as(self) -> tuple[str, ...]:
        return self.forms or (self.term,)


class Glossary(Model):
    """All terms."""

    terms: tuple[Term, ...]


@by_files("glossary.yaml")
def glossary() -> list[Term]:
    """The terms in the order of the alphabet; none where the project has no such file."""
    file = paths.registry_dir() / "glossary.yaml"
    terms = read_yaml(file, Glossary).terms if file.is_file() else ()
    return sorted(terms, key=lambda term: term.term.lower())
