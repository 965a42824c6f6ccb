"""UN Comtrade: what its layouts cannot say of the border at which a figure is, and of products."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ..registry import Table
from .mapping import Field, Map
from .parts import Headed, with_columns
from .sheets import NotStreamed, Sheet, shown

_EXPORTS, _IMPORTS = ("X", "Export", "Exports", "2"), ("M", "Import", "Imports", "1")
_VALUATION = "valuation (of cifvalue, fobvalue)"
_SAY = ("flowCode", "cifvalue", "fobvalue", "primaryValue")


def valued(sheet: Sheet) -> Sheet:
    """The sheet with a column that says at which border each figure is, where imports are at the
    exporter's: some reporters have no value of them but fob. Any other sheet as it is.
    """
    borders = dict.fromkeys(_EXPORTS, "fob") | dict.fromkeys(_IMPORTS, "cif")
    head, says = ([shown(c).casefold() for c in row] for row in (sheet.rows[0], _SAY))
    if not {*says} <= {*head}:
        return sheet
    frame = pd.DataFrame(sheet.rows[1:], dtype=object)
    said = frame[[head.index(h) for h in says]]
    if not (of_exporters := _at_exporters(said)).any():
        return sheet
    valuations = said.iloc[:, 0].map(shown).map(borders).fillna("").mask(of_exporters, "fob")
    rows = frame.assign(valuation=valuations).to_numpy().tolist()
    return replace(sheet, rows=[[*sheet.rows[0], _VALUATION], *rows])


def _at_exporters(frame: pd.DataFrame) -> pd.Series:
    """Whether figures are imports at the exporter's border, as their columns in `_SAY` tell."""
    flow, *amounts = frame
    cif, fob, value = (pd.to_numeric(frame[a], errors="coerce").fillna(0) for a in amounts)
    imports = frame[flow].map(shown).isin(_IMPORTS)
    return imports & cif.eq(0) & fob.ne(0) & fob.eq(value)


def classified(file: Headed, mapped: Map, table: Table) -> Map:
    """A map that takes rows of HS by the column of the classification, since 27 is another thing in
    SITC and BEC; a total is the same in all classifications of goods, where nothing else is read.
    """
    finer = next(one for one in mapped.only if one.why.startswith("finer"))
    words = mapped.columns["product"].words
    if {words.get(v, v) for v in file.distinct(finer.column) if finer.counts(v)} - {"TOTAL"}:
        return mapped
    goods = {"matches": "(?!EB).*", "why": "services"}
    of_hs = "other classifications than HS"
    only = (one.model_copy(update=goods) if one.why == of_hs else one for one in mapped.only)
    columns = {n: field for n, field in mapped.columns.items() if n != "revision"}
    return mapped.model_copy(update={"only": tuple(only), "columns": columns})


def adjusted(file: Headed, mapped: Map, table: Table) -> Map:
    """Exports at fob, imports at cif, or at fob where their reporter has no other value."""
    mapped = classified(file, mapped, table)
    if (said := file.name(_VALUATION)) is not None:
        return with_columns(mapped, valuation=Field(column=said))
    says = {h.casefold() for h in _SAY} <= {h.casefold() for h in file.headings}
    if says and any(_at_exporters(frame).any() for frame in file.frames(*_SAY)):
        raise NotStreamed(
            "imports at the value of the exporter's border (fobvalue) among others, which are told "
            "apart in small files only",
            where=file.given.name,
        )
    return mapped
