"""What the package answers to a call that a case file names, as figures that can be compared."""

import functools
import importlib
import io
import json
import math

import duckdb
import pandas as pd
from pandas.api.types import is_numeric_dtype
from tests.article.invented_tables import frame
from tests.designs import changed

import ca_research as ca
from ca_research.claims.measures import find

AMOUNTS = """create macro amounts(note) as list_transform(
  regexp_extract_all(note, '\\d[\\d,]*\\.\\d'), lambda n: replace(n, ',', '')::double)"""
"""The amounts that a note names, those with a decimal."""


@functools.cache
def load(table, filters):
    return ca.load(table, **json.loads(filters))


@functools.cache
def check(claim, given):
    return ca.check(claim, **dict(given))


def cells_of(call):
    """The cells of every criterion of a claim as it is judged, in the order of its file."""
    given = {name: call[name] for name in ("economy", "as_of") if name in call}
    return pd.DataFrame(
        {"reading": verdict.reading, "verdict": verdict.verdict, "place": place}
        | {"fragile": verdict.fragile}
        | {"criterion": one.name, "state": one.state, "number": one.estimate}
        | {"sole_sources": one.sole_sources, "economy": cell.economy, "year": cell.year}
        | {"estimate": cell.estimate, "met": cell.met}
        for verdict in check(call["verdict"], tuple(given.items())).all()
        for place, one in enumerate(verdict.criteria)
        for cell in one.cells
    )


def invented(name, rows, call):
    """Rows of a table by the words of the case's file, changed as the case says."""
    whole = rows if isinstance(rows, dict) and "rows" in rows else {"rows": rows}
    table, of = whole.get("table", name), call["of"]
    same = of.get("same", {}).get(table, {}) | whole.get("same", {})
    return changed(frame(table, whole["rows"], same, of.get("sets", {})), whole)


def answer_of(call):
    """The frame that a call gives: its tables are loaded, its settings those of a criterion."""
    if "verdict" in call:
        return cells_of(call)
    if "load" in call:
        return load(call["load"], json.dumps(call.get("where", {})))
    given = dict(call.get("given", {}))
    for name, filters in call.get("tables", {}).items():
        given[name] = load(name, json.dumps(filters or {}))
    for name, lines in call.get("frames", {}).items():  # of no table of the project
        read = pd.read_csv(io.StringIO(lines))
        words = [c for c in read if not is_numeric_dtype(read[c]) or read[c].isna().all()]
        given[name] = read.fillna(dict.fromkeys(words, ""))
    for name, rows in call.get("rows", {}).items():
        given[name] = invented(name, rows, call)
    for name, other in call.get("answers", {}).items():  # one function of the answer of another
        of = {"of": call.get("of", {})}
        if {"call", "measure"} & other.keys():
            given[name] = changed(answer_of(of | other), other)
        else:
            given[name] = {key: answer_of(of | one) for key, one in other.items()}
    if "measure" in call:
        return find(call["measure"])(**given)
    if "criterion" in call:
        claim, name = call["criterion"].split()
        criterion = ca.claim(claim).spec.criteria()[name]
        kept = {k: v for k, v in criterion.settings.items() if k != call.get("but")}
        return pd.DataFrame(find(criterion.measure)(**kept | given))
    module, _, name = call["call"].rpartition(".")
    found = getattr(importlib.import_module(f"ca_research.{module}"), name)(**given)
    return getattr(found, call["part"]) if "part" in call else found


def plain(cell):
    """Lists of sources as words, so that SQL can read them, and what is missing as null."""
    if isinstance(cell, tuple):
        return ";".join(map(str, cell))
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def said_of(answer, query):
    """Rows of a query over an answer, which is called `said`."""
    with duckdb.connect() as answers:
        answers.execute(AMOUNTS)
        rows = answer if isinstance(answer, pd.DataFrame) else pd.Series(answer).to_frame("value")
        answers.register("said", rows.map(plain))
        return answers.execute(query).fetchall()


def same(found, wanted, within):
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted, [within] * len(wanted)))
    if found is None or wanted is None or isinstance(wanted, str):
        return found == wanted
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=within)
