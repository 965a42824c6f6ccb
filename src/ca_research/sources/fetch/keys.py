"""Keys of services: from the environment, else from the system's keyring; never from a file."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from ...ground.errors import AccessKeyError
from ...registry import Provider

HOSTS = {"COMTRADE_API_KEY": {"comtradeapi.un.org"}}
"""Whom the key of a publisher is sent to, and nobody else: a project writes its own addresses."""
OWN = "CA_RESEARCH_"
"""How the variable of a key begins that a project may name for a service of its own."""


def key(service: Provider) -> str | None:
    """The key of a service, or None where it takes none or nobody gave one.

    Raises AccessKeyError where one was given that would go to another host than its publisher's, or
    would not be encrypted.
    """
    name = service.key
    if name is None or (secret := found(name, service.name)) is None:
        return None
    to = urlsplit(service.address)  # https, or this machine: the register has no other
    custom = name.startswith(OWN) and to.scheme == "https"
    if not custom and to.hostname not in HOSTS.get(name, ()):
        raise AccessKeyError(
            f"{name} is not sent to {to.scheme}://{to.hostname}",
            where=f"registry/providers.yaml: {service.name}",
            hint=f"the publisher's own https address, or a variable named {OWN}...",
        )
    return secret


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
