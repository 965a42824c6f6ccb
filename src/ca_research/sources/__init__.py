"""Sources: files of figures as publishers and people write them, read into the rows of a table.

sheets.py reads a file within bounds, texts.py and cells.py what stands in it, names.py economies.
A publisher's layout (layouts.yaml) or a guess (guess.py) is a map, and mapping.py reads by it, part
by part. Nothing here keeps anything; `fetch` and `elsewhere` alone touch a network.
"""

from .layouts import read, recognise, understand
from .mapping import Map, Reader
from .sheets import Given

__all__ = ["Given", "Map", "Reader", "read", "recognise", "understand"]
