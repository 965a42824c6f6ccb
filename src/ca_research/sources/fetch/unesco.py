"""UNESCO Institute for Statistics: indicators by economy and year, with their names."""

from __future__ import annotations

from ...ground.economies import is_aggregate
from ...registry import Provider
from .asking import Asking, Choice, Found, codes, cut, json_of, not_understood, records, spans
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


def read(request: Request, body: bytes, service: Provider, keyed: bool) -> Found:
    """Records, and hints on what was not found."""
    answer = json_of(body, service)
    if not isinstance(answer, dict) or "records" not in answer:
        raise not_understood(service, "no `records`")
    rows = records(answer["records"], service)
    if service.rows is not None and len(rows) >= service.rows:
        raise cut(service, len(rows), "ask for fewer economies or years")
    hints = [str(h.get("message", h)) for h in records(answer.get("hints") or [], service)]
    return Found(len(rows), remarks=tuple(hint[:160] for hint in hints))


ASKING = Asking(("indicator",), ("economy", "year"), requests, read)
