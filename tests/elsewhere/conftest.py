"""Tables of the tiny project that live elsewhere."""

import pytest
from places import PASSWORD, ROWS, Database, Files, postgres, said

from ca_research import registry, tables


@pytest.fixture
def files(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    server = Files()
    yield server
    server.close()


@pytest.fixture
def move(project):
    """Says that table `trade` lives elsewhere, and builds."""

    def to(build=True, **location):
        raw = project.raw()
        raw.unlink(missing_ok=True)
        project.edit(files={}, rows={}, location=location)
        registry.forget()
        if build:
            tables.build()

    return to


@pytest.fixture
def here(project):
    """What is said of the table while it lies in files of the project."""
    rows = [["" if v is None else v for v in row] for row in ROWS]
    project.rows(*([*row[:4], repr(row[4]), *row[5:]] for row in rows))
    tables.build()
    return said()


@pytest.fixture(scope="session")
def server():
    with postgres() as (port, log):
        yield port, log


@pytest.fixture
def database(server, monkeypatch):
    monkeypatch.setenv("PGUSER", "librarian")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return Database(*server)


@pytest.fixture
def lake(database, move):
    """The table of the project, in the database."""
    database.table()

    def to(build=True, **other):
        place = {"postgresql": database.address, "name": "lake.flows", "state": ["loaded"]}
        move(build=build, **(place | other))

    database.to = to
    return database
