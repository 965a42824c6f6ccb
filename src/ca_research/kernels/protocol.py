"""What a client and the server of warm kernels say to each other: one JSON object in a packet, over
a Unix socket in a folder of the user's own (`place.folder`).

| packet | from, to |
|---|---|
| argv, cwd, env; beside it the open files stdout and stderr | client, server |
| pid; or the reason why there is no kernel | kernel or server, client |
| nothing | client, server |
| what `servers` says | server, client |

A socket of type SOCK_SEQPACKET keeps packets whole. This module holds the package's only sockets;
none has an address outside the machine.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Socket = socket.socket

LARGEST = 1 << 20
"""Bytes of the largest packet that is read."""


def listen(path: Path) -> Socket | None:
    """A socket at `path`; None where another server was there first."""
    listener = Socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        return None
    listener.listen(128)
    return listener


def connect(path: Path) -> Socket | None:
    """A connection to the server at `path`; None where none listens."""
    connection = Socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(str(path))
        return connection
    except FileNotFoundError:
        pass
    except ConnectionRefusedError:  # it was killed
        path.unlink(missing_ok=True)
    connection.close()
    return None


def send(connection: Socket, packet: dict[str, Any], files: Sequence[int] = ()) -> None:
    """Send one packet. Raises OSError where the other end is gone or the packet is too large."""
    socket.send_fds(connection, [json.dumps(packet).encode()], files)


def receive(connection: Socket) -> tuple[dict[str, Any], list[int]]:
    """The next packet, empty at the end, and the open files that came with it."""
    content, files, *_ = socket.recv_fds(connection, LARGEST, 2, socket.MSG_CMSG_CLOEXEC)
    return read(content), files


def read(content: bytes) -> dict[str, Any]:
    return dict(json.loads(content or b"{}"))
