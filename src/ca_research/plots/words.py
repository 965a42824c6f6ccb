"""What a picture says of estimates, in words."""

from __future__ import annotations

import pandas as pd

from ..ground import economies as eco
from ..registry.words import party, value_words


def leader_words(leaders: pd.DataFrame) -> str:
    """Who leads on each basis, for a picture's text: 'Kazakhstan, own report 2023: EU; ...', or
    that ranges overlap.

    leaders: as from `trade.leaders`.
    """
    said = []
    for row in leaders.itertuples():
        who = (
            party(row.leader)
            if row.leader
            else f"{' or '.join(map(party, row.contenders))}, whose ranges overlap"
        )
        absent = " and ".join(map(party, row.unobserved))
        of_others = f" ({absent} not observed)" if absent else ""
        said.append(
            f"{eco.name_of(row.economy)}, {value_words(row.basis)} {row.year}: {who}{of_others}"
        )
    return "; ".join(said)
