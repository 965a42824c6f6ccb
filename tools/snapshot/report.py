"""docs/snapshot.md: what came in, what is kept, and the reason for every row left out."""

import pandas as pd
import rules
from people import GALLUP_KEPT

HEAD = """# How the snapshot was compiled

`data/raw` is the embedded snapshot: published figures copied into tidy tables, one row, one figure, one source.
It was compiled from a folder of figures by `tools/snapshot/compile.py`; the folder itself is not part of the project. This page is written by the same script.

## Principles
- Nothing is interpolated, estimated or corrected. Two sources that disagree both stay; choosing is the work of a claim's specification.
- One figure lives in one table. A row that stands twice is kept once, after a check that the two agree.
- Missing is not zero. A zero that means 'no report' is left out; a zero that is a report stays.
- What a note told apart (concessional or not, preliminary or revised, floor or figure) became a column.
- Sources marked `no` stay out, but for two excerpts named below. Sources marked `figures` bring cited figures only.
- The script stops unless, for every file and source, rows in (and rows made) equal rows kept and rows left out.

"""

DEFECTS = """## Known defects and how they were handled
| defect | here |
|---|---|
| Mirror gaps; COW_TRADE4 changes its reporter | both reports of a flow are kept; COW_TRADE4 is out (licence), 32 figures derived from it are marked by their source |
| WTO_HSM has gaps for TKM; `EU` changes its members | gaps stay gaps; `EU` and `EU27` are kept apart as codes |
| UZB_STAT includes services and is incomplete by country | column `scope`; valuation unknown |
| KAZ_BNS and the Kazakh panel are one origin | one origin group |
| KAZ from RUS 2010 (half a year), KAZ from UZB 2018, PENPPML for KAZ in 2000 and for oil exporters, UNCTAD 2015 for KAZ, KGZ world rows below the sum of partners | rows as published; claims that need these cells must say which source they take |
| GDP vintages differ (UZB, IRN, TKM) | every vintage is kept under its source |
| `degree` has two meanings for China | the source tells them apart; the ministry's own and UIS are never one series |
| TKM outbound 2018 repeats 2016 | left out |
| KOR stock in KAZ at the end of 2016 | left out: missing, not zero |
| one_net_flows `official_loan` has two rows per cell | column `instrument`: concessional and non_concessional, to be added |
| Running totals dated to one year | measures `*_cumulative` and `contracted_turnover` keep their name, and are no flow |
| Zeros that mean no report in the investment shares of GDP | left out |
| students_in_CHN and gas imports stand twice | kept once, after checking that they are equal |
| Long project titles | cut at a clause to at most 25 words; links to other projects dropped |
| First C5+1 summit: 19 or 21 September 2023 | both dates are rows of `events`: F-USA-8 (a page dated 20 September that reports the meeting as held on the Tuesday, the 19th) and F-USA-8-STATE (the State Department's list, the 21st). The 19th holds: the page was printed before the 21st |
| Belt and Road dates of 2013-12 look like placeholders | kept, with `date_bound` placeholder; 'by 2015' is 2015 with `date_bound` by |
| CAR, an unresolved partner code | left out |
| Codes C5, EUU, CA+SC, ALL | written CA5, EU27, CASC, WLD; lists joined by `+` are joined by `;` |

## Columns made from notes
| table | column | from |
|---|---|---|
| trade | valuation, scope | description of the source: exports f.o.b., imports c.i.f. except USA and CAN; unknown for press figures and UZB_STAT |
| investment | instrument, stage, revision, year_basis, bound | note and source: concessional or not, AidData class, commitment or disbursement, PRELIMINARY/REVISED, fiscal year, more than/almost |
| debt | instrument | note: all debt, or debt to China's Export-Import Bank alone |
| projects | flow_class, flow_basis, recommended | second half of the flow type; note 'read from the title'; note 'NOT recommended' (only gcof1 marks rows, elsewhere empty) |
| students | precision, statistic, flag | note: floor, rounded, estimate flags of UIS, DERIVED, intake |
| culture | unit, bound | measure and note |
| events | date_bound | date cell and note |
| visits | dates, completeness, planned, period | note and year cell |
| opinion, facts | year | last year named in the period |

"""


def _files(frames, files):
    lines = ["## Files to tables", "| table | file of the figures folder | rows |", "|---|---|---|"]
    for table, frame in frames.items():
        for name, n in frame.groupby("_file").size().items():
            lines.append(f"| {table} | {name} | {n} |")
    lines += ["", "| file in data/raw | rows | bytes |", "|---|---|---|"]
    lines += [f"| {name} | {n} | {size} |" for name, (_, n, size) in sorted(files.items())]
    return "\n".join(lines) + "\n\n"


def _balance(ledger, frames):
    """Rows in, made, kept and left out per input file."""
    names = sorted({k[0] for k in ledger.came_in})
    lines = [
        "## Rows in, kept and left out",
        "| file | in | made here | kept | left out |",
        "|---|---|---|---|---|",
    ]
    held = (
        pd.concat([f[["_file", "source_id"]] for f in frames.values()])
        .groupby(["_file", "source_id"])
        .size()
    )
    for name in names:
        came = sum(n for k, n in ledger.came_in.items() if k[0] == name)
        made = sum(n for k, n in ledger.extra.items() if k[0] == name)
        left = sum(n for k, n in ledger.left.items() if k[0] == name)
        stay = int(held.get(name, pd.Series(dtype=int)).sum())
        lines.append(f"| {name} | {came} | {made} | {stay} | {left} |")
    lines += [
        "",
        "Not read: `icio2022_intermediate_goods.parquet`, `wits_import_shares_60reporters.parquet`, "
        "`world_bilateral_extra.parquet` (benchmarks and oracles only; no claim needs them).",
        "",
    ]
    lines += ["### Every row left out", "| file | source | rows | reason |", "|---|---|---|---|"]
    lines += [f"| {f} | {s} | {n} | {r} |" for (f, s, r), n in sorted(ledger.left.items())]
    lines += ["", "### Rows made here", "| file | source | rows | what |", "|---|---|---|---|"]
    lines += [f"| {f} | {s} | {n} | {r} |" for (f, s, r), n in sorted(ledger.extra.items())]
    return "\n".join(lines) + "\n\n"


def _excerpts():
    lines = [
        "## Excerpts of sources marked `no`",
        "- `wiiw_kaz_fdi` (original: National Bank of Kazakhstan): end-year stock of direct investment of CHN, HKG, RUS, USA, "
        "NLD, TUR, KOR, FRA and WLD in KAZ, 2010-2021.",
    ]
    for source, cells in sorted(GALLUP_KEPT.items()):
        listed = ", ".join(f"{e} {y}" for e, y in sorted(cells))
        lines.append(f"- `{source}`: approval of leadership, single values: {listed}.")
    lines.append(
        "- The six Gallup rows of `evidence` name no other values than these. Values and rows together: 30."
    )
    return "\n".join(lines) + "\n\n"


def _origins(listing):
    lines = ["## Origin groups", "| group | sources | why |", "|---|---|---|"]
    for group, rows in listing.groupby("origin_group"):
        if len(rows) > 1:
            why = rules.ORIGIN_NOTE.get(
                group,
                "one page under several names"
                if group in set(listing.source_id) and group not in rules.ORIGIN
                else "one publisher or office behind all",
            )
            lines.append(f"| {group} | {', '.join(rows.source_id)} | {why} |")
    return "\n".join(lines) + "\n\n"


def _counts(frames):
    lines = [
        "## Rows per source",
        "| source | " + " | ".join(frames) + " |",
        "|---" * (len(frames) + 1) + "|",
    ]
    sources = sorted(set().union(*(set(f.source_id) for f in frames.values())))
    counts = {t: f.source_id.value_counts() for t, f in frames.items()}
    for source in sources:
        lines.append(
            f"| {source} | " + " | ".join(str(counts[t].get(source, "")) for t in frames) + " |"
        )
    return "\n".join(lines) + "\n"


def text(ledger, frames, files, listing):
    """The whole page."""
    return (
        HEAD
        + _files(frames, files)
        + _balance(ledger, frames)
        + _excerpts()
        + DEFECTS
        + _origins(listing)
        + _counts(frames)
    )
