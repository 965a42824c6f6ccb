"""What a test leaves behind: looked at before and after, only what was added is a leak."""

from collections import Counter
from contextlib import suppress
from pathlib import Path


def open_files(process="self"):
    """The names of what a process has open; what is closed while they are read is not."""
    names = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            names.append(str(link.readlink()))
    return names


def kinds(names):
    """The kind of each: a socket or pipe without its number."""
    return [name.split(":")[0] for name in names]


def more(before, after):
    """What was added. What others had left, and the collector let go of meanwhile, is no leak.

    >>> more({"files": ["a", "b"]}, {"files": ["b", "b"]})
    {'files': Counter({'b': 1})}
    """
    added = {kind: Counter(after[kind]) - Counter(before.get(kind, ())) for kind in after}
    return {kind: counts for kind, counts in added.items() if counts}
