"""Packets between a client and the server of warm kernels: one JSON object each, with open files
beside it.

A Unix socket of type SOCK_SEQPACKET keeps packets whole, so neither side ever waits for the rest of
one; the kernel says who is at the other end, so neither talks to another user. This module holds
the package's only sockets; none has an address outside the machine.

| packet | from, to | with |
|---|---|---|
| `start` | client, server | argv, cwd, env, fingerprint; open files: stdout, stderr |
| `started` | kernel, client | pid; open file: a pidfd of the kernel |
| `failed` | kernel, client | the reason in one line, and the traceback |
| `refused` | server or kernel, client | the reason; `stale` where the server is of other \
package versions or sources |
| `exit` | server, client | return code, negative for a signal, as subprocess.Popen has it |
| `status`, `stop` | client, server | - |
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Socket = socket.socket

LARGEST = 1 << 20
"""Bytes of the largest packet that is read; Linux lets a sender send about 200 kB unless it is told
otherwise.
"""

_FILES = 4
_CREDENTIALS = struct.Struct("3i")


class ProtocolError(OSError):
    """What arrived is not a packet of this protocol, or the other end is another user's."""


def listen(path: Path) -> Socket:
    """A socket at `path`, mode 0600, that replaces in one step whatever lay there."""
    scratch = path.with_suffix(f".{os.getpid()}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    before = os.umask(0o177)
    try:
        listener.bind(str(scratch))
    finally:
        os.umask(before)
    listener.listen(128)
    listener.setblocking(False)
    scratch.replace(path)
    return listener


def connect(path: Path, timeout: float) -> Socket | None:
    """A connection to the server at `path`, or None where nobody listens."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(timeout)
    try:
        connection.connect(str(path))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)
        peer(connection)
    except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError):
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return connection


def accept(listener: Socket) -> Socket | None:
    """The next waiting connection of this user's, None where there is none. Sends on it never
    wait.
    """
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return None
        connection.setblocking(False)
        try:
            peer(connection)
        except OSError:
            connection.close()
            continue
        return connection


def peer(connection: Socket) -> int:
    """The process at the other end. Raises ProtocolError where it is another user's."""
    size = _CREDENTIALS.size
    pid, uid, _ = _CREDENTIALS.unpack(
        connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    )
    if uid != os.geteuid():
        raise ProtocolError(f"the other end of the socket belongs to user {uid}")
    return int(pid)


def send(connection: Socket, op: str, /, *, files: Sequence[int] = (), **fields: Any) -> None:
    """Send one packet. Raises OSError where the other end is gone or the packet is too large."""
    socket.send_fds(connection, [json.dumps({"op": op, **fields}).encode()], list(files))


def receive(connection: Socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next packet and the open files that came with it, which are the caller's to close; None
    at the end.

    Raises BlockingIOError or TimeoutError where nothing arrived, ProtocolError where what arrived
    is no packet.
    """
    space = socket.CMSG_SPACE(_FILES * struct.calcsize("i"))
    try:
        data, extra, flags, _ = connection.recvmsg(LARGEST, space, socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError:
        return None
    files: list[int] = []
    for level, kind, content in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            files += struct.unpack(f"{len(content) // 4}i", content[: len(content) // 4 * 4])
    if not data and not files:
        return None
    try:
        packet = json.loads(data)
        whole = not flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC)
        if not (whole and isinstance(packet, dict) and isinstance(packet.get("op"), str)):
            raise ValueError
    except ValueError as problem:
        close(files)
        raise ProtocolError("what arrived on the socket is not a packet") from problem
    return packet, files


def close(files: Sequence[int]) -> None:
    for file in files:
        os.close(file)
