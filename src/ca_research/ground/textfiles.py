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
        Where it is not YAML or not UTF-8, has a key twice in one
        mapping, a number that is not plainly one, or a tag that makes an object (`!!python`).

    Examples
    --------
    >>> read_yaml(b"economy: [KAZ, KGZ]")
    {'economy': ['KAZ', 'KGZ']}
    """
    try:
        return yaml.load(decoded(content), Loader=_Reader)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", "a control character")
        mark = getattr(error, "problem_mark", None)
        raise Unreadable(f"not valid YAML: {problem}", mark.line + 1 if mark else None) from None


def read_csv(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV in UTF-8 with the line each ends in, as words by the names in its first row;
    raises Unreadable.

    Examples
    --------
    >>> read_csv(b"economy,years\\nKAZ,5\\n")
    [(2, {'economy': 'KAZ', 'years': '5'})]
    """
    text = decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = next(reader, [])
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise Unreadable(f"not a CSV: {error}", reader.line_num) from None
    if len({*names} - {""}) < len(names):
        raise Unreadable(f"a name in the header is missing or stands twice: {', '.join(names)}", 1)
    for line, cells in rows:
        if len(cells) != len(names):
            raise Unreadable(f"a row of {len(cells)} cells under {len(names)} names", line)
    return [(line, dict(zip(names, cells, strict=True))) for line, cells in rows]


def registered_rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """As `read_csv`, of a file of the register; raises RegistryError."""
    try:
        return read_csv(file.read_bytes())
    except OSError as error:
        fault = Unreadable(f"cannot be read: {error.strerror or error}")
    except Unreadable as error:
        fault = error
    raise RegistryError(fault.what, where=fault.place(paths.shown(file)), hint="mend the file")


class _Reader(_Fast):
    """The safe loader, which refuses a key that stands twice: of two values one would go unread."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._flat: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Before `<<` puts in the keys of another mapping."""
        words = set()
        for key, _ in node.value if id(node) not in self._flat else ():
            word = str(key.value)
            if word in words and key.tag != _MERGE:
                problem = f"the key {word!r} stands twice in one mapping"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            words.add(word)
        self._flat.add(id(node))
        super().flatten_mapping(node)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """As YAML's own; a day not in the calendar and a number that is not plainly one are
        refused.

        To YAML 1.1 `010` is eight and `1:30` is ninety.
        """
        if node.tag in _NUMBERS and re.match(r"[-+]?0\d|.*:", node.value):
            problem = f"{node.value[:40]} may be read in two ways: in quotes it is a word"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:
            raise yaml.constructor.ConstructorError(
                None, None, str(error), node.start_mark
            ) from None
