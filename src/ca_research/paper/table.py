"""A table of cells as text, and how it is written to HTML, LaTeX and Word."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .. import registry
from ..ground.errors import UsageError
from ..ground.extras import needed
from ..ground.files import write_whole
from ..stats.frames import origin
from ..stats.result import escape_latex, written
from ..tables.cite import source_ids
from .layout import heads, parts, spans
from .word import document

MOST = 6
"""Sources that a note names in full; `cite` gives all."""
LETTERS = 18
"""Letters after which LaTeX breaks a cell or a head, where there is a space."""


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
        """The table as LaTeX, which needs the package booktabs.

        Where it is wider than the text it is made smaller, and needs graphicx too.

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
        return written(_latex(self, label), path)

    def to_docx(self, path: str | Path) -> None:
        """The table as a document for Word, with a numbered caption.

        Parameters
        ----------
        path : str or Path
            The file to write; whole or not at all.

        Raises
        ------
        MissingPackageError
            python-docx is not installed.
        WriteError
            The file cannot be written.
        """
        blocks = parts(self.cells, named=self._named)
        made = document(self.caption, heads(self.cells), blocks, self.notes)
        write_whole(Path(path), made, folders=False)

    def save(self, path: str | Path) -> None:
        """Write the table in the form that the name of the file asks for.

        Parameters
        ----------
        path : str or Path
            Ends with '.html', '.tex' or '.docx'.

        Raises
        ------
        UsageError
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
        form = forms.get(Path(path).suffix.lower())
        if form is None:
            raise UsageError(
                f"no table is written to {str(path)!r}", hint=f"end it with {', '.join(forms)}"
            )
        form(Path(path))

    def _repr_html_(self) -> str:
        return _html(self)

    def __repr__(self) -> str:
        return "\n".join(
            [self.caption, pd.concat(parts(self.cells, named=self._named)).to_string(), *self.notes]
        )


def sources_note(ids: Iterable[str], lost: Iterable[str] = ()) -> str:
    """The references of sources in one paragraph; '' where there is nothing to say.

    Ids that the registry does not know are a user's own, and stand as they are.

    Examples
    --------
    >>> sources_note(["MINE"], ["(2)"])
    'Sources: MINE. Not stated for (2).'
    """
    known = registry.sources()
    found = [known[i].citation.rstrip(". ") if i in known else i for i in ids]
    listed = "; ".join(found[:MOST])
    more = f"; and {len(found) - MOST} more" if len(found) > MOST else ""
    said = [f"Sources: {listed}{more}."] if found else []
    if lost := list(lost):
        said.append(f"{'Not' if said else 'Sources: not'} stated for {', '.join(lost)}.")
    return " ".join(said)


def ids_of(data: pd.DataFrame | str | Iterable[str] | None) -> tuple[str, ...]:
    """Ids that a frame names, or those given; none of None."""
    if isinstance(data, pd.DataFrame):
        return origin(data)
    return () if data is None else tuple(source_ids(data))


def _latex(table: PaperTable, label: str) -> str:
    *spanners, last = heads(table.cells)
    lines = [r"\begin{table}[htbp]", r"\centering", rf"\caption{{{_tex(table.caption)}}}"]
    lines += [rf"\label{{{label}}}"] if label else []
    lines += [r"\sbox0{%", rf"\begin{{tabular}}{{l{'c' * len(last)}}}", r"\toprule"]
    for level in spanners:
        cells = [
            rf"\multicolumn{{{n}}}{{c}}{{{_tex(head)}}}" if n > 1 else _tex(head)
            for head, n in spans(level)
        ]
        lines.append(" & ".join(["", *cells]) + r" \\")
    lines.append(" & ".join(["", *(_broken(head, at="b") for head in last)]) + r" \\")
    for part in parts(table.cells, named=table._named):
        lines.append(r"\midrule")
        for label, *row in part.itertuples():
            lines.append(" & ".join([_tex(str(label)), *map(_broken, row)]) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}}%"]
    fitted = r"\resizebox{\linewidth}{!}{\usebox0}"
    lines.append(rf"\ifdim\wd0>\linewidth{fitted}\else\usebox0\fi")
    if table.notes:
        notes = r"\par ".join(map(_tex, table.notes))
        lines.append(rf"\par\smallskip\parbox{{0.9\linewidth}}{{\footnotesize {notes}}}")
    return "\n".join([*lines, r"\end{table}", ""])


def _broken(cell: Any, at: str = "t") -> str:
    """A cell for LaTeX, in several lines where it is long, the first or the last of them in line
    with the row.
    """
    lines = textwrap.wrap(str(cell), LETTERS, break_long_words=False)
    told = r"\\".join(map(_tex, lines))
    if len(lines) < 2:
        return told
    return rf"\begin{{tabular}}[{at}]{{@{{}}c@{{}}}}{told}\end{{tabular}}"


def _tex(text: str) -> str:
    """Text for LaTeX: its special characters printable, signs of statistics as it sets them."""
    signs = {"−": "$-$", "²": "$^2$", "–": "--", "×": r"$\times$", "<": "$<$", ">": "$>$"}
    return re.sub("|".join(signs), lambda hit: signs[hit[0]], escape_latex(text))


def _html(table: PaperTable, *, page: bool = False) -> str:
    with needed():
        from great_tables import GT, style
        from great_tables import loc as place

    *spanners, last = heads(table.cells)
    names = [f"column_{n}" for n in range(len(last))]
    blocks = parts(table.cells, named=table._named)
    frame = pd.concat(blocks).set_axis(names, axis=1).reset_index(names="label")
    made = GT(frame.astype(str), id="ca-table").tab_header(title=table.caption)
    made = made.cols_label({"label": "", **dict(zip(names, last, strict=True))})
    made = made.cols_align("center", columns=names).cols_align("left", columns="label")
    for level, names_above in enumerate(reversed(spanners)):
        first = 0
        for head, n in spans(names_above):
            if head:
                columns = names[first : first + n]
                made = made.tab_spanner(head, columns=columns, level=level, id=f"{level}-{first}")
            first += n
    begins = 0
    for part in blocks[:-1]:
        begins += len(part)
        made = made.tab_style(
            style.borders(sides="top", weight="1px", color="black"), place.body(rows=[begins])
        )
    for note in table.notes:
        made = made.tab_source_note(note)
    made = made.tab_options(
        table_body_hlines_style="none", table_font_size="15px", data_row_padding="2px"
    )
    return str(made.as_raw_html(make_page=page))
