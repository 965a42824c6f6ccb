"""The provisioner that Jupyter loads for the kernelspec `ca-research`: a forked kernel, else an
ordinary one and why.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo, LocalPortCache, port_names
from jupyter_client.provisioning import LocalProvisioner

from . import launch, protocol
from .launch import WarmProcess
from .place import Unavailable, one_line, why_not

LAUNCH_SECONDS = 90.0
"""How long a start may take in all: a server's imports, other clients that wait for them, the
kernel.
"""

_LAUNCHER = ["-m", "ipykernel_launcher"]
_TAKEN = "Address already in use"
_LOOK_SECONDS = 0.2


class WarmProvisioner(LocalProvisioner):
    """Starts kernels off the server of warm kernels; all that follows is LocalProvisioner's, on a
    process alike.
    """

    _ending = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        self._ending = False
        try:
            try:
                process = await self._forked(cmd, self._scrub_kwargs(kwargs))
            except Unavailable as problem:
                if _TAKEN not in problem.what or not self._other_ports(kwargs):
                    raise
                process = await self._forked(cmd, self._scrub_kwargs(kwargs))
        except Exception as problem:  # whatever goes wrong here, a notebook can still be run
            self._say(f"ca-research: an ordinary kernel instead of a warm one: {one_line(problem)}")
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

    async def shutdown_requested(self, restart: bool = False) -> None:
        self._ending = True
        await super().shutdown_requested(restart=restart)

    async def poll(self) -> int | None:
        """None while the kernel runs. A manager that ends it asks ten times a second: the end is
        seen at once here.
        """
        if self._ending and isinstance(self.process, WarmProcess) and self.process.poll() is None:
            await _end_of(self.process, _LOOK_SECONDS)
        found: int | None = await super().poll()
        return found

    async def _forked(self, cmd: list[str], options: dict[str, Any]) -> WarmProcess:
        if reason := why_not():
            raise Unavailable(reason)
        if cmd[0] != sys.executable or cmd[1:3] != _LAUNCHER:
            raise Unavailable(f"the kernelspec starts {' '.join(cmd[:3])}")
        env, cwd, independent = (
            options.pop("env", None),
            options.pop("cwd", None),
            options.pop("independent", False),
        )
        env = dict(os.environ if env is None else env)
        if not independent:
            env["JPY_PARENT_PID"] = str(os.getpid())
        kernel = launch.request(
            cmd[3:], Path(cwd or Path.cwd()).absolute(), env, independent=independent
        )
        files = {"stdout": options.pop("stdout", None), "stderr": options.pop("stderr", None)}
        if options.pop("stdin", None) not in (None, subprocess.DEVNULL) or options:
            raise Unavailable(
                f"a forked kernel does not know these options: {', '.join(options) or 'stdin'}"
            )
        with _open(files) as numbers:
            starting = _in_a_thread(kernel, [os.dup(number) for number in numbers])
        try:
            return await asyncio.wait_for(asyncio.wrap_future(starting), LAUNCH_SECONDS)
        except TimeoutError:
            starting.add_done_callback(_discard)
            raise Unavailable(f"none was up after {LAUNCH_SECONDS:g} s") from None
        except asyncio.CancelledError:
            starting.add_done_callback(_discard)
            raise

    def _say(self, line: str) -> None:
        """One line where the user looks: the log where something shows it, else stderr."""
        logger: Any = getattr(self.log, "logger", self.log)
        handlers: list[logging.Handler] = []
        while logger:
            handlers += logger.handlers
            logger = logger.parent if logger.propagate else None
        if any(not isinstance(handler, logging.NullHandler) for handler in handlers):
            self.log.warning(line)
        else:
            print(line, file=sys.stderr, flush=True)


async def _end_of(process: WarmProcess, seconds: float) -> None:
    """Wait for the end of a kernel, or so many seconds."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    file = process.fileno()  # closed, and -1, once another thread has seen the end
    loop.add_reader(file, ended.set)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), seconds)
    finally:
        loop.remove_reader(file)


def _in_a_thread(kernel: launch.Wish, files: list[int]) -> Future[WarmProcess]:
    """Start a kernel in a thread of its own, which closes the files.

    Not the loop's executor: a process that was forked off one with a warm kernel inherits it, with
    a thread that is not there any more, and would wait for ever.
    """
    starting: Future[WarmProcess] = Future()
    starting.set_running_or_notify_cancel()  # from here on nobody can cancel it

    def start() -> None:
        try:
            starting.set_result(launch.start(kernel, *files))
        except BaseException as problem:
            starting.set_exception(problem)
        finally:
            protocol.close(files)

    threading.Thread(target=start, name="warm-kernel-start", daemon=True).start()
    return starting


def _discard(starting: Future[WarmProcess]) -> None:
    """Nobody waits for this kernel any more."""
    if starting.exception() is None:
        starting.result().abandon()


@contextmanager
def _open(files: Mapping[str, Any]) -> Iterator[list[int]]:
    """File descriptors for a kernel's stdout and stderr, given as Popen takes them. Raises
    Unavailable for a pipe.
    """
    numbers = []
    with ExitStack() as stack:
        for default, (name, given) in zip((1, 2), files.items(), strict=True):
            if given is None:
                given = default
            elif given == subprocess.DEVNULL:
                given = stack.enter_context(Path(os.devnull).open("w"))
            elif given == subprocess.PIPE or given == subprocess.STDOUT:
                raise Unavailable(f"a forked kernel does not know {name}={given}")
            numbers.append(given if isinstance(given, int) else given.fileno())
        yield numbers
