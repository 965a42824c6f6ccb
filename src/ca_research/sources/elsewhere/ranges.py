"""A file behind HTTP of which parts are read: what a reader of Parquet asks for, and no more.

Every answer says which state of the file it is a part of; a part of another state is refused. Only
the host that the registry names is asked.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...ground.errors import (
    AccessKeyError,
    AnswerError,
    CaResearchError,
    RateLimitError,
    ServiceError,
    UnreachableError,
)
from ..fetch import transport

if TYPE_CHECKING:
    import requests

TRIES = 2
"""How often a part is asked for before a fault that may pass is the user's."""
PAUSE = 1.0
"""Seconds before it is asked for again."""
MOST_SECONDS = 300.0
"""For one part, however steadily it drips."""
_HINT = "look at the address in the registry, and try again later"
_LOCAL = "download the file, and name its path in the registry"


class Changed(Exception):
    """The file is no longer in the state that was asked for."""


class _Passing(Exception):
    """A fault that may be gone in a moment, and what it is if it stays."""

    def __init__(self, error: CaResearchError) -> None:
        super().__init__(error.what)
        self.error = error


class RemoteFile(io.RawIOBase):
    """A file behind HTTP, to be read at any place.

    Parameters
    ----------
    table : str
        The table that it belongs to, for messages.
    address : str
        Where it is.
    token : str, optional
        What its host wants to see; sent to that host alone.
    state : str, optional
        The state in which it must be; by default the one in which it is.

    Attributes
    ----------
    state
        What the host says of the file's state, and its size.
    """

    def __init__(
        self, table: str, address: str, token: str | None = None, state: str | None = None
    ) -> None:
        self.table, self.address, self._at = table, address, 0
        self._session = transport.session()
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"
        self.state = state
        if state is None and self._part(0, 3) != b"PAR1":
            raise self._error(AnswerError, "gives something that is no Parquet", _HINT)
        self.size = int(str(self.state).rpartition(" ")[2])

    # --- what a reader asks of a file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self.size if size < 0 else min(self._at + size, self.size)
        found = self._part(self._at, end - 1) if end > self._at else b""
        self._at += len(found)
        return found

    def close(self) -> None:
        self._session.close()
        super().close()

    # --- what the host is asked

    def _part(self, first: int, last: int) -> bytes:
        """Bytes of the file, both ends included."""
        import requests
        import urllib3

        for left in reversed(range(TRIES)):
            try:
                return self._once(first, last)
            except (requests.Timeout, urllib3.exceptions.TimeoutError):
                raise self._error(UnreachableError, "does not answer in time") from None
            except requests.exceptions.SSLError:
                raise self._error(
                    UnreachableError, "cannot show who it is: its certificate is not accepted"
                ) from None
            except urllib3.exceptions.ProtocolError:
                fault = self._error(AnswerError, "was cut off in its answer")
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
                fault = self._error(UnreachableError, "cannot be reached")
            except _Passing as passing:
                fault = passing.error
            if left:
                time.sleep(PAUSE)
        raise fault

    def _once(self, first: int, last: int) -> bytes:
        headers = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        address = self.address
        for _ in range(transport.REDIRECTS + 1):
            with self._session.get(
                address,
                headers=headers,
                timeout=transport.TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code in range(300, 400) and "Location" in answer.headers:
                    address = self._followed(answer)
                    continue
                self._look_at(answer)
                return self._body(answer, last - first + 1)
        raise self._error(AnswerError, f"sends on more than {transport.REDIRECTS} times")

    def _followed(self, answer: requests.Response) -> str:
        target, other = transport.led(answer)
        if other:
            raise self._error(
                AnswerError,
                f"sends on to another host, {other}, which is not followed",
                f"if that host may be asked, name the file there; else {_LOCAL}",
            )
        return target

    def _look_at(self, answer: requests.Response) -> None:
        """Refuse what is no part of the file in its state."""
        status = answer.status_code
        if status == 206:
            self._same(answer)
        elif "html" in answer.headers.get("Content-Type", "").lower() and status == 200:
            raise self._error(AnswerError, "answers with a web page in the place of a file")
        elif status == 200:
            raise self._error(AnswerError, "gives a file only as a whole", _LOCAL)
        elif status in (412, 416) and self.state is not None:
            raise Changed
        elif status in (401, 403):
            raise self._error(
                AccessKeyError,
                "wants a token, or does not take this one",
                "set the variable that `key` of the location names in the registry",
            )
        elif status in (404, 410):
            raise self._error(ServiceError, "has no such file")
        elif status == 429:
            raise self._error(RateLimitError, "has been asked too often", "again later")
        else:
            error = self._error(ServiceError, f"answers {status}")
            raise _Passing(error) if status >= 500 else error

    def _same(self, answer: requests.Response) -> None:
        mark = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        size = answer.headers.get("Content-Range", "").rpartition("/")[2]
        if not mark or not size.isdigit():
            raise self._error(
                AnswerError,
                "says nothing by which the state of the file could be known: neither ETag nor "
                "Last-Modified, or no size",
                _LOCAL,
            )
        state = f"{mark} {size}"
        if self.state is not None and state != self.state:
            raise Changed
        self.state = state

    def _body(self, answer: requests.Response, size: int) -> bytes:
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise self._error(AnswerError, "packs the parts of a file", _LOCAL)
        body, began = bytearray(), time.monotonic()
        while piece := answer.raw.read(1 << 16, decode_content=False):
            body += piece
            if time.monotonic() - began > MOST_SECONDS:
                raise self._error(UnreachableError, "does not come to an end")
            if len(body) > size:
                raise self._error(AnswerError, "gives other parts than were asked for", _LOCAL)
        if len(body) < min(size, int(str(self.state).rpartition(" ")[2])):
            raise _Passing(self._error(AnswerError, "was cut off in its answer"))
        return bytes(body)

    def _error(self, kind: type[CaResearchError], what: str, hint: str = _HINT) -> CaResearchError:
        host = urlsplit(self.address).hostname
        return kind(
            f"{host}, where table {self.table!r} lives, {what}", where=self.address, hint=hint
        )
