"""Files that people write, YAML and CSV: what may be read in two ways is refused with its line."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import yaml

from . import paths
from .errors import RegistryError

MAX_BYTES = 4_000_000
"""The largest file of the register has 14 kB; a grid of ten thousand sets has some 500."""

_Fast: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


class Unreadable(ValueError):
    """What is wrong with a text, and in which line of it (None: nowhere in particular)."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what, self.line = what, line

    def place(self, file: str) -> str:
        """The file with the line, as an error names it."""
        return f"{file}, line {self.line}" if self.line else file


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8; raises Unreadable with the line of the first byte that is
    not.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"not UTF-8: byte {content[error.start]:#04x}", line) from None


def read_yaml(content: bytes) -> Any:
    """What a YAML text says, as dictionaries, lists, words, numbers, dates and None.

    Parameters
    ----------
    content : bytes
        One document, in UTF-8.

    Raises
    ------
    Unreadable
        Where it is not YAML or not UTF-8, is larger than `MAX_BYTES`, has a key twice in one
        mapping, a number that is not plainly one, or a tag that makes an object (`!!python`).

    Examples
    --------
    >>> read_yaml(b"economy: [KAZ, KGZ]")
    {'economy': ['KAZ', 'KGZ']}
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(f"larger than {MAX_BYTES / 1e6:g} MB")
    text = decoded(content)
    try:
        return yaml.load(text, Loader=_Reader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = error.problem or error.context
        raise Unreadable(f"not valid YAML: {told}", mark.line + 1 if mark else None) from None
    except yaml.reader.ReaderError as error:  # a control character
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(f"not valid YAML: {error.reason}", line) from None


def read_csv(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV of the register with the line each ends in, as words by the names in its first
    row. Raises RegistryError where it cannot be read, or is no table.
    """

    def fault(what: str, line: int = 0) -> RegistryError:
        place = Unreadable(what, line).place(paths.shown(file))
        return RegistryError(what, where=place, hint="mend the file")

    try:
        text = decoded(file.read_bytes())
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        names = next(reader, [])
        rows = [(reader.line_num, cells) for cells in reader]
    except OSError as error:
        raise fault(f"cannot be read: {error.strerror or error}") from error
    except Unreadable as error:
        raise fault(error.what, error.line or 0) from None
    except csv.Error as error:
        raise fault(f"not a CSV: {error}", reader.line_num) from None
    if len({*names} - {""}) < len(names):
        raise fault(f"a name in the header is missing or stands twice: {', '.join(names)}", 1)
    for line, cells in rows:
        if len(cells) != len(names):
            raise fault(f"a row of {len(cells)} cells under {len(names)} names", line)
    return [(line, dict(zip(names, cells, strict=True))) for line, cells in rows]


class _Reader(_Fast):
    """The safe loader, which refuses a key that stands twice: of two values one would go unread."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._flat: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Before `<<` puts in the keys of another mapping."""
        seen = set()
        for key, _ in node.value if id(node) not in self._flat else ():
            word = str(key.value)
            if word in seen and key.tag != _MERGE:
                told = f"the key {word!r} stands twice in one mapping"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            seen.add(word)
        self._flat.add(id(node))
        super().flatten_mapping(node)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """As YAML's own; a day not in the calendar and a number that is not plainly one are
        refused.

        To YAML 1.1 `010` is eight and `1:30` is ninety.
        """
        if node.tag in _NUMBERS and re.match(r"[-+]?0\d|.*:", node.value):
            told = f"{node.value[:40]} may be read in two ways: in quotes it is a word"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:
            raise yaml.constructor.ConstructorError(
                None, None, str(error), node.start_mark
            ) from None
