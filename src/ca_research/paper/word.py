"""A table as a document for Word."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..ground.extras import needed
from .layout import spans

THICK, THIN = 8, 4
"""Widths of rules, in eighths of a point."""


def document(
    caption: str, levels: list[list[str]], blocks: list[pd.DataFrame], notes: Iterable[str]
) -> bytes:
    """The bytes of a .docx: a caption that Word numbers, the table with its rules, the notes."""
    with needed():
        import docx
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

    made = docx.Document()
    made.core_properties.title = caption
    above = made.add_paragraph("Table ", style="Caption")
    _numbered(above)
    above.add_run(f": {caption}")
    above.paragraph_format.keep_with_next = True

    grid = made.add_table(rows=0, cols=len(levels[-1]) + 1)
    for level in levels:
        cells, first = grid.add_row().cells, 1
        for head, n in spans(level):
            cells[first].merge(cells[first + n - 1]).text = head
            first += n
    for part in blocks:
        for row in part.itertuples():
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = str(text)
    for row in grid.rows:
        for n, cell in enumerate(row.cells):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = True
            if n:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _ruled(grid, 0, "top", THICK)
    below = len(levels)
    for part in blocks:
        _ruled(grid, below, "top", THIN)
        below += len(part)
    _ruled(grid, below - 1, "bottom", THICK)
    for note in notes:
        made.add_paragraph().add_run(note).font.size = Pt(9)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _numbered(paragraph: Any) -> None:
    """A field that Word counts: 'Table 1', 'Table 2' ...; it shows 1 until it is updated."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), r"SEQ Table \* ARABIC")
    paragraph._p.append(field)
    run = OxmlElement("w:r")
    run.append(OxmlElement("w:t"))
    run[0].text = "1"
    field.append(run)


def _ruled(grid: Any, row: int, side: str, width: int) -> None:
    """A rule above or below a row; a cell has its rules in one element, above before below."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for cell in grid.rows[row]._tr.tc_lst:
        within = cell.get_or_add_tcPr()
        borders = within.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            within.append(borders)
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(width)), ("color", "000000")):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
