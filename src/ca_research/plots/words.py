"""What a picture says of estimates, in words."""

from __future__ import annotations

import pandas as pd

from ..ground import economies as eco

_LETTERS = 0x2E80
"""Above it stand the scripts of East Asia, which the font of the pictures has not."""


def drawable(name: str, code: str) -> str:
    """A name where the letters of a picture can show it, else its code, spaced.

    Examples
    --------
    >>> drawable("Gallup", "P131"), drawable("\u6559\u80b2\u90e8", "moe_2014")
    ('Gallup', 'moe 2014')
    """
    return name if all(ord(letter) < _LETTERS for letter in name) else code.replace("_", " ")


def row_words(frame: pd.DataFrame, template: str, *, between: str = "; ") -> str:
    """Each row of a frame in the words of a template, for a title or the text of a picture.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row is one part of the text; codes of economies are put in words.
    template : str
        As for `str.format`, with columns as names: ``"{economy} {year}: {share:.1f}%"``.
    between : str
        What stands between two rows.

    Returns
    -------
    str
        '' for a frame without rows.

    Examples
    --------
    >>> lengths = pd.DataFrame({"economy": ["KAZ", "UZB"], "km": [1782.8, 0]})
    >>> row_words(lengths, "{economy} {km:,.0f}")
    'Kazakhstan 1,783; Uzbekistan 0'
    """
    rows = (
        {k: eco.name_of(v) if isinstance(v, str) and v in eco.codes() else v for k, v in r.items()}
        for r in frame.to_dict("records")
    )
    return between.join(template.format(**row) for row in rows)
