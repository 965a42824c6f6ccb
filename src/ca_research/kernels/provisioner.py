"""The provisioner that Jupyter loads for the kernelspec `ca-research`: a forked kernel, else an
ordinary one and why.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from . import launch
from .place import Unavailable, one_line, say

LAUNCH_SECONDS = 90.0
"""How long a start may take in all: a server's imports, other clients that wait for them, the
kernel.
"""

_TAKEN = "Address already in use"
LOST = 255
"""Return code of a forked kernel: it is nobody's child here, and how it ended is not known."""


class WarmProcess(psutil.Process):
    """A forked kernel as its client sees it: the parts of subprocess.Popen that jupyter_client
    uses.
    """

    stdin = stdout = stderr = None
    returncode: int | None = None

    def poll(self) -> int | None:
        """The return code, None while the kernel runs."""
        if self.returncode is None and not self.is_running():
            self.returncode = LOST
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        super().wait(timeout)
        return self.poll()

    def send_signal(self, sig: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            super().send_signal(sig)


class WarmProvisioner(LocalProvisioner):
    """Starts kernels off the server of warm kernels; all that follows is LocalProvisioner's, on a
    process alike.

    ordinary: why the kernel is an ordinary one; empty where it is warm.
    """

    ordinary = ""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        try:
            async with asyncio.timeout(LAUNCH_SECONDS):
                pid = await self._forked(cmd, kwargs)
        except Exception as problem:  # whatever goes wrong here, a notebook can still be run
            self.ordinary = one_line(problem)
            say(f"ca-research: an ordinary kernel instead of a warm one: {self.ordinary}")
            return await super().launch_kernel(cmd, **kwargs)
        self.process = WarmProcess(pid)
        self.pid = self.pgid = pid
        self.cwd = kwargs.get("cwd", ".")
        return self.connection_info

    async def _forked(self, cmd: list[str], kwargs: dict[str, Any]) -> int:
        """The process id of a forked kernel, on other ports where these are taken.

        Jupyter looks for free ports and lets them go until a kernel takes them: meanwhile another
        client may be given one of them too.
        """
        if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
            raise Unavailable(f"the kernelspec starts {' '.join(cmd[:3])}")
        env = {**kwargs["env"], "JPY_PARENT_PID": str(os.getpid())}
        cwd = Path(kwargs.get("cwd") or ".").absolute()
        try:
            return await launch.start(cmd[3:], cwd, env)
        except Unavailable as problem:
            if _TAKEN not in problem.what:
                raise
            assert self.parent is not None
            self.parent.cleanup_connection_file()
            self.ports_cached = False
            await self.pre_launch(**kwargs)  # writes it anew
            return await launch.start(cmd[3:], cwd, env)
