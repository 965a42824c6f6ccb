"""One request, one answer: how services of publishers are asked.

An answer is taken whole, within bounds and from the host that was asked, or it is an error. Waits
are a parameter, so that nobody who tries this out has to wait.
"""

from __future__ import annotations

import gzip
import io
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any, NamedTuple
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


class Refusal(NamedTuple):
    """What a status means, and what to do."""

    kind: type[FetchError]
    what: str
    hint: str = "again later; nothing was changed"


_SPENT = Refusal(RateLimitError, "has been asked enough for now", "later")
_KEY = Refusal(
    AccessKeyError, "wants a key, or not this one", "set the one that it takes, or later"
)
_LESS = Refusal(AnswerError, "gives less at once", "ask for fewer years or economies")
_STATUSES = {401: _KEY, 403: _KEY, 413: _LESS, 414: _LESS, 429: _SPENT}
_STATUSES[404] = Refusal(ServiceError, "has nothing at this address", "look at the address")


def refusal(answer: requests.Response) -> Refusal | None:
    """What an answer says by its status; None where it is a success."""
    if answer.is_redirect:
        hint = "if its documentation names that host: write it into the registry"
        return Refusal(AnswerError, "sends on to another host, which is not followed", hint)
    status = answer.status_code
    other = Refusal(ServiceError, f"answers {status}", "again later, or ask for less")
    return None if status == 200 else _STATUSES.get(status, other)


@contextmanager
def passing(who: str, where: str) -> Iterator[None]:
    """Raise what fails on the way to a host, or within its answer, as faults that may pass."""
    import requests
    import urllib3

    try:
        yield
        return
    except (
        *(requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError),
        *(EOFError, zlib.error, gzip.BadGzipFile),
    ):
        error: FetchError = AnswerError(
            f"{who} was cut off in its answer", where=where, hint="again later"
        )
    except (requests.RequestException, urllib3.exceptions.HTTPError) as fault:
        error = UnreachableError(
            f"{who} cannot be reached, or does not answer in time: {type(fault).__name__}",
            where=where,
            hint="check the network and the clock of this machine, then again",
        )
    error.passes = True
    raise error


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
        pauses = iter([2.0**n for n in range(TRIES - 1)])
        while True:
            try:
                with passing(self.service.publisher, self._host):
                    return self._once(request)
            except FetchError as fault:
                pause = next(pauses, None)
                if not fault.passes or pause is None:
                    raise
                self.wait(pause if fault.seconds is None else fault.seconds)

    def _once(self, request: Request) -> bytes:
        headers = {"Accept": request.accept, "Accept-Encoding": "gzip"}
        if self._key:
            headers[_KEY_HEADER] = self._key
        with _turn(self.service, self.wait):
            answer = self._session.get(
                self.service.address + request.path,
                params=list(request.params),
                headers=headers,
                timeout=TIMEOUT,
                stream=True,
            )
        with answer:
            if answer.status_code in request.none:
                raise self.nothing(request)
            if (why := refusal(answer)) is not None:
                raise self._refused(answer, why)
            return self._body(answer)

    # --- what an answer may be

    def _refused(self, answer: requests.Response, why: Refusal) -> FetchError:
        """The error of a status that is no success, with the beginning of what the service says, in
        one line and without a key.
        """
        text = next(answer.iter_content(2000), b"").decode("utf-8", "replace")
        reply = " ".join(text.replace(self._key or "\0", "***").split())[:160]
        seconds, status = _retry_after(answer), answer.status_code
        long = (seconds or 0) > LONGEST_WAIT
        if long or (status == 403 and "quota" in reply.lower()):
            why = _SPENT
        error = self._error(why._replace(what=f"{why.what}: {reply or 'no reason given'}"))
        error.passes, error.seconds = (status in (408, 429) or status >= 500) and not long, seconds
        return error

    def _body(self, answer: requests.Response) -> bytes:
        """The body, unpacked within bounds; one whose end cannot be known is taken for cut off."""
        packed = answer.headers.get("Content-Encoding", "").lower() == "gzip"
        body = bytearray()
        for piece in answer.raw.stream(1 << 16, decode_content=False):
            body += piece
            if len(body) > MOST_BYTES:
                break
        else:
            if packed:
                body = bytearray(gzip.GzipFile(fileobj=io.BytesIO(body)).read(MOST_BYTES + 1))
            elif not answer.headers.keys() & _ENDS:
                raise EOFError
        if len(body) > MOST_BYTES:
            raise self._error(_LESS._replace(what="does not come to an end that figures have"))
        if self._key and self._key.encode() in body:
            raise self._error(Refusal(AnswerError, "repeats the key in its answer"))
        return bytes(body)

    def nothing(self, request: Request, why: str = "") -> EmptyAnswerError:
        """What to raise where a service has no such figure."""
        return EmptyAnswerError(
            f"{self.service.publisher} has no such figure" + (f": {why}" if why else ""),
            where=str(request),
            hint="ask for other years or economies; what it has, its own pages show",
        )

    @property
    def _host(self) -> str:
        return str(urlsplit(self.service.address).hostname)

    def _error(self, why: Refusal) -> FetchError:
        hint = why.hint
        if why.kind is AccessKeyError and self.service.key:
            hint = f"set {self.service.key}"
        return why.kind(f"{self.service.publisher} {why.what}", where=self._host, hint=hint)


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
