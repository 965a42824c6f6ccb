"""A table that lives elsewhere is copied by a build: Parquet on a path and behind HTTP on loopback,
and PostgreSQL.

    python benchmarks/elsewhere.py [--rows 1000000] [--repeats 3]

The rules of the table are held against each row.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas as pd
import yaml
from clock import machine
from large import made_up, project, turns

from ca_research import registry, tables

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "elsewhere"))
from places import PASSWORD, Files, postgres


def measure(place: str, home: Path, repeats: int, **location: object) -> None:
    """Say where the table lives; build what is copied again, and what stays."""
    spec = home / "registry" / "tables" / "trade.yaml"
    told = yaml.safe_load(spec.read_text(encoding="utf-8"))
    told |= {"files": {}, "rows": {}, "location": location}
    spec.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    registry.forget()
    tables.build()
    found = turns(repeats, copied=lambda: tables.build(force=True), stays=tables.build)
    for what, (seconds, used) in found.items():
        print(f"| {place} | {what} | {seconds:.2f} | {used:.2f} |", flush=True)


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    print(f"{machine()}, pandas {pd.__version__}, duckdb {duckdb.__version__}\n")
    print("| place | table | seconds | processor time, s |\n|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "project")
        made, file = Path(folder, "all.parquet"), Path(folder, "trade.parquet")
        project(home)
        for raw in (home / "data" / "raw" / "trade").glob("*.csv"):
            raw.unlink()
        made_up(made, chosen.rows)
        duckdb.sql(
            f"copy (select * replace ('WTO_HSM' as source_id), null::varchar as note "
            f"from '{made}' where year >= 1992 "
            f"order by reporter, year) to '{file}' (format parquet, row_group_size 50000)"
        )
        os.environ |= {"CA_RESEARCH_HOME": str(home), "NO_PROXY": "127.0.0.1"}
        measure("path", home, chosen.repeats, parquet=[str(file)])
        server = Files()
        address = server.put("trade.parquet", file.read_bytes())
        measure("HTTP", home, chosen.repeats, parquet=[address])
        server.close()
        with postgres() as (port, _):
            os.environ |= {"PGUSER": "librarian", "PGPASSWORD": PASSWORD}
            address = f"postgresql://127.0.0.1:{port}/postgres"
            fill(address, file)
            measure("PostgreSQL", home, chosen.repeats, postgresql=address, name="flows")
    return 0


def fill(address: str, file: Path) -> None:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        rows = duckdb.sql(f"select *, 1 as loaded from '{file}'").to_arrow_reader(100_000)
        cursor.adbc_ingest("flows", rows)
        cursor.execute("create index on flows (reporter, year)")
        connection.commit()


if __name__ == "__main__":
    sys.exit(main())
