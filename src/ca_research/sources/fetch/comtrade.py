"""UN Comtrade: trade by partner and year; a preview without a key, all of it with one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ...registry import Provider
from .. import names
from .asking import Asking, Choice, Found, codes, cut, not_understood, parsed
from .transport import Request

_FLOWS = {"export": "X", "import": "M"}


def requests(chosen: Choice, service: Provider, keyed: bool) -> list[Request]:
    """One for each year: a preview takes no more."""
    door = "/data/v1/get" if keyed else "/public/v1/preview"
    partners = codes(chosen, "partner", _number, "UN Comtrade")
    params = [
        ("reporterCode", ",".join(codes(chosen, "reporter", _number, "UN Comtrade"))),
        ("flowCode", ",".join(_FLOWS[str(f)] for f in chosen.get("flow", tuple(_FLOWS)))),
        ("cmdCode", ",".join(map(str, chosen.get("product", ("TOTAL",))))),
        *([("partnerCode", ",".join(partners))] if partners else []),
        *(("partner2Code", "0"), ("customsCode", "C00"), ("motCode", "0")),
        *(("maxRecords", str(_most(service, keyed))), ("format", "JSON"), ("includeDesc", "true")),
    ]
    years = [("period", str(year)) for year in chosen["year"]]
    return [Request(f"{door}/C/A/HS", (year, *params)) for year in years]


def _number(economy: str) -> str | None:
    """Its own number of a territory; Taiwan is part of 'Other Asia, not elsewhere specified'."""
    return None if economy == "TWN" else names.number(economy)


def _most(service: Provider, keyed: bool) -> int:
    return (service.rows_with_key if keyed else service.rows) or 500


class _Answer(BaseModel):
    data: list[dict[str, Any]] | None
    error: str | None = None
    count: int | None = None


def read(request: Request, body: bytes, service: Provider, keyed: bool) -> Found:
    """Records under `data`; a full answer may be cut off without a word."""
    answer: _Answer = parsed(body, service, _Answer)
    rows, remark = len(answer.data or ()), (answer.error or "").strip()
    if remark and rows:
        raise not_understood(service, f"figures with an error: {remark[:120]}")
    if rows >= _most(service, keyed) or (answer.count or 0) > rows:
        way = "name the partners, or one flow"
        if not keyed:
            way += f"; or set {service.key}, a free key of comtradedeveloper.un.org"
        raise cut(service, rows, way)
    return Found(rows, remarks=(remark,) if remark else ())


ASKING = Asking(("reporter", "year"), ("partner", "flow", "product"), requests, read)
