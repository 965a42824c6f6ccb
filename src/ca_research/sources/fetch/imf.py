"""International Monetary Fund: trade in goods by partner (IMTS), SDMX 2.1, as SDMX-CSV."""

from __future__ import annotations

from ...ground.economies import is_aggregate
from ...registry import Provider
from .asking import Asking, Choice, Found, codes, csv_figures, spans
from .transport import Request

_FLOWS = {"export": "XG_FOB_USD", "import": "MG_CIF_USD"}


def requests(chosen: Choice, service: Provider, keyed: bool) -> list[Request]:
    """One for each span of years."""
    flows = chosen.get("flow", tuple(_FLOWS))
    parts = ("reporter", "partner")
    reporters, partners = (codes(chosen, part, _code, "the IMF") for part in parts)
    indicators = [_FLOWS[str(flow)] for flow in flows]
    key = ".".join("+".join(part) for part in (reporters, indicators, partners, ["A"]))
    return [
        Request(
            f"/data/IMF.STA,IMTS/{key}",
            (("startPeriod", str(span[0])), ("endPeriod", str(span[1]))) if span else (),
            accept="application/vnd.sdmx.data+csv;version=1.0.0",
            suffix=".csv",
            none=(204, 404),
        )
        for span in spans(chosen.get("year", ()))
    ]


def _code(economy: str) -> str | None:
    if economy == "WLD":
        return "G001"
    return None if is_aggregate(economy) else economy


def read(request: Request, body: bytes, service: Provider, keyed: bool) -> Found:
    """Rows of observations; an answer without any may be empty to the last byte."""
    return Found(csv_figures(body, service) if body.strip() else 0)


ASKING = Asking(("reporter",), ("partner", "flow", "year"), requests, read)
