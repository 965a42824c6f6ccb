"""What a user asks a provider for, and what its modules make of it: requests, and answers read as
far as is needed to know that they are whole and whether there is more.
"""

from __future__ import annotations

import datetime as dt
import importlib
import io
import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...ground import economies
from ...ground.arguments import several, whole_number
from ...ground.errors import AnswerError, UsageError, known_name
from ...registry import Provider, provider
from .transport import Request

Choice = dict[str, tuple[str, ...] | tuple[int, ...]]
"""What is asked for: codes of economies, words, and `year`, each without repetition."""

ECONOMIES = ("economy", "reporter", "partner", "origin", "destination")
_WORD = (r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,60}", "for example NY.GDP.MKTP.CD")
_WORDS = {"product": (r"\d\d|TOTAL", "two digits of the HS, or TOTAL: --product 27")}


@dataclass(frozen=True)
class Found:
    """What an answer holds: rows of figures, the request for more, remarks of the publisher."""

    rows: int
    more: Request | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asking:
    """How a provider is asked: a module of this folder has one.

    needs, takes: names of what must and may be chosen. requests: what to ask for a choice, with a
    key or without. read: what an answer holds; raises FetchError where it is none.
    """

    needs: tuple[str, ...]
    takes: tuple[str, ...]
    requests: Callable[[Choice, Provider, bool], list[Request]]
    read: Callable[[Request, bytes, Provider, bool], Found]


def asking(name: str) -> Asking:
    """How a provider is asked; raises UnknownNameError."""
    protocol: Asking = importlib.import_module(f".{provider(name).name}", __package__).ASKING
    return protocol


def choice(name: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, in one form: lists of codes, words and years; `since`, `until` as said.

    Raises
    ------
    UsageError
        Something that the provider needs is not said, or it does not take what is.
    UnknownNameError
        An economy or a flow is none.

    Examples
    --------
    >>> choice("worldbank", {"indicator": "NY.GDP.MKTP.CD", "economy": "Kazakhstan", "since": 2000})
    {'indicator': ['NY.GDP.MKTP.CD'], 'economy': ['KAZ'], 'since': 2000}
    """
    how = asking(name)
    options = {k: v for k, v in request.items() if v not in (None, [], ())}
    allowed = sorted([*how.needs, *how.takes], key="year".__eq__)
    allowed += ["since", "until"] if "year" in allowed else []
    span = options.keys() & {"since", "until"}
    there = options.keys() | ({"year"} if "since" in span else set())
    if unknown := [k for k in options if k not in allowed]:
        raise UsageError(
            f"{name} is not asked by {unknown[0]}",
            hint="it takes " + ", ".join(f"--{n}" for n in allowed),
        )
    if "year" in options and span:
        raise UsageError("years and a span of years are two ways to say it", hint="give one")
    if lacking := [n for n in how.needs if n not in there]:
        raise UsageError(
            f"{name} has to be told: {', '.join(lacking)}",
            hint=" ".join(f"--{n} ..." for n in lacking),
        )
    return {k: _parsed_option(k, options[k]) for k in allowed if k in options}


def _parsed_option(name: str, value: Any) -> Any:
    if name in ("since", "until"):
        return _year(name, value)
    words = [w for v in several(value) for w in (v.split(",") if isinstance(v, str) else [v])]
    return list(dict.fromkeys(_read(name, word) for word in words))


def _read(name: str, value: Any) -> Any:
    """A year, the code of an economy, or a word as it may stand in an address."""
    if name == "year":
        return _year(name, value)
    text = str(value).strip()
    if name in ECONOMIES:
        return economies.resolve(text)
    if name == "flow":
        return known_name(name, text, ("export", "import"))
    pattern, hint = _WORDS.get(name, _WORD)
    if not re.fullmatch(pattern, text):
        raise UsageError(f"{name}: no code: {text!r}", hint=hint)
    return text


def _year(name: str, value: Any) -> int:
    written = isinstance(value, str) and value.strip().isdigit()
    year = whole_number(name, int(value) if written else value)
    if not 1900 <= year <= dt.date.today().year:
        raise UsageError(f"{name}={year} is no year of figures", hint="for example --year 2022")
    return year


def with_years(choice: Mapping[str, Any], today: dt.date) -> Choice:
    """A choice with each year of a span; until this year where no end is said.

    Examples
    --------
    >>> with_years({"economy": ["KAZ"], "since": 2024}, dt.date(2026, 1, 1))["year"]
    (2024, 2025, 2026)
    """
    chosen: Choice = {k: tuple(v) for k, v in choice.items() if k not in ("since", "until")}
    if "since" in choice or "until" in choice:
        first, last = choice.get("since", 1960), choice.get("until", today.year)
        if first > last:
            raise UsageError(
                f"since {first} is after until {last}", hint="the first, then the last"
            )
        chosen["year"] = tuple(range(first, last + 1))
    return chosen


def spans(years: Sequence[Any]) -> list[tuple[int, int] | None]:
    """Years as spans without gaps; None, for all years, where none is named.

    Examples
    --------
    >>> spans((2010, 2011, 2020)), spans(())
    ([(2010, 2011), (2020, 2020)], [None])
    """
    runs = itertools.groupby(enumerate(sorted(years)), key=lambda pair: pair[1] - pair[0])
    lists = [[year for _, year in run] for _, run in runs]
    return [(run[0], run[-1]) for run in lists] or [None]


def codes(chosen: Choice, name: str, known: Callable[[str], str | None], who: str) -> list[str]:
    """Economies as a provider writes them; raises UsageError for one that it has no code for."""
    provider_codes = []
    for one in chosen.get(name, ()):
        if (written := known(str(one))) is None:
            raise UsageError(
                f"{who} has no code for {economies.name_of(str(one))}", hint=f"another {name}"
            )
        provider_codes.append(written)
    return provider_codes


# --- answers


def json_of(body: bytes, service: Provider) -> Any:
    """An answer in JSON; raises AnswerError for a web page, or for what is cut off."""
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise not_understood(service, _kind(body)) from None


def csv_figures(body: bytes, service: Provider) -> int:
    """How many figures an answer in CSV has, in whole rows; raises AnswerError."""
    try:
        frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
    except ValueError:
        raise not_understood(service, _kind(body)) from None
    if "OBS_VALUE" not in frame:
        raise not_understood(service, _kind(body))
    if frame.isna().any(axis=None):
        raise not_understood(service, "rows of unlike length: it is cut off or damaged")
    return int((~frame["OBS_VALUE"].str.strip().isin(["", ":"])).sum())


def records(answer: Any, service: Provider) -> list[dict[str, Any]]:
    """A list of records; raises AnswerError."""
    if not isinstance(answer, list) or not all(isinstance(r, dict) for r in answer):
        raise not_understood(service, "no list of records")
    return answer


def _kind(body: bytes) -> str:
    begun = body.lstrip()[:1]
    if begun == b"<":
        return "a web page, or a message for programs, instead of figures"
    return "it is cut off or damaged" if begun else "it is empty"


def not_understood(service: Provider, why: str) -> AnswerError:
    return AnswerError(
        f"{service.publisher} gave no answer that can be read: {why}",
        where=service.address,
        hint="again later; nothing was changed",
    )


def cut(service: Provider, rows: int, hint: str) -> AnswerError:
    """As many rows as are given at most: more may have been left out."""
    return AnswerError(
        f"{service.publisher} gave {rows:,} rows, as many as it gives at once: some may be missing",
        where=service.address,
        hint=hint,
    )
