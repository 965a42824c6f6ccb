"""Warm kernels: Jupyter kernels forked off a process that has already imported the stack.

`papermill -k ca-research`, nbclient, nbconvert and JupyterLab find the kernelspec `ca-research` in
the environment; its provisioner (`provisioner.py`) asks a server for a kernel, and starts the
server where there is none (`launch.py`). The server (`server.py`) imports the stack (`stack.py`),
waits on a Unix socket in a folder of the user's own (`place.py`) and forks; what is forked
(`child.py`) becomes a full ipykernel. Where that cannot be, an ordinary kernel starts instead, and
one line says why. Linux only: elsewhere a process with these libraries loaded cannot be forked
safely.

What differs from an ordinary kernel: what the imports would print is not seen; cyclic garbage is
looked for less often (`ground/garbage.py`); BLAS runs on one thread (a client whose environment
asks for more gets an ordinary kernel); and `hash("a")` is the same in all kernels of one server,
for a process cannot change its seed (a number in PYTHONHASHSEED is respected).

Nothing heavy is imported here: Jupyter loads the provisioner in its own process.
"""

from __future__ import annotations

from .compiled import by_content
from .launch import servers, stop_all, warm
from .place import PACKAGE, THREADS, Unavailable, absolute, say, why_not

NAME = "ca-research"
"""Name of the kernelspec."""

ORDINARY = "python3"
OWN = ("", NAME, ORDINARY)
"""Kernels that start this environment's Python, mostly: each says in the end whether it was."""


__all__ = [
    "NAME",
    "ORDINARY",
    "OWN",
    "PACKAGE",
    "THREADS",
    "Unavailable",
    "absolute",
    "by_content",
    "say",
    "servers",
    "stop_all",
    "warm",
    "why_not",
]
