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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import ca_research as ca

PASSWORD = "Tr0ub4dor-and-3"

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


FILTERS = [
    {},
    {"reporter": "Kazakhstan", "year": [2019, 2020]},
    {"since": 2021, "flow": "export", "aggregates": False},
    {"partner": "WLD", "until": 1993, "source": "S_CALENDAR"},
    {"year": 2020, "as_of": "2020-12-31"},
    {"value_usd": 3.0},
    {"reporter": []},
]
QUERY = (
    "select partner, sum(value_usd) as usd, max(known_on) as day from trade "
    "where reporter in ('KAZ', 'O''B') and year between 2001 and 2010 and not is_aggregate "
    "and note is null and (flow = 'export' or year > 2005) group by all order by all"
)


ALTERNATIVES = [
    "reporter = 'KAZ' or reporter = 'KGZ'",
    "(reporter = 'KAZ' and year = 2020) or (reporter = 'KGZ' and year in (2021, 2022))",
    "reporter not in ('TJK', 'TUR', 'UZB')",
    "reporter in ('KAZ') or (year < 1993 and partner <> 'CHN')",
    "(year < 1994 or year > 2024) and flow = 'export'",
    "note is null or note = 'x'",
    "note not in ('x', 'y')",
    "partner = 'CHN' or partner > 'V'",
    "partner = 'CHN' or known_on < date '1995-06-01'",
    "reporter = 'KAZ' or not is_aggregate",
    "not (reporter = 'KAZ' or year > 1995)",
    "note = 'x' or null",
    "value_usd < 2 or value_usd >= 9.0",
]


def counted():
    """How many rows each of the alternatives has."""
    return [ca.sql(f"select count(*) as n from trade where {one}")["n"][0] for one in ALTERNATIVES]


def said():
    """What `load` and the others say of the table."""
    return {
        "load": [ca.load("trade", **f) for f in FILTERS],
        "relation": [_frame(ca.relation("trade", **f)) for f in FILTERS],
        "coverage": ca.coverage("trade", since=2000),
        "sql": ca.sql(QUERY),
        "counted": counted(),
        "hhi": _hhi(ca.load("trade")),
    }


def _frame(relation):
    return relation.df().sort_values(["reporter", "partner", "year", "flow"], ignore_index=True)


def _hhi(rows):
    return ca.trade.hhi(ca.trade.partner_shares(rows))


def loads(here):
    """`load` says the same as before."""
    for wanted, filters in zip(here["load"], FILTERS, strict=True):
        pd.testing.assert_frame_equal(ca.load("trade", **filters), wanted)


def same(here):
    """All say the same as before."""
    loads(here)
    found = said()
    for one, other in zip(found["relation"], here["relation"], strict=True):
        pd.testing.assert_frame_equal(one, other, check_dtype=False)
    assert found["counted"] == here["counted"]
    for name in ("coverage", "sql", "hhi"):
        pd.testing.assert_frame_equal(found[name], here[name])
    pd.testing.assert_frame_equal(_hhi(ca.relation("trade")), here["hhi"], check_dtype=False)
    assert ca.load("trade", partner="FRA").empty


class Files:
    """Files by name, given in parts; `asked` holds the path, first and last byte of every request.

    bad: by name, what is wrong with an answer (see `_Handler`), given how many were asked before.
    """

    def __init__(self):
        self.content, self.etags, self.asked, self.headers, self.bad = {}, {}, [], [], {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.files = self
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def put(self, name, content):
        self.content[name], self.etags[name] = content, f'"{len(self.etags)}-{len(content)}"'
        return self.address(name)

    def address(self, name):
        return f"http://127.0.0.1:{self.server.server_port}/{name}"

    @property
    def bytes(self):
        return sum(last - first + 1 for _, first, last in self.asked)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        files, name = self.server.files, self.path[1:]
        bad = files.bad.get(name, lambda n: "")(len(files.asked))
        files.headers.append(dict(self.headers))
        if bad == "slow":
            time.sleep(5)
        if bad == "html":
            return self._send(200, b"<html>please log in</html>", {"Content-Type": "text/html"})
        if bad == "redirect":
            return self._send(302, b"", {"Location": "http://other.example/file.parquet"})
        if bad == "moved":
            return self._send(302, b"", {"Location": f"/{name[1:]}"})
        if bad.isdigit():
            return self._send(int(bad), b"no: " + PASSWORD.encode(), {})
        if name not in files.content:
            return self._send(404, b"", {})
        if bad == "changed":
            files.etags[name] += "-new"
        body, tag = files.content[name], files.etags[name]
        first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        last = min(last, len(body) - 1)
        files.asked.append((name, first, last))
        if bad == "whole":
            return self._send(200, body, {"ETag": tag})
        told = {"ETag": tag, "Content-Range": f"bytes {first}-{last}/{len(body)}"}
        if bad == "nameless":
            del told["ETag"]
        return self._send(206, body[first : last + 1], told, cut=bad == "cut")

    def _send(self, status, body, headers, cut=False):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut


def programs():
    """The folder of PostgreSQL's programs: on the path, or where Debian keeps them."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    found = sorted(folders, key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    found += [Path(on_path).parent] if on_path else []
    assert found, "these tests need PostgreSQL: apt-get install postgresql"
    return found[-1]


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
        subprocess.run(
            [programs() / "initdb", "-D", home / "db", *who, "-E", "UTF8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            **about,
        )
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
                for _ in range(1200):
                    ready = "ready to accept connections" in log.read_text()
                    if ready or server.poll() is not None:
                        break
                    time.sleep(0.05)
                assert server.poll() is None, log.read_text()
                yield port, log
            finally:
                server.send_signal(signal.SIGINT)  # without waiting for those who are connected
                server.wait(60)
    finally:
        shutil.rmtree(home, ignore_errors=True)
