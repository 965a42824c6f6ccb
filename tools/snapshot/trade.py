"""The table `trade`: bilateral trade as one economy reports it."""

import pandas as pd
from common import CA5, CODES, numbers

KEY = ["reporter", "partner", "year", "flow", "product", "source_id"]
FOB_IMPORTERS = {"USA", "CAN"}
LARGEST = 80


def _rename(frame):
    return frame.rename(columns={"reporter_iso3": "reporter", "partner_iso3": "partner"})


def _tidy(frame):
    for column in ("reporter", "partner"):
        frame[column] = frame[column].replace(CODES)
    frame["year"] = frame["year"].astype(str)
    frame["value_usd"] = numbers(frame["value_usd"])
    return frame


def _same(new, old, what):
    """Rows of `new` whose key is in `old`; stops if a value differs."""
    both = new.merge(old[[*KEY, "value_usd"]], on=KEY, how="left", suffixes=("", "_old"))
    seen = both["value_usd_old"].notna()
    apart = seen & (both["value_usd"] != both["value_usd_old"])
    if apart.any():
        raise ValueError(f"{what}: {int(apart.sum())} rows differ from rows already taken")
    return seen.to_numpy()


def _world(ledger, folder, taken):
    """What the gravity model and China's full import list need from the world file."""
    world = ledger.read(folder, "world_bilateral.parquet")
    ledger.enter(world)
    ledger.leave(world[world.source_id == "COW_TRADE4"], "licence mark `no`")
    others = world[
        world.source_id.isin(["COMTRADE_2021X", "UNCTAD_TMATRIX", "WITS_CHN_2022X"])
    ].rename(columns={"exporter_iso3": "reporter", "importer_iso3": "partner"})
    others = _tidy(others.assign(flow="export", product="TOTAL"))
    seen = _same(others, taken, "world_bilateral")
    ledger.leave(others[seen], "same key and value as a row of trade_bilateral.csv")
    ledger.leave(
        others[~seen],
        "pairs beyond the five and China: no claim needs them, and the snapshot stays small",
    )
    exports = world[world.source_id == "PENPPML"]
    recent = exports[exports.year == 2016]
    size = (
        recent.groupby("exporter_iso3")
        .value_usd.sum()
        .add(recent.groupby("importer_iso3").value_usd.sum(), fill_value=0)
    )
    ranked = sorted(size.index, key=lambda c: (-size[c], c))
    chosen = set(ranked[:LARGEST]) | set(CA5)
    exports = ledger.split(
        exports, exports.year >= 1992, "before 1992: the five do not trade as states yet"
    )
    exports = ledger.split(
        exports,
        exports.exporter_iso3.isin(chosen) & exports.importer_iso3.isin(chosen),
        "outside the 80 largest traders of 2016 and the five",
    )
    exports = exports.rename(columns={"exporter_iso3": "reporter", "importer_iso3": "partner"})
    exports["flow"] = "export"
    chapters = world[world.source_id == "WTO_HSM"]
    chapters = ledger.split(
        chapters,
        chapters.importer_iso3 == "CHN",
        "importers other than China outside trade with the five: no claim needs them",
    )
    imf = world[world.source_id == "IMF_IMTS_CHN_M"]
    imports = pd.concat([chapters, imf]).rename(
        columns={"importer_iso3": "reporter", "exporter_iso3": "partner"}
    )
    imports["flow"] = "import"
    found = pd.concat([exports, imports])
    found["product"] = "TOTAL"
    found = _tidy(found)
    seen = _same(found, taken, "world_bilateral")
    return ledger.split(found, ~seen, "same key and value as a row of trade_bilateral.csv")


def anchors(ledger, folder):
    """Press figures on trade: (full-year flows of a pair, everything else)."""
    files = ["trade_press_anchors.csv", "trade_press_anchors_china.csv"]
    press = ledger.enter(_rename(pd.concat([ledger.read(folder, f) for f in files])))
    press = ledger.split(
        press,
        press.source_id != "PRESS_TURKMENPORTAL_22006",
        "same page and figure as PRESS_TURKMENPORTAL_22006B",
    )
    whole = (press.period == "full year") & press.flow.isin(["export", "import"])
    pair = ~press.reporter.isin(["CA5"]) & ~press.partner.isin(["CA5"])
    return press[whole & pair].copy(), press[~(whole & pair)].copy()


def _valuation(row):
    if row.source_id == "UZB_STAT" or row.source_id.startswith("PRESS_"):
        return "unknown"
    if row.flow == "export" or row.reporter in FOB_IMPORTERS:
        return "fob"
    return "cif"


def build(ledger, folder, energy_trade, press):
    """All rows of the table. `energy_trade`: trade rows of the energy file; `press`: full years of a pair."""
    main = pd.concat(
        [
            ledger.read(folder, "trade_bilateral.csv"),
            ledger.read(folder, "trade_bilateral_china.csv"),
        ]
    )
    main = _tidy(ledger.enter(_rename(main)))
    main = ledger.split(main, main.source_id != "COW_TRADE4", "licence mark `no`")
    main = ledger.split(
        main, main.partner != "CAR", "partner code CAR is unresolved (2 rows, 66 thousand USD)"
    )
    chapters = _tidy(ledger.enter(_rename(ledger.read(folder, "trade_hs2.csv.gz"))))
    seen = _same(chapters, main, "trade_hs2")
    chapters = ledger.split(chapters, ~seen, "same key and value as a row of trade_bilateral.csv")
    rows = pd.concat([main, chapters])
    rows = pd.concat([rows, _world(ledger, folder, rows)])
    energy_trade = _tidy(energy_trade)
    seen = _same(energy_trade, rows, "energy trade rows")
    energy_trade = ledger.split(
        energy_trade, ~seen, "a trade figure: same key and value as a row of `trade`"
    )
    rows = pd.concat([rows, energy_trade, _tidy(press.assign(product="TOTAL"))])
    rows["valuation"] = [_valuation(r) for r in rows.itertuples()]
    services = (rows.source_id == "UZB_STAT") | (
        rows.source_id.str.startswith("PRESS_") & (rows.reporter == "UZB")
    )
    rows["scope"] = services.map({True: "goods_and_services", False: "goods"})
    return rows


def audit_trail(ledger, folder):
    """The yuan file stands behind the GACC rows; it brings no figure of its own."""
    yuan = ledger.enter(ledger.read(folder, "gacc_country_2023_2025_cny.csv"))
    ledger.leave(yuan, "audit trail in yuan of the GACC rows: the converted figures are in `trade`")
