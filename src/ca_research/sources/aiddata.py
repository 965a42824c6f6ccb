"""AidData: the workbook of Global Chinese Development Finance, one row for each project."""

from __future__ import annotations

from ..registry import Table
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed

_CLASSES = {"ODA-like": "oda_like", "OOF-like": "oof_like", "Vague (Official Finance)": "vague"}
_CLASSES |= {"Vague": "vague"}


def mapping(file: Headed, table: Table) -> Map:
    """Projects with the amounts committed, in dollars of 2021; without an amount it is empty."""
    host, sector = file.needs("Recipient ISO-3", "Recipient"), file.needs("Sector Name")
    columns = {
        "project_id": Field(column=file.needs("AidData Record ID")),
        "title": Field(column=file.needs("Title")),
        "host": Field(column=host),
        "year": Field(column=file.needs("Commitment Year")),
        "amount_usd": Field(column=file.needs("Amount (Constant USD 2021)")),
        "price_basis": Field(constant="constant 2021 USD"),
        "flow_basis": Field(constant="source"),
        "sector": Field(column=sector, words={v: v.capitalize() for v in file.distinct(sector)}),
    }
    optional = {
        "funder": ("Funding Agencies", {}),
        "completion_year": ("Completion Year", {}),
        "flow_type": ("Flow Type", {}),
        "flow_class": ("Flow Class", _CLASSES),
        "recommended": ("Recommended For Aggregates", {"Yes": "true", "No": "false"}),
        "status": ("Status", {}),
        "collateralised": ("Collateralized", {"Yes": "true", "No": ""}),
        "infrastructure": ("Infrastructure", {"Yes": "true", "No": ""}),
    }
    for name, (heading, words) in optional.items():
        if (there := file.name(heading)) is not None:
            columns[name] = Field(column=there, words=words)
    return file.map(only=file.economies(host, but=("",)), columns=columns)


LAYOUTS = (
    Layout(
        "aiddata gcdf",
        ("AidData Record ID", "Recipient", "Commitment Year", "Flow Type", "Sector Name"),
        tables=("projects",),
        mapping=mapping,
        publisher="AidData, Global Chinese Development Finance",
        licence="Open Data Commons Attribution License (ODC-By)",
        address="https://www.aiddata.org/data/aiddatas-global-chinese-development-finance-dataset-version-3-0",
        origin="AIDDATA",
    ),
)
