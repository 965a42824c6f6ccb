"""Labels of rows as files have them: an economy by any code or name, in the genitive too, a total,
or a group that is none.
"""

from __future__ import annotations

import re

from ..ground import economies


def code(written: object) -> str | None:
    """The code of an economy or group that a table may use; None for what is none.

    Examples
    --------
    >>> [code(c) for c in ("KZ", "398", 398, "Казахстан", "哈萨克斯坦", "Korea, Rep.", "World")]
    ['KAZ', 'KAZ', 'KAZ', 'KAZ', 'KAZ', 'KOR', 'WLD']
    """
    text = str(int(written)) if isinstance(written, float) and written.is_integer() else written
    text = re.sub(r"(?<=^\d)(\d*)\.0$", r"\1", str(text).strip())
    if not text or economies.no_economy(text) == economies.TOTAL:
        return None
    return economies.code_of(text)


def two_letters(code: str) -> str | None:
    """The code of ISO 3166 with two letters; None for a group or a state that is no more.

    Examples
    --------
    >>> two_letters("KAZ"), two_letters("WLD")
    ('KZ', None)
    """
    return next((two for two, three in economies.two_letters().items() if three == code), None)


def number(written: str) -> str | None:
    """The number by which Comtrade knows an economy: M49's of today, but for a few.

    Examples
    --------
    >>> number("KAZ"), number("USA"), number("DEU"), number("WLD"), number("EU27")
    ('398', '842', '276', '0', None)
    """
    # former numbers stand before that of today, and these before Comtrade's own
    return {code: digits for digits, code in economies.numbers().items()}.get(written)
