"""Shared fixtures: a tiny project of invented figures, and the real report made once."""

import csv
import hashlib
import io
import itertools
import json
import os
import random
import shutil
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
import yaml
from filelock import FileLock
from tests.commands import cli

from ca_research import registry
from ca_research.estimates import once
from ca_research.ground import paths
from ca_research.runs import lean

lean.imports()  # before tests import nbformat: two seconds of each worker

REAL = paths.home()
USERS = dict(os.environ)
"""What a command of the user's finds around it, before any test has changed it."""

# the same cases on every machine: `make test` draws some, `make test-long` many
for profile, cases in (("some", 25), ("many", 100)):
    hypothesis.settings.register_profile(
        profile, max_examples=cases, deadline=None, derandomize=True, database=None
    )
hypothesis.settings.load_profile("some")


def pytest_xdist_auto_num_workers():
    """One more than there are cores for us: tests of runs, kernels and pages wait for other
    processes for a third of their time.
    """
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (ours or 1) + 1


@pytest.fixture(scope="module")
def remembered():
    """What is made `once` of a frame is made once for all tests of a file."""
    with once.keeping({}):
        yield


WAITING = {"browser", "elsewhere", "faults", "notebooks", "replay"}
"""Folders of tests that wait for other processes, on a machine that may be busy: `make test-pages`.
What they find wrong twice is wrong; numbers and words are tested once."""
MOST_SECOND_TRIES = 2


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name in WAITING:
            item.add_marker(pytest.mark.flaky(reruns=1))
            item.add_marker(pytest.mark.long)


def second_tries(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("rerun", []) if reporter else []


def pytest_terminal_summary(terminalreporter, config):
    """Each second try is told with what went wrong: it may be a race."""
    for report in second_tries(config):
        terminalreporter.write_sep("-", f"failed at a first try: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
    if len(second_tries(config)) > MOST_SECOND_TRIES:
        terminalreporter.write_line("so many second tries are no chance: look for a race")


def pytest_sessionfinish(session):
    many = len(second_tries(session.config)) > MOST_SECOND_TRIES
    if many and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def own_store(tmp_path_factory):
    """Tests keep their finished runs apart from the user's, and have the list of fonts: making it
    is told on stderr where it takes long.
    """
    from matplotlib import font_manager  # noqa: F401

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CA_RESEARCH_CACHE", str(tmp_path_factory.mktemp("store")))
        yield


@pytest.fixture(scope="session", autouse=True)
def own_ports(worker_id):
    """Jupyter looks for free ports and lets go of them until a kernel takes them; what another
    worker starts may be given one meanwhile. So each worker has its own, and none that the system
    gives away.
    """
    from jupyter_client.connect import LocalPortCache

    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw"))
    ports = list(range(10_000 + number, 32_000, workers))
    random.Random().shuffle(ports)  # the tests of another checkout may run beside these
    others = itertools.cycle(ports)

    def find(cache, ip):
        for port in others:
            with socket.socket() as free, suppress(OSError):
                free.bind((ip, port))
                if port not in cache.currently_used_ports:
                    cache.currently_used_ports.add(port)
                    return port

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalPortCache, "find_available_port", find)
        yield


TINY = yaml.safe_load((Path(__file__).parent / "tiny.yaml").read_text())
"""The tiny project: tables with their rows, sources, an article, and what a verdict must say."""


def csv_text(header, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


@dataclass
class Project:
    """A project folder with three small tables; every method leaves it declared as it lies
    there.
    """

    home: Path

    def raw(self, table="trade"):
        return self.home / "data" / "raw" / table / "small.csv"

    def spec(self, table="trade"):
        return self.home / "registry" / "tables" / f"{table}.yaml"

    @property
    def processed(self):
        return self.home / "data" / "processed"

    def forget(self):
        """What was read of the registry is read again: after a change to a file of it."""
        registry.forget()

    def builds(self):
        """What lies in the folder of builds, hidden scratch folders included, the lock and pointer
        not.
        """
        return sorted(p.name for p in self.processed.iterdir() if p.is_dir())

    def edit(self, table="trade", **fields):
        """Change fields of a table's declaration."""
        file = self.spec(table)
        file.write_text(
            yaml.safe_dump(yaml.safe_load(file.read_text()) | fields, sort_keys=False),
            encoding="utf-8",
        )
        registry.forget()

    def write(self, text, table="trade", **fields):
        """Replace the raw file and declare its new hash; counts stay unless given in `fields`."""
        file = self.raw(table)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        digest = hashlib.sha256(text.encode()).hexdigest()
        rows = sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) - 1
        self.edit(table, files={f"{table}/small.csv": {"sha256": digest, "rows": rows}}, **fields)

    def rows(self, *rows, table="trade"):
        """Replace the rows of a table; the expected rows per source follow."""
        ids = [r[-1] for r in rows]
        columns = yaml.safe_load(self.spec(table).read_text())["columns"]
        self.write(csv_text(columns, rows), table, rows={s: ids.count(s) for s in sorted(set(ids))})

    def sources(self, *sources):
        header = list(registry.Source.model_fields)
        rows = [
            [(TINY["source"] | {"origin_group": s["source_id"]} | s).get(c, "") for c in header]
            for s in sources
        ]
        (self.home / "registry" / "sources.csv").write_text(
            csv_text(header, rows), encoding="utf-8"
        )
        registry.forget()


@pytest.fixture
def full_disk():
    """Stands in for what `os.fdopen` gives: a file on a disk that has no room."""

    class Full:
        def __init__(self, handle, mode):
            os.close(handle)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def write(self, content):
            raise OSError(28, "No space left on device")

    return Full


@pytest.fixture
def port():
    """A port of loopback for a server that a test starts: held, so that nobody else takes it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do, to share it
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The tiny project with its tables built, which no test changes: each has a copy."""
    from ca_research import tables

    home = tmp_path_factory.mktemp("tiny") / "project"
    for folder in ("registry/tables", "registry/claims", "notebooks", "data/raw"):
        (home / folder).mkdir(parents=True)
    shutil.copy(REAL / "registry" / "economies.csv", home / "registry" / "economies.csv")
    made = Project(home)
    made.sources(*TINY["sources"])
    article = yaml.safe_dump(TINY["article"], sort_keys=False)
    (home / "registry" / "article.yaml").write_text(article)
    for name, declared in TINY["tables"].items():
        made.spec(name).write_text(yaml.safe_dump({"table": name} | declared, sort_keys=False))
    for name, rows in TINY["rows"].items():
        made.rows(*csv.reader(io.StringIO(rows)), table=name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CA_RESEARCH_HOME", str(home))
        tables.build()
    registry.forget()
    return home


@pytest.fixture
def project(tiny, tmp_path, monkeypatch):
    """A tiny project: CA_RESEARCH_HOME points at it, and nothing of the real registry is
    remembered.
    """
    home = tmp_path / "project"
    shutil.copytree(tiny, home, ignore=shutil.ignore_patterns("processed"))
    monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
    registry.forget()
    yield Project(home)
    monkeypatch.undo()
    registry.forget()


@pytest.fixture
def built(tiny, project):
    """The tiny project with its tables built."""
    shutil.copytree(tiny / "data" / "processed", project.processed)
    return project


@pytest.fixture
def command(monkeypatch, capsysbinary):
    """Runs a command line in this process: `command("sql", "select 1")` gives (exit code, stdout,
    stderr).
    """
    from ca_research.app import cli

    def run(*words, text=True):
        monkeypatch.setattr(sys, "argv", ["ca-research", *words])
        capsysbinary.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as leave:
            code = leave.code or 0
        out, err = capsysbinary.readouterr()
        return code, out.decode() if text else out, err.decode()

    return run


@pytest.fixture(scope="session")
def report(tmp_path_factory, worker_id):
    """The pages of every claim, by the command line, whichever worker asks first.

    `ca-research run` with the user's own store, into a folder of the tests: a report that `make
    report` has just made is put back from the store in a second, and what the keys of the store
    (notebooks, figures, register, package, environment) say is no longer current is run. Pages that
    somebody has edited in reports/ since are never read.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "report"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "index.html").is_file():
            cli("run", "--out", folder, env=USERS)
    return folder


@pytest.fixture(scope="session")
def stored(report):
    """What the notebook of a claim has stored of all five: `stored("C13", "latest")` gives its
    verdicts by reading. That `ca.check` says the same: unit/test_check.py.
    """
    verdicts = json.loads((report / "verdicts.json").read_text())

    def of(claim, as_of):
        return {
            v["reading"]: v
            for v in verdicts
            if (v["claim"], v["as_of"]) == (claim, as_of)
            and v["params"].get("economy", "CA5") == "CA5"
        }

    return of


@pytest.fixture(scope="session")
def rest(tmp_path_factory):
    """A checkout without the article: its room, its claims and its settings are gone."""
    folder = tmp_path_factory.mktemp("rest")
    package = Path(registry.__file__).parents[1]
    compiled = shutil.ignore_patterns("__pycache__")  # others compile meanwhile
    shutil.copytree(package, folder / "src" / "ca_research", ignore=compiled)
    shutil.copytree(REAL / "registry", folder / "registry")
    for gone in ("src/ca_research/article", "registry/claims", "registry/article"):
        shutil.rmtree(folder / gone)
    shutil.copytree(REAL / "tests", folder / "tests", ignore=compiled)
    shutil.copy(REAL / "pyproject.toml", folder)
    return folder


@pytest.fixture
def stored_keys():
    """What a stored verdict, and each of its criteria, must say at least."""
    return set(TINY["verdict"]), set(TINY["criterion"])
