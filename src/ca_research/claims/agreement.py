"""How far the blind readers of registry/coding agree, computed from what each of them said."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..ground import paths
from ..ground.textfiles import registered_rows
from ..registry.voting import FOLDER
from ..stats.agreement import Scale, krippendorff_alpha


class Question(NamedTuple):
    """What readers were asked: the file of their votes, how its columns begin, of what kind the
    answers are (None for options of another list in every row), and the question in words.
    """

    file: str
    column: str
    scale: Scale | None
    words: str


QUESTIONS = (
    Question("reading_fit", "fit", "ordinal", "how near a reading is to its sentence"),
    Question("reading_fit_named", "fit", "ordinal", "the same, with the countries named"),
    Question("bars", "chosen", None, "where a bar lies"),
    Question("acts_blind", "act", "nominal", "what kind of act a text documents"),
    Question("acts_blind", "interference", "nominal", "whether that is interference"),
    Question("acts_blind", "string", "nominal", "whether it is a condition attached to money"),
)


class Agreed(NamedTuple):
    """How far readers agree on one question: how many rows and readers there are, how many rows
    all read alike, and Krippendorff's alpha (None where the rows have no values in common).
    """

    question: Question
    rows: int
    readers: int
    alike: int
    alpha: float | None


def agreement() -> list[Agreed]:
    """Agreement on each question that blind readers of this project answered.

    Returns
    -------
    list of Agreed
        In the order of `QUESTIONS`; those without a file of votes are left out.

    Examples
    --------
    >>> first = agreement()[0]
    >>> first.rows, first.readers, first.alike, round(first.alpha, 2)
    (111, 5, 75, 0.86)
    """
    files = {one: paths.registry_dir() / FOLDER / f"{one.file}.csv" for one in QUESTIONS}
    return [_agreed(question, file) for question, file in files.items() if file.is_file()]


def _agreed(question: Question, file: Path) -> Agreed:
    codes = [
        [value or None for name, value in row.items() if name.startswith(f"{question.column}_")]
        for _, row in registered_rows(file)
    ]
    units = [unit for unit in codes if any(unit)]  # a row for 'none is closest' has no values
    return Agreed(
        question,
        len(units),
        max(map(len, units), default=0),
        sum(len({*unit} - {None}) == 1 for unit in units),
        krippendorff_alpha(units, question.scale) if question.scale else None,
    )
