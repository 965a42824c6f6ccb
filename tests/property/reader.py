"""Reads sentences about figures back: numbers, direction, and on which side of the bar they are
said to lie. It shares no code with what writes them.
"""

import datetime as dt
import math
import operator
import re

INF = math.inf
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
PLACES = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
TESTS = {
    "more than": operator.gt,
    "at least": operator.ge,
    "less than": operator.lt,
    "at most": operator.le,
    "exactly": operator.eq,
}
OTHER_WAY = {
    "more than": "less than", "less than": "more than",
    "at least": "at most", "at most": "at least", "exactly": "exactly",
}  # fmt: skip
DATES = {
    "after": operator.gt,
    "before": operator.lt,
    "later": operator.ge,
    "earlier": operator.le,
}
_NUMBER = re.compile(rf"−?\d[\d,]*(?:\.\d+)?%?|\b(?:{'|'.join([*WORDS, 'none'])})\b")
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}")


def number(text, share):
    """The one number of a text."""
    tokens = _NUMBER.findall(text)
    assert len(tokens) == 1, text
    token = tokens[0]
    if token in (*WORDS, "none"):
        return 0.0 if token == "none" else float(WORDS.index(token))
    value = float(token.rstrip("%").replace("−", "-").replace(",", ""))
    return value / 100 if share else value


def day(text):
    """The one day or year of a text, a day by its ordinal."""
    tokens = _DAY.findall(text)
    assert len(tokens) == 1, text
    token = tokens[0]
    if token.isdigit():
        return float(token)
    return float(dt.datetime.strptime(token, "%d %B %Y").toordinal())


def place(text):
    """The one place of a text, or how many places."""
    tokens = [word for word in text.split() if word in (*PLACES, *WORDS) or word[0].isdigit()]
    assert tokens, text
    token = tokens[-1]
    if token[0].isdigit():
        return float(token.rstrip("stndrh"))
    return float(PLACES.index(token) + 1 if token in PLACES else WORDS.index(token))


SIGNED = {
    "change": ("grew", "fell", "up", "down", ("unchanged", "did not change")),
    "days between": (
        "later",
        "earlier",
        "later",
        "earlier",
        ("the same day", "came on the same day"),
    ),
}
SIGNED["change a year"] = SIGNED["change"]


def ends(text, kind, share=False, years=0):
    """Between which ends a figure lies, as a text says it."""
    if kind in SIGNED:
        return _signed(text, kind, share)
    if kind == "yes or no":
        return (0.0, 1.0) if text == "yes or no" else (float(text == "yes"),) * 2
    if kind == "days outside" and text == "do not miss it":
        return 0.0, 0.0
    read = {"date": day, "rank": place}.get(kind, lambda part: number(part, share))
    if kind == "years in which":
        text, _, _ = text.partition(" of the ")
    if kind == "years in which" and "%" not in text:

        def read(part):
            return number(part, False) / years

    if match := re.fullmatch(r"(.*) or (later|lower|earlier|better)", text):
        one = read(match[1])
        return (one, INF) if match[2] in ("later", "lower") else (-INF, one)
    if "at least" in text:
        return read(text), INF
    if "at most" in text:
        return -INF, read(text)
    parts = re.split(r" to | and ", re.sub(r"^.*between ", "", text))
    low, high = read(parts[0]), read(parts[-1])
    return low, high


def _signed(text, kind, share):
    up, down, listed_up, listed_down, same = SIGNED[kind]
    if any(text == f"{words}{rest}" for words in same for rest in ("", " a year")):
        return 0.0, 0.0
    if match := re.search(rf"not (?:come )?({up}|{down}|grow|fall)", text):
        return (-INF, 0.0) if match[1] in (up, "grow") else (0.0, INF)
    low, high = None, None
    for part in text.split(" or "):
        rises = bool(re.search(rf"\b({up}|{listed_up})\b", part))
        assert rises != bool(re.search(rf"\b({down}|{listed_down})\b", part)), text
        sizes = _NUMBER.findall(part)
        if not sizes:
            low, high = (low, INF) if rises else (-INF, high)
            continue
        least, most = number(sizes[0], share), number(sizes[-1], share)
        if "at most" in part and " or " in text:
            low, high = (low, most) if rises else (-most, high)
        elif "at most" in part:
            low, high = (0.0, most) if rises else (-most, 0.0)
        elif "at least" in part:
            low, high = (least, INF) if rises else (-INF, -least)
        else:
            low, high = (least, most) if rises else (-most, -least)
    assert low is not None and high is not None, text
    return low, high


def asked(text, kind, share=False):
    """What is asked of a figure: a comparison with the bar."""
    if kind in SIGNED:
        return _asked_of_signed(text, kind, share)
    if kind == "yes or no":
        return operator.eq, float(text == "yes")
    if kind == "days outside" and text.endswith("miss it"):
        return (operator.eq if "not" in text else operator.gt), 0.0
    if kind == "rank":
        last, out = place(text), text.startswith("not ")
        one = "among" not in text
        if one:
            return (operator.ne if out else operator.eq), last
        return (operator.gt if out else operator.le), last
    if kind == "date":
        return next((test for word, test in DATES.items() if word in text), operator.eq), day(text)
    if text.startswith("all"):
        return operator.ge, 1.0
    word = next(word for word in TESTS if word in text)
    return TESTS[word], number(text.partition(word)[2], share)


def _asked_of_signed(text, kind, share):
    up, down, _, _, same = SIGNED[kind]
    if text in same or text.removeprefix("came ") in same:
        return operator.eq, 0.0
    if match := re.search(rf"not (?:come )?({up}|{down}|grow|fall)", text):
        return (operator.le if match[1] in (up, "grow") else operator.ge), 0.0
    first = text.split(" or ")[0]
    rises = bool(re.search(rf"\b{up}\b", first))
    word = next((word for word in TESTS if word in first), None)
    if word is None:
        return (operator.gt if rises else operator.lt), 0.0
    size = number(first.partition(word)[2], share)
    return (TESTS[word], size) if rises else (TESTS[OTHER_WAY[word]], -size)


def side(text, kind):
    """On which side of the bar a figure is said to lie: 1, 0 or -1; None where the bar lies within
    its range; '' where nothing is said.
    """
    if not text:
        return ""
    if text.startswith(("with ", "which leaves open")):
        return None
    if text.startswith(("not above", "not below", "exactly")):
        return 0
    over = text.startswith(("above", "after", "a smaller fall"))
    assert over or text.startswith(("below", "before", "a larger fall")), text
    return 1 if over else -1


def bar(text, kind, share=False):
    """The bar that the end of a sentence names."""
    if kind == "date":
        return day(text)
    if "all years" in text:
        return 1.0
    size = number(re.sub(r"within that range$|^exactly", "", text), share)
    falls = kind in SIGNED and re.search(r"fall than|fall by|earlier", text)
    return -size if falls else size
