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
LABEL, CELL = 34, 16
"""Letters of a line in the first column and in others, at most: what is longer is broken."""


def document(
    caption: str, levels: list[list[str]], blocks: list[pd.DataFrame], notes: Iterable[str]
) -> bytes:
    """The bytes of a .docx: a caption that Word numbers, the table with its rules, the notes."""
    with needed():
        import docx
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt, RGBColor

    made = docx.Document()
    made.core_properties.title = caption
    above = made.add_paragraph("Table ", style="Caption")
    _numbered(above)
    above.add_run(f": {caption}")
    above.paragraph_format.keep_with_next = True
    style: Any = above.style
    style.font.color.rgb = RGBColor(0, 0, 0)

    page: Any = made.sections[0]
    room = page.page_width - page.left_margin - page.right_margin
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
    grid.autofit = False
    _close(grid)
    widths = _widths(levels[-1], blocks)
    for n, column in enumerate(grid.columns):
        column.width = int(room * widths[n] / sum(widths))
    for row in grid.rows:
        for n, cell in enumerate(row.cells):
            cell.width = grid.columns[n].width
            paragraph = cell.paragraphs[0]
            for run in paragraph.runs:
                run.font.size = Pt(9)
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
    for n, note in enumerate(notes):
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(0 if n else 4)
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(note).font.size = Pt(9)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _widths(heads: list[str], blocks: list[pd.DataFrame]) -> list[int]:
    """Of each column the letters of its longest line, and four for its margins."""
    rows = [("", *heads), *(row for part in blocks for row in part.itertuples())]
    longest = [max(len(str(text)) for text in column) for column in zip(*rows, strict=True)]
    return [min(n, LABEL if at == 0 else CELL) + 4 for at, n in enumerate(longest)]


def _close(grid: Any) -> None:
    """A millimetre beside what stands in a cell: Word's own two break numbers of eight columns."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        width = OxmlElement(f"w:{side}")
        width.set(qn("w:w"), "57")  # twentieths of a point
        width.set(qn("w:type"), "dxa")
        margins.append(width)
    grid._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


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
