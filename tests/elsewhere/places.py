"""Where tables live elsewhere, on loopback: Parquet behind HTTP, and PostgreSQL; and their rows."""

import io
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi
from pandas.testing import assert_frame_equal
from tests.cases import cases
from tests.commands import ran
from tests.loopback import Handler, Loopback
from tests.warm import within

import ca_research as ca

CASES = cases(__file__, "places")
PASSWORD = CASES["password"]

ROWS = [  # invented: 40 years' worth of cells of one digit
    (reporter, partner, year, flow, float(1 + (n + year) % 9), None, "S_CALENDAR")
    for n, (reporter, partner, flow) in enumerate(
        (r, p, f)
        for r in ("KAZ", "KGZ", "TJK", "TUR", "UZB")
        for p in ("CHN", "DEU", "RUS", "USA", "WLD")
        for f in ("export", "import")
    )
    for year in range(1992, 2026)
]


def frame(rows=ROWS):
    columns = ("reporter", "partner", "year", "flow", "value_usd", "note", "source_id")
    return pd.DataFrame(rows, columns=columns).astype({"note": "str"})


def parquet(rows=None, **more):
    """Bytes of a file of Parquet: a row group for each reporter."""
    table = pa.Table.from_pandas(frame() if rows is None else rows, preserve_index=False)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **{"row_group_size": len(table) // 5 or 1, **more})
    return buffer.getvalue()


def said():
    """What `load` and the others say of the table, each as frames."""
    rows = ca.load("trade")
    counted = [ca.sql(f"select count(*) from trade where {a}") for a in CASES["alternatives"]]
    return {
        "load": [ca.load("trade", **f) for f in CASES["filters"]],
        "relation": [_sorted(ca.relation("trade", **f)) for f in CASES["filters"]],
        "coverage": [ca.coverage("trade", since=2000)],
        "sql": [ca.sql(CASES["query"]), *counted],
        "hhi": [_hhi(rows), _hhi(ca.relation("trade"))],
    }


def _sorted(relation):
    return relation.df().sort_values(["reporter", "partner", "year", "flow"], ignore_index=True)


def _hhi(rows):
    return ca.trade.hhi(ca.trade.partner_shares(rows))


def same(here):
    """All say the same as before."""
    found = said()
    for name, frames in here.items():
        for one, other in zip(found[name], frames, strict=True):
            exact = name in ("load", "sql")
            assert_frame_equal(one, other, check_dtype=exact)
    assert ca.load("trade", partner="FRA").empty


def ask(kind, said):
    """Ask the table: by a query, by a filter of a relation, or by a call."""
    if kind == "sql":
        return ca.sql(said)
    if kind == "filter":
        return ca.relation("trade").filter(said).fetchall()
    return getattr(ca, kind)("trade", **said)


class Files(Loopback):
    """Files by name. `asked` holds the name of every request whose body was wanted, and `headers`
    what all of them said.

    bad: by name, what is wrong with an answer (see `_Handler`).
    """

    def __init__(self):
        self.content, self.etags, self.asked, self.headers, self.bad = {}, {}, [], [], {}
        super().__init__(_Handler)

    def put(self, name, content):
        self.content[name], self.etags[name] = content, f'"{len(self.etags)}-{len(self.headers)}"'
        return self.at(name)

    def at(self, name):
        return f"{self.address}/{name}"


class _Handler(Handler):
    def do_GET(self):
        files, name = self.owner, self.path[1:]
        bad = files.bad.get(name, "")
        files.headers.append(dict(self.headers))
        files.asked.append(name)
        time.sleep(5 if bad == "slow" else 0)
        if bad in CASES["other answers"]:
            status, text, told = CASES["other answers"][bad]
            return self.send(status, text.encode(), told)
        body, told = files.content[name], {"ETag": files.etags[name]}
        if bad == "nameless":
            del told["ETag"]
        self.send(200, body, told, upto=len(body) // 2 if bad == "cut" else None)


def programs():
    """The folder of PostgreSQL's programs: on the path, or where Debian keeps them."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    found = [*Path("/usr/lib/postgresql").glob("*/bin")]
    assert found, "these tests need PostgreSQL: apt-get install postgresql"
    return max(found, key=lambda folder: int(folder.parent.name))


@contextmanager
def postgres():
    """A server of PostgreSQL on loopback; its port, and the file of its log.

    Where the tests run as root, which it refuses, it runs as the user `nobody`.
    """
    home = Path(tempfile.mkdtemp(prefix="ca-research-"))
    user = {"user": "nobody"} if os.geteuid() == 0 else {}
    (home / "password").write_text(PASSWORD)
    (home / "password").chmod(0o644)
    if user:
        os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    about = {"cwd": home, "env": {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, **user}
    who = ("-U", "librarian", "--pwfile", home / "password", "-A", "scram-sha-256")
    try:
        ran(programs() / "initdb", "-D", home / "db", *who, "-E", "UTF8", "--no-sync", **about)
        with socket.socket() as one:  # held, so that nobody else takes its port
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
            settings += ["log_statement=all", f"port={port}"]
            words = [word for setting in settings for word in ("-c", setting)]
            log = home / "log"
            with log.open("w") as to:
                server = subprocess.Popen(
                    [programs() / "postgres", "-D", home / "db", *words], stderr=to, **about
                )
            try:
                ready = within(60, lambda: "ready to accept connections" in log.read_text())
                assert ready, log.read_text()
                yield port, log
            finally:
                server.send_signal(signal.SIGINT)  # without waiting for those who are connected
                server.wait(60)
    finally:
        shutil.rmtree(home, ignore_errors=True)


COLUMNS = CASES["columns"]


class Database:
    """The server as its owner sees it."""

    def __init__(self, port, log):
        self.address, self.log = f"postgresql://127.0.0.1:{port}/postgres", log

    def run(self, *commands):
        with dbapi.connect(self.address, autocommit=True) as owner, owner.cursor() as cursor:
            for command in commands:
                cursor.execute(command)

    def table(self, rows=ROWS, **other):
        """Make the table anew; `other` replaces types of columns, None leaves one out."""
        columns = {c: t for c, t in (COLUMNS | other).items() if t}
        told = ", ".join(f"{c} {t}" for c, t in columns.items())
        self.run("drop schema if exists lake cascade", "create schema lake")
        self.run(f"create table lake.flows ({told}, loaded int default 1)")
        if not rows:
            return
        written = [["null" if v is None else repr(v) for v in row] for row in rows]
        values = ", ".join(f"({', '.join(row)})" for row in written)
        self.run(f"insert into lake.flows values {values}")
