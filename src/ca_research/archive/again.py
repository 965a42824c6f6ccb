"""A source that may not be passed on: what an archive says of it, so that others can add it."""

from __future__ import annotations

import shlex

import yaml

from .. import registry
from ..ground import paths
from ..tables import added, vintage

FOLDER = "data/left_out"
"""Where an archive has the entries and maps; in `data/added` an entry without rows is a fault."""
_OF_SOURCE = {
    "source": "source_id",
    "lag": "release_lag_days",
    "role": "role",
    "preference": "preference",
    "redistribution": "redistribution",
}
"""Options of `data add` and `data fetch`, and the fields of a source that they become."""
_OF_FILE = {
    "published": "edition",
    "title": "title",
    "publisher": "publisher",
    "licence": "licence",
    "address": "original",
    "origin": "origin_group",
}
"""What `data add` is told besides; of a fetched source its publisher says it."""


def left_out() -> dict[str, registry.Added]:
    """What was added and may not be passed on, by source: those that others go back to first, so
    that they are known when the others are added again.
    """
    closed = [a for a in registry.added().values() if a.source.redistribution == "no"]
    closed.sort(key=lambda a: a.source.origin_group != a.source.source_id)
    return {a.source.source_id: a for a in closed}


def files(entry: registry.Added) -> dict[str, str]:
    """What an archive holds of such a source, by name: how it was understood, and none of its rows.

    A fetched one needs no map: its answers are read as its publisher's.
    """
    source = entry.source.source_id
    written = paths.added_dir() / source / added.ENTRY
    held = {f"{FOLDER}/{source}/{added.ENTRY}": written.read_text("utf-8")}
    if entry.vintage is None:
        mapping = added.map_of(entry)
        held[_map(source)] = yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)
    return held


def _map(source: str) -> str:
    return f"{FOLDER}/{source}/map.yaml"


def command(entry: registry.Added) -> str:
    """The command that adds it again, as it was added; '' where it was fetched and nobody kept
    what was asked.
    """
    source = entry.source
    options = {name: getattr(source, field) for name, field in _OF_SOURCE.items()}
    options["table"] = entry.table
    if entry.vintage is None:
        words, skips = ["add", "FILE"], entry.skipped > 0
        options |= {name: getattr(source, field) for name, field in _OF_FILE.items()}
        options["map"] = _map(source.source_id)
    else:
        kept = {one.stamp: one for one in vintage.kept(source.source_id)}
        if (one := kept.get(entry.vintage)) is None:
            return ""
        words, skips = ["fetch", one.provider], one.skips
        options = one.asked | options
    for name, value in options.items():
        values = value if isinstance(value, list) else [value]
        words += [word for arg in values if arg is not None for word in (f"--{name}", str(arg))]
    marks = ["--skip-bad"] * skips + ["--invented"] * (source.invented and words[0] == "add")
    first = ["ca-research", "data", *words, *marks, "--yes"]
    more = [["ca-research", "data", "amend", source.source_id, f, "--yes"] for f in entry.amended]
    return " && ".join(map(shlex.join, [first, *more]))
