"""Tracks in an order as entries of a folder: numbered names, each a relative link to the track, or, where a face has
none, a file with the same bytes. Shared by folders that show what was found."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from musfuse.drive.branches.items import Items
from musfuse.drive.branches.numbers import number_of_spelling
from musfuse.drive.branches.port import Branch, Entry
from musfuse.library.catalog import Nodes
from musfuse.library.catalog.rows import join
from musfuse.library.names import name_key, safe_component

Names = Sequence[tuple[str, int]]
"""Names of entries, each with its item, in order of name."""
_PAGE = 200
_NAME_UNITS = 120
"""UTF-16 units of what stands behind the number: paths on Windows are short."""


class Numbered:
    """Over a view. The folders lie `depth` folders below the root. A listing with sizes takes `list_seconds` at most
    for them."""

    def __init__(
        self,
        nodes: Nodes,
        items: Items,
        depth: int = 2,
        list_seconds: float = 120,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nodes, self._items, self._up = nodes, items, "../" * depth
        self._list_seconds, self.clock = list_seconds, clock

    def names(self, found: Sequence[tuple[int, str, str]]) -> Names:
        """The names of tracks, (item, artist, title) in their order, of those that the view shows."""
        shown = dict[int, str]()
        each = iter(found)
        while page := list(islice(each, _PAGE)):
            shown |= self._nodes.names_of([one[0] for one in page])
        there = [one for one in found if one[0] in shown]
        digits = max(3, len(str(len(there))))
        return [
            (f"{number:0{digits}} - {_name(shown[item], artist, title)}", item)
            for number, (item, artist, title) in enumerate(there, 1)
        ]

    def entries(
        self, branch: Branch[Any], folder: Entry[Any], names: Names, after_key: str = "", key: str | None = None
    ) -> Iterator[Entry[Any]]:
        """The entries of a folder that are still there: those behind a name key, or the one with the name key `key`."""
        if key is not None:
            wanted = [pair for pair in names if name_key(pair[0]) == key]
        else:
            wanted = [pair for pair in names if not after_key or name_key(pair[0]) > after_key]
        each, folders = iter(wanted), dict[int, str]()
        while page := list(islice(each, _PAGE)):
            nodes = self._nodes.of_items([item for _, item in page])
            folders |= self._nodes.paths({node.parent for node in nodes.values()} - folders.keys())
            for name, item in page:
                node = nodes.get(item)
                if node is None:  # it went since
                    continue
                number = number_of_spelling(folder.id, name)
                link = self._up + join(folders.get(node.parent, ""), node.name)
                yield self._items.entry(branch, node, number=number, folder=folder.id, name=name, link=link)

    def with_sizes(self, entries: Iterator[Entry[Any]]) -> Iterator[Entry[Any]]:
        """Entries with the sizes that are known, or can be found out in time; those without are looked for in order."""
        until = self.clock() + self._list_seconds
        for entry in entries:
            if entry.size is None and not entry.hidden:
                known = self._items.known(entry.own)
                left = until - self.clock()
                if known is None and left > 0:
                    self._items.wait_for(entry.item, left)
                    known = self._items.known(self._nodes.by_id(entry.own.id) or entry.own)
                entry = replace(entry, size=known)
            yield entry


def _name(name: str, artist: str, title: str) -> str:
    stem, _, suffix = name.rpartition(".")
    told = [value for value in (artist, title or stem) if value]
    return safe_component(" - ".join(told), f".{suffix}", _NAME_UNITS)
