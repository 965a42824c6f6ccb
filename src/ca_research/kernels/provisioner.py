"""The provisioner that Jupyter loads for the kernelspec `ca-research`: a forked kernel, else an
ordinary one and why.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from . import launch
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
            async with asyncio.timeout(LAUNCH_SECONDS):
                process = await _forked(cmd, self._scrub_kwargs(kwargs))
        except Exception as problem:  # whatever goes wrong here, a notebook can still be run
            self.ordinary = one_line(problem)
            if _TAKEN in self.ordinary:  # an ordinary one would be given the same ports
                raise
            say(f"ca-research: an ordinary kernel instead of a warm one: {self.ordinary}")
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process  # type: ignore[assignment]
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info


async def _forked(cmd: list[str], options: dict[str, Any]) -> launch.WarmProcess:
    if cmd[0] != sys.executable or cmd[1:3] != _LAUNCHER:
        raise Unavailable(f"the kernelspec starts {' '.join(cmd[:3])}")
    env = {**(options.pop("env", None) or os.environ), "JPY_PARENT_PID": str(os.getpid())}
    cwd = Path(options.pop("cwd", None) or Path.cwd()).absolute()
    if given := [name for name, value in options.items() if value]:
        raise Unavailable(f"a forked kernel does not know {', '.join(given)}")
    return await launch.start(cmd[3:], cwd, env)
