"""Tables in files of Parquet, behind HTTP or on a path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ... import registry
from ...ground import paths
from ...ground.errors import FileError
from ...ground.files import walk
from ..fetch import transport
from ..fetch.keys import found

if TYPE_CHECKING:
    import requests


@dataclass(frozen=True)
class ParquetPlace:
    """Files of Parquet that are a table together."""

    table: registry.Table
    location: registry.Location

    @property
    def shown(self) -> str:
        """The place in a message."""
        first, *more = self.location.parquet or ("",)
        return first + (f" and {len(more)} more" if more else "")

    def mark(self) -> str:
        """What changes with the files; '' where a host says nothing of the kind."""
        marks = []
        for file in self._files():
            if isinstance(file, Path):
                about = file.stat()
                marks.append(f"{file} {about.st_mtime_ns} {about.st_size}")
                continue
            with self._answer(file) as answer:
                version = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
                marks.append(f"{file} {version} {answer.headers.get('Content-Length')}")
            if not version:
                return ""
        return "\n".join(marks)

    def files(self, folder: Path) -> list[Path]:
        """The files on this machine; those behind HTTP are copied to a folder."""
        here = []
        for n, file in enumerate(self._files()):
            if isinstance(file, Path):
                here.append(file)
                continue
            here.append(folder / f"{n}.parquet")
            with self._answer(file) as answer, here[-1].open("wb") as copy:
                for piece in answer.iter_content(1 << 20):
                    copy.write(piece)
        return here

    def _files(self) -> Iterator[Path | str]:
        """The path of each file that lies here, and the address of each other."""
        for name in self.location.parquet or ():
            if name.startswith(("https://", "http://")):
                yield name
                continue
            there = paths.home() / name
            files = walk(there, ".parquet") if there.is_dir() else [there]
            if not files or not there.exists():
                raise FileError(
                    f"table {self.table.table!r} is not where the registry says",
                    where=name,
                    hint=f"put it there, or mend registry/tables/{self.table.table}.yaml",
                )
            yield from files

    @contextmanager
    def _answer(self, address: str) -> Iterator[requests.Response]:
        """What a host says to a request for a file, before its body is read. Only the host that the
        registry names is asked, and has the token.
        """
        host, headers = urlsplit(address).hostname, {"Accept-Encoding": "identity"}
        if token := found(self.location.key, self.location.key):
            headers["Authorization"] = f"Bearer {token}"
        who, session = f"{host}, where table {self.table.table!r} lives,", transport.session()
        with (
            transport.passing(who, address),
            session,
            session.get(address, headers=headers, timeout=transport.TIMEOUT, stream=True) as answer,
        ):
            if (why := transport.refusal(answer)) is not None:
                raise why.kind(f"{who} {why.what}", where=address, hint=why.hint)
            yield answer
