"""Fetching from each provider on each kind of day, against a server on loopback."""

import contextlib
import datetime as dt
import sys

import pytest
from pandas.testing import assert_frame_equal
from services import CASES as SPOKEN
from services import DAYS, listed_anew
from tests.cases import cases, one_in_short, refused

import ca_research as ca
from ca_research import registry
from ca_research.ground import errors
from ca_research.sources.fetch import keys, transport

CASES = cases(__file__, "fetching")
FETCH = sys.modules["ca_research.tables.fetch"]
WANTED = {day: told.get("error") for day, told in DAYS.items()}
WANTED |= {f"{day} once": None for day in SPOKEN["passing"]}


def fetch(online, provider, **more):
    asked = CASES["asked"][provider] | more
    return ca.fetch(provider, wait=online.waits.append, **asked)


def stands(online):
    """All that is kept, but marks of who was asked when."""
    files = {f.relative_to(online.home / "data"): f for f in online.home.glob("data/**/[!.]*")}
    apart = {"processed", ".partial"}
    return {n: f.read_bytes() for n, f in files.items() if f.is_file() and not apart & {*n.parts}}


@pytest.mark.parametrize("provider", one_in_short(CASES["rows"]))
def test_each_provider_on_each_kind_of_day(online, services, provider, monkeypatch):
    """On a good day, and after faults that pass, the same rows; on any other a typed error, with
    all that stood as it was.
    """
    good = fetch(online, provider, source="STOOD").rows.drop(columns="source_id")
    assert len(good) == CASES["rows"][provider]
    pages = "endless" in SPOKEN["services"][provider]
    days = {day: error for day, error in WANTED.items() if pages or day != "endless"}
    found = {}
    for day in days:
        silence = {"silent": 0.1, "silent once": 1.0}.get(day, 60.0)  # once: the next is heard
        monkeypatch.setattr(transport, "TIMEOUT", (60.0, silence))
        found[day] = said(online, services, provider, day, good)
    assert found == days


def said(online, services, provider, day, good):
    """What a fetch on such a day gives: nothing but rows, or the kind of its error."""
    table = CASES["table"][provider]
    source, before, rows = f"ON_{day.replace(' ', '_')}", stands(online), ca.load(table)
    services.day = day
    try:
        found = fetch(online, provider, source=source)
    except errors.FetchError as error:
        assert error.where and error.hint and error.exit_code == 1
        assert stands(online) == before
        assert_frame_equal(ca.load(table), rows)
        return type(error).__name__
    assert_frame_equal(found.rows.drop(columns="source_id"), good)
    assert found.kept and len(ca.load(table)) == len(rows) + len(good)
    return None


def test_pages_that_lack_rows_are_refused(online, services):
    services.day = "short page"
    with pytest.raises(errors.AnswerError):
        fetch(online, "worldbank")
    assert len(services.asked) <= 2


@pytest.mark.parametrize(("provider", "asked", "error"), CASES["refused"], ids=str)
def test_a_request_that_cannot_be_made_is_refused_before(online, services, provider, asked, error):
    with refused(error):
        ca.fetch(provider, **asked)
    assert services.asked == []


@pytest.mark.parametrize(("provider", "asked", "error"), CASES["none"], ids=str)
def test_what_is_no_answer_is_not_kept(online, services, provider, asked, error):
    services.figures.macro["KAZ", 1985] = 5.0
    with refused(error):
        fetch(online, provider, **asked)
    assert not registry.added()


@pytest.mark.parametrize(("service", "environment", "error"), CASES["untrusted"], ids=str)
def test_a_key_goes_to_its_publishers_host_alone_and_no_service_is_asked_in_the_open(
    online, services, monkeypatch, service, environment, error
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if environment.get("COMTRADE_API_KEY", "").isascii():
        monkeypatch.setitem(keys.HOSTS, "COMTRADE_API_KEY", {"comtradeapi.un.org"})
    listed_anew(online.home, "comtrade", **service)
    with refused(error):
        fetch(online, "comtrade")
    assert services.asked == []


def test_waits_are_those_that_were_asked_for(online, services):
    services.day = "too often once"
    fetch(online, "imf")
    assert online.waits == [7]
    online.waits.clear()
    services.day = "failing"
    with pytest.raises(errors.ServiceError):
        fetch(online, "imf", source="NEXT")
    assert online.waits == [1, 2, 4] and len(services.asked) == 6


def test_the_pace_of_a_provider_is_kept(online):
    listed_anew(online.home, "comtrade", seconds_between=900)
    fetch(online, "comtrade")
    assert len(online.waits) == 1 and 840 < online.waits[0] <= 900
    fetch(online, "imf")  # another provider
    assert len(online.waits) == 1


def test_what_was_asked_and_what_came_is_kept(online, services):
    found = fetch(online, "worldbank", source="WDI")
    (kept,) = ca.vintages("WDI").to_dict("records")
    assert (kept["answers"], kept["figures"], kept["in_tables"]) == (3, 5, True)
    pages = [a.request for a in found.vintage.answers]
    assert [p.rsplit("&page=")[1] for p in pages] == ["1", "2", "3"]
    entry = registry.added()["WDI"]
    assert entry.vintage == kept["vintage"] and entry.source.origin_group == "WDI"
    rows = ca.load("macro", source="WDI")
    assert rows.query("year == 2004")["value"].tolist() == [104.0]
    assert set(rows["unit"]) == {"current USD"}


def test_an_interrupted_fetch_goes_on_where_it_stopped(online, services, monkeypatch):
    partial = online.home / "data" / "vintages" / "WDI" / ".partial"

    def left_off_at(page):
        def stop(request):
            if f"page={page}" in request:
                raise KeyboardInterrupt

        with contextlib.suppress(KeyboardInterrupt):
            fetch(online, "worldbank", source="WDI", progress=stop)
        assert partial.exists() and not registry.added()
        services.asked.clear()

    def then_asked(**more):
        """How many pages are asked for then, and how many rows come."""
        rows = fetch(online, "worldbank", source="WDI", **more).rows
        assert not partial.exists()
        ca.remove("WDI")
        return len(services.asked), len(rows)

    left_off_at(3)
    assert then_asked() == (1, 5)
    left_off_at(2)
    assert then_asked(until=2001) == (1, 2), "asked otherwise"
    left_off_at(2)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    monkeypatch.setattr(FETCH, "now", lambda: later)
    assert then_asked() == (3, 5), "left off long ago"


def test_a_dry_run_keeps_nothing_and_a_fetch_only_what_is_agreed_to(online, services):
    assert not fetch(online, "worldbank", dry_run=True).kept
    assert ca.vintages().empty and not registry.added()
    assert fetch(online, "worldbank", confirm=lambda found: len(found.rows) == 5).kept
    assert len(services.asked) == 3, "what came in the dry run is not asked for again"
    assert not fetch(online, "imf", confirm=lambda found: False).kept
    assert len(registry.added()) == 1


def test_a_preview_that_may_be_cut_is_refused(online):
    listed_anew(online.home, "comtrade", rows=4)
    with pytest.raises(errors.AnswerError) as error:
        fetch(online, "comtrade")
    assert "COMTRADE_API_KEY" in error.value.hint
    assert len(fetch(online, "comtrade", partner="CHN").rows) == 3


def test_comtrade_with_a_key_is_asked_at_another_door(online, services, monkeypatch, tmp_path):
    """And no other service gets it, or the password of a netrc."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("COMTRADE_API_KEY", "very-secret")
    fetch(online, "comtrade")
    path, headers = services.asked[-1]
    assert path.startswith("/un/data/v1/get/C/A/HS?period=2023") and "very-secret" not in path
    assert headers["Ocp-Apim-Subscription-Key"] == "very-secret"
    assert "maxRecords=100000" in path
    fetch(online, "imf")
    assert not {"Ocp-Apim-Subscription-Key", "Authorization"} & set(services.asked[-1][1])


def test_the_imf_means_dollars_whatever_its_scale_says(online):
    found = fetch(online, "imf")
    assert found.rows.query("partner == 'WLD'")["value_usd"].tolist() == [50.0]
    assert set(found.rows["valuation"]) == {"fob", "cif"}


def test_a_year_without_figures_is_said(online):
    found = fetch(online, "comtrade", year=[2021, 2022])
    (empty,) = found.vintage.empty
    assert "period=2021" in empty and empty in str(found)


def test_an_id_is_of_one_request(online, services):
    fetch(online, "imf", source="IMF")
    services.asked.clear()
    with pytest.raises(errors.UsageError):
        fetch(online, "imf", source="IMF", partner="CHN")
    assert services.asked == []
    assert fetch(online, "imf").entry.source.source_id == "IMF_TJK_CHN_RUS_WLD_2022_2023"
