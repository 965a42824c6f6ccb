"""Economies and aggregates: their codes, their names, and who belongs to what, when.

Economies are ISO 3166-1 alpha-3 codes. An aggregate is a code that stands for several economies or
for no single one; it is never ranked or summed beside its members. Membership carries dates:
`members("EU", 2012)` is not `members("EU", 2021)`. All of it is data: registry/economies.csv, where
`kind` is 'aggregate' for these and `member_of` names an economy's groups, each with its years where
they changed ('CA5;EU:1973-2019;SCO:2017-').

What else may stand for an economy (ISO's two letters, the UN's numbers, names as publishers print
them in English, Russian and Chinese) is resolved here and nowhere else: from the aliases of that
file, then from the Common Locale Data Repository (Babel).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import paths
from .arguments import several, whole_number
from .errors import AggregateError, RegistryError, UnknownNameError, suggest
from .remember import by_files
from .textfiles import registered_rows

__all__ = [
    "AGGREGATES",
    "CA5",
    "Aggregate",
    "codes",
    "in_prose",
    "is_aggregate",
    "members",
    "name_of",
    "resolve",
]


def __dir__() -> list[str]:
    return __all__


Members = Mapping[str, tuple[int, int | None]]
"""Economy -> first year, last year (None: still a member)."""

_MEMBERSHIP = re.compile(r"(?P<group>[A-Z0-9_]+)(?::(?P<first>\d{4})-(?P<last>\d{4})?)?")


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


@by_files("economies.csv")
def _rows() -> list[tuple[int, dict[str, str]]]:
    """Rows of registry/economies.csv with their lines."""
    return registered_rows(paths.registry_dir() / "economies.csv")


def _listed(joined: str) -> tuple[str, ...]:
    return tuple(part for part in joined.split(";") if part)


@by_files("economies.csv")
def _read_aggregates() -> dict[str, Aggregate]:
    rows = [row for _, row in _rows() if row["kind"] == "aggregate"]
    members: dict[str, dict[str, tuple[int, int | None]]] = {row["code"]: {} for row in rows}
    for line, row in _rows():
        for group in _listed(row["member_of"]):
            match = _MEMBERSHIP.fullmatch(group)
            if match is None or match["group"] not in members:
                raise RegistryError(
                    f"{row['code']} is a member of {group!r}, which is no aggregate with its years",
                    where=f"registry/economies.csv, line {line}",
                    hint="write an aggregate of this list: CA5, EU:1973-2019 or SCO:2017-",
                )
            years = int(match["first"] or 0), int(match["last"]) if match["last"] else None
            members[match["group"]][row["code"]] = years
    return {
        r["code"]: Aggregate(
            r["code"], r["name"], members[r["code"]], _listed(r["aliases"]), r["note"]
        )
        for r in rows
    }


class _Aggregates(Mapping[str, Aggregate]):
    """The aggregates of the project by code, read when they are asked for."""

    def __getitem__(self, code: str) -> Aggregate:
        return _read_aggregates()[code]

    def __contains__(self, code: object) -> bool:
        return code in _read_aggregates()

    def __iter__(self) -> Iterator[str]:
        return iter(_read_aggregates())

    def __len__(self) -> int:
        return len(_read_aggregates())

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)


@dataclass(frozen=True)
class _Group(Sequence[str]):
    """Codes of an aggregate without dates, in alphabetical order, read when they are asked for.

    A default argument that is one thus holds in every project and costs no import.
    """

    code: str

    @property
    def codes(self) -> tuple[str, ...]:
        group = _read_aggregates().get(self.code)
        return tuple(sorted(group.members)) if group else ()

    def __getitem__(self, at: Any) -> Any:
        return self.codes[at]

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)  # read once and not for each

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.codes == tuple(other)

    def __hash__(self) -> int:
        return hash(self.codes)

    def __repr__(self) -> str:
        return repr(self.codes)


AGGREGATES = _Aggregates()
"""Every aggregate of the project by its code."""
RESIDUALS = ("_X", "S19")
"""Partners that are no economies, but the members of none: a total may hold them beside
economies.
"""
CA5 = _Group("CA5")
"""The five economies of Central Asia."""


_SHORT = {
    **{"rep": "republic", "dem": "democratic", "fed": "federal", "terr": "territory"},
    **{"isl": "islands", "isds": "islands", "is": "islands", "st": "saint", "br": "british"},
}
"""Words as publishers shorten them."""
_SMALL = {"the", "of", "and", "a", "der"}
_FORMAL = {
    *("republic", "kingdom", "state", "union", "islamic", "arab", "federal"),
    *("bolivarian", "plurinational", "principality"),
}
"""Words of an official name that tell nothing beside a name that is known; 'democratic' does."""
_FORMER = {"SUN", "YMD", "CSK", "YUG", "SCG", "DDR", "VDR", "ANT", "ROM", "ZAR", "TMP", "BUR"}
"""States that are no more: their codes are none of those that follow them."""
_OWN_CODES = {
    **{"EL": "GRC", "UK": "GBR", "CN_X_HK": "CHN", "1W": "WLD", "WL": "WLD", "G001": "WLD"},
}
"""Codes of Eurostat, the World Bank and the IMF that are not those of ISO."""
_GENITIVES = (("ии", "ия"), ("и", "а"), ("ы", "а"), ("а", ""), ("я", "и"), ("я", "ь"))
"""Endings of folded Russian names in the genitive, and in the nominative."""


def fold(name: str) -> str:
    """A name without case, accents, punctuation and shortened words.

    Examples
    --------
    >>> fold("Korea, Dem. Rep."), fold("Türkiye"), fold("Республика Корея")
    ('korea democratic republic', 'turkiye', 'республика корея')
    """
    plain = unicodedata.normalize("NFKD", name.replace("ё", "е").replace("Ё", "Е"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    plain = plain.replace("'", "").replace("’", "")
    return " ".join(_SHORT.get(word, word) for word in re.sub(r"[^\w]+", " ", plain).split())


def _key(name: str) -> str:
    """The words of a name in one order: 'Korea, Republic of' is 'Republic of Korea'."""
    return " ".join(sorted({*fold(name).split()} - _SMALL))


def _labels() -> Iterator[tuple[str, str]]:
    """What the project's list has for its codes, as it is written."""
    for _, row in _rows():
        for label in (row["code"], row["name"], *_listed(row["aliases"])):
            yield label, row["code"]


@by_files("economies.csv")
def _names() -> dict[str, str]:
    """Codes by what the project's list has for them, as it is written and by the words."""
    known: dict[str, str] = {}
    for label, code in _labels():
        known |= dict.fromkeys((label, _key(label)), code)
    known.pop("", None)
    return known


@by_files("economies.csv")
def two_letters() -> dict[str, str]:
    """ISO 3166's codes with two letters, and those with three; of states that are no more none."""
    from babel.core import get_global  # of files and names alone: importing it costs

    places = get_global("territory_aliases")
    three = sorted(c for c in codes() - _FORMER if len(c) == 3 and len(places.get(c, ())) == 1)
    return {places[code][0]: code for code in reversed(three)}


@by_files("economies.csv")
def numbers() -> dict[str, str]:
    """The UN's numbers of economies (M49) and their codes; Comtrade's where they are others, which
    are aliases in the list.
    """
    from babel.core import get_global

    two = two_letters()
    places = {n: p[0] for n, p in get_global("territory_aliases").items() if len(p) == 1}
    codes = {str(int(n)): two[p] for n, p in places.items() if n.isdigit() and p in two}
    return codes | {label: code for label, code in _names().items() if label.isdigit()}


@by_files("economies.csv")
def _written() -> dict[str, str]:
    """Codes by the names that the Common Locale Data Repository (Babel) has in English, Russian and
    Chinese, and by codes of other kinds.
    """
    from babel import Locale

    index = two_letters() | _OWN_CODES
    for language in ("en", "ru", "zh", "zh_Hant"):
        for place, name in Locale.parse(language).territories.items():
            if place in two_letters():
                index.setdefault(name, two_letters()[place])
    return {name: code for name, code in index.items() if code in codes()}


@by_files("economies.csv")
def _repository() -> dict[str, str]:
    """The same by their words; of two names of the same words the first."""
    index: dict[str, str] = {}
    for name, code in _written().items():
        index.setdefault(_key(name), code)
    return index


@by_files("economies.csv")
def _name_by_code() -> dict[str, str]:
    return {row["code"]: row["name"] for _, row in _rows()}


@by_files("economies.csv")
def codes() -> frozenset[str]:
    """All codes a table may use: economies and aggregates."""
    return frozenset(_name_by_code())


def code_of(name: object) -> str | None:
    """Code of an economy or aggregate by a code (ISO 3166 with three or two letters, the UN's
    number) or a name (English, Russian, Chinese) as publishers write it; None for what is none.

    Examples
    --------
    >>> [code_of(n) for n in ("KZ", 398, "Казахстан", "哈萨克斯坦", "Korea, Rep.", "World", "x")]
    ['KAZ', 'KAZ', 'KAZ', 'KAZ', 'KOR', 'WLD', None]
    """
    text = str(name).strip()
    return _code(text) or _genitive(fold(text))


def _code(text: str) -> str | None:
    known = _names()
    if text in known:
        return known[text]
    if text.isdigit():
        return numbers().get(text.lstrip("0") or "0")
    key = _key(text)
    if code := known.get(key) or _repository().get(key):
        return code
    bare = " ".join(word for word in key.split() if word not in _FORMAL)
    code = known.get(bare) or _repository().get(bare)
    return None if code in _read_aggregates() else code  # the Arab World is not the World


def _genitive(name: str) -> str | None:
    """The code of a folded Russian name in the genitive, as after 'студенты из'."""
    stems = {name.removesuffix(of) + ending for of, ending in _GENITIVES if name.endswith(of)}
    codes = {_code(stem) for stem in stems if len(stem) > 3} - {None}
    return codes.pop() if len(codes) == 1 else None


def _near(name: str) -> list[str]:
    """What a misspelt code or name may be, of no more than three economies; a code is near to
    codes.
    """
    labels = _written() | dict(_labels())
    if len(name) <= 3:
        labels = {label: code for label, code in labels.items() if len(label) <= 4}
    alike = suggest(name, labels, 1 if no_economy(name) else 0.85)
    near = {labels[label]: label for label in reversed(alike)}
    return [*near.values()] if len(near) <= 3 else []


def resolve(name: str | int) -> str:
    """Code of an economy or a group by its code or name.

    Parameters
    ----------
    name : str or int
        A code of ISO 3166 with three or two letters, a number of the UN, or a name in English,
        Russian or Chinese as publishers print it.

    Returns
    -------
    str
        The code that tables have: of ISO 3166 with three letters, or that of a group.

    Raises
    ------
    UnknownNameError
        It is none of these; says what may be meant.

    Examples
    --------
    >>> [resolve(name) for name in ("Turkey", "Türkiye", "TR", "EU", "Egypt, Arab Rep.", 156)]
    ['TUR', 'TUR', 'TUR', 'EU', 'EGY', 'CHN']
    """
    if (code := code_of(name)) is None:
        also = "a code of ISO 3166, a number of the UN, or a name in English, Russian or Chinese"
        if group := no_economy(name):
            also = f"{group} that is not in registry/economies.csv: name its members"
        raise UnknownNameError("economy", name, (), near=_near(str(name).strip()), also=also)
    return code


_TOTAL = re.compile(
    r"(grand |sub-?)?totals?|all|all (countries|partners|economies)|"
    r"итого|всего.*|合计|总计|总额|总值|sum|сумма",
    re.I,
)
TOTAL = "a total of other rows"
_GROUP = re.compile(
    r".*(income|\bIDA\b|IBRD|nes\b|n\.e\.s|not elsewhere|unspecified|not specified|areas,|other |"
    r"rest of |остальн|"
    r"region|dividend|OECD|members|African? (Eastern|Western)|Euro area|Arab World|small states|"
    r"conflict|indebted|developed|Sub-Saharan|North America$|South Asia|East Asia|Pacific|"
    r"Latin America|Middle East|Europe|Central Asia|Caribbean|Baltics|Africa\b|"
    r"bunkers|(free|neutral) zone|special categor|stores and provisions|high seas|^stateless$|"
    r"^unknown$|not (classified|applicable)|non-citizens|(advanced|developing) (econ|asia)|"
    r"Western Hemisphere|^export earnings|customs union|financial cent|candidate countr|"
    r"\(includes |including Hong Kong|Channel Islands|"
    r"прочие|другие|остальные|регион|其他|страны СНГ|СНГ|в том числе|из них).*",
    re.I,
)


def no_economy(written: object) -> str | None:
    """Why a label is no economy though a table may well have it: a total or a group; else None.

    Examples
    --------
    >>> no_economy("Итого"), no_economy("Areas, nes"), no_economy("Kazakstann")
    ('a total of other rows', 'a group of economies or a rest', None)
    """
    text = str(written).strip()
    if _TOTAL.fullmatch(text):
        return TOTAL
    return "a group of economies or a rest" if _GROUP.fullmatch(text) else None


def resolve_all(names: str | Iterable[str], known: Iterable[object] = ()) -> list[str]:
    """Codes of one economy or of several, given by codes or names, each once; a label among `known`
    stands as it is.

    Examples
    --------
    >>> resolve_all("Kazakhstan"), resolve_all(["CHN", "Russia", "China"])
    (['KAZ'], ['CHN', 'RUS'])
    """
    held = {label for label in known if isinstance(label, str)}
    return list(dict.fromkeys(n if n in held else resolve(n) for n in several(names)))


def single_economies(names: str | Iterable[str], allowed: Iterable[str] = ()) -> list[str]:
    """`resolve_all`, which raises AggregateError for a group that is not `allowed`: what is done to
    its code is not done to its members.
    """
    codes = resolve_all(names)
    for code in codes:
        if is_aggregate(code) and code not in allowed:
            raise AggregateError(
                f"{name_of(code)} ({code}) is an aggregate and no single economy",
                hint=f"name its members: ca.economies.members({code!r}, 2022)",
            )
    return codes


def named(values: Iterable[object]) -> dict[str, str]:
    """Those of the values that are names of economies or aggregates and no codes, with the code of
    each.

    Examples
    --------
    >>> named(["KAZ", "World", "MINE"])
    {'World': 'WLD'}
    """
    all_codes = codes()
    names = [v for v in values if isinstance(v, str) and v not in all_codes]
    return {name: code for name in names if (code := code_of(name))}


def name_of(code: str) -> str:
    """Short English name of a code."""
    return _name_by_code().get(code, code)


_WITH_ARTICLE = re.compile(
    r"United |.* (?:Islands|Republic)$|(?:Bahamas|Gambia|Maldives|Netherlands|Philippines)$"
)


def in_prose(code: str) -> str:
    """The name of a code as it stands within a sentence.

    Examples
    --------
    >>> in_prose("USA"), in_prose("EU27"), in_prose("KAZ")
    ('the United States', 'the EU', 'Kazakhstan')
    """
    if code in ("EU", "EU27"):
        return "the EU"
    name = name_of(code)
    return f"the {name}" if _WITH_ARTICLE.match(name) else name


def joined(names: Iterable[str]) -> str:
    """Names as a sentence lists them.

    Examples
    --------
    >>> joined(["Kazakhstan", "Kyrgyzstan", "Uzbekistan"])
    'Kazakhstan, Kyrgyzstan and Uzbekistan'
    """
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def is_aggregate(code: str) -> bool:
    """Whether a code or a name is that of an aggregate; of what is neither, False.

    Examples
    --------
    >>> is_aggregate("World"), is_aggregate("EU27"), is_aggregate("Kazakhstan")
    (True, True, False)
    """
    return code_of(code) in AGGREGATES


def members(code: str, year: int) -> tuple[str, ...]:
    """Codes of the economies of an aggregate, given by code or name, in a year (empty where
    membership is not a list of economies).

    Raises UnknownNameError for what is no aggregate.

    Examples
    --------
    >>> len(members("European Union", 2012)), len(members("EU", 2021))
    (27, 27)
    """
    group = _read_aggregates().get(code_of(code) or "")
    if group is None:
        raise UnknownNameError("aggregate", code, AGGREGATES)
    year = whole_number("year", year)
    return tuple(
        sorted(e for e, (a, b) in group.members.items() if a <= year and (b is None or year <= b))
    )
