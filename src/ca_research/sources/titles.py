"""What titles, corners of wide tables and notes say of the unit of figures.

Here words stand for other reasons too: a scale is one beside the unit (million USD), after a word
of unit (in millions), or where nothing else stands between commas or brackets.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import NamedTuple

from . import cells, money

PERSONS = r"persons?|people|students?|heads?|чел\w*\.?|студент\w*|учащ\w+|обучающ\w+|人|名"
_NUMBERED = re.compile(r"\b(table|figure|таблица|табл\.|рис\.|表)\s*\d[\d.]*", re.I)
_MARKED = re.compile(
    r"(?:^|[\s(,;])(?:units?(?: of measure\w*)?|measured? (?:in|unit)|единиц\w*(?: измерени\w*)?|"
    r"ед\. ?изм\w*\.?|(?:计量)?单位)(?:\s*[:：=]|\s+[-–—]\s)\s*(?P<rest>.+)",
    re.I,
)
_WORDS = (
    ("number", r"\d{1,3}(?:[ ,.']\d{3})+(?!\d)|\d+(?:[.,]\d+)?"),
    ("count", r"\b(?:an?|one|two|three|five|half|several|few|some|один|одного|пол\w*)\b"),
    ("ten", r"\b(?:tens?|десят\w*)\b"),
    ("hundred", r"\b(?:hundreds?|сотн\w*|сто)\b|百"),
    ("dollars", money.DOLLARS),
    ("persons", PERSONS),
    ("unit", r"\b(?:units?|in|в|ед|единиц\w*|измерени\w*|изм|measured?|expressed)\b|单位|×|\bx"),
    ("glue", r"\b(?:of|the|current|nominal|at|prices|us|текущ\w*|цен\w*)\b"),
    ("break", r"[,;:()\[\]（），：；。.!?|/=–—-]"),
    ("word", r"[^\W\d_]+|\S"),
)
_TOKEN = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS), re.I)
_NO_CLAUSE = re.compile(r"to|from|by|with|per|all|for|at|до|от|за|из|с|на|по", re.I)
_CHINESE = re.compile(
    "(?:进口|出口|进出口|贸易|外贸|货物|商品|金额|总|额|值|价|按|年|留学|学生|人数)+"
)
_SHORT = re.compile(r"(mn|bn|mio|m|k)\.?", re.I)
_NO_UNIT = re.compile(
    r"into|against|versus|vs|than|only|not|converted|valued|denominated|expressed|capita|head|gdp|"
    r"gni|oda|dod|ввп|душу|официальн\w*|official|average|курс\w*|one|each",
    re.I,
)
"""Words before dollars that count none."""
_OF_DOLLARS = re.compile(
    r"exchange|rates?|terms|equivalents?|values?|index|zone|denominated|based|курс\w*|эквивалент\w*|"
    r"выражени\w*",
    re.I,
)
"""Words behind dollars that speak of the currency."""
_TENS = {"ten": 10.0, "hundred": 100.0}


class _Token(NamedTuple):
    kind: str
    text: str
    times: float = 0.0


@dataclass(frozen=True)
class Said:
    """What a text says: by what figures are to be multiplied, each way that it says so, and words
    where a unit stands that are not understood.
    """

    times: frozenset[float] = frozenset()
    unclear: str = ""


@functools.lru_cache(4096)
def said(text: str, unit: str) -> Said:
    """What a title or a note says of the scale of figures in a unit, 'USD', 'PERSONS' or ''.

    Examples
    --------
    >>> [sorted(said(t, "USD").times) for t in ("Imports in 2024, million USD", "top 1000, USD")]
    [[1000000.0], []]
    >>> sorted(said("Unit: USD 100 million", "USD").times)
    [100000000.0]
    """
    plain = _NUMBERED.sub(" ", money.plain(text))
    if hit := _MARKED.search(plain):
        rest = _said(_tokens(f"in {hit['rest']}"), unit, hit["rest"])
        words = None if unit != "USD" or rest.unclear else money.doubt(f"x, {_first(hit['rest'])}")
        if rest.times or rest.unclear:
            return rest
        return Said(unclear=words or "")
    return _said(_tokens(plain), unit, text)


def _first(rest: str) -> str:
    """The unit that is named, without what else stands behind it."""
    return re.split(r"[,;，；。|]|\.\s", rest)[0]


def _tokens(text: str) -> list[_Token]:
    found, at = list[_Token](), 0
    for begin, end, times in [*cells.scales(text), (len(text), len(text), 0.0)]:
        for hit in _TOKEN.finditer(text[at:begin]):
            found.append(_told(str(hit.lastgroup), hit[0]))
        if end > begin:
            found.append(_Token("scale", text[begin:end].strip(), times))
        at = end
    return found


def _told(kind: str, text: str) -> _Token:
    if kind in _TENS:
        return _Token("number", text, _TENS[kind])
    if kind != "number":
        return _Token(kind, text)
    if re.fullmatch(r"(18|19|20)\d\d", text):
        return _Token("year", text)
    if text == "000":
        return _Token("scale", text, 1000.0)
    grouped = re.fullmatch(r"\d{1,3}([ ,.']\d{3})+", text)
    return _Token(kind, text, float(re.sub(r"\D", "", text) if grouped else text.replace(",", ".")))


def _said(found: list[_Token], unit: str, text: str) -> Said:
    units = {"USD": ("dollars",), "PERSONS": ("persons",)}.get(unit, ("dollars", "persons"))
    times, unclear = set[float](), ""
    for at, one in enumerate(found):
        if one.kind == "scale":
            factor = _scale(found, at, units)
        elif one.kind == "number" and not _before_scale(found, at):
            factor = _number(found, at, units)
        else:
            continue
        if factor is None:
            unclear = unclear or text.strip()
        elif factor != 1:
            times.add(factor)
    if unit == "USD" and not unclear and not money.other_money(text):
        odd = any(_strange(found, at) for at, one in enumerate(found) if one.kind == "dollars")
        unclear = text.strip() if odd else ""
    return Said(frozenset(times), unclear)


def _strange(found: list[_Token], at: int) -> bool:
    """Whether a word that nobody knows stands directly beside dollars, where it may be a scale:
    `tausend USD`, `in zillion of US dollars`; a short one also behind a comma: `USD, mil.`
    """
    after = found[at + 1 : at + 3]
    if any(t.text == "-" or _OF_DOLLARS.fullmatch(t.text) for t in after[:1]):
        return False
    before = at - 1
    while before >= 0 and found[before].kind == "glue":
        before -= 1
    if before > 0 and found[before].text == "." and len(found[before - 1].text) < 5:
        before -= 1  # of an abbreviation
    beside = found[before : before + 1] if before >= 0 else []
    if after and after[0].kind == "word" and (not after[1:] or after[1].kind in ("break", "year")):
        beside = [*beside, after[0]]
    if [t.kind for t in after] == ["break", "word"] and after[0].text in ",;/(–-":
        short = len(after[1].text) < 5 and not after[1].text.isupper()
        ends = all(t.kind == "break" for t in found[at + 3 : at + 4])
        beside += after[1:] if short and ends else []
    return any(
        t.kind == "word" and money.strange(t.text) and not _NO_UNIT.fullmatch(t.text)
        for t in beside
    )


def _scale(found: list[_Token], at: int, units: tuple[str, ...]) -> float | None:
    """The factor of a scale; 1 where it is a word or part of a count, None where it is unclear."""
    if any(t.kind == "scale" for t in found[at - 1 : at] if at):
        return 1.0  # spoken of with the scale before it
    left = at - 1
    while left >= 0 and found[left].kind == "glue" and found[left].text.casefold() == "of":
        left -= 1
    counted = found[left] if left >= 0 and found[left].kind in ("number", "count") else None
    begin = left if counted else at
    placed, alone = _after_unit(found, begin), _alone(found, at, units)
    beside = _beside(found, at, begin, units)
    if counted:
        if counted.kind == "count" or not (placed or _is_all(found, left, units)):
            return 1.0
        if not _is_power(counted.times):
            return None if placed else 1.0
    elif _SHORT.fullmatch(found[at].text) and not beside:
        bare = alone and found[at].text.islower() and _clause(found, at) == [found[at]]
        return found[at].times if bare else 1.0
    elif not (beside or placed or alone):
        return 1.0
    if any(t.kind in ("scale", "number") for t in found[at + 1 : at + 2]):
        return None
    following = [t for t in found[at + 1 : at + 3] if t.kind != "glue"][:1]
    if following and following[0].kind == "scale":
        return None
    return found[at].times * (counted.times if counted else 1.0)


def _number(found: list[_Token], at: int, units: tuple[str, ...]) -> float | None:
    """The factor of a number beside a unit: `USD 10,000`, `in 1000 USD`, `x 1000`."""
    before = [t.text.casefold() for t in found[max(at - 2, 0) : at]]
    if before[-1:] in (["x"], ["×"]) and _is_power(found[at].times):
        return found[at].times
    if before[1:] in ([":"], ["="]) and before[0] in ("scale", "mult", "multiplier", "множитель"):
        return 1.0 if found[at].times == 1 and before[0] == "scale" else power(found[at].times)
    beside = _beside(found, at, at, units)
    after = _after_unit(found, at)
    if not beside or not (after or _is_all(found, at, units)):
        left = found[at - 1] if at else None
        named = left is not None and left.kind == "word" and _changes_nothing(left.text)
        thousand = found[at].times >= 1000 and _is_power(found[at].times)
        return None if beside and named and thousand else 1.0  # `Value 1000 USD`
    if _is_power(found[at].times):
        return found[at].times
    return None if after and found[at].times >= 100 else 1.0


def power(number: float) -> float | None:
    """The factor of a multiplier: a power of ten as SDMX writes it, or the factor itself; None
    where it may be either.
    """
    if number in (0, 2, 3, 4, 5, 6, 7, 8, 9, 12):
        return float(10 ** int(number))
    return number if number >= 100 and _is_power(number) else None


def _before_scale(found: list[_Token], at: int) -> bool:
    rest = [t for t in found[at + 1 : at + 3] if t.kind != "glue" or t.text.casefold() != "of"]
    return bool(rest) and rest[0].kind == "scale"


def _is_power(number: float) -> bool:
    return number >= 1 and set(f"{number:.0f}"[1:]) <= {"0"} and f"{number:.0f}"[0] == "1"


def _after_unit(found: list[_Token], at: int) -> bool:
    """Whether a word of unit stands before a place: `in`, `in US dollars,`, `unit`."""
    before = at - 1
    while before >= 0 and found[before].kind in ("glue", "dollars", "break"):
        if found[before].kind == "break" and found[before].text not in ":：=":
            return False
        before -= 1
    return before >= 0 and found[before].kind == "unit"


def _beside(found: list[_Token], at: int, begin: int, units: tuple[str, ...]) -> bool:
    """Whether a unit stands beside a scale, with nothing between but `of`, `current` and the like;
    behind the unit there may be a comma or a bracket: `USD, millions`.
    """
    after = next((t for t in found[at + 1 :] if t.kind not in ("glue", "scale")), None)
    if after and after.kind in units:
        return True
    ends = after is None or after.kind in ("break", "year", *units)
    back = [t for t in found[:begin][::-1] if t.kind != "glue"]
    if back and back[0].kind in units:
        return ends or found[at].kind != "scale" or begin != at or after is not None
    broken = back[1:2] if back and back[0].text in ",(/-;:" else []
    if back and back[0].text in ",(/-" and broken and broken[0].kind in units and ends:
        return True
    opened = after is not None and after.text in ",(/"
    behind = [t for t in found[at + 1 :] if t.kind not in ("glue", "break")]
    return bool(opened and behind and behind[0].kind in units and _clause(found, at) == [found[at]])


def _clause(found: list[_Token], at: int) -> list[_Token]:
    begin = end = at
    while begin > 0 and found[begin - 1].kind != "break":
        begin -= 1
    while end + 1 < len(found) and found[end + 1].kind != "break":
        end += 1
    return found[begin : end + 1]


def _alone(found: list[_Token], at: int, units: tuple[str, ...]) -> bool:
    """Whether beside a scale its clause holds nothing but units and words that change nothing."""
    return all(
        t.kind in ("scale", "number", "year", "unit", "glue", *units)
        or (t.kind == "word" and _changes_nothing(t.text))
        for t in _clause(found, at)
    )


def _is_all(found: list[_Token], number: int, units: tuple[str, ...]) -> bool:
    """Whether a number and its unit are all of their clause, or stand behind the unit: no count."""
    clause = _clause(found, number)
    if not _alone(found, number, units) or "=" in (t.text for t in found if t.kind == "break"):
        return False
    behind = number > 0 and found[number - 1].kind in units
    return behind or not any(t.kind == "word" for t in clause)


def _changes_nothing(word: str) -> bool:
    if re.search(r"[\u4e00-\u9fff]", word):
        return bool(_CHINESE.fullmatch(word))
    return not _NO_CLAUSE.fullmatch(word) and money.harmless(word)
