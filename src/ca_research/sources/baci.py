"""CEPII's BACI: one figure of both sides' reports for each exporter, importer and product."""

from __future__ import annotations

from ..registry import Table
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed


def mapping(file: Headed, table: Table) -> Map:
    """Exports by HS chapter and in total, added up from products of six digits."""
    exporter, importer = file.needs("i"), file.needs("j")
    return file.map(
        only=(*file.economies(exporter), *file.economies(importer)),
        sums=True,
        totals={"product": "TOTAL"},
        once=tuple(map(file.needs, ("t", "i", "j", "k"))),
        columns={
            "reporter": Field(column=exporter),
            "partner": Field(column=importer),
            "year": Field(column=file.needs("t")),
            "flow": Field(constant="export"),
            "product": Field(column=file.needs("k"), width=6, first=2),
            "value_usd": Field(column=file.needs("v"), times=1000),
            "valuation": Field(constant="fob"),
            "scope": Field(constant="goods"),
        },
    )


LAYOUTS = (
    Layout(
        "baci",
        ("t", "i", "j", "k", "v", "q"),
        tables=("trade",),
        mapping=mapping,
        publisher="CEPII, BACI",
        licence="Etalab Open Licence 2.0",
        address="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        origin="COMTRADE",
        role="reconciled",
    ),
)
