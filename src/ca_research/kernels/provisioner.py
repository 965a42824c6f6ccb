"""The provisioner that Jupyter loads for the kernelspec `ca-research`: a forked kernel, else an
ordinary one and why.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo, LocalPortCache, port_names
from jupyter_client.provisioning import LocalProvisioner

from . import launch, protocol
from .launch import WarmProcess
from .place import Unavailable, one_line, say

LAUNCH_SECONDS = 90.0
"""How long a start may take in all: a server's imports, other clients that wait for them, the
kernel.
"""

_LAUNCHER = ["-m", "ipykernel_launcher"]
_TAKEN = "Address already in use"


class WarmProvisioner(LocalProvisioner):
    """Starts kernels off the server of warm kernels; all that follows is LocalProvisioner's, on a
    process alike.

    ordinary: why the kernel is an ordinary one; empty where it is warm.
    """

    ordinary = ""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        try:
            try:
                process = await self._forked(cmd, self._scrub_kwargs(kwargs))
            except Unavailable as problem:
                if _TAKEN not in problem.what or not self._other_ports(kwargs):
                    raise
                process = await self._forked(cmd, self._scrub_kwargs(kwargs))
        except Exception as problem:  # whatever goes wrong here, a notebook can still be run
            self.ordinary = one_line(problem)
            say(f"ca-research: an ordinary kernel instead of a warm one: {self.ordinary}")
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process  # type: ignore[assignment]
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info

    def _other_ports(self, kwargs: Mapping[str, Any]) -> bool:
        """Give the kernel other ports; False where the user chose them.

        Jupyter looks for free ports and lets them go until a kernel takes them: meanwhile another
        client may be given one of them too.
        """
        manager, cache = self.parent, LocalPortCache.instance()
        if manager is None or not manager.cache_ports:
            return False
        manager.cleanup_connection_file()
        for name in port_names:
            cache.return_port(getattr(manager, name))
            setattr(manager, name, cache.find_available_port(manager.ip))
        session = (kwargs.get("env") or {}).get("JPY_SESSION_NAME", "")
        manager.write_connection_file(jupyter_session=session)
        self.connection_info = manager.get_connection_info()
        return True

    async def _forked(self, cmd: list[str], options: dict[str, Any]) -> WarmProcess:
        if cmd[0] != sys.executable or cmd[1:3] != _LAUNCHER:
            raise Unavailable(f"the kernelspec starts {' '.join(cmd[:3])}")
        env = dict(options.pop("env", None) or os.environ)
        cwd = Path(options.pop("cwd", None) or Path.cwd()).absolute()
        env["JPY_PARENT_PID"] = str(os.getpid())
        out, err = options.pop("stdout", None), options.pop("stderr", None)
        if options.pop("stdin", None) not in (None, subprocess.DEVNULL) or any(options.values()):
            raise Unavailable(f"a forked kernel does not know {', '.join(options) or 'stdin'}")
        files = _file(out, 1), _file(err, 2)
        starting = _in_a_thread(lambda: launch.start(cmd[3:], cwd, env, files), files)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(starting), LAUNCH_SECONDS)
        except (TimeoutError, asyncio.CancelledError) as problem:
            starting.add_done_callback(_discard)
            if isinstance(problem, TimeoutError):
                raise Unavailable(f"none was up after {LAUNCH_SECONDS:g} s") from None
            raise


def _in_a_thread(start: Callable[[], WarmProcess], files: tuple[int, int]) -> Future[WarmProcess]:
    """Start a kernel in a thread of its own, which closes the files.

    Not the loop's executor: a process that was forked off one with a warm kernel inherits it, with
    a thread that is not there any more, and would wait for ever.
    """
    starting: Future[WarmProcess] = Future()
    starting.set_running_or_notify_cancel()  # from here on nobody can cancel it

    def run() -> None:
        try:
            starting.set_result(start())
        except BaseException as problem:
            starting.set_exception(problem)
        finally:
            protocol.close(files)

    threading.Thread(target=run, name="warm-kernel-start", daemon=True).start()
    return starting


def _discard(starting: Future[WarmProcess]) -> None:
    """Nobody waits for this kernel any more."""
    if starting.exception() is None:
        starting.result().abandon()


def _file(given: Any, own: int) -> int:
    """A file of a kernel's, given as Popen takes it, as a descriptor to be closed. Raises
    Unavailable for a pipe.
    """
    if given in (subprocess.PIPE, subprocess.STDOUT):
        raise Unavailable("a forked kernel knows no pipe for stdout or stderr")
    if given == subprocess.DEVNULL:
        return os.open(os.devnull, os.O_WRONLY)
    return os.dup(own if given is None else given if isinstance(given, int) else given.fileno())
