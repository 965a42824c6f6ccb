"""Vintages: what came is kept, the newest counts, older ones can be loaded and compared."""

import datetime as dt
import logging
import re
import shlex
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from tests.cases import cases, refused
from tests.commands import python

import ca_research as ca
from ca_research import registry
from ca_research.archive import again
from ca_research.ground.errors import (
    AnswerError,
    DataError,
    IntegrityError,
    UnknownNameError,
    UsageError,
)

FETCH = sys.modules["ca_research.tables.fetch"]
CASES = cases(__file__, "vintages")
ASKED = {"reporter": "TJK", "year": [2022, 2023]}
IMPORTS = ("TJK", "CHN", 2022, "import")


def stored(**asked):
    return ca.load("trade", **{"source": "TJK_TRADE", **asked})


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
    trade[IMPORTS] = 13.0
    on("2026-02-10")
    del trade["TJK", "RUS", 2022, "import"]
    trade["TJK", "RUS", 2023, "import"] = 9.0
    return on("2026-03-10")


def test_the_newest_counts_and_older_ones_can_be_loaded_and_are_known_from_their_days(revised):
    for asked, values in CASES["loads"]:
        assert sorted(stored(**asked)["value_usd"]) == values, asked
    now, then = stored(), stored(vintage="2026-02")
    assert then.pop("vintage").eq("2026-02-10T034210Z").all()
    assert then["known_on"].eq(pd.Timestamp("2026-02-10")).all()
    assert list(now) == list(then)


def test_revisions_with_their_size_and_day(revised):
    for vintages, wanted in CASES["diffs"]:
        found = ca.diff("TJK_TRADE", *vintages).astype(object).replace({np.nan: None})
        columns = ["partner", "year", "said", "old", "new", "change", "since"]
        assert found[columns].to_numpy().tolist() == wanted
        assert set(found["column"]) == {"value_usd"}


def asked_on(thing):
    return re.findall(r"asked on ([\d-]+)", ca.cite(thing))


def test_an_older_vintage_is_cited_as_of_its_day(revised):
    """Figures of January stood as those of the newest fetch, 'asked on 2026-03-10'."""
    now = stored()
    old = stored(vintage="2026-01")
    both = pd.concat([now, old])
    merged = old.merge(pd.DataFrame({"year": [2022], "x": 1}), on="year")
    for thing in (old, old.iloc[0], merged):
        assert asked_on(thing) == ["2026-01-10"]
    assert asked_on(now) == ["2026-03-10"] and asked_on(both) == ["2026-03-10", "2026-01-10"]
    assert ca.cite(stored(vintage="2026-03")) == ca.cite(now)


def test_a_figure_that_went_and_came_back_is_of_the_day_it_came_back(on, services):
    for day, value in (("01-10", 1.0), ("02-10", 2.0), ("03-10", 5.0), ("04-10", 2.0)):
        services.figures.trade[IMPORTS] = value
        on(f"2026-{day}")
    assert ca.diff("TJK_TRADE", "2026-01")["since"].tolist() == ["2026-04-10"]


def test_vintages_that_are_none(on):
    with pytest.raises(UnknownNameError):
        ca.diff("TJK_TRADE")
    on("2026-01-10")
    with pytest.raises(UsageError):  # none before
        ca.diff("TJK_TRADE")
    on("2026-01-11")
    assert ca.diff("TJK_TRADE").empty
    for call, words, asked, error in CASES["none"]:
        with refused(error) as caught:
            getattr(ca, call)(*words, **asked)
        assert caught.value.hint


def test_the_same_is_asked_again_and_what_was_said_of_the_source_stays(on, services):
    """A fetch marked its source `figures` anew, so that an archive would have held its rows."""
    said = {"redistribution": "no", "role": "stated", "preference": 7, "release_lag_days": 90}

    def known():
        return registry.sources()["TJK_TRADE"].model_dump(include=set(said))

    asked = {("lag" if name == "release_lag_days" else name): value for name, value in said.items()}
    on("2026-01-10", **asked)
    path = services.asked[-1][0]
    ca.fetch("TJK_TRADE")
    assert services.asked[-1][0] == path and known() == said
    on("2026-01-11")
    assert known() == said
    ca.fetch("TJK_TRADE", redistribution="yes")
    assert known() == said | {"redistribution": "yes"}
    with pytest.raises(UsageError):
        ca.fetch("TJK_TRADE", year=2021)


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


def test_an_answer_that_was_changed_on_disk_is_not_read(online, on):
    on("2026-01-10")
    (file,) = online.home.glob("data/vintages/TJK_TRADE/*/0001.json")
    file.write_bytes(file.read_bytes().replace(b"12.0", b"99.0"))
    with pytest.raises(IntegrityError):
        stored(vintage="2026-01-10")
    assert stored()["value_usd"].max() == 50  # the rows have their own


def test_faulty_cells_are_named_and_what_stood_stays(online, on, services):
    on("2026-01-10")
    services.figures.trade[IMPORTS] = -4.0
    with pytest.raises(DataError):
        on("2026-02-10")
    assert len(ca.vintages("TJK_TRADE")) == 1 and len(stored()) == 5
    found = on("2026-02-10", skip_bad=True)
    assert len(found.skipped) == 1 and len(stored()) == 4
    assert len(stored(vintage="2026-02-10")) == 4


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


LEFT = ("added/TJK_TRADE/rows-*", "added/.new-*", "vintages/TJK_TRADE/.partial")


@pytest.mark.parametrize("at", [".partial", "rows-", "source.yaml"])
def test_killed_at_any_step_the_old_state_stands_and_the_next_fetch_is_whole(
    online, on, services, at
):
    on("2026-01-10")
    services.figures.trade[IMPORTS] = 13.0
    python("-c", KILLED, at, ends=9)
    registry.forget()
    seen = stored()
    assert len(seen) == 5 and seen["value_usd"].sum() == 94
    (used,) = ca.vintages("TJK_TRADE").query("in_tables")["vintage"]
    assert used.startswith("2026-01-10")
    assert ca.fetch("TJK_TRADE").kept
    assert stored()["value_usd"].sum() == 95
    ca.fetch("TJK_TRADE")
    left = {n: len(list(online.home.glob(f"data/{n}"))) for n in LEFT}
    assert left.pop("added/TJK_TRADE/rows-*") <= 2 and set(left.values()) == {0}


def test_two_fetches_of_a_source_at_once(online):
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(ca.fetch, "comtrade", source="TJK_TRADE", **ASKED) for _ in range(2)]
    assert all(one.result().kept for one in asked) and len(ca.vintages("TJK_TRADE")) == 2
    assert len(stored()) == 5


SECRET = "very-secret-4711"


def test_a_key_is_written_nowhere(online, services, command, monkeypatch, caplog):
    """It comes from a keyring here; from the environment in test_fetch."""
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


def test_the_commands(online, services, command):
    for words, wanted, told in CASES["commands"]:
        code, out, err = command("data", *words.split())
        assert code == wanted and told in out + err, (words, out, err)
        services.figures.trade[IMPORTS] += "as TRADE" in out
    assert ca.vintages().empty


def test_answers_of_unlike_form_are_not_put_together(online, services):
    def renamed(request):
        services.day = "plain" if "2022" in request else "renamed"

    with pytest.raises(AnswerError):
        ca.fetch("comtrade", source="MIXED", progress=renamed, **ASKED)
    assert ca.vintages().empty and not registry.added()
