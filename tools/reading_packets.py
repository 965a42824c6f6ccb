"""Packets for anyone who codes how near each reading is to its sentence: no figure, verdict or name
of a reading is in them, countries are letters, and every packet has an order of its own.

python tools/reading_packets.py ARTICLE.txt OUT SEED [SEED ...]

ARTICLE.txt has the title, then the day, then a paragraph a line (empty lines do not count); it is
no part of the project. OUT/packet-SEED.md goes to a coder, OUT/key-SEED.json says what the letters
stand for. registry/coding/README.md has the protocol, and what becomes of the answers.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase

from ca_research import registry
from ca_research.ground.files import write_whole
from ca_research.registry import ClaimSpec

MASKED = {
    "Country X": r"(?:the )?(?:People's Republic of )?China|Beijing",
    "X-ish": r"Chinese",
    "Country Y": r"Russia(?:n Federation)?|Moscow|Kremlin",
    "Y-ish": r"Russian",
    "Country Z": r"(?:the )?United States(?: of America)?|(?:the )?U\.?S\.?(?:A\.?)?|Washington",
    "Z-ish": r"Americans?",
    "the Region": r"Central Asia",
    "Region's": r"Central Asian",
    "Bloc W": r"(?:the )?European Union|EU",
    "Continent W": r"Europe",
    "Host 1": r"Kazakh(?:stan|s)?",
    "Host 2": r"Kyrgyz(?:stan)?|Kirghizia",
    "Host 3": r"Tajik(?:istan|s)?",
    "Host 4": r"Turkmen(?:istan)?",
    "Host 5": r"Uzbek(?:istan|s)?",
    "Country T": r"Japan(?:ese)?",
    "Country U": r"India",
    "Country V": r"Iran",
    "Country S": r"T[uü]rki?ye|Turkey",
    "X's Initiative": r"Belt and Road(?: Initiative)?",
}
"""What stands for a name, and the name; presidents, newspapers and places leak all the same."""

_NAMES = re.compile(
    "|".join(f"(?P<m{i}>\\b(?:{name})\\b)" for i, name in enumerate(MASKED.values()))
)
_LETTERS = list(MASKED)


def mask(text: str) -> str:
    """A text with letters for names.

    Examples
    --------
    >>> mask("China and Russian firms in Kazakhstan")
    'Country X and Y-ish firms in Host 1'
    """
    return _NAMES.sub(lambda name: _LETTERS[int(str(name.lastgroup)[1:])], " ".join(text.split()))


def packet(article: list[str], seed: str) -> tuple[str, dict[str, dict[str, object]]]:
    """One packet, and what its letters stand for.

    Parameters
    ----------
    article : list of str
        Title, day, and paragraphs.
    seed : str
        Makes the order, which is the same for the same seed.

    Returns
    -------
    tuple
        Markdown, and for each question its claim and the readings in the order of their letters.
    """
    order, key = random.Random(seed), dict[str, dict[str, object]]()
    several = [claim for claim in registry.claims().values() if len(claim.readings) > 1]

    def question(number: int, claim: ClaimSpec) -> Iterator[str]:
        readings = order.sample(claim.readings, len(claim.readings))
        key[f"Q{number}"] = {"claim": claim.id, "readings": [r.name for r in readings]}
        paragraph = claim.article.paragraph
        yield f"## Q{number}"
        yield f"Paragraph: {mask(article[paragraph + 1 if paragraph else 0])}"
        yield f"The words in question: “{mask(claim.quotation)}”\n"
        for letter, reading in zip(ascii_uppercase, readings, strict=False):
            yield f"{letter}. {mask(reading.statement)}"
        yield ""

    shuffled = enumerate(order.sample(several, len(several)), 1)
    lines = [line for number, claim in shuffled for line in question(number, claim)]
    return "\n".join(lines), key


def main() -> int:
    if len(sys.argv) < 4:
        print(__doc__)
        return 2
    article, out, *seeds = sys.argv[1:]
    lines = [line.strip() for line in Path(article).read_text(encoding="utf-8").splitlines()]
    for seed in seeds:
        text, key = packet([line for line in lines if line], seed)
        write_whole(Path(out) / f"packet-{seed}.md", text)
        write_whole(Path(out) / f"key-{seed}.json", json.dumps(key, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
