"""What the pages say, against the raw files: each sentence is read from the page and recomputed
without the library.
"""

import functools
import json
import re
from collections import Counter

import pandas as pd
import pytest

from ca_research.claims.overview import own_params
from ca_research.ground import economies as eco
from ca_research.ground import paths
from ca_research.registry import claims
from ca_research.site.read import read_page

EU27 = set(eco.members("EU27", 2020))
NAMES = {"China": "CHN", "Russia": "RUS", "the EU": "EU"}


@functools.cache
def raw(table):
    """All raw rows of a table, as they lie in the files."""
    files = sorted((paths.raw_dir() / table).glob("*.csv"))
    return pd.concat(
        [pd.read_csv(f, keep_default_na=False, na_values=[""]) for f in files], ignore_index=True
    )


@functools.cache
def page(report, run_id):
    return read_page(report / "notebooks" / f"{run_id}.ipynb")


def notes_of(report, economy):
    cells = page(report, f"brief-as-of-latest-economy-{economy.lower()}").cells
    return [note for cell in cells for note in cell.notes]


# The briefs: who comes first


def turnovers(economy, year, side):
    """Exports plus imports of an economy by partner and source, by its own reports or by its
    partners'.
    """
    own, other = ("reporter", "partner") if side == "own" else ("partner", "reporter")
    rows = raw("trade")
    rows = rows[(rows[own] == economy) & (rows["year"] == year) & (rows["product"] == "TOTAL")]
    rows = rows[~rows["source_id"].isin(["UNCTAD_TMATRIX", "PENPPML"])]
    return rows.assign(other=rows[other])


def of_partner(rows, who):
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


def span(rows, who):
    """Least and greatest turnover over the sources; None unless both flows are there."""
    sums = of_partner(rows, who).groupby(["flow", "source_id"])["value_usd"].sum()
    if set(sums.index.get_level_values("flow")) != {"export", "import"}:
        return None
    ends = sums.groupby("flow").agg(["min", "max"]).sum()
    return float(ends["min"]), float(ends["max"])


def fullest(rows):
    """Rows of the one source that lists China, Russia and most other partners."""
    lists = rows[rows["other"].isin(["CHN", "RUS"])].groupby("source_id")["other"].nunique()
    able = rows[rows["source_id"].isin(lists.index[lists == 2])]
    return able[able["source_id"] == able.groupby("source_id")["other"].nunique().idxmax()]


def said_of(text):
    """(side, year, who is first, whether the EU counts as one) of what a brief's head says; shares
    that an agency states are no values and left out.
    """
    found = []
    for sentence in re.split(r"(?<=\.) ", text):
        side = "partners" if "partners' " in sentence else "own"
        for year, who, group in re.findall(
            r"figures for (\d{4}) put ((?:the )?\w+) first (among|with)", sentence
        ):
            found.append((side, int(year), who, group == "with"))
    return found


NAMED = {  # where the EU as one comes first, or the two sides differ, both are said
    "KAZ": {("own", 2025, "China", False), ("own", 2023, "the EU", True)},
    "TJK": {("own", 2021, "Russia", True), ("partners", 2021, "China", False)},
}


@pytest.mark.parametrize("economy", eco.CA5)
def test_who_a_brief_calls_first_is_first_among_all_that_the_raw_reports_observe(report, economy):
    notes = notes_of(report, economy)
    said = said_of(notes[0])
    assert NAMED.get(economy, set()) <= {*said}
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


# The overview and the index


def test_the_index_counts_the_sentences_of_the_report(report):
    index = (report / "index.html").read_text()
    judged = {c.id for c in claims().values() if c.kind != "opinion"}
    printed = json.loads((report / "sentences.json").read_text())
    words = [
        s["as_printed"]
        for s in printed
        if s["claim"] in judged and s["as_of"] == "latest" and not own_params(s["params"])
    ]
    tally = re.findall(r"<strong>(\d+)</strong> <span>([a-z ]+)</span>", index)
    assert {word: int(n) for n, word in tally if int(n)} == Counter(words)
