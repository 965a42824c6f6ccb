"""Other forms of what the pages show: the verdicts and their countries as CSV, the verdicts as
LaTeX, and any table of a page as LaTeX.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..claims.answers import FEWEST_FOR_PERCENT
from ..claims.overview import deciding
from ..claims.words import bounds, criterion_number, in_words
from ..ground.numbers import NOTHING, percent
from ..stats.result import escape_latex

CSV_FILE, LATEX_FILE, SENTENCES_FILE = "verdicts.csv", "verdicts.tex", "sentences.csv"
COUNTRIES_FILE = "verdicts_countries.csv"
BIBTEX_FILE, CSL_FILE = "references.bib", "references.json"

_COLUMNS = """claim reading part leads nearness setting as_of as_printed verdict answer finding
certainty fragile criterion measure state estimate low high interval unit share_of_specifications
specifications title"""
_COUNTRIES = "claim reading as_of setting criterion economy estimate low high unit year met missing"
_OWN = "claim reading nearness as_of as_printed verdict answer finding title"
_SENTENCES = "claim setting as_of as_printed because readers_split answer tests"
_PRINTED = "claim,reading,as of,verdict,answer,criterion,number,interval,true in,of"
_YES_NO = {True: "yes", False: "no", None: ""}
_WIDE = 28  # characters; a longer text gets a column that breaks lines
_LATEX = {
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "−": "$-$",
    "×": r"$\times$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "→": r"$\rightarrow$",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "…": r"\dots{}",
    "·": r"\textperiodcentered{}",
    "\u00a0": "~",
    "\u202f": r"\,",
}
_LATEX_OF = str.maketrans(_LATEX)
_PREAMBLE = (
    r"% needs \usepackage{array,booktabs,longtable}, and \usepackage[T1]{fontenc} or XeLaTeX, "
    r"LuaLaTeX"
)


def verdicts_csv(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """One row for each entry of verdicts.json, with the criterion that decides it; numbers as they
    are stored, and `unit` what they count: 'countries of five' where they are a count of countries.

    A reading without criteria has no number: its cells are empty.
    """
    rows = []
    for v in verdicts:
        row = dict(deciding(v) or {})
        if row.get("cell_threshold") is not None:
            noun = "countries" if row["counted"] == "economies" else row["counted"]
            row["unit"] = f"{noun} of {in_words(len(row['cells']))}"
        row["criterion"] = row.get("label")
        row |= {name: v[name] for name in _OWN.split()}
        row |= {name: _YES_NO[bool(v[name])] for name in ("part", "leads", "fragile")}
        rows.append(row | {"setting": _setting(v), "certainty": v["certainty"].get("level", "")})
    return _csv(_COLUMNS.split(), rows)


def countries_csv(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """The figures of each country behind the counts of verdicts.json: a row for each criterion that
    counts countries and each of these, in the unit of the measure.
    """
    rows = (
        {**v, **cell, "met": _YES_NO[cell["met"]], "unit": c["unit"], "criterion": c["label"]}
        | {"setting": _setting(v)}
        for v in verdicts
        for c in v["criteria"]
        for cell in c["cells"]
        if cell["economy"]
    )
    return _csv(_COUNTRIES.split(), rows)


def sentences_csv(printed: Sequence[Mapping[str, Any]]) -> str:
    """One row for each entry of sentences.json, with its tests after one another: their number, and
    of each how near it is, its verdict, whether it is fragile and how certain.
    """
    each = ("reading", "nearness", "verdict", "fragile", "certainty")
    most = max((len(s["tests"]) for s in printed), default=0)
    heads = [f"{name}_{n}" for n in range(1, most + 1) for name in each]
    rows = []
    for s in printed:
        row = {**s, "setting": _setting(s), "tests": len(s["tests"])}
        for n, test in enumerate(s["tests"], 1):
            told = test | {"fragile": _YES_NO[bool(test["fragile"])]}
            row |= {f"{name}_{n}": told[name] for name in each}
        rows.append(row)
    return _csv([*_SENTENCES.split(), *heads], rows)


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: as_text(row.get(name)) for name in columns} for row in rows)
    return text.getvalue()


_FORMULA, _NUMBER = re.compile(r"[=+@\t-]"), re.compile(r"[+-]?[\d.]+(?:e[+-]?\d+)?", re.I)


def as_text(cell: Any) -> Any:
    """A cell that a spreadsheet takes for what it is: text that begins as a formula does is marked
    as text; numbers stay numbers.

    Examples
    --------
    >>> as_text("=HYPERLINK(A1)"), as_text("-1.5"), as_text(-1.5), as_text("- none")
    ("'=HYPERLINK(A1)", '-1.5', -1.5, "'- none")
    """
    formula = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell


def without_formulas(text: str) -> str:
    """A CSV in which no cell is taken for a formula by a spreadsheet."""
    if not re.search(r'(?:^|[,"])[=+@\t-]', text, re.M):
        return text
    safe = io.StringIO()
    rows = csv.reader(io.StringIO(text, newline=""))
    csv.writer(safe, lineterminator="\n").writerows(map(as_text, row) for row in rows)
    return safe.getvalue()


def verdicts_latex(verdicts: Sequence[Mapping[str, Any]]) -> str:
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
        word = v["verdict"] + ", fragile" * v["fragile"]
        rows.append((v["claim"], reading, v["as_of"], word, v["answer"], *shown))
    numeric = [False] * 8 + [True] * 2
    note = (
        "Share of specifications: how many of the distinct specifications make the criterion "
        "true, where there are five or more; no probability."
    )
    return latex_table("Verdicts", _PRINTED.split(","), rows, numeric, note)


def table_latex(record: Mapping[str, Any]) -> str:
    """A table of a page (a record of the MIME type for tables) as LaTeX; the same cells as on the
    page.
    """
    note = record["note"] + (
        f" Sources: {', '.join(record['sources'])}." if record["sources"] else ""
    )
    return latex_table(record["title"], record["columns"], record["rows"], record["numeric"], note)


def latex_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Sequence[bool],
    note: str = "",
) -> str:
    """A longtable in the style of booktabs, every text escaped. numeric: columns that stand to the
    right.
    """
    rows = [[str(cell) for cell in row] for row in rows]
    kinds = ["r" if n else _column([row[i] for row in rows]) for i, n in enumerate(numeric)]
    head = _row(columns)
    lines = [
        _PREAMBLE,
        rf"\begin{{longtable}}{{{''.join(kinds)}}}",
        rf"\caption{{{_text(title)}}}\\",
        *(r"\toprule", head, r"\midrule", r"\endfirsthead"),
        *(r"\toprule", head, r"\midrule", r"\endhead"),
        *(r"\bottomrule", r"\endlastfoot"),
        *map(_row, rows),
        r"\end{longtable}",
    ]
    if note.strip():
        lines.append(rf"\noindent{{\footnotesize {_text(note)}}}")
    return "\n".join(lines) + "\n"


def _column(cells: Sequence[str]) -> str:
    wide = max(map(len, cells), default=0) > _WIDE
    return r">{\raggedright\arraybackslash}p{3.2cm}" if wide else "l"


def _row(cells: Sequence[str]) -> str:
    line = " & ".join(map(_text, cells))
    # after the end of a row LaTeX would take these for an option
    return ("{}" if line.startswith(("[", "*")) else "") + line + r" \\"


def _text(text: str) -> str:
    """Text as LaTeX prints it: one line, no control characters, nothing that it would take for a
    command.
    """
    line = " ".join(str(text).split())
    clean = "".join(c if c.isprintable() or c in _LATEX else " " for c in line)
    escaped = re.sub(r"-(?=-)", "-{}", escape_latex(clean))  # two hyphens are not a dash
    return escaped.translate(_LATEX_OF)


def _setting(v: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{k}={x}" for k, x in sorted(v["params"].items()) if k not in ("claim", "as_of")
    )
