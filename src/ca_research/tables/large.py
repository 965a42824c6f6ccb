"""Rows of a large file are kept in parts: a file for each year."""

from __future__ import annotations

from pathlib import Path

from .. import registry
from ..ground import sql
from .added import PARTS
from .database import write_rows
from .reading import Reading


def write(reading: Reading, source: registry.Source, folder: Path) -> None:
    """Write rows in key order: a file for each year, and one for sums over all products."""
    (folder / PARTS).mkdir()
    spec, sources = reading.spec, {source.source_id: source}
    totals = " and ".join(
        f"{sql.name(n)} = {sql.text(v)}" for n, v in reading.mapped.totals.items()
    )
    rest = f"not ({totals})" if totals else "true"
    parts = [("totals", totals)] if totals else []
    time = next((n for n in spec.key if spec.columns[n].role == "time"), None)
    if time is None:
        parts.append(("rows", rest))
    else:
        query = f"select distinct {sql.name(time)}::varchar from good where {rest} order by 1"
        parts += [
            (t, f"{rest} and {sql.name(time)}::varchar = {sql.text(t)}")
            for (t,) in reading.connection.sql(query).fetchall()
        ]
    for name, where in parts:
        file = folder / PARTS / f"{name}.parquet"
        write_rows(reading.connection, spec, f"good where {where}", file, sources=sources)
