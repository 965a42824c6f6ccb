"""The client's side: finds the server or starts one, asks it for a kernel, and holds what it gets
like a subprocess.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import protocol
from .compiled import by_content
from .place import PACKAGE, Unavailable, absolute, fingerprint, folder, place, refuse, why_not

START_SECONDS = 60.0
"""How long a client waits for a server's imports, and for a kernel to come up."""

ANSWER_SECONDS = 2.0
"""How long a client waits for a server to say what it does."""

IDLE_SECONDS = 120
"""A server without kernels ends after this long; `CA_RESEARCH_KERNEL_IDLE` says otherwise."""

MOST_IDLE = 2
"""So many servers may wait for kernels: one holds some 365 MB."""

LOST = 255
"""Return code of a kernel whose server died before it could say."""

_ATTEMPTS = 3


class WarmProcess:
    """A forked kernel as its client sees it: the parts of subprocess.Popen that jupyter_client
    uses.

    The kernel is the server's child, so its end is seen through a pidfd, and its return code comes
    from the server. Until that has been read the server does not reap it, so its process id is
    nobody else's.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pidfd: int, connection: protocol.Socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._pidfd, self._connection = pidfd, connection
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """The return code, None while the kernel runs."""
        with self._lock:
            if self.returncode is None and self._pidfd >= 0 and _ended(self._pidfd, 0):
                self.returncode = _return_code(self._connection)
                self._close()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired."""
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() >= until:
                raise subprocess.TimeoutExpired("warm kernel", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signum)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def abandon(self) -> None:
        """Kill it, and hold nothing of it any more: nobody will ask how it ended."""
        self.kill()
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
            self._connection.close()

    __del__ = _close


def _ended(pidfd: int, seconds: float) -> bool:
    """Whether the process has ended, or ends within so many seconds."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


def _return_code(connection: protocol.Socket) -> int:
    connection.settimeout(ANSWER_SECONDS)
    try:
        answer = protocol.receive(connection)
    except OSError:
        return LOST
    return int(answer[0]["code"]) if answer and answer[0]["op"] == "exit" else LOST


def start(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    files: tuple[int, int] = (1, 2),
) -> WarmProcess:
    """A forked kernel that is up: its sockets are bound. Raises Unavailable, and then nothing is
    left running.

    argv: what follows `ipykernel_launcher`. files: its stdout and stderr.
    """
    refuse(env, cwd)
    wanted = {"argv": [*argv], "cwd": str(cwd), "env": {**env}}
    try:
        for _ in range(_ATTEMPTS):
            full = absolute(env, cwd)
            wanted["fingerprint"] = now = fingerprint(full)
            connection = _connected(full, now)
            connection.settimeout(START_SECONDS)
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                protocol.send(connection, "start", files=files, **wanted)
                answer = protocol.receive(connection)
                if answer and (process := _process(connection, *answer)):
                    return process
            connection.close()
    except OSError as problem:
        raise Unavailable(f"{type(problem).__name__}: {problem}") from problem
    raise Unavailable("the servers ended before they answered")


def _process(
    connection: protocol.Socket, packet: dict[str, Any], files: list[int]
) -> WarmProcess | None:
    """The kernel that a server has answered with; None where it is of another fingerprint. Raises
    Unavailable.
    """
    if packet["op"] == "started":
        return WarmProcess(packet["pid"], files[0], connection)
    if packet.get("stale"):
        return None
    with connection:
        if packet["op"] == "failed":  # its exit: the ports it had bound are free again
            connection.settimeout(ANSWER_SECONDS)
            with contextlib.suppress(OSError):
                protocol.receive(connection)
        reason = packet.get("reason", f"it ended on its way up ({packet.get('code')})")
        raise Unavailable(
            f"the forked kernel did not come up: {reason}", where=packet.get("traceback", "")
        )


def _connected(env: Mapping[str, str], now: str) -> protocol.Socket:
    """A connection to the server, which is started where there is none: by one client, the others
    wait for it.
    """
    socket = place(env)
    if connection := protocol.connect(socket, ANSWER_SECONDS):
        return connection
    with _held(socket.with_suffix(".lock")) as lock:
        if connection := protocol.connect(socket, ANSWER_SECONDS):
            return connection
        _start_server(socket, env, now, lock)
        if connection := protocol.connect(socket, ANSWER_SECONDS):
            return connection
    raise Unavailable("the server ended as soon as it had started")


@contextlib.contextmanager
def _held(path: Path) -> Iterator[int]:
    """The lock, as an open file: a process that inherits the file holds it too. Raises
    Unavailable.
    """
    import fcntl

    until = time.monotonic() + 2 * START_SECONDS
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Unavailable(f"another process holds {path}") from None
                time.sleep(0.02)
        yield lock
    finally:
        os.close(lock)


def _start_server(socket: Path, env: Mapping[str, str], now: str, lock: int) -> None:
    """Start a server and wait until it listens. It leaves this process's session and is nobody's
    child.

    It holds the lock until then as well: where this process dies meanwhile, the next client waits
    for the same server.
    """
    from .stack import environment

    by_content(PACKAGE)
    _make_room(socket)
    idle = os.environ.get("CA_RESEARCH_KERNEL_IDLE") or IDLE_SECONDS
    with subprocess.Popen(
        [sys.executable, "-m", "ca_research.kernels.server", socket, now, str(idle), str(lock)],
        env=environment(env),
        cwd=socket.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[lock],
        start_new_session=True,
    ) as first:
        assert first.stdout is not None
        said = _read(first.stdout.fileno(), time.monotonic() + START_SECONDS)
        if said is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(first.pid, signal.SIGKILL)  # the session it leads, with the server in it
            raise Unavailable(f"the server was not up after {START_SECONDS:g} s")
    if not said.endswith("ready\n"):
        last = (said.strip().splitlines() or ["it said nothing"])[-1]
        raise Unavailable(f"the server could not start: {last}", where=said)


def _read(file: int, until: float) -> str | None:
    """All that is written to a pipe until it is closed, None where that takes too long."""
    said = b""
    while (left := until - time.monotonic()) > 0:
        if _ended(file, left):
            part = os.read(file, 1 << 16)
            if not part:
                return said.decode(errors="replace")
            said += part
    return None


def _make_room(own: Path) -> None:
    """End the servers that were needed longest ago, so that with the one to come no more than
    MOST_IDLE wait.
    """
    asked = {path: _ask(path, "status") for path in folder().glob("*.sock") if path != own}
    idle = {path: said["idle"] for path, said in asked.items() if said and not said["kernels"]}
    for path in sorted(idle, key=idle.__getitem__)[MOST_IDLE - 1 :]:
        _ask(path, "stop")


def warm(env: Mapping[str, str] | None = None) -> None:
    """Start the server for kernels with this environment (default: this process's), if none runs.
    Raises Unavailable.
    """
    full = _here(env)
    refuse(full, Path.cwd())
    try:
        _connected(full, fingerprint(full)).close()
    except OSError as problem:
        raise Unavailable(f"{type(problem).__name__}: {problem}") from problem


def status(env: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """What the server for this environment says of itself (`servers`); None where none runs."""
    return _ask(place(_here(env)), "status")


def stop(env: Mapping[str, str] | None = None) -> None:
    """Tell the server for this environment to take no more kernels; it ends when the last of its
    kernels has.
    """
    _ask(place(_here(env)), "stop")


def servers() -> list[dict[str, Any]]:
    """The servers of warm kernels that this user runs, whatever environment they serve.

    Returns
    -------
    list of dict
        For each: `pid`, `megabytes` that it holds, `kernels` (process ids), `idle` (seconds since
        it was last needed), `ends_after` (seconds of that), `python` (prefix of its environment)
        and `fingerprint` (of what it has imported).

    Examples
    --------
    >>> all(server["pid"] > 0 for server in servers())
    True
    """
    return [said for path in _sockets() if (said := _ask(path, "status"))]


def stop_all() -> list[dict[str, Any]]:
    """Tell every server of this user to take no more kernels; each ends when the last of its
    kernels has. Returns what `servers` said of them.
    """
    found = servers()
    for path in _sockets():
        _ask(path, "stop")
    return found


def _sockets() -> list[Path]:
    return [] if why_not() else sorted(folder().glob("*.sock"))


def _here(env: Mapping[str, str] | None) -> dict[str, str]:
    return absolute(os.environ if env is None else env, Path.cwd())


def _ask(socket: Path, op: str) -> dict[str, Any] | None:
    """The answer of the server at a socket; None where none listens, or none answers."""
    try:
        connection = protocol.connect(socket, ANSWER_SECONDS)
        if connection is None:
            return None
        with connection:
            protocol.send(connection, op)
            answer = protocol.receive(connection)
    except OSError:
        return None
    if not answer:
        return None
    return {name: value for name, value in answer[0].items() if name != "op"}
