"""Keys of services: from the environment, else from the system's keyring; never from a file."""

from __future__ import annotations

import os
import re

from ...ground.errors import AccessKeyError
from ...registry import Provider


def key(service: Provider) -> str | None:
    """The key of a service, or None where it takes none or nobody gave one."""
    return found(service.key, service.name)


def found(variable: str | None, name: str | None) -> str | None:
    """The key that stands in a variable of the environment, or by a name in the keyring."""
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip() or _of_keyring(str(name))
    if key and not re.fullmatch(r"[\x21-\x7e]+", key):
        raise AccessKeyError(
            f"the key of {name} holds characters that no key has",
            where=variable,
            hint="copy it anew",
        )
    return key


def _of_keyring(name: str) -> str | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        return keyring.get_password("ca-research", name)
    except keyring.errors.KeyringError:  # a machine without one, or one that is locked
        return None
