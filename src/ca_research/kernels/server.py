"""The server: listens, imports the stack, and forks a kernel for whoever asks.

One thread and no state: its kernels are its child processes, which the system reaps. It ends when
nobody has needed it for a while, or when its socket is no longer its own (it was told to stop, or
the runtime folder was cleared); while kernels run it stays for them. Where it is killed, its
kernels go on: each watches its own client (`child.py`).
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from ..ground import garbage
from . import protocol
from .child import Order, become
from .place import one_line

TICK_SECONDS = 2.0
"""How often a server looks whether it is still needed."""

CLIENT_SECONDS = 1.0
"""How long it waits for what a client has to say, or to hear."""

IMPORT_SECONDS = 120
"""A server whose imports do not end is ended: nobody waits for it any longer."""


class Server:
    """What listens at a path; idle: seconds without a kernel after which it ends; fault: why it has
    no kernels, which all that wait are told.
    """

    def __init__(self, listener: protocol.Socket, path: Path, idle: float, fault: str) -> None:
        self.listener, self.path, self.idle, self.fault = listener, path, idle, fault
        self.own = path.stat().st_ino
        listener.settimeout(TICK_SECONDS)

    def serve(self) -> Order | None:
        """Serve until nobody needs it; in a forked process, return what it is to become."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except TimeoutError:
                if self.kernels():
                    self.use()
                elif self.idle_seconds() > self.idle:
                    break
                continue
            with contextlib.suppress(OSError, ValueError):  # who breaks the rules is dropped
                if order := self.answer(connection):
                    return order
            connection.close()
        if self.idle_seconds() < math.inf:
            self.path.unlink()
        return None

    def answer(self, connection: protocol.Socket) -> Order | None:
        """Do what a client asks; an Order in a forked process."""
        connection.settimeout(CLIENT_SECONDS)
        packet, files = protocol.receive(connection)
        if "argv" not in packet:
            protocol.send(connection, self.status())
            return None
        if self.fault:
            protocol.send(connection, {"reason": self.fault})
            return None
        self.use()
        if not os.fork():
            self.listener.close()
            return Order(packet, files, connection)
        for file in files:
            os.close(file)
        return None

    def kernels(self) -> list[int]:
        return sorted(child.pid for child in psutil.Process().children())

    def use(self) -> None:
        """Note that it was needed now, at its socket: clients see there what was used last."""
        with contextlib.suppress(OSError):
            os.utime(self.path)

    def idle_seconds(self) -> float:
        """Since it was needed; without end where its socket is not its own any more."""
        with contextlib.suppress(OSError):
            about = self.path.stat()
            if about.st_ino == self.own:
                return time.time() - about.st_mtime
        return math.inf

    def status(self) -> dict[str, Any]:
        kernels, idle = self.kernels(), self.idle_seconds()
        return {
            "pid": os.getpid(),
            "megabytes": round(psutil.Process().memory_info().rss / 1e6),
            "kernels": kernels,
            "idle": 0 if kernels or math.isinf(idle) else int(idle),
            "ends_after": self.idle,
            "python": sys.prefix,
        }


def main(path: Path, idle: float) -> None:
    """`python -m ca_research.kernels.server SOCKET IDLE_SECONDS` returns when it listens; another
    process goes on, and ends at once where one listens there already.
    """
    listener = protocol.listen(path)
    if listener is None or os.fork():
        os._exit(0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for file in (0, 1, 2):
        os.dup2(nowhere, file)
    os.close(nowhere)
    sys.path = [folder for folder in sys.path if folder != str(Path.cwd())]  # `-m` puts it there
    signal.alarm(IMPORT_SECONDS)
    garbage.seldom()  # and so in every kernel
    by_imports, fault = dict[str, str](), ""
    try:
        from . import stack

        gc.disable()  # modules stay: to look through them takes a twentieth of the time
        by_imports = stack.load()
        gc.collect()
        gc.freeze()  # a collection in a kernel leaves shared pages alone
        gc.enable()
    except Exception as problem:
        fault, idle = f"the server could not start: {one_line(problem)}", 0
    signal.alarm(0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # kernels are reaped by the system
    if order := Server(listener, path, idle, fault).serve():
        become(order, by_imports)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
