"""Emit a figure with its title, its text for those who cannot see it, and its data, for Jupyter and
for the site.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground.display import (
    FIGURE_MIME,
    NOTE_MIME,
    SECTIONS,
    SOURCE_COLUMNS,
    STATEMENTS_MIME,
    TABLE_MIME,
    Section,
    is_year,
)
from ..ground.errors import CoverageError, known_name
from ..ground.numbers import NOTHING, fixed, percent
from ..ground.source_columns import ids_in, source_columns
from ..registry.words import cell_words
from ..stats.frames import require_some
from ..tables import source_ids
from . import style
from .canvas import for_phone
from .frames import LISTED, cell_text, html_table, with_index
from .pen import measured

_MARGIN = 0.06
"""Inches around what is drawn."""
_TAG = re.compile(r"<[^>]*>")
_LEVEL = re.compile(r' transform="rotate\(-?0 [^"]*\)"')
_LONG = re.compile(r"(\.\d\d)\d+")


def _shorter(tag: re.Match[str]) -> str:
    """A tag whose places have two decimals: a hundredth of a point is less than a screen shows. A
    word that is turned by nothing does not say so.
    """
    return re.sub(r'\b(?:d|x|y)="[^"]*"', lambda m: _LONG.sub(r"\1", m[0]), _LEVEL.sub("", tag[0]))


def to_svg(figure: Figure) -> str:
    """SVG text of a figure, the same bytes for the same figure.

    Text stays text, so that it can be searched and takes the colours of a page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any.

    Returns
    -------
    str
        Beginning with '<svg'.

    Examples
    --------
    >>> figure, ax = plt.subplots()
    >>> to_svg(figure)[:4]
    '<svg'
    """
    buffer = io.StringIO()
    engine = figure.get_layout_engine()
    with style.context(), measured(figure):
        if engine and figure.axes:
            engine.execute(figure)
        drawn = figure.get_tightbbox().padded(_MARGIN)  # "tight" would draw all of it twice
        figure.set_layout_engine(None)
        figure.savefig(
            buffer, format="svg", bbox_inches=drawn, metadata={"Date": None, "Creator": None}
        )
    svg = buffer.getvalue()
    return _TAG.sub(_shorter, svg[svg.index("<svg") :])


FITS = 3.7
"""Inches: an SVG up to here is shown on a phone as it is, hardly smaller than drawn."""


def inches(svg: str) -> float:
    """Width of an SVG as matplotlib writes it."""
    width = re.search(r'\bwidth="([\d.]+)pt"', svg)
    return float(width[1]) / 72 if width else 0.0


def show(
    ax: Axes | Figure,
    *,
    section: Section,
    title: str = "",
    alt: str = "",
    data: pd.DataFrame,
    sources: pd.DataFrame | list[str] | None = None,
    note: str = "",
) -> None:
    """Display a figure once, as SVG with the record the site needs, and close it.

    Parameters
    ----------
    ax : Axes or Figure
        Of matplotlib.
    section : {'main', 'specifications', 'for', 'against', 'missing', 'context'}
        Where on the page.
    title : str, optional
        What the reader should see; by default what the picture says of itself (`plots.telling`).
    alt : str, optional
        The same for those who cannot; made from the data.
    data : pandas.DataFrame
        The numbers drawn, offered as CSV beside the figure; with an index that names the rows.
    sources : pandas.DataFrame or list of str, optional
        Frame or ids; by default those of `data`.
    note : str
        What a reader has to know beside it.

    Raises
    ------
    UsageError
        Another section, or `data` is no frame or has no sources where none are given.
    UnknownNameError
        A source that the register does not know.

    Examples
    --------
    In a notebook the picture appears; elsewhere its record is printed.

    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", partner="CHN", flow="import", product="TOTAL",
    ...                source="KAZ_BNS")
    >>> imports = rows.set_index("year")["value_usd"] / 1e9
    >>> figure, ax = plt.subplots()
    >>> lines = ax.plot(imports.index, imports)
    >>> title = f"Imports from China have grown {imports.iloc[-1] / imports.iloc[0]:.1f}-fold"
    >>> alt = f"From {imports.iloc[0]:.1f} to {imports.iloc[-1]:.1f} billion dollars."
    >>> show(ax, section="main", title=title, alt=alt, data=rows)
    {'image/svg+xml': '<svg ...'title': 'Imports from China have grown 2.9-fold', ...
    """
    more: dict[str, Any] = {"data": data, "sources": sources, "note": note}
    show_choice({"": (ax, alt)}, question="", section=section, title=title, **more)


def telling(figure: Figure, title: str, alt: str) -> Figure:
    """Give a picture what it shows as a title, and the same for those who cannot see it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        That picture.
    title, alt : str
        As `show` takes them; it needs none then.

    Returns
    -------
    matplotlib.figure.Figure
        The same.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> words_of(telling(plt.figure(), "It rises", "From 1 to 2."))
    ('It rises', 'From 1 to 2.')
    """
    figure.words = title, alt  # type: ignore[attr-defined]
    return figure


def words_of(ax: Axes | Figure) -> tuple[str, str]:
    """Title and text that a picture says of itself; '' where it says none.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> words_of(plt.figure())
    ('', '')
    """
    return getattr(ax if isinstance(ax, Figure) else ax.get_figure(), "words", ("", ""))


def show_choice(
    pictures: Mapping[str, Figure | tuple[Axes | Figure, str]],
    *,
    question: str,
    section: str,
    title: str = "",
    data: pd.DataFrame,
    sources: pd.DataFrame | list[str] | None = None,
    note: str = "",
) -> None:
    """Display one picture in several versions of which a reader chooses.

    A notebook shows the first, a page a switch, and paper all of them.

    Parameters
    ----------
    pictures : mapping of str to Figure, or to (Axes or Figure, str)
        By the words of the choice: the picture, and the same for those who cannot see it where it
        does not say so itself (`telling`).
    question : str
        What is chosen, as a heading over the choices.
    section, title : str
        As in `show`, for all versions together; by default the first says the title.
    data : pandas.DataFrame
        As in `show`.
    sources : pandas.DataFrame or list of str, optional
        As in `show`.
    note : str
        As in `show`.

    Raises
    ------
    UsageError
        Another section.

    Examples
    --------
    In a notebook the first picture appears; elsewhere its record is printed.

    >>> import matplotlib.pyplot as plt
    >>> pictures = {name: (plt.subplots()[0], f"{name} figures") for name in ("Own", "Partners'")}
    >>> show_choice(pictures, question="Who reports", section="main", title="China leads",
    ...     data=pd.DataFrame({"partner": ["CHN"], "source_id": ["KAZ_BNS"]}))
    {'image/svg+xml': ...
    """
    both = {k: one if isinstance(one, tuple) else (one, "") for k, one in pictures.items()}
    title = title or words_of(next(iter(both.values()))[0])[0]
    record = _record(section, title, note, data if sources is None else sources)
    first, *record["others"] = (_drawn(label, *one) for label, one in both.items())
    svg, plain = first.pop("svg"), f"{title}\n{first['alt']}"
    record |= {"csv": _csv(with_index(data)), "question": question, **first}
    _send({"image/svg+xml": svg, FIGURE_MIME: record, "text/plain": plain})


def _drawn(label: str, ax: Axes | Figure, alt: str) -> dict[str, Any]:
    """A picture as text, for a page and for a phone; its figure is closed."""
    figure = ax if isinstance(ax, Figure) else ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    alt = alt or words_of(figure)[1]
    record = {"label": label, "alt": alt, "svg": to_svg(figure), "narrow": ""}
    if inches(record["svg"]) > FITS and (narrow := for_phone(figure)):
        record["narrow"] = to_svg(narrow)
        plt.close(narrow)
    plt.close(figure)
    return record


def _record(
    section: str, title: str, note: str, sources: pd.DataFrame | list[str]
) -> dict[str, Any]:
    """What pictures and tables on a page have in common."""
    return {
        "section": known_name("section", section, SECTIONS),
        "name": re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60],
        "title": title,
        "note": note,
        "sources": source_ids(sources),
    }


def _send(bundle: dict[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True)


def show_table(
    frame: pd.DataFrame,
    *,
    section: Section,
    title: str,
    sources: pd.DataFrame | list[str] | None = None,
    note: str = "",
    digits: int = 1,
    columns: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> None:
    """Display a small table once, as HTML for Jupyter and as the record the site needs.

    Codes are put in words and numbers rounded for reading; the CSV beside the table keeps codes,
    whole numbers and the names of the columns. A column source_id or sources is not shown: it says
    for each row where that row comes from, which a page tells who asks for a number.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row is one row of the table; an index that names the rows stands first.
    section : {'main', 'specifications', 'for', 'against', 'missing', 'context'}
        Where on the page.
    title : str
        What the table shows, or finds.
    sources : pandas.DataFrame or list of str, optional
        Frame or source ids that the table rests on; by default those of `frame`.
    note : str
        What a reader has to know beside it.
    digits : int
        Decimals of numbers that are not whole.
    columns : sequence of str
        Those shown, in this order; all where none is named.
    labels : mapping of str to str, optional
        Heads of columns, by column; by default the name of the column in words.

    Raises
    ------
    UnknownNameError
        A source that the register does not know.
    UsageError
        Another section, or `frame` is no frame or has no sources where none are given.

    Examples
    --------
    In a notebook the table appears; elsewhere its record is printed.

    >>> lengths = pd.DataFrame({"economy": ["KGZ"], "km": [1063], "source_id": ["FBK"]})
    >>> show_table(lengths, section="main", title="Length of the border")
    {'application/vnd.ca-research.table+json': ...'rows': [['Kyrgyzstan', '1,063']], ...
    """
    record, html, plain = table_record(
        frame, section, title, sources, note, digits, columns, labels
    )
    _send({TABLE_MIME: record, "text/html": html, "text/plain": plain})


def table_record(
    frame: pd.DataFrame,
    section: str,
    title: str,
    sources: pd.DataFrame | list[str] | None = None,
    note: str = "",
    digits: int = 1,
    columns: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], str, str]:
    """A table as the site needs it, as HTML and as text; what is given is as in `show_table`."""
    index, frame = len(frame.columns), with_index(frame)
    named = [c for c in SOURCE_COLUMNS if c in frame]
    record = _record(section, title, note, frame if sources is None else sources)
    if columns:
        rows = frame.columns[: len(frame.columns) - index]  # what names them
        first = [name for name in rows if name not in (*columns, *named)]
        frame = frame[[*first, *columns, *(c for c in named if c not in columns)]]
    shown = frame.drop(columns=named)
    heads = [(labels or {}).get(c, str(c).replace("_", " ")) for c in shown.columns]
    cells = [cells_of(str(h), shown.iloc[:, i], digits) for i, h in enumerate(heads)]
    record |= {
        "origins": _origins(frame),
        "columns": heads,
        "numeric": [bool(pd.api.types.is_numeric_dtype(kind)) for kind in shown.dtypes],
        "rows": [list(row) for row in zip(*cells, strict=True)],
        "csv": _csv(frame),
    }
    html = html_table(pd.DataFrame(record["rows"], columns=heads))
    return record, html, shown.to_string(index=False)


def show_note(text: str, *, section: Section = "main", reason: str = "") -> None:
    """Display sentences that were made from results, as a paragraph of the page.

    Parameters
    ----------
    text : str
        Plain text; nothing in it is markup.
    section : {'main', 'specifications', 'for', 'against', 'missing', 'context'}
        Where on the page.
    reason : str
        What only a notebook adds, for who works in it.

    Raises
    ------
    UsageError
        Another section.

    Examples
    --------
    In a notebook the text appears; elsewhere its record is printed.

    >>> show_note("Figures are lacking for the newest years.")
    {'application/vnd.ca-research.note+json': ...'text/plain': 'Figures are lacking ...
    """
    plain = f"{text}\n{reason}" if reason else text
    note = {"section": known_name("section", section, SECTIONS), "text": text}
    _send({NOTE_MIME: note, "text/plain": plain})


@contextmanager
def where_known(section: Section = "main") -> Iterator[None]:
    """Show what needs figures that may not have been known; without them the page says so.

    On any day of knowledge the notebook goes on to its verdict: only CoverageError is caught.

    Parameters
    ----------
    section : {'main', 'specifications', 'for', 'against', 'missing', 'context'}
        Where on the page what is inside would stand.

    Raises
    ------
    UsageError
        Another section.

    Examples
    --------
    Pictures and measures raise CoverageError where no figure is left for them; in a notebook this
    says which.

    >>> import ca_research as ca
    >>> from ca_research.plots import bars
    >>> rows = ca.load("trade", reporter="KAZ", as_of="1900-01-01")
    >>> with where_known():
    ...     picture = bars(rows, "value_usd", by="partner")
    {...'text': 'What would stand here needs figures that were not known on this day.'...
    """
    try:
        yield
    except CoverageError as error:
        show_note(
            "What would stand here needs figures that were not known on this day.",
            section=section,
            reason=str(error),
        )


def known(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame itself, where it has a row: within `where_known`, what needs one begins with it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any.

    Returns
    -------
    pandas.DataFrame
        The frame.

    Raises
    ------
    CoverageError
        It has no row.

    Examples
    --------
    >>> lengths = pd.DataFrame({"economy": ["KGZ"], "km": [1063], "source_id": ["FBK"]})
    >>> with where_known():
    ...     show_table(known(lengths.query("km > 2000")), section="main", title="Long borders")
    {...'text': 'What would stand here needs figures that were not known on this day.'...
    """
    return require_some(frame, "row to show")


def show_statements(title: str, statements: Sequence[tuple[str, str, Sequence[str]]]) -> None:
    """Display a few sentences on all claims together.

    On the page they stand where they are shown, and the index begins with them.

    Parameters
    ----------
    title : str
        What they are together.
    statements : sequence of tuple
        Of each what it speaks of in a few words, the sentence, and the ids of its claims. Plain
        text; nothing in it is markup.

    Examples
    --------
    In a notebook the text appears; elsewhere its record is printed.

    >>> show_statements("In short", [("Trade", "Half of the claims hold.", ["X01", "X02"])])
    {'application/vnd.ca-research.statements+json': ...'claims': ['X01', 'X02']}]}, ...
    """
    sentences = [{"about": a, "text": text, "claims": list(ids)} for a, text, ids in statements]
    plain = "\n".join(f"{one['about']}: {one['text']}" for one in sentences)
    record = {"title": title, "statements": sentences}
    _send({STATEMENTS_MIME: record, "text/plain": f"{title}\n{plain}"})


def cells_of(name: str, column: pd.Series, digits: int) -> list[str]:
    """The cells of one column as they are read.

    Numbers have `digits` decimals, or none where all of the column are whole; a column of shares
    (named so, all from 0 to 1) is in per cent, as `percent` has it; years carry no comma; what is
    missing is a dash; codes are put in words.
    """
    plain = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if not plain:
        words = partial(cell_words, name)
        return [cell_text(v, words, lambda v: fixed(v, int(v % 1 != 0))) for v in column]
    known = column.dropna().astype(float)
    if is_year(name) and known.between(1000, 3000).all():
        return [NOTHING if pd.isna(v) else str(int(v)) for v in column]
    plain_name = name.replace("_", " ")
    if (
        re.search(r"\bshares?\b", plain_name)
        and not re.search(r"\(|%|\bpct\b|\bper ?cent\b|\bpercent", plain_name)
        and known.between(0, 1).all()
    ):
        decimals = max(digits - 2, 0)
        return [NOTHING if pd.isna(v) else percent(float(v), decimals) for v in column]
    places = 0 if (known % 1 == 0).all() else digits
    return [NOTHING if pd.isna(v) else _rounded(float(v), places) for v in column]


def _rounded(value: float, places: int) -> str:
    """So many decimals, and up to six where all of them would be zero though the value is not."""
    if value and not round(value, places) and (first := -math.floor(math.log10(abs(value)))) <= 6:
        places = first
    return fixed(value, places)


def _origins(frame: pd.DataFrame) -> list[list[str]]:
    """Source ids of each row, or nothing where the frame has no column of them."""
    columns = [frame[c] for c in source_columns(frame.columns)]
    if not columns:
        return []
    rows = zip(*columns, strict=True)
    return [source_ids([i for cell in row for i in ids_in(cell)]) for row in rows]


def _csv(data: pd.DataFrame) -> str:
    flat = data.apply(_csv_column) if len(data) else data
    return flat.to_csv(index=False, float_format=_digits)


def _csv_column(cells: pd.Series) -> pd.Series:
    """Lists joined by spaces, and whole numbers without a point."""
    if pd.api.types.is_object_dtype(cells):
        return cells.map(lambda v: " ".join(map(str, v)) if isinstance(v, LISTED) else v)
    known = cells.dropna()
    integer = pd.api.types.is_float_dtype(cells) and (known % 1 == 0).all()
    return cells.astype("Int64") if integer and (known.abs() < 2**53).all() else cells


def _digits(value: float) -> str:
    """Ten digits, or all of an amount that has more before its point."""
    if not abs(value) >= 1e10 or math.isinf(value):
        return f"{value:.10g}"
    return f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
