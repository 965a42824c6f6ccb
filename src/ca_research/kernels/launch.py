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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import protocol
from .place import Place, Unavailable, absolute, fingerprint, folder, place, refuse, why_not

START_SECONDS = 60.0
"""How long a client waits for a server's imports, and for a kernel to come up."""

ANSWER_SECONDS = 2.0
"""How long a client waits for a server's answer before it looks whether that is stopped."""

IDLE_SECONDS = 120
"""A server without kernels ends after this long; `CA_RESEARCH_KERNEL_IDLE` says otherwise."""

LOST = 255
"""Return code of a kernel whose server died before it could say."""

_ATTEMPTS = 3


@dataclass(frozen=True)
class Wish:
    """What an ordinary start would give a kernel, taken from the client's own process where nothing
    else is said.
    """

    argv: list[str]
    cwd: str
    env: dict[str, str]
    umask: int
    limits: dict[str, tuple[int, int]]
    nice: int
    affinity: list[int]
    independent: bool


def request(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], *, independent: bool = False
) -> Wish:
    """A kernel with these arguments (after `ipykernel_launcher`), folder and environment, limited
    as this process is.
    """
    import resource

    names = [n for n in dir(resource) if n.startswith("RLIMIT_")]
    masks = [
        line.split()[1]
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("Umask")
    ]
    return Wish(
        argv=list(argv),
        cwd=str(cwd),
        env=dict(env),
        umask=int(masks[0], 8),
        limits={n: resource.getrlimit(getattr(resource, n)) for n in names},
        nice=os.getpriority(os.PRIO_PROCESS, 0),
        affinity=sorted(os.sched_getaffinity(0)),
        independent=independent,
    )


class WarmProcess:
    """A forked kernel as its client sees it: the parts of subprocess.Popen that jupyter_client
    uses.

    The kernel is the server's child, so its end is seen through a pidfd, and its return code comes
    from the server.
    Until that has been read the server does not reap it, so its process id is nobody else's.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pidfd: int, connection: protocol.Socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._pidfd, self._connection = pidfd, connection
        self._lock = threading.Lock()

    def fileno(self) -> int:
        """A file that can be read once the kernel has ended."""
        return self._pidfd

    def poll(self) -> int | None:
        """The return code, None while the kernel runs."""
        with self._lock:
            if self.returncode is None and _ended(self._pidfd, 0):
                self.returncode = _return_code(self._connection)
                self._close()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = 1.0 if until is None else until - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired("warm kernel", timeout or 0)
            with contextlib.suppress(OSError, ValueError):  # another thread has seen the end
                _ended(self._pidfd, min(left, 1.0))
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
            if self._pidfd >= 0:
                self._close()

    def _close(self) -> None:
        os.close(self._pidfd)
        self._pidfd = -1
        self._connection.close()

    def __del__(self) -> None:
        if self._pidfd >= 0:
            self._close()


def _ended(pidfd: int, seconds: float) -> bool:
    """Whether the process has ended, or ends within so many seconds."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


def _return_code(connection: protocol.Socket) -> int:
    connection.settimeout(2.0)
    try:
        answer = protocol.receive(connection)
    except OSError:
        return LOST
    return int(answer[0]["code"]) if answer and answer[0]["op"] == "exit" else LOST


def start(kernel: Wish, stdout: int, stderr: int) -> WarmProcess:
    """A forked kernel that is up: its sockets are bound. Raises Unavailable, and then nothing is
    left running.
    """
    refuse(kernel.env, Path(kernel.cwd))
    try:
        env = absolute(kernel.env, Path(kernel.cwd))
        at = place(env)
        for _ in range(_ATTEMPTS):
            now = fingerprint(env)
            connection = _connected(at, env, now)
            if process := _ask(connection, kernel, now, (stdout, stderr)):
                return process
    except OSError as problem:
        raise Unavailable(f"{type(problem).__name__}: {problem}") from problem
    raise Unavailable("the servers ended before they answered")


def _ask(
    connection: protocol.Socket, kernel: Wish, now: str, files: tuple[int, int]
) -> WarmProcess | None:
    """A kernel from the server; None where the server ended or is of another fingerprint. Raises
    Unavailable, OSError.
    """
    process = None
    try:
        protocol.send(connection, "start", files=files, fingerprint=now, **asdict(kernel))
        answer = _answer(connection)
        if answer is None:
            return None
        packet, received = answer
        match packet["op"]:
            case "started":
                process = WarmProcess(packet["pid"], received[0], connection)
                return process
            case "refused" if packet.get("stale"):
                return None
            case "exit":
                raise Unavailable(
                    f"the forked kernel ended on its way up (return code {packet['code']})"
                )
            case "failed":
                # its exit: the ports it had bound are free again; the reason stands without it too
                with contextlib.suppress(TimeoutError):
                    protocol.receive(connection)
                raise Unavailable(
                    f"the forked kernel did not come up: {packet['reason']}",
                    where=packet["traceback"],
                )
            case _:
                raise Unavailable(packet.get("reason", "the server gave no reason"))
    except (ConnectionResetError, BrokenPipeError):
        return None
    finally:
        if process is None:
            connection.close()


def _answer(connection: protocol.Socket) -> tuple[dict[str, Any], list[int]] | None:
    """What comes back, which may take a kernel's start. Raises Unavailable where the server is
    stopped, and TimeoutError.
    """
    server, until = protocol.peer(connection), time.monotonic() + START_SECONDS
    connection.settimeout(ANSWER_SECONDS)
    while True:
        try:
            return protocol.receive(connection)
        except TimeoutError:
            if _stopped(server):
                raise Unavailable(f"the server (process {server}) is stopped") from None
            if time.monotonic() > until:
                raise


def _stopped(pid: int) -> bool:
    """Whether a process stands still: by SIGSTOP, or in a debugger."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt"
    except OSError:
        return False


def _connected(at: Place, env: Mapping[str, str], now: str) -> protocol.Socket:
    """A connection to the server, which is started where there is none: by one client, the others
    wait for it.
    """
    if connection := protocol.connect(at.socket, ANSWER_SECONDS):
        return connection
    with _held(at.lock) as lock:
        if connection := protocol.connect(at.socket, ANSWER_SECONDS):
            return connection
        _start_server(at, env, now, lock)
        if connection := protocol.connect(at.socket, ANSWER_SECONDS):
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


def _start_server(at: Place, env: Mapping[str, str], now: str, lock: int) -> None:
    """Start a server and wait until it listens. It leaves this process's session and is nobody's
    child.

    It holds the lock until then as well: where this process dies meanwhile, the next client waits
    for the same server.
    """
    from .stack import environment

    idle = os.environ.get("CA_RESEARCH_KERNEL_IDLE", "")
    words = [at.socket, now, idle if idle.isdecimal() else IDLE_SECONDS, lock]
    with subprocess.Popen(
        [sys.executable, "-m", "ca_research.kernels.server", *map(str, words)],
        env=environment(env),
        cwd=at.socket.parent,
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
    if said is None:
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


def warm(env: Mapping[str, str] | None = None) -> None:
    """Start the server for kernels with this environment (default: this process's), if none runs.
    Raises Unavailable.
    """
    env = _here(env)
    refuse(env, Path.cwd())
    try:
        _connected(place(env), env, fingerprint(env)).close()
    except OSError as problem:
        raise Unavailable(f"{type(problem).__name__}: {problem}") from problem


def status(env: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """`pid`, `fingerprint` and process ids of `kernels` of the server for this environment; None
    where none runs.
    """
    return _tell("status", env)


def stop(env: Mapping[str, str] | None = None) -> None:
    """Tell the server for this environment to take no more kernels; it ends when the last of its
    kernels has.
    """
    _tell("stop", env)


def servers() -> list[dict[str, Any]]:
    """The servers of warm kernels that this user runs, whatever environment they serve.

    Returns
    -------
    list of dict
        For each: `pid`, `megabytes` that it holds, `kernels` (process ids), `idle` (seconds since
        it was last needed), `ends_after` (seconds of that), `python` (prefix of its environment)
        and whether it `answers`. Of one that does not, a stopped one, only `pid` and `megabytes`
        are known.

    Examples
    --------
    >>> all(server["pid"] > 0 for server in servers())
    True
    """
    if why_not():
        return []
    return [about for socket in sorted(folder().glob("*.sock")) if (about := _look(socket))]


def _look(socket: Path) -> dict[str, Any] | None:
    """What is known of the server at a socket; None where nobody listens."""
    unknown: dict[str, Any] = {"kernels": [], "idle": None, "ends_after": None, "python": ""}
    try:
        connection = protocol.connect(socket, ANSWER_SECONDS)
        if connection is None:
            return None
        with connection:
            pid = protocol.peer(connection)
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
    except OSError:  # it has just ended
        return None
    answer = _ask_at(socket, "status")
    known = {name: (answer or {}).get(name, nothing) for name, nothing in unknown.items()}
    return {"pid": pid, "megabytes": round(resident / 1e6), **known, "answers": bool(answer)}


def stop_all() -> list[dict[str, Any]]:
    """Tell every server of this user to take no more kernels; each ends when the last of its
    kernels has.

    One that does not answer is told by a signal, and to go on where it is stopped. Returns what
    `servers` said of them.
    """
    found = servers()
    for socket in folder().glob("*.sock") if found else ():
        _ask_at(socket, "stop")
    for server in found:
        if not server["answers"]:
            for number in (signal.SIGTERM, signal.SIGCONT):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(server["pid"], number)
    return found


def _here(env: Mapping[str, str] | None) -> dict[str, str]:
    return absolute(os.environ if env is None else env, Path.cwd())


def _tell(op: str, env: Mapping[str, str] | None) -> dict[str, Any] | None:
    return _ask_at(place(_here(env)).socket, op)


def _ask_at(socket: Path, op: str) -> dict[str, Any] | None:
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
    return answer[0] if answer else None
