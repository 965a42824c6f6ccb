"""Vintages: what came is kept, the newest counts, older ones can be loaded and compared."""

import datetime as dt
import importlib
import json
import logging
import re
import shlex
import subprocess
import sys
import threading
import types

import pandas as pd
import pytest
import yaml

import ca_research as ca
from ca_research import registry
from ca_research.archive import again
from ca_research.claims import offers
from ca_research.ground.errors import (
    AnswerError,
    DataError,
    FetchError,
    IntegrityError,
    UnknownNameError,
    UsageError,
    WriteError,
)
from ca_research.ground.extras import MissingPackageError
from ca_research.tables import content_key

FETCH = importlib.import_module("ca_research.tables.fetch")
ASKED = {"reporter": "TJK", "year": [2022, 2023]}


@pytest.fixture
def on(online, monkeypatch):
    """Fetches TJK's trade from Comtrade on a day."""

    def fetch(day, **more):
        moment = dt.datetime.fromisoformat(f"{day}T03:42:10+00:00")
        monkeypatch.setattr(FETCH, "now", lambda: moment)
        return ca.fetch("comtrade", source="TJK_TRADE", **ASKED, **more)

    return fetch


@pytest.fixture
def revised(on, services):
    """Three vintages: in the second one figure is revised, in the third one is new and one gone."""
    trade = services.figures.trade
    on("2026-01-10")
    trade["TJK", "CHN", 2022, "import"] = 13.0
    on("2026-02-10")
    del trade["TJK", "RUS", 2022, "import"]
    trade["TJK", "RUS", 2023, "import"] = 9.0
    return on("2026-03-10")


def test_the_newest_counts_and_older_ones_can_be_loaded_and_are_known_from_their_days(revised):
    cell = {"source": "TJK_TRADE", "partner": "CHN", "flow": "import", "year": 2022}
    assert ca.load("trade", **cell)["value_usd"].tolist() == [13]
    assert ca.load("trade", vintage="2026-01-10", **cell)["value_usd"].tolist() == [12]
    assert ca.load("trade", vintage="2026-02-10T034210Z", **cell)["value_usd"].tolist() == [13]
    now, then = (ca.load("trade", source="TJK_TRADE", **v) for v in ({}, {"vintage": "2026-02"}))
    assert then.pop("vintage").eq("2026-02-10T034210Z").all()
    assert list(now.columns) == list(then.columns) and (now.dtypes == then.dtypes).all()
    assert "RUS" in set(then.query("year == 2022")["partner"])
    assert len(ca.load("trade")) == 5  # an old vintage is no source beside the new one

    old = ca.load("trade", source="TJK_TRADE", vintage="2026-01")
    assert old["known_on"].eq(pd.Timestamp("2026-01-10")).all()
    assert ca.load("trade", source="TJK_TRADE", as_of="2026-02-20").empty
    assert len(ca.load("trade", source="TJK_TRADE", as_of="2026-02-20", vintage="2026-01")) == 5


def test_an_older_vintage_is_cited_as_of_its_day(revised):
    """Figures of January stood as those of the newest fetch, 'asked on 2026-03-10'."""
    now = ca.load("trade", source="TJK_TRADE")
    old, newest = (
        ca.load("trade", source="TJK_TRADE", vintage=f"2026-0{month}") for month in (1, 3)
    )
    for thing in (old, old.iloc[0], old.merge(pd.DataFrame({"year": [2022], "x": 1}), on="year")):
        assert re.findall(r"asked on ([\d-]+)", ca.cite(thing)) == ["2026-01-10"]
    assert ca.cite(old).startswith("[TJK_TRADE] ") and ca.cite(newest) == ca.cite(now)
    assert "asked on 2026-03-10" in ca.cite(now)
    (item,) = json.loads(ca.cite(old, "csl"))
    assert item["accessed"] == item["issued"] == {"date-parts": [[2026, 1, 10]]}

    both = pd.concat([now, old])
    assert re.findall(r"asked on ([\d-]+)", ca.cite(both)) == ["2026-03-10", "2026-01-10"]
    keys = re.findall(r"@misc\{(.+),", ca.cite(both, "bibtex"))
    assert keys == ["TJK_TRADE", "TJK_TRADE_2026-01-10T034210Z"]
    assert ca.cite(now.assign(vintage="of last year")) == ca.cite(now), "a reader's own column"


def test_revisions_with_their_size_and_day(revised):
    found = ca.diff("TJK_TRADE", "2026-01", "2026-03")
    rows = found.set_index(["partner", "year"])[
        ["said", "old", "new", "change", "percent", "since"]
    ]
    assert rows.loc["CHN", 2022].tolist()[:4] == ["revised", 12, 13, 1]
    assert rows.loc["CHN", 2022]["percent"] == pytest.approx(100 / 12)
    assert rows["since"].to_dict() == {
        ("CHN", 2022): "2026-02-10",
        ("RUS", 2022): "2026-03-10",
        ("RUS", 2023): "2026-03-10",
    }
    assert rows["said"].tolist() == ["revised", "gone", "new"]
    last = ca.diff("TJK_TRADE")
    assert last["said"].tolist() == ["gone", "new"] and last["column"].eq("value_usd").all()
    assert "since 2026-02-10T034210Z: 0 revised, 1 new, 1 gone" in str(revised)


@pytest.mark.long
def test_a_figure_that_went_and_came_back_is_of_the_day_it_came_back(on, services):
    cell = ("TJK", "CHN", 2022, "import")
    for day, value in (("01-10", 1.0), ("02-10", 2.0), ("03-10", 5.0), ("04-10", 2.0)):
        services.figures.trade[cell] = value
        on(f"2026-{day}")
    assert ca.diff("TJK_TRADE", "2026-01")["since"].tolist() == ["2026-04-10"]


def test_vintages_that_are_none(on):
    with pytest.raises(UnknownNameError, match="fetched source"):
        ca.diff("TJK_TRADE")
    on("2026-01-10")
    with pytest.raises(UsageError, match="no vintage of TJK_TRADE before"):
        ca.diff("TJK_TRADE")
    on("2026-01-11")
    assert ca.diff("TJK_TRADE").empty  # nothing was changed
    with pytest.raises(UsageError, match="several vintages"):
        ca.load("trade", source="TJK_TRADE", vintage="2026-01")
    with pytest.raises(UnknownNameError, match="vintage of TJK_TRADE"):
        ca.load("trade", source="TJK_TRADE", vintage="2025")
    with pytest.raises(UsageError, match="a vintage is one of a source"):
        ca.load("trade", vintage="2026-01-10")
    with pytest.raises(UsageError, match="is not before"):
        ca.diff("TJK_TRADE", "2026-01-11", "2026-01-10")
    with pytest.raises(UsageError, match="source of table 'trade'"):
        ca.load("facts", source="TJK_TRADE", vintage="2026-01-10")


def test_the_same_is_asked_again_by_the_name_of_the_source(on, online, services):
    on("2026-01-10", lag=90, role="office", preference=3)
    path = services.asked[-1][0]
    found = ca.fetch("TJK_TRADE")
    assert services.asked[-1][0] == path and found.entry.source.source_id == "TJK_TRADE"
    source = registry.sources()["TJK_TRADE"]
    assert (source.release_lag_days, source.role, source.preference) == (90, "office", 3)
    with pytest.raises(UsageError, match="asked the same again"):
        ca.fetch("TJK_TRADE", year=2021)


def test_what_was_said_of_a_source_stays_however_it_is_asked_again(on):
    """A fetch marked its source `figures` anew, so that an archive would have held its rows."""
    said = {"redistribution": "no", "role": "stated", "preference": 7, "lag": 90}

    def known() -> dict:
        source = registry.sources()["TJK_TRADE"]
        return {k: getattr(source, k, None) for k in said} | {"lag": source.release_lag_days}

    on("2026-01-10", **said)
    ca.fetch("TJK_TRADE")
    assert known() == said
    on("2026-01-11")
    assert known() == said
    ca.fetch("TJK_TRADE", redistribution="yes")
    assert known() == said | {"redistribution": "yes"}


def test_what_an_archive_may_not_hold_is_fetched_again_by_its_command(on, command):
    """REPLICATION.md said the citation alone."""
    kept = on("2026-01-10", redistribution="no", lag=90).entry
    _, *words = shlex.split(again.command(kept))
    assert list(again.files(kept)) == ["data/left_out/TJK_TRADE/source.yaml"]
    ca.remove("TJK_TRADE")
    assert again.command(kept) == "", "what was asked is kept with the vintages"
    code, _, err = command(*words)
    assert code == 0, err
    found = registry.added()["TJK_TRADE"]
    assert (found.source, found.rows_sha256) == (kept.source, kept.rows_sha256)


def test_removed_is_as_if_it_had_never_been(online, on):
    key = content_key()
    on("2026-01-10")
    on("2026-02-10")
    assert content_key() != key
    ca.remove("TJK_TRADE")
    assert content_key() == key and ca.vintages().empty
    assert list(online.home.glob("data/vintages/[!.]*")) == []
    assert list(online.home.glob("data/added/[!.]*")) == []


def test_an_answer_that_was_changed_on_disk_is_not_read(online, on):
    on("2026-01-10")
    (file,) = online.home.glob("data/vintages/TJK_TRADE/*/0001.json")
    file.write_bytes(file.read_bytes().replace(b"12.0", b"99.0"))
    with pytest.raises(IntegrityError, match="not what was received"):
        ca.load("trade", source="TJK_TRADE", vintage="2026-01-10")
    assert ca.load("trade", source="TJK_TRADE")["value_usd"].max() == 50  # the rows have their own


def test_faulty_cells_are_named_and_what_stood_stays(online, on, services):
    on("2026-01-10")
    services.figures.trade["TJK", "CHN", 2022, "import"] = -4.0
    with pytest.raises(DataError, match="negative"):
        on("2026-02-10")
    assert len(ca.vintages("TJK_TRADE")) == 1 and len(ca.load("trade", source="TJK_TRADE")) == 5
    found = on("2026-02-10", skip_bad=True)
    (listed,) = online.home.glob("data/added/TJK_TRADE/skipped*.csv")
    assert pd.read_csv(listed)["value"].tolist() == [-4]
    assert len(found.skipped) == 1 and len(ca.load("trade", source="TJK_TRADE")) == 4
    assert len(ca.load("trade", source="TJK_TRADE", vintage="2026-02-10")) == 4


def test_a_full_disk_leaves_what_stood(on, services, monkeypatch):
    from ca_research.tables import added

    on("2026-01-10")
    services.figures.trade["TJK", "CHN", 2022, "import"] = 13.0

    def full(*words, **more):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(added.pq, "write_table", full)
        with pytest.raises(WriteError):
            on("2026-02-10")
    assert len(ca.vintages("TJK_TRADE")) == 1 and ca.load("trade")["value_usd"].sum() == 94
    on("2026-02-11")
    assert len(ca.vintages("TJK_TRADE")) == 2 and ca.load("trade")["value_usd"].sum() == 95


KILLED = """
import os, sys
import ca_research as ca
from pathlib import Path
from ca_research.sources.fetch import transport
from ca_research.tables import added, vintage
at = sys.argv[1]
rename, replace = Path.rename, Path.replace
def dying(real):
    def move(self, target):
        if at in str(target) or at == self.name:
            os._exit(9)
        return real(self, target)
    return move
Path.rename, Path.replace = dying(rename), dying(replace)
ca.fetch("comtrade", source="TJK_TRADE", reporter="TJK", year=[2022, 2023])
"""


@pytest.mark.long
@pytest.mark.parametrize("at", [".partial", "rows-", "source.yaml"])
def test_killed_at_any_step_the_old_state_stands_and_the_next_fetch_is_whole(
    online, on, services, at
):
    on("2026-01-10")
    services.figures.trade["TJK", "CHN", 2022, "import"] = 13.0
    done = subprocess.run([sys.executable, "-c", KILLED, at], capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    registry.forget()
    seen = ca.load("trade", source="TJK_TRADE")
    assert len(seen) == 5 and seen["value_usd"].sum() == 94
    (used,) = ca.vintages("TJK_TRADE").query("in_tables")["vintage"]
    assert used.startswith("2026-01-10")
    found = ca.fetch("TJK_TRADE")
    assert found.kept and ca.load("trade", source="TJK_TRADE")["value_usd"].sum() == 95
    assert not list(online.home.glob("data/added/.new-*"))
    assert not list(online.home.glob("data/vintages/TJK_TRADE/.partial"))
    ca.fetch("TJK_TRADE")
    assert len(list(online.home.glob("data/added/TJK_TRADE/rows-*"))) <= 2


def test_two_fetches_of_a_source_at_once(online):
    errors = []

    def run():
        try:
            ca.fetch("comtrade", source="TJK_TRADE", **ASKED)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and len(ca.vintages("TJK_TRADE")) == 2
    assert len(ca.load("trade", source="TJK_TRADE")) == 5


SECRET = "very-secret-4711"


@pytest.mark.parametrize("place", ["environment", pytest.param("keyring", marks=pytest.mark.long)])
def test_a_key_is_written_nowhere(online, services, command, monkeypatch, caplog, place):
    if place == "environment":
        monkeypatch.setenv("COMTRADE_API_KEY", SECRET)
    else:
        ring = types.SimpleNamespace(get_password=lambda service, user: SECRET)
        monkeypatch.setitem(sys.modules, "keyring", ring)
    caplog.set_level(logging.DEBUG)
    monkeypatch.setitem(FETCH.fetch.__kwdefaults__, "wait", lambda seconds: None)
    words = ("--debug", "data", "fetch", "comtrade", "--reporter", "TJK", "--year", "2022", "--yes")
    told = [command(*words)]
    assert told[0][0] == 0, told
    for day in ("refusing", "echo", "failing", "quota", "web page"):
        services.day = day
        told.append(command(*words, "--source", "OTHER"))
        assert told[-1][0] == 1
    assert "***" in told[1][2] and "repeats the key" in told[2][2]
    assert services.asked[-1][1]["Ocp-Apim-Subscription-Key"] == SECRET  # else nothing was tried
    assert SECRET not in str(told) and SECRET not in caplog.text
    files = [f for f in online.home.rglob("*") if f.is_file()]
    assert len(files) > 20
    assert [f for f in files if SECRET.encode() in f.read_bytes()] == []


def test_a_keyring_that_cannot_be_opened_is_no_key(online, services, monkeypatch):
    class KeyringError(Exception):
        pass

    def locked(service, user):
        raise KeyringError

    errors = types.SimpleNamespace(KeyringError=KeyringError)
    ring = types.SimpleNamespace(get_password=locked, errors=errors)
    monkeypatch.setitem(sys.modules, "keyring", ring)
    ca.fetch("comtrade", **ASKED)
    assert services.asked[-1][0].startswith("/un/public/v1/preview")


def test_without_the_extra_it_is_said_what_to_install(online, monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(MissingPackageError, match=r"ca-research\[sources\]"):
        ca.fetch("comtrade", **ASKED)


def test_the_commands(online, services, command):
    words = ["data", "fetch", "comtrade", "--reporter", "TJK,KAZ", "--year", "2022"]
    code, _, err = command(*words)
    assert code == 2 and "--dry-run" in err
    code, out, err = command(*words, "--yes", "--source", "TRADE")
    assert code == 0 and "asked of UN Comtrade: reporter TJK, KAZ, year 2022" in out
    assert "added to trade as TRADE" in out and "period=2022" in err and "run --changed" in err
    services.figures.trade["TJK", "CHN", 2022, "import"] = 13.0
    code, out, err = command("data", "fetch", "TRADE", "--yes")
    assert code == 0 and "1 revised, 0 new, 0 gone" in out, err
    code, out, _ = command("data", "vintages")
    assert code == 0 and out.count("TRADE") == 2 and out.count("yes") == 1
    code, out, _ = command("data", "diff", "TRADE", "--format", "csv")
    assert code == 0 and "TJK,CHN,2022,import,TOTAL,revised,value_usd,12.0,13.0,1.0" in out
    code, out, _ = command("data", "remove", "TRADE")
    assert code == 0 and command("data", "vintages")[1].count("TRADE") == 0
    code, _, err = command("data", "fetch", "comtrade", "C33", "--yes")
    assert code == 2 and "a claim comes after wanted" in err
    code, _, err = command("data", "fetch", "wanted", "C33", "--year", "2022", "--yes")
    assert code == 2 and "by a claim alone" in err


HOLDERS = [
    {"publisher": "UN Comtrade", "table": "trade", "address": "https://a.example", "how": "a"},
    {"publisher": "An office", "table": "students", "address": "https://b.example", "how": "b"},
]


@pytest.fixture
def wants(online, monkeypatch):
    """A claim that wants figures of trade, of which one is published, and of students."""
    cells = {"partner": ["CHN", "RUS"], "year": [2022], "flow": ["import"], "product": ["TOTAL"]}
    rows = [
        ("TJK", "trade", 2, {"reporter": ["TJK"], **cells, "scope": ["goods"]}),
        ("TKM", "trade", 2, {"reporter": ["TKM"], **cells, "scope": ["goods"]}),
        ("KAZ", "students", 1, {"origin": ["KAZ"], "destination": ["CHN"], "year": [2022]}),
    ]
    columns = ["economy", "table", "figures", "cells"]
    found = pd.DataFrame(rows, columns=columns).assign(what=lambda f: f["economy"] + "'s figures")
    monkeypatch.setattr(offers, "wanted", lambda claim, economy=None: found)
    file = online.home / "registry" / "holders.yaml"
    file.write_text(yaml.safe_dump({"holders": HOLDERS}))
    registry.forget()


def test_wanted_figures_are_asked_of_who_has_a_service(wants, services, command, monkeypatch):
    monkeypatch.setattr("ca_research.app.fetch_commands.economy_of", lambda claim, given: None)
    code, out, err = command("data", "fetch", "wanted", "C33", "--yes")
    assert code == 0, err
    assert "added to trade as COMTRADE_C33_TJK" in out
    assert "UN Comtrade has no such figure; nobody else is known to publish it" in out
    assert "no service to ask; published by An office (https://b.example)" in out
    assert (
        "partnerCode=156%2C643" in services.asked[0][0]
        or "partnerCode=156,643" in (services.asked[0][0])
    )
    assert "of 2 came" not in out
    rows = ca.load("trade", source="COMTRADE_C33_TJK")
    assert rows["value_usd"].tolist() == [12, 15]


def test_what_is_wanted_later_gets_an_id_of_its_own(wants):
    (first, _, last) = offers.offers("C33")
    assert (first.source, last.source, last.provider) == ("COMTRADE_C33_TJK", "", None)
    ca.fetch("comtrade", source=first.source, **first.asked)
    assert offers.offers("C33")[0].source == "COMTRADE_C33_TJK"
    ca.remove(first.source)
    ca.fetch("comtrade", source=first.source, **{**first.asked, "partner": "CHN"})
    assert offers.offers("C33")[0].source == "COMTRADE_C33_TJK_2"


def test_what_is_held_is_not_asked_for_again(wants, services, monkeypatch):
    """All combinations of what lacked were asked for, those held among them."""
    ca.fetch("comtrade", source="HELD", reporter="TJK", partner="CHN", flow="import", year=2022)
    cells = {"reporter": ["TJK"], "partner": ["CHN", "RUS", "KAZ"], "year": [2021, 2022]}
    cells |= {"flow": ["import"], "product": ["TOTAL"], "scope": ["goods"]}
    row = {"economy": "TJK", "table": "trade", "figures": 5, "cells": cells, "what": "trade"}
    monkeypatch.setattr(offers, "wanted", lambda claim, economy=None: pd.DataFrame([row]))
    some, rest = offers.offers("C33")
    assert (some.asked["partner"], some.asked["year"], some.figures) == (["CHN"], [2021], 1)
    assert (rest.asked["partner"], rest.asked["year"]) == (["RUS", "KAZ"], [2021, 2022])
    assert (some.source, rest.source) == ("COMTRADE_C33_TJK_CHN", "COMTRADE_C33_TJK")


def test_requests_of_one_want_are_sources_apart(wants, monkeypatch):
    """The second would have taken the place of the first as its newer vintage."""
    cells = {"reporter": ["TJK"], "partner": ["CHN", "RUS"], "year": [2021, 2022]}
    cells |= {"flow": ["import", "export"], "product": ["TOTAL"], "scope": ["goods"]}
    row = {"economy": "TJK", "table": "trade", "figures": 6, "cells": cells, "what": "trade"}
    monkeypatch.setattr(offers, "wanted", lambda claim, economy=None: pd.DataFrame([row]))
    ca.fetch("comtrade", source="HELD", reporter="TJK", year=2022, flow="import", partner="CHN,RUS")
    names = [offer.source for offer in offers.offers("C33")]
    assert names == ["COMTRADE_C33_TJK", "COMTRADE_C33_TJK_2"]


def test_answers_of_unlike_form_are_not_put_together(online, services):
    def renamed(request):
        services.day = "plain" if "2022" in request else "renamed"

    with pytest.raises(AnswerError):
        ca.fetch("comtrade", source="MIXED", progress=renamed, **ASKED)
    assert ca.vintages().empty and not registry.added()


def test_errors_of_a_fetch_have_one_base():
    kinds = [k for k in vars(ca.errors).values() if isinstance(k, type)]
    assert sum(issubclass(k, FetchError) for k in kinds) == 7
