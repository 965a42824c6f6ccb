"""JSON Schemas of the registry, from its models.

python tools/schemas.py            writes registry/schema/*.json
python tools/schemas.py --check    writes nothing; ends with 1 where a schema is old or an entry of
                                   the registry does not fit its model
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator

from ca_research import registry
from ca_research.ground import paths
from ca_research.ground.errors import CaResearchError
from ca_research.ground.files import write_whole
from ca_research.registry import (
    codings,
    declared,
    glossary,
    holders,
    replication,
    services,
    words,
)

FOLDER = paths.registry_dir() / "schema"
READ: tuple[Callable[[], object], ...] = (
    registry.sources,
    registry.tables,
    registry.claims,
    registry.article,
    glossary.glossary,
    replication.replication,
    services.providers,
    words.words,
    declared.declared_measures,
    lambda: holders.holders("trade"),
    lambda: [codings.coding(name) for name in codings.names()],
)


def texts() -> dict[str, str]:
    """File name -> what the models say."""
    return {
        f"{kind}.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        for kind, schema in registry.schemas().items()
    }


def faults() -> Iterator[str]:
    """Schemas that are not those of the models, and the first entry of a kind that cannot be
    read.
    """
    wanted = texts()
    there = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    for name in sorted(wanted.keys() | there.keys()):
        if wanted.get(name) != there.get(name):
            yield f"registry/schema/{name} is not that of the models: python tools/schemas.py"
    for read in READ:
        try:
            read()
        except CaResearchError as error:
            yield str(error)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--check", action="store_true")
    if asked.parse_args().check:
        found = list(faults())
        print("\n".join(found), end="\n" if found else "")
        return bool(found)
    for name, text in texts().items():
        write_whole(FOLDER / name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
