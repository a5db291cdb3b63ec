"""Playlists that were found among the sources, by names that no other has, with their tracks."""

import threading
from collections.abc import Iterator, Set
from dataclasses import dataclass

from musfuse.library.catalog.playlists import FoundPlaylists, PlaylistRow
from musfuse.library.collections.matching import Matcher
from musfuse.library.names import name_key, safe_component, with_number

LONGEST_NAME = 100
"""UTF-16 units of a name: behind it come an extension and the names of tracks."""
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A playlist that names what is no track here: how many of how many, the first of them."""

    place: str
    count: int
    of: int
    first: tuple[str, ...]


class Found:
    """Over a catalog. May be used from many threads."""

    def __init__(self, playlists: FoundPlaylists) -> None:
        self._playlists = playlists
        self._lock = threading.Lock()
        self._named: tuple[object, dict[str, tuple[str, PlaylistRow]]] | None = None

    def named(self, taken: Set[str]) -> dict[str, tuple[str, PlaylistRow]]:
        """The playlists by name key, each with its name: that of its file without extension, with a number where
        another has it, or it is among the keys that are `taken`. Raises StoreError."""
        state = (self._playlists.changes(), frozenset(taken))
        with self._lock:
            if self._named is not None and self._named[0] == state:
                return self._named[1]
        found = dict[str, tuple[str, PlaylistRow]]()
        again = dict[str, int]()
        for row in self._playlists.all():
            plain = safe_component(row.name.rpartition(".")[0], limit=LONGEST_NAME)
            name, key = plain, name_key(plain)
            number = again.get(key, 2)
            while name_key(name) in found or name_key(name) in taken or name_key(name).endswith(".M3U8"):
                name, number = with_number(plain, number, "", LONGEST_NAME), number + 1
            again[key] = number
            found[name_key(name)] = (name, row)
        with self._lock:
            self._named = (state, found)
        return found

    def tracks(self, row: PlaylistRow) -> Iterator[int]:
        """The ids of the tracks of a playlist in its order. Raises StoreError."""
        for _, items in Matcher(self._playlists).matched(row):
            yield from items

    def unmatched(self) -> Iterator[Unmatched]:
        """The playlists that name what is no track here. Raises StoreError."""
        matcher = Matcher(self._playlists)
        for row in self._playlists.all():
            count, odd = 0, list[str]()
            for place, items in matcher.matched(row):
                count += 1
                odd += [] if items else [place]
            if odd:
                yield Unmatched(row.place, len(odd), count, tuple(odd[:_TOLD]))
