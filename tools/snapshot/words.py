"""The tables `events`, `facts` and `evidence`: what comes as words, dates and single figures."""

import re

import additions
import pandas as pd
from common import clean_note, codes, last_year, numbers

SAME_PAGE = {  # facts that another table gives from the same page: {(table, source there): facts here}
    (
        "facts",
        "PRESS_ASTANATIMES_202501",
    ): "T-GACC-2024 T-GACC-2024-KAZ T-GACC-2024-KGZ T-GACC-2024-UZB T-GACC-2024-TKM T-GACC-2024-TJK",
    ("facts", "PRESS_WENEWS_2023"): "T-GACC-2023-UZB",
    ("facts", "page_eurasianet_bridge"): "D-TJK-3",
    ("facts", "M_AT23"): "R-23",
    ("investment", "page_globaltimes_2023"): "I-CHN-CON",
    ("investment", "page_tass_2023"): "I-KAZ-22 I-KAZ-22-CHN I-KAZ-22-RUS I-KAZ-22-USA",
    ("investment", "page_shepherd_2022"): "I-KAZ-21",
    ("investment", "page_quotedbusiness"): "I-KAZ-ST I-KAZ-ST-CHN I-KAZ-ST-RUS I-KAZ-ST-USA",
    ("debt", "page_eurasianet_bridge"): "D-TJK-2",
    ("debt", "page_24kg_133354"): "D-KGZ-1",
    ("culture", "hsk_2025"): "L-HSK24 L-HSKCUM",
    ("culture", "csi_2024"): "L-CI-TAS",
    ("students", "moe_2018"): "ST-KAZ-18 ST-ALL-18",
    ("students", "csc_2011"): "ST-KAZ-11",
}
UNIT = {"USD bn": 1e9, "USD m": 1e6}
DERIVED_ENERGY = ("GAS-CA-", "GAS-SH", "OIL-SH-")


def read_facts(ledger, folder):
    """The facts file cut by where its rows go."""
    rows = ledger.enter(ledger.read(folder, "facts.csv"))
    rows = ledger.split(
        rows,
        ~rows.fact_id.str.startswith(DERIVED_ENERGY),
        "a sum or share derived from other rows: the library computes it again",
    )
    twice = rows.fact_id.isin(" ".join(SAME_PAGE.values()).split())
    dropped = rows[twice].copy()
    rows = ledger.split(
        rows, ~twice, "the same page under another source id gives this figure in another table"
    )
    dashboard = (rows.attribute == "students_in_CHN") & (rows.source_id == "AIDCPD")
    gas = rows.fact_id.str.startswith(("GAS-P-", "OIL-"))
    lng = rows.attribute == "lng_import_total"
    series = rows.attribute.isin(["gas_consumption", "gas_production"])
    rest = ~(dashboard | gas | lng | series)
    return {
        "dashboard": rows[dashboard].copy(),
        "gas": rows[gas].copy(),
        "lng": rows[lng].copy(),
        "series": rows[series].copy(),
        "rest": rows[rest].copy(),
        "dropped": dropped,
    }


def check_same_page(dropped, tables):
    """Stop if a fact left out as a copy has no equal figure where it is said to stand."""
    figure = {"students": "students", "investment": "value_usd", "debt": "value_usd"}
    for (table, source), names in SAME_PAGE.items():
        rows = tables[table]
        held = pd.to_numeric(rows[rows.source_id == source][figure.get(table, "value")])
        for fact in dropped[dropped.fact_id.isin(names.split())].itertuples():
            value = float(fact.value) * UNIT.get(fact.unit, 1)
            if not (abs(held - value) <= 1e-6 * value).any():
                raise ValueError(
                    f"{fact.fact_id}: {value} is not among the rows of {source} in {table}"
                )


def read_rail(ledger, folder):
    """(uranium of full years, everything else), both with a stable id."""
    rows = ledger.enter(ledger.read(folder, "rail.csv"))
    rows["fact_id"] = [f"RAIL-{i:03d}" for i in range(1, len(rows) + 1)]
    full = rows.year.str.fullmatch(r"\d{4}")
    uranium = full & rows.route_or_point.str.contains("uranium|fuel assemblies")
    return rows[uranium].copy(), rows[~uranium].copy()


def facts(ledger, folder, rest, rail, press):
    """`rest`, `rail`, `press`: what the other tables did not take."""
    rest = rest.assign(period=rest.year)
    rail = rail.rename(columns={"route_or_point": "subject", "measure": "attribute"}).assign(
        period=rail.year
    )
    press = press.assign(
        fact_id=[f"TPA-{i:03d}" for i in range(1, len(press) + 1)],
        subject=press.reporter + "-" + press.partner,
        attribute="trade_" + press.flow + "_reported_by_" + press.reporter,
        period=[
            y if p == "full year" else f"{y} {p}"
            for y, p in zip(press.year, press.period, strict=True)
        ],
        value=press.value_usd,
        unit="USD",
    )
    energy = ledger.enter(ledger.read(folder, "energy_press_anchors.csv"))
    energy = energy.assign(
        fact_id=[f"EPA-{i:03d}" for i in range(1, len(energy) + 1)],
        subject=energy.exporter_iso3 + "-" + energy.importer_iso3,
        attribute="pipeline_gas_value_reported_by_CHN",
        value=energy.value_usd,
        unit="USD",
        note="",
    )
    terms = ledger.enter(ledger.read(folder, "investment_facts.csv"))
    part = terms.statement.str.extract(r"( Jan-[A-Z][a-z]{2})(?= \d{4})")[0].fillna("")
    terms = terms.assign(
        fact_id="INV-" + terms.fact_id,
        attribute=terms.topic + ":" + terms.partner_iso3,
        subject=terms.host_iso3,
        period=terms.year + part,
        note=terms.statement,
    )
    rows = pd.concat([rest, rail, press, energy, terms])
    rows["subject"] = rows.subject.map(
        lambda s: codes(s) if re.fullmatch(r"[A-Z0-9_+;]+", s) else re.sub(r"^C5\b", "CA5", s)
    )
    rows["year"] = rows.period.map(last_year)
    rows["note"] = rows.note.map(clean_note)
    rows["value"] = numbers(rows.value)
    return rows


def _memberships(ledger, folder, events):
    rows = ledger.enter(ledger.read(folder, "bri_membership.csv"))
    copied = rows.note.str.extract(r"^copied from events.csv (\S+)")[0]
    origin = dict(zip(events.event_id, events.source_id, strict=True))
    if any(
        origin.get(e) != s
        for e, s in zip(copied, rows.source_id, strict=True)
        if isinstance(e, str)
    ):
        raise ValueError(
            "bri_membership.csv names an event that is not in events.csv with that source"
        )
    rows = ledger.split(rows, copied.isna(), "a copy of a row of events.csv with the same source")
    rows["event_id"] = "BRI-" + rows.source_id + "-" + rows.iso3
    rows.loc[rows.kind == "exit", "event_id"] += "-EXIT"
    rows["date_bound"] = "exact"
    rows.loc[rows.date_or_year.str.startswith("by "), "date_bound"] = "by"
    rows.loc[rows.note.str.contains("placeholder"), "date_bound"] = "placeholder"
    rows["date"] = rows.date_or_year.str.removeprefix("by ")
    return rows.assign(
        actor=rows.iso3,
        counterpart="CHN",
        place="",
        detail="Belt and Road list or text: " + rows.kind.str.replace("_", " "),
    )


def events(ledger, folder):
    rows = ledger.enter(ledger.read(folder, "events.csv"))
    rows["date_bound"] = "exact"
    summit = rows[rows.event_id == "F-USA-8"].assign(
        event_id="F-USA-8-STATE",
        date="2023-09-21",
        source_id="M_HAS_V",
        _file="visits.csv",
        note="date in the list of visits by foreign leaders (five rows of visits); P018B gives 19 September",
    )
    ledger.make(
        summit, "second date of the first C5+1 summit, read from the five visits of that day"
    )
    added = pd.DataFrame(additions.EVENTS).assign(_file="additions.py")
    ledger.make(added, "added after a review of the pages")
    rows = pd.concat([rows, summit, _memberships(ledger, folder, rows), added])
    for column in ("actor", "counterpart"):
        rows[column] = rows[column].map(codes)
    rows["note"] = rows.note.map(clean_note)
    return rows


def _day(text):
    if text in ("", "n.d."):
        return ""
    return re.sub(r"^(\d{4})-(\d{4})$", r"\1/\2", text)


def evidence(ledger, folder):
    files = ["evidence_china_bri.csv", "evidence_us_doctrine.csv"]
    rows = ledger.enter(pd.concat([ledger.read(folder, f) for f in files]))
    rows["date"] = rows.date.map(_day)
    rows["locator"] = (
        rows.locator.str.replace(r"\b(T\d\d)\b", r"INV-\1", regex=True)
        .str.replace("INV-(T\\d\\d) to INV-", r"INV-\1 to INV-", regex=True)
        .str.replace("in investment_facts", "in facts", regex=False)
        .str.replace("opinion.csv", "table opinion", regex=False)
        .str.replace("events.csv", "table events", regex=False)
        .str.replace("facts.csv", "table facts", regex=False)
        .str.replace(r"(\w+)\.csv", r"table \1", regex=True)
    )
    return rows
