"""The two sides of a comparison in one form: the verdicts of a report, and those of
baseline/verdicts.json; both with the inputs that they were made from.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from ..ground import paths
from ..ground.errors import BaselineError, CaResearchError, CoverageError
from ..ground.templates import filled
from ..registry.base import explain
from ..runs import read_manifest

FILE = "verdicts.json"
Key = tuple[str, str, str]
"""Claim, reading and run: what a verdict is the answer to."""


class Criterion(BaseModel):
    """What is kept of a criterion."""

    name: str
    state: str
    estimate: float | None
    low: float | None
    high: float | None
    share_of_specifications: float | None
    specifications: int
    unit: str


class Certainty(BaseModel):
    """How sure a verdict is; '' where nothing was decided."""

    level: str = ""


class Entry(BaseModel):
    """What is kept of a stored verdict: which it is, its rule, and what is compared of it."""

    run: str
    claim: str
    reading: str
    params: dict[str, Any]
    as_of: str
    rule_sha256: str
    leads: bool
    as_printed: str
    part: bool
    verdict: str
    fragile: bool
    certainty: Certainty
    criteria: list[Criterion]

    @property
    def name(self) -> str:
        """Which verdict it is, for a reader."""
        names = sorted(self.params.keys() - {"claim", "as_of"})
        settings = "".join(f", {name}={self.params[name]}" for name in names)
        return f"{self.claim} {self.reading}{' (part)' * self.part}{settings}, as of {self.as_of}"

    @property
    def values(self) -> dict[str, Any]:
        """What is compared; the verdict on the sentence once, with the reading that leads."""
        values = {
            "as printed": self.as_printed if self.leads else "",
            "part": self.part,
            "verdict": self.verdict,
            "fragile": self.fragile,
            "certainty": self.certainty.level,
        }
        for criterion in self.criteria:
            about = criterion.model_dump()
            name = about.pop("name")
            values |= {f"{name}: {what.replace('_', ' ')}": about[what] for what in about}
        return values


class Made(BaseModel):
    """What a manifest says of a run. inputs: what it was made from, name -> hash; empty where they
    changed meanwhile.
    """

    run_id: str
    name: str
    notebook: str
    params: dict[str, Any]
    error: str
    inputs: dict[str, str]


class State(BaseModel, extra="forbid"):
    """Verdicts and what they were made from: of a baseline the inputs of all of them, of a report
    its runs.
    """

    verdicts: list[Entry]
    inputs: dict[str, str] = {}
    runs: list[Made] = []

    @property
    def by_key(self) -> dict[Key, Entry]:
        return {(v.claim, v.reading, v.run): v for v in self.verdicts}


def read_report(out: Path) -> State:
    """The verdicts of a reports folder; raises CoverageError where there is no report or a broken
    one.
    """
    manifest, file = read_manifest(out), out / FILE

    def read() -> State:
        verdicts = TypeAdapter(list[Entry]).validate_json(file.read_bytes())
        return State(verdicts=verdicts, runs=manifest["runs"])

    return _read(read, file, CoverageError, "ca-research run")


def read_baseline(folder: Path) -> State:
    """The accepted verdicts in `folder`/verdicts.json.

    Raises BaselineError where there are none, or where the file has another form.
    """
    file = folder / FILE
    hint = 'of a first one: ca-research run, then ca-research verify --accept --reason "..."'
    return _read(lambda: State.model_validate_json(file.read_bytes()), file, BaselineError, hint)


def _read(
    read: Callable[[], State], file: Path, refusal: type[CaResearchError], hint: str
) -> State:
    """What is read of a file of verdicts; refused where it is not there or of another form."""
    try:
        return read()
    except FileNotFoundError:
        fault = "there are no verdicts yet to compare"
    except ValidationError as error:  # what one entry lacks all of them may lack
        fault = f"no verdicts of this version: {explain(error).partition('; ')[0]}"
    raise refusal(fault, where=paths.shown(file), hint=hint)


def accepted(folder: Path) -> list[Entry]:
    """The accepted verdicts, none where there is no baseline."""
    try:
        return read_baseline(folder).verdicts
    except BaselineError:
        return []


def write_baseline(report: State) -> bytes:
    """A report as baseline/verdicts.json: no times, no paths; a line for each verdict and for each
    of its criteria.

    Raises BaselineError where its runs were made from inputs that are not the same throughout.
    """
    inputs: dict[str, str] = {}
    for run in report.runs:
        for name, value in run.inputs.items():
            if inputs.setdefault(name, value) != value:
                raise BaselineError(
                    f"the runs of the report were made from different inputs ({name})",
                    hint="ca-research run",
                )
    verdicts = [verdict.model_dump() for _, verdict in sorted(report.by_key.items())]
    file = Path(__file__).with_name("baseline.j2")
    return filled(file, inputs=inputs, verdicts=verdicts).encode()
