"""A table of cells as text, and how it is written to HTML, LaTeX and Word."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import registry
from ..ground.errors import UsageError, known_name
from ..ground.extras import needed
from ..ground.files import write_whole
from ..stats.frames import origin
from ..stats.result import escape_latex, written
from ..tables.cite import source_ids

if TYPE_CHECKING:
    from maketables import MTable

MOST = 6
"""Sources that a note names in full; `cite` gives all."""
SMALL = 9
"""Points of the letters in Word."""


@dataclass(frozen=True, eq=False, repr=False)
class PaperTable:
    """A table with caption and notes, as a paper prints it.

    In Jupyter it shows itself.

    Attributes
    ----------
    cells : pandas.DataFrame
        What stands in the cells, as text. Rows have a part (a rule stands between two parts) and a
        label; columns have one or more levels of heads.
    caption : str
        Above the table.
    notes : tuple of str
        Below it, a paragraph each; the sources are the last.
    sources : tuple of str
        Ids of all sources behind it; `ca.cite` gives their references.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", partner="CHN", product="TOTAL", source="KAZ_BNS")
    >>> table = ca.paper.summary_table(rows, ["value_usd"])
    >>> table.to_latex().splitlines()[0], table.sources
    ('\\\\begin{table}[htbp]', ('KAZ_BNS',))
    """

    cells: pd.DataFrame
    caption: str
    notes: tuple[str, ...]
    _sources: tuple[str, ...] = ()
    _lost: tuple[str, ...] = ()
    _named: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        if self._lost:
            raise UsageError(
                f"no source is known of {', '.join(self._lost)}",
                hint="make the table with data=, the frame or the ids that its figures come from",
            )
        return self._sources

    def to_frame(self) -> pd.DataFrame:
        """The cells, as a copy.

        Returns
        -------
        pandas.DataFrame
            Text by part and label.
        """
        return self.cells.copy()

    def to_html(self, path: str | Path | None = None) -> str | None:
        """The table as a page of HTML that stands by itself, with its style.

        Parameters
        ----------
        path : str or Path, optional
            The file to write; whole or not at all.

        Returns
        -------
        str or None
            The text, where no file is named.

        Raises
        ------
        MissingPackageError
            great-tables is not installed.
        WriteError
            The file cannot be written.
        """
        return written(_html(self, page=True), path)

    def to_latex(self, path: str | Path | None = None, *, label: str = "") -> str | None:
        """The table as LaTeX, as wide as the text.

        It needs the packages array, booktabs, makecell, tabularx and threeparttable; a source named
        in Cyrillic letters the encoding T2A as well, or XeLaTeX with a font that has them.

        Parameters
        ----------
        path : str or Path, optional
            The file to write; whole or not at all.
        label : str
            For references to it, for example 'tab:gravity'.

        Returns
        -------
        str or None
            The text, where no file is named.

        Raises
        ------
        WriteError
            The file cannot be written.
        """
        style = {"first_row_addlinespace": None, "data_addlinespace": None}
        return written(f"{_drawn(self, label, escape_latex).make('tex', tex_style=style)}\n", path)

    def to_docx(self, path: str | Path) -> None:
        """The table as a document for Word, with a numbered caption.

        Parameters
        ----------
        path : str or Path
            The file to write; whole or not at all.

        Raises
        ------
        MissingPackageError
            maketables is not installed.
        WriteError
            The file cannot be written.
        """
        style = {"font_size_pt": SMALL, "cell_margins_dxa": {"left": 57, "right": 57}}
        buffer = io.BytesIO()
        document: Any = _drawn(self).make("docx", docx_style=style | {"notes_align": "left"})
        _set_look(document, max(map(len, self.cells.index.get_level_values(1))))
        document.save(buffer)
        write_whole(Path(path), buffer.getvalue(), folders=False)

    def save(self, path: str | Path) -> None:
        """Write the table in the form that the name of the file asks for.

        Parameters
        ----------
        path : str or Path
            Ends with '.html', '.tex' or '.docx'.

        Raises
        ------
        UnknownNameError
            Another ending.
        MissingPackageError
            What writes this form is not installed.
        WriteError
            The file cannot be written.
        """
        forms: dict[str, Callable[[Path], Any]] = {
            ".html": self.to_html,
            ".tex": self.to_latex,
            ".docx": self.to_docx,
        }
        forms[known_name("ending", Path(path).suffix.lower(), forms)](Path(path))

    def _repr_html_(self) -> str:
        return _html(self)

    def __repr__(self) -> str:
        cells = self.cells if self._named else self.cells.droplevel(0)
        return "\n".join([self.caption, cells.to_string(), *self.notes])


def _set_look(document: Any, longest: int) -> None:
    """What maketables leaves to the template: letters of empty cells and of the number of the
    table, which fields take from their style, and a first column as wide as its labels need.
    """
    from docx.shared import Pt, RGBColor

    document.styles["Normal"].font.size = Pt(SMALL)
    document.styles["Caption"].font.color.rgb = RGBColor(0, 0, 0)
    (table,) = document.tables
    section = document.sections[0]
    whole = section.page_width - section.left_margin - section.right_margin
    first = int(min(0.38 * whole, Pt(14 + 0.55 * SMALL * longest)))
    table.autofit = False
    widths = [first, *[(whole - first) // (len(table.columns) - 1)] * (len(table.columns) - 1)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        at = 0
        for cell in row._tr.tc_lst:
            cell.width = sum(widths[at : at + cell.grid_span])
            at += cell.grid_span


def sources_note(ids: Iterable[str], unstated: Iterable[str] = ()) -> str:
    """The references of sources in one paragraph, and the columns without one; '' where there is
    nothing to say.

    Ids that the registry does not know are a user's own, and stand as they are.

    Examples
    --------
    >>> sources_note(["MINE"], ["(2)"])
    'Sources: MINE. Not stated for (2).'
    """
    known = registry.sources()
    references = [known[i].citation.rstrip(". ") if i in known else i for i in ids]
    listed = "; ".join(references[:MOST])
    more = f"; and {len(references) - MOST} more" if len(references) > MOST else ""
    sentences = [f"Sources: {listed}{more}."] if references else []
    if unstated := list(unstated):
        sentences.append(
            f"{'Not' if sentences else 'Sources: not'} stated for {', '.join(unstated)}."
        )
    return " ".join(sentences)


def sourced(
    cells: pd.DataFrame, caption: str, notes: Sequence[str], ids: tuple[str, ...], **named: bool
) -> PaperTable:
    """A table of figures whose sources stand below it, or that they are not stated."""
    lost = () if ids else ("these figures",)
    below = tuple(filter(None, (*notes, sources_note(ids, lost))))
    return PaperTable(cells, caption, below, ids, lost, **named)


def ids_of(data: pd.DataFrame | str | Iterable[str] | None) -> tuple[str, ...]:
    """Ids that a frame names, or those given; none of None."""
    if isinstance(data, pd.DataFrame):
        return origin(data)
    return () if data is None else tuple(source_ids(data))


def _drawn(table: PaperTable, label: str | None = None, text: Callable[[str], str] = str) -> MTable:
    """The table as maketables takes it, `text` in the place of every text in it."""
    with needed():
        from maketables import MTable

    cells = table.cells.map(str).map(text)
    return MTable(
        cells.rename(index=text, columns=text),
        caption=text(table.caption),
        notes="\n".join(map(text, table.notes)),
        tab_label=label or None,
        rgroup_display=table._named,
    )


def _html(table: PaperTable, *, page: bool = False) -> str:
    with needed():
        from great_tables import GT, loc, style

    part, rule = table.cells.index.get_level_values(0), style.borders(sides="top", weight="1px")
    if not table._named:  # a rule stands between two parts, and no name of them
        table = replace(table, cells=table.cells.droplevel(0))
    grid: Any = _drawn(table).make("gt", gt_style={"table_font_size": "15px"})
    begins = [] if table._named else [n for n in range(1, len(part)) if part[n] != part[n - 1]]
    grid = grid.tab_style(rule, [loc.body(rows=begins), loc.stub(rows=begins)])
    return str(GT.as_raw_html(grid.with_id("ca-table"), make_page=page))
