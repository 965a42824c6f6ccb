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

_COLUMNS = (
    "claim",
    "reading",
    "part",
    "leads",
    "nearness",
    "setting",
    "as_of",
    "as_printed",
    "verdict",
    "answer",
    "finding",
    "certainty",
    "fragile",
    "criterion",
    "measure",
    "state",
    "estimate",
    "low",
    "high",
    "interval",
    "unit",
    "share_of_specifications",
    "specifications",
    "title",
)
_COUNTRIES = (
    *("claim", "reading", "as_of", "setting", "criterion"),
    *("economy", "estimate", "low", "high", "unit", "year", "met", "missing"),
)
_OWN = (
    *("claim", "reading", "nearness", "as_of", "as_printed"),
    *("verdict", "answer", "finding", "title"),
)
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
        c = dict(deciding(v) or {})
        if c.get("cell_threshold") is not None:
            noun = "countries" if c["counted"] == "economies" else c["counted"]
            c["unit"] = f"{noun} of {in_words(len(c['cells']))}"
        own = {name: v[name] for name in _OWN} | {"certainty": v["certainty"].get("level", "")}
        yes_no = {name: "yes" if v[name] else "no" for name in ("part", "leads", "fragile")}
        main = {name: c.get(name) for name in _COLUMNS if name not in own and name not in yes_no}
        rows.append(main | own | yes_no | {"setting": _setting(v), "criterion": c.get("label")})
    return _csv(_COLUMNS, rows)


def countries_csv(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """The figures of each country behind the counts of verdicts.json: a row for each criterion that
    counts countries and each of these, in the unit of the measure.
    """
    return _csv(
        _COUNTRIES,
        (
            {
                **{name: v[name] for name in ("claim", "reading", "as_of")},
                **{name: cell[name] for name in ("economy", "estimate", "low", "high", "year")},
                "setting": _setting(v),
                "criterion": c["label"],
                "unit": c["unit"],
                "met": {True: "yes", False: "no", None: ""}[cell["met"]],
                "missing": cell["missing"],
            }
            for v in verdicts
            for c in v["criteria"]
            for cell in c["cells"]
            if cell["economy"]
        ),
    )


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def sentences_csv(printed: Sequence[Mapping[str, Any]]) -> str:
    """One row for each entry of sentences.json, with its tests after one another: their number, and
    of each how near it is, its verdict, whether it is fragile and how certain.
    """
    text = io.StringIO()
    own = ("claim", "setting", "as_of", "as_printed", "because", "readers_split", "answer")
    each = ("reading", "nearness", "verdict", "fragile", "certainty")
    most = max((len(s["tests"]) for s in printed), default=0)
    heads = [f"{name}_{n}" for n in range(1, most + 1) for name in each]
    writer = csv.DictWriter(text, [*own, "tests", *heads], lineterminator="\n")
    writer.writeheader()
    for s in printed:
        row = {name: s[name] for name in own if name in s}
        for n, test in enumerate(s["tests"], 1):
            told = test | {"fragile": "yes" if test["fragile"] else "no"}
            row |= {f"{name}_{n}": told[name] for name in each}
        writer.writerow(row | {"setting": _setting(s), "tests": len(s["tests"])})
    return text.getvalue()


def verdicts_latex(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """The same as a longtable for a paper: claim, reading, day, verdict, answer, and the number
    that decides it with its interval.
    """
    head = (
        "claim",
        "reading",
        "as of",
        "verdict",
        "answer",
        "criterion",
        "number",
        "interval",
        "true in",
        "of",
    )
    rows = []
    for v in verdicts:
        c, setting = deciding(v), _setting(v)
        reading = (
            v["title"] + (f" ({setting})" if setting else "") + (", part" if v["part"] else "")
        )
        word = v["verdict"] + (", fragile" if v["fragile"] else "")
        shown = (
            (
                c["label"],
                criterion_number(c),
                bounds(c),
                percent(c["share_of_specifications"])
                if c["specifications"] >= FEWEST_FOR_PERCENT
                else NOTHING,
                str(c["specifications"]),
            )
            if c
            else (NOTHING,) * 5
        )
        rows.append((v["claim"], reading, v["as_of"], word, v["answer"], *shown))
    numeric = [False] * 8 + [True] * 2
    note = (
        "Share of specifications: how many of the distinct specifications make the criterion "
        "true, where there are five or more; no probability."
    )
    return latex_table("Verdicts", head, rows, numeric, note)


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
    return (
        r">{\raggedright\arraybackslash}p{3.2cm}"
        if max(map(len, cells), default=0) > _WIDE
        else "l"
    )


def _row(cells: Sequence[str]) -> str:
    texts = [_text(cell) for cell in cells]
    if texts and texts[0][:1] in (
        "[",
        "*",
    ):  # after the end of a row LaTeX would take it for an option
        texts[0] = "{}" + texts[0]
    return " & ".join(texts) + r" \\"


def _text(text: str) -> str:
    """Text as LaTeX prints it: one line, no control characters, nothing that it would take for a
    command.
    """
    clean = "".join(
        c if c.isprintable() or c in _LATEX else " " for c in " ".join(str(text).split())
    )
    escaped = re.sub(r"-(?=-)", "-{}", escape_latex(clean))  # two hyphens are not a dash
    return "".join(_LATEX.get(c, c) for c in escaped)


def _setting(v: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{k}={x}" for k, x in sorted(v["params"].items()) if k not in ("claim", "as_of")
    )
