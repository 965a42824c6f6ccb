"""What a claim wants is asked of who has a service: cases/offers.yaml."""

import pandas as pd
import pytest
import yaml
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.claims import offers

CASES = cases(__file__, "offers")
HOLDERS, BY_COMMAND = CASES.pop("holders"), CASES.pop("by command")


@pytest.fixture
def wants(online, monkeypatch):
    """A claim that wants these rows."""
    (online.home / "registry" / "holders.yaml").write_text(yaml.safe_dump({"holders": HOLDERS}))
    registry.forget()

    def of(rows):
        found = pd.DataFrame(rows, columns=["economy", "table", "figures", "cells"])
        found["what"] = found["table"]
        monkeypatch.setattr(offers, "wanted", lambda claim, economy=None: found)

    return of


@pytest.mark.parametrize("name", CASES)
def test_what_is_asked_for_and_under_which_id(wants, name):
    case = CASES[name]
    wants(case["wants"])
    if "held" in case:
        ca.fetch("comtrade", **case["held"])
    found = offers.offers("C33")
    assert len(found) == len(case["offers"])
    for offer, expected in zip(found, case["offers"], strict=True):
        said = offer.asked | {n: getattr(offer, n) for n in ("source", "provider", "figures")}
        assert said | expected == said


def test_wanted_figures_are_asked_of_who_has_a_service(wants, services, command, monkeypatch):
    monkeypatch.setattr("ca_research.app.fetch_commands.economy_of", lambda claim, given: None)
    wants(BY_COMMAND)
    code, out, err = command("data", "fetch", "wanted", "C33", "--yes")
    assert code == 0, err
    assert "https://b.example" in out, "who has the figures and no service"
    assert "reporterCode=762" in services.asked[0][0] and "reporterCode=795" in str(services.asked)
    assert ca.load("trade", source="COMTRADE_C33_TJK")["value_usd"].tolist() == [12, 15]
    assert set(registry.added()) == {"COMTRADE_C33_TJK"}
