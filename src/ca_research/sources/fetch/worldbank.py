"""World Bank: indicators by economy and year, in pages."""

from __future__ import annotations

from dataclasses import replace

from ...ground.economies import is_aggregate
from ...registry import Provider
from .asking import Asking, Choice, Found, codes, json_of, not_understood, records, spans
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


def read(request: Request, body: bytes, service: Provider, keyed: bool) -> Found:
    """A list of two: what page it is of how many, and the records; a refusal is a list of one."""
    answer = json_of(body, service)
    if not isinstance(answer, list) or not answer or not isinstance(answer[0], dict):
        raise not_understood(service, "no list of a head and records")
    head, rows = answer[0], answer[1] if len(answer) == 2 else None
    if "message" in head:
        messages = records(head["message"], service)
        return Found(0, remarks=tuple(str(m.get("value") or m.get("key")) for m in messages))
    rows = records(rows or [], service)
    wanted_page = int(dict(request.params)["page"])
    try:
        page, pages, each, total = (int(head[k]) for k in ("page", "pages", "per_page", "total"))
    except (KeyError, TypeError, ValueError):
        page = pages = each = total = -1
    complete = len(rows) == min(each, total - each * (page - 1)) and page == wanted_page
    if page < 0 or not (complete or (not rows and page >= pages)):
        raise not_understood(service, f"{len(rows)} rows on page {page} of {pages}, {total} in all")
    onwards = replace(request, params=(*request.params[:-1], ("page", str(wanted_page + 1))))
    return Found(len(rows), more=onwards if page < pages else None)


ASKING = Asking(("indicator",), ("economy", "year"), requests, read)
