"""The two sides of a comparison: the verdicts of a report, and those of baseline/verdicts.json;
both with their inputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..ground import paths
from ..ground.errors import BaselineError, CoverageError, UsageError
from ..runs import read_manifest

SCHEMA = 1
"""Form of baseline/verdicts.json; raise it when one of the form before cannot be read any more."""

FILE = "verdicts.json"
CRITERION = (
    "state",
    "estimate",
    "low",
    "high",
    "share_of_specifications",
    "specifications",
    "unit",
)
"""What is kept of a criterion."""

_LATER = {"unit"}
"""What baselines of the same form once lacked: it is compared where it stands."""

_SHARED = ("environment", "package", "register", "data")

Key = tuple[str, str, str, str]
"""Claim, reading, parameters as JSON, day of knowledge: what a verdict is the answer to."""


@dataclass(frozen=True)
class Entry:
    """A verdict as it is compared.

    certainty: its level, '' where nothing was decided; None in a baseline that does not say.
    as_printed: the verdict on the sentence, held once, with the reading that leads; None in a
    baseline that does not say.
    inputs: the fingerprints of what it was made from, apart; empty if not recorded.
    """

    claim: str
    reading: str
    params: dict[str, Any]
    as_of: str
    part: bool
    verdict: str
    fragile: bool
    rule: str
    notebook: str
    criteria: dict[str, dict[str, Any]]
    certainty: str | None = None
    as_printed: str | None = None
    inputs: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        return (self.claim, self.reading, json.dumps(self.params, sort_keys=True), self.as_of)

    @property
    def run(self) -> tuple[str, str, str]:
        """Which run it is of, whatever the reading."""
        claim, _, params, as_of = self.key
        return claim, params, as_of

    @property
    def name(self) -> str:
        """Which verdict it is, for a reader."""
        part = " (part)" if self.part else ""
        given = "".join(f", {k}={v}" for k, v in sorted(self.params.items()))
        return f"{self.claim} {self.reading}{part}{given}, as of {self.as_of}"


@dataclass(frozen=True)
class State:
    """Verdicts by their key. Of a report also its runs (entries of the manifest); `failed` are
    those with an error.
    """

    entries: dict[Key, Entry]
    runs: tuple[Mapping[str, Any], ...] = ()

    @property
    def failed(self) -> list[Mapping[str, Any]]:
        return [r for r in self.runs if r["error"]]

    def run_of(self, entry: Entry) -> Mapping[str, Any] | None:
        """The run that gave, or was to give, a verdict."""
        return run_of(self.runs, entry.claim, entry.params, entry.as_of)


def _setting(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters without those that have a place of their own."""
    return {k: v for k, v in sorted(params.items()) if k not in ("claim", "as_of")}


def run_of(
    runs: Iterable[Mapping[str, Any]], claim: str, params: Mapping[str, Any], as_of: str
) -> Mapping[str, Any] | None:
    """The run of a claim and day whose parameters are those of a verdict; of several the one that
    says most.

    A verdict also names parameters that its run left at their defaults.
    """
    fitting = [
        r
        for r in runs
        if (r["name"], str(r["params"].get("as_of", "latest"))) == (claim, as_of)
        and _setting(r["params"]).items() <= params.items()
    ]
    return max(fitting, key=lambda r: len(r["params"]), default=None)


def read_report(out: Path) -> State:
    """The verdicts of a reports folder; raises CoverageError where there is no report, UsageError
    where it is broken.
    """
    manifest, file = read_manifest(out), out / FILE
    about = {"where": paths.shown(file), "hint": "ca-research run"}
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        runs = tuple(manifest["runs"])
        found = [_of_report(one, runs) for one in stored]
        assert all(isinstance(r["error"], str) and isinstance(r["run_id"], str) for r in runs)
    except FileNotFoundError:
        raise CoverageError("there is no report to compare", **about) from None
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"not a report: {error!r}", **about) from None
    return State(_by_key(found, file), runs)


def _of_report(v: Mapping[str, Any], runs: Iterable[Mapping[str, Any]]) -> Entry:
    alike = ("claim", "reading", "as_of", "part", "verdict", "fragile", "notebook")
    params = _setting(v["params"])
    gave = run_of(runs, v["claim"], params, v["as_of"])
    return Entry(
        **{name: v[name] for name in alike},
        params=params,
        rule=v["rule_sha256"][:16],
        criteria={c["name"]: {name: c[name] for name in CRITERION} for c in v["criteria"]},
        certainty=v["certainty"].get("level", ""),
        as_printed=v["as_printed"] if v["leads"] else "",
        inputs=(gave or {}).get("inputs") or {},
    )


def _by_key(entries: Iterable[Entry], file: Path) -> dict[Key, Entry]:
    found: dict[Key, Entry] = {}
    for entry in entries:  # the same answer may come from two runs, not two answers
        if found.setdefault(entry.key, entry) != entry:
            what = f"two verdicts for {entry.name}"
            raise UsageError(what, where=paths.shown(file), hint="ca-research run")
    return dict(sorted(found.items()))


# --- the baseline


def read_baseline(folder: Path) -> State:
    """The accepted verdicts in `folder`/verdicts.json.

    Raises BaselineError where there are none, where the file cannot be read, or where it has
    another form.
    """
    file = folder / FILE
    accept = 'ca-research verify --accept --reason "first baseline"'
    hint = "take the file from the history again; or remove it, and accept a report as the first"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        schema = content.get("schema") if isinstance(content, dict) else None
        if schema == SCHEMA:
            return State(_by_key([_of_baseline(v, content) for v in content["verdicts"]], file))
        what = f"the baseline has the form {schema!r}, this version reads {SCHEMA}"
    except FileNotFoundError:
        what = "there is no baseline yet, so nothing was compared"
        hint = f"ca-research run, look at the verdicts, then: {accept}"
    except (OSError, AttributeError, KeyError, TypeError, ValueError, UsageError) as error:
        what = f"the baseline cannot be read: {getattr(error, 'what', repr(error))}"
    raise BaselineError(what, where=paths.shown(file), hint=hint)


def _of_baseline(one: Mapping[str, Any], shared: Mapping[str, Any]) -> Entry:
    about = shared["notebooks"][one["notebook"]]
    claim = f"claims/{one['claim']}"
    entries = [*about["register"], *([claim] if claim in shared["register"] else [])]
    criteria = {
        name: {k: c[k] for k in CRITERION if k in c or k not in _LATER}
        for name, c in one["criteria"].items()
    }
    inputs = {
        "data": {name: shared["data"][name] for name in about["data"]},
        "register": {name: shared["register"][name] for name in sorted(set(entries))},
        "notebook": about["code"],
        "package": dict(shared["package"]),
        "environment": dict(shared["environment"]),
    }
    return Entry(**{**one, "criteria": criteria, "inputs": inputs})


def write_baseline(state: State) -> bytes:
    """A report as baseline/verdicts.json: no times, no paths; a line for each verdict and for each
    of its criteria.

    Raises BaselineError where its runs were made from inputs that are unknown or not the same
    throughout.
    """
    shared = _inputs_of(state)
    head = json.dumps({"schema": SCHEMA, **shared}, indent=1, ensure_ascii=False)
    lines = ",\n".join(_line(entry) for entry in state.entries.values())
    return f'{head[:-2]},\n "verdicts": [\n{lines}\n ]\n}}\n'.encode()


def _line(entry: Entry) -> str:
    about = {k: v for k, v in entry.__dict__.items() if k not in ("criteria", "inputs")}
    text = json.dumps(about, ensure_ascii=False)[:-1] + ', "criteria": {'
    rows = [
        f"   {json.dumps(n)}: {json.dumps(c, ensure_ascii=False)}"
        for n, c in sorted(entry.criteria.items())
    ]
    return "  " + text + ("\n" + ",\n".join(rows) if rows else "") + "}}"


def _inputs_of(state: State) -> dict[str, Any]:
    """The inputs of all verdicts once: shared hashes by name, and which of them each notebook may
    read.
    """
    shared: dict[str, dict[str, Any]] = {kind: {} for kind in (*_SHARED, "notebooks")}
    for entry in state.entries.values():
        if not entry.inputs:
            raise BaselineError(
                f"the report does not say from which inputs {entry.name} was made",
                hint="ca-research run, and change nothing while it runs",
            )
        for kind, name, value in _named(entry):
            if shared[kind].setdefault(name, value) != value:
                raise BaselineError(
                    f"the verdicts of the report were made from different inputs ({kind}: {name})",
                    hint="ca-research run",
                )
    for entry in state.entries.values():
        notebook, own = shared["notebooks"][entry.notebook], f"claims/{entry.claim}"
        reads = set(notebook.get("register", ())) | (set(entry.inputs["register"]) - {own})
        shared["notebooks"][entry.notebook] = {
            "code": entry.inputs["notebook"],
            "data": sorted(entry.inputs["data"]),
            "register": sorted(reads),
        }
    return {kind: dict(sorted(values.items())) for kind, values in shared.items()}


def _named(entry: Entry) -> Iterator[tuple[str, str, Any]]:
    for kind in _SHARED:
        for name, value in entry.inputs[kind].items():
            yield kind, name, value
    yield "notebooks", entry.notebook, {"code": entry.inputs["notebook"]}
