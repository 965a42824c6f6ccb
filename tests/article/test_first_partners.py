"""Who is first in trade: one table, and every sentence that says so."""

import re
from functools import cache

import pytest

import ca_research as ca
from ca_research.article import priority
from ca_research.article.first_partners import (
    drawn,
    first_partners,
    thesis,
)

DAYS = ("latest", "2023-05-19")


@cache
def real(day):
    tables = ca.load("trade", product="TOTAL", as_of=day), ca.load("facts", as_of=day)
    return *tables, first_partners(*tables)


@cache
def readings(claim, day):
    leading = ca.check(claim, as_of=day)
    return [leading, *leading.beside]


@pytest.mark.parametrize("day", DAYS)
def test_the_verdict_on_first_partners_takes_the_rows_of_the_table(day):
    table = real(day)[2].set_index(["economy", "year", "basis", "eu"])
    bases = {"reporter": "reporter", "mirror": "mirror", "interval": "interval"}
    for test in readings("C33", day):
        eu = "one" if test.reading == "eu_as_one" else "apart"
        for criterion in test.criteria:
            basis = bases[criterion.name.split("_")[1]]
            for cell in (c for c in criterion.cells if c.met is not None):
                row = table.loc[(cell.economy, cell.year, basis, eu)]
                assert cell.met == (row["place_high"] == 1), (criterion.name, cell.economy)
                if cell.estimate is not None:
                    assert row["ratio"] == pytest.approx(cell.estimate)


_COUNTRY = "Kazakhstan|Kyrgyzstan|Tajikistan|Turkmenistan|Uzbekistan"
_POWER = "China|Russia|[Tt]he EU|[Tt]he United States"
_SAID = re.compile(rf"\b(behind)\b|\b(first)\b|({_POWER})|({_COUNTRY})(?: \(([^)]*)\))?")
_CODES = {"china": "CHN", "russia": "RUS", "the eu": "EU27", "the united states": "USA"}


def pairs(sentence):
    """Country, power, whether it is said to be ahead of China (else first), and years."""
    found, power, ahead = [], "", False
    typed = {int(year) for year in re.findall(r"\b20\d\d\b", sentence)}
    for hit in _SAID.finditer(sentence):
        rest = sentence[hit.end() :]
        if hit[1]:
            ahead = True
        elif hit[2]:  # 'behind Russia in Kazakhstan, and first in Kyrgyzstan' speaks of China
            power, ahead = "CHN" if ahead else power, False
        elif hit[3]:
            if not rest.startswith(("'s", " as one")):
                power = _CODES[hit[3].lower()]
        elif power:
            own = {int(year) for year in re.findall(r"\b20\d\d\b", hit[5] or "")}
            found.append((hit[4], power, ahead, own or typed))
    return found


def check(text, table):
    """How many claims of a text the table holds; fails on one that it does not."""
    number = 0
    for sentence in re.split(r"(?<=[.]) ", text):
        if not re.search(r"\b(first|behind)\b", sentence) or "leave it open" in sentence:
            continue
        own, theirs = "own figures" in sentence.lower(), "artners'" in sentence
        for country, power, ahead, years in pairs(sentence):
            rows = table[table["economy"] == ca.economies.resolve(country)]
            rows = rows[rows["year"].isin(years)] if years else rows
            if own != theirs:
                rows = rows[rows["basis"] == ("reporter" if own else "mirror")]
            said = rows["first"].eq(power)
            if ahead:
                said = rows["rival"].eq(power) & rows["place_low"].gt(1)
            assert said.any(), f"{country}: {power} in {sorted(years)}, says {sentence!r}"
            number += 1
    return number


@pytest.mark.parametrize(
    ("claim", "day"),
    [
        *(("C33", day) for day in DAYS),
        # models of every year since
        *(pytest.param("C34", day, marks=pytest.mark.long) for day in DAYS),
    ],
)
def test_answers_findings_and_statements_hold_to_the_table(claim, day):
    table, number = real(day)[2], 0
    for test in readings(claim, day):
        for text in (test.answer, test.finding, *(c.says for c in test.criteria)):
            if "share" not in text and "orecast" not in text and "level of" not in text:
                number += check(text, table)
    assert number >= {"C33": 20, "C34": 1}[claim]


@pytest.mark.parametrize("day", DAYS)
def test_the_bottom_line_holds_to_the_table(day):
    """That briefs say who is first among all that was reported: notebooks."""
    _, facts, table = real(day)
    told = dict(thesis(table, facts))
    assert sum(check(text, table) for text in told.values()) >= 4


@pytest.mark.parametrize("day", DAYS)
def test_the_cells_of_trade_over_all_fields_are_those_of_the_table(day):
    """One field of six: who leads among four powers is who is first in the table, if it is one of
    them.
    """
    _, _, table = real(day)
    tables = ("trade", "investment", "students", "opinion", "visits", "events")
    cells = priority.cells(**{name: ca.load(name, as_of=day) for name in tables})
    led = priority.matrix(cells).query("dimension == 'trade'")
    union = table[table["eu"] == "one"]
    for row in led.itertuples():
        same = (union["economy"] == row.economy) & (union["year"] == row.last_year)
        assert row.leader in set(union.loc[same, "first"]), row.economy


def test_a_sentence_that_the_table_does_not_hold_is_found():
    table = real("latest")[2]
    for wrong in (
        "Own figures for 2022 put China first in Kazakhstan.",
        "China is first in Tajikistan (2021) by own figures; Russia in Kyrgyzstan (2023).",
        "Own figures for 2023 put China behind Russia in Kyrgyzstan.",
    ):
        with pytest.raises(AssertionError, match="says"):
            check(wrong, table)


def test_what_is_drawn_is_what_the_verdict_compares():
    """In billions of dollars, or as stated in per cent where a country publishes no table."""
    trade, facts, table = real("latest")
    evidence = ca.claim("C33").gather(trade=trade, facts=facts)
    sides = drawn(table, evidence, ["first_reporter", "first_mirror"]).set_index("economy")
    own = sides[sides["criterion"] == "first_reporter"]
    ends = own.pivot(columns="partner", values="low")
    judged = evidence.main("first_reporter").set_index("economy")
    for code in judged.index[judged["missing"] == ""]:
        rival = judged.loc[code, "about"]["rival"]
        assert ends.loc[code, "CHN"] / ends.loc[code, rival] == pytest.approx(
            judged.loc[code, "estimate"]
        )
    assert own.loc["TJK", "unit"].str.contains("%").all()
    assert "EU27" in own.loc["KAZ", "partner"].tolist()
    partners = sides[sides["criterion"] == "first_mirror"].loc["TKM", "partner"].tolist()
    assert "CHN" in partners and "RUS" not in partners, "a bound is no figure"
