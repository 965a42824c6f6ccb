"""Who publishes figures of a kind, and how one gets them: registry/holders.yaml."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from pydantic import Field

from ..ground import paths
from ..ground.remember import by_files
from .base import Model, Name, Text, read_yaml


class Holder(Model):
    """A publisher of figures of a table: of some economies, or of all where none is named.

    `kind` says of which attribute or measure, where a table holds figures of many.
    `address` is where a reader begins, `how` what is to be looked for there.
    """

    publisher: Text
    table: Name
    economies: tuple[str, ...] = ()
    kind: str = ""
    address: Annotated[str, Field(pattern=r"^https?://\S+$")]
    how: Text


class Holders(Model):
    """All of them, in the order in which a page names them."""

    holders: tuple[Holder, ...]


@by_files("holders.yaml")
def _all() -> tuple[Holder, ...]:
    file = paths.registry_dir() / "holders.yaml"
    return read_yaml(file, Holders).holders if file.is_file() else ()


def holders(table: str, economy: str = "", kinds: Collection[str] | None = None) -> list[Holder]:
    """Who publishes figures of a table on an economy ('' for none in particular).

    Parameters
    ----------
    table : str
        Name of a table.
    economy : str
        A code; those who publish on every economy are named as well, after its own.
    kinds : collection of str, optional
        Those of the figures in question: who publishes figures of another kind is not named.

    Returns
    -------
    list of Holder
        Empty where the register names nobody.

    Examples
    --------
    >>> [holder.publisher for holder in holders("trade", "KAZ")]
    ['Bureau of National Statistics of Kazakhstan', 'UN Comtrade']
    """
    publishers = [
        h
        for h in _all()
        if h.table == table
        and (not h.economies or economy in h.economies)
        and (kinds is None or h.kind in ("", *kinds))
    ]
    return sorted(publishers, key=lambda h: not h.economies)
