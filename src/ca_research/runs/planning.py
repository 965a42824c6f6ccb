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
from ..ground.errors import CaResearchError, UnknownNameError, UsageError
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
        given = {k: v for k, v in sorted(self.params.items()) if k not in self.fixed}
        parts = [self.name, *(f"{k}-{v}" for k, v in given.items())]
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", "_".join(parts)).lower()
        own = {k: v for k, v in given.items() if k != "as_of"}
        plain = re.fullmatch(r"[\w. -]+", self.name, re.ASCII)
        if plain and len(name) <= _LONGEST and all(map(_shown_whole, own.values())):
            return name
        told = own if plain else [self.name, own]
        same = hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:8]
        return f"{name[:_LONGEST].strip('-.')}-{same}"

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
        own = self.notebook.parent == paths.notebooks_dir()
        words = ["ca-research", "run", self.name if own else paths.shown(self.notebook)]
        for name, value in sorted(self.params.items()):
            if name == "as_of":
                continue
            if name not in self.fixed:
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
    params, grid = dict(params or {}), dict(grid or {})
    named = set().union(*(set(s) for s in sets))
    twice = (set(params) & set(grid)) | (named & (set(params) | set(grid)))
    if twice:
        raise UsageError(
            f"given twice, by -p, --grid or --grid-file: {', '.join(sorted(twice))}",
            hint="name each parameter once",
        )
    given = params.keys() | grid.keys() | named
    if "as_of" in given:
        raise UsageError(
            "as_of cannot be given as a parameter",
            hint="it is given by --as-of, for example --as-of 2023-05-19 --as-of latest",
        )
    wanted: list[dict[str, Any]] = []
    if given:
        products = itertools.product(*grid.values())
        each = [dict(zip(grid, values, strict=True)) for values in products]
        wanted = [{**params, **one, **more} for one in sets or ({},) for more in each]
    runs: dict[str, Run] = {}
    for one in chosen(names):
        if fixed := given & one.fixed.keys():
            raise UsageError(
                f"{', '.join(sorted(fixed))} cannot be given as a parameter",
                hint=f"it is given by the name, for example: ca-research run {one.name}",
            )
        for values in wanted or one.runs:
            for run in _on_days(one, values, as_of):
                same = runs.setdefault(run.run_id, run)
                if (same.params, same.notebook) != (run.params, run.notebook):
                    raise UsageError(
                        f"two runs would be one page: {same.params} and {run.params}",
                        where=run.run_id,
                        hint="give values or notebooks that differ in letters or digits",
                    )
    return list(runs.values())


def _on_days(one: Scheduled, given: Mapping[str, Any], as_of: Sequence[str]) -> Iterable[Run]:
    """The runs of one set of parameters: one for each day, where the notebook takes a day."""
    known = parameters.declared(one.notebook)
    if as_of and "as_of" not in known:
        raise UnknownNameError("parameter", "as_of", known, where=paths.shown(one.notebook))
    for day in (as_of or one.days) if "as_of" in known else [None]:
        values = {**given, **one.fixed, **({"as_of": day} if day else {})}
        params = parameters.check(one.notebook, values)
        yield Run(one.name, one.notebook, params, tuple(one.fixed), one.entries, one.after)


def chosen(names: Sequence[str]) -> list[Scheduled]:
    """What is scheduled under some names, or of notebooks by their files; all without any."""
    known = schedule()
    if not names:
        return list(known.values())
    found: list[Scheduled] = []
    for name in names:
        if name in known:
            found.append(known[name])
        elif name.endswith(".ipynb"):
            file = Path(name).resolve()
            if not file.is_file():
                raise UsageError(
                    f"there is no notebook {file.name}", where=name, hint="give the path to it"
                )
            own = [one for one in known.values() if one.notebook.resolve() == file]
            found += own or [_of_anybody(file, known)]
        else:
            raise UnknownNameError("claim or notebook", name, known)
    return found


def _of_anybody(file: Path, known: Mapping[str, Scheduled]) -> Scheduled:
    """A notebook that the project does not schedule; its pages must not be taken for another's."""
    if file.stem.lower() in map(str.lower, known):
        raise UsageError(
            f"the project has a page of the name {file.stem}",
            where=paths.shown(file),
            hint="give the notebook another name",
        )
    return of_file(file)


def plan_with(made: Iterable[Mapping[str, Any]]) -> list[Run]:
    """All that is planned, and the runs that a report holds beside it: with parameters, or of a
    day, of one's own, or of notebooks that the project does not schedule.

    made: its entries of the manifest. One whose notebook or parameter is no longer there cannot be
    run again, and is left out.
    """
    planned = plan()
    known, names = {run.run_id for run in planned}, schedule()
    beside = [_as_made(entry, names) for entry in made if entry["run_id"] not in known]
    return [*planned, *(run for run in beside if run)]


def _as_made(entry: Mapping[str, Any], known: Mapping[str, Scheduled]) -> Run | None:
    try:
        one = known.get(entry["name"]) or of_file(paths.home() / entry["notebook"])
        params = parameters.check(one.notebook, entry["params"])
    except (CaResearchError, OSError):
        return None
    return Run(one.name, one.notebook, params, tuple(one.fixed), one.entries, one.after)
