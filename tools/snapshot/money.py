"""The tables `investment`, `debt` and `projects`."""

import re

import pandas as pd
from common import bound, clean_note, number, numbers

EXCERPT_INVESTORS = ["CHN", "HKG", "RUS", "USA", "NLD", "TUR", "KOR", "FRA", "WLD"]
LICENCE_NO = {"cgit_2021fall", "cgit_2025h1", "cgit_2020", "koica_2009", "bu_cgef_2020"}
EXIM = {
    "page_24kg_336315",
    "page_24kg_78255",
    "page_24kg_cgd",
    "page_centralasianlight_2024",
    "page_eurasianet_bridge",
    "page_gazetakg",
}
SERVICE = {
    "Bilateral Non-Concessional Debt": "bilateral_non_concessional",
    "Bilateral Concessional Debt": "bilateral_concessional",
    "Private - other": "private_other",
    "Private  - banks": "private_banks",
}


def _read(ledger, folder):
    files = ["investment.csv", "investment_china.csv", "us_aid.csv"]
    rows = ledger.enter(pd.concat([ledger.read(folder, f) for f in files]))
    rows = rows.rename(columns={"investor_iso3": "investor", "host_iso3": "host"})
    rows = ledger.split(rows, ~rows.source_id.isin(LICENCE_NO), "licence mark `no`")
    wiiw = rows.source_id == "wiiw_kaz_fdi"
    excerpt = (
        (rows.measure == "fdi_stock")
        & (rows.host == "KAZ")
        & rows.investor.isin(EXCERPT_INVESTORS)
        & rows.year.astype(int).between(2010, 2021)
    )
    rows = ledger.split(
        rows, ~wiiw | excerpt, "licence mark `no`: beyond the excerpt of end-year stocks 2010-2021"
    )
    missing = (rows.source_id == "wiiw_kaz_fdi") & (rows.investor == "KOR") & (rows.year == "2016")
    return ledger.split(
        rows, ~missing, "the stock of KOR at the end of 2016 is missing in the source, not zero"
    )


def _instrument(row):
    if row.source_id == "gcdf3_odadata":
        if row.sector == "vague_official_finance":
            return "vague"
        return "oda_like" if row.measure == "oda" else "oof_like"
    if row.measure == "official_loan":
        return "non_concessional" if "non-concessional" in row.note else "concessional"
    return "all"


def _stage(row):
    if row.source_id == "gcdf3_odadata":
        return "commitment"
    if row.measure == "us_obligations":
        return "obligation"
    if row.measure in ("us_disbursements", "official_grant", "official_loan"):
        return "disbursement"
    return "not_applicable"


def _revision(row):
    if row.source_id == "page_timesca_2016a" or "incomplete year" in row.note:
        return "preliminary"
    if row.note.startswith("REVISED"):
        return "revised"
    return "as_published"


def _basis(text):
    return "constant USD, base year not stated" if text.startswith("constant USD") else text


def investment_and_debt(ledger, folder):
    """Both tables at once: stocks of debt lie in the investment file."""
    rows = _read(ledger, folder)
    owed = rows[rows.measure == "debt_stock"].copy()
    rows = rows[rows.measure != "debt_stock"].copy()
    rows["instrument"] = [_instrument(r) for r in rows.itertuples()]
    rows["stage"] = [_stage(r) for r in rows.itertuples()]
    rows["revision"] = [_revision(r) for r in rows.itertuples()]
    rows["bound"] = [
        bound(n) if s.startswith("page_") else "as_stated"
        for n, s in zip(rows.note, rows.source_id, strict=True)
    ]
    rows["price_basis"] = rows.price_basis.map(_basis)
    rows["year_basis"] = rows.note.str.contains("fiscal year", case=False).map(
        {True: "fiscal", False: "calendar"}
    )
    rows["sector"] = "all"
    rows["note"] = [
        clean_note(n) if s.startswith("page_") else ""
        for n, s in zip(rows.note, rows.source_id, strict=True)
    ]
    rows["value_usd"] = numbers(rows.value_usd)
    return rows, _debt(ledger, folder, owed)


def _debt(ledger, folder, owed):
    service = ledger.enter(ledger.read(folder, "investment_debt_service.csv"))
    service = service.rename(columns={"creditor_iso3": "creditor", "debtor_iso3": "debtor"})
    service["measure"] = "service"
    service["instrument"] = service.instrument.map(SERVICE)
    service["note"] = ""
    owed = owed.rename(columns={"investor": "creditor", "host": "debtor"})
    owed["measure"] = "stock"
    owed["instrument"] = [_owed_instrument(r) for r in owed.itertuples()]
    owed["note"] = [
        clean_note(n) if s.startswith("page_") else ""
        for n, s in zip(owed.note, owed.source_id, strict=True)
    ]
    rows = pd.concat([owed, service])
    rows["value_usd"] = numbers(rows.value_usd)
    return rows


def _owed_instrument(row):
    if row.source_id == "ids_dod_one":
        return "official_multilateral" if row.creditor == "MUL" else "official_bilateral"
    return "export_import_bank" if row.source_id in EXIM else "all"


def short_title(title):
    """At most 25 words: without the list of linked projects, then cut at a clause."""
    title = re.sub(r"\s+", " ", re.sub(r"\s*\([Ll]inked to [^)]*\)", "", title)).strip()
    title = re.sub(r"\s*\(Additional Financing\)$", "", title) if len(title.split()) > 25 else title
    words = title.split()
    if len(words) <= 25:
        return title
    joints = [
        i
        for i, w in enumerate(words[:26])
        if w.lower() in ("for", "and", "to", "under", "via", "in", "—")
    ]
    return " ".join(words[: joints[-1] if joints else 25]).rstrip(" ,;—")


def projects(ledger, folder):
    rows = ledger.enter(ledger.read(folder, "investment_projects.csv"))
    rows = ledger.split(rows, ~rows.source_id.isin(LICENCE_NO), "licence mark `no`")
    kinds = rows.flow_type.str.split(" / ", n=1, expand=True).reindex(columns=[0, 1]).fillna("")
    rows["flow_type"] = kinds[0]
    rows["flow_class"] = (
        kinds[1]
        .map({"ODA-like": "oda_like", "OOF-like": "oof_like", "Vague (Official Finance)": "vague"})
        .fillna("")
    )
    rows["flow_basis"] = rows.note.str.contains("read from the title").map(
        {True: "read_from_title", False: "source"}
    )
    unadvised = rows.note.str.startswith("NOT recommended")
    rows["recommended"] = [
        "" if s != "gcof1" else str(not u).lower()
        for s, u in zip(rows.source_id, unadvised, strict=True)
    ]
    rows["collateralised"] = rows.collateralised.str.startswith("yes").map(
        {True: "true", False: ""}
    )
    rows["infrastructure"] = (rows.infrastructure == "Yes").map({True: "true", False: ""})
    rows["sector"] = rows.sector.str.capitalize()
    rows["title"] = rows.title.map(short_title)
    rows["completion_year"] = rows.completion_year.map(number)
    rows["amount_usd"] = rows.amount_usd.map(number)
    rows["host"] = rows.host_iso3
    rows["terms"] = ""
    return rows
