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
from ...ground.errors import (
    AccessKeyError,
    AnswerError,
    CaResearchError,
    FileError,
    RateLimitError,
    ServiceError,
    UnreachableError,
)
from ...ground.files import walk
from ..fetch import transport
from ..fetch.keys import found

if TYPE_CHECKING:
    import requests

_STATUSES: dict[int, tuple[type[CaResearchError], str]] = {
    401: (AccessKeyError, "wants the token that `key` of the location names"),
    403: (AccessKeyError, "does not take the token that `key` of the location names"),
    404: (ServiceError, "has no such file"),
    429: (RateLimitError, "has been asked too often"),
}


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
        session = transport.session()
        import requests

        host, headers = urlsplit(address).hostname, {"Accept-Encoding": "identity"}
        if token := found(self.location.key, self.location.key):
            headers["Authorization"] = f"Bearer {token}"

        def fault(kind: type[CaResearchError], what: str) -> CaResearchError:
            return kind(
                f"{host}, where table {self.table.table!r} lives, {what}",
                where=address,
                hint="look at the address in the registry, or try again later",
            )

        try:
            with (
                session,
                session.get(
                    address, headers=headers, timeout=transport.TIMEOUT, stream=True
                ) as answer,
            ):
                status = answer.status_code
                if answer.is_redirect:
                    raise fault(AnswerError, "sends on to another host, which is not followed")
                if status != 200:
                    raise fault(*_STATUSES.get(status, (ServiceError, f"answers {status}")))
                yield answer
        except requests.exceptions.ChunkedEncodingError:
            raise fault(AnswerError, "was cut off in its answer") from None
        except requests.RequestException:
            raise fault(UnreachableError, "cannot be reached, or does not answer in time") from None
