"""What a run depends on, as hashes: its content key.

| change in | re-runs |
|---|---|
| a notebook | its runs |
| a parameter | that run |
| a table (its processed content) | runs of notebooks that declare it |
| a table's declaration, or a source with rows in it | runs of notebooks that declare the table |
| figures added to a table, or removed | runs of notebooks that declare the table |
| the state that a build has seen of a table elsewhere | runs of notebooks that declare the table |
| a claim file | runs of that claim, and of notebooks that declare `claims/*` |
| another registry entry (`coding/acts`) | runs of notebooks that declare it |
| names of economies, words for codes, the article's entry and settings, blind votes | all |
| a file in the project's `measures/`, code or not | all |
| the package (but for site/, kernels/, runs/ and app/), the lock file, packages, Python | all |
| a kernel other than this environment's: its command, executable, variables, packages | all |
| verdicts stored by other runs | the overview |
| a module from elsewhere, which no key covers (`ground/outside.py`) | its run, each time |
| a variable, a file opened by a path of one's own | nothing: they are not seen |
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..ground import paths, reads
from ..ground.files import stamps
from ..ground.textfiles import read_yaml
from .fingerprint import (
    FORMAT,
    PACKAGE,
    digest,
    environment,
    measure_files,
    of_files,
    package_files,
)
from .planning import Run


def metadata(notebook: Path) -> dict[str, Any]:
    """What a notebook declares of itself: claim, tables, registry, parameters."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    found: dict[str, Any] = content["metadata"].get("ca_research", {})
    return found


def registry_entries(run: Run) -> list[str]:
    """Registry entries that a run may read besides the tables' own: its claim, and what its
    notebook declares.
    """
    own = (
        [f"claims/{run.claim}"]
        if (paths.registry_dir() / "claims" / f"{run.claim}.yaml").is_file()
        else []
    )
    return sorted({*own, *metadata(run.notebook).get("registry", ())})


def limits(run: Run) -> str:
    """The limits of a run's reads, as the kernel finds them in its environment."""
    return reads.limit(reads.tables(metadata(run.notebook)), registry_entries(run))


VOTES = "votes"
"""The blind votes of registry/coding, as one entry of the registry."""


def _entry_files(name: str) -> list[Path]:
    """Files of a registry entry, `claims/*` being all of a folder."""
    folder = paths.registry_dir()
    if name == VOTES:
        return sorted((folder / "coding").glob("*.csv"))
    if name.endswith("/*"):
        return sorted((folder / name[:-2]).glob("*.yaml"))
    return [folder / (f"{name}.csv" if name == "economies" else f"{name}.yaml")]


def _shared() -> list[Path]:
    """Files of the registry that any run may read: names of economies, words for codes, the
    article's entry and settings, blind votes.
    """
    folder = paths.registry_dir()
    names = ("economies.csv", "article.yaml", "words.yaml")
    return [
        *(f for name in names if (f := folder / name).is_file()),
        *sorted((folder / "article").glob("*.yaml")),
        *sorted((folder / "coding").glob("*.csv")),
    ]


def marks(files: Iterable[Path]) -> dict[str, object]:
    """Marks of the inputs of a run: equal before and after it, nobody has written to one."""
    found: dict[str, object] = dict(stamps(files))
    return found | {"installed packages": environment()["installed"]}


SHORT = 16
"""Hex digits of a fingerprint: enough to tell a change, short enough to be read in a diff."""


@dataclass(frozen=True)
class Inputs:
    """Everything that runs can depend on, each file hashed once.

    tables: folder of the current build. kernel: what `kernels.described` says of the kernel that is
        asked for.
    """

    tables: Path
    kernel: str = ""

    @cached_property
    def _common(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "package": of_files(self._package, PACKAGE),
            "registry": of_files(_shared(), paths.registry_dir()),
            "measures": self._measures,
            "kernel": self.kernel,
            **environment(),
        }

    @cached_property
    def _package(self) -> list[Path]:
        return list(package_files())

    @cached_property
    def _measures(self) -> str:
        return of_files(measure_files(), paths.home())

    @cached_property
    def _sources(self) -> Mapping[str, bytes]:
        with (paths.registry_dir() / "sources.csv").open(encoding="utf-8", newline="") as handle:
            return {row["source_id"]: json.dumps(row).encode() for row in csv.DictReader(handle)}

    @cached_property
    def _added(self) -> Mapping[str, list[bytes]]:
        """Register entries of added figures by table; each holds the hash of its rows."""
        found: dict[str, list[bytes]] = {}
        for file in paths.added_entries():
            text = file.read_bytes()
            found.setdefault(read_yaml(text)["table"], []).append(text)
        return found

    def _table(self, name: str) -> str:
        """Content of a table, its declaration, and its sources. Those whose rows it does not hold
        cannot matter to it.
        """
        if name not in self._hashed:
            file = self.tables / f"{name}.parquet"
            content = file.read_bytes() if file.is_file() else b""
            self._hashed[name] = digest([content, *self._declared(name)])
        return self._hashed[name]

    def _declared(self, name: str) -> list[bytes]:
        """What is said of a table: its declaration, its sources, what was added to it. Of one that
        lives elsewhere any source may speak, and a build says in which state it was.
        """
        text = (paths.registry_dir() / "tables" / f"{name}.yaml").read_bytes()
        said = read_yaml(text)
        seen = self.tables / f"{name}.location.json"
        listed = said.get("rows") or (self._sources if said.get("location") else {})
        named = (self._sources.get(s, b"") for s in sorted(listed))
        state = [seen.read_bytes()] if seen.is_file() else []
        return [text, *named, *self._added.get(name, ()), *state]

    @cached_property
    def _hashed(self) -> dict[str, str]:
        return {}

    @cached_property
    def _figures(self) -> dict[str, str]:
        return {}

    @cached_property
    def _rooms(self) -> dict[str, str]:
        """What `package_files` yields, hashed room by room, and the project's own measures, if it
        has any.
        """
        rooms: dict[str, list[Path]] = {}
        for file in self._package:
            rooms.setdefault(file.relative_to(PACKAGE).parts[0].removesuffix(".py"), []).append(
                file
            )
        own = {"measures": self._measures[:SHORT]} if measure_files() else {}
        return own | {
            room: of_files(files, PACKAGE)[:SHORT] for room, files in sorted(rooms.items())
        }

    def _figure(self, name: str) -> str:
        """Figures of a table by their declaration, which holds the hash of every raw file, and by
        their sources.

        The Parquet file is left out: its bytes also tell which version of a library wrote it.
        """
        if name not in self._figures:
            self._figures[name] = digest(self._declared(name))[:SHORT]
        return self._figures[name]

    def _entry(self, name: str) -> str:
        folder = paths.registry_dir()
        if name.endswith("/*") or name == VOTES:
            return of_files(_entry_files(name), folder)
        (file,) = _entry_files(name)
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""

    def parts(self, run: Run, stored: Path | None = None) -> dict[str, Any]:
        """What the key of a run is made of, by name. stored: verdicts.json, for a run that reads
        it.
        """
        about = metadata(run.notebook)
        return {
            **self._common,
            "claim": run.claim,
            "params": run.params,
            "notebook": hashlib.sha256(run.notebook.read_bytes()).hexdigest(),
            "tables": {name: self._table(name) for name in sorted(reads.tables(about))},
            "entries": {name: self._entry(name) for name in registry_entries(run)},
            "verdicts": hashlib.sha256(stored.read_bytes()).hexdigest()
            if run.after and stored and stored.is_file()
            else "",
        }

    def key(self, run: Run, stored: Path | None = None) -> str:
        """Content key of a run: equal keys, equal pages."""
        return hashlib.sha256(
            json.dumps(self.parts(run, stored), sort_keys=True).encode()
        ).hexdigest()

    def files(self, run: Run, stored: Path | None = None) -> list[Path]:
        """All files that the key of a run covers, and folders of which it covers whatever is in
        them.
        """
        folder, about = paths.registry_dir(), metadata(run.notebook)
        files = [folder / n for n in ("economies.csv", "article.yaml", "words.yaml", "sources.csv")]
        files += [*(folder / "article").glob("*.yaml"), folder / "article", *_entry_files(VOTES)]
        files += paths.added_entries()
        files += [
            paths.home() / "requirements.lock",
            paths.processed_dir() / "CURRENT",
            run.notebook,
            *self._package,
            *measure_files(),
            paths.measures_dir(),
        ]
        for name in reads.tables(about):
            files += [self.tables / f"{name}.{end}" for end in ("parquet", "location.json")]
            files += [folder / "tables" / f"{name}.yaml"]
        for name in registry_entries(run):
            files += [*_entry_files(name), *([folder / name[:-2]] if name.endswith("/*") else [])]
        return [*files, stored] if run.after and stored else files

    def fingerprints(self, run: Run) -> dict[str, Any]:
        """The inputs of a run apart, each under a short hash, so that a moved verdict can be told
        its cause.

        data: by table; register: by entry; notebook: code and declarations without prose; package:
            by room; environment.
        Unlike `parts` they are the same on every machine that has the same inputs.
        """
        content = json.loads(run.notebook.read_text(encoding="utf-8"))
        code = ["".join(c["source"]) for c in content["cells"] if c["cell_type"] == "code"]
        about = metadata(run.notebook)
        shared = {name: self._entry(name) for name in ("economies", "article", "article/*", VOTES)}
        entries = {name: self._entry(name) for name in registry_entries(run)}
        return {
            "data": {name: self._figure(name) for name in sorted(reads.tables(about))},
            "register": {name: found[:SHORT] for name, found in sorted((shared | entries).items())},
            "notebook": digest([json.dumps([code, about], sort_keys=True).encode()])[:SHORT],
            "package": self._rooms,
            "environment": {
                k: v if k == "python" else v[:SHORT] for k, v in self._environment().items()
            },
        }

    def _environment(self) -> dict[str, str]:
        other = {"kernel": hashlib.sha256(self.kernel.encode()).hexdigest()} if self.kernel else {}
        return environment() | other
