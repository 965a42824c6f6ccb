"""Keys of services: from the environment, else from the system's keyring; never from a file."""

from __future__ import annotations

import os

from ...registry import Provider


def key(service: Provider) -> str | None:
    """The key of a service, or None where it takes none or nobody gave one."""
    if service.key is None:
        return None
    return os.environ.get(service.key, "").strip() or _of_keyring(service.name)


def _of_keyring(name: str) -> str | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        return keyring.get_password("ca-research", name)
    except keyring.errors.KeyringError:  # a machine without one, or one that is locked
        return None
