"""What a heading says of money: that it is in US dollars, or what else stands there.

Where the unit of a heading stands (in brackets, after a comma, after 'in', beside a scale or a
dollar) it is read word by word, and a word that nobody knows is a doubt: a list of what is wrong
would never be whole. In titles only what is known to be another currency is one.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection

from babel import Locale
from babel.core import get_global

from ..ground import economies
from . import cells, names

DOLLARS = (
    r"USD|US\s*\$|\$\s*US|\$|"
    r"\b(?:(?:US|American|AQSH|current|nominal)[\s-]+)?dollar[si]?(?: US)?\b|"
    r"(?:американск\w+\s+|амер?\.\s*|А[ҚК]Ш\s+)?(?:долл\w*\.?|(?<!\w)дол(?!\w)\.?)"
    r"(?:\s*(?:США|ИМА))?|美元|美金"
)
_DOLLARS = re.compile(DOLLARS, re.I)
_OTHER_DOLLARS = (
    r"\b[ACS]\$|HK\$|NT\$|NZ\$|R\$|\b(?:international|int'?l)(?:\s+(?:dollars?|\$))?|\bPPP\b|ППС|"
    r"(?:канадск|австралийск|гонконгск|сингапурск|международн)\w+ долл\w*|国际元|购买力平价"
)
_NAMES = (
    r"euros?(?![ -](?:area|zone))|евро|tenge|тенге|тн?г|som|сом|somoni|сомони|сум|manats?|"
    r"манат\w*|"
    r"rou?bles?|rubles?|руб\w*|yuans?|renminbi|RMB|юан\w*|yens?|иен\w*|йен\w*|pounds?|sterling|"
    r"фунт\w*|rupees?|рупи\w*|liras?|лир\w?|francs?|франк\w*|kron[aeo]r?|крон\w?|pesos?|dirhams?|"
    r"дирхам\w*|dinars?|riyals?|rials?|риал\w*|zlotys?|forints?|baht|ringgits?|rupiahs?|hryvnias?|"
    r"гривн\w*|drams?|драм\w*|tugriks?|afghanis?|won|вон|SDRs?|СДР|ECU|¥|£|€|₽|₸|₺|₹|₩|₴"
)
_NO_MONEY = re.compile(
    r"(?<!\w)(kgs?|kilograms?|кг|tonn?e?s?|тонн\w*|lit(er|re)s?|литр\w*|barrels?|баррел\w*|m3|м3|"
    r"kWh|pieces|шт|persons|people)(?!\w)|吨|公斤|千克",
    re.I,
)
_WORDS_AS_CODES = {"ALL", "TOP", "USD", "USN"}
"""Codes of currencies that are words of headings, or dollars."""

_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|янв(?:ар\w*)?|фев(?:рал\w*)?|март?\w{0,2}|"
    r"апр(?:ел\w*)?|июн\w*|июл\w*|авг(?:уст\w*)?|сент?(?:ябр\w*)?|окт(?:ябр\w*)?|ноя(?:бр\w*)?|"
    r"дек(?:абр\w*)?|yanvar|fevral|mart|aprel|iyu[nl]|avgust|sent(?:abr|yabr)|"
    r"okt(?:abr|yabr)|noyabr|dek(?:abr)?"
)
_A_YEAR = r"(?:18|19|20)\d\d"
_MONTHS = re.compile(
    rf"\b({_MONTH}|may|ма[йя])\b\.?(?:\s*\d\d?(?:st|nd|rd|th)?(?!\d))?(?:,?\s*{_A_YEAR})?"
    r"(?:\s*г(?:\.|ода)?)?\s*(?:[-–—/]|\b(?:to|through|till|until|по|до)\b)\s*(?:\d\d?\s+)?"
    rf"({_MONTH}|may|ма[йя])\b",
    re.I,
)
_WHOLE_YEAR = (("jan", "dec"), ("янв", "дек"), ("yan", "dek"))
_WHOLE_BY_MONTHS = re.compile(rf"[\s.,]*(?:{_A_YEAR})?[\s.]*(?:г|года?)?\.?\s*", re.I)
"""What may stand behind January to December."""
_FEW = (
    r"(?:[1-9]|1[01]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"дв[ау]|три|четыре|пять|шесть|семь|восемь|девять|десять|одиннадцать)"
)
_A_PART_ALONE = re.compile(
    rf"(?:{_MONTH}|may|ма[йя])\.?|Q[1-4]|[1-4]Q|{_FEW}[\s-]?(?:months?|mos?|мес\w*|个月)\.?", re.I
)
_SPAN_OF_A_YEAR = r"(?:[1-4]Q|H[12]|[12]H|(?:[1-9]|1[01])M)"
_PART = re.compile(
    r"\bQ[1-4]\b|\b[1-4]Q\b|\b(first|second|1st|2nd) half\b|полугоди\w*|полгода|上半年|下半年|季度|"
    r"\b(first|second|third|fourth|last|[1-4](st|nd|rd|th)) quarter\b|\bthree quarters of\b|"
    r"\b(I{1,3}|IV|[1-4](-?[йм])?|(перв|втор|трет|четв[её]рт)\w+) квартал\w*|"
    rf"\b{_SPAN_OF_A_YEAR}[\s/-]*(?:{_A_YEAR}\b|['’]\d\d\b)|"
    rf"\b{_A_YEAR}[\s/-]*(?:{_SPAN_OF_A_YEAR}|M\d\d?)\b|"
    rf"\b(first|last) {_FEW}[\s-]months?\b|\b{_FEW}[\s-]months?(?:\s+of|\s+in|,)?\s+{_A_YEAR}\b|"
    rf"\bза\s+(?:перв\w+\s+)?{_FEW}\s+мес\w*|с начала (?:{_A_YEAR} )?года|нарастающим итогом|"
    r"\byear[ -]to[ -]date\b|\bytd\b|"
    r"(?<!\d)(?!0?1\s*月?\s*[-–—~至到]\s*12\s*月)1?\d\s*月?\s*[-–—~至到]\s*1?\d\s*月|前.个?月",
    re.I,
)
_ONE_MONTH = re.compile(
    rf"(?<!\d )(?<!\d-)\b(?:{_MONTH}|may|май|мая|мае)\b\.?,?\s+({_A_YEAR})\b|"
    rf"({_A_YEAR})\s*年\s*1?\d\s*月(?!\s*\d)",
    re.I,
)
_OF_THE_TEXT = re.compile(
    r"publi\w+|releas\w+|issue\w*|updat\w+|as (of|at)\b|access\w+|retriev\w+|download\w+|"
    r"extract\w+|revis\w+|version|edition|bulletin|report\b|source|available|next|\bend\b|beginning|"
    r"since|опубликован\w*|публикаци\w*|обновл\w*|выпуск\w*|издани\w*|по состоянию|источник\w*|"
    r"бюллетен\w*|конец|конца|начало|来源|发布|更新|截至",
    re.I,
)
"""Words with which a month is that of a text or of a stock, and not that of figures."""
_DATED = re.compile(
    r"(publi\w+|releas\w+|issued|updat\w+|\bas (?:of|at)\b|access\w+|retriev\w+|download\w+|"
    r"опубликован\w*|обновл\w*|по состоянию на|发布|更新|截至)[^;()]{0,24}?(18|19|20)\d\d",
    re.I,
)
_PART_OF_A_COLUMN = re.compile(
    rf"\b(cumulative|year[ -]to[ -]date|ytd|quarter(ly)?|month(ly)?|{_MONTH})\b|нарастающ\w*|"
    r"квартал\w*|месяц\w*|累计",
    re.I,
)

_PART_OF_A_FLOW = (
    r"(?:\bre-?\s?(?:ex|im)port(?:s|ed|ing|ation)?\b|\bdomestic exports?\b|"
    r"\bexports? of (?:domestic|foreign)\b|\bре-?(?:экспорт|импорт)\w*|转口|[复再][出进]口)"
)
_WITH_A_PART = re.compile(
    rf"(?:\b(?:incl|includ(?:es?|ed|ing)|with|plus|and|включая|с уч[её]том|и)\b\.?|[&+])\s*"
    rf"(?:the\s+)?{_PART_OF_A_FLOW}|{_PART_OF_A_FLOW}\s+(?:(?:is|are)\s+)?(?:included|включены)\b",
    re.I,
)
_WITHOUT_A_PART = re.compile(
    rf"\b(?:excl|excluding|except|without|less|minus|net of|for|без|кроме|исключая|за исключением|"
    rf"для)\b\.?\s*(?:the\s+)?{_PART_OF_A_FLOW}",
    re.I,
)
_WHOLE_FLOW = re.compile(r"(?<![\w-])(?:exports?|imports?|экспорт\w*|импорт\w*)", re.I)

_HARMLESS = re.compile(
    r"values?|trade|primary|amounts?|totals?|sums?|re-?exports?|exports?|imports?|exported|imported|"
    r"fob|cif|goods|services|merchandise|of|and|or|the|by|at|to|from|for|in|with|per|as|is|are|us|"
    r"current|currency|prices?|nominal|annual|yearly|years?|calendar|flows?|stocks?|inward|outward|"
    r"fdi|bop|direct|foreign|invest(ed|ments?)?|net|gross|debt|loans?|aid|outstanding|disbursed|"
    r"committed|commitments?|disbursements?|statistical|customs|reported|estimated|figures?|units?|"
    r"measured?|expressed|partners?|reporters?|countr(y|ies)|economy|world|commodity|commodities|"
    r"products?|all|obs|turnover|balance|rounded|data|position|period|end|(in|out)flows?|wert|"
    r"valeur|valor|"
    r"стоимость|стоимости|объ[её]м\w*|сумма|экспорт\w*|импорт\w*|товар\w*|торговл\w*|внешн\w*|в|и|"
    r"по|за|на|из|с|текущ\w*|цен\w*|год\w*|г|всего|итого|прям\w*|инвестици\w*|иностранн\w*|"
    r"статистическ\w*|фактическ\w*|показатель|значение|ед|единиц\w*|изм\w*|валют\w*|"
    r"[a-jln-su-zа-лн-су-я]|(18|19|20)\d\d|\d\d?",  # k, m, t, м and т are scales or tonnes
    re.I,
)
_BILLION_OR_NOTE = re.compile(rf"(?:{DOLLARS})\s?b(?!\w)|(?<!\w)b\.?\s?(?={DOLLARS})", re.I)
"""`USD b` are billions, or dollars with a footnote."""
_PLACES = re.compile(r"[()\[\]（）,，;:]|(?<!\w)(?:in|в)(?!\w)", re.I)
_ABBREVIATED = re.compile(r"\b(?:[A-Za-z]\.\s?){2,}")


@functools.cache
def _other() -> re.Pattern[str]:
    """Currencies besides the dollar, in English, Russian and Chinese.

    Codes, other dollars and Chinese names are those of the Common Locale Data Repository (Babel).
    """
    english, chinese = (Locale.parse(language).currencies for language in ("en", "zh"))
    in_use = {
        code
        for currencies in get_global("territory_currencies").values()
        for code, _, end, tender in currencies
        if tender and not end
    }
    codes = sorted(in_use - _WORDS_AS_CODES - economies.codes())
    kinds = {name.removesuffix(" Dollar") for name in english.values() if name.endswith(" Dollar")}
    dollars = "|".join(sorted(kind for kind in kinds if not kind.startswith("US")))
    written = "|".join(sorted({chinese[code] for code in codes if len(chinese.get(code, "")) > 1}))
    return re.compile(
        rf"\b(?-i:{'|'.join(codes)})\b|\b(?:{dollars}) dollars?|{_OTHER_DOLLARS}|"
        rf"(?<!\w)(?:{_NAMES})(?!\w)|[万亿]元|{written}|欧元",
        re.I,
    )


def dollars(text: str) -> bool:
    """Whether a text speaks of US dollars, and not only of others.

    Examples
    --------
    >>> dollars("mln US dollars"), dollars("mln Canadian dollars"), dollars("value")
    (True, False, False)
    """
    return bool(_DOLLARS.search(_other().sub(" ", plain(text))))


def other_money(text: str) -> str | None:
    """A currency that a text names where it names no US dollars.

    Examples
    --------
    >>> other_money("Value, mln EUR"), other_money("Value, mln USD")
    ('EUR', None)
    """
    hit = _other().search(plain(text))
    return hit[0] if hit and not dollars(text) else None


def doubt(heading: str) -> str | None:
    """Words where the unit of a heading of money stands that are neither US dollars, nor a scale,
    nor known to change nothing; None where there are none.

    Examples
    --------
    >>> doubt("Value (Tausend USD)"), doubt("Trade value, mln USD (f.o.b.)")
    ('Tausend', None)
    >>> doubt("thousand million USD"), doubt("Wert")
    ('million thousand', None)
    """
    if hit := _NO_MONEY.search(heading) or _BILLION_OR_NOTE.search(heading):
        return hit[0].strip()
    rest, scales = cells.without_scales(heading)
    if set(scales.values()) - {cells.factor(heading)}:
        return " ".join(scales)
    rest = _other().sub(lambda hit: hit[0].replace(" ", "_"), plain(rest).replace(" | ", "; "))
    for at, clause in enumerate(_PLACES.split(rest)):
        words = _DOLLARS.sub(" ", clause)
        speaks_of_unit = at > 0 or words != clause or re.search(rf"\d|{cells.SCALE}", words)
        called = clause.strip()
        if not speaks_of_unit or _names_an_economy(called):
            continue
        odd = [word for word in re.findall(r"[^\s/|.+–—-]+", words) if not harmless(word)]
        if odd:
            return " ".join(odd).replace("_", " ")
    return None


def _names_an_economy(text: str) -> bool:
    """Whether a part of a heading is an economy: '000' of 'USD 10,000' is no code of the world, and
    'md' behind dollars none of Moldova.
    """
    code = text.rstrip(".")
    return bool(names.code(text)) and (len(code) > 3 or code.isupper())


def part_of_year(heading: str) -> str | None:
    """What in a heading says that its figures are of a part of a year.

    Examples
    --------
    >>> part_of_year("cumulative USD"), part_of_year("Value, Jan-Dec"), part_of_year("Value")
    ('cumulative', None, None)
    """
    hit = _PART_OF_A_COLUMN.search(_MONTHS.sub(" ", heading))
    return part_of_year_in_title(heading) or (hit[0] if hit else None)


def part_of_year_in_title(text: str) -> str | None:
    """As `part_of_year`, of a text in which months stand for other reasons too.

    Examples
    --------
    >>> part_of_year_in_title("Trade in January-June 2020"), part_of_year_in_title("May 2021")
    ('January-June', None)
    """
    text = _DATED.sub(" ", text)
    for hit in _MONTHS.finditer(text):
        if not _ends_a_year(hit):
            return hit[0]
    part = _PART.search(text)
    return part[0] if part else None


def is_whole_year(text: str) -> bool:
    """Whether a text is a year by its first and its last month, and nothing else.

    Examples
    --------
    >>> is_whole_year("January-December 2022"), is_whole_year("Jan-Jun")
    (True, False)
    """
    hit = _MONTHS.match(text)
    return bool(hit and _ends_a_year(hit) and _WHOLE_BY_MONTHS.fullmatch(text[hit.end() :]))


def _ends_a_year(hit: re.Match[str]) -> bool:
    return (hit[1].casefold()[:3], hit[2].casefold()[:3]) in _WHOLE_YEAR


def a_part_alone(text: str) -> bool:
    """Whether a text is a month, a number of months or a quarter, and nothing else.

    Examples
    --------
    >>> a_part_alone("OCT"), a_part_alone("9 months"), a_part_alone("Q1 2022")
    (True, True, False)
    """
    return bool(_A_PART_ALONE.fullmatch(text))


def month_of(text: str, years: Collection[int]) -> str | None:
    """A month of one of these years that a title names, where it is not that of a publication, of
    an edition or of a stock.

    Examples
    --------
    >>> month_of("Imports, March 2024", {2024}), month_of("Published in March 2024", {2024})
    ('March 2024', None)
    """
    if _OF_THE_TEXT.search(text):
        return None
    hits = ((hit[0], int(hit[1] or hit[2])) for hit in _ONE_MONTH.finditer(_MONTHS.sub(" ", text)))
    return next((words for words, year in hits if year in years), None)


def of_the_text(heading: str) -> bool:
    """Whether a heading is of what tells where a text comes from, and when it was published.

    Examples
    --------
    >>> of_the_text("Source"), of_the_text("Coverage")
    (True, False)
    """
    return bool(_OF_THE_TEXT.search(heading))


def part_of_flow(text: str) -> str | None:
    """Words which say that figures are of a part of exports or imports alone.

    Examples
    --------
    >>> part_of_flow("Value of re-exports"), part_of_flow("Exports including re-exports")
    ('re-exports', None)
    """
    if hit := _WITHOUT_A_PART.search(text):
        return hit[0]
    hit = re.search(_PART_OF_A_FLOW, rest := _WITH_A_PART.sub(" ", text), re.I)
    others = _WHOLE_FLOW.search(re.sub(_PART_OF_A_FLOW, " ", rest, flags=re.I))
    return hit[0] if hit and not others else None


def plain(text: str) -> str:
    """A text in plain signs, its abbreviations without points: `U.S.` is `US`."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("_", " ")
    return _ABBREVIATED.sub(lambda hit: re.sub(r"[.\s]", "", hit[0]) + " ", text)


def strange(word: str) -> bool:
    """Whether a word directly beside dollars may say how many, and nobody knows it.

    Examples
    --------
    >>> strange("mil"), strange("b"), strange("exports"), strange("Kazakhstan")
    (True, True, False, False)
    """
    if not any(map(str.isalpha, word)) or (word.isupper() and names.code(word)):
        return False
    return word.casefold() == "b" or not harmless(word)


def harmless(word: str) -> bool:
    """Whether a word beside a unit changes nothing of it."""
    word = word.strip(f"'\"*†‡{cells.SCALE}")
    chinese = re.search(r"[\u4e00-\u9fff]", word)  # the units of these stand in lists
    if not word or chinese or _HARMLESS.fullmatch(word):
        return True
    return len(word) > 3 and names.code(word) is not None  # shorter ones are units too: kg and KG
