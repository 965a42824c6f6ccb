"""Eurostat: students from abroad by origin (educ_uoe_mobs02), SDMX 3.0, as SDMX-CSV.

Version 3.0 is asked because it takes dimensions by name, in any order.
"""

from __future__ import annotations

from ...registry import Provider
from .. import names
from .asking import Asking, Choice, Found, codes, csv_figures
from .transport import Request


def requests(chosen: Choice, service: Provider, keyed: bool) -> list[Request]:
    """One: both sexes, all levels of a degree, in numbers."""

    def code(economy: str) -> str | None:
        return service.codes.get(economy) or names.two_letters(economy)

    dimensions = {
        "freq": ["A"],
        "unit": ["NR"],
        "sex": ["T"],
        "isced11": ["ED5-8"],
        "partner": codes(chosen, "origin", code, "Eurostat"),
        "geo": codes(chosen, "destination", code, "Eurostat"),
        "TIME_PERIOD": [str(year) for year in chosen.get("year", ())],
    }
    params = [(f"c[{name}]", ",".join(values)) for name, values in dimensions.items() if values]
    params += [("format", "csvdata"), ("formatVersion", "2.0"), ("compress", "false")]
    return [
        Request(
            "/sdmx/3.0/data/dataflow/ESTAT/educ_uoe_mobs02/1.0",
            tuple(params),
            accept="*/*",
            suffix=".csv",
            none=(204, 404),
        )
    ]


def read(request: Request, body: bytes, service: Provider, keyed: bool) -> Found:
    """Rows of observations; ':' stands where there is none."""
    return Found(csv_figures(body, service))


ASKING = Asking(("origin",), ("destination", "year"), requests, read)
