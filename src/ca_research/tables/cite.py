"""References behind a frame, in a form that can be pasted into a paper."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import pandas as pd

from .. import registry
from ..ground.display import SOURCE_COLUMNS
from ..ground.errors import UnknownNameError, UsageError
from ..ground.source_columns import ids_in, ids_of, source_columns

Style = Literal["text", "bibtex", "csl"]
_VINTAGE = re.compile(r"vintage(_.+)?")
"""Columns that say of which fetch a row is: that of `load`, also with the suffix of a merge."""
Citable: TypeAlias = Any
"""A frame, ids, or what else says its `sources`; looked at when it is cited."""


def source_ids(what: Citable) -> list[str]:
    """Source ids behind what came from a table, or the ids given; sorted, each once.

    Parameters
    ----------
    what : pandas.DataFrame, pandas.Series, str, iterable of str or object
        A frame (or one of its rows) with a column ``source_id``, or ``sources`` holding several
        ids (listed, or joined by spaces), or both, also with the suffix of a merge; such a column;
        a relation; one id, or several; what else says its ``sources``: a verdict, its criteria, an
        evidence, a model, a picture of `plots`, a table of `paper`.

    Returns
    -------
    list of str
        Ids of registry/sources.csv.

    Raises
    ------
    UsageError
        It does not say where it comes from.
    UnknownNameError
        An id is not in registry/sources.csv.

    Examples
    --------
    >>> source_ids(["WTO_HSM", "KAZ_BNS", "WTO_HSM"])
    ['KAZ_BNS', 'WTO_HSM']
    """
    found, known = _named(what), registry.sources()
    for source_id in found:
        if source_id not in known:
            raise UnknownNameError(
                "source",
                source_id,
                known,
                also="figures of your own can be cited once they are added: ca-research data add",
            )
    return sorted(found)


def _named(what: Any) -> set[str]:
    """The ids that a thing names; UsageError where it names none, for then its origin is lost."""
    if isinstance(what, str):
        return {what}
    if isinstance(what, pd.Series) and source_columns([what.name]):
        return _in_cells(what, str(what.name)) or set()
    columns = what.index if isinstance(what, pd.Series) else getattr(what, "columns", ())
    held = [_in_cells(_column(what, c), c) for c in source_columns(columns)]
    if there := [ids for ids in held if ids is not None]:
        return {i for ids in there for i in ids}
    if isinstance(what, (pd.DataFrame, pd.Series)):
        raise UsageError(
            "the frame has neither `source_id` nor `sources`",
            hint="cite the frame it was made from",
        )
    held = getattr(what, "figure", None) or what  # of axes the picture they are in
    if own := getattr(held, "sources", None):
        return set(own)
    if own is None and isinstance(what, Iterable):
        found = list(what)
        if all(isinstance(one, str) for one in found):
            return set(found)
    raise UsageError(
        f"this {type(what).__name__} does not say where it comes from",
        hint="cite the frame it was made from; of a claim its verdict: ca.cite(ca.check(...))",
    )


def _column(what: Any, column: str) -> Iterable[Any]:
    """The cells of a column of a frame or of a relation, or the one cell of a row."""
    if isinstance(what, pd.Series):
        return [what[column]]
    if isinstance(what, pd.DataFrame):
        return what[column]
    return [row[0] for row in what.project(f'"{column}"').distinct().fetchall()]


def _in_cells(cells: Iterable[Any], column: str) -> set[str] | None:
    """The ids in a column; None where one with a suffix holds numbers, as `sources_counted` does.

    Raises UsageError for numbers elsewhere, and where what has a suffix names no known source.
    """
    found = ids_of(cells)
    numbers = not all(isinstance(i, str) for i in found)
    if column in SOURCE_COLUMNS:
        if numbers:
            raise UsageError(
                "its `sources` are no ids of sources", hint="cite the frame it was made from"
            )
        return found
    if numbers:
        return None
    if unknown := sorted(found - set(registry.sources())):
        raise UsageError(
            f"column {column!r} holds {unknown[0]!r}, which is no source of the register",
            hint="rename the column where it says something else than sources",
        )
    return found


def _rows(what: Any) -> pd.DataFrame | None:
    """Rows of a thing that has them, of a relation no two alike; None where it has none."""
    if isinstance(what, pd.DataFrame):
        return what
    if isinstance(what, pd.Series):
        return what.to_frame() if source_columns([what.name]) else what.to_frame().T
    if not hasattr(what, "project"):
        return None
    says = (*source_columns(what.columns), *(c for c in what.columns if c == "missing"))
    told = ", ".join(f'"{c}"' for c in says)
    found: pd.DataFrame = what.project(told).distinct().df()
    return found


def _refuse_rows_without_source(frame: pd.DataFrame) -> None:
    """UsageError for rows that name no source, and do not say either why they are `missing`."""
    named = pd.Series(False, index=range(len(frame)))
    for column in source_columns(frame.columns):
        cells = frame[column].reset_index(drop=True)
        named |= cells.map(lambda cell: bool(ids_in(cell))).astype(bool)
    if "missing" in frame.columns:
        reasons = frame["missing"].reset_index(drop=True)
        named |= (reasons.notna() & reasons.ne("")).astype(bool)
    if lost := int((~named).sum()):
        raise UsageError(
            f"{lost} of {len(frame)} row(s) name no source",
            hint="say of which source of the register they are, or drop them",
        )


def cite(what: Citable, style: Style = "text") -> str:
    """References of the sources behind what came from a table, or of ids, as one text.

    Parameters
    ----------
    what : pandas.DataFrame, pandas.Series, str, iterable of str or object
        As in `source_ids`.
    style : {'text', 'bibtex', 'csl'}
        A line per source, BibTeX entries, or a CSL-JSON array (which Zotero and pandoc read).

    Returns
    -------
    str
        Sorted by id. Figures of an earlier fetch (rows with a column ``vintage``) are cited as of
        its day. What is not known of a source (a publisher, a day of access) is left out.

    Raises
    ------
    UnknownNameError
        Another style, or an id that registry/sources.csv does not hold.
    UsageError
        It does not say where it comes from, or some of its rows do not.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", source="WTO_HSM", product="TOTAL")
    >>> print(ca.cite(rows))
    [WTO_HSM] WTO Stats API (Timeseries). WTO Bilateral imports by HS chapter ...
    >>> print(ca.cite("WTO_HSM", "bibtex").splitlines()[0])
    @misc{WTO_HSM,
    """
    ids, rows = source_ids(what), _rows(what)
    if rows is not None:
        _refuse_rows_without_source(rows)
    chosen = _entries(ids, rows)
    if style == "text":
        return "\n".join(f"[{s.source_id}] {_reference(s)}" for s in chosen)
    if style == "bibtex":
        return "\n\n".join(_bibtex(s) for s in chosen)
    if style == "csl":
        return json.dumps([_csl(s) for s in chosen], ensure_ascii=False, indent=1)
    raise UnknownNameError("citation style", style, ("text", "bibtex", "csl"))


def _entries(ids: list[str], rows: pd.DataFrame | None) -> list[registry.Source]:
    """The entries of sources; of rows of an earlier fetch as they were then, of rows of several
    fetches one for each, by the day.
    """
    known = registry.sources()
    stamps = [] if rows is None else [c for c in rows.columns if _VINTAGE.fullmatch(str(c))]
    if rows is None or not stamps:
        return [known[source_id] for source_id in ids]
    from . import vintage

    kept = {i: {one.stamp: one for one in vintage.kept(i)} for i in ids}
    found = set()
    named = source_columns(rows.columns)
    for row in zip(*(rows[c] for c in (*named, *stamps)), strict=True):
        told = [stamp for stamp in row[len(named) :] if isinstance(stamp, str)]
        for i in (i for cell in row[: len(named)] for i in ids_in(cell)):
            found.add((i, next((stamp for stamp in told if stamp in kept.get(i, ())), "")))
    fetches = Counter(i for i, _ in found)
    entries = []
    for i, stamp in sorted(found):
        entry = vintage.entry(kept[i][stamp]) if stamp else known[i]
        if stamp and fetches[i] > 1:
            entry = entry.model_copy(update={"source_id": f"{i}_{stamp}"})
        entries.append(entry)
    return entries


def _reference(source: registry.Source) -> str:
    """The citation, where the publisher has it, and the copy that was read."""
    copy = f"Read from: {source.found_in}" if source.found_in else None
    return " ".join(filter(None, [source.citation, source.original, copy]))


def _escape(text: str) -> str:
    """Text safe in LaTeX; one pass, so that what it writes is not escaped again."""
    long = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return re.sub(r"[&%$#_{}~^\\]", lambda hit: long.get(hit[0], "\\" + hit[0]), text)


def _bibtex(source: registry.Source) -> str:
    fields = {
        "title": "{" + _escape(source.title) + "}",
        "author": "{" + _escape(source.publisher) + "}" if source.publisher else None,
    }
    fields |= {
        "year": source.published[:4] if source.published else None,
        "howpublished": _escape(source.original) if source.original else None,
        "note": _escape(_read(source)) or None,
    }
    body = ",\n".join(f"  {k} = {{{v}}}" for k, v in fields.items() if v)
    return f"@misc{{{source.source_id},\n{body}\n}}"


def _read(source: registry.Source) -> str:
    """'Read from: a copy. Accessed 2024-01-02', of which what is known."""
    copy = f"Read from: {source.found_in}" if source.found_in else None
    day = f"Accessed {source.accessed}" if source.accessed else None
    return ". ".join(filter(None, [copy, day]))


def _csl(source: registry.Source) -> dict[str, object]:
    item: dict[str, object] = {
        "id": source.source_id,
        "type": "article-newspaper" if source.kind == "press" else "dataset",
        "title": source.title,
    }
    if source.publisher:
        item["author"] = [{"literal": source.publisher}]  # as in BibTeX
        item["publisher"] = source.publisher
    if source.published:
        item["issued"] = {"date-parts": [[int(p) for p in source.published.split("-")]]}
    if source.original:
        item["URL"] = source.original
    if source.found_in:
        item["note"] = f"Read from: {source.found_in}"
    if source.accessed:
        item["accessed"] = {"date-parts": [[int(p) for p in source.accessed.split("-")]]}
    return item
