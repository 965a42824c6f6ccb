"""The server: imports the stack, listens, forks a kernel for whoever asks, and reaps what it
forked.

One thread and no state but its kernels. It ends when nobody has needed it for a while, and takes no
more kernels when its socket is no longer its own (a runtime folder that was cleared, another server
in its place), or when a client brings another fingerprint; kernels that run go on, and it stays for
them alone. Where it is killed, its kernels go on too: each watches its own client (`child.py`).
"""

from __future__ import annotations

import contextlib
import gc
import os
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
    doomed: float = 0.0
    ended: bool = False


class Server:
    def __init__(self, path: Path, fingerprint: str, idle: float) -> None:
        self.path, self.fingerprint, self.idle = path, fingerprint, idle
        self.listener: protocol.Socket | None = protocol.listen(path)
        self.own = path.stat().st_ino
        self.waiting: dict[int, protocol.Socket] = {}
        self.kernels: dict[int, Kernel] = {}
        self.used = time.monotonic()

    def serve(self) -> Order | None:
        """Serve until there is nothing left to do; in a forked process, return what it is to
        become.
        """
        while self.listener or self.waiting or self.kernels:
            for file in self._ready():
                if self.listener and file == self.listener.fileno():
                    self._let_in(self.listener)
                elif file in self.waiting:
                    if order := self._answer(self.waiting.pop(file)):
                        return order
                else:
                    self._kernel_event(file)
            self._look_around()
        return None

    def _ready(self) -> list[int]:
        """Files with something to say. A fresh poll object each time: nothing of it is shared with
        a fork.
        """
        poll = select.poll()
        files = [*self.waiting, *([self.listener.fileno()] if self.listener else [])]
        for kernel in self.kernels.values():
            files += [] if kernel.ended else [kernel.pidfd]
            files += [kernel.connection.fileno()] if kernel.connection else []
            files += [] if kernel.doomed else [kernel.client]
        for file in files:
            poll.register(file, select.POLLIN)
        return [file for file, _ in poll.poll(TICK_SECONDS * 1000)]

    def _let_in(self, listener: protocol.Socket) -> None:
        with contextlib.suppress(OSError):  # out of open files: the client is let in later
            while connection := protocol.accept(listener):
                self.waiting[connection.fileno()] = connection

    def _answer(self, connection: protocol.Socket) -> Order | None:
        """Do what a new connection asks; an Order in a forked process. A client that breaks the
        rules is dropped.
        """
        idle, files = self._idle(), list[int]()
        with contextlib.suppress(OSError):
            packet, files = protocol.receive(connection) or ({"op": ""}, files)
            if packet["op"] != "status":  # to look is not to use
                self.used = time.monotonic()
            match packet["op"]:
                case "start" if packet.get("fingerprint") == self.fingerprint:
                    return self._fork(packet, files, connection)
                case "start":
                    self.retire()
                    protocol.send(connection, "refused", stale=True)
                case "status":
                    protocol.send(connection, "status", **self._status(idle))
                case "stop":
                    self.retire()
                    protocol.send(connection, "stopped")
                case other:
                    protocol.send(connection, "refused", reason=f"unknown request {other!r}")
        protocol.close(files)
        connection.close()
        return None

    def _idle(self) -> float:
        return 0.0 if self.kernels else time.monotonic() - self.used

    def _status(self, idle: float) -> dict[str, Any]:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return {
            "pid": os.getpid(),
            "megabytes": round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6),
            "kernels": sorted(k.pid for k in self.kernels.values() if not k.ended),
            "idle": int(idle),
            "ends_after": self.idle,
            "python": sys.prefix,
            "fingerprint": self.fingerprint,
        }

    def _fork(
        self, packet: dict[str, Any], files: list[int], connection: protocol.Socket
    ) -> Order | None:
        """Fork, and keep or close what came with the request; an Order in the forked process."""
        client = os.pidfd_open(protocol.peer(connection))
        try:
            pid = os.fork()
        except OSError as problem:
            protocol.close([*files, client])
            with connection:
                protocol.send(connection, "refused", reason=f"fork: {problem}")
            return None
        if not pid:
            self._forget()
            return Order(packet, files, client, connection)
        protocol.close(files)
        self.kernels[pid] = Kernel(pid, os.pidfd_open(pid), client, connection)
        return None

    def _forget(self) -> None:
        """In a forked process: close what is the server's."""
        kernels = self.kernels.values()
        for held in (self.listener, *self.waiting.values(), *(k.connection for k in kernels)):
            if held:
                held.close()
        protocol.close([file for kernel in kernels for file in (kernel.pidfd, kernel.client)])

    def _kernel_event(self, file: int) -> None:
        """A kernel or its client has ended, or the client lets go of it. Until then the kernel is
        not reaped, so that its process id is nobody else's.
        """
        for kernel in list(self.kernels.values()):
            if file == kernel.pidfd and not kernel.ended:
                kernel.ended = True
                if kernel.connection:
                    with contextlib.suppress(OSError):
                        protocol.send(kernel.connection, "exit", code=_code(kernel.pidfd))
            elif kernel.connection and file == kernel.connection.fileno():
                kernel.connection.close()
                kernel.connection = None
            elif file == kernel.client:
                kernel.doomed = time.monotonic() + GRACE_SECONDS
            if kernel.ended and not kernel.connection:
                os.waitpid(kernel.pid, 0)
                protocol.close([kernel.pidfd, kernel.client])
                del self.kernels[kernel.pid]
                self.used = time.monotonic()

    def _look_around(self) -> None:
        now = time.monotonic()
        for kernel in self.kernels.values():
            if not kernel.ended and 0 < kernel.doomed < now:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(kernel.pid, signal.SIGKILL)
        if not self._is_ours() or (not self.waiting and self._idle() > self.idle):
            self.retire()

    def _is_ours(self) -> bool:
        try:
            return self.path.stat().st_ino == self.own
        except OSError:
            return False

    def retire(self) -> None:
        """Listen no more. Who has already knocked is still let in."""
        if self.listener:
            if self._is_ours():
                self.path.unlink()
            self._let_in(self.listener)
            self.listener.close()
            self.listener = None


def _code(pidfd: int) -> int:
    """Return code of an ended process, which stays a zombie: negative for a signal."""
    ended = os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    return int(ended.si_status) if ended.si_code == os.CLD_EXITED else -int(ended.si_status)


def main(path: str, fingerprint: str, idle: str, lock: str) -> None:
    """`python -m ca_research.kernels.server SOCKET FINGERPRINT IDLE_SECONDS LOCK`; says `ready`
    when it listens.
    """
    if os.fork():  # whoever started it need not reap it
        os._exit(0)
    if sys.path and Path(sys.path[0]) == Path.cwd():  # `-m` puts it there
        del sys.path[0]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.alarm(IMPORT_SECONDS)
    garbage.seldom()  # and so in every kernel
    try:
        from . import stack

        gc.disable()  # modules stay: to look through them takes a twentieth of the time
        by_imports = stack.load()
        application()
        gc.collect()
        gc.freeze()  # a collection in a kernel leaves shared pages alone
        gc.enable()
        server = Server(Path(path), fingerprint, float(idle))
    except BaseException as problem:
        traceback.print_exc(file=sys.stdout)
        print(one_line(problem))  # the last line is what the client tells
        sys.exit(1)
    signal.alarm(0)
    os.close(int(lock))
    with contextlib.suppress(OSError):  # who has started it may be dead; others will come
        os.write(1, b"ready\n")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for file in (0, 1, 2):
        os.dup2(nowhere, file)
    os.close(nowhere)
    if order := server.serve():
        become(order, by_imports)


if __name__ == "__main__":
    main(*sys.argv[1:])
