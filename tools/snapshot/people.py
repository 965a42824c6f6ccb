"""The tables `students`, `culture`, `opinion` and `visits`."""

import calendar
import re

import pandas as pd
from common import bound, clean_note, code, codes, last_year, number, numbers

PANELS = ("uis_", "moe_", "iie_", "csc_2011", "cssn_2015", "AIDCPD")
INTAKE = {"wtn_kaz_2024"}
FLOOR = re.compile(r"floor|more than|over \d|\bover\b|более|超|突破|gowragy|exceed", re.I)
ROUND = re.compile(r"rounded|about|around|almost|nearly|около|almost|萬|万", re.I)
GALLUP_KEPT = {  # the single values named by C10 and C15
    "M_GAL_US": {
        ("KAZ", "2014"),
        ("KAZ", "2013"),
        ("KAZ", "2010"),
        ("KGZ", "2014"),
        ("KGZ", "2013"),
        ("KGZ", "2011"),
        ("KGZ", "2010"),
        ("TJK", "2014"),
        ("TJK", "2013"),
        ("TJK", "2010"),
        ("UZB", "2014"),
        ("UZB", "2013"),
        ("UZB", "2010"),
        ("TKM", "2013"),
        ("TKM", "2011"),
    },
    "M_GAL_CN": {
        ("KAZ", "2014"),
        ("KGZ", "2014"),
        ("TJK", "2014"),
        ("UZB", "2014"),
        ("TKM", "2013"),
        ("KAZ", "2010"),
        ("KGZ", "2010"),
        ("UZB", "2010"),
        ("TKM", "2011"),
    },
}
NO_LICENCE_VISITS = {"M_VITAE", "M_COLT_OBS", "M_COLT_PAIR"}
MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}


def _flag(note):
    for word in ("DERIVED", "NAT_EST", "UIS_EST", "INCLUDES"):
        if word in note:
            return word
    return ""


def _precision(row):
    if re.search("NAT_EST|UIS_EST|fractional", row.note):
        return "estimated"
    if row.source_id.startswith(PANELS):
        return "exact"
    if FLOOR.search(row.note) and float(row.students) % 100 == 0:
        return "lower_bound"
    if ROUND.search(row.note) or (float(row.students) % 100 == 0 and float(row.students) >= 500):
        return "rounded" if float(row.students) % 10 == 0 else "exact"
    return "exact"


def students(ledger, folder, dashboard):
    """`dashboard`: the `students_in_CHN` rows of the facts file."""
    rows = ledger.enter(ledger.read(folder, "students.csv"))
    rows = rows.rename(columns={"origin_iso3": "origin", "destination_iso3": "destination"})
    copied = (
        (rows.source_id == "uis_outbound_peijin") & (rows.origin == "TKM") & (rows.year == "2018")
    )
    rows = ledger.split(
        rows, ~copied, "repeats the value of 2016 exactly: filled in by the compiler of the source"
    )
    more = dashboard.rename(columns={"subject": "origin", "value": "students"}).copy()
    more["origin"], more["destination"], more["level"] = more.origin.map(code), "CHN", "all"
    cell = ["origin", "destination", "year", "level", "students"]
    held = {tuple(r) for r in rows[cell].itertuples(index=False)}
    new = [tuple(r) not in held for r in more[cell].itertuples(index=False)]
    more = ledger.split(
        more,
        pd.Series(new, index=more.index),
        "equals a cell of students.csv, and is not independent of it",
    )
    rows = pd.concat([rows, more])
    rows["flag"] = rows.note.map(_flag)
    rows["precision"] = [_precision(r) for r in rows.itertuples()]
    rows["statistic"] = rows.source_id.isin(INTAKE).map({True: "intake", False: "enrolled"})
    rows["students"] = numbers(rows.students)
    return rows


def _culture_unit(measure):
    if "opening" in measure or measure.startswith("policy_"):
        return "events"
    if measure == "confucius_institutes":
        return "institutes"
    if measure.startswith("study_departures"):
        return "departures"
    if measure.startswith("scholarships"):
        return "scholarships"
    return "places" if measure.startswith("training_places") else "persons"


def culture(ledger, folder):
    rows = ledger.enter(ledger.read(folder, "culture.csv"))
    rows["economy"] = rows.iso3.map(codes)
    rows["unit"] = rows.measure.map(_culture_unit)
    rows["bound"] = rows.note.map(bound)
    rows["note"] = rows.note.map(clean_note)
    rows["value"] = numbers(rows.value)
    return rows


def opinion(ledger, folder):
    rows = ledger.enter(ledger.read(folder, "opinion.csv"))
    gallup = rows.source_id.isin(GALLUP_KEPT)
    named = [
        (i, y) in GALLUP_KEPT.get(s, ()) and m == "gallup_approve"
        for i, y, s, m in zip(rows.iso3, rows.year, rows.source_id, rows.measure, strict=True)
    ]
    rows = ledger.split(
        rows,
        ~gallup | pd.Series(named, index=rows.index),
        "licence mark `no`: beyond the single values that C10 and C15 name",
    )
    rows["economy"] = rows.iso3.map(codes)
    rows["about"] = rows.about_iso3.map(code)
    rows["period"] = rows.year
    rows["year"] = rows.period.map(last_year)
    rows["note"] = rows.note.map(clean_note)
    rows["value_pct"] = numbers(rows.value_pct)
    return rows


def _dates(row):
    """Days of the visits, from the source's own list or from the words of the note."""
    if row.source_id.startswith("M_HAS"):
        found = re.findall(r"\d{4}-\d\d-\d\d(?:/\d{4}-\d\d-\d\d)?", row.note)
        return ";".join(
            sorted({d.split("/")[0] if len(set(d.split("/"))) == 1 else d for d in found})
        )
    if len(row.year) != 4 or row.level != "head_of_state":
        return ""
    found = re.match(r"(?:(\d+)(?:-(\d+))? )?(" + "|".join(MONTHS) + r")\b", row.note)
    if not found:
        return ""
    first, last, month = found.groups()
    stem = f"{row.year}-{MONTHS[month]:02d}"
    if not first:
        return stem
    day = f"{stem}-{int(first):02d}"
    return f"{day}/{stem}-{int(last):02d}" if last else day


def _completeness(row):
    if row.source_id.startswith("M_HAS"):
        return "complete"
    return (
        "cumulative"
        if "cumulative" in row.level or "year_to_date" in row.level
        else "single_trip_seen"
    )


def visits(ledger, folder):
    rows = ledger.enter(ledger.read(folder, "visits.csv"))
    rows = ledger.split(rows, ~rows.source_id.isin(NO_LICENCE_VISITS), "licence mark `no`")
    rows = rows.rename(columns={"from_iso3": "sender", "to_iso3": "receiver"})
    rows["dates"] = [_dates(r) for r in rows.itertuples()]
    rows["completeness"] = [_completeness(r) for r in rows.itertuples()]
    rows["planned"] = rows.note.str.contains("planned").astype(str).str.lower()
    rows["note"] = [_visit_note(r) for r in rows.itertuples()]
    rows["period"] = rows.year
    rows["year"] = rows.period.map(last_year)
    rows["count"] = rows["count"].map(number)
    return rows


def _visit_note(row):
    """Who travelled and where, without the dates that have a column of their own."""
    text = re.sub(r"\d{4}-\d\d-\d\d(?:/\d{4}-\d\d-\d\d)? ", "", row.note)
    return clean_note(text)
