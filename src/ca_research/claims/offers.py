"""Which wanted figures a publisher's service can be asked for, and how."""

from __future__ import annotations

import itertools
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
    from ..sources.fetch import asking

    entries: list[Offer] = []
    for row in wanted(claim, economy=economy).to_dict("records"):
        table, holders = registry.table(row["table"]), tuple(publishers(row))
        key = [c for c in table.key if c in row["cells"]]
        able = [
            service.name
            for service in registry.providers().values()
            if service.publisher in {holder.publisher for holder in holders}
            and table.table in service.tables
            and {*key} <= {*asking(service.name).needs, *asking(service.name).takes}
        ]
        for cells in requests(row) if able else [row["cells"]]:
            request, source = {c: list(cells[c]) for c in key}, ""
            if able:
                single = [c for c in table.of_type("economy") if len(request.get(c, ())) == 1]
                words = "_".join([able[0], claim, *(request[c][0] for c in single)])
                source = _free(words.upper(), request, {offer.source for offer in entries})
            count = len(figures(table.table, cells)) if able else row["figures"]
            provider = able[0] if able else None
            what = row["what"]
            entries.append(Offer(what, table.table, count, holders, provider, request, source))
    return entries


def _free(words: str, request: Mapping[str, Any], taken: set[str]) -> str:
    """An id of these words, or the next one where it is of another request: of what was wanted
    then, or of what is wanted beside it.
    """
    from ..tables import vintage

    source = re.sub(r"[^A-Z0-9]+", "_", words)

    def is_free(name: str) -> bool:
        if not (kept := vintage.kept(name)):
            return name not in taken
        return {column: list(asked) for column, asked in kept[-1].asked.items()} == request

    others = (f"{source}_{number}" for number in itertools.count(2))
    return next(filter(is_free, itertools.chain([source], others)))
