"""Fetching from each provider on each kind of day, against a server on loopback."""

import contextlib
import email.utils
import time
import types

import pandas as pd
import pytest
import yaml
from services import Figures

import ca_research as ca
from ca_research import registry
from ca_research.ground.errors import (
    AccessKeyError,
    AnswerError,
    EmptyAnswerError,
    FetchError,
    RateLimitError,
    RegistryError,
    ServiceError,
    UnknownNameError,
    UnreachableError,
    UsageError,
)
from ca_research.sources.fetch import keys, transport

ASKED = {
    "worldbank": {"indicator": "NY.GDP.MKTP.CD", "economy": "KAZ", "since": 2000, "until": 2004},
    "comtrade": {"reporter": "TJK", "year": [2022, 2023]},
    "imf": {"reporter": "Tajikistan", "partner": ["CHN", "RUS", "WLD"], "year": [2022, 2023]},
    "eurostat": {"origin": "KAZ", "year": [2021, 2022]},
    "unesco": {"indicator": "26519", "economy": ["DEU", "POL"]},
}
TABLE = {"worldbank": "macro", "comtrade": "trade", "imf": "trade"}
ROWS = {"worldbank": 5, "comtrade": 5, "imf": 5, "eurostat": 3, "unesco": 3}
GOOD = None
DAYS = {
    "good": GOOD,
    "plain": GOOD,
    "too often once": GOOD,
    "failing once": GOOD,
    "silent once": GOOD,
    "cut off once": GOOD,
    "round and round once": GOOD,
    "too often": RateLimitError,
    "too often for hours": RateLimitError,
    "quota": RateLimitError,
    "failing": ServiceError,
    "refusing": AccessKeyError,
    "silent": UnreachableError,
    "cut off": AnswerError,
    "cut off packed": AnswerError,
    "cut off unseen": AnswerError,
    "web page": AnswerError,
    "renamed": AnswerError,
    "empty": EmptyAnswerError,
    "nothing": EmptyAnswerError,
    "endless": AnswerError,
    "moved": AnswerError,
    "round and round": AnswerError,
    "bomb": AnswerError,
}
DO_NOT_PAGE = ("imf", "eurostat", "unesco")
LONG = ("comtrade", *DO_NOT_PAGE)


def fetch(online, provider, **more):
    asked = ASKED[provider] | more
    return ca.fetch(provider, wait=online.waits.append, **asked)


def stands(online):
    """All that is kept, but marks of who was asked when."""
    return {
        str(f.relative_to(online.home)): f.read_bytes()
        for f in sorted((online.home / "data").rglob("*"))
        if f.is_file()
        and "processed" not in f.parts
        and ".partial" not in f.parts
        and not f.name.startswith(".")
    }


@pytest.mark.parametrize(
    "provider",
    ["worldbank", *(pytest.param(p, marks=pytest.mark.long) for p in LONG)],
)
def test_each_provider_on_each_kind_of_day(online, services, provider, monkeypatch):
    """On a good day, and after faults that pass, the same rows; on any other a typed error, with
    all that stood as it was.
    """
    table = TABLE.get(provider, "students")
    good = fetch(online, provider, source="STOOD").rows.drop(columns="source_id")
    assert len(good) == ROWS[provider]
    days = [d for d in DAYS if d != "endless" or provider not in DO_NOT_PAGE]
    found = {}
    for day in days:
        silence = {"silent": 0.1, "silent once": 1.0}.get(day, 60.0)  # once: the next is heard
        monkeypatch.setattr(transport, "TIMEOUT", (60.0, silence))
        found[day] = said(online, services, provider, day, table, good)
    assert found == {day: DAYS[day] for day in days}


def said(online, services, provider, day, table, good):
    """What a fetch on such a day gives: nothing but rows, or the kind of its error."""
    source, before, rows = f"ON_{day.replace(' ', '_')}", stands(online), ca.load(table)
    services.day, services.figures = day, Figures()
    try:
        found = fetch(online, provider, source=source)
    except FetchError as error:
        assert error.where and error.hint and error.exit_code == 1
        assert stands(online) == before
        pd.testing.assert_frame_equal(ca.load(table), rows)
        return type(error)
    pd.testing.assert_frame_equal(found.rows.drop(columns="source_id"), good)
    assert found.kept and len(ca.load(table)) == len(rows) + len(good)
    return GOOD


def test_waits_are_those_that_were_asked_for(online, services):
    services.day = "too often once"
    fetch(online, "imf")
    assert online.waits == [7]
    online.waits.clear()
    services.day = "failing"
    with pytest.raises(ServiceError, match="answers 500"):
        fetch(online, "imf", source="NEXT")
    assert online.waits == [1, 2, 4] and len(services.asked) == 6


def test_the_pace_of_a_provider_is_kept(online):
    file = online.home / "registry" / "providers.yaml"
    file.write_text(file.read_text().replace("seconds_between: 0", "seconds_between: 900"))
    registry.forget()
    fetch(online, "comtrade")
    assert len(online.waits) == 1 and 840 < online.waits[0] <= 900
    fetch(online, "imf")  # another provider
    assert len(online.waits) == 1


def test_what_was_asked_and_what_came_is_kept(online, services):
    found = fetch(online, "worldbank", source="WDI")
    (kept,) = ca.vintages("WDI").to_dict("records")
    assert kept["answers"] == 3 and kept["figures"] == 5 and kept["in_tables"]
    folder = online.home / "data" / "vintages" / "WDI" / kept["vintage"]
    pages = [a.request for a in found.vintage.answers]
    assert [p.rsplit("&page=")[1] for p in pages] == ["1", "2", "3"]
    assert pages[0].startswith("/country/KAZ/indicator/NY.GDP.MKTP.CD?format=json")
    assert b'"page": 1' in (folder / "0001.json").read_bytes()
    assert "requests/" in found.vintage.client and found.vintage.asked["economy"] == ["KAZ"]
    entry = registry.added()["WDI"]
    assert entry.vintage == kept["vintage"] and entry.source.publisher == "World Bank"
    assert entry.source.title == "World Bank: NY.GDP.MKTP.CD, Kazakhstan, 2000 to 2004"
    assert entry.source.origin_group == "WDI" and entry.layout == "world bank, api"
    assert ca.load("macro", source="WDI", year=2004)["value"].tolist() == [104.0]
    assert ca.load("macro", source="WDI")["unit"].unique().tolist() == ["current USD"]


def test_figures_are_known_from_the_day_of_the_fetch_or_by_their_lag(online):
    found = fetch(online, "comtrade", source="LATE")
    day = pd.Timestamp(found.vintage.day)
    assert ca.load("trade", source="LATE")["known_on"].eq(day).all()
    assert ca.load("trade", source="LATE", as_of=(day - pd.Timedelta(days=1)).date()).empty
    fetch(online, "comtrade", source="SERIES", lag=100)
    early = ca.load("trade", source="SERIES", as_of="2023-05-01")
    assert early["year"].unique().tolist() == [2022]
    assert early.attrs["revised_sources"] == ["SERIES"]


def test_an_interrupted_fetch_goes_on_where_it_stopped(online, services):
    def stop(request):
        if "page=3" in request:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(online, "worldbank", source="WDI", progress=stop)
    assert len(services.asked) == 2 and ca.vintages().empty and not registry.added()
    partial = online.home / "data" / "vintages" / "WDI" / ".partial"
    (partial / "0002.json").write_bytes(b"half")  # as a disk may leave it
    found = fetch(online, "worldbank", source="WDI")
    assert len(services.asked) == 4 and len(found.rows) == 5  # the second page again, and the third
    assert not partial.exists()


def test_what_was_left_off_long_ago_or_asked_otherwise_is_not_taken(online, services, monkeypatch):
    import datetime as dt

    from ca_research.tables import vintage

    def stop(request):
        if "page=2" in request:
            raise KeyboardInterrupt

    def left_off():
        with contextlib.suppress(KeyboardInterrupt):
            fetch(online, "worldbank", source="WDI", progress=stop)
        services.asked.clear()

    left_off()
    fetch(online, "worldbank", source="WDI", until=2001)
    assert len(services.asked) == 1
    ca.remove("WDI")
    left_off()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    module = __import__("importlib").import_module("ca_research.tables.fetch")
    monkeypatch.setattr(module, "now", lambda: later)
    fetch(online, "worldbank", source="WDI")
    assert len(services.asked) == 3 and vintage.kept("WDI")[0].stamp.startswith(f"{later:%Y-%m-%d}")


def test_a_dry_run_keeps_nothing_and_is_not_asked_twice(online, services):
    found = fetch(online, "worldbank", dry_run=True)
    assert not found.kept and str(found).endswith("nothing was added")
    assert ca.vintages().empty and not registry.added()
    assert fetch(online, "worldbank").kept and len(services.asked) == 3


def test_nothing_is_kept_unless_the_answer_is_yes(online):
    shown = []
    assert not fetch(online, "imf", confirm=lambda found: shown.append(str(found))).kept
    assert ca.vintages().empty and "asked of" in shown[0]
    assert fetch(online, "imf", confirm=lambda found: True).kept


def test_a_preview_that_may_be_cut_is_refused(online, services):
    file = online.home / "registry" / "providers.yaml"
    file.write_text(file.read_text().replace("rows: 500", "rows: 4"))
    registry.forget()
    with pytest.raises(AnswerError, match="4 rows, as many as it gives at once") as error:
        fetch(online, "comtrade")
    assert "COMTRADE_API_KEY" in error.value.hint
    assert len(fetch(online, "comtrade", partner="CHN").rows) == 3


def test_comtrade_with_a_key_is_asked_at_another_door(online, services, monkeypatch):
    monkeypatch.setenv("COMTRADE_API_KEY", "very-secret")
    fetch(online, "comtrade")
    path, headers = services.asked[-1]
    assert path.startswith("/un/data/v1/get/C/A/HS?period=2023") and "very-secret" not in path
    assert headers["Ocp-Apim-Subscription-Key"] == "very-secret"
    assert "maxRecords=100000" in path
    fetch(online, "imf")
    assert "Ocp-Apim-Subscription-Key" not in services.asked[-1][1]


def test_the_imf_means_dollars_whatever_its_scale_says(online):
    found = fetch(online, "imf")
    assert found.rows.query("partner == 'WLD'")["value_usd"].tolist() == [50.0]
    assert set(found.rows["valuation"]) == {"fob", "cif"}


def test_a_year_without_figures_is_said(online):
    found = fetch(online, "comtrade", year=[2021, 2022])
    assert len(found.vintage.empty) == 1 and "period=2021" in found.vintage.empty[0]
    assert "no figure for 1 of the requests" in str(found)


def test_what_a_publisher_remarks_is_passed_on(online):
    with pytest.raises(EmptyAnswerError, match="The provided value is not valid"):
        fetch(online, "worldbank", indicator="NO.SUCH")
    with pytest.raises(EmptyAnswerError, match="No indicator 999"):
        fetch(online, "unesco", indicator="999")


@pytest.mark.parametrize(
    ("provider", "asked", "told"),
    [
        ("comtrade", {"reporter": "TJK", "year": 2022, "product": "2709"}, "no chapter of the HS"),
        ("worldbank", {"economy": "KAZ"}, "has to be told: indicator"),
        ("comtrade", {"reporter": "TJK"}, "has to be told: year"),
        ("comtrade", {"reporter": "TJK", "year": 2022, "since": 2010}, "two ways"),
        ("imf", {"reporter": "TJK", "indicator": "X"}, "not asked by indicator"),
        ("worldbank", {"indicator": "NY/../x"}, "no code"),
        ("comtrade", {"reporter": "TJK", "year": 3022}, "no year"),
        ("comtrade", {"reporter": "TJK", "year": "soon"}, "whole number|number"),
        ("comtrade", {"reporter": "EU27", "year": 2022}, "no code for"),
        ("comtrade", {"reporter": "TJK", "partner": "TWN", "year": 2022}, "no code for Taiwan"),
        ("comtrade", {"reporter": "Atlantis", "year": 2022}, "unknown economy"),
        ("comtrade", {"reporter": "TJK", "year": 2022, "flow": "sideways"}, "unknown flow"),
        ("comtrade", {"reporter": "TJK", "year": 2022, "table": "macro"}, "no figures for table"),
        ("comtrade", {"reporter": "TJK", "since": 2022, "until": 2010}, "is after"),
        ("nobody", {}, "unknown provider"),
    ],
)
def test_a_request_that_cannot_be_made_is_refused_before(online, services, provider, asked, told):
    with pytest.raises(UsageError, match=told):
        ca.fetch(provider, **asked)
    assert services.asked == []


def test_an_id_of_another_source_or_request_is_refused(online, services):
    with pytest.raises(UsageError, match="is in the register"):
        fetch(online, "imf", source="S_STATED")
    fetch(online, "imf", source="IMF")
    services.asked.clear()
    with pytest.raises(UsageError, match="what was fetched from imf for reporter TJK"):
        fetch(online, "imf", source="IMF", partner="CHN")
    assert services.asked == []
    assert fetch(online, "imf").entry.source.source_id == "IMF_TJK_CHN_RUS_WLD_2022_2023"


def test_an_unknown_provider_is_told_the_known_ones(online):
    with pytest.raises(UnknownNameError, match="worldbank"):
        ca.fetch("wordbank")


def test_figures_that_the_table_cannot_hold_are_none(online, services):
    services.figures.macro = {("KAZ", 1985): 5.0}  # the table begins in 1990
    with pytest.raises(EmptyAnswerError, match="none that table 'macro' can hold") as error:
        fetch(online, "worldbank", since=1980, until=1989)
    assert "outside the years of the table" in error.value.where


def test_ever_more_pages_come_to_an_end(online, services):
    services.day = "ever more"
    with pytest.raises(AnswerError, match="has ever more pages"):
        fetch(online, "worldbank")
    assert len(services.asked) == 20


@pytest.mark.parametrize("variable", ["COMTRADE_API_KEY", "AWS_SECRET_ACCESS_KEY"])
def test_a_key_goes_to_its_publishers_host_alone(online, services, monkeypatch, variable):
    """A project's own list of services sent any variable of the user's to any address."""
    monkeypatch.setenv(variable, "very-secret")
    monkeypatch.setitem(keys.HOSTS, "COMTRADE_API_KEY", {"comtradeapi.un.org"})
    file = online.home / "registry" / "providers.yaml"
    file.write_text(file.read_text().replace("key: COMTRADE_API_KEY", f"key: {variable}"))
    registry.forget()
    with pytest.raises(AccessKeyError):
        fetch(online, "comtrade")
    assert services.asked == []


def test_a_key_that_is_none_is_refused_before_it_is_sent(online, services, monkeypatch):
    monkeypatch.setenv("COMTRADE_API_KEY", "ключ")
    with pytest.raises(AccessKeyError, match="no key has"):
        fetch(online, "comtrade")
    assert services.asked == []


def test_a_service_that_is_not_there(online, services):
    services.close()
    with pytest.raises(UnreachableError, match="cannot be reached"):
        fetch(online, "imf")
    assert online.waits == [1, 2, 4]


def test_a_project_without_a_list_of_services_has_that_of_the_package(built):
    assert registry.provider("comtrade").address == "https://comtradeapi.un.org"


@pytest.mark.parametrize(
    "address", ["http://example.org", "ftp://127.0.0.1", "http://127.0.0.1.a.b"]
)
def test_a_service_is_asked_in_secret_or_on_this_machine(online, address):
    file = online.home / "registry" / "providers.yaml"
    services = yaml.safe_load(file.read_text())
    services["providers"][0]["address"] = address
    file.write_text(yaml.safe_dump(services))
    registry.forget()
    with pytest.raises(RegistryError, match="address"):
        registry.providers()


def test_a_page_that_lacks_rows_is_refused(online, services):
    services.day = "short page"
    with pytest.raises(AnswerError, match="1 rows on page 1 of 3, 5 in all"):
        fetch(online, "worldbank")


def test_nothing_is_fetched_within_a_run(online, services, monkeypatch):
    monkeypatch.setenv("CA_RESEARCH_READS", '{"table": ["trade"], "registry": []}')
    with pytest.raises(UsageError, match="within a run"):
        fetch(online, "imf")
    assert services.asked == []


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("", None),
        ("soon", None),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0),
        ("{in 90 seconds}", pytest.approx(90, abs=30)),
    ],
)
def test_a_wait_is_a_number_or_a_moment(said, seconds):
    then = email.utils.formatdate(time.time() + 90, usegmt=True)
    answer = types.SimpleNamespace(headers={"Retry-After": said.replace("{in 90 seconds}", then)})
    assert transport._retry_after(answer) == seconds


def test_passwords_of_a_netrc_are_not_sent(online, services, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    fetch(online, "imf")
    assert "Authorization" not in services.asked[-1][1]


def test_what_was_not_asked_for_is_not_kept(online):
    """The server gives totals, whatever product is asked for; they were added as those of oil."""
    with pytest.raises(AnswerError, match="of another product than was asked for: TOTAL"):
        fetch(online, "comtrade", reporter="TJK", year=2022, product="27")
    assert not registry.added()
