"""The server: imports the stack, listens, forks a kernel for whoever asks, and reaps what it
forked.

One thread and no state but its kernels. It ends when nobody has needed it for a while, and takes no
more kernels when its socket is no longer its own (a runtime folder that was cleared, another server
in its place), when a client brings another fingerprint, or on SIGTERM; kernels that run go on, and
it stays for them alone. Where it is killed, its kernels go on too:
each watches its own client (`child.py`).
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ground import garbage
from . import protocol
from .child import Order, application, become
from .place import one_line

TICK_SECONDS = 2.0
"""How often a server looks whether it is still needed."""

GRACE_SECONDS = 5.0
"""A kernel whose client has died ends by itself; after this long it is killed (a cell may hold the
interpreter).
"""

IMPORT_SECONDS = 120
"""A server whose imports do not end is ended: nobody waits for it any longer."""


@dataclass
class Kernel:
    """A forked kernel: its process, its client's, and the connection until the client has gone."""

    pid: int
    pidfd: int
    client: int
    connection: protocol.Socket | None
    independent: bool
    doomed: float = 0.0
    code: int | None = None


class Server:
    def __init__(self, path: Path, fingerprint: str, idle: float) -> None:
        self.path, self.fingerprint, self.idle = path, fingerprint, idle
        self.pid = os.getpid()
        self.listener: protocol.Socket | None = protocol.listen(path)
        self.own = path.stat().st_ino
        self.waiting: dict[int, protocol.Socket] = {}
        self.kernels: dict[int, Kernel] = {}
        self.used = time.monotonic()
        self.terminated = False

    def serve(self) -> Order | None:
        """Serve until there is nothing left to do; in a forked process, return what it is to
        become.
        """
        while True:
            for file in self._ready():
                if self.listener and file == self.listener.fileno():
                    try:
                        while connection := protocol.accept(self.listener):
                            self.waiting[connection.fileno()] = connection
                    except OSError:  # out of open files: the next client starts another server
                        self.retire()
                elif file in self.waiting:
                    if order := self._answer(self.waiting.pop(file)):
                        return order
                else:
                    self._kernel_event(file)
            self._look_around()
            if self.listener is None and not self.waiting and not self.kernels:
                return None

    def _ready(self) -> list[int]:
        """Files with something to say. A fresh poll object each time: nothing of it is shared with
        a fork.
        """
        poll = select.poll()
        files = [*self.waiting, *([self.listener.fileno()] if self.listener else [])]
        for kernel in self.kernels.values():
            files += [kernel.pidfd] if kernel.code is None else []
            files += [kernel.connection.fileno()] if kernel.connection else []
            files += [kernel.client] if not kernel.doomed else []
        for file in files:
            poll.register(file, select.POLLIN)
        return [file for file, _ in poll.poll(TICK_SECONDS * 1000)]

    def _answer(self, connection: protocol.Socket) -> Order | None:
        """Do what a new connection asks; an Order in a forked process. A client that breaks the
        rules is dropped.
        """
        unused = 0.0 if self.kernels else time.monotonic() - self.used
        files: list[int] = []
        try:
            if (received := protocol.receive(connection)) is None:
                connection.close()
                return None
            packet, files = received
            if packet["op"] != "status":  # to look is not to use
                self.used = time.monotonic()
            match packet["op"]:
                case "start" if packet.get("fingerprint") != self.fingerprint:
                    self.retire()
                    protocol.send(
                        connection,
                        "refused",
                        stale=True,
                        reason="the environment or the package has changed",
                    )
                case "start":
                    taken, files = files, []
                    return self._fork(packet, taken, connection)
                case "status":
                    protocol.send(connection, "status", **self._status(unused))
                case "stop":
                    self.retire()
                    protocol.send(connection, "stopped", pid=os.getpid())
                case other:
                    protocol.send(connection, "refused", reason=f"unknown request {other!r}")
        except OSError:
            pass
        finally:
            protocol.close(files)
        connection.close()
        return None

    def _status(self, unused: float) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "fingerprint": self.fingerprint,
            "kernels": sorted(k.pid for k in self.kernels.values() if k.code is None),
            "idle": int(unused),
            "ends_after": self.idle,
            "python": sys.prefix,
        }

    def _fork(
        self, packet: dict[str, Any], files: list[int], connection: protocol.Socket
    ) -> Order | None:
        """Fork, and keep or close what came with the request; an Order in the forked process."""
        opened, pid = list(files), 0
        try:
            opened.append(watched := os.pidfd_open(protocol.peer(connection)))
            if not (pid := os.fork()):
                self._forget()
                return Order(packet, files, watched, connection)
            opened.append(pidfd := os.pidfd_open(pid))
        except BaseException as problem:
            if not pid and os.getpid() != self.pid:
                os._exit(1)  # a forked process must never go on as a server
            if pid:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            protocol.close(opened)
            with connection, contextlib.suppress(OSError):
                protocol.send(connection, "refused", reason=f"fork: {problem}")
            return None
        protocol.close(files)
        self.kernels[pid] = Kernel(pid, pidfd, watched, connection, bool(packet.get("independent")))
        return None

    def _forget(self) -> None:
        """In a forked process: close what is the server's."""
        if self.listener:
            self.listener.close()
        for connection in self.waiting.values():
            connection.close()
        for kernel in self.kernels.values():
            protocol.close([kernel.pidfd, kernel.client])
            if kernel.connection:
                kernel.connection.close()
        self.waiting, self.kernels = {}, {}

    def _kernel_event(self, file: int) -> None:
        for kernel in list(self.kernels.values()):
            connection = kernel.connection.fileno() if kernel.connection else -1
            if file == kernel.pidfd and kernel.code is None:
                kernel.code = _code(kernel.pidfd)
                if kernel.connection:
                    with contextlib.suppress(OSError):
                        protocol.send(kernel.connection, "exit", code=kernel.code)
            elif (
                file == connection and kernel.connection
            ):  # a client has nothing more to say: this is its end
                kernel.connection.close()
                kernel.connection = None
            elif file == kernel.client and not kernel.doomed:
                kernel.doomed = time.monotonic() + GRACE_SECONDS
            else:
                continue
            if kernel.code is not None and kernel.connection is None:
                self._reap(kernel)

    def _reap(self, kernel: Kernel) -> None:
        os.waitpid(kernel.pid, 0)
        protocol.close([kernel.pidfd, kernel.client])
        del self.kernels[kernel.pid]
        self.used = time.monotonic()

    def _look_around(self) -> None:
        now = time.monotonic()
        for kernel in self.kernels.values():
            if kernel.code is None and not kernel.independent and 0 < kernel.doomed < now:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(kernel.pid, signal.SIGKILL)
        if self.kernels:
            self.used = now
        unused = not self.waiting and now - self.used > self.idle
        if self.listener and (self.terminated or unused or not self._is_ours()):
            self.retire()

    def _is_ours(self) -> bool:
        try:
            return self.path.stat().st_ino == self.own
        except OSError:
            return False

    def terminate(self, *_: Any) -> None:
        """Handles SIGTERM: noted here, seen at the next look around."""
        self.terminated = True

    def retire(self) -> None:
        """Listen no more. Who has already knocked is still let in."""
        listener, self.listener = self.listener, None
        if listener is None:
            return
        if self._is_ours():
            self.path.unlink()
        with contextlib.suppress(OSError):
            while connection := protocol.accept(listener):
                self.waiting[connection.fileno()] = connection
        listener.close()


def _code(pidfd: int) -> int:
    """Return code of an ended process, which stays a zombie: negative for a signal."""
    ended = os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    return int(ended.si_status) if ended.si_code == os.CLD_EXITED else -int(ended.si_status)


def main() -> None:
    """`python -m ca_research.kernels.server SOCKET FINGERPRINT IDLE_SECONDS LOCK`; says `ready`
    when it listens.
    """
    path, fingerprint, idle, lock = (
        Path(sys.argv[1]),
        sys.argv[2],
        float(sys.argv[3]),
        int(sys.argv[4]),
    )
    if os.fork():  # whoever started it need not reap it
        os._exit(0)
    if sys.path and Path(sys.path[0]) == Path.cwd():  # `-m` puts it there
        del sys.path[0]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.alarm(IMPORT_SECONDS)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (most, most)
    )  # three open files a kernel; a kernel has its client's limit
    garbage.seldom()  # and so in every kernel
    try:
        from . import stack

        gc.disable()  # modules stay: to look through them takes a twentieth of the time
        by_imports = stack.load()
        application()
        gc.collect()
        gc.freeze()  # a collection in a kernel leaves shared pages alone
        gc.enable()
        server = Server(path, fingerprint, idle)
    except BaseException as problem:
        traceback.print_exc(file=sys.stdout)
        print(one_line(problem))  # the last line is what the client tells
        sys.exit(1)
    signal.alarm(0)
    signal.signal(signal.SIGTERM, server.terminate)
    os.close(lock)
    with contextlib.suppress(OSError):  # who has started it may be dead; others will come
        os.write(1, b"ready\n")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for file in (0, 1, 2):
        os.dup2(nowhere, file)
    os.close(nowhere)
    if order := server.serve():
        become(order, by_imports)


if __name__ == "__main__":
    main()
