"""One request, one answer: how services of publishers are asked.

An answer is taken whole, within bounds and from the host that was asked, or it is an error. Waits
are a parameter, so that nobody who tries this out has to wait.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from ...ground import paths
from ...ground.errors import (
    AccessKeyError,
    AnswerError,
    EmptyAnswerError,
    FetchError,
    RateLimitError,
    ServiceError,
    UnreachableError,
)
from ...ground.extras import needed
from ...registry import Provider

if TYPE_CHECKING:
    import requests

Wait = Callable[[float], None]

TRIES = 4
"""How often a request is made before its last fault is the user's."""
TIMEOUT = (10.0, 60.0)
"""Seconds for a connection, and for silence on it."""
MOST_SECONDS = 300.0
"""For one answer, however steadily it drips."""
MOST_BYTES = 100_000_000
"""Of an answer, unpacked."""
LONGEST_WAIT = 120.0
"""Seconds that a service may ask for; whoever asks for more is left alone."""
_KEY_HEADER = "Ocp-Apim-Subscription-Key"
_ENDS = {"Content-Length", "Transfer-Encoding"}


@dataclass(frozen=True)
class Request:
    """What a service is asked, without a key.

    path: behind the service's address. none: statuses by which it says that it has no such figure.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    accept: str = "application/json"
    suffix: str = ".json"
    none: tuple[int, ...] = (204,)

    def __str__(self) -> str:
        return self.path + (f"?{urlencode(self.params, safe=',:;[]')}" if self.params else "")


class _Passing(Exception):
    """A fault that may be gone in a moment: what it is if it stays, and how long to wait."""

    def __init__(self, error: FetchError, seconds: float | None = None) -> None:
        super().__init__(error.what)
        self.error, self.seconds = error, seconds


class Line:
    """A connection to a service.

    key: sent in a header to the service's own host, and nowhere else. wait: what waiting is.
    """

    def __init__(self, service: Provider, key: str | None = None, wait: Wait = time.sleep) -> None:
        self.service, self.wait, self._key = service, wait, key
        self._session = session()

    @property
    def keyed(self) -> bool:
        return self._key is not None

    def close(self) -> None:
        self._session.close()

    def get(self, request: Request) -> bytes:
        """The body of the answer, unpacked.

        Raises
        ------
        FetchError
            One of its kinds, after a fault that passes was given several tries: each after as long
            as the service asks for, else after 1, 2, 4 seconds.
        """
        attempt = 1
        while True:
            try:
                return self._once(request)
            except _Passing as fault:
                if attempt == TRIES:
                    raise fault.error from None
                self.wait(2.0 ** (attempt - 1) if fault.seconds is None else fault.seconds)
                attempt += 1

    def _once(self, request: Request) -> bytes:
        import requests
        import urllib3

        headers = {"Accept": request.accept, "Accept-Encoding": "gzip"}
        if self._key:
            headers[_KEY_HEADER] = self._key
        address = self.service.address + request.path
        try:
            with _turn(self.service, self.wait):
                answer = self._session.get(
                    address,
                    params=list(request.params),
                    headers=headers,
                    timeout=TIMEOUT,
                    stream=True,
                )
            with answer:
                self._look_at_status(answer, request)
                return self._body(answer)
        except (urllib3.exceptions.ProtocolError, zlib.error):
            raise _Passing(self._error(AnswerError, "was cut off in its answer")) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as fault:
            hint = "check the network and the clock of this machine, then again"
            what = f"cannot be reached: {type(fault).__name__}"
            raise _Passing(self._error(UnreachableError, what, hint)) from None

    # --- what an answer may be

    def _look_at_status(self, answer: requests.Response, request: Request) -> None:
        """Raise where a status is no success; a fault that may pass as one that does."""
        status, seconds = answer.status_code, _retry_after(answer)
        if status == 200:
            return
        if status in request.none:
            raise self.nothing(request)
        reply = self._refusal_text(answer)
        long, spent = (seconds or 0) > LONGEST_WAIT, status == 403 and "quota" in reply.lower()
        kind: type[FetchError] = ServiceError
        what, hint = f"answers {status}", "again later, or ask for less"
        if status == 429 or spent or long:
            kind, what, hint = RateLimitError, "has been asked enough for now", "later"
        elif status in (401, 403):
            kind, what = AccessKeyError, "wants a key, or not this one"
            hint = f"set {self.service.key}" if self.service.key else "it takes no key; again later"
        elif status in (413, 414):
            kind, what = AnswerError, "gives less at once"
            hint = "ask for fewer years or economies"
        elif answer.is_redirect:
            kind, what = AnswerError, "sends on to another host, which is not followed"
            hint = "if its documentation names that host: registry/providers.yaml"
        error = self._error(kind, f"{what}: {reply}", hint)
        passes = status in (408, 429) or status >= 500
        raise _Passing(error, seconds) if passes and not long else error

    def _refusal_text(self, answer: requests.Response) -> str:
        """The beginning of what a service says of its refusal, in one line and without a key."""
        text = next(answer.iter_content(2000), b"").decode("utf-8", "replace")
        if self._key:
            text = text.replace(self._key, "***")
        return " ".join(text.split())[:160] or "no reason given"

    def _body(self, answer: requests.Response) -> bytes:
        """The body, unpacked within bounds; one whose end cannot be known is taken for cut off."""
        packing = answer.headers.get("Content-Encoding", "identity").lower()
        if packing not in ("identity", "gzip"):
            raise self._error(AnswerError, f"packs its answer as {packing}, which nobody asked for")
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packing == "gzip" else None
        body, began = bytearray(), time.monotonic()
        for piece in answer.raw.stream(65536, decode_content=False):
            body += unpack.decompress(piece, MOST_BYTES + 1 - len(body)) if unpack else piece
            if len(body) > MOST_BYTES:
                raise self._error(
                    AnswerError,
                    f"answers with more than {MOST_BYTES / 1e6:,.0f} MB, which no figures are",
                    "ask for fewer years or economies",
                )
            if time.monotonic() - began > MOST_SECONDS:
                raise _Passing(self._error(UnreachableError, "does not come to an end"))
        if not (unpack.eof if unpack else answer.headers.keys() & _ENDS):
            raise _Passing(self._error(AnswerError, "was cut off in its answer"))
        if self._key and self._key.encode() in body:
            raise self._error(AnswerError, "repeats the key in its answer, which is not kept")
        return bytes(body)

    def nothing(self, request: Request, why: str = "") -> EmptyAnswerError:
        """What to raise where a service has no such figure."""
        return EmptyAnswerError(
            f"{self.service.publisher} has no such figure" + (f": {why}" if why else ""),
            where=str(request),
            hint="ask for other years or economies; what it has, its own pages show",
        )

    def _error(
        self, kind: type[FetchError], what: str, hint: str = "again later; nothing was changed"
    ) -> FetchError:
        host = urlsplit(self.service.address).hostname
        return kind(f"{self.service.publisher} {what}", where=str(host), hint=hint)


def session() -> requests.Session:
    """A session that follows a service on its own host alone, to which its key may go."""
    with needed():
        import requests

    class OneHost(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> str | None:
            target = super().get_redirect_target(resp)
            to, start = (urlsplit(urljoin(resp.url, address or ""))[:2] for address in (target, ""))
            return target if to == start else None

        def rebuild_auth(self, prepared_request: Any, response: Any) -> None:
            """Of ~/.netrc nothing is sent; the headers are for the host that was asked."""

    http_session = OneHost()
    http_session.max_redirects = 3
    http_session.headers["User-Agent"] = client()
    http_session.auth = lambda prepared: prepared  # else passwords of ~/.netrc would be sent
    return http_session


def client() -> str:
    """The programs that ask, with their versions, as a vintage notes them."""
    versions = {name: metadata.version(name) for name in ("ca-research", "requests", "urllib3")}
    return " ".join(f"{name}/{version}" for name, version in versions.items())


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds to wait, which a service says as a number or as a moment."""
    import urllib3

    try:
        return float(urllib3.Retry().parse_retry_after(answer.headers["Retry-After"]))
    except (KeyError, urllib3.exceptions.InvalidHeader):
        return None


@contextmanager
def _turn(service: Provider, wait: Wait) -> Iterator[None]:
    """One request at a time and no sooner after the last than the service allows, whichever
    process asks.
    """
    from filelock import FileLock

    folder = paths.vintages_dir()
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / f".asked-{service.name}"
    with FileLock(f"{mark}.lock"):
        since = time.time() - mark.stat().st_mtime if mark.exists() else service.seconds_between
        if 0 <= since < service.seconds_between:
            wait(service.seconds_between - since)
        try:
            yield
        finally:
            mark.touch()
