"""Warm kernels as tests use them: a runtime folder of their own, a kernel with its client, and what
is left of both.
"""

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

from ca_research import kernels
from ca_research.kernels.launch import ask
from ca_research.kernels.place import place
from ca_research.kernels.provisioner import WarmProcess

SECONDS = 60
"""How long a loaded machine may take for what an idle one does at once; half of what a server waits
before it ends by itself."""
COLD = kernels.why_not()
NEEDED = pytest.mark.skipif(bool(COLD), reason=COLD or "there are warm kernels")
FOLDERS = ("XDG_RUNTIME_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


def within(seconds, condition):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def gone(pid):
    """Whether a process has ended; one that waits to be reaped has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def ends(pid):
    return within(SECONDS, lambda: gone(pid))


@contextmanager
def private_runtime():
    """A runtime folder whose servers have ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="ca-") as folder, pytest.MonkeyPatch.context() as patch:
        for name in FOLDERS:
            patch.setenv(name, folder)
        yield Path(folder)
        patch.setenv("XDG_RUNTIME_DIR", folder)
        assert within(SECONDS, lambda: stopped(folder)), "a server outlives its last kernel"


def stopped(folder):
    """Whether no server is left, told again to those that have just come up."""
    kernels.stop_all()
    return not servers(folder)


def servers(folder):
    """Process ids of the servers, and of the kernels forked from them, of a runtime folder."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if "ca_research.kernels.server" in words and str(folder) in " ".join(words):
            found += [] if gone(process.pid) else [process.pid]
    return found


class Kernel:
    """A kernel and its client."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    @property
    def process(self):
        return self.manager.provisioner.process

    @property
    def warm(self):
        return isinstance(self.process, WarmProcess)

    def dies(self):
        return within(SECONDS, lambda: not self.manager.is_alive())

    def messages(self, code, **more):
        """The reply to a cell, and all that it sent."""
        sent = []
        reply = self.client.execute_interactive(
            code, timeout=SECONDS, output_hook=sent.append, **more
        )
        shown = [m for m in sent if m["msg_type"] not in ("status", "execute_input")]
        return reply["content"], shown

    def run(self, code):
        """What a cell wrote to stdout."""
        reply, sent = self.messages(code)
        assert reply["status"] == "ok", reply
        texts = [m["content"]["text"] for m in sent if m["content"].get("name") == "stdout"]
        return "".join(texts).strip()


@contextmanager
def kernel(name=kernels.NAME, *, warm=None, **options):
    """A kernel; `warm` says what it must be, by default what its name says."""
    one = Kernel(*start_new_kernel(kernel_name=name, startup_timeout=SECONDS, **options))
    try:
        assert one.warm == (name == kernels.NAME if warm is None else warm)
        yield one
    finally:
        one.client.stop_channels()
        one.manager.shutdown_kernel(now=True)


def asked(env=os.environ):
    """What the server for an environment says of itself; None where none answers."""
    return ask(place(env))


def status():
    """What the server says of itself; one that is too busy to answer is asked again."""
    said = []
    assert within(SECONDS, lambda: said.append(asked()) or said[-1])
    return said[-1]


def no_kernel_left():
    return within(SECONDS, lambda: (asked() or {"kernels": 1})["kernels"] == [])


def works():
    """A next kernel, warm, computes."""
    with kernel() as one:
        return one.run("print(6 * 7)") == "42"


def of_run():
    """What names the server of a run's kernels."""
    return {**os.environ, "PYTHONHASHSEED": "0"}
