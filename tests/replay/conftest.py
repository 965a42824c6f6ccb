"""A project whose providers are on loopback, with tables of the built-in form and no figures."""

import json
import shutil

import pytest
import yaml
from services import SERVICES, Services, listed_anew
from tests.commands import real_project

from ca_research import registry, tables
from ca_research.ground import paths
from ca_research.sources.fetch import keys, transport


@pytest.fixture
def services():
    server = Services()
    yield server
    server.close()


def providers_on_loopback(home, services, **more):
    """Write a list of providers into a project, all of them on the server."""
    usual = paths.of_package() / "registry" / "providers.yaml"
    shutil.copy(usual, home / "registry" / "providers.yaml")
    for name in SERVICES:
        listed_anew(home, name, address=services.door(name), seconds_between=0, **more)


@pytest.fixture
def online(project, services, monkeypatch):
    """The project; its `waits` are the seconds that were waited, in no time."""
    project.raw("trade").unlink()
    for name in ("trade", "macro", "students"):
        spec = yaml.safe_load(
            (paths.of_package() / "registry" / "tables" / f"{name}.yaml").read_text()
        )
        project.spec(name).write_text(json.dumps(spec | {"files": {}, "rows": {}}))
    providers_on_loopback(project.home, services)
    monkeypatch.setattr(transport, "MOST_BYTES", 1_000_000)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    monkeypatch.delenv("COMTRADE_API_KEY", raising=False)
    monkeypatch.setitem(keys.HOSTS, "COMTRADE_API_KEY", {"127.0.0.1"})
    tables.build()
    project.waits = []
    return project


@pytest.fixture
def real(tmp_path, services, monkeypatch):
    """A project on the real tables, its providers on loopback."""
    home = real_project(tmp_path / "project")
    providers_on_loopback(home, services)
    monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    registry.forget()
    yield home
    monkeypatch.undo()
    registry.forget()
