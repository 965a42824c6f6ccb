"""A table cut into pieces, with what was made of each: for what is asked in many ways, and again
without each source.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from copy import copy
from typing import Any, Self, TypeVar

import pandas as pd

Made = TypeVar("Made")


class _Piece:
    """The places of some rows, and what was made of them."""

    def __init__(self, places: list[int]) -> None:
        self.places = places
        self.made: dict[Hashable, Any] = {}


class Pieces:
    """Rows of a table by a key.

    frame: with source_id. keys: one for each row.
    """

    def __init__(self, frame: pd.DataFrame, keys: Iterable[Hashable]) -> None:
        places: dict[Hashable, list[int]] = {}
        for place, key in enumerate(keys):
            places.setdefault(key, []).append(place)
        self._frame, self._sources = frame, frame["source_id"].tolist()
        self._pieces = {key: _Piece(at) for key, at in places.items()}

    def __iter__(self) -> Iterator[Any]:
        """The keys that have rows."""
        return iter([key for key, piece in self._pieces.items() if piece.places])

    def once(self, key: Hashable, asked: Hashable, make: Callable[[pd.DataFrame], Made]) -> Made:
        """What is made of the rows of a key alone, made once for all who ask the same."""
        piece = self._pieces.setdefault(key, _Piece([]))
        if asked not in piece.made:
            piece.made[asked] = make(self._frame.take(piece.places))
        return piece.made[asked]

    def rows(self, key: Hashable) -> pd.DataFrame:
        """The rows of a key, numbered from zero."""
        return self.once(key, "rows", lambda rows: rows.reset_index(drop=True))

    def without(self, source: str) -> Self:
        """The rows of other sources. A piece without this one is shared: what was made of it, or
        will be, is made once for both; where all are, these are the pieces themselves.
        """
        pieces = {key: self._rest(piece, source) for key, piece in self._pieces.items()}
        if all(piece is self._pieces[key] for key, piece in pieces.items()):
            return self
        rest = copy(self)
        rest._pieces = pieces
        return rest

    def _rest(self, piece: _Piece, source: str) -> _Piece:
        kept = [place for place in piece.places if self._sources[place] != source]
        return piece if len(kept) == len(piece.places) else _Piece(kept)
