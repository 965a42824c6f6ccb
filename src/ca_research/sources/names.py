"""Economies as publishers write them: codes of ISO 3166 and of the UN, names in English, Russian
and Chinese.

Codes and names of other languages come from the Common Locale Data Repository (Babel); what a table
may use is the project's list of economies.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

from babel import Locale
from babel.core import get_global

from ..ground import economies
from ..ground.remember import by_files

_PUBLISHERS = Path(__file__).with_name("names.csv")
"""Names that some publisher uses and neither the register nor the repository has."""

_CODES = {"EL": "GRC", "UK": "GBR", "EU27_2020": "EU27", "CN_X_HK": "CHN", "1W": "WLD", "WL": "WLD"}
_CODES |= {"G001": "WLD"}
"""Codes of Eurostat, the World Bank and the IMF that are not those of ISO."""

_NUMBERS = {"842": "USA", "699": "IND", "251": "FRA", "579": "NOR", "757": "CHE", "0": "WLD"}
"""Comtrade's numbers for customs territories where they are not those of the UN's M49."""

_FORMER = {"SUN", "YMD", "CSK", "YUG", "SCG", "DDR", "VDR", "ANT", "ROM", "ZAR", "TMP", "BUR"}
"""States that are no more: their codes are none of those that follow them."""

_TOTAL = re.compile(
    r"(grand |sub-?)?totals?|all|all (countries|partners|economies)|"
    r"итого|всего.*|合计|总计|总额|总值|sum|сумма",
    re.I,
)
_GROUP = re.compile(
    r".*(income|\bIDA\b|IBRD|nes\b|n\.e\.s|not elsewhere|unspecified|not specified|areas,|other |"
    r"rest of |остальн|"
    r"region|dividend|OECD|members|African? (Eastern|Western)|Euro area|Arab World|small states|"
    r"conflict|indebted|developed|Sub-Saharan|North America$|South Asia|East Asia|Pacific|"
    r"Latin America|Middle East|Europe|Central Asia|Caribbean|Baltics|Africa\b|"
    r"прочие|другие|остальные|регион|其他|страны СНГ|СНГ|в том числе|из них).*",
    re.I,
)


_SHORT = {"rep": "republic", "dem": "democratic", "fed": "federation", "isl": "islands"}
_GENITIVES = (("ии", "ия"), ("и", "а"), ("ы", "а"), ("а", ""), ("я", "и"), ("я", "ь"))
"""Endings of folded Russian names in the genitive, and in the nominative."""


def fold(name: str) -> str:
    """A name without case, accents, punctuation and what stands in brackets as a note."""
    plain = unicodedata.normalize("NFKD", name.replace("ё", "е").replace("Ё", "Е"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    words = re.sub(r"[^\w]+", " ", plain).split()
    return " ".join(_SHORT.get(word, word) for word in words)


@by_files("economies.csv")
def _known() -> dict[str, str]:
    """Folded names and codes of all that a table may use."""
    allowed = economies.codes()
    alias = get_global("territory_aliases")
    two: dict[str, str] = {}
    for three in sorted(allowed - _FORMER):
        if len(three) == 3 and len(places := alias.get(three, ())) == 1:
            two.setdefault(places[0], three)
    found: dict[str, str] = {}

    def take(name: str, code: str) -> None:
        if code in allowed:
            found.setdefault(fold(name), code)

    for code in sorted(allowed):
        take(code, code)
        take(economies.name_of(code), code)
    with _PUBLISHERS.open(encoding="utf-8", newline="") as text:
        for code, name in list(csv.reader(text))[1:]:
            take(name, code)
    for code, name in _CODES.items():
        take(code, name)
    for language in ("en", "ru", "zh", "zh_Hant"):
        for place, name in Locale.parse(language).territories.items():
            if place in two:
                take(name, two[place])
    for number, places in alias.items():
        if number.isdigit() and len(places) == 1 and places[0] in two:
            found.setdefault(number, two[places[0]])
    for place, code in two.items():
        take(place, code)
    return found


def code(written: object) -> str | None:
    """The code of an economy or group that a table may use; None for what is none.

    Examples
    --------
    >>> [code(c) for c in ("KZ", "398", 398, "Казахстан", "哈萨克斯坦", "Korea, Rep.", "World")]
    ['KAZ', 'KAZ', 'KAZ', 'KAZ', 'KAZ', 'KOR', 'WLD']
    """
    text = str(int(written)) if isinstance(written, float) and written.is_integer() else written
    text = re.sub(r"(?<=^\d)(\d*)\.0$", r"\1", str(text).strip())
    if not text or _TOTAL.fullmatch(text):
        return None
    if text.isdigit():
        return _NUMBERS.get(text.lstrip("0") or "0") or _known().get(text.zfill(3))
    found = _known().get(fold(text))
    if found is None:
        try:
            found = economies.resolve(text) if text.isascii() else None
        except economies.UnknownNameError:
            found = None
    return found or _genitive(fold(text))


def _genitive(name: str) -> str | None:
    """The code of a Russian name in the genitive, as after 'студенты из'."""
    stems = {name.removesuffix(of) + own for of, own in _GENITIVES if name.endswith(of)}
    found = {_known()[stem] for stem in stems if len(stem) > 3 and stem in _known()}
    return found.pop() if len(found) == 1 else None


def two_letters(code: str) -> str | None:
    """The code of ISO 3166 with two letters; None for a group or a state that is no more.

    Examples
    --------
    >>> two_letters("KAZ"), two_letters("WLD")
    ('KZ', None)
    """
    places: list[str] = list(get_global("territory_aliases").get(code, ()))
    return places[0] if len(places) == 1 and len(code) == 3 and code not in _FORMER else None


def number(written: str) -> str | None:
    """The number by which Comtrade knows an economy: M49's, but for a few.

    Examples
    --------
    >>> number("KAZ"), number("USA"), number("WLD"), number("EU27")
    ('398', '842', '0', None)
    """
    own = {code: digits for digits, code in _NUMBERS.items()}
    if written in own:
        return own[written]
    digits = (d for d in get_global("territory_aliases") if d.isdigit() and code(d) == written)
    return next((str(int(d)) for d in digits), None)


def no_economy(written: object) -> str | None:
    """Why a label is no economy though a table may well have it: a total or a group; else None.

    Examples
    --------
    >>> no_economy("Итого"), no_economy("Areas, nes"), no_economy("Kazakstann")
    ('a total of other rows', 'a group of economies or a rest', None)
    """
    text = str(written).strip()
    if _TOTAL.fullmatch(text):
        return "a total of other rows"
    return "a group of economies or a rest" if _GROUP.fullmatch(text) else None
