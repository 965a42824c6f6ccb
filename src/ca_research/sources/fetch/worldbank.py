"""World Bank: indicators by economy and year, in pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from ...ground.economies import is_aggregate
from ...registry import Provider
from .asking import Asking, Choice, Found, codes, not_understood, parsed, spans
from .transport import Request


def requests(chosen: Choice, service: Provider, keyed: bool) -> list[Request]:
    """One for each indicator and each span of years."""
    places = codes(chosen, "economy", _code, "the World Bank")
    queries = []
    for indicator in chosen["indicator"]:
        for span in spans(chosen.get("year", ())):
            params = [("format", "json"), ("per_page", str(service.rows or 1000))]
            params += [("date", f"{span[0]}:{span[1]}")] if span else []
            path = f"/country/{';'.join(places) or 'all'}/indicator/{indicator}"
            queries.append(Request(path, (*params, ("page", "1"))))
    return queries


def _code(economy: str) -> str | None:
    return economy if economy == "WLD" or not is_aggregate(economy) else None


class _Head(BaseModel):
    page: int
    pages: int
    per_page: int
    total: int


class _Message(BaseModel):
    message: list[dict[str, Any]]


def read(request: Request, body: bytes, service: Provider, keyed: bool) -> Found:
    """A list of two: what page it is of how many, and the records; a refusal is a list of one."""
    form = tuple[_Head, list[dict[str, Any]] | None] | tuple[_Message]
    head, *lists = parsed(body, service, form)
    if isinstance(head, _Message):
        return Found(0, remarks=tuple(str(m.get("value") or m.get("key")) for m in head.message))
    rows, wanted_page = len(lists[0] or ()), int(dict(request.params)["page"])
    whole = rows == min(head.per_page, head.total - head.per_page * (head.page - 1))
    if not ((whole and head.page == wanted_page) or (not rows and head.page >= head.pages)):
        raise not_understood(service, f"{rows} rows, which are not all of {head}")
    onwards = replace(request, params=(*request.params[:-1], ("page", str(wanted_page + 1))))
    return Found(rows, more=onwards if head.page < head.pages else None)


ASKING = Asking(("indicator",), ("economy", "year"), requests, read)
