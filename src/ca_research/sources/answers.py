"""The answers of a fetch, read as if they were one file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from ..ground.errors import AnswerError, IntegrityError
from ..registry import Vintage
from ..registry.base import read_yaml
from .sheets import Given, Sheet, shown
from .sheets import read as read_file

RECORD = "vintage.yaml"
"""What was asked, and the hash of each answer."""


def record(folder: Path) -> Vintage:
    """What is known of a fetch; raises RegistryError."""
    vintage: Vintage = read_yaml(folder / RECORD, Vintage)
    return vintage


def read(folder: Path) -> Given:
    """All answers that hold figures, one below the other.

    Raises
    ------
    IntegrityError
        An answer is not what was received.
    AnswerError
        The answers have unlike columns.
    """
    about = record(folder)
    for answer in about.answers:
        file = folder / answer.file
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != answer.sha256:
            raise IntegrityError(
                "an answer is not what was received",
                where=f"{about.source} {about.stamp}, {answer.file}",
                hint=f"ca-research data fetch {about.provider} ...: as it is now",
            )
    contents = [read_file(folder / a.file, part=True) for a in about.answers if a.rows]
    names = dict.fromkeys(sheet.name for one in contents for sheet in one.sheets)
    sheets = [
        _joined([s for one in contents for s in one.sheets if s.name == name], about.provider)
        for name in names
    ]
    return Given(about.name, about.sha256, sheets)


def _joined(parts: list[Sheet], provider: str) -> Sheet:
    """Sheets of one form below each other, under the heading of the first."""
    heads = [list(map(shown, part.rows[0])) for part in parts]
    if unlike := set().union(*heads).difference(set(heads[0]).intersection(*heads)):
        raise AnswerError(
            f"{provider} gave answers of unlike form: not all have {', '.join(sorted(unlike))}",
            hint="ask for fewer years at once; nothing was changed",
        )
    frames = [
        pd.DataFrame(part.rows[1:], columns=head, dtype=object)
        for part, head in zip(parts, heads, strict=True)
    ]
    rows = [heads[0], *pd.concat(frames).to_numpy().tolist()]
    return Sheet(parts[0].name, rows, list(range(1, len(rows) + 1)))
