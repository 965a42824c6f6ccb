"""References behind a frame, in a form that can be pasted into a paper."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias, get_args

import pandas as pd

from .. import registry
from ..ground import sql
from ..ground.display import SOURCE_COLUMNS
from ..ground.errors import UnknownNameError, UsageError, known_name
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
    return _known_ids(what, _rows(what))


def _known_ids(what: Citable, rows: pd.DataFrame | None) -> list[str]:
    """The ids that a thing names, of rows that it has or by itself; UsageError where it names none,
    for then its origin is lost.
    """
    known = registry.sources()
    held = None if rows is None else _held(rows)
    ids = _named(what) if held is None else {i for there in held.values() for i in there}
    if ids is None or held == {}:
        raise UsageError(
            f"this {type(what).__name__} does not say where it comes from",
            hint="cite the frame it was made from; of a claim its verdict: ca.cite(ca.check(...))",
        )
    for source_id in ids - known.keys():
        raise UnknownNameError(
            "source",
            source_id,
            known,
            also="figures of your own can be cited once they are added: ca-research data add",
        )
    return sorted(ids)


def _named(what: Any) -> set[str] | None:
    if isinstance(what, str):
        return {what}
    held = getattr(what, "figure", None) or what  # of axes the picture they are in
    if sources := getattr(held, "sources", None):
        return set(sources)
    if sources is None and isinstance(what, Iterable):
        ids = list(what)
        if all(isinstance(one, str) for one in ids):
            return set(ids)
    return None


def _held(rows: pd.DataFrame) -> dict[str, set[str]]:
    """The ids in each column of a frame that names sources; numbers under a suffix are none, as
    `sources_counted` has.
    """
    ids = {column: ids_of(rows[column]) for column in source_columns(rows.columns)}
    return {
        column: there
        for column, there in ids.items()
        if column in SOURCE_COLUMNS or all(isinstance(i, str) for i in there)
    }


def _rows(what: Any) -> pd.DataFrame | None:
    """Rows of a thing that has them, of a relation no two alike; None where it has none."""
    if isinstance(what, pd.DataFrame):
        return what
    if isinstance(what, pd.Series):
        return what.to_frame() if source_columns([what.name]) else what.to_frame().T
    if not hasattr(what, "project"):
        return None
    says = (*source_columns(what.columns), *(c for c in what.columns if c == "missing"))
    rows: pd.DataFrame = what.project(sql.names(says)).distinct().df()
    return rows


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
    rows = _rows(what)
    ids = _known_ids(what, rows)
    if rows is not None:
        named = rows[[*_held(rows)]].map(lambda cell: bool(ids_in(cell))).any(axis=1)
        why = rows["missing"].fillna("").ne("") if "missing" in rows.columns else False
        if lost := int((~(named | why)).sum()):
            raise UsageError(
                f"{lost} of {len(rows)} row(s) name no source",
                hint="say of which source of the register they are, or drop them",
            )
    chosen = _entries(ids, rows)
    match known_name("citation style", style, get_args(Style)):
        case "text":
            return "\n".join(f"[{s.source_id}] {_reference(s)}" for s in chosen)
        case "bibtex":
            return "\n\n".join(map(_bibtex, chosen))
    return json.dumps([_csl(s) for s in chosen], ensure_ascii=False, indent=1)


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
    editions = {
        (i, next((stamp for stamp in row if stamp in kept[i]), ""))
        for column in _held(rows)
        for cell, *row in rows[[column, *stamps]].itertuples(index=False)
        for i in ids_in(cell)
    }
    several = Counter(i for i, _ in editions)
    entries = []
    for i, stamp in sorted(editions):
        entry = vintage.entry(kept[i][stamp]) if stamp else known[i]
        fields = {"source_id": f"{i}_{stamp}"} if stamp and several[i] > 1 else {}
        entries.append(entry.model_copy(update=fields))
    return entries


def _remark(source: registry.Source) -> str:
    """That figures are invented, and the copy that was read."""
    copy = f"Read from: {source.found_in}" if source.found_in else ""
    return ". ".join(filter(None, ["Invented figures" if source.invented else "", copy]))


def _reference(source: registry.Source) -> str:
    """The citation, where the publisher has it, and what is remarked on it."""
    return " ".join(filter(None, [source.citation, source.original, _remark(source)]))


def _escape(text: str) -> str:
    """Text safe in LaTeX; one pass, so that what it writes is not escaped again."""
    long = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return re.sub(r"[&%$#_{}~^\\]", lambda hit: long.get(hit[0], "\\" + hit[0]), text)


def _bibtex(source: registry.Source) -> str:
    day = f"Accessed {source.accessed}" if source.accessed else None
    fields = {
        "title": "{" + _escape(source.title) + "}",
        "author": source.publisher and "{" + _escape(source.publisher) + "}",
        "year": source.published and source.published[:4],
        "howpublished": source.original and _escape(source.original),
        "note": _escape(". ".join(filter(None, [_remark(source), day]))),
    }
    body = ",\n".join(f"  {k} = {{{v}}}" for k, v in fields.items() if v)
    return f"@misc{{{source.source_id},\n{body}\n}}"


def _csl(source: registry.Source) -> dict[str, object]:
    item = {
        "id": source.source_id,
        "type": "article-newspaper" if source.kind == "press" else "dataset",
        "title": source.title,
        "author": source.publisher and [{"literal": source.publisher}],  # as in BibTeX
        "publisher": source.publisher,
        "issued": source.published and _parts(source.published),
        "URL": source.original,
        "note": _remark(source),
        "accessed": source.accessed and _parts(source.accessed),
    }
    return {name: value for name, value in item.items() if value}


def _parts(day: str) -> dict[str, object]:
    return {"date-parts": [[int(part) for part in day.split("-")]]}
