"""A table in files of Parquet behind HTTP, or on a path: as any other, or a typed error."""

import io
import json
import sys

import duckdb
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from places import ALTERNATIVES, PASSWORD, ROWS, frame, loads, parquet, same

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground import economies, errors
from ca_research.ground.paths import processed_dir
from ca_research.runs.inputs import Inputs
from ca_research.site.render import tables_of
from ca_research.sources.elsewhere import ranges
from ca_research.sources.fetch import transport
from ca_research.tables.build import current
from ca_research.tables.located import located


def test_a_table_behind_http_is_as_one_that_lies_here(here, files, move):
    first, second = frame(ROWS[:700]), frame(ROWS[700:])
    move(parquet=[files.put("a.parquet", parquet(first)), files.put("b.parquet", parquet(second))])
    same(here)
    assert tables.check()["trade"] == len(ROWS)


def test_the_preferred_source_is_found_there_too(files, move, monkeypatch):
    """`load` knew it, and a relation and coverage said "unknown source_id 'preferred'"."""
    roles = {"S_CALENDAR": "office", "S_LATE": "compilation"}
    known = {i: s.model_copy(update={"role": roles.get(i)}) for i, s in registry.sources().items()}
    monkeypatch.setattr(registry, "sources", lambda: known)
    early = frame().query("year < 2000 or reporter != 'KGZ'")
    both = pd.concat([early, frame().assign(source_id="S_LATE")])
    move(parquet=[files.put("a.parquet", parquet(both))])
    found = ca.load("trade", source="preferred", partner="DEU")
    rows = ca.relation("trade", source="preferred", partner="DEU")
    told = ["reporter", "year", "flow", "source_id", "value_usd"]
    assert sorted(rows.project(", ".join(told)).fetchall()) == sorted(
        found[told].itertuples(index=False, name=None)
    )
    assert found["source_id"].nunique() == 2 and len(found) == len(frame()) / 5
    covered = ca.coverage("trade", source="preferred", partner="DEU")
    assert covered["figures"].sum() == len(found)


@pytest.mark.parametrize("place", ["data/large", "data/large/a.parquet"])
def test_and_one_on_a_path(here, project, move, place):
    folder = project.home / "data" / "large"
    folder.mkdir(parents=True)
    whole = place.endswith("t")
    (folder / "a.parquet").write_bytes(parquet(None if whole else frame(ROWS[:700])))
    if not whole:
        (folder / "more").mkdir()
        (folder / "more" / "b.parquet").write_bytes(parquet(frame(ROWS[700:])))
    move(parquet=[place])
    loads(here)


def test_types_that_mean_the_same_are_taken(here, files, move):
    rows = frame().astype({"year": "int16", "reporter": "category", "value_usd": "float32"})
    move(parquet=[files.put("a.parquet", parquet(rows))])
    loads(here)


def test_numbers_are_compared_as_they_are_read(files, move):
    rows = frame().astype({"value_usd": "float32"})
    rows.loc[0, "value_usd"] = 0.1  # which as a double is somewhat more than 0.1
    move(parquet=[files.put("a.parquet", parquet(rows))])
    place, value = located(registry.table("trade"), current()), pc.field("value_usd")
    assert place.count_rows(filter=value > 0.1) == len(ROWS)
    assert place.count_rows(filter=value <= 0.1) == place.count_rows(filter=value == 0.1) == 0


def test_only_what_is_asked_for_is_sent(files, move):
    rng = np.random.default_rng(1)
    partners = [c for c in economies.codes() if c not in economies.AGGREGATES]
    keys = [
        (r, p, y)
        for r in ("KAZ", "KGZ", "TJK", "TKM", "UZB")
        for y in range(1992, 2026)
        for p in partners
    ]
    rows = pd.DataFrame(keys, columns=["reporter", "partner", "year"])
    rows = rows.assign(flow="export", value_usd=rng.random(len(rows)), note="", source_id="S_LATE")
    rows["note"] = [f"remark {n}" for n in range(len(rows))]
    content = parquet(rows)
    move(parquet=[files.put("a.parquet", content)])
    assert files.bytes < 0.25 * len(content)  # a build looks at the end of a file

    def sent(work):
        files.asked.clear()
        work()
        return files.bytes / len(content)

    assert sent(lambda: ca.load("trade")) > 0.9
    one = sent(lambda: ca.load("trade", reporter="KAZ"))  # a fifth of the row groups
    assert one < 0.35
    assert sent(lambda: ca.load("trade", reporter=["KAZ", "KGZ"])) < 0.6
    for either in ALTERNATIVES[:3]:
        rows = ca.relation("trade").filter(either)
        assert sent(rows.fetchall) < 0.75, either
        assert sent(lambda e=either: ca.sql(f"from trade where {e}")) < 0.75, either
    column = "select max(year) from trade"
    assert sent(lambda: ca.sql(column)) < 0.2
    assert sent(lambda: ca.sql(f"{column} where note = 'remark 3'")) < 0.6  # no value_usd
    assert sent(lambda: ca.sql(f"{column} where reporter = 'KAZ'")) < one / 2
    rows = ca.relation("trade", reporter="KAZ", since=2000)
    assert sent(lambda: rows.aggregate("max(year)").fetchall()) < one / 2


# --- what is wrong with a place


CONTRACT = {
    "missing": (frame().drop(columns="value_usd"), "'value_usd' of table 'trade' is missing"),
    "text": (frame().assign(value_usd="1"), "'value_usd' of table 'trade' holds text"),
    "parts": (frame().assign(year=2020.5), "'year' of table 'trade' holds number"),
    "lists": (frame().assign(partner=[["CHN"]] * len(ROWS)), "holds list<"),
    "time": (frame().assign(note=pd.Timestamp("2020")), "'note' of table 'trade' holds timestamp"),
}


@pytest.mark.parametrize("case", CONTRACT)
def test_a_table_of_another_form_is_refused_by_column_and_place(files, move, case):
    rows, words = CONTRACT[case]
    address = files.put("a.parquet", parquet(rows))
    with pytest.raises(errors.ContractError, match=words) as told:
        move(parquet=[address])
    assert told.value.where == address and "registry/tables/trade.yaml" in told.value.hint


def test_a_unit_that_the_file_states_must_be_that_of_the_table(files, move):
    table = pq.read_table(io.BytesIO(parquet()))
    field = table.schema.field("value_usd").with_metadata({"unit": "thousand USD"})
    n = table.schema.get_field_index("value_usd")
    buffer = io.BytesIO()
    pq.write_table(table.cast(table.schema.set(n, field)), buffer)
    with pytest.raises(errors.ContractError, match="is in 'thousand USD', and the registry"):
        move(parquet=[files.put("a.parquet", buffer.getvalue())])


def test_files_of_unlike_form_are_no_table(files, move):
    other = frame().rename(columns={"note": "remark"})
    with pytest.raises(errors.ContractError, match="not of one form"):
        move(parquet=[files.put("a.parquet", parquet()), files.put("b.parquet", parquet(other))])


RULES = {
    "a code": ({"partner": "XXX"}, "unknown country"),
    "a word": ({"flow": "exports"}, "must be one of export, import"),
    "too little": ({"value_usd": -1.0}, "must not be negative"),
    "no number": ({"value_usd": np.inf}, "must be a number"),
    "nothing": ({"value_usd": np.nan}, "must not be empty"),
    "a year": ({"year": 1900}, "must be at least 1992"),
    "no source": ({"source_id": "NOBODY"}, "unknown source"),
    "an empty text": ({"note": ""}, "must be null where it is empty"),
    "a control sign": ({"note": "a\x00b"}, "no control signs"),
}


def test_rows_that_break_a_rule_are_refused_however_they_are_read(files, move):
    rows = frame()
    for n, (change, _) in enumerate(RULES.values()):
        rows.loc[rows.index[n], list(change)] = list(change.values())
    move(parquet=[files.put("a.parquet", parquet(rows))])
    for way in (lambda: ca.load("trade"), lambda: ca.sql("from trade"), tables.check):
        with pytest.raises(errors.DataError, match="nothing was read") as told:
            way()
        faults = told.value.faults
        for case, (change, words) in RULES.items():
            (column,) = change
            assert any(f.column == column and words in f.rule for f in faults), case
        assert {f.file for f in faults} == {f"table 'trade' at {files.address('a.parquet')}"}
    series = ["reporter", "partner", "flow"]
    with pytest.raises(errors.DataError):
        ca.trade.growth(ca.relation("trade"), by=series)
    assert len(ca.load("trade", reporter="UZB")) == 340  # whose rows have no fault
    assert len(ca.trade.growth(ca.relation("trade", reporter="UZB"), by=series)) == 340


def test_two_rows_of_one_key_are_refused(files, move):
    move(parquet=[files.put("a.parquet", parquet(frame([*ROWS, ROWS[0]])))])
    with pytest.raises(errors.IntegrityError, match="share a key: reporter KAZ, partner CHN"):
        ca.load("trade", reporter="KAZ")
    with pytest.raises(errors.IntegrityError, match="share a key: reporter KAZ, partner CHN"):
        tables.check()
    assert len(ca.load("trade", reporter="KGZ")) == 340


BAD = {
    "html": (errors.AnswerError, "answers with a web page"),
    "redirect": (errors.AnswerError, "sends on to another host, other.example"),
    "whole": (errors.AnswerError, "gives a file only as a whole"),
    "nameless": (errors.AnswerError, "neither ETag nor"),
    "slow": (errors.UnreachableError, "does not answer in time"),
    "cut": (errors.AnswerError, "was cut off"),
    "403": (errors.AccessKeyError, "wants a token"),
    "404": (errors.ServiceError, "has no such file"),
    "429": (errors.RateLimitError, "asked too often"),
    "500": (errors.ServiceError, "answers 500"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_day_of_the_host_is_a_typed_error(files, move, bad, monkeypatch):
    monkeypatch.setattr(ranges, "PAUSE", 0)
    address = files.put("a.parquet", parquet())
    move(parquet=[address])
    before = current().name
    files.bad["a.parquet"] = lambda n: bad
    kind, words = BAD[bad]
    with monkeypatch.context() as patch:
        if bad == "slow":
            patch.setattr(transport, "TIMEOUT", (60, 0.3))
        for way in (lambda: ca.sql("select max(year) from trade"), tables.build):
            with pytest.raises(kind, match=words) as told:
                way()
            assert told.value.where == address and told.value.hint and "'trade'" in told.value.what
            assert PASSWORD not in str(told.value)
    files.bad.clear()
    assert current().name == before and len(ca.load("trade", reporter="KAZ")) == 340


def test_a_host_that_is_away_is_told(files, move, monkeypatch):
    monkeypatch.setattr(ranges, "PAUSE", 0)
    address = files.put("a.parquet", parquet())
    move(parquet=[address])
    files.close()
    with pytest.raises(errors.UnreachableError, match="cannot be reached"):
        ca.load("trade")
    rows = ca.relation("trade", year=2020)
    own = [  # a query of the user's own
        lambda: rows.df(),
        lambda: rows.filter("partner = 'CHN'").aggregate("sum(value_usd)").fetchall(),
        lambda: rows.join(rows.set_alias("other"), "reporter").fetchall(),
        lambda: len(rows),
        lambda: repr(rows),
        lambda: ca.cite(rows),
        lambda: ca.trade.partner_shares(rows.filter("not is_aggregate")).df(),
    ]
    for way in own:
        with pytest.raises(errors.UnreachableError, match="cannot be reached") as told:
            way()
        assert told.value.where == address and told.value.hint
    with pytest.raises(duckdb.Error, match="nothing"):
        rows.project("nothing")
    with pytest.raises(errors.UnreachableError):
        tables.build()


def test_a_fault_that_passes_is_given_a_second_try(files, move, monkeypatch):
    monkeypatch.setattr(ranges, "PAUSE", 0)
    move(parquet=[files.put("a.parquet", parquet())])
    days = iter(["cut", "", "500", "", ""])
    files.bad["a.parquet"] = lambda n: next(days, "")
    assert len(ca.load("trade")) == len(ROWS)


def test_a_redirect_on_the_same_host_is_followed(files, move):
    files.put("a.parquet", parquet())
    files.bad["/a.parquet"] = lambda n: "moved"
    move(parquet=[files.address("/a.parquet")])
    assert len(ca.load("trade")) == len(ROWS)


def test_no_parquet_and_half_a_file_are_told(files, move, project):
    with pytest.raises(errors.AnswerError, match="no Parquet"):
        move(parquet=[files.put("a.parquet", b"year,value\n2020,1\n")])
    with pytest.raises(errors.AnswerError, match="cannot be read where it lives"):
        move(parquet=[files.put("b.parquet", parquet()[:3000])])
    with pytest.raises(errors.FileError, match="not where the registry says"):
        move(parquet=["data/gone"])
    (project.home / "data" / "empty").mkdir()
    with pytest.raises(errors.FileError, match="no Parquet"):
        move(parquet=["data/empty"])


def test_a_file_that_changes_is_read_in_its_new_state_after_a_build_only(files, move):
    address = files.put("a.parquet", parquet())
    move(parquet=[address])
    key, built = Inputs(current())._table("trade"), current()
    assert not tables.build().fresh and current() == built
    assert built.name == f"build-{tables.content_key()}"
    files.put("a.parquet", parquet(frame(ROWS[:-1])))
    for way in (lambda: ca.load("trade"), lambda: ca.sql("select count(*) from trade")):
        with pytest.raises(errors.IntegrityError, match="has changed where it lives") as told:
            way()
        assert told.value.where == address and "data build" in told.value.hint
    assert Inputs(current())._table("trade") == key  # a report is one of what was built
    found = tables.build()
    assert found.fresh and found.rows["trade"] == len(ROWS) - 1
    assert len(ca.load("trade")) == len(ROWS) - 1
    assert Inputs(current())._table("trade") != key


def test_a_file_that_changes_while_it_is_read_is_noticed(files, move):
    move(parquet=[files.put("a.parquet", parquet())])
    files.asked.clear()
    files.bad["a.parquet"] = lambda n: "changed" if n == 1 else ""
    with pytest.raises(errors.IntegrityError, match="has changed"):
        ca.load("trade")


def test_a_path_is_known_by_size_and_moment(project, move):
    file = project.home / "data" / "a.parquet"
    file.write_bytes(parquet())
    move(parquet=["data/a.parquet"])
    file.write_bytes(parquet(frame(ROWS[:-1])))
    with pytest.raises(errors.IntegrityError, match="has changed"):
        ca.load("trade")
    assert tables.build().rows["trade"] == len(ROWS) - 1


def test_a_token_goes_to_the_host_and_nowhere_else(files, move, monkeypatch, project, command):
    monkeypatch.setenv("CA_RESEARCH_TOKEN", PASSWORD)
    address = files.put("a.parquet", parquet())
    move(parquet=[address], key="CA_RESEARCH_TOKEN")
    assert len(ca.load("trade")) == len(ROWS)
    assert {h.get("Authorization") for h in files.headers} == {f"Bearer {PASSWORD}"}
    files.bad["a.parquet"] = lambda n: "403"
    for words in (["sql", "select max(year) from trade"], ["data", "build"], ["data", "check"]):
        code, out, err = command("--debug", *words)
        assert code == 1 and "wants a token" in err and PASSWORD not in out + err
    kept = [f for f in project.home.rglob("*") if f.is_file()]
    assert kept and not any(PASSWORD.encode() in f.read_bytes() for f in kept)


LOCATIONS = {
    "a user": {"parquet": ["https://me:secret@host/x.parquet"]},
    "a query": {"parquet": ["https://host/x.parquet?sig=secret"]},
    "another's secret": {"parquet": ["https://host/x.parquet"], "key": "AWS_SECRET_ACCESS_KEY"},
    "no https": {"parquet": ["http://host/x.parquet"]},
    "another protocol": {"parquet": ["ftp://host/x.parquet"]},
    "nothing": {"parquet": []},
    "both": {"parquet": ["x.parquet"], "postgresql": "postgresql://host/db"},
    "a password": {"postgresql": "postgresql://me:pw@host/db", "name": "t", "state": ["at"]},
    "a password in the query": {
        "postgresql": "postgresql://host/db?password=x",
        "name": "t",
        "state": ["at"],
    },
    "no name": {"postgresql": "postgresql://host/db", "state": ["at"]},
    "a name that is more": {
        "postgresql": "postgresql://host/db",
        "name": "t; drop table t",
        "state": ["at"],
    },
}


@pytest.mark.parametrize("case", LOCATIONS)
def test_a_location_that_cannot_be_is_refused(project, move, case):
    with pytest.raises(errors.RegistryError, match="location") as told:
        move(**LOCATIONS[case])
    assert "trade.yaml" in told.value.where
    assert "secret" not in str(told.value) and "pw" not in str(told.value)


def test_a_table_lies_here_or_elsewhere(project):
    project.edit(location={"parquet": ["x.parquet"]})
    with pytest.raises(errors.RegistryError, match="`files` and `rows`, or a `location`"):
        registry.tables()


def test_figures_are_not_added_here_to_what_lives_elsewhere(files, move, tmp_path):
    move(parquet=[files.put("a.parquet", parquet())])
    (tmp_path / "a.csv").write_text("x\n1\n")
    with pytest.raises(errors.UsageError, match="live elsewhere"):
        ca.add(tmp_path / "a.csv", table="trade", source="OWN")


def test_unknown_words_are_told_where_the_registry_knows_them(files, move):
    move(parquet=[files.put("a.parquet", parquet())])
    files.asked.clear()
    for filters in ({"flow": "exports"}, {"source": "S_CALENDER"}, {"partner": "Chinaa"}):
        with pytest.raises(errors.UnknownNameError, match="did you mean"):
            ca.load("trade", **filters)
    assert not files.asked


def test_more_rows_than_a_frame_may_have_are_refused(files, move, monkeypatch):
    move(parquet=[files.put("a.parquet", parquet())])
    monkeypatch.setattr(sys.modules["ca_research.tables.load"], "ROWS", 500)
    with pytest.raises(errors.UsageError, match="lives elsewhere") as told:
        ca.load("trade")
    assert "ca.relation" in told.value.hint
    assert len(ca.load("trade", reporter="KAZ")) == 340


def test_a_notebook_reads_what_it_declares(files, move, monkeypatch):
    move(parquet=[files.put("a.parquet", parquet())])
    monkeypatch.setenv("CA_RESEARCH_READS", json.dumps({"table": ["facts"], "registry": []}))
    files.asked.clear()
    for way in (ca.load, ca.relation):
        with pytest.raises(errors.UndeclaredReadError):
            way("trade")
    with pytest.raises(errors.UsageError, match="trade"):
        ca.sql("select * from trade")
    assert not files.asked


def test_what_it_holds_is_counted_where_it_lives(here, files, move, monkeypatch):
    """The page on the data read tables as a whole, and stopped at one too large for a frame."""
    wanted = ca.holes("trade", ["KAZ", "KGZ"])
    named = ca.holes("trade", since=2000)
    move(parquet=[files.put("a.parquet", parquet())])
    monkeypatch.setattr(sys.modules["ca_research.tables.load"], "ROWS", 500)
    pd.testing.assert_frame_equal(ca.holes("trade", ["KAZ", "KGZ"]), wanted)
    pd.testing.assert_frame_equal(ca.holes("trade", since=2000), named)


def test_the_list_of_tables_says_so(files, move, command):
    move(parquet=[files.put("a.parquet", parquet())])
    _, out, _ = command("data", "list", "--format", "json")
    (row,) = [r for r in json.loads(out) if r["table"] == "trade"]
    assert row["files"] == "elsewhere"
    assert (row["rows"], row["sources"]) == (len(ROWS), 1)
    assert "trade" in tables_of(["S_CALENDAR"], ["trade", "facts"])
    assert tables.rows_of("trade") == {"S_CALENDAR": len(ROWS)}
    assert (processed_dir() / current() / "trade.location.json").is_file()
