"""Other forms of what the pages show: the verdicts as JSON, JSON-LD, CSV and LaTeX, and any table
of a page as LaTeX.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from string import Template
from typing import Any

from ..claims.answers import FEWEST_FOR_PERCENT
from ..claims.overview import deciding
from ..claims.printed import sentences
from ..claims.words import bounds, criterion_number, in_words, invented
from ..ground.display import SOURCE_COLUMNS
from ..ground.numbers import NOTHING, percent
from ..ground.source_columns import ids_in
from ..stats.result import escape_latex
from .claimreview import claim_reviews
from .read import Figure, Stored, Table, setting_of

_COLUMNS = """claim reading part leads nearness setting as_of as_printed verdict answer finding
certainty fragile invented criterion measure state estimate low high interval unit
share_of_specifications specifications title"""
_COUNTRIES = """claim reading as_of setting criterion economy estimate low high unit year met
missing invented"""
_SENTENCES = "claim setting as_of as_printed because readers_split answer invented tests"
_TESTS = "reading nearness verdict fragile certainty"
_PRINTED = "claim,reading,as of,verdict,answer,criterion,number,interval,true in,of"
_WIDE = 28  # characters
_BROKEN = r">{\raggedright\arraybackslash}p{3.2cm}"
"""A column that breaks lines, for longer texts."""
_LONGTABLE = Template(
    r"""% needs \usepackage{array,booktabs,longtable}, and \usepackage[T1]{fontenc} or
% XeLaTeX, LuaLaTeX
\begin{longtable}{$kinds}
\caption{$title}\\
\toprule
$head\midrule
\endfirsthead
\toprule
$head\midrule
\endhead
\bottomrule
\endlastfoot
$rows\end{longtable}
$note"""
)


def as_json(entries: Any) -> str:
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def verdicts_csv(verdicts: Iterable[Stored]) -> str:
    """One row for each entry of verdicts.json, with the criterion that decides it; numbers as they
    are stored, and `unit` what they count: 'countries of five' where they are a count of countries.

    A reading without criteria has no number: its cells are empty.
    """
    rows = []
    for v in verdicts:
        c = dict(deciding(v) or {})
        if c.get("cell_threshold") is not None:
            noun = "countries" if c["counted"] == "economies" else c["counted"]
            c["unit"] = f"{noun} of {in_words(len(c['cells']))}"
        extra = {"criterion": c.get("label"), "certainty": v["certainty"].get("level")}
        rows.append({**c, **v, **extra})
    return _table(_COLUMNS.split(), rows)


def countries_csv(verdicts: Iterable[Stored]) -> str:
    """The figures of each country behind the counts of verdicts.json: a row for each criterion that
    counts countries and each of these, in the unit of the measure.
    """
    rows = [
        {**v, **cell, "unit": c["unit"], "criterion": c["label"]}
        | {"invented": bool(invented(c["sources"]))}
        for v in verdicts
        for c in v["criteria"]
        for cell in c["cells"]
        if cell["economy"]
    ]
    return _table(_COUNTRIES.split(), rows)


def sentences_csv(printed: Iterable[Stored]) -> str:
    """One row for each entry of sentences.json, with its tests after one another: their number, and
    of each how near it is, its verdict, whether it is fragile and how certain.
    """
    rows = [
        {**s, "tests": len(s["tests"])}
        | {f"{name}_{n}": x for n, test in enumerate(s["tests"], 1) for name, x in test.items()}
        for s in printed
    ]
    most = max((row["tests"] for row in rows), default=0)
    of_tests = [f"{name}_{n + 1}" for n in range(most) for name in _TESTS.split()]
    return _table([*_SENTENCES.split(), *of_tests], rows)


def _table(columns: Sequence[str], rows: Iterable[Stored]) -> str:
    """Rows of runs as a CSV of these columns; what a row lacks is empty."""
    records = ({**row, "setting": _setting(row)} for row in rows)
    return _csv([columns, *([row.get(name) for name in columns] for row in records)])


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(as_text, row) for row in rows)
    return text.getvalue()


_FORMULA, _NUMBER = re.compile(r"[=+@\t-]"), re.compile(r"[+-]?[\d.]+(?:e[+-]?\d+)?", re.I)


def as_text(cell: Any) -> Any:
    """A cell that a spreadsheet takes for what it is: text that begins as a formula does is marked
    as text, what is true or not is a word; numbers stay numbers.

    Examples
    --------
    >>> as_text("=HYPERLINK(A1)"), as_text("-1.5"), as_text(-1.5), as_text("- none"), as_text(True)
    ("'=HYPERLINK(A1)", '-1.5', -1.5, "'- none", 'yes')
    """
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    formula = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell


def csv_of(item: Figure | Table) -> str:
    """The figures behind an item of a page, as a CSV in which no cell is taken for a formula by a
    spreadsheet; where some are invented a column says of each row whether its are.
    """
    names, *rows = item.data()
    if invented(item.sources):
        cited = [n for n, name in enumerate(names) if name in SOURCE_COLUMNS]
        for row in rows:
            row.append(as_text(bool(invented(ids_in([row[n] for n in cited]) or item.sources))))
        names.append("invented")
    return _csv([names, *rows])


def verdicts_latex(verdicts: Iterable[Stored]) -> str:
    """The same as a longtable for a paper: claim, reading, day, verdict, answer, and the number
    that decides it with its interval.
    """
    rows = []
    for v in verdicts:
        c, setting = deciding(v), _setting(v)
        reading = v["title"] + (f" ({setting})" if setting else "") + ", part" * v["part"]
        shown = [NOTHING] * 5
        if c:
            enough = c["specifications"] >= FEWEST_FOR_PERCENT
            share = percent(c["share_of_specifications"]) if enough else NOTHING
            shown = [c["label"], criterion_number(c), bounds(c), share, str(c["specifications"])]
        word = v["verdict"] + ", fragile" * v["fragile"] + ", invented figures" * v["invented"]
        rows.append([v["claim"], reading, v["as_of"], word, v["answer"], *shown])
    table = Table.model_construct(
        title="Verdicts",
        columns=_PRINTED.split(","),
        rows=rows,
        numeric=[False] * 8 + [True] * 2,
        sources=[],
        note="Share of specifications: how many of the distinct specifications make the criterion "
        "true, where there are five or more; no probability.",
    )
    return table_latex(table)


def table_latex(table: Table) -> str:
    """A table of a page as a longtable in the style of booktabs, every text escaped: the same cells
    as on the page, numbers to the right, and text that is long in columns that break lines.
    """
    head, *lines = (" & ".join(map(_text, row)) + " \\\\\n" for row in (table.columns, *table.rows))
    kinds = [
        "r" if right else _BROKEN if any(len(row[n]) > _WIDE for row in table.rows) else "l"
        for n, right in enumerate(table.numeric)
    ]
    sources = f" Sources: {', '.join(table.sources)}." if table.sources else ""
    note = _text(" ".join([table.note + sources, invented(table.sources)]))
    return _LONGTABLE.substitute(
        kinds="".join(kinds),
        title=_text(table.title),
        head=head,
        rows="".join(lines),
        note=rf"\noindent{{\footnotesize {note}}}" + "\n" if note else "",
    )


def _text(text: str) -> str:
    """Text as LaTeX prints it: one line, no control characters, nothing that it would take for a
    command, for a dash of two hyphens, or for an option of the row above.
    """
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    escaped = re.sub(r"-(?=-)", "-{}", escape_latex(line))
    escaped = escaped.replace('"', r"\textquotedbl{}")  # in some languages a command of babel
    return re.sub(r"^(?=[\[*])", "{}", escaped)


def _setting(v: Stored) -> str:
    return ", ".join(f"{k}={x}" for k, x in sorted(setting_of(v["params"]).items()))


VERDICTS = "verdicts.json"
EXPORTS: dict[str, Callable[[list[Stored]], str]] = {
    VERDICTS: as_json,
    "verdicts.csv": verdicts_csv,
    "verdicts_countries.csv": countries_csv,
    "verdicts.tex": verdicts_latex,
    "sentences.json": lambda verdicts: as_json(sentences(verdicts)),
    "sentences.csv": lambda verdicts: sentences_csv(sentences(verdicts)),
    "claimreview.jsonld": lambda verdicts: as_json(claim_reviews(verdicts)),
}
"""The files of verdicts beside the pages, each from the entries of verdicts.json."""
