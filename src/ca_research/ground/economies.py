"""Economies and aggregates: their codes, their names, and who belongs to what, when.

Economies are ISO 3166-1 alpha-3 codes (registry/economies.csv). An aggregate is a code that stands
for several economies or for no single one; it is never ranked or summed beside its members.
Membership carries dates: `members("EU", 2012)` is not `members("EU", 2021)`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import paths
from .errors import AggregateError, RegistryError, UnknownNameError
from .remember import by_files
from .textfiles import Unreadable, read_csv

CA5 = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
"""The five economies of the article, in alphabetical order of code."""

PARTNERS = ("CHN", "RUS", "EU27", "USA", "TUR", "IND", "JPN", "KOR", "IRN")
"""The partners that the article's claims compare."""

Members = Mapping[str, tuple[int, int | None]]
"""Economy -> first year, last year (None: still a member)."""

_EU27 = tuple(
    [
        "AUT",
        "BEL",
        "BGR",
        "HRV",
        "CYP",
        "CZE",
        "DNK",
        "EST",
        "FIN",
        "FRA",
        "DEU",
        "GRC",
        "HUN",
        "IRL",
        "ITA",
        "LVA",
        "LTU",
        "LUX",
        "MLT",
        "NLD",
        "POL",
        "PRT",
        "ROU",
        "SVK",
        "SVN",
        "ESP",
        "SWE",
    ]
)
_EU_SINCE = {
    1958: "BEL DEU FRA ITA LUX NLD",
    1973: "DNK GBR IRL",
    1981: "GRC",
    1986: "ESP PRT",
    1995: "AUT FIN SWE",
    2004: "CYP CZE EST HUN LTU LVA MLT POL SVK SVN",
    2007: "BGR ROU",
    2013: "HRV",
}
_CIS: Members = {
    code: (1992, None) for code in ["ARM", "AZE", "BLR", "KAZ", "KGZ", "MDA", "RUS", "TJK", "UZB"]
} | {
    "GEO": (1993, 2009),
    "UKR": (1992, 2018),
}
_SCO: Members = {code: (2001, None) for code in ["CHN", "KAZ", "KGZ", "RUS", "TJK", "UZB"]} | {
    "IND": (2017, None),
    "PAK": (2017, None),
    "IRN": (2023, None),
    "BLR": (2024, None),
}
_EAEU: Members = {code: (2015, None) for code in ["ARM", "BLR", "KAZ", "KGZ", "RUS"]}
_OTS: Members = {code: (2009, None) for code in ["AZE", "KAZ", "KGZ", "TUR"]} | {
    "UZB": (2019, None)
}


@dataclass(frozen=True)
class Aggregate:
    """A code that is no single economy. `members` maps an economy to (first year, last year or
    None).
    """

    code: str
    name: str
    members: Members = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    note: str = ""


def _always(codes: tuple[str, ...] | list[str]) -> Members:
    return {code: (0, None) for code in codes}


def _eu() -> Members:
    dated: dict[str, tuple[int, int | None]] = {
        code: (year, None) for year, codes in _EU_SINCE.items() for code in codes.split()
    }
    return dated | {"GBR": (1973, 2019)}  # left on 31 January 2020


_DECLARED = (
    Aggregate("WLD", "World", aliases=("All partners", "Total"), note="every economy"),
    Aggregate(
        "EU",
        "European Union (membership of the year)",
        _eu(),
        ("European Union",),
        "changing membership",
    ),
    Aggregate(
        "EU27",
        "European Union (27 members of 2020)",
        _always(_EU27),
        ("EU-27", "EU 27"),
        "fixed membership",
    ),
    Aggregate(
        "EUI",
        "EU institutions",
        aliases=("European Commission",),
        note="a donor, not a sum of members",
    ),
    Aggregate("CA5", "Central Asia (five)", _always(CA5), ("C5", "Central Asia")),
    Aggregate("CA4", "Central Asia without Turkmenistan", _always([c for c in CA5 if c != "TKM"])),
    Aggregate(
        "CIS", "Commonwealth of Independent States", _CIS, note="as the reporting office counts it"
    ),
    Aggregate(
        "SCO", "Shanghai Cooperation Organisation", _SCO, note="as the reporting office counts it"
    ),
    Aggregate("EAEU", "Eurasian Economic Union", _EAEU),
    Aggregate("OTS", "Organization of Turkic States", _OTS),
    Aggregate("CASC", "Central Asia and South Caucasus", note="as a source groups them"),
    Aggregate("UNGA", "UN General Assembly", note="a body, not a sum of members"),
    Aggregate("UNHRC", "UN Human Rights Council", note="a body, not a sum of members"),
    Aggregate("AIIB", "Asian Infrastructure Investment Bank", note="a bank, not a sum of members"),
    Aggregate("BIL", "All official bilateral creditors"),
    Aggregate("MUL", "All multilateral creditors"),
    Aggregate(
        "OTHER_CIS",
        "Other CIS",
        note="a rest group of the energy review; an upper bound for Central Asia",
    ),
    Aggregate("OTHER_FSU", "Other former Soviet Union", note="a rest group of the energy review"),
    Aggregate(
        "S19", "Other Asia, not elsewhere specified", note="in Comtrade practice mostly Taiwan"
    ),
    Aggregate("_X", "Areas not specified"),
    Aggregate("GLOBAL", "Several economies, unspecified"),
)
AGGREGATES: dict[str, Aggregate] = {a.code: a for a in _DECLARED}


@by_files("economies.csv")
def _economies() -> dict[str, tuple[str, tuple[str, ...]]]:
    file = paths.registry_dir() / "economies.csv"
    try:
        rows = [row for _, row in read_csv(file.read_bytes())]
        return {
            r["code"]: (r["name"], tuple(a for a in r["aliases"].split(";") if a)) for r in rows
        }
    except OSError as error:
        raise RegistryError(
            "the list of economies cannot be read", where=str(file), hint=str(error)
        ) from error
    except Unreadable as fault:
        raise RegistryError(
            fault.what, where=fault.place("registry/economies.csv"), hint="mend the file"
        ) from None
    except KeyError as name:
        raise RegistryError(
            f"no column {name}", where="registry/economies.csv", hint="columns: code, name, aliases"
        ) from None


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", " ", plain.casefold()).strip()


@by_files("economies.csv")
def _names() -> dict[str, str]:
    known: dict[str, str] = {}
    for code, (name, aliases) in _economies().items():
        known |= {_fold(label): code for label in (code, name, *aliases)}
    for code, agg in AGGREGATES.items():
        known |= {_fold(label): code for label in (code, agg.name, *agg.aliases)}
    return known


def codes() -> frozenset[str]:
    """All codes a table may use: economies and aggregates."""
    return frozenset(_economies()) | frozenset(AGGREGATES)


def resolve(name: str) -> str:
    """Code of an economy or aggregate given by code or name ('Kazakhstan', 'Turkey', 'Türkiye',
    'EU').

    Raises UnknownNameError with suggestions.
    """
    code = _names().get(_fold(str(name)))
    if code is None:
        labels = [n for n, _ in _economies().values()] + list(AGGREGATES) + list(_economies())
        raise UnknownNameError("economy", name, labels)
    return code


def name_of(code: str) -> str:
    """Short English name of a code."""
    if code in AGGREGATES:
        return AGGREGATES[code].name
    return _economies()[code][0] if code in _economies() else code


def is_aggregate(code: str) -> bool:
    return code in AGGREGATES


def members(code: str, year: int) -> tuple[str, ...]:
    """Economies of an aggregate in a year (empty where membership is not a list of economies)."""
    return tuple(
        sorted(
            e
            for e, (a, b) in AGGREGATES[code].members.items()
            if a <= year and (b is None or year <= b)
        )
    )


def refuse_overlap(used: list[str] | set[str], year: int, *, where: str = "") -> None:
    """Raise AggregateError where an aggregate stands beside one of its members (or `WLD` beside
    anyone).
    """
    used = set(used)
    for code in sorted(used & set(AGGREGATES)):
        inside = used - {code} if code == "WLD" else used & set(members(code, year))
        if inside:
            raise AggregateError(
                f"{code} stands beside its members {', '.join(sorted(inside)[:5])}",
                where=where or f"year {year}",
                hint="keep the aggregate or the members, not both (aggregates are flagged in "
                "`is_aggregate`)",
            )
