"""What a run, or a whole command, depends on: one manifest, name -> hash.

The key of a run is the hash of its manifest; why it runs again is a difference of two; that nobody
edited an input meanwhile is seen by the marks of the files it lists; `verify`, `run --changed` and
`replicate` read the part that is the same on every machine (`portable`).

| name | what | whose |
|---|---|---|
| `run/...` | name, parameters, verdicts stored by the others | that run's |
| `notebook/code`, `notebook/file` | the notebook, without prose and with it | its runs' |
| `data/TABLE` | declaration, sources with rows in it, additions, hash of a copy | readers of it |
| `build/TABLE` | the processed rows | readers of it |
| `data/./PATH` | a file of the project that the notebook opened | that run's |
| `register/ENTRY` | a claim, a coding ... (`claims/*`: all of a folder) | readers of it |
| `register/...` | economies, words, measures, article and its settings, votes | all |
| `package/ROOM` | sources of the package, but for rooms that start or show runs | all |
| `package/measures` | the project's `measures/`, code or not | all |
| `environment/...` | Python, lock file, packages by version | all |

A notebook that does not declare what it reads may read all; what it has read is then part of its
manifest (`ground/opened.py`). A variable is not seen.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..ground import opened, paths, reads
from ..ground.files import walk
from ..ground.textfiles import read_yaml
from ..registry.schedule import read_notebook
from .fingerprint import (
    FORMAT,
    PACKAGE,
    Listing,
    Manifest,
    digest,
    environment,
    of_file,
    of_files,
)
from .planning import Run

SHORT = 16
"""Hex digits of a fingerprint: enough to tell a change, short enough to be read in a diff."""
_SHOWS_ONLY = {"archive", "site", "verify", "kernels", "runs", "app"}
"""Rooms above the notebooks: they start or show runs and cannot change what one holds."""
OPENED = "data/./"
"""How the names of files begin that a notebook opened, by their place in the project."""
VOTES = "votes"
"""The blind votes of registry/coding, as one entry of the registry."""


def limits(run: Run) -> str:
    """The limits of a run's reads, as its kernel finds them; empty where its notebook declares
    none.
    """
    about = read_notebook(run.notebook).about
    if about.keys().isdisjoint({"tables", "registry"}):
        return ""
    return reads.limit(reads.tables(about), _entries(run))


def _entries(run: Run) -> set[str]:
    return {*run.entries, *read_notebook(run.notebook).about.get("registry", ())}


def _entry_files(name: str) -> list[Path]:
    """Files of a registry entry; `claims/*` stands for all of a folder, or a pattern names them."""
    folder = paths.registry_dir()
    if name == VOTES:
        return sorted((folder / "coding").glob("*.csv"))
    if not Path(name).suffix:
        name += ".csv" if name == "economies" else ".yaml"
    files = sorted(folder.glob(name))
    if name == "measures.yaml":  # those of the package are known in every project
        files.append(paths.of_package() / "registry" / name)
    return list(dict.fromkeys(file for file in files if file.is_file()))


_EVERYWHERE = (
    *("economies", "words", "words_of_tables"),
    *("measures", "article", "article/*", VOTES),
)
"""Entries that any run may read: names of economies, words for codes, declared measures, the
article's entry and settings, blind votes."""


class Inputs:
    """The manifests of runs, each file hashed once.

    tables: folder of the current build; None where only what is `portable` is asked for.
    """

    def __init__(self, tables: Path | None) -> None:
        self.tables = tables
        self._hashed: Manifest = {}

    def of(self, run: Run, stored: Path | None = None, read: Iterable[str] = ()) -> Manifest:
        """The manifest of a run.

        stored: verdicts.json, for a run that reads it. read: names of what its notebook has read
            besides what it declares.
        """
        book = read_notebook(run.notebook)
        code = [text for kind, _, text in book.cells if kind == "code"]
        return {
            "run/name": run.name,
            "run/format": FORMAT,
            "run/parameters": json.dumps(run.params),
            "run/verdicts": of_file(stored) if run.after and stored else "",
            "notebook/code": digest([json.dumps([code, book.about], sort_keys=True).encode()]),
            "notebook/file": of_file(run.notebook),
            **{name: self.hash(name, run.root) for name in {*self._declared(run), *read}},
            **self._common,
        }

    def _declared(self, run: Run) -> list[str]:
        tables = reads.tables(read_notebook(run.notebook).about)
        return [
            *(f"data/{table}" for table in tables),
            *(f"build/{table}" for table in tables if self.tables),
            *(f"register/{entry}" for entry in (*_EVERYWHERE, *_entries(run))),
        ]

    def hash(self, name: str, root: Path) -> str:
        """The hash of an input by its name in a manifest. root: where the files of a run lie."""
        if name.startswith(OPENED):
            return of_file(root / name.removeprefix(OPENED))
        if name not in self._hashed:
            kind, _, what = name.partition("/")
            if kind == "data":
                value = digest(self._table(what))
            elif "*" in what or what == VOTES:
                value = of_files(self._behind(name), paths.registry_dir())
            else:
                value = "".join(map(of_file, self._behind(name)))
            self._hashed[name] = value
        return self._hashed[name]

    def _behind(self, name: str) -> list[Path]:
        """The files behind a declared input."""
        kind, _, what = name.partition("/")
        if kind == "register":
            return _entry_files(what)
        if kind == "build":
            return [self.tables / f"{what}.parquet"] if self.tables else []
        state = [self.tables / f"{what}.location.json"] if self.tables else []
        return [paths.registry_dir() / "tables" / f"{what}.yaml", *state]

    @cached_property
    def _common(self) -> Manifest:
        rooms = {f"package/{room}": of_files(f, PACKAGE) for room, f in self._rooms.items()}
        if measures := walk(paths.measures_dir()):
            rooms["package/measures"] = of_files(measures, paths.home())
        return rooms | {f"environment/{k}": v for k, v in environment().items()}

    @cached_property
    def _rooms(self) -> Listing:
        rooms: Listing = {}
        for file in walk(PACKAGE, ".py", ".j2"):
            room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
            if room not in _SHOWS_ONLY:
                rooms.setdefault(room, []).append(file)
        return rooms

    @cached_property
    def _sources(self) -> Mapping[str, bytes]:
        with (paths.registry_dir() / "sources.csv").open(encoding="utf-8", newline="") as handle:
            return {row["source_id"]: json.dumps(row).encode() for row in csv.DictReader(handle)}

    @cached_property
    def _added(self) -> Mapping[str, list[bytes]]:
        """Register entries of added figures by table; each holds the hash of its rows."""
        entries: dict[str, list[bytes]] = {}
        for file in paths.added_entries():
            text = file.read_bytes()
            entries.setdefault(read_yaml(text)["table"], []).append(text)
        return entries

    def _table(self, name: str) -> list[bytes]:
        """What is said of a table: its declaration, which holds the hash of each raw file; the
        sources with rows in it; what was added. Of one that lives elsewhere any source may speak,
        and a build says what it has copied.
        """
        texts = [file.read_bytes() for file in self._behind(f"data/{name}") if file.is_file()]
        if not texts:
            return []
        about = read_yaml(texts[0])
        listed = about.get("rows") or (self._sources if about.get("location") else {})
        sources = (self._sources.get(s, b"") for s in sorted(listed))
        return [texts[0], *sources, *self._added.get(name, ()), *texts[1:]]

    def again(self, run: Run, names: Iterable[str]) -> Manifest:
        """What is `portable` of the manifest of a run now, with what its notebook has read before:
        names of what it was made from then.
        """
        read = [name for name in names if name.startswith(("data/", "register/"))]
        return portable(self.of(run, read=read), run)

    def read(self, run: Run, record: Mapping[str, Any] | None, allowed: str, out: Path) -> Read:
        """What `opened.listing` of a run's kernel says, as inputs of the run; None of one that
        cannot say.

        allowed: the limits of its reads. out: folder of the report, which a run that comes after
        the others reads.
        """
        if record is None:
            return Read({}, ("files that its kernel does not tell of",), ())
        names = [] if allowed else list(record["names"])
        outside, edited = list[str](), list[str]()
        for path, stamp in record["files"].items():
            file = Path(path)
            if run.after and out in file.parents:
                continue
            if run.root not in file.parents:
                outside.append(path)
                continue
            names.append(OPENED + file.relative_to(run.root).as_posix())
            if opened.stamp(file) != tuple(stamp):
                edited.append(names[-1].removeprefix(OPENED))
        names += [n.replace("data/", "build/", 1) for n in names if not n.startswith(OPENED)]
        hashes = {name: self.hash(name, run.root) for name in names}
        return Read(hashes, tuple(outside), tuple(edited))

    def files(self, run: Run) -> list[Path]:
        """The files behind the manifest of a run, and folders of which it covers whatever is in
        them.
        """
        home, measures, registry = paths.home(), paths.measures_dir(), paths.registry_dir()
        names = self._declared(run)
        return [
            *(run.notebook, home / "requirements.lock", registry / "sources.csv"),
            *(paths.processed_dir() / "CURRENT", *paths.added_entries(), measures, *walk(measures)),
            *(file for files in self._rooms.values() for file in files),
            *(file for name in names for file in self._behind(name)),
            *(registry / Path(n).parent.name for n in names if "*" in n),
        ]


@dataclass(frozen=True)
class Read:
    """What a run has read besides its declared inputs: hashes by name, files of which nobody knows
    when they change, and those that were edited while it ran.
    """

    hashes: Manifest
    outside: tuple[str, ...]
    edited: tuple[str, ...]


def portable(manifest: Manifest, run: Run) -> Manifest:
    """What the manifest of a run says of inputs that are the same on every machine that has the
    same, short: without processed rows, prose, name and parameters.
    """
    kinds = ("data/", "register/", "package/", "environment/")
    hashes = {name: hashed for name, hashed in manifest.items() if name.startswith(kinds)}
    hashes[f"notebook/{paths.shown(run.notebook)}"] = manifest["notebook/code"]
    return {name: hashes[name][:SHORT] for name in sorted(hashes)}
