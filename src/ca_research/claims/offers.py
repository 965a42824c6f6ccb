"""Which wanted figures a publisher's service can be asked for, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import registry
from ..registry.holders import Holder
from .claim import wanted
from .wanted import figures, publishers, requests


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
        One for each set of wanted figures; of which some are held, one for each request that asks
        for those that lack alone.

    Examples
    --------
    >>> [offer.source for offer in offers("C33", economy="TJK")]
    ['COMTRADE_C33_TJK', 'COMTRADE_C33_RUS_TJK']
    """
    found: list[Offer] = []
    for row in wanted(claim, economy=economy).to_dict("records"):
        found += _offers(claim, row, {offer.source for offer in found})
    return found


def _offers(claim: str, row: Mapping[str, Any], taken: set[str]) -> list[Offer]:
    """The offers of one want; taken: ids of sources that others have."""
    table, holders = registry.table(row["table"]), tuple(publishers(row))
    key = [c for c in table.key if c in row["cells"]]
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
    if provider is None:
        asked = {c: list(row["cells"][c]) for c in key}
        return [Offer(row["what"], table.table, row["figures"], holders, None, asked, "")]
    found: list[Offer] = []
    for cells in requests(row):
        asked = {c: cells[c] for c in key}
        economies = [c for c in table.of_type("economy") if len(asked.get(c, ())) == 1]
        words = [claim, *(str(asked[c][0]) for c in economies)]
        name = re.sub(r"[^A-Z0-9]+", "_", "_".join([provider, *words]).upper())
        source = _free(name, asked, taken | {offer.source for offer in found})
        count = len(figures(table.table, cells))
        found.append(Offer(row["what"], table.table, count, holders, provider, asked, source))
    return found


def _takes(provider: str) -> set[str]:
    from ..sources.fetch import asking

    how = asking(provider)
    return {*how.needs, *how.takes}


def _free(source: str, asked: Mapping[str, Any], taken: set[str]) -> str:
    """The id, or the next one where it is of another request: of what was wanted then, or of what
    is wanted beside it.
    """
    from ..tables import vintage

    name, number = source, 1
    while (there := vintage.kept(name)) or name in taken:
        if there and {k: list(v) for k, v in there[-1].asked.items()} == dict(asked):
            return name
        number += 1
        name = f"{source}_{number}"
    return name
