"""Rail between China and Europe: how much of it crosses Central Asia, in trains and in containers,
and beside the sea.

The figures are those that railways, ports and officials gave to the press. A figure printed as
'more than' is a lower bound, open at its end; a part of a year is never set against a whole one.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from typing import Literal

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..estimates.frame import Estimate, estimate_row, estimates
from ..estimates.measures import measure, tells
from ..ground.arguments import whole_number
from ..ground.errors import known_name
from ..ground.periods import years_back
from ..plots import style
from ..plots.needs import needs
from ..plots.pen import tight

ALL_ROUTES = "CHN-EUR rail, all routes"
TRANSIT = {
    "china_europe": "Transit through KAZ, CHN-EUR-CHN",
    "all_directions": "Transit through KAZ, all directions",
}
"""Kazakhstan's transit: between China and Europe alone (what the claim asks, by a narrow
definition), and in every direction (more than it asks: goods to other neighbours are in it)."""
PORTS = "Horgos + Alashankou"
_LOWER = "_lower_bound"


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["year", "fact_id"]).tail(1)


def _more_than(row: pd.DataFrame) -> float:
    """The end of a lower bound, moved by the smallest step where the figure is printed as 'more
    than'.
    """
    value = float(row["value"].iloc[0])
    return math.nextafter(value, math.inf) if row["attribute"].iloc[0].endswith(_LOWER) else value


@measure("economy.corridor_trains")
def corridor_trains(
    facts: pd.DataFrame,
    *,
    count: Literal["stated", "two_ports"] = "stated",
    before: int | None = None,
) -> list[Estimate]:
    """Share of China-Europe trains that cross the five, in per cent.

    facts: table `facts` (fact_id, subject, attribute, year, value, unit, source_id).
    count: 'stated', the newest share that an official gave; 'two_ports', the share of national
        trains at the two ports on Kazakhstan's border, 'more than' so many, so a lower bound.
    before: only figures of years before this one; all where not given.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row: an estimate by
    'stated', low (just above the figure printed) and high (100) by 'two_ports'; no such figure is
    recorded in `missing`.
    Raises UnknownNameError for another count.
    """
    known_name("count", count, ("stated", "two_ports"))
    early = facts[facts["year"].notna() & (facts["unit"] == "percent")]
    when = ""
    if before is not None:
        early, when = early[early["year"] < whole_number("before", before)], f" before {before}"
    if count == "stated":
        row = _newest(
            early[
                (early["subject"] == "CA5") & (early["attribute"] == "share_of_China_Europe_trains")
            ]
        )
        if row.empty:
            return [estimate_row(missing=f"no share of trains is stated for a year{when}".rstrip())]
        return [estimate_row(row, estimate=float(row["value"].iloc[0]))]
    row = _newest(
        early[
            (early["subject"] == PORTS)
            & early["attribute"].str.startswith("share_of_national_trains")
        ]
    )
    if row.empty:
        return [estimate_row(missing=f"no share of national trains at the two ports{when}")]
    return [estimate_row(row, low=_more_than(row), high=100.0, interval="'more than' to all")]


def _whole_years(facts: pd.DataFrame, subject: str) -> pd.DataFrame:
    """TEU of whole years, one row per year (period is the year alone); a bound stands only where
    there is no count.
    """
    rows = facts[
        (facts["subject"] == subject)
        & facts["attribute"].isin(["containers", f"containers{_LOWER}"])
        & (facts["unit"] == "TEU")
        & facts["period"].astype(str).str.fullmatch(r"\d{4}")
    ]
    return (
        rows.sort_values(["year", "attribute"])
        .drop_duplicates("year")
        .set_index("year", drop=False)
    )


@measure("economy.corridor_containers")
def corridor_containers(
    facts: pd.DataFrame,
    *,
    transit: Literal["range", "china_europe", "all_directions"] = "range",
    year: str = "newest",
) -> list[Estimate]:
    """Share of the containers on China-Europe trains that cross Kazakhstan, in per cent.

    facts: table `facts` (subject, attribute, period, year, value, unit, source_id); whole years in
        TEU only.
    transit: 'range', from the narrow count of transit to the wide one, both over China's total, in
        the newest year with all three; 'china_europe' or 'all_directions', one count as printed
        over that total.
    year: 'newest', 'newest-1', ...
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row: low and high by
    'range', else an estimate; no year with both counts is recorded in `missing`. The narrow count
    may leave out what China calls China-Europe, the wide one holds other goods.
    Raises UnknownNameError for another transit, UsageError for another `year`.
    """
    known_name("transit", transit, ("range", *TRANSIT))
    total = _whole_years(facts, ALL_ROUTES)
    wanted = list(TRANSIT) if transit == "range" else [transit]
    counts = {name: _whole_years(facts, TRANSIT[name]) for name in wanted}
    years = sorted(
        set(total.index).intersection(*(set(c.index) for c in counts.values())), reverse=True
    )
    back = years_back(year)
    if len(years) <= back:
        found = {0: "no whole year", 1: "one whole year"}.get(
            len(years), f"{len(years)} whole years"
        )
        return [estimate_row(missing=f"{found} with transit and total in TEU")]
    at = years[back]
    shares = {
        name: 100 * float(c.loc[at, "value"]) / float(total.loc[at, "value"])
        for name, c in counts.items()
    }
    used = pd.concat([total.loc[[at]], *(c.loc[[at]] for c in counts.values())])
    if transit == "range":
        low, high = shares["china_europe"], min(shares["all_directions"], 100.0)
        return [estimate_row(used, low=low, high=high, interval="narrow to wide count of transit")]
    return [estimate_row(used, estimate=min(shares[transit], 100.0))]


@measure("economy.corridor_scale")
@tells("trains", "boxes")
def corridor_scale(
    facts: pd.DataFrame,
    *,
    scale: Literal["import_value", "stated", "containers"] = "import_value",
    before: int | None = None,
) -> list[Estimate]:
    """What the rail corridor is of trade between China and Europe, in per cent, as bounds.

    facts: table `facts`, as in `corridor_containers`.
    scale: 'import_value', rail's part of the value of EU imports from China; 'stated', a share of
        'trade' of no stated base; 'containers', rail both ways over that plus the sea westbound
        alone (the sea eastbound is not at hand, so the upper bound is a loose one).
    before: only figures of years before this one; all where not given.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, without an estimate. high:
    all rail routes; low: the part of them that the narrow count of containers gives to Kazakhstan
    (zero where that count is not at hand). No figures on this scale are recorded in `missing`.
    Tells the corridor's part of rail alone, of `trains` and of containers (`boxes`).
    Raises UnknownNameError for another scale.
    """
    when = "" if before is None else f" before {before}"
    if before is not None:
        facts = facts[facts["year"] < whole_number("before", before)]
    known: dict[str, Callable[[], tuple[pd.DataFrame, float | None]]] = {
        "import_value": lambda: _one(facts, "CHN-EU imports by rail", "share_of_import_value"),
        "stated": lambda: _one(facts, ALL_ROUTES, "share_of_trade"),
        "containers": lambda: _sea(facts),
    }
    known_name("scale", scale, tuple(known))
    used, share = known[scale]()
    if share is None:
        what = f"no figures for rail beside other ways by {scale.replace('_', ' ')}{when}"
        return [estimate_row(missing=what)]
    trains, boxes = corridor_trains(facts).iloc[0], corridor_containers(facts).iloc[0]
    low = share * float(boxes["low"]) / 100 if pd.notna(boxes["low"]) else 0.0
    about = {
        "trains": "" if trains["missing"] else f"{trains['estimate']:.0f}%",
        "boxes": "" if boxes["missing"] else f"{boxes['low']:.0f} to {boxes['high']:.0f}%",
    }
    why = "the narrow count's part of rail to all of it"
    return [estimate_row(used, low=low, high=share, interval=why, about=about)]


def _one(facts: pd.DataFrame, subject: str, attribute: str) -> tuple[pd.DataFrame, float | None]:
    row = _newest(
        facts[
            (facts["subject"] == subject)
            & (facts["attribute"] == attribute)
            & (facts["unit"] == "percent")
        ]
    )
    return row, float(row["value"].iloc[0]) if len(row) else None


def _sea(facts: pd.DataFrame) -> tuple[pd.DataFrame, float | None]:
    """Rail both ways over rail plus sea westbound, in the newest year of the sea; the longest part
    of it for rail.
    """
    boxes = facts[(facts["attribute"] == "containers") & (facts["unit"] == "TEU")]
    sea = _newest(boxes[boxes["subject"] == "CHN-Europe by sea, westbound"])
    rail = (
        boxes[(boxes["subject"] == ALL_ROUTES) & boxes["year"].isin(sea["year"])]
        .sort_values("value")
        .tail(1)
    )
    if sea.empty or rail.empty:
        return sea, None
    by_rail, by_sea = float(rail["value"].iloc[0]), float(sea["value"].iloc[0])
    return pd.concat([sea, rail]), 100 * by_rail / (by_rail + by_sea)


def corridor_shares(facts: pd.DataFrame) -> pd.DataFrame:
    """Every share of China-Europe rail that crosses the five or one port, for a picture.

    facts: table `facts`, as in `corridor_containers`.
    Returns unit ('trains' or 'containers'), what, year, low, high (per cent; equal where one figure
    is printed), kind ('whole': of the corridor; 'part': one port or company, a lower bound by
    itself), sources (tuple); no row for a figure that is not at hand.
    """
    rows: list[dict[str, object]] = []

    def add(unit: str, what: str, kind: str, estimate: pd.DataFrame) -> None:
        found = estimate.iloc[0]
        if found["missing"]:
            return
        ends = (
            (found["estimate"],) * 2
            if pd.notna(found["estimate"])
            else (found["low"], found["high"])
        )
        rows.append(
            {
                "unit": unit,
                "what": what,
                "year": found["last_year"],
                "low": ends[0],
                "high": ends[1],
                "kind": kind,
                "sources": found["sources"],
            }
        )

    add("trains", "stated by China's foreign ministry", "whole", corridor_trains(facts))
    add("trains", "the two ports, 'more than'", "whole", corridor_trains(facts, count="two_ports"))
    for unit, attribute in (
        ("trains", "share_of_national_trains"),
        ("containers", "share_of_national_TEU"),
    ):
        row, share = _one(facts, "Alashankou rail port (CHN side)", attribute)
        if share is not None:
            add(
                unit,
                "Alashankou alone, January to April",
                "part",
                estimates([estimate_row(row, estimate=share)]),
            )
    add("containers", "between narrow and wide count", "whole", corridor_containers(facts))
    company, total = (
        _whole_years(facts, "UTLC ERA (KAZ-RUS-BLR broad gauge)"),
        _whole_years(facts, ALL_ROUTES),
    )
    if common := sorted(set(company.index) & set(total.index)):
        at = common[-1]
        share = 100 * float(company.loc[at, "value"]) / float(total.loc[at, "value"])
        used = pd.concat([company.loc[[at]], total.loc[[at]]])
        add(
            "containers",
            "one joint company alone",
            "part",
            estimates([estimate_row(used, estimate=share)]),
        )
    return pd.DataFrame(rows, columns=["unit", "what", "year", "low", "high", "kind", "sources"])


@needs("frame", "{group}", "what", "year", "low", "high", "kind")
def share_ranges(
    frame: pd.DataFrame, *, bar: float, bar_label: str, group: str = "unit", right: float = 100.0
) -> Figure:
    """Shares by group as a dot (one figure) or a bar (a range), with a dashed line at the declared
    bar.

    frame: columns `group`, what, year, low, high (per cent), kind ('whole', or 'part': hollow, a
        lower bound by itself).
    """
    with style.context():
        figure, ax = plt.subplots(
            figsize=(style.WIDE, 0.9 + 0.46 * (len(frame) + frame[group].nunique()))
        )
        ticks, labels, y = [], [], 0.0
        for name, part in frame.groupby(group, sort=False):
            ax.text(
                0, y, str(name).capitalize(), fontweight="bold", fontsize=style.TITLE, va="center"
            )
            for row in part.itertuples():
                y += 1
                whole = row.kind == "whole"
                colour = style.HIGHLIGHT if whole else style.OTHER
                if row.high > row.low:
                    ax.plot(
                        [row.low, row.high],
                        [y, y],
                        color=colour,
                        linewidth=7,
                        alpha=0.55,
                        solid_capstyle="butt",
                    )
                else:
                    face = colour if whole else "none"
                    ax.scatter(
                        [row.low],
                        [y],
                        s=52,
                        facecolors=face,
                        edgecolors=colour,
                        linewidths=1.6,
                        zorder=3,
                    )
                ends = (
                    f"{row.low:.0f}" if row.high == row.low else f"{row.low:.0f} to {row.high:.0f}"
                )
                ax.annotate(
                    ends,
                    (row.high, y),
                    xytext=(8, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=style.LABEL,
                    bbox=style.CLEAR,
                )
                ticks.append(y)
                labels.append(textwrap.fill(f"{row.what}, {int(row.year)}", 30))
            y += 1.2
        ax.axvline(bar, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
        ax.annotate(
            bar_label,
            (bar, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -2),
            textcoords="offset points",
            fontsize=style.TICK,
            color=style.MUTED,
            va="top",
        )
        ax.set_yticks(ticks, labels, fontsize=style.LABEL)
        ax.set_ylim(y - 0.4, -0.7)
        ax.set_xlim(0, right * 1.1)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        ax.set_xlabel("per cent")
        style.bare(ax, y=False)
        tight(figure)
    return figure
