"""Vintages: fetches kept as they were received, read again by the same readers, and compared.

A vintage is a folder `data/vintages/SOURCE/STAMP` with the answers and what was asked. The newest
is what the source says in the tables; an older one is read when somebody asks for it, so that two
vintages differ by what the publisher changed and not by how they were read.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from .. import registry
from ..ground import paths
from ..ground.errors import UsageError, known_name
from ..ground.files import lock, write_whole
from ..sources.mapping import figure
from .derived import finished
from .reading import read
from .validate import arrow

PARTIAL = ".partial"
"""A fetch that is under way; a later one of the same request goes on with it."""
STALE = dt.timedelta(hours=24)
"""One that was left off longer ago begins anew: its answers would not be of one day."""


def kept(source: str) -> list[registry.Vintage]:
    """The vintages of a source, the oldest first."""
    from ..sources import answers

    folders = sorted((paths.vintages_dir() / source).glob("[!.]*/"))
    return [answers.record(f) for f in folders if (f / answers.RECORD).is_file()]


def _known(source: str) -> str:
    fetched = [s for s, entry in registry.added().items() if entry.vintage]
    return known_name("fetched source", source, fetched)


def find(source: str, prefix: str) -> registry.Vintage:
    """The vintage of a source whose stamp begins so; raises UnknownNameError, and UsageError where
    there are several.
    """
    there = {one.stamp: one for one in kept(_known(source))}
    stamps = [stamp for stamp in there if prefix and stamp.startswith(prefix)]
    if len(stamps) > 1:
        raise UsageError(
            f"{prefix} is the beginning of several vintages of {source}", hint=", ".join(stamps)
        )
    return there[stamps[0] if stamps else known_name(f"vintage of {source}", prefix, there)]


def frame(one: registry.Vintage) -> pd.DataFrame:
    """The rows of a vintage in the table's own form."""
    folder = paths.vintages_dir() / one.source / one.stamp
    return read(folder, registry.table(one.table), one.source, one.skips).rows


def found_in(day: str) -> str:
    """What the register says of where fetched figures were read."""
    return f"the publisher's service, asked on {day}"


def entry(one: registry.Vintage) -> registry.Source:
    """The register entry of a source as it stood when this vintage was the newest."""
    now = registry.sources()[one.source]
    last = registry.added()[one.source].vintage or one.stamp
    fields = {
        "found_in": found_in(one.day),
        "accessed": one.day,
        "edition": one.day,
        "published": now.published and one.day,
        "citation": re.sub(rf"{last[:4]}\.$", f"{one.day[:4]}.", now.citation),
    }
    return now if one.stamp == last else now.model_copy(update=fields)


def table_file(table: registry.Table, source: Any, stamp: str) -> Path:
    """What a source said at a fetch, as the table's own file would have it, with a column
    `vintage`, by which `cite` knows the day; made anew, since the readers may have changed.

    Raises UnknownNameError for what is not one fetched source of this table.
    """
    one = find(source, stamp)
    known_name(f"table of {source}", table.table, [one.table])
    rows = finished(table, arrow(table, frame(one)), {source: entry(one)})
    stamps = pa.array([one.stamp] * len(rows), pa.string())
    buffer = pa.BufferOutputStream()
    pq.write_table(rows.append_column("vintage", stamps), buffer)
    file = paths.vintages_dir() / source / one.stamp / ".rows.parquet"
    write_whole(file, buffer.getvalue().to_pybytes())
    return file


def vintages(source: str | None = None) -> pd.DataFrame:
    """The fetches that were kept.

    Parameters
    ----------
    source : str, optional
        Only those of a source.

    Returns
    -------
    pandas.DataFrame
        One row for each, by source, the oldest first: source, vintage (its stamp), provider,
        table, answers (how many), figures (rows in them), bytes, sha256 (over all answers),
        in_tables (whether the tables hold it).

    Raises
    ------
    UnknownNameError
        Nothing was fetched under this id.

    Examples
    --------
    >>> list(vintages())[:4]
    ['source', 'vintage', 'provider', 'table']
    """
    entries = registry.added()
    fetched = [s for s, entry in entries.items() if entry.vintage]
    rows = []
    for one in (v for s in (fetched if source is None else [_known(source)]) for v in kept(s)):
        folder = paths.vintages_dir() / one.source / one.stamp
        rows.append(
            (
                one.source,
                one.stamp,
                one.provider,
                one.table,
                len(one.answers),
                sum(a.rows for a in one.answers),
                sum((folder / a.file).stat().st_size for a in one.answers),
                one.sha256,
                entries[one.source].vintage == one.stamp,
            )
        )
    columns = "source vintage provider table answers figures bytes sha256 in_tables"
    return pd.DataFrame(rows, columns=columns.split())


def diff(source: str, old: str | None = None, new: str | None = None) -> pd.DataFrame:
    """What a publisher changed between two fetches of a source.

    Parameters
    ----------
    source : str
        A source that was fetched more than once.
    old, new : str, optional
        Vintages, by their stamps or the beginnings of them; the last one, and the one before.

    Returns
    -------
    pandas.DataFrame
        One row for each change: the key of the table without the source; `said` (`revised`, `new`
        or `gone`); `column`, the one that changed; `old` and `new`; of numbers `change` and
        `percent` (of the old figure); `since`, the day of the first vintage with what stands now.

    Raises
    ------
    UnknownNameError
        Nothing was fetched under this id, or there is no such vintage.
    UsageError
        There is only one, or `new` is older than `old`.

    Examples
    --------
    >>> diff("NOBODYS")
    Traceback (most recent call last):
        ...
    ca_research.ground.errors.UnknownNameError: unknown fetched source 'NOBODYS'...
    """
    there = kept(source)
    last = find(source, new or (there[-1].stamp if there else ""))
    earlier = [v for v in there if v.stamp < last.stamp]
    if old is None and not earlier:
        raise UsageError(
            f"there is no vintage of {source} before {last.stamp}",
            hint=f"fetch it again, then compare: ca-research data fetch {source}",
        )
    first = find(source, old) if old else earlier[-1]
    if first.stamp >= last.stamp:
        raise UsageError(f"{first.stamp} is not before {last.stamp}", hint="the older one first")
    spec, newest = registry.table(last.table), frame(last)
    revisions = changes(spec, frame(first), newest).assign(since=last.day)
    cell = [*(c for c in spec.key if c != "source_id"), "column"]
    later = last
    for one in reversed([v for v in there if first.stamp < v.stamp < last.stamp]):
        other = changes(spec, frame(one), newest)[cell].assign(other=True)
        stands = revisions[cell].merge(other, how="left")["other"].isna().to_numpy()
        revisions.loc[stands & revisions["since"].eq(later.day), "since"] = one.day
        later = one
    return revisions


def changes(spec: registry.Table, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """What differs between rows of one source then and now; `diff` without `since`."""
    key = [c for c in spec.key if c != "source_id"]
    others = [c for c in spec.columns if c not in (*key, "source_id")]
    then, now = (
        rows.astype(dict.fromkeys(others, object)).melt(key, others, "column", name)
        for name, rows in {"old": old, "new": new}.items()
    )
    both = then.merge(now, "outer", [*key, "column"], indicator="said")
    words = {"both": "revised", "left_only": "gone", "right_only": "new"}
    both["said"] = both["said"].astype(str).map(words)
    same = both["old"].eq(both["new"]).fillna(False) | (both["old"].isna() & both["new"].isna())
    told = both["said"].eq("revised") | both["column"].eq(figure(spec))
    revisions = both[~same.astype(bool) & told].copy()
    numbers = [c for c in others if spec.columns[c].type in ("number", "integer")]
    of_numbers = (
        revisions[["old", "new"]].where(revisions["column"].isin(numbers)).astype("float64")
    )
    revisions["change"] = of_numbers["new"] - of_numbers["old"]
    percent = 100 * revisions["change"] / of_numbers["old"].abs()
    revisions["percent"] = percent.where(of_numbers["old"] != 0)
    columns = [*key, "said", "column", "old", "new", "change", "percent"]
    return revisions[columns].sort_values([*key, "column"], kind="stable", ignore_index=True)


# --- keeping


@contextmanager
def alone(source: str) -> Iterator[Path]:
    """The folder of a source's vintages, for one fetch at a time; another waits."""
    home = paths.vintages_dir()
    with lock(home / f".lock-{source}"):
        (home / source).mkdir(exist_ok=True)
        yield home / source


def stamp(folder: Path, moment: dt.datetime) -> str:
    """A name for a vintage that begins at a moment; a later second where that is taken."""
    while (folder / (name := moment.strftime("%Y-%m-%dT%H%M%SZ"))).exists():
        moment += dt.timedelta(seconds=1)
    return name


def note(folder: Path, one: registry.Vintage) -> None:
    """Write what is known of a fetch beside its answers."""
    from ..sources.answers import RECORD

    text = yaml.safe_dump(one.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    write_whole(folder / RECORD, text)


@contextmanager
def whole(folder: Path, one: registry.Vintage) -> Iterator[None]:
    """The partial fetch becomes a vintage, for good if what follows goes well."""
    partial, final = folder / PARTIAL, folder / one.stamp
    partial.rename(final)
    try:
        yield
    except BaseException:
        final.rename(partial)
        raise


def forget(source: str) -> None:
    """Remove all vintages of a source."""
    folder = paths.vintages_dir() / source
    if folder.is_dir():  # whole or not at all
        gone = folder.with_name(f".gone-{source}")
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
