"""What the pages say, against the raw files: each sentence is read from the page and recomputed
without the library.
"""

from __future__ import annotations

import functools
import html
import json
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ca_research.claims.overview import own_params
from ca_research.claims.slots import in_words
from ca_research.ground import economies as eco
from ca_research.ground import paths
from ca_research.registry import claims
from ca_research.site.read import Page, read_page
from ca_research.tables import load

EU27 = set(eco.members("EU27", 2020))
NAMES = {"China": "CHN", "Russia": "RUS", "the EU": "EU"}


@functools.cache
def raw(table: str) -> pd.DataFrame:
    """All raw rows of a table, as they lie in the files."""
    files = sorted((paths.raw_dir() / table).glob("*.csv"))
    return pd.concat(
        [pd.read_csv(f, keep_default_na=False, na_values=[""]) for f in files], ignore_index=True
    )


@functools.cache
def register(claim: str) -> dict:
    return yaml.safe_load(
        (paths.registry_dir() / "claims" / f"{claim}.yaml").read_text(encoding="utf-8")
    )


@functools.cache
def page(report: Path, run_id: str) -> Page:
    return read_page(report / "notebooks" / f"{run_id}.ipynb")


def text_of(report: Path, name: str) -> str:
    """The words of a page."""
    markup = (report / name).read_text(encoding="utf-8")
    body = re.sub(r"<(script|style).*?</\1>", " ", markup, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


# The briefs: who comes first


def turnovers(economy: str, year: int, side: str) -> pd.DataFrame:
    """Exports plus imports of an economy by partner and source, by its own reports or by its
    partners'.
    """
    own, other = ("reporter", "partner") if side == "own" else ("partner", "reporter")
    rows = raw("trade")
    rows = rows[(rows[own] == economy) & (rows["year"] == year) & (rows["product"] == "TOTAL")]
    rows = rows[~rows["source_id"].isin(["UNCTAD_TMATRIX", "PENPPML"])]
    return rows.assign(other=rows[other])


def of_partner(rows: pd.DataFrame, who: str) -> pd.DataFrame:
    """Rows of one partner; the EU is its own row, else its members where a source lists at least
    25.
    """
    if who != "EU":
        return rows[rows["other"] == who]
    parts = []
    for _, part in rows.groupby(["source_id", "flow"]):
        single, members = part[part["other"] == "EU27"], part[part["other"].isin(EU27)]
        of_year = part[(part["other"] == "EU") & (part["source_id"] == "WTO_HSM")]
        parts.append(
            single if len(single) else members if members["other"].nunique() >= 25 else of_year
        )
    return pd.concat(parts) if parts else rows.iloc[:0]


def span(rows: pd.DataFrame, who: str) -> tuple[float, float] | None:
    """Least and greatest turnover over the sources; None unless both flows are there."""
    sums = of_partner(rows, who).groupby(["flow", "source_id"])["value_usd"].sum()
    if set(sums.index.get_level_values("flow")) != {"export", "import"}:
        return None
    ends = sums.groupby("flow").agg(["min", "max"]).sum()
    return float(ends["min"]), float(ends["max"])


def fullest(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the one source that lists China, Russia and most other partners."""
    lists = rows[rows["other"].isin(["CHN", "RUS"])].groupby("source_id")["other"].nunique()
    able = rows[rows["source_id"].isin(lists.index[lists == 2])]
    return able[able["source_id"] == able.groupby("source_id")["other"].nunique().idxmax()]


def said_of(text: str) -> list[tuple[str, int, str, bool]]:
    """(side, year, who is first, whether the EU counts as one) of what a brief's head says; shares
    that an agency states are no values and left out.
    """
    found = []
    for sentence in re.split(r"(?<=\.) (?=Its)", text):
        side = "partners" if "partners' " in sentence else "own"
        for year, who, eu in re.findall(
            r"figures for (\d{4}) put (\w+) first among single countries(?:, before \w+)?"
            r"(, with the EU as one too)?",
            sentence,
        ):
            found += [(side, int(year), who, False)] + [(side, int(year), who, True)] * bool(eu)
        for year, who in re.findall(
            r"with the EU as one, figures for (\d{4}) put ((?:the )?\w+) first", sentence
        ):
            found.append((side, int(year), who, True))
    return found


@pytest.mark.parametrize("economy", eco.CA5)
def test_who_a_brief_calls_first_is_first_among_all_that_the_raw_reports_observe(report, economy):
    notes = [
        n
        for c in page(report, f"brief-as-of-latest-economy-{economy.lower()}").cells
        for n in c.notes
    ]
    said = said_of(notes[0])
    assert said or "by China's own count" in notes[0], notes[0]
    for side, year, first, eu in said:
        rows = turnovers(economy, year, side)
        if side == "own":  # partners are compared within one source
            rows = pd.concat([fullest(part) for _, part in rows.groupby("flow")])
        spans = {w: s for w in ("CHN", "RUS", *(["EU"] if eu else [])) if (s := span(rows, w))}
        if eu and "EU" not in spans:  # it could be first only with more than any year shows
            most = [span(turnovers(economy, y, "partners"), "EU") for y in range(2005, 2024)]
            assert max(high for _, high in filter(None, most)) < spans[NAMES[first]][0], year
        highest_low = max(low for low, _ in spans.values())
        able = {w for w, (_, high) in spans.items() if high >= highest_low}
        assert NAMES[first] in able, (side, year)
        assert side == "partners" or len(able) == 1, (side, year)


def test_kazakhstan_is_not_said_to_trade_most_with_china_without_naming_the_eu(report):
    text = text_of(report, "brief-as-of-latest-economy-kaz.html")
    assert "own figures for 2025 put China first among single countries" in text
    assert "with the EU as one, figures for 2023 put the EU first" in text


def test_in_tajikistan_the_two_sides_put_different_partners_first_and_both_are_said(report):
    text = text_of(report, "brief-as-of-latest-economy-tjk.html")
    assert "with the EU as one, figures for 2021 put Russia first" in text
    assert "Its partners' figures for 2021 put China first" in text


@pytest.mark.parametrize("economy", eco.CA5)
def test_a_small_part_of_output_is_not_said_to_be_nought(report, economy):
    notes = " ".join(
        n
        for c in page(report, f"brief-as-of-latest-economy-{economy.lower()}").cells
        for n in c.notes
    )
    debt, macro = raw("debt"), raw("macro")
    owed = debt[
        (debt["debtor"] == economy)
        & (debt["creditor"] == "CHN")
        & (debt["source_id"] == "ids_dod_one")
    ]
    product = macro[(macro["economy"] == economy) & (macro["indicator"] == "NY.GDP.MKTP.CD")]
    product = product[product["source_id"] == "DATASETS_GDP"].set_index("year")["value"]
    part = (100 * owed.set_index("year")["value_usd"] / product).dropna().iloc[-1]
    said = re.search(r"was ([\d.]+)% of its yearly output", notes)
    assert (
        said
        and float(said[1]) > 0
        and float(said[1]) == pytest.approx(part, abs=0.05 if part < 10 else 0.5)
    )


# C07: votes on the war


def test_the_votes_that_the_criterion_counts_stand_in_a_table_of_their_own(report):
    c07 = page(report, "c07-as-of-latest")
    war = next(c for v in c07.verdicts for c in v["criteria"] if c["name"] == "war")
    tables = {
        i.record["title"]: pd.DataFrame(i.record["rows"], columns=i.record["columns"])
        for i in c07.items
        if i.kind == "table"
    }
    counted = next(t for title, t in tables.items() if "resolutions on the war" in title)
    seat = next(t for title, t in tables.items() if "seat" in title)
    assert (
        set(counted["vote"]) <= {"abstain", "not voting"}
        and counted["economy"].nunique() == war["estimate"] == 5
    )
    details = raw("events").query("kind == 'un_vote'")["detail"]
    resolutions = details[details.str.contains("Ukraine") & ~details.str.contains("seat")]
    assert not resolutions.str.contains("against|votes for").any() and len(counted) == 5 * len(
        resolutions
    )
    assert (seat["vote"] == "against").sum() == 4
    assert "resolutions" in war["label"].lower(), "the number is of the resolutions alone"


# C32: completed projects


def test_what_is_completed_or_signed_is_the_most_that_can_be(report):
    c32 = page(report, "c32-as-of-latest")
    completion = next(c for c in c32.verdicts[0]["criteria"] if c["name"] == "completion")
    listed = raw("projects").query("source_id == 'gcdf3_geo'")
    old = listed[
        (listed["year"] <= listed["year"].max() - 5) & ~listed["status"].str.contains("Pledge")
    ]
    old = old[~old["flow_type"].isin(["Debt forgiveness", "Debt rescheduling", "debt_action"])]
    done = old["status"].eq("Completion").sum()
    most = 100 * old["status"].isin(["Completion", "Pipeline: Commitment"]).mean()
    assert completion["low"] is None and completion["high"] == pytest.approx(most)
    shown = text_of(report, "c32-as-of-latest.html")
    assert f"at most {most:.0f}%" in shown
    assert f"of {len(old)} older projects {100 * done / len(old):.0f}% are completed" in shown


# The overview, the index, the methods


def matters(rule: dict, states: dict[str, str], name: str) -> bool:
    """Whether another state of one criterion could change what the rule gives: tried, not
    reasoned.
    """

    def true(condition: object, given: dict[str, str]) -> bool | None:
        if isinstance(condition, str):
            who, what = condition.split()
            return None if given[who] == "undecided" else given[who] == what
        (kind, parts), *_ = ((k, v) for k, v in condition.items() if k != "at_least")
        found = [true(p, given) for p in parts]
        least = {"all": len(parts), "any": 1, "of": condition.get("at_least")}[kind]
        sure, open_ = sum(f is True for f in found), sum(f is None for f in found)
        return True if sure >= least else None if sure + open_ >= least else False

    def answer(given: dict[str, str]) -> tuple[bool | None, bool | None]:
        return true(rule["supported"], given), true(rule["contradicted"], given)

    return any(
        answer(states | {name: other}) != answer(states) for other in ("holds", "fails", "mixed")
    )


@pytest.mark.parametrize("claim", [f"C{n:02d}" for n in range(1, 36)])
def test_the_criterion_that_the_index_shows_is_one_that_the_verdict_turns_on(report, claim):
    found = sorted(report.glob(f"notebooks/{claim.lower()}-as-of-latest*.ipynb"))
    head = next(p for p in map(read_page, found) if p.setting.get("economy", "CA5") == "CA5").lead
    rule = next(r for r in register(claim)["readings"] if r["name"] == head["reading"]).get("rule")
    if not rule:
        pytest.skip("not testable: no rule")
    card = re.search(
        rf'>{claim}</span>.*?</li>\s*(?=<li class="card|</ul>)',
        (report / "index.html").read_text("utf-8"),
        re.S,
    )
    labels = dict(re.findall(r'#c-[^"]*">(Asked|Open): (.*?)</a>', card[0]))
    named = {c["label"]: c for c in head["criteria"]}
    told = named[html.unescape(labels["Asked"])]
    assert told["says"].split(". ")[0].rstrip(".") in head["answer"], "its sentence leads"
    shown = named[html.unescape(labels.get("Open", labels["Asked"]))]
    states = {c["name"]: c["state"] for c in head["criteria"]}
    assert any(matters(rule, states, c["name"]) for c in head["criteria"]) <= matters(
        rule, states, shown["name"]
    )


@pytest.mark.parametrize("claim", ["C16", "C25"])
def test_the_overview_prints_the_criterion_that_decided(report, claim):
    table = next(
        i for i in page(report, "overview-as-of-latest").items if "turns on" in i.record["title"]
    )
    row = dict(
        zip(
            table.record["columns"],
            next(r for r in table.record["rows"] if r[0].startswith(f"{claim} ")),
            strict=True,
        )
    )
    lead = page(report, f"{claim.lower()}-as-of-latest").lead
    decided = next(c for c in lead["criteria"] if c["label"] == row["asked"])
    assert decided["name"] in lead["deciding"]
    assert row["answer"].split()[0] == f"{decided['estimate']:,g}"
    few = {0: "it could not", 1: "one way", 2: "two computations"}
    ways = decided["specifications"]
    assert few.get(ways, f"{in_words(ways)} ways") in row["ways to calculate it"]


def test_the_overview_says_what_was_found_and_how_certain_it_is(report):
    found = page(report, "overview-as-of-latest")
    table = next(i for i in found.items if "What was found" in i.record["title"])
    told = {
        row[0].split()[0]: dict(zip(table.record["columns"], row, strict=True))
        for row in table.record["rows"]
    }
    for name in ("c16-as-of-latest", "c25-as-of-latest", "c33-as-of-latest-economy-ca5"):
        head = page(report, name).lead
        claim = head["claim"]
        assert told[claim]["answer"] == head["answer"]
        assert told[claim]["certainty"] in (head["certainty"].get("level", "–"), "–", "")


def test_the_index_answers_the_thesis_and_has_the_bottom_line_of_the_overview(report):
    made = page(report, "overview-as-of-latest").statements
    index = text_of(report, "index.html")
    told = [one for together in made for one in together["statements"]]
    assert 3 <= len(told) <= 9
    for one in told:
        assert " ".join(one["text"].split()) in " ".join(index.split())


def test_the_filter_of_the_index_and_its_tally_count_the_same(report):
    index = (report / "index.html").read_text(encoding="utf-8")
    tally = {
        word: int(n)
        for n, word in re.findall(r"<strong>(\d+)</strong> <span>([a-z ]+)</span>", index)
    }
    cards = re.findall(r'<li class="card"[^>]*data-verdict="([^"]*)"', index)
    assert {word: Counter(cards)[word] for word in tally} == tally and len(cards) == sum(
        tally.values()
    )
    judged = {c.id for c in claims().values() if c.kind != "opinion"}
    printed = [
        s["as_printed"]
        for s in json.loads((report / "sentences.json").read_text(encoding="utf-8"))
        if s["claim"] in judged and s["as_of"] == "latest" and not own_params(s["params"])
    ]
    assert Counter(printed) == Counter(cards)
    opinions = re.findall(r'<li class="card opinion"[^>]*data-verdict="([^"]*)"', index)
    assert set(opinions) == {"not testable"}


def test_the_methods_say_that_events_count_by_their_own_date(report):
    text = text_of(report, "methods.html")
    said = re.search(r"Dated events and documents \(tables?(.*?)\) count from their own date", text)
    declared = {
        table["title"]
        for f in (paths.registry_dir() / "tables").glob("*.yaml")
        if (table := yaml.safe_load(f.read_text("utf-8")))["known"] == "date"
    }
    assert said and set(re.findall(r"“(.+?)”", said[1])) == declared
    sources = pd.read_csv(
        paths.registry_dir() / "sources.csv", keep_default_na=False, na_values=[""]
    )
    published = sources.set_index("source_id")["published"]
    events = load("events", as_of="2023-05-19")
    assert (events["source_id"].map(published) > "2023-05-19").any(), (
        "told of later, and known from their own day"
    )


def test_where_two_sources_give_the_newest_year_a_brief_shows_both(report):
    kaz = page(report, "brief-as-of-latest-economy-kaz")
    rows = raw("investment").query("host == 'KAZ' and investor == 'RUS' and measure == 'fdi_stock'")
    newest = rows[rows["year"] == rows["year"].max()]
    table = next(i for i in kaz.items if "Stocks" in i.record["title"])
    shown = [
        r for r in table.record["rows"] if r[0] == "direct investment, stock" and r[1] == "Russia"
    ]
    assert len(newest) == 2 and [r[3] for r in shown] == [
        f"{v / 1e6:,.1f}" for v in sorted(newest["value_usd"])
    ]
