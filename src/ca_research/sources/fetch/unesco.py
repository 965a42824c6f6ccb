"""UNESCO Institute for Statistics: indicators by economy and year, with their names."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ...ground.economies import is_aggregate
from ...registry import Provider
from .asking import Asking, Choice, Found, codes, cut, parsed, spans
from .transport import Request


def requests(chosen: Choice, service: Provider, keyed: bool) -> list[Request]:
    """One for each indicator and each span of years."""
    places = codes(chosen, "economy", lambda c: None if is_aggregate(c) else c, "UNESCO")
    return [
        Request(
            "/api/public/data/indicators",
            (
                ("indicator", str(indicator)),
                *(("geoUnit", place) for place in places),
                *((("start", str(span[0])), ("end", str(span[1]))) if span else ()),
                ("indicatorMetadata", "true"),
            ),
        )
        for indicator in chosen["indicator"]
        for span in spans(chosen.get("year", ()))
    ]


class _Answer(BaseModel):
    records: list[dict[str, Any]]
    hints: list[dict[str, Any]] | None = None


def read(request: Request, body: bytes, service: Provider, keyed: bool) -> Found:
    """Records, and hints on what was not found."""
    answer: _Answer = parsed(body, service, _Answer)
    rows = len(answer.records)
    if service.rows is not None and rows >= service.rows:
        raise cut(service, rows, "ask for fewer economies or years")
    hints = [str(hint.get("message", hint))[:160] for hint in answer.hints or ()]
    return Found(rows, remarks=tuple(hints))


ASKING = Asking(("indicator",), ("economy", "year"), requests, read)
