"""A table that lives elsewhere beside the same file read at once: Parquet behind HTTP on loopback,
and PostgreSQL.

    python benchmarks/elsewhere.py [--rows 1000000] [--repeats 3]

Every work is done with the rules of the table held against each row that comes. `sent` is the part
of the file that the server was asked for.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import yaml
from clock import machine
from large import KEYS, made_up, project, turns

import ca_research as ca
from ca_research import registry, tables

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "elsewhere"))
from places import PASSWORD, Files, postgres


def here(file: Path, **filters: object) -> pd.DataFrame:
    where = " and ".join(f"{name} = {value!r}" for name, value in filters.items()) or "true"
    return duckdb.sql(f"from '{file}' where {where}").df()


def index(rows: object) -> pd.DataFrame:
    return ca.trade.hhi(ca.trade.partner_shares(rows, by=KEYS), by=KEYS)


WORKS: dict[str, tuple[Callable[[], object], Callable[[Path], object]]] = {
    "rows of one reporter and year": (
        lambda: ca.load("trade", reporter="KAZ", year=2020),
        lambda file: here(file, reporter="KAZ", year=2020),
    ),
    "one sum over all rows": (
        lambda: ca.sql("select sum(value_usd) from trade"),
        lambda file: duckdb.sql(f"select sum(value_usd) from '{file}'").df(),
    ),
    "shares and HHI of all rows": (
        lambda: index(ca.relation("trade")),
        lambda file: index(duckdb.sql(f"from '{file}'")),
    ),
}


def move(home: Path, **location: object) -> None:
    """Say where the table lives, and build."""
    spec = home / "registry" / "tables" / "trade.yaml"
    told = yaml.safe_load(spec.read_text(encoding="utf-8"))
    told |= {"files": {}, "rows": {}, "location": location}
    spec.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    registry.forget()
    tables.build()


def measure(place: str, file: Path, repeats: int, server: Files | None = None) -> None:
    for what, (there, at_once) in WORKS.items():
        told = turns(repeats, there=there, here=lambda work=at_once: work(file))
        sent = ""
        if server:
            server.asked.clear()
            there()
            sent = f"{server.bytes / file.stat().st_size:.0%}"
        seconds, used = told["there"]
        print(f"| {place} | {what} | {seconds:.2f} | {used:.2f} | {told['here'][1]:.2f} | "
              f"{sent} |", flush=True)  # fmt: skip


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    print(f"{machine()}, pandas {pd.__version__}, duckdb {duckdb.__version__}\n")
    print("| place | work | seconds | processor time, s | of a file read at once | sent |\n"
          "|---|---|---:|---:|---:|---:|")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "project")
        made, file = Path(folder, "all.parquet"), Path(folder, "trade.parquet")
        project(home)
        for raw in (home / "data" / "raw" / "trade").glob("*.csv"):
            raw.unlink()
        made_up(made, chosen.rows)
        duckdb.sql(
            f"copy (select * replace ('WTO_HSM' as source_id) from '{made}' where year >= 1992 "
            f"order by reporter, year) to '{file}' (format parquet, row_group_size 50000)"
        )
        os.environ |= {"CA_RESEARCH_HOME": str(home), "NO_PROXY": "127.0.0.1"}
        server = Files()
        move(home, parquet=[server.put("trade.parquet", file.read_bytes())])
        measure("HTTP", file, chosen.repeats, server)
        server.close()
        with postgres() as (port, _):
            os.environ |= {"PGUSER": "librarian", "PGPASSWORD": PASSWORD}
            address = f"postgresql://127.0.0.1:{port}/postgres"
            fill(address, file)
            move(home, postgresql=address, name="flows", state=["loaded"])
            measure("PostgreSQL", file, chosen.repeats)
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
