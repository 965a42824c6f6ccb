"""A source that may not be passed on: what an archive says of it, so that others can add it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from .. import registry
from ..ground import paths
from ..sources.mapping import FOUND_OUT
from ..tables import added, vintage

FOLDER = "data/left_out"
"""Where an archive has the entries and maps; in `data/added` an entry without rows is a fault."""
FILE = "FILE"
"""What stands in a command for the path to the file."""
_PLACE = ("sheet", "header", "header_rows")


def left_out() -> dict[str, registry.Added]:
    """What was added and may not be passed on, by source: those that others go back to first, so
    that they are known when the others are added again.
    """
    closed = [a for a in registry.added().values() if a.source.redistribution == "no"]
    closed.sort(key=lambda a: a.source.origin_group != a.source.source_id)
    return {a.source.source_id: a for a in closed}


def files(entry: registry.Added) -> dict[str, bytes]:
    """What an archive holds of such a source, by name: how it was understood, and none of its rows.

    A fetched one needs no map: its answers are read as its publisher's.
    """
    source = entry.source.source_id
    written = paths.added_dir() / source / added.ENTRY
    held = {f"{FOLDER}/{source}/{added.ENTRY}": written.read_bytes()}
    if entry.vintage is None:
        said = yaml.safe_dump(_map(entry), allow_unicode=True, sort_keys=False, width=100)
        held[_map_file(source)] = said.encode()
    return held


def command(entry: registry.Added) -> str:
    """The command that adds it again, as it was added; '' where it was fetched and nobody kept
    what was asked.
    """
    source = entry.source
    told = {
        "table": entry.table,
        "source": source.source_id,
        "lag": source.release_lag_days,
        "role": source.role,
        "preference": source.preference,
        "redistribution": source.redistribution,
    }
    if entry.vintage is None:
        words = ["add", FILE, *_options(told | _about(source))]
        skips = entry.skipped > 0
    else:
        kept = {one.stamp: one for one in vintage.kept(source.source_id)}
        if (one := kept.get(entry.vintage)) is None:
            return ""
        words, skips = ["fetch", one.provider, *_options(one.asked | told)], one.skips
    return shlex.join(["ca-research", "data", *words, *["--skip-bad"] * skips, "--yes"])


def resting(source: str, verdicts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The claims of the verdicts that rest on a source."""
    return sorted({v["claim"] for v in verdicts if source in v["sources"]})


def _about(source: registry.Source) -> dict[str, Any]:
    return {
        "published": source.edition,
        "title": source.title,
        "publisher": source.publisher,
        "licence": source.licence,
        "address": source.original,
        "origin": source.origin_group,
        "map": _map_file(source.source_id),
    }


def _options(told: Mapping[str, Any]) -> list[str]:
    each = ((k, v if isinstance(v, list) else [v]) for k, v in told.items() if v is not None)
    return [word for k, values in each for v in values for word in (f"--{k}", str(v))]


def _map_file(source: str) -> str:
    return f"{FOLDER}/{source}/map.yaml"


def _map(entry: registry.Added) -> dict[str, Any]:
    """How its file was understood, without what is found out. The place of the headings would hide
    that a layout is known.
    """
    without = FOUND_OUT if entry.layout == "guess" else (*FOUND_OUT, *_PLACE)
    return {k: v for k, v in entry.mapping.items() if k not in without}
