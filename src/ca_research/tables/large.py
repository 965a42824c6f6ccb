"""Rows of a large file are kept in parts: a file for each year, with what accounts come to."""

from __future__ import annotations

from pathlib import Path

from .. import registry
from ..ground import sql
from .added import ACCOUNTS
from .database import write_rows
from .reading import Reading


def write(reading: Reading, source: registry.Source, folder: Path) -> None:
    """Write rows in key order: a file for each year, and one for sums over all products."""
    folder.mkdir()
    spec, connection, files = reading.spec, reading.connection, list[Path]()
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
            for (t,) in connection.sql(query).fetchall()
        ]
    for name, where in parts:
        files.append(folder / f"{name}.parquet")
        sources = {source.source_id: source}
        write_rows(connection, spec, f"good where {where}", files[-1], sources=sources)
    _add_up(reading, sql.parquet(files), folder.with_name(ACCOUNTS))


def _add_up(reading: Reading, rows: str, to: Path) -> None:
    """What the figures of an account, of all counterparts together, come to.

    Groups among them would be counted beside their members, so of rows with a group there are
    no sums.
    """
    spec, connection, columns = reading.spec, reading.connection, reading.spec.columns
    roles = {column.role: name for name, column in columns.items()}
    if not {"counterpart", "value"} <= roles.keys() or spec.known == "date":
        return
    value = roles["value"]
    if not spec.of_type("economy") or columns[value].nullable:
        return
    if connection.sql(f"from {rows} where is_aggregate limit 1").fetchall():
        return
    account = sql.names(n for n in spec.key if n != roles["counterpart"])
    terms = sql.names(n for n, c in columns.items() if c.role == "basis")
    alike = f"min(hash({terms})) = max(hash({terms}))" if terms else "true"
    figure = f"{sql.name(value)}::double"
    connection.sql(
        f"copy (select {account}, any_value(known_on) as known_on, count(*) as figures, "
        f"fsum({figure}) as total, fsum({figure} * {figure}) as squares, "
        f"max({figure}) as largest, {alike} as alike from {rows} group by {account} "
        f"order by {account}) to {sql.text(to)} (format parquet, compression zstd)"
    )
