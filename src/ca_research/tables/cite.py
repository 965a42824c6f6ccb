"""References behind a frame, in a form that can be pasted into a paper."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Literal

import pandas as pd

from .. import registry
from ..ground.errors import UnknownNameError, UsageError

Style = Literal["text", "bibtex", "csl"]


def source_ids(what: pd.DataFrame | str | Iterable[str]) -> list[str]:
    """Source ids behind a frame, or the ids given; sorted, each once.

    Parameters
    ----------
    what : pandas.DataFrame, str or iterable of str
        A frame with a column ``source_id``, or ``sources`` holding lists or tuples of ids; one id;
        or several.

    Returns
    -------
    list of str
        Ids of registry/sources.csv.

    Raises
    ------
    UsageError
        The frame has neither column.
    UnknownNameError
        An id is not in registry/sources.csv.

    Examples
    --------
    >>> source_ids(["WTO_HSM", "KAZ_BNS", "WTO_HSM"])
    ['KAZ_BNS', 'WTO_HSM']
    """
    if isinstance(what, pd.DataFrame):
        if "source_id" in what:
            found = set(what["source_id"].dropna())
        elif "sources" in what:
            found = {s for cell in what["sources"] for s in cell}
        else:
            raise UsageError(
                "the frame has neither `source_id` nor `sources`",
                hint="cite the frame it was made from",
            )
    else:
        found = {what} if isinstance(what, str) else set(what)
    for source_id in found:
        if source_id not in registry.sources():
            raise UnknownNameError("source", source_id, registry.sources())
    return sorted(found)


def cite(what: pd.DataFrame | str | Iterable[str], style: Style = "text") -> str:
    """References of the sources behind a frame or of ids, as one text.

    Parameters
    ----------
    what : pandas.DataFrame, str or iterable of str
        As in `source_ids`.
    style : {'text', 'bibtex', 'csl'}
        A line per source, BibTeX entries, or a CSL-JSON array (which Zotero and pandoc read).

    Returns
    -------
    str
        Sorted by id. What is not known of a source (a publisher, a day of access) is left out.

    Raises
    ------
    UnknownNameError
        Another style, or an id that registry/sources.csv does not hold.
    UsageError
        A frame without sources.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", source="WTO_HSM", product="TOTAL")
    >>> print(ca.cite(rows))
    [WTO_HSM] WTO Stats API (Timeseries). WTO Bilateral imports by HS chapter ...
    >>> print(ca.cite("WTO_HSM", "bibtex").splitlines()[0])
    @misc{WTO_HSM,
    """
    chosen = [registry.sources()[s] for s in source_ids(what)]
    if style == "text":
        return "\n".join(f"[{s.source_id}] {_reference(s)}" for s in chosen)
    if style == "bibtex":
        return "\n\n".join(_bibtex(s) for s in chosen)
    if style == "csl":
        return json.dumps([_csl(s) for s in chosen], ensure_ascii=False, indent=1)
    raise UnknownNameError("citation style", style, ("text", "bibtex", "csl"))


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
