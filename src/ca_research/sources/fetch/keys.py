"""Keys of services: from the environment, else from the system's keyring; never from a file."""

from __future__ import annotations

import os
import re

from ...ground.errors import AccessKeyError
from ...registry import Provider


def key(service: Provider) -> str | None:
    """The key of a service, or None where it takes none or nobody gave one."""
    if service.key is None:
        return None
    found = os.environ.get(service.key, "").strip() or _of_keyring(service.name)
    if found and not re.fullmatch(r"[\x21-\x7e]+", found):
        raise AccessKeyError(
            f"the key of {service.name} holds characters that no key has",
            where=service.key,
            hint="copy it anew",
        )
    return found


def _of_keyring(name: str) -> str | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        return keyring.get_password("ca-research", name)
    except keyring.errors.KeyringError:  # a machine without one, or one that is locked
        return None
