"""After the fork: what an exec would have given a new process, given by hand; then ipykernel as it
is.

The order matters. The inline backend is only named once the shell is there, as in an ordinary
kernel: a backend that is loaded before the shell shows no figures, and no error either.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import random
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.util import find_spec
from multiprocessing import current_process
from pathlib import Path
from typing import Any, NoReturn

import psutil

from ..desk import shell
from . import protocol
from .place import Unavailable, one_line


@dataclass
class Order:
    """What a forked process has in hand: what was asked for, its stdout and stderr, and whom to
    answer.
    """

    packet: dict[str, Any]
    files: list[int]
    connection: protocol.Socket


def become(order: Order, by_imports: dict[str, str]) -> None:
    """Become the kernel that was asked for, and end with it. A start that fails is told to the
    client.

    by_imports: what the imports have set in the environment, as they would have in a new process.
    """
    try:
        new_process(order)
        refuse_shadowed(Path.cwd())
        os.environ.update(by_imports | os.environ)
        app = kernel_app(order.packet["argv"])
        protocol.send(order.connection, {"pid": os.getpid()})
        order.connection.close()
    except BaseException as problem:  # also SystemExit: so ipykernel leaves over wrong options
        try:
            protocol.send(order.connection, {"reason": one_line(problem)})
        finally:  # as after a crash: what an orderly end would clean up the client still needs
            os._exit(1)
    app.start()
    leave(app)


def leave(app: Any) -> NoReturn:
    """End as the interpreter ends, but for taking its modules apart: that copies most pages shared
    with the server.

    Threads are waited for, exit handlers run, what the notebook still holds is let go, and what is
    buffered is written.
    """
    for step in (_let_control_finish, _let_go):
        with contextlib.suppress(BaseException):
            step(app)
    os._exit(0)


def _let_control_finish(app: Any, seconds: float = 2.0) -> None:
    """Wait until the control thread has answered what it is at.

    Where it handles a shutdown, it stops this thread's loop before it has flushed its output by way
    of a thread that exit handlers end: it would then wait ten seconds for that thread, and the
    client, after two, sends a signal. An ordinary kernel takes longer to get here.
    """
    control, done = app.control_thread, threading.Event()
    control.io_loop.add_callback(done.set)
    until = time.monotonic() + seconds
    while control.is_alive() and not done.wait(0.002) and time.monotonic() < until:
        pass


def _let_go(app: Any) -> None:
    threading._shutdown()  # type: ignore[attr-defined] # as multiprocessing does in what it forks
    shown = app.shell.displayhook
    # else IPython looks for garbage while all names still hold what they name
    shown.do_full_cache = False
    shown._ = shown.__ = shown.___ = None
    atexit._run_exitfuncs()
    for names in (app.shell.user_ns, app.shell.user_ns_hidden, vars(sys.modules["__main__"])):
        names.clear()
    gc.collect()


def new_process(order: Order) -> None:
    """Session, signals, files, folder, environment and seeds of a process of its own; its limits
    are the server's, which are the client's (`place.place`).
    """
    wanted = order.packet
    os.setsid()  # interrupts go to the process group
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for file, place in zip(order.files, (1, 2), strict=True):
        os.dup2(file, place)
        os.close(file)
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ.update(wanted["env"])
    tempfile.tempdir = None  # found anew, from the environment
    launcher = find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin if launcher else "ipykernel_launcher"), *wanted["argv"]]
    _reseed()


def _reseed() -> None:
    """Two kernels of one server share no random numbers, nor the key by which multiprocessing knows
    its own.
    """
    import numpy

    random.seed()
    numpy.random.seed()
    current_process().authkey = os.urandom(32)


def refuse_shadowed(folder: Path) -> None:
    """Raise Unavailable where an ordinary kernel would import a file of a folder in place of a
    module that is loaded here.
    """
    for name in sorted({entry.name.partition(".")[0] for entry in os.scandir(folder)}):
        loaded: str = getattr(sys.modules.get(name), "__file__", None) or ""
        shadow = PathFinder.find_spec(name, [str(folder)]) if loaded else None
        if shadow and shadow.origin and not Path(shadow.origin).samefile(loaded):
            raise Unavailable(f"{shadow.origin} is imported instead of the installed {name}")


class ClientPoller(threading.Thread):
    """Ends the kernel when its client has ended, and removes the file with its key: ipykernel's own
    poller looks at the parent, here the server.
    """

    def __init__(self, app: Any) -> None:
        super().__init__(name="client-poller", daemon=True)
        self.app, self.client = app, psutil.Process(int(os.environ["JPY_PARENT_PID"]))

    def run(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            while self.client.status() != psutil.STATUS_ZOMBIE:
                time.sleep(1)
        self.app.cleanup_connection_file()
        os._exit(1)


def kernel_app(argv: list[str]) -> Any:
    """ipykernel's application, initialized: its sockets are bound and the shell is there."""
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(argv)
    app.poller = ClientPoller(app)
    shell.meet()  # what the import of the package does where a shell is already there
    if backend := os.environ.get("MPLBACKEND"):
        import matplotlib

        matplotlib.rcParams["backend"] = backend
    return app
