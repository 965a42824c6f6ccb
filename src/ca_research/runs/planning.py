"""What will be run: notebooks times parameters times days of knowledge, each with a readable id."""

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

from ..ground import paths
from ..ground.errors import CaResearchError, UsageError, known_name
from ..ground.periods import parse_as_of
from ..registry.schedule import Scheduled, of_file, schedule
from . import parameters

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
    """One notebook with one set of parameters, under the name that a project or its file gives it.

    fixed: parameters that the name stands for. entries: what it may read of the registry by its
        name. after: whether it reads what the other runs store.
    """

    name: str
    notebook: Path
    params: dict[str, Any]
    fixed: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    after: bool = False

    @property
    def run_id(self) -> str:
        """Name and parameters in letters of an address. Values that it cannot show whole, or not
        apart from others, are told apart by a hash, since each run has its own files.
        """
        suffixes = [f"_{k}-{v}" for k, v in sorted(self.params.items()) if k not in self.fixed]
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", "".join([self.name, *suffixes])).lower()
        plain = re.fullmatch(r"[\w. -]+", self.name, re.ASCII)
        if plain and len(name) <= _LONGEST and all(map(_shown_whole, self._extra_params.values())):
            return name
        identity = self._extra_params if plain else [self.name, self._extra_params]
        same = hashlib.sha256(json.dumps(identity, default=str).encode()).hexdigest()[:8]
        return f"{name[:_LONGEST].strip('-.')}-{same}"

    @property
    def _extra_params(self) -> dict[str, Any]:
        """Its parameters but for the day and those that its name stands for."""
        known = ("as_of", *self.fixed)
        return {k: v for k, v in sorted(self.params.items()) if k not in known}

    @property
    def about(self) -> dict[str, Any]:
        """What pages and the manifest say of it."""
        return {
            "run_id": self.run_id,
            "name": self.name,
            "params": self.params,
            "notebook": paths.shown(self.notebook),
            "command": self.command,
        }

    @property
    def root(self) -> Path:
        """The folder whose files may be inputs of it: the project, or else the current folder, or
        that of a notebook elsewhere.
        """
        folders = (paths.home(), Path.cwd())
        return next((f for f in folders if f in self.notebook.parents), self.notebook.parent)

    @property
    def command(self) -> str:
        """The command that re-creates this run."""
        in_project = self.notebook.parent == paths.notebooks_dir()
        words = ["ca-research", "run", self.name if in_project else paths.shown(self.notebook)]
        for name, value in self._extra_params.items():
            words += ["-p", f"{name}={value}"]
        day = ["--as-of", str(self.params["as_of"])] if "as_of" in self.params else []
        return shlex.join([*words, *day])


def plan(
    names: Sequence[str] = (),
    params: Mapping[str, Any] | None = None,
    grid: Mapping[str, Sequence[Any]] | None = None,
    as_of: Sequence[str] = (),
    sets: Sequence[Mapping[str, Any]] = (),
) -> list[Run]:
    """Runs of some notebooks, by the names that the project gives them or by their files (all that
    it schedules where none is named), every parameter checked before anything starts.

    params: fixed values; grid: lists of values whose product is run; sets: ready sets of values,
    each a run. Without any of them, the runs that are declared.
    as_of: days of knowledge, for notebooks that take one; by default those that are declared.
    Raises UnknownNameError for an unknown notebook or parameter, ParameterError for a value of a
    wrong type, UsageError for a day that is not in the calendar, RunError for a file that is no
    notebook.
    """
    for day in as_of:
        parse_as_of(day)
    fixed = [(name, (value,)) for name, value in (params or {}).items()]
    listed = [*fixed, *(grid or {}).items()]
    names_given = [*(name for name, _ in listed), *set().union(*sets)]
    products = itertools.product(*([(name, value) for value in values] for name, values in listed))
    wanted = [{**dict(pairs), **one} for pairs, one in itertools.product(products, sets or ({},))]
    runs: dict[str, Run] = {}
    for one in chosen(names):
        reserved = ("as_of", *one.fixed)
        if wrong := {n for n in names_given if n in reserved or names_given.count(n) > 1}:
            raise UsageError(
                f"given twice, or no parameter: {', '.join(sorted(wrong))}",
                hint="each parameter once; a day by --as-of, what a claim's name stands for by it",
            )
        for values in wanted if names_given else one.runs:
            for run in _on_days(one, values, as_of):
                same = runs.setdefault(run.run_id, run)
                if (same.params, same.notebook) != (run.params, run.notebook):
                    raise UsageError(
                        f"two runs would be one page: {same.params} and {run.params}",
                        where=run.run_id,
                        hint="give values or notebooks that differ in letters or digits",
                    )
    return list(runs.values())


def _on_days(one: Scheduled, values: Mapping[str, Any], as_of: Sequence[str]) -> Iterable[Run]:
    """The runs of one set of parameters: one for each day, where the notebook takes a day."""
    known = parameters.declared(one.notebook)
    if as_of:
        known_name("parameter", "as_of", known, where=paths.shown(one.notebook))
    days = [{"as_of": day} for day in as_of or one.days] if "as_of" in known else [{}]
    return [_run(one, {**values, **one.fixed, **day}) for day in days]


def _run(one: Scheduled, values: Mapping[str, Any]) -> Run:
    params = parameters.check(one.notebook, values)
    return Run(one.name, one.notebook, params, tuple(one.fixed), one.entries, one.after)


def chosen(names: Sequence[str]) -> list[Scheduled]:
    """What is scheduled under some names, or of notebooks by their files; all without any."""
    known = schedule()
    scheduled: list[Scheduled] = []
    for name in names or known:
        if name.endswith(".ipynb"):
            file = Path(name).resolve()
            matches = [one for one in known.values() if one.notebook.resolve() == file]
            scheduled += matches or [_of_anybody(file, known)]
        else:
            scheduled.append(known[known_name("claim or notebook", name, known)])
    return scheduled


def _of_anybody(file: Path, known: Mapping[str, Scheduled]) -> Scheduled:
    """A notebook that the project does not schedule; its pages must not be taken for another's."""
    if not file.is_file() or file.stem.lower() in map(str.lower, known):
        why = "the project has a page of its name" if file.is_file() else "it is not there"
        raise UsageError(
            f"{file.name} cannot be run: {why}",
            where=paths.shown(file),
            hint="give the path to a notebook, under a name of its own",
        )
    return of_file(file)


def plan_with(rows: Iterable[Mapping[str, Any]]) -> list[Run]:
    """All that is planned, and the runs that a report holds beside it: with parameters, or of a
    day, of one's own, or of notebooks that the project does not schedule.

    rows: its entries of the manifest. One whose notebook or parameter is no longer there cannot be
    run again, and is left out.
    """
    planned = plan()
    known = {run.run_id for run in planned}
    return [*planned, *runs_of(entry for entry in rows if entry["run_id"] not in known)]


def runs_of(rows: Iterable[Mapping[str, Any]]) -> list[Run]:
    """The runs of a report that could be run again: their notebook and parameters are there."""
    names = schedule()
    again = (_run_from_entry(entry, names) for entry in rows)
    return [run for run in again if run]


def _run_from_entry(entry: Mapping[str, Any], known: Mapping[str, Scheduled]) -> Run | None:
    try:
        one = known.get(entry["name"]) or of_file(paths.home() / entry["notebook"])
        return _run(one, entry["params"])
    except CaResearchError:
        return None
