"""The registry: sources, tables and claims as declared in registry/, read into typed models.

Errors name the file, the field and what was expected. Nothing here reads data.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from . import paths
from .errors import RegistryError, UnknownNameError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PartialDate = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
ClaimId = Annotated[str, Field(pattern=r"^C\d{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
EmptyIsNone = BeforeValidator(lambda v: None if v == "" else v)

VERDICTS = ("supported", "partly supported", "contradicted", "not enough evidence", "not testable")
KINDS = ("quantity", "trend", "comparison", "date", "universal", "cause", "forecast", "opinion")


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# --- sources -----------------------------------------------------------------------------------------------


class Source(Model):
    """One publication or series. What is not known is null, never filled in."""

    source_id: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    publisher: Annotated[str | None, EmptyIsNone] = None
    licence: Annotated[str | None, EmptyIsNone] = None
    redistribution: Literal["yes", "figures", "no"]
    address: Annotated[str | None, EmptyIsNone] = None
    citation: Annotated[str, Field(min_length=1)]
    accessed: Annotated[PartialDate | None, EmptyIsNone] = None
    origin_group: Annotated[str, Field(min_length=1)]
    kind: Literal["official", "compiled", "press", "document", "derived", "survey"]
    coverage: Annotated[str | None, EmptyIsNone] = None
    published: Annotated[PartialDate | None, EmptyIsNone] = None
    edition: Annotated[PartialDate | None, EmptyIsNone] = None
    release_lag_days: Annotated[int | None, EmptyIsNone] = Field(default=None, ge=0, le=3660)
    release_basis: Literal["stated", "calendar", "assumed"]
    release_reason: Annotated[str | None, EmptyIsNone] = None

    @model_validator(mode="after")
    def _release(self) -> Source:
        if self.release_basis == "stated" and self.published is None:
            raise ValueError("release_basis 'stated' needs the date in `published`")
        if self.release_basis != "stated" and (self.release_lag_days is None or not self.release_reason):
            raise ValueError(f"release_basis '{self.release_basis}' needs release_lag_days and release_reason")
        return self


# --- tables ------------------------------------------------------------------------------------------------

ColumnType = Literal["economy", "economies", "year", "integer", "number", "string", "category", "boolean", "date", "source"]


class Column(Model):
    """A column: its meaning, its unit, its bounds and why they are what they are."""

    type: ColumnType
    meaning: Annotated[str, Field(min_length=1)]
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    reason: str | None = None
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    nullable: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Column:
        if self.type == "category" and not self.values:
            raise ValueError("a category column lists its `values`")
        if (self.min is not None or self.max is not None) and not self.reason:
            raise ValueError("a bound carries a written `reason`")
        if self.type in ("number", "integer") and not self.unit:
            raise ValueError("a numeric column names its `unit`")
        return self


class RawFile(Model):
    sha256: Sha256
    rows: int


class Table(Model):
    """One table: key, columns, raw files with their sha256, expected rows per source."""

    table: Name
    title: str
    description: str
    key: tuple[Name, ...]
    known: Literal["year", "date", "source"]
    columns: dict[Name, Column]
    files: dict[str, RawFile]
    rows: dict[str, int]

    @model_validator(mode="after")
    def _keys(self) -> Table:
        for name in self.key:
            if name not in self.columns:
                raise ValueError(f"key column {name!r} is not among the columns")
            if self.columns[name].nullable:
                raise ValueError(f"key column {name!r} may not be nullable")
        if self.known == "year" and "year" not in self.columns:
            raise ValueError("known: year needs a column `year`")
        if self.known == "date" and "date" not in self.columns:
            raise ValueError("known: date needs a column `date`")
        return self

    def of_type(self, *types: str) -> list[str]:
        return [name for name, column in self.columns.items() if column.type in types]


# --- claims ------------------------------------------------------------------------------------------------


class Locator(Model):
    paragraph: Annotated[int, Field(ge=0)]
    sentence: Annotated[int, Field(ge=1)]
    sha256: Sha256


class Over(Model):
    """A count over economies: met if k >= at_least, refuted if k + missing < at_least, else undecided."""

    economies: tuple[str, ...]
    at_least: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _possible(self) -> Over:
        if self.at_least > len(self.economies):
            raise ValueError(f"at_least {self.at_least} of {len(self.economies)} economies cannot be met")
        return self


class Criterion(Model):
    """A named measure with its fixed settings, a comparison, a threshold, and why that threshold."""

    name: Name
    statement: str
    measure: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_0-9]+)+$")]
    settings: dict[Name, str] = {}
    comparison: Literal[">", ">=", "<", "<=", "=="]
    threshold: float
    unit: str
    why: str
    over: Over | None = None
    axes: tuple[Name, ...] = ()


class Rule(Model):
    """When a reading is supported and when contradicted; conditions are trees of 'NAME holds|fails'.

    `otherwise` is the verdict where neither is true although nothing that could decide it is missing.
    """

    supported: Any
    contradicted: Any
    otherwise: Literal["partly supported", "not enough evidence"] = "partly supported"
    words: str


class Reading(Model):
    """One way to read the claim, with its own criteria and rule, or the reason why it cannot be tested."""

    name: Name
    title: str
    statement: str
    criteria: tuple[Criterion, ...] = ()
    rule: Rule | None = None
    not_testable: str | None = None
    against: str
    would_change: str

    @model_validator(mode="after")
    def _whole(self) -> Reading:
        if bool(self.not_testable) == bool(self.criteria):
            raise ValueError("a reading has either criteria with a rule, or the reason in `not_testable`")
        if self.criteria:
            if self.rule is None:
                raise ValueError("criteria need a rule that joins them")
            known = {c.name for c in self.criteria}
            used: set[str] = set()
            for part in ("supported", "contradicted"):
                used |= atoms(getattr(self.rule, part), where=part)
            if used - known:
                raise ValueError(f"the rule names criteria that are not declared: {sorted(used - known)}")
            if known - used:
                raise ValueError(f"criteria that the rule never uses: {sorted(known - used)}")
        return self


class GridAxis(Model):
    """One choice of the specification universe; choices of data on one data path collapse, choices of method do not."""

    name: Name
    meaning: str
    kind: Literal["data", "method"] = "data"
    values: tuple[str, ...]
    main: str

    @model_validator(mode="after")
    def _main(self) -> GridAxis:
        if self.main not in self.values:
            raise ValueError(f"main value {self.main!r} is not among the values")
        return self


class Exclusion(Model):
    """A combination of choices that is not a defensible specification, with the reason."""

    when: dict[str, str]
    reason: str


class Grid(Model):
    axes: tuple[GridAxis, ...] = ()
    exclude: tuple[Exclusion, ...] = ()


class Amendment(Model):
    date: dt.date
    reason: str
    rule_sha256_before: Sha256


class ClaimSpec(Model):
    """A claim made by somebody else, declared with its decision rule before the notebook that applies it."""

    id: ClaimId
    title: str
    theme: str
    article: Locator
    quotation: str
    restatement: str
    kind: Literal["quantity", "trend", "comparison", "date", "universal", "cause", "forecast", "opinion"]
    declared_on: dt.date
    blind: bool = False
    blind_reason: str | None = None
    known_before: str
    expected: str
    notebook: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.ipynb$")]
    runs: tuple[dict[str, str | int | float | bool], ...] = ({},)
    data: tuple[Name, ...]
    readings: Annotated[tuple[Reading, ...], Field(min_length=1)]
    grid: Grid = Grid()
    rivals: tuple[str, ...]
    amendments: tuple[Amendment, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> ClaimSpec:
        if self.blind and not self.blind_reason:
            raise ValueError("a blind claim gives its reason")
        declared = {axis.name for axis in self.grid.axes}
        used: set[str] = set()
        for reading in self.readings:
            for criterion in reading.criteria:
                if set(criterion.axes) - declared:
                    raise ValueError(f"{criterion.name} uses axes that the grid does not declare: {sorted(set(criterion.axes) - declared)}")
                used |= set(criterion.axes)
        if declared - used:
            raise ValueError(f"axes that no criterion uses: {sorted(declared - used)}")
        for exclusion in self.grid.exclude:
            if set(exclusion.when) - declared:
                raise ValueError(f"an exclusion names unknown axes: {sorted(set(exclusion.when) - declared)}")
        return self

    @property
    def rule_sha256(self) -> str:
        """Hash of criteria, rules and grid: printed in every report; a change shows as an amendment."""
        parts = {"readings": [r.model_dump(mode="json", include={"name", "criteria", "rule", "not_testable"}) for r in self.readings], "grid": self.grid.model_dump(mode="json")}
        return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def criteria(self) -> dict[str, Criterion]:
        """Criteria of all readings by name; a name stands for one criterion throughout the claim."""
        found: dict[str, Criterion] = {}
        for reading in self.readings:
            for criterion in reading.criteria:
                if found.setdefault(criterion.name, criterion) != criterion:
                    raise RegistryError(f"{self.id}: criterion {criterion.name!r} is declared twice, differently", where=f"registry/claims/{self.id}.yaml")
        return found


_ATOM = re.compile(r"^([a-z][a-z0-9_]*) (holds|fails)$")


def atoms(condition: Any, where: str = "") -> set[str]:
    """Names of the criteria in a condition; raises ValueError where the condition is malformed."""
    match condition:
        case str():
            hit = _ATOM.match(condition)
            if not hit:
                raise ValueError(f"{where}: {condition!r} is not of the form 'NAME holds' or 'NAME fails'")
            return {hit[1]}
        case {"all": [*parts]} | {"any": [*parts]} if len(condition) == 1 and parts:
            return set().union(*(atoms(p, where) for p in parts))
        case {"at_least": int(), "of": [*parts]} if len(condition) == 2 and parts:
            return set().union(*(atoms(p, where) for p in parts))
    raise ValueError(f"{where}: expected 'NAME holds', all: [...], any: [...] or at_least: N with of: [...], got {condition!r}")


# --- reading the files -------------------------------------------------------------------------------------


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        at = ".".join(str(part) for part in item["loc"]) or "(whole)"
        lines.append(f"{at}: {item['msg']}" + (f" (got {item['input']!r})" if not isinstance(item["input"], dict) else ""))
    return "; ".join(lines)


def _yaml(file: Path, model: type[Model]) -> Any:
    where = f"registry/{file.parent.name}/{file.name}"
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return model.model_validate(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise RegistryError("not valid YAML: " + str(getattr(error, "problem", error)), where=where + line, todo="mend the file") from None
    except ValidationError as error:
        raise RegistryError(_explain(error), where=where, todo="mend the named field; the shape is in registry/schema/") from None


@cache
def sources() -> dict[str, Source]:
    """All sources by id, in the order of the file."""
    file = paths.registry_dir() / "sources.csv"
    found: dict[str, Source] = {}
    with file.open(encoding="utf-8", newline="") as handle:
        for line, row in enumerate(csv.DictReader(handle), start=2):
            where = f"registry/sources.csv, row {line - 1} ({row.get('source_id')})"
            try:
                source = Source.model_validate(row)
            except ValidationError as error:
                raise RegistryError(_explain(error), where=where, todo="mend the named field") from None
            if source.source_id in found:
                raise RegistryError(f"source {source.source_id!r} stands twice", where=where, todo="keep one row per source")
            found[source.source_id] = source
    return found


@cache
def tables() -> dict[str, Table]:
    """All tables by name."""
    return {t.table: t for f in sorted((paths.registry_dir() / "tables").glob("*.yaml")) for t in [_yaml(f, Table)]}


def table(name: str) -> Table:
    """One table; raises UnknownNameError with suggestions."""
    if name not in tables():
        raise UnknownNameError("table", name, tables())
    return tables()[name]


@cache
def claims() -> dict[str, ClaimSpec]:
    """All declared claims by id."""
    found = {}
    for file in sorted((paths.registry_dir() / "claims").glob("*.yaml")):
        spec = _yaml(file, ClaimSpec)
        if spec.id != file.stem:
            raise RegistryError(f"the claim calls itself {spec.id}", where=f"registry/claims/{file.name}", todo="file name and id must agree")
        spec.criteria()
        found[spec.id] = spec
    return found


def claim(claim_id: str) -> ClaimSpec:
    """One claim; raises UnknownNameError with suggestions."""
    if claim_id not in claims():
        raise UnknownNameError("claim", claim_id, claims())
    return claims()[claim_id]


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema of each kind of registry entry (registry/schema/ holds these, a test keeps them current)."""
    return {"source": Source.model_json_schema(), "table": Table.model_json_schema(), "claim": ClaimSpec.model_json_schema()}
