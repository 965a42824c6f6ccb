"""Many inputs from a seed, each with a limit of time, each ending well, refused, or as a finding.

A finding is one of three things: a traceback (any error that is not of the project's own), no
answer
in time, or silence: something was accepted though part of it went unread or was read as something
else. What silence is, each surface says itself: its `Case.check` is a second, independent reading.
"""

from __future__ import annotations

import contextlib
import faulthandler
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ca_research.ground.errors import CaResearchError

SECONDS = 30
"""For one input, which takes a fraction of it; a query is stopped after 60 by itself."""


@dataclass(frozen=True)
class Case:
    """One input: what is done with it, and what must hold of the answer where it is accepted.

    check: returns what is wrong with an answer, '' where nothing is. wrong: must be refused,
        whatever it gives.
    """

    shown: str
    act: Callable[[], Any]
    check: Callable[[Any], str] = lambda answer: ""
    wrong: bool = False


@dataclass
class Tally:
    """What became of all inputs of one surface."""

    count: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return ", ".join(f"{n} {word}" for word, n in sorted(self.count.items()))


class TooSlow(BaseException):
    """An input that was not answered in time."""


@contextlib.contextmanager
def limited() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    faulthandler.dump_traceback_later(
        4 * SECONDS, exit=True, file=sys.__stderr__
    )  # where even the signal is not heard
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def run(make: Callable[[random.Random], Case], count: int, seed: str) -> Tally:
    """`count` cases of one surface; the same seed makes the same cases."""
    tally = Tally()
    for number in range(count):
        case = make(random.Random(f"{seed}-{number}"))
        try:
            with limited():
                answer = case.act()
                told = "accepted though it is wrong" if case.wrong else case.check(answer)
            outcome = "silent" if told else "accepted"
        except CaResearchError as error:
            outcome, told = "refused", "" if str(error).strip() else "an error without a word"
        except TooSlow:
            outcome, told = "slow", f"no answer in {SECONDS} s"
        except Exception as error:
            outcome, told = "traceback", f"{type(error).__name__}: {error}"
        tally.count[outcome] += 1
        if told:
            tally.findings.append(f"{seed}-{number}: {told[:300]}\n    {case.shown[:400]!r}")
    return tally


LETTERS = (
    "aZ09_-., "
    ";:'\"\\/|()[]{}<>&*!?#%@`~=+$\n\r\t\0\x1b\x7f\xa0\xad\u00b2\u0663\u202e\ufeff\U0001f600"
)


def word(rng: random.Random, length: int = 12) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(0, length)))


def mutated(rng: random.Random, text: str, times: int = 3) -> str:
    """The text with a few slips: something dropped, doubled, swapped, or typed in between."""
    for _ in range(rng.randint(1, times)):
        at, upto = sorted(rng.randint(0, len(text)) for _ in range(2))
        upto = min(upto, at + rng.choice((1, 1, 2, 8, 40)))
        part = text[at:upto]
        new = rng.choice(("", part * 2, part[::-1], rng.choice(LETTERS), word(rng), part.upper()))
        text = text[:at] + new + text[upto:]
    return text


def mutated_bytes(rng: random.Random, content: bytes) -> bytes:
    """As `mutated`, in bytes: what comes out need not be UTF-8."""
    at = rng.randint(0, len(content))
    junk = bytes(rng.randrange(256) for _ in range(rng.randint(0, 4)))
    return content[:at] + junk + content[at + rng.choice((0, 1, 4)) :]
