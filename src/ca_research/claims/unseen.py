"""Words of claims that rows alone could confirm, beside the rows at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from ..estimates.cells import cells_of
from ..estimates.documents import split
from ..ground.errors import suggest
from ..registry import ClaimSpec
from .measures import choices_of, find

Rows = Callable[[str, list[str]], pd.DataFrame | None]
"""Some columns of a table by its name, None where its rows are not at hand."""


def unseen(claims: Mapping[str, ClaimSpec], rows: Rows) -> Iterator[str]:
    """In words, what claims name and no row has. No fault of the register: the rows may still come.

    Raises what `rows` raises.
    """
    for claim in claims.values():
        for criterion in claim.criteria().values():
            choices = choices_of(criterion, claim.axes_of(criterion))
            for name, cells in cells_of(find(criterion.measure)).items():
                words = {word for v in choices.get(name, ()) for word in split(str(v))}
                held = rows(cells.table, [cells.column]) if words else None
                if held is None:
                    continue
                known = {*held[cells.column].dropna().astype(str)}
                for word in sorted(words - known):
                    near = " or ".join(suggest(word, known))
                    yield (
                        f"registry/claims/{claim.id}.yaml: criteria.{criterion.name}: {name}: no "
                        f"row of table {cells.table} has the {cells.column} {word!r}"
                        + (f"; did you mean {near}?" if near else "")
                    )
