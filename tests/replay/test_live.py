"""The weekly look at live services, tried on loopback; and that it runs on no pull request."""

import importlib.util

import pytest
import yaml
from services import figures

from ca_research.ground import paths

HOME = paths.of_package()


@pytest.fixture
def live(monkeypatch, online, services):
    spec = importlib.util.spec_from_file_location("live", HOME / "tools" / "live.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    services.figures = figures("looked at weekly")
    asked = {"indicator": "26519", "economy": "DEU"}
    monkeypatch.setitem(module.ASKED, "unesco", module.ASKED["unesco"] | asked)
    return module


def test_it_says_of_each_service_what_came(live, online, capsys):
    assert live.main() == 0
    out = capsys.readouterr().out
    assert [line.split(" | ")[1] for line in out.splitlines()[2:]] == ["yes"] * 5
    assert not list(online.home.glob("data/added/[!.]*"))
    assert not list(online.home.glob("data/vintages/*/[!.]*"))


def test_another_form_is_drift(live, services, capsys):
    services.day = "renamed"
    assert live.main() == 1
    out = capsys.readouterr().out
    assert out.count("| no | AnswerError") == 5


def test_figures_of_another_size_are_drift(live, services, capsys):
    import ca_research as ca

    ca.fetch("comtrade", source="STOOD", **live.ASKED["comtrade"])
    services.figures.trade["KAZ", "CHN", 2021, "import"] = 5000.0
    assert live.looked_at("comtrade")[0] is False
    assert "1,000 times those that stand" in live.looked_at("comtrade")[1]


def test_live_services_are_asked_weekly_and_never_on_a_pull_request():
    folder = HOME / ".github" / "workflows"
    flows = {f.name: yaml.safe_load(f.read_text()) for f in folder.glob("*.yml")}
    assert set(flows["live.yml"][True]) == {"schedule", "workflow_dispatch"}  # yaml reads `on` so
    asks = {name for name, flow in flows.items() if "tools/live.py" in str(flow)}
    assert asks == {"live.yml"}
