"""Generic measures: a claim file and no Python. Figures are invented, but for the last test."""

from __future__ import annotations

import csv
import json
import shutil

import pandas as pd
import pytest
import yaml

from ca_research import registry
from ca_research.claims import check
from ca_research.claims.measures import find, wrong_choices
from ca_research.estimates import generic
from ca_research.ground import economies, paths
from ca_research.ground.errors import AggregateError, MixedUnitsError, UsageError

OFFICE, PRESS, COMPILED = "KAZ_BNS", "PRESS_TREND_3812743", "KAZ_WITS_BNS_PANEL"
COLUMNS = [
    "reporter",
    "partner",
    "year",
    "flow",
    "product",
    "value_usd",
    "valuation",
    "scope",
    "source_id",
]


def trade(*rows: tuple) -> pd.DataFrame:
    """Rows of (reporter, partner, year, exports, imports, source): goods, fob and cif."""
    flows = [
        (r, p, y, flow, "TOTAL", value, {"export": "fob", "import": "cif"}[flow], "goods", s)
        for r, p, y, exports, imports, s in rows
        for flow, value in (("export", exports), ("import", imports))
        if value is not None
    ]
    return pd.DataFrame(flows, columns=COLUMNS)


ROWS = trade(
    ("KAZ", "CHN", 2020, 30.0, 30.0, OFFICE),
    ("KAZ", "RUS", 2020, 10.0, 60.0, OFFICE),
    ("KAZ", "TUR", 2020, 20.0, None, OFFICE),
    ("KAZ", "WLD", 2020, 100.0, 100.0, OFFICE),
    ("KAZ", "CHN", 2020, 50.0, 50.0, COMPILED),
    ("KAZ", "RUS", 2020, 10.0, 40.0, COMPILED),
    ("KAZ", "CHN", 2010, 10.0, 10.0, OFFICE),
    ("KAZ", "RUS", 2010, 10.0, 70.0, OFFICE),
    ("KAZ", "CHN", 2021, 9.0, 9.0, PRESS),
)


def row(name: str, frame: pd.DataFrame = ROWS, **chosen):
    given = {"listed": 1} if name in ("trade.share", "trade.rank", "trade.change") else {}
    (found,) = find(name)(frame, economies=["KAZ"], **given | chosen).to_dict("records")
    return found


def test_a_rank_is_among_all_single_partners_listed_by_the_preferred_source():
    found = row("trade.rank", partner="China")
    assert (found["estimate"], found["sources"], found["first_year"]) == (2, (OFFICE,), 2020)
    assert found["n"] == 5  # the world is no partner
    assert row("trade.rank", partner="CHN", flow="exports")["estimate"] == 1


@pytest.mark.parametrize("year", [2020.5, True, None, [2020]])
def test_a_year_is_a_whole_number_or_counted_back(year):
    """'No figure of China in True' would be an answer about the world."""
    with pytest.raises(UsageError, match="year"):
        row("trade.rank", partner="CHN", year=year)


@pytest.mark.parametrize("column", ["reporter", "partner"])
def test_names_in_the_frame_are_refused_where_codes_are_looked_for(column):
    named = ROWS.assign(**{column: ROWS[column].replace({"KAZ": "Kazakhstan", "CHN": "China"})})
    with pytest.raises(UsageError, match=f"{column} holds '(Kazakhstan|China)', not the code"):
        row("trade.ratio", named, partner="CHN", to="RUS")


def test_sources_that_disagree_leave_a_range():
    found = row("trade.rank", partner="CHN", source="every")
    assert pd.isna(found["estimate"]) and (found["low"], found["high"]) == (1, 2)
    assert found["interval"] == "range across sources"
    assert found["sources"] == (OFFICE, COMPILED)  # the press is no report of its own
    assert row("trade.rank", partner="CHN", source=COMPILED)["estimate"] == 1


@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("trade.share", {"partner": "CHN"}, 60 / 150),
        ("trade.share", {"partner": "CHN", "whole": "world"}, 60 / 200),
        ("trade.share", {"partner": "CHN", "year": 2010}, 20 / 100),
        ("trade.share", {"partner": "CHN", "year": "newest-1"}, 20 / 100),
        ("trade.ratio", {"partner": "CHN", "to": "RUS"}, 60 / 70),
        ("trade.change", {"partner": "CHN", "since": 2010}, 200),
        ("trade.change", {"partner": "CHN", "since": 2010, "by": "difference"}, 40),
        (
            "trade.change",
            {"partner": "CHN", "since": 2010, "of": "share", "by": "difference"},
            0.2,
        ),
        ("trade.count", {"above": 15, "flow": "exports", "listed": 1}, 2),
        ("trade.count", {"listed": 1}, 3),  # what is known of Türkiye is enough
    ],
)
def test_the_numbers_are_those_of_the_formulas(name, chosen, expected):
    assert row(name, **chosen)["estimate"] == pytest.approx(expected)


def test_a_partner_of_whom_one_direction_is_listed_may_be_above_a_bound():
    """Exports alone were counted as turnover: 'no partner above a billion'."""
    found = row("trade.count", above=65, listed=1)  # Türkiye: 20, and imports that nobody lists
    assert pd.isna(found["estimate"]) and (found["low"], found["high"]) == (1, 2)
    assert found["interval"] == "bounds from what is not reported"
    every = row("trade.count", above=95, listed=1, source="every")  # 0 or 1, and 1
    assert (every["low"], every["high"], every["interval"]) == (0, 1, "range across sources")


def test_a_source_that_lists_one_direction_counts_no_turnover():
    exports = trade(*(("KAZ", p, 2021, 5.0, None, OFFICE) for p in ("CHN", "RUS")))
    assert row("trade.count", exports, flow="exports", listed=1)["estimate"] == 2
    missing = row("trade.count", exports, listed=1)["missing"]
    assert missing.startswith("no figure of export and import for Kazakhstan in any year")
    newest = row("trade.count", pd.concat([ROWS, exports]), listed=1)
    assert (newest["estimate"], newest["last_year"]) == (3, 2020)


def test_a_window_is_a_mean_of_years_by_one_source():
    rows = trade(*(("KAZ", "CHN", y, float(y - 2009), 0.0, OFFICE) for y in range(2010, 2016)))
    found = row("trade.change", rows, partner="CHN", since=2012, window=3, by="difference")
    assert found["estimate"] == (4 + 5 + 6) / 3 - (1 + 2 + 3) / 3
    assert found["n"] == 12


@pytest.mark.parametrize(
    ("before", "after", "grown"), [(25_000, 35_000, 40), (100, 110, 10), (0.3, 0.3, 0)]
)
def test_a_change_in_per_cent_is_exact_where_its_ends_are(before, after, grown):
    """39.99999999999999 is less than the 40% that a claim may ask for."""
    ends = ((2020, before), (2021, after))
    rows = trade(*(("KAZ", "CHN", year, float(value), 0.0, OFFICE) for year, value in ends))
    assert row("trade.change", rows, partner="CHN", since=2020)["estimate"] == grown


def test_a_mean_of_a_window_does_not_rest_on_the_order_of_its_years():
    values = (0.1, 0.2, 0.3, 0.3, 0.2, 0.1)
    rows = trade(*(("KAZ", "CHN", 2010 + n, v, 0.0, OFFICE) for n, v in enumerate(values)))
    assert row("trade.change", rows, partner="CHN", since=2012, window=3)["estimate"] == 0


def test_partners_reports_are_read_from_their_side():
    theirs = trade(("CHN", "KAZ", 2020, 5.0, 7.0, OFFICE), ("RUS", "KAZ", 2020, 6.0, 2.0, OFFICE))
    assert row("trade.rank", theirs, partner="CHN", basis="partners")["estimate"] == 1
    exports = row("trade.ratio", theirs, partner="CHN", to="RUS", basis="partners", flow="exports")
    assert exports["estimate"] == 7 / 2  # what they import


def test_others_too_leave_a_range_where_each_speaks_for_itself():
    theirs = trade(
        ("CHN", "KAZ", 2020, 5.0, 5.0, OFFICE),
        ("RUS", "KAZ", 2020, 6.0, 6.0, OFFICE),
        ("RUS", "KAZ", 2020, 4.0, 4.0, COMPILED),
    )
    found = row("trade.rank", theirs, partner="CHN", basis="partners", source="every")
    assert (found["low"], found["high"]) == (1, 2)


def test_what_is_missing_is_said():
    found = row("trade.rank", partner="TUR")  # one direction alone
    assert pd.isna(found["estimate"]) and found["path"] == ""
    assert "no figure of Türkiye for Kazakhstan in any year" in found["missing"]
    assert "among 5 or more" in row("trade.rank", partner="CHN", listed=5)["missing"]
    lost = row("trade.change", partner="CHN", since=2005)
    assert "has 2005 too" in lost["missing"]
    itself = row("trade.change", partner="CHN", since=2020)
    assert "by a source that has 2020 too" in itself["missing"]
    nothing = trade(("KAZ", "CHN", 2020, 1.0, 1.0, OFFICE), ("KAZ", "RUS", 2020, 0.0, 0.0, OFFICE))
    assert "zero" in row("trade.ratio", nothing, partner="CHN", to="RUS")["missing"]


def test_a_choice_that_no_row_meets_is_named_and_so_are_sources_that_may_not_speak():
    found = row("trade.share", partner="CHN", product="TOTLA")
    said = "no known row of table trade has product 'TOTLA'; did you mean TOTAL?"
    assert (found["estimate"] != found["estimate"], found["missing"]) == (True, said)
    found = row("trade.share", ROWS.assign(source_id="MINE"), partner="CHN")
    assert found["missing"].startswith("none of the sources MINE may speak for source 'preferred'")


def test_unlike_figures_and_aggregates_are_refused():
    services = ROWS.assign(scope=["goods_and_services"] + ["goods"] * (len(ROWS) - 1))
    with pytest.raises(MixedUnitsError, match="goods, goods_and_services"):
        row("trade.rank", services, partner="CHN")
    with pytest.raises(AggregateError, match="World"):
        row("trade.rank", partner="WLD")
    debts = pd.DataFrame(
        [("KGZ", "CHN", 2020, "stock", k, 1.0, "ids_dod_one") for k in ("all", "private_banks")],
        columns=["debtor", "creditor", "year", "measure", "instrument", "value_usd", "source_id"],
    )
    with pytest.raises(MixedUnitsError, match="all, private_banks"):
        find("debt.rank")(debts, economies=["KGZ"], creditor="CHN", instrument="", listed=1)


def test_facts_are_compared_among_subjects():
    facts = pd.DataFrame(
        [("KAZ", "loans", 2020, 5.0, "books", "A"), ("UZB", "loans", 2020, 15.0, "books", "A")],
        columns=["subject", "attribute", "year", "value", "unit", "source_id"],
    )

    def of(name: str, **chosen) -> float:
        return find(f"facts.{name}")(facts, attribute="loans", **chosen)["estimate"].iloc[0]

    assert of("rank", subject="KAZ") == 2
    assert of("share", subject="KAZ") == 0.25
    assert of("ratio", subject="UZB", to="KAZ") == 3
    assert of("count", above=10) == 1


# --- a claim file and no Python
# ------------------------------------------------------------------------------------------------

CLAIM = """\
id: C01
title: Türkiye as a partner of Uzbekistan
theme: example
article: {article}
quotation: ""
restatement: Türkiye is among Uzbekistan's three largest trade partners in 2022.
kind: comparison
declared_on: 2026-11-26
known_before: Nothing.
expected: supported
notebook: none.ipynb
data: [trade]
readings:
  - name: literal
    title: As it stands
    statement: Türkiye is among the three largest partners.
    criteria:
      - name: among_three
        label: Rank of Türkiye
        statement: No more than two partners trade more with Uzbekistan than Türkiye does.
        measure: trade.rank
        settings: {{partner: {partner}, year: {year}}}
        comparison: "<="
        threshold: 3
        kind: rank
        unit: rank among partners
        why: The sentence names the number.
        over: {{economies: [UZB], at_least: 1}}
    rule:
      supported: {{all: [among_three holds]}}
      contradicted: {{any: [among_three fails]}}
      words: Supported if Türkiye is third or better, contradicted if it is not.
    against: Reports of the partners.
    would_change: A revision of the office's figures.
grid: {{axes: []}}
rivals: [Services are included.]
"""


@pytest.fixture
def claimed(tmp_path, monkeypatch):
    """A project on top of the built-in tables whose only claim is the one written."""
    real, home = paths.home(), tmp_path / "project"
    shutil.copytree(paths.registry_dir() / "tables", home / "registry" / "tables")
    (home / "registry" / "claims").mkdir()
    (home / "notebooks").mkdir()
    for name in ("economies.csv", "sources.csv", "article.yaml"):
        shutil.copy(paths.registry_dir() / name, home / "registry" / name)
    (home / "data").symlink_to(real / "data")
    monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
    article = yaml.safe_load((home / "registry" / "article.yaml").read_text())["sentences"][-1]

    def write(**words: str) -> None:
        place = json.dumps({k: article[k] for k in ("paragraph", "sentence", "sha256")})
        text = CLAIM.format(article=place, **{"partner": "TUR", "year": "2022"} | words)
        (home / "registry" / "claims" / "C01.yaml").write_text(text, encoding="utf-8")
        registry.forget()

    yield write
    monkeypatch.undo()
    registry.forget()


def ranked_by_hand() -> list[str]:
    """Uzbekistan's partners of 2022 by exports and imports together, from the raw rows."""
    total: dict[str, float] = {}
    for file in (paths.raw_dir() / "trade").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            for r in csv.DictReader(lines):
                wanted = (r["reporter"], r["year"], r["product"], r["source_id"])
                if wanted == ("UZB", "2022", "TOTAL", "UZB_STAT"):
                    total[r["partner"]] = total.get(r["partner"], 0) + float(r["value_usd"])
    single = total.keys() - economies.AGGREGATES.keys()
    return sorted(single, key=lambda p: -total[p])


def test_turkiye_is_a_claim_file_and_no_python(claimed, command):
    claimed()
    code, said, wrong = command("check", "C01", "--format", "json")
    assert code == 0, wrong
    (verdict,) = json.loads(said)
    by_hand = ranked_by_hand()
    third = "TUR" in by_hand[:3]
    assert verdict["verdict"] == ("supported" if third else "contradicted")
    (criterion,) = verdict["criteria"]
    assert criterion["cells"][0]["estimate"] == by_hand.index("TUR") + 1
    assert len(by_hand) > 100 and verdict["sources"] == ["UZB_STAT"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"partner": "Turky"}, "unknown economy 'Turky'"),
        ({"year": "last"}, "not a relative year: 'last'"),
        (
            {"year": "2022, flow: export"},
            "unknown flow of trade.rank: 'export'; did you mean exports",
        ),
        (
            {"year": "2022, source: UZB_STATS"},
            "unknown source 'UZB_STATS'; did you mean UZB_STAT",
        ),
        (
            {"year": "2022, listed: few"},
            "listed of trade.rank: a whole number is wanted, and 'few' is a text",
        ),
        (
            {"year": '"2022"'},
            "not a relative year: '2022'; a year itself is written as a number: 2022",
        ),
    ],
)
def test_a_wrong_choice_is_found_before_anything_is_computed(claimed, command, words, told):
    claimed(**words)
    faults = check.register(registry.claims(), {"none.ipynb": {"trade"}})
    assert any(told in fault for fault in faults), faults
    code, _, wrong = command("check", "C01")
    assert code == 2 and told in wrong


def test_a_setting_that_the_measure_does_not_read_is_named(claimed, command):
    """It was 'a fault of ca-research itself'."""
    claimed(year="2022, subject: library")
    faults = check.register(registry.claims(), {"none.ipynb": {"trade"}})
    assert any("reads no 'subject'" in fault for fault in faults), faults
    code, _, wrong = command("check", "C01")
    assert code == 1 and "takes no 'subject'" in wrong


@pytest.mark.parametrize(
    ("measure", "to", "fine"),
    [
        ("facts.ratio", "bookshop", True),
        ("trade.ratio", "bookshop", False),
        ("trade.ratio", "Russia", True),
    ],
)
def test_the_other_of_a_ratio_is_one_of_those_that_its_table_speaks_of(measure, to, fine):
    assert (list(generic.faults(find(measure), "to", to)) == []) is fine


def test_a_window_has_a_year():
    spec = registry.claims()["C33"].readings[0].criteria[0]
    window = {"partner": "TUR", "since": 2020, "window": 0}
    criterion = spec.model_copy(update={"measure": "trade.change", "settings": window, "axes": []})
    assert list(wrong_choices(criterion, [])) == ["a window of 0 years; 1 or more"]


def test_a_choice_with_words_of_its_own_takes_them_and_not_those_of_the_column(claimed, command):
    """The column `flow` holds 'import', the choice is 'imports'."""
    claimed(year="2022, flow: imports")
    code, _, wrong = command("check", "C01")
    assert code == 0, wrong


def test_every_table_has_the_five_and_each_has_a_template_without_a_fault(claimed, monkeypatch):
    """Of `facts.ratio` the template was refused: its subjects are no economies."""
    from ca_research.app import scaffold

    monkeypatch.setattr(scaffold.registry, "forget", lambda: None)  # read it once, not each time
    monkeypatch.setattr(scaffold, "_figure", lambda: FACT)
    tables = ("trade", "investment", "students", "debt", "facts")
    names = [f"{t}.{q}" for t in tables for q in ("share", "rank", "change", "ratio", "count")]
    for number, name in enumerate(names, start=10):
        assert find(name).table == name.partition(".")[0]
        scaffold.new_claim(f"C{number}", measure=name)
    notebooks = {f"c{n}.ipynb": {name.partition(".")[0]} for n, name in enumerate(names, start=10)}
    found = check.register(registry.claims(), notebooks)
    assert [fault for fault in found if "no claim rests on" not in fault] == []


FACT = {"subject": "library", "to": "library", "attribute": "loans", "unit": "books", "since": 2020}
"""A start as `new claim` finds it, of a subject that is no economy."""


@pytest.mark.parametrize(
    "name", ["trade.rank", "investment.share", "students.change", "debt.ratio"]
)
def test_new_claim_begins_with_figures_that_are_there(claimed, name):
    import ca_research as ca
    from ca_research.app.scaffold import new_claim

    new_claim("C02", measure=name)
    registry.forget()
    tables = {"c02.ipynb": {name.partition(".")[0]}}
    faults = check.register({"C02": registry.claim("C02")}, tables)
    assert [f for f in faults if "C02" in f] == []
    verdict = ca.check("C02")
    assert verdict.criteria[0].measure == name and verdict.verdict != "not enough evidence"
