"""registry/sources.csv: one row per source that brings at least one row."""

import calendar
import re
from pathlib import Path

import additions
import pandas as pd
import rules
from common import Ledger

REGISTER = Path(__file__).resolve().parents[2] / "registry" / "sources.csv"
MONTHS = list(calendar.month_name)[1:]
SHORT = {m[:3].lower(): i for i, m in enumerate(MONTHS, 1)}
IN_ADDRESS = [
    r"/(20\d\d)/(\d\d)-(\d\d)/",
    r"/(20\d\d)/(\d\d)/(\d\d)(?:/|-|$)",
    r"/(20\d\d)-(\d\d)-(\d\d)/",
    r"/n\d?/(20\d\d)/(\d\d)(\d\d)/",
    r"/a/(20\d\d)(\d\d)/(\d\d)/",
    r"/(20\d\d)-(\d\d)/(\d\d)/",
    r"/t(20\d\d)(\d\d)(\d\d)_",
    r"/(20\d\d)(\d\d)(\d\d)/",
    r"/(20\d\d)/(\d\d)(\d\d)/",
    r"/(20\d\d)/(\d\d)/",
    r"/(20\d\d)(\d\d)/",
    r"/(20\d\d)-(\d\d)/",
]
ARTICLE = "the article under test; its text is not part of the project"
PARTIAL = re.compile(r"^(19|20)\d\d-(0[1-9]|1[0-2])(-\d\d)?$")
COLUMNS = [
    "source_id",
    "title",
    "publisher",
    "licence",
    "redistribution",
    "address",
    "citation",
    "accessed",
    "origin_group",
    "kind",
    "role",
    "preference",
    "coverage",
    "published",
    "edition",
    "release_lag_days",
    "release_basis",
    "release_reason",
]
NOT_PUBLISHERS = (
    "press page quoting official statistics",
    "press or web page quoting official statistics",
    "derived",
    "not named in the repository",
    "not identified (zslijia.com copy)",
    "various",
    "not stated in the file",
)


def _read(folder):
    quiet = Ledger()
    lists = pd.concat([quiet.read(folder, name) for name in rules.LISTS])
    marks = quiet.read(folder, "LICENCES.csv")[["source_id", "redistribution"]]
    return lists.drop(columns="_file").merge(
        marks, on="source_id", how="left", validate="one_to_one"
    )


def _resolve(text, column, table, depth=0):
    """'as BP2015' means the cell of that source."""
    found = re.match(r"as (\w+)\b", text)
    if found and found.group(1) in table and depth < 4:
        return (
            _resolve(table[found.group(1)][column], column, table, depth + 1) + text[found.end() :]
        )
    return text


def _whole(addresses, table):
    """Addresses that lean on the row above them ('same commit'), written out."""
    offices = re.match(r"github:\S+ @\w+", table["KAZ_BNS"]["origin"]).group()
    partner = re.match(r"github:\S+ @\w+", table["IMF_IMTS_CHN_M"]["origin"]).group()
    text = addresses.str.replace(r"^github:\S+ \(same commit\)", offices, regex=True)
    text = text.str.replace(r"^same repo/commit", partner, regex=True)
    return text.str.replace(r"^(?=[\w.-]+/[\w.-]+, )", "github:", regex=True)


def _date_of(month, year, day=""):
    stem = f"{year}-{SHORT[month[:3].lower()]:02d}"
    return f"{stem}-{int(day):02d}" if day else stem


def _published(row):
    """When the page appeared, from what it, its address or its name says; '' if nothing does."""
    name = row.source_id
    if name in rules.PUBLISHED:
        return rules.PUBLISHED[name]
    if name in rules.LAG:
        return ""
    if PARTIAL.match(row.coverage):
        return row.coverage
    words = "|".join(MONTHS) + "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
    said = re.search(
        rf"\((?:[^()]*, )?(?:(\d{{1,2}}) )?({words})\.? (20\d\d)(?:[;,][^()]*| summit)?\)",
        row.title,
    )
    if said:
        return _date_of(said.group(2), said.group(3), said.group(1) or "")
    said = re.search(rf"(\d{{1,2}}) ({words}) (20\d\d)", row.title)
    if said:
        return _date_of(said.group(2), said.group(3), said.group(1))
    found = re.search(r"_(20\d\d)(\d\d)(\d\d)?$", name)
    if found and int(found.group(2)) <= 12:
        return "-".join(p for p in found.groups() if p)
    if not row.address.startswith("github"):
        for pattern in IN_ADDRESS:
            found = re.search(pattern, row.address)
            if (
                found
                and 1 <= int(found.group(2)) <= 12
                and all(1 <= int(d) <= 31 for d in found.groups()[2:])
            ):
                return "-".join(found.groups())
    found = re.search(r"_(20\d\d)[a-z]?$", name)
    return found.group(1) if found and name not in rules.DATA_YEAR_IN_NAME else ""


def _kind(row):
    for kind, names in rules.KIND.items():
        if row.source_id in names.split():
            return kind
    if row.source_id.startswith(("P0", "P1", "E1_", "E2_")) and re.search(
        rules.DOCUMENT, row.publisher, re.I
    ):
        return "document"
    return "press"


def _release(row):
    """(lag, basis, reason): stated for one dated publication, else the rule of the source."""
    if row.published:
        by_name = len(row.published) == 4 and row.source_id.rstrip(
            "abcdefghijklmnopqrstuvwxyz"
        ).endswith(row.published)
        how = "the year in its short name; day not seen" if by_name else "page, address or title"
        return "", "stated", f"one publication, dated {row.published} ({how})"
    if row.source_id in rules.LAG:
        lag, basis, reason = rules.LAG[row.source_id]
        return str(lag), basis, reason
    if not row.source_id.startswith(("E1_", "E2_")) or re.search(r"(?:19|20)\d\d", row.coverage):
        return (
            "180",
            "assumed",
            "undated page: pages on the figures or events of a year mostly follow within half a year",
        )
    return (
        "365",
        "assumed",
        "undated page that names no year: a full year is allowed, so that nothing counts as known too early",
    )


def _origins(rows):
    """Declared groups; then pages with one address share a group; else the source alone."""
    group = {s: g for g, names in rules.ORIGIN.items() for s in names.split()}
    page = (
        rows.address.str.replace(r"^https?://(www\.)?", "", regex=True).str.rstrip("/").str.lower()
    )
    first = {}
    for name, address in sorted(zip(rows.source_id, page, strict=True)):
        if "github" not in address and " " not in address:
            first.setdefault(address, group.get(name, name))
    return [group.get(s, first.get(p, s)) for s, p in zip(rows.source_id, page, strict=True)]


def _citation(row):
    parts = [
        row.publisher,
        row.title,
        row.published or row.edition,
        row.address.replace(ARTICLE, ""),
    ]
    return ". ".join(p.strip(" .") for p in parts if p) + "."


def _by_hand(listing):
    """`role` and `preference` as the register has them: they are set there, and empty for a new source."""
    kept = pd.read_csv(REGISTER, dtype="string", keep_default_na=False).set_index("source_id")
    set_there = {c: listing["source_id"].map(kept[c]).fillna("") for c in ("role", "preference")}
    return listing.assign(**set_there)


def build(folder, used):
    """The listing of the sources in `used`, in the declared columns."""
    rows = _read(folder)
    table = {r["source_id"]: r for r in rows.to_dict("records")}
    added = pd.DataFrame(additions.SOURCES).reindex(columns=COLUMNS).fillna("")
    missing = sorted(set(used) - set(table) - set(added.source_id))
    if missing:
        raise ValueError(f"rows cite unknown sources: {missing}")
    rows = rows[rows.source_id.isin(used)].copy()
    rows["licence"] = [_resolve(t, "licence", table) for t in rows.licence]
    rows["address"] = [
        re.sub(
            r"\s*\(character offsets.*$|; snapshot HEAD.*$",
            "",
            _resolve(t, "origin", table),
            flags=re.S,
        )
        for t in rows.origin
    ]
    for column in ("title", "publisher", "licence", "address", "coverage"):
        rows[column] = rows[column].str.replace(r"\s+", " ", regex=True).str.strip()
    unnamed = rows.publisher.isin(NOT_PUBLISHERS) | rows.publisher.str.startswith("derived from")
    rows["publisher"] = rows.publisher.where(~unnamed, "")
    rows.loc[rows.source_id == "ART", "address"] = ARTICLE
    rows["address"] = _whole(rows.address, table)
    rows["coverage"] = rows.coverage.where(~rows.coverage.str.startswith("see trade_press"), "")
    seen = rows.notes.str.extract(r"stored copy seen (\d{4}-\d\d-\d\d)")[0]
    rows["accessed"] = seen.fillna("")
    rows["published"] = [_published(r) for r in rows.itertuples()]
    rows["edition"] = rows.source_id.map(rules.EDITION).fillna("")
    rows["origin_group"] = _origins(rows)
    rows["kind"] = [_kind(r) for r in rows.itertuples()]
    rows["citation"] = [_citation(r) for r in rows.itertuples()]
    rows[["release_lag_days", "release_basis", "release_reason"]] = [
        _release(r) for r in rows.itertuples()
    ]
    listing = pd.concat([rows, added]).reindex(columns=COLUMNS).fillna("")
    return _by_hand(listing.sort_values("source_id").reset_index(drop=True))


def forbidden(listing, tables):
    """Rows of sources marked `no` beyond the excerpts agreed."""
    allowed = {
        "wiiw_kaz_fdi": {"investment": 120},
        "M_GAL_US": {"opinion": 20, "evidence": 5},
        "M_GAL_CN": {"opinion": 10, "evidence": 5},
    }
    found = []
    for source in listing[listing.redistribution == "no"].source_id:
        for name, rows in tables.items():
            n = int((rows.source_id == source).sum())
            if n > allowed.get(source, {}).get(name, 0):
                found.append(f"{name}: {n} rows of {source}, which is marked `no`")
    gallup = sum(int(t.source_id.isin(["M_GAL_US", "M_GAL_CN"]).sum()) for t in tables.values())
    return found + ([f"{gallup} Gallup rows, more than 30"] if gallup > 30 else [])
