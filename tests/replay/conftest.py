"""A project whose providers are on loopback, with tables of the built-in form and no figures."""

import json

import pytest
import yaml
from services import Services

from ca_research import registry, tables
from ca_research.ground import paths
from ca_research.sources.fetch import transport


@pytest.fixture
def services():
    server = Services()
    yield server
    server.close()


@pytest.fixture
def online(project, services, monkeypatch):
    """The project; its `waits` are the seconds that were waited, in no time."""
    project.raw("trade").unlink()
    for name in ("trade", "macro", "students"):
        spec = yaml.safe_load(
            (paths.of_package() / "registry" / "tables" / f"{name}.yaml").read_text()
        )
        project.spec(name).write_text(json.dumps(spec | {"files": {}, "rows": {}}))
    services_ = yaml.safe_load((paths.of_package() / "registry" / "providers.yaml").read_text())[
        "providers"
    ]
    for one in services_:
        one |= {"address": services.address(one["name"]), "pages": 20, "seconds_between": 0}
    (project.home / "registry" / "providers.yaml").write_text(
        yaml.safe_dump({"providers": services_})
    )
    registry.forget()
    monkeypatch.setattr(transport, "MOST_BYTES", 1_000_000)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    monkeypatch.delenv("COMTRADE_API_KEY", raising=False)
    tables.build()
    project.waits = []
    return project
