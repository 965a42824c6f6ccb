"""Imports of a process that runs notebooks or reads executed ones: without what they never use."""

from __future__ import annotations

import sys

_GRAMMAR = "rfc3987_syntax"


def imports() -> None:
    """Import nbformat without the grammar of internationalised addresses.

    jsonschema takes it along where it is installed, for a format that no notebook's schema has.
    Building it is two thirds of the time that papermill takes to import. Only for processes of our
    own: they check no such address.
    """
    if _GRAMMAR in sys.modules or "jsonschema" in sys.modules:
        return
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
    try:
        import nbformat  # noqa: F401
    finally:
        del sys.modules[_GRAMMAR]
