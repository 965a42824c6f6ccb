"""Which wanted figures a publisher's service can be asked for, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import registry
from ..registry.holders import Holder
from .claim import wanted
from .wanted import publishers


@dataclass(frozen=True)
class Offer:
    """A want, and how its figures may be had.

    provider: the service that can be asked, with `asked` as `tables.fetch` takes it and `source`,
    an id for it; None where no holder has a service. holders: all who publish such figures.
    """

    what: str
    table: str
    figures: int
    holders: tuple[Holder, ...]
    provider: str | None
    asked: Mapping[str, Any]
    source: str


def offers(claim: str, *, economy: str | Iterable[str] | None = None) -> list[Offer]:
    """What can be fetched of the figures that a claim wants.

    Parameters
    ----------
    claim : str
        A declared claim.
    economy : str or iterable of str, optional
        As in `check`.

    Returns
    -------
    list of Offer
        One for each set of wanted figures.

    Examples
    --------
    >>> [offer.source for offer in offers("C33", economy="TJK")]
    ['COMTRADE_C33_TJK', 'COMTRADE_C33_RUS_TJK']
    """
    return [_offer(claim, row) for row in wanted(claim, economy=economy).to_dict("records")]


def _offer(claim: str, row: Mapping[str, Any]) -> Offer:
    table, cells = registry.table(row["table"]), row["cells"]
    key = [c for c in table.key if c in cells]
    holders = publishers(row)
    provider = next(
        (
            service.name
            for service in registry.providers().values()
            for holder in holders
            if holder.publisher == service.publisher
            and table.table in service.tables
            and set(key) <= _takes(service.name)
        ),
        None,
    )
    asked = {c: list(cells[c]) for c in key}
    economies = [c for c in table.of_type("economy") if len(asked.get(c, ())) == 1]
    words = [claim, *(str(asked[c][0]) for c in economies)]
    name = re.sub(r"[^A-Z0-9]+", "_", "_".join([str(provider), *words]).upper())
    return Offer(
        what=row["what"],
        table=table.table,
        figures=row["figures"],
        holders=tuple(holders),
        provider=provider,
        asked=asked,
        source=_free(name, asked) if provider else "",
    )


def _takes(provider: str) -> set[str]:
    from ..sources.fetch import asking

    how = asking(provider)
    return {*how.needs, *how.takes}


def _free(source: str, asked: Mapping[str, Any]) -> str:
    """The id, or the next one where it is of another request: of what was wanted then."""
    from ..tables import vintage

    name, number = source, 1
    while there := vintage.kept(name):
        if {k: list(v) for k, v in there[-1].asked.items()} == dict(asked):
            return name
        number += 1
        name = f"{source}_{number}"
    return name
