"""What will be run: claims times parameters times days of knowledge, each with a readable id."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import registry
from ..ground import economies, paths
from ..ground.errors import ParameterError, UnknownNameError, UsageError
from ..ground.periods import parse_as_of
from . import parameters


def days() -> tuple[str, str]:
    """The two days of knowledge: that of the article, whose 'is' claims are judged by what was
    known then, and latest.
    """
    return (registry.article().date.isoformat(), "latest")


PAGES: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "brief": ("country_brief.ipynb", tuple({"economy": code} for code in economies.CA5)),
    "overview": ("overview.ipynb", ({},)),
    "data": ("data.ipynb", ({},)),
    "specification_curve": ("specification_curve.ipynb", ({},)),
}
"""Notebooks that judge no claim, by name, with the parameters of their runs; the overview reads
what the others stored.
"""


def pages() -> list[str]:
    """Names of PAGES whose notebook the project has."""
    return [
        name
        for name, (notebook, _) in PAGES.items()
        if (paths.notebooks_dir() / notebook).is_file()
    ]


_LONGEST = 100
"""Letters of a run's name: what is added to them (.html, folders) stays within what disks take."""


def _shown_whole(value: Any) -> bool:
    """Whether a name in small letters tells a value from any other: numbers, words of small letters
    and codes.
    """
    if isinstance(value, str):
        return bool(re.fullmatch(r"[a-z0-9.]+|[A-Z0-9]{2,4}", value))
    return value is None or isinstance(value, (bool, int, float))


@dataclass(frozen=True)
class Run:
    """One notebook with one set of parameters. `claim` is a claim's id or a name of PAGES; `run_id`
    names its files.
    """

    claim: str
    notebook: Path
    params: dict[str, Any]

    @property
    def run_id(self) -> str:
        """Claim and parameters in letters of an address. Values that it cannot show whole, or not
        apart from others, are told apart by a hash, since each run has its own files.
        """
        given = {k: v for k, v in sorted(self.params.items()) if k != "claim"}
        parts = [self.claim, *(f"{k}-{v}" for k, v in given.items())]
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", "_".join(parts)).lower()
        own = {k: v for k, v in given.items() if k != "as_of"}
        if len(name) <= _LONGEST and all(map(_shown_whole, own.values())):
            return name
        same = hashlib.sha256(json.dumps(own, default=str).encode()).hexdigest()[:8]
        return f"{name[:_LONGEST].rstrip('-.')}-{same}"

    @property
    def after(self) -> bool:
        """Whether it reads the stored verdicts, so that it runs when the claims are done."""
        return self.claim == "overview"

    @property
    def command(self) -> str:
        """The command that re-creates this run."""
        given = "".join(
            f" -p {shlex.quote(f'{k}={v}')}"
            for k, v in sorted(self.params.items())
            if k not in ("as_of", "claim")
        )
        return f"ca-research run {self.claim}{given} --as-of {self.params['as_of']}"


def plan(
    claims: Sequence[str] = (),
    params: Mapping[str, Any] | None = None,
    grid: Mapping[str, Sequence[Any]] | None = None,
    as_of: Sequence[str] = (),
    sets: Sequence[Mapping[str, Any]] = (),
) -> list[Run]:
    """Runs for some claims or pages (all where none is named), every parameter checked before
    anything starts.

    params: fixed values; grid: lists of values whose product is run; sets: ready sets of values,
    each a run. Without any of them, the runs that the claim declares.
    as_of: days of knowledge; by default both for a claim, and everything at hand for a page that
    judges none and for an opinion.
    Raises UnknownNameError for an unknown claim or parameter, ParameterError for a value of a wrong
    type, UsageError for a day that is not in the calendar.
    """
    for day in as_of:
        parse_as_of(day)
    params, grid = dict(params or {}), dict(grid or {})
    named = set().union(*(set(s) for s in sets))
    twice = (set(params) & set(grid)) | (named & (set(params) | set(grid)))
    if twice:
        raise UsageError(
            f"given twice, by -p, --grid or --grid-file: {', '.join(sorted(twice))}",
            hint="name each parameter once",
        )
    given_elsewhere = {
        "as_of": "as_of is given by --as-of, for example --as-of 2023-05-19 --as-of latest",
        "claim": "the claim is given by its id, for example: ca-research run C30",
    }
    for name in given_elsewhere.keys() & (params.keys() | grid.keys() | named):
        raise UsageError(f"{name} cannot be given as a parameter", hint=given_elsewhere[name])
    runs: dict[str, Run] = {}
    for claim_id in claims or [*registry.claims(), *pages()]:
        notebook, declared_runs = PAGES.get(claim_id) or _of_claim(claim_id)
        file = parameters.notebook_file(notebook)
        if params or grid or sets:
            products = [
                dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())
            ]
            wanted = [{**params, **one, **product} for one in sets or ({},) for product in products]
        else:
            wanted = [dict(s) for s in declared_runs]
        # a notebook that serves several claims takes the claim as a parameter
        which = {"claim": claim_id} if "claim" in parameters.declared(file) else {}
        for given, day in itertools.product(wanted, as_of or _days(claim_id)):
            run = Run(claim_id, file, parameters.check(file, {**given, **which, "as_of": day}))
            same = runs.setdefault(run.run_id, run)
            if same.params != run.params:
                raise UsageError(
                    f"two runs would be one page: {same.params} and {run.params}",
                    where=run.run_id,
                    hint="give values that differ in letters or digits",
                )
    return list(runs.values())


def plan_with(made: Iterable[Mapping[str, Any]]) -> list[Run]:
    """All that is planned, and the runs that a report holds beside it: with parameters, or of a
    day, of one's own.

    made: its entries of the manifest. One whose claim, notebook or parameter is no longer there
    cannot be run again, and is left out.
    """
    planned = plan()
    known = {run.run_id for run in planned}
    beside = (_as_made(entry) for entry in made if entry["run_id"] not in known)
    return [*planned, *(run for run in beside if run)]


def _as_made(entry: Mapping[str, Any]) -> Run | None:
    claim_id = entry["claim"]
    try:
        notebook, _ = PAGES.get(claim_id) or _of_claim(claim_id)
        file = parameters.notebook_file(notebook)
        return Run(claim_id, file, parameters.check(file, entry["params"]))
    except (ParameterError, UnknownNameError):
        return None


def _days(claim_id: str) -> tuple[str, ...]:
    """Both days of knowledge, but for what no figure can move: a page that judges nothing, a
    sentence of opinion.
    """
    if claim_id in PAGES or registry.claim(claim_id).kind == "opinion":
        return ("latest",)
    return days()


def _of_claim(claim_id: str) -> tuple[str, tuple[dict[str, Any], ...]]:
    if claim_id not in registry.claims():
        raise UnknownNameError("claim or page", claim_id, [*registry.claims(), *PAGES])
    spec = registry.claim(claim_id)
    return spec.notebook, spec.runs
