"""Measures that are settings of a general one (registry/measures.yaml)."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, RootModel

from ..ground import paths
from ..ground.errors import RegistryError
from ..ground.remember import by_files
from .base import Model, Name, read_yaml

MeasureName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")]
Settings = dict[Name, Any]


class Declared(Model):
    """A general measure with some of its arguments set.

    `family` is the name of the general one, `tables` say which table each of its frames is,
    `settings` fix arguments, `defaults` are used where a claim says nothing. Each of `choices` is
    an argument of the declared measure whose words stand for settings of the general one; the first
    word is the default. `columns` are arguments that pick rows by a column of the table, each with
    its default ('' picks none; without one, null, a claim has to say); they go to the argument
    `where` of the general one. `names` gives arguments another name. `gives` says in a few words
    what it measures.
    """

    family: MeasureName
    gives: str = ""
    tables: dict[Name, Name] = {}
    settings: Settings = {}
    defaults: Settings = {}
    choices: dict[Name, dict[str, Settings]] = {}
    columns: dict[Name, str | None] = {}
    names: dict[Name, Name] = {}


class DeclaredMeasures(RootModel[dict[MeasureName, Declared]], Model):
    """The measures that a project declares, by the names that claims write."""

    model_config = {"extra": None, "frozen": True}


@by_files("measures.yaml")
def declared_measures(*, package: bool = True) -> dict[str, Declared]:
    """Those that come with the package, if asked for, and those of the project, which stand before
    them; raises RegistryError for one that is declared by itself.
    """
    places = dict.fromkeys([paths.of_package(), paths.home()] if package else [paths.home()])
    files = [home / "registry" / "measures.yaml" for home in places]
    measures: dict[str, Declared] = {}
    for file in filter(Path.is_file, files):
        measures |= read_yaml(file, DeclaredMeasures).root
    try:
        TopologicalSorter({name: [one.family] for name, one in measures.items()}).prepare()
    except CycleError as error:
        raise RegistryError(
            f"a measure is declared by itself: {' is '.join(error.args[1])}",
            where="registry/measures.yaml",
            hint="name a general measure as its family: ca-research measures",
        ) from None
    return measures
