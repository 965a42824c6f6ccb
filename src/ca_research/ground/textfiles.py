"""Files that people write, YAML and CSV: read with bounds on what they may ask of the machine.

YAML can say a lot with a little: nine lines of aliases stand for a billion values, a mapping can
hold itself, and a bracket may be opened any number of times. All of it is refused while the file is
still a stream of events, before anything is built from it.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import yaml

MAX_BYTES = 4_000_000
"""The largest file of the register has 14 kB; a grid of ten thousand sets has some 500."""
MAX_DEPTH = 40
"""Lists and mappings within each other; a claim has nine."""
MAX_VALUES = 400_000
"""Words, numbers, lists and mappings, each alias counted as all that it stands for."""

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
        Where it is not YAML or not UTF-8, is larger, deeper or has more values than the bounds of
        this module allow, refers to itself, has a key twice in one mapping, or a tag (`!!python`).

    Examples
    --------
    >>> read_yaml(b"economy: [KAZ, KGZ]")
    {'economy': ['KAZ', 'KGZ']}
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(f"larger than {MAX_BYTES / 1e6:g} MB")
    text = decoded(content)
    try:
        _bound(text)
        loader = _Reader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = error.problem or error.context
        raise Unreadable(f"not valid YAML: {told}", mark.line + 1 if mark else None) from None
    except yaml.reader.ReaderError as error:  # a control character
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(f"not valid YAML: {error.reason}", line) from None


def read_csv(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV with the line each ends in, as words by the names in the header.

    Parameters
    ----------
    content : bytes
        In UTF-8; the first row names the columns.

    Raises
    ------
    Unreadable
        Where it is not UTF-8 or no CSV, a name is missing or stands twice, or a row has another
        number of cells than the header.

    Examples
    --------
    >>> read_csv(b"economy,years\\nKAZ,5\\n")
    [(2, {'economy': 'KAZ', 'years': '5'})]
    """
    text = decoded(content)
    if "\0" in text:
        raise Unreadable("not a CSV: a NUL", text.count("\n", 0, text.index("\0")) + 1)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = next(reader, [])
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise Unreadable(f"not a CSV: {error}", reader.line_num) from None
    if "" in names or len(set(names)) < len(names):
        raise Unreadable(f"a name in the header is missing or stands twice: {', '.join(names)}", 1)
    for line, cells in rows:
        if len(cells) != len(names):
            raise Unreadable(f"a row of {len(cells)} cells under {len(names)} names", line)
    return [(line, dict(zip(names, cells, strict=True))) for line, cells in rows]


def _bound(text: str) -> None:
    """Raise Unreadable at the first event that goes beyond the bounds, or that carries a tag."""
    sizes: dict[str, int] = {}  # of what an anchor stands for, once it is complete
    open_: list[tuple[str | None, int]] = []  # collections under way: anchor, values before it
    values = 0
    for event in yaml.parse(text, Loader=_Fast):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in {anchor for anchor, _ in open_}:
                raise Unreadable(f"*{event.anchor} stands within what it refers to", line)
            values += sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.NodeEvent):
            values += 1
            if event.tag:
                raise Unreadable(f"tags are not read: {event.tag}", line)
            if isinstance(event, yaml.CollectionStartEvent):
                open_.append((event.anchor, values - 1))
                if len(open_) > MAX_DEPTH:
                    raise Unreadable(f"nested more than {MAX_DEPTH} deep", line)
            elif event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor:
                sizes[anchor] = values - before
        if values > MAX_VALUES:
            raise Unreadable(f"more than {MAX_VALUES:,} values, aliases counted in full", line)


class _Reader(_Fast):
    """The safe loader, which refuses a key that stands twice: of two values one would go unread."""

    def get_single_node(self) -> Any:
        node = super().get_single_node()
        checked: set[int] = set()  # by identity: what several aliases share is looked at once
        waiting = [node] if node else []
        while waiting:
            part = waiting.pop()
            if id(part) in checked:
                continue
            checked.add(id(part))
            if isinstance(part, yaml.MappingNode):
                self._distinct(part)
                waiting += [value for _, value in part.value]
            elif isinstance(part, yaml.SequenceNode):
                waiting += part.value
        return node

    def _distinct(self, mapping: yaml.MappingNode) -> None:
        seen = set()
        for key_node, _ in mapping.value:
            mark = key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                told = "a key must be a word or a number"
                raise yaml.constructor.ConstructorError(None, None, told, mark)
            key = key_node.value if key_node.tag == _MERGE else self.construct_object(key_node)
            if key in seen:
                told = f"the key {key_node.value!r} stands twice in one mapping"
                raise yaml.constructor.ConstructorError(None, None, told, mark)
            seen.add(key)

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
