"""UN Comtrade: what its layouts cannot say of the border at which a figure is, and of products."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ..registry import Table
from .mapping import Field, Map
from .parts import LOOK, Headed, with_columns
from .sheets import NotStreamed, Sheet, shown

_EXPORTS, _IMPORTS = ("X", "Export", "Exports", "2"), ("M", "Import", "Imports", "1")
_VALUATION = "valuation (of cifvalue, fobvalue)"
_SAY = ("flowCode", "cifvalue", "fobvalue", "primaryValue")


def valued(sheet: Sheet) -> Sheet:
    """The sheet with a column that says at which border each figure is, where imports are at the
    exporter's: some reporters have no value of them but fob. Any other sheet as it is.
    """
    tops = (list(map(str.casefold, map(shown, row))) for row in sheet.rows[:LOOK])
    says = [h.casefold() for h in _SAY]
    found = ((n, list(map(row.index, says))) for n, row in enumerate(tops) if {*says} <= {*row})
    place, at = next(found, (0, []))
    frame = pd.DataFrame(sheet.rows if at else [], dtype=object)
    if not at or not (of_exporters := _at_exporters(frame[at])).any():
        return sheet
    borders = dict.fromkeys(_EXPORTS, "fob") | dict.fromkeys(_IMPORTS, "cif")
    valuations = frame[at[0]].map(shown).map(borders).fillna("").mask(of_exporters, "fob")
    valuations[place] = _VALUATION
    return replace(sheet, rows=frame.assign(valuation=valuations).to_numpy().tolist())


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
