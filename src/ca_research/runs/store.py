"""The store of finished work: files by their content, records by the key they were made under.

    blobs/ab/abcd...   a file, named by the sha256 of its bytes
    runs/KEY.json      {"file": sha256, "seconds": ..., "read": {name: sha256}}: the executed
                       notebook of one run, and what it read besides the inputs of its key
    reports/KEY.json   {"files": {name: sha256}, "read": {path: sha256}, "runs": [id]}: all files of
                       a report

A record is written after its blobs and by renaming, a blob is checked when it is read: what a
crash, a full disk or a bad sector leaves behind is a miss, never a wrong page. The least recently
used go first where the store passes its size. Other files of its folder are not its own: they are
neither counted nor removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ground.errors import UsageError
from ..ground.files import write_whole
from ..ground.numbers import first_few
from ..ground.paths import shown
from .fingerprint import of_file

DEFAULT_SIZE = 500
"""Megabytes that the store may hold; `CA_RESEARCH_CACHE_MB` sets another size."""


def store_dir() -> Path:
    """Folder of the store: `CA_RESEARCH_CACHE`, else the user's cache folder."""
    if named := os.environ.get("CA_RESEARCH_CACHE"):
        return Path(named).expanduser().resolve()
    from platformdirs import user_cache_path

    return user_cache_path("ca-research", appauthor=False)


def allowed_size() -> int:
    text = os.environ.get("CA_RESEARCH_CACHE_MB") or DEFAULT_SIZE
    try:
        return int(text) * 1024 * 1024
    except ValueError:
        raise UsageError(
            f"CA_RESEARCH_CACHE_MB is {text!r}, not a number of megabytes", hint="for example 500"
        ) from None


BESIDE = (
    "sentences.json",
    "sentences.csv",
    "verdicts.json",
    "verdicts.csv",
    "verdicts_countries.csv",
    "verdicts.tex",
    "claimreview.jsonld",
    "references.bib",
    "references.json",
    "manifest.json",
)
"""Files of a report beside its pages."""

ABOUT_ALL = ("index.html", "register.html", "methods.html", "amendments.html", "glossary.html")
"""Pages of a report that are about all of its runs."""

_FORMS = ("*.html", "notebooks/*.ipynb")
"""What a report has of each of its runs."""

EMBEDDED = "embed"
"""Folder for what other people's pages show of a report: pictures of claims, and cards of links."""

_KINDS = ("blobs", "runs", "reports")

_OWN_NAME = re.compile(r"\.?[0-9a-f]{64}(\.json)?(-\w+)?")
"""Of a blob or a record, and of what a writer that was killed has left of one."""


@dataclass(frozen=True)
class Store:
    """Open one with `open_store()`; `folder` is made when something is put in."""

    folder: Path

    def _blob(self, sha256: str) -> Path:
        return self.folder / "blobs" / sha256[:2] / sha256

    def _record(self, kind: str, key: str) -> Path:
        return self.folder / kind / f"{key}.json"

    def put(self, content: bytes) -> str:
        """Keep a file; returns its sha256."""
        sha256 = hashlib.sha256(content).hexdigest()
        file = self._blob(sha256)
        if of_file(file) != sha256:
            write_whole(file, content)
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """A file by its hash; None where it is not here or no longer what it was."""
        file = self._blob(sha256)
        try:
            content = file.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() != sha256:
            return None
        _touch(file)
        return content

    def remember(self, kind: str, key: str, record: dict[str, Any]) -> None:
        write_whole(self._record(kind, key), json.dumps(record, sort_keys=True).encode())

    def recall(self, kind: str, key: str) -> dict[str, Any] | None:
        """A record; None where there is none or it cannot be read."""
        file = self._record(kind, key)
        try:
            record: dict[str, Any] = json.loads(file.read_bytes())
        except (OSError, ValueError):
            return None
        _touch(file)
        return record

    def contents(self) -> list[tuple[Path, int, float]]:
        """Every file of the store: path, bytes, when it was last used."""
        files = (f for kind in _KINDS for f in (self.folder / kind).rglob("*"))
        entries = []
        for file in files:
            with contextlib.suppress(OSError):  # another process may just have removed it
                if _OWN_NAME.fullmatch(file.name):
                    about = file.stat()
                    entries.append((file, about.st_size, about.st_mtime))
        return entries

    def trim(self, size: int | None = None) -> int:
        """Remove what was used longest ago until the store fits `size` bytes (default: the allowed
        size); bytes removed.
        """
        files = sorted(self.contents(), key=lambda f: f[2])
        excess = sum(f[1] for f in files) - (allowed_size() if size is None else size)
        removed = 0
        for file, length, _ in files:
            if removed >= excess:
                break
            file.unlink(missing_ok=True)
            removed += length
        return removed

    def clear(self) -> int:
        """Remove everything; bytes removed."""
        return self.trim(size=0)


def open_store() -> Store:
    return Store(store_dir())


def remember_report(
    store: Store, key: str, out: Path, read: Mapping[str, str], run_ids: Iterable[str]
) -> None:
    """Keep every file of a finished report under the key of its command, if the store's disk has
    room for it.

    read: hashes of files that its notebooks opened, by path.
    """
    with contextlib.suppress(OSError):
        made_files = filter(made_here, _shown(out))
        files = {f.relative_to(out).as_posix(): store.put(f.read_bytes()) for f in made_files}
        store.remember("reports", key, {"files": files, "read": dict(read), "runs": [*run_ids]})
        store.trim()


def serve_report(store: Store, key: str, out: Path) -> tuple[int, list[str]] | None:
    """Make `out` hold the report stored under a key, byte for byte: how many files had to be put
    back or removed for that, and which runs it is of.

    None where the store does not have it all. Raises UsageError as `refuse_others` does.
    """
    record = store.recall("reports", key)
    if not record or any(of_file(Path(n)) != sha256 for n, sha256 in record["read"].items()):
        return None
    due = {n: sha256 for n, sha256 in record["files"].items() if of_file(out / n) != sha256}
    refuse_others(out, due)
    for name, sha256 in due.items():
        content = store.get(sha256)
        if content is None:
            return None
        write_whole(out / name, content)
    strays = {*filter(made_here, {*_shown(out)} - {out / name for name in record["files"]})}
    for stray in strays:
        stray.unlink()
    return len(due) + len(strays), record["runs"]


def places(run_ids: Iterable[str]) -> list[str]:
    """Where a report of these runs writes, by name within its folder."""
    return [*ABOUT_ALL, *BESIDE, *(f.replace("*", run) for run in run_ids for f in _FORMS)]


def embedded(run_ids: Iterable[str]) -> list[str]:
    """Where a report of these runs may write for other people's pages."""
    return [f"{EMBEDDED}/{run}{form}" for run in (*run_ids, "index") for form in (".html", ".png")]


def refuse_others(out: Path, names: Iterable[str]) -> None:
    """Raise UsageError where files of others lie in these places of a report."""
    there = [out / name for name in names if (out / name).is_file()]
    if theirs := sorted(shown(file) for file in there if not made_here(file)):
        raise UsageError(
            f"the folder holds what no report has made: {first_few(theirs, 3)}",
            where=shown(out),
            hint="name another folder for the pages: --out FOLDER",
        )


def made_here(file: Path) -> bool:
    """Whether a report made a file of its folder. What bears no mark of one is the user's, and
    neither kept nor removed; what lies beside the pages bears none, and is known by the index or a
    run of a report there.
    """
    if file.name in BESIDE:
        signs = (file.with_name("index.html"), *file.parent.glob("notebooks/*.ipynb"))
        return any(made_here(sign) for sign in signs if sign.is_file())
    marks = {  # what a page says at its end, a run in its notebook
        ".html": f'<span id="address">{file.name}</span>',
        ".ipynb": '"run_id"',
        ".png": f"Description\0{file.name}",
    }
    mark = marks.get(file.suffix)
    return mark is not None and mark.encode() in file.read_bytes()


def _shown(out: Path) -> list[Path]:
    """What in a folder may be a report's: pages, verdicts, the manifest, executed notebooks,
    what is embedded elsewhere.
    """
    return [file for form in (*BESIDE, *_FORMS, f"{EMBEDDED}/*") for file in out.glob(form)]


def _touch(file: Path) -> None:
    with contextlib.suppress(OSError):  # a read-only store can still be read
        os.utime(file)
