"""The client's side: finds the server or starts one, and asks it for a kernel."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import protocol
from .compiled import by_content
from .place import PACKAGE, Unavailable, absolute, folder, place, refuse

IDLE_SECONDS = 120
"""A server without kernels ends after this long."""

MOST = 3
"""So many servers take kernels, the last used: one holds some 365 MB."""

START_SECONDS = 30.0
"""How long a server may take until it listens; its imports come after that."""

ANSWER_SECONDS = 2.0
"""How long a client waits for a server to say what it does."""


async def start(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> int:
    """The process id of a forked kernel that is up: its sockets are bound.

    Raises Unavailable, and then nothing is left running; nor is it where this is cancelled.
    argv: what follows `ipykernel_launcher`.
    """
    refuse(env, cwd)
    request, answer = {"argv": [*argv], "cwd": str(cwd), "env": {**env}}, dict[str, Any]()
    for _ in range(2):  # a server may end at the moment in which it is asked
        with (
            contextlib.suppress(ConnectionResetError, BrokenPipeError),
            _connected(absolute(env, cwd)) as connection,
        ):
            connection.setblocking(False)
            protocol.send(connection, request, (1, 2))
            loop = asyncio.get_running_loop()
            answer = protocol.read(await loop.sock_recv(connection, protocol.LARGEST))
        if answer:
            break
    if "pid" not in answer:
        reason = answer.get("reason", "it ended on its way up")
        raise Unavailable(f"the forked kernel did not come up: {reason}")
    return int(answer["pid"])


def _connected(env: Mapping[str, str]) -> protocol.Socket:
    """A connection to the server for kernels with this environment, which is started where there is
    none. What is asked is answered when its imports have ended.
    """
    path = place(env)
    if connection := protocol.connect(path):
        return connection
    _start_server(path, env)
    if connection := protocol.connect(path):
        return connection
    raise Unavailable("the server ended as soon as it had started")


def _start_server(path: Path, env: Mapping[str, str]) -> None:
    """Start a server that listens, in a session of its own, as nobody's child."""
    from .stack import environment

    by_content(PACKAGE)
    used = sorted(folder().glob("*.sock"), key=lambda socket: socket.stat().st_mtime)
    for socket in used[: 1 - MOST]:
        socket.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-m", "ca_research.kernels.server", str(path), str(IDLE_SECONDS)],
        env=environment(env),
        cwd=path.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=START_SECONDS,
        start_new_session=True,
        check=True,
    )


def warm(env: Mapping[str, str] = os.environ) -> None:
    """Start the server for kernels with this environment, if none runs. Raises Unavailable."""
    refuse(env, Path.cwd())
    _connected(absolute(env, Path.cwd())).close()


def servers() -> list[dict[str, Any]]:
    """The servers of warm kernels that this user runs, whatever environment they serve.

    Returns
    -------
    list of dict
        For each: `pid`, `megabytes` that it holds, `kernels` (process ids), `idle` (seconds since
        it was last needed), `ends_after` (seconds of that) and `python` (prefix of its
        environment).

    Examples
    --------
    >>> all(server["pid"] > 0 for server in servers())
    True
    """
    return [*filter(None, map(ask, _sockets()))]


def stop_all() -> list[dict[str, Any]]:
    """Have every server of this user take no more kernels; each ends when the last of its kernels
    has. Returns what `servers` said of them.
    """
    entries = servers()
    for path in _sockets():
        path.unlink(missing_ok=True)
    return entries


def _sockets() -> list[Path]:
    return sorted(folder().glob("*.sock"))


def ask(path: Path) -> dict[str, Any] | None:
    """What the server at a socket says of itself; None where none listens, or none answers."""
    connection = protocol.connect(path)
    if connection is None:
        return None
    with connection, contextlib.suppress(OSError):
        connection.settimeout(ANSWER_SECONDS)
        protocol.send(connection, {})
        return protocol.receive(connection)[0] or None
    return None
