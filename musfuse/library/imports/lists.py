"""Playlists of another program, taken over. One that is here gets what it lacks, as long as it loses nothing; any other
of its name stays as it is, so that a second import changes nothing and nothing is lost that was put in here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, count, islice

from musfuse.errors import ConfigError
from musfuse.library.catalog.pairs import Pairs
from musfuse.library.collections.found import LONGEST_NAME
from musfuse.library.collections.rules import MOST
from musfuse.library.collections.shelf import CollectionKind, Shelf
from musfuse.library.exchange.foreign import ForeignLibrary, ForeignPlaylist
from musfuse.library.names import name_key, safe_component, with_number
from musfuse.library.userdb.playlists import KeptPlaylist

_PAGE, _TOLD, _MOST_ENTRIES = 500, 10_000, 1_000_000


class Fate(StrEnum):
    """What becomes of a playlist."""

    MADE = "made"
    FILLED = "filled"
    SAME = "same"
    KEPT = "kept"
    """There is one of its name with other tracks."""
    EMPTY = "empty"
    """None of its tracks is here."""
    TOO_LONG = "too long"
    RULE = "rule"
    """A rule chooses its tracks, and only playlists were asked for."""
    ODD = "odd"
    """It cannot be read."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A playlist as it is here, with so many `tracks`; so many of there are `missing`. `reason`: why it cannot be
    read."""

    name: str
    fate: Fate
    tracks: int = 0
    missing: int = 0
    reason: str = ""


@dataclass(slots=True)
class Lists:
    """Over the playlists of a library. With `rules`, what rules choose now is taken over, too."""

    shelf: Shelf
    rules: bool = False
    taken: list[Taken] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)
    _all: list[ForeignPlaylist] = field(default_factory=list)
    _program: str = ""

    def read(self, library: ForeignLibrary) -> None:
        """Read the playlists of a library, which may take its time. Raises ConfigError."""
        self._program, room = library.name, _MOST_ENTRIES
        for playlist in islice(library.playlists(), _TOLD):
            room -= len(playlist.entries)
            if room < 0:
                raise ConfigError(f"its playlists have more than {_MOST_ENTRIES:,} entries; leave them out with --only")
            self._all.append(playlist)

    def take(self, pairs: Pairs, *, write: bool) -> None:
        """Tell, and with `write` keep, what becomes of each that was read. Raises StoreError."""
        for playlist in self._all:
            self.taken.append(self._take(playlist, self._program, pairs, write))

    def _take(self, playlist: ForeignPlaylist, program: str, pairs: Pairs, write: bool) -> Taken:
        if playlist.odd:
            return Taken(playlist.name, Fate.ODD, reason=playlist.odd)
        if playlist.rule and not self.rules:
            return Taken(playlist.name, Fate.RULE)
        if len(playlist.entries) > MOST:
            return Taken(playlist.name, Fate.TOO_LONG)
        tracks = list(self._tracks(playlist, pairs))
        missing = tracks.count(None)
        there = [track for track in tracks if track]
        if not there:
            return Taken(playlist.name, Fate.EMPTY, 0, missing)
        name, kept = self._name(playlist.name, program)
        fate = self._fate(kept, there)
        if write and fate in (Fate.MADE, Fate.FILLED):
            table = self.shelf.playlists
            table.fill((kept or table.add(name, name_key(name))).id, there)
        return Taken(name, fate, len(there), missing)

    def _tracks(self, playlist: ForeignPlaylist, pairs: Pairs) -> Iterator[tuple[int, str] | None]:
        """The track of each entry, None where it is not here."""
        for at in range(0, len(playlist.entries), _PAGE):
            page = playlist.entries[at : at + _PAGE]
            found = pairs.of_calls(page)
            yield from (found.get(entry) for entry in page)

    def _name(self, name: str, program: str) -> tuple[str, KeptPlaylist | None]:
        """The name that a playlist gets, and the playlist that has it."""
        plain = safe_component(name, limit=LONGEST_NAME - len(program) - 3).removesuffix(".m3u8") or "_"
        names = chain((plain, f"{plain} ({program})"), (with_number(plain, n, "", LONGEST_NAME) for n in count(2)))
        for text in names:
            key, there = name_key(text), self.shelf.named(text)
            free = there is None or there.kind in (CollectionKind.FOUND, CollectionKind.PLAYLIST)
            if free and key not in self._used and not key.endswith(".M3U8"):
                self._used.add(key)
                return text, self.shelf.playlists.named(key)
        raise AssertionError("there is always another number")

    def _fate(self, kept: KeptPlaylist | None, tracks: Sequence[tuple[int, str]]) -> Fate:
        if kept is None:
            return Fate.MADE
        own, wanted = [entry.id for entry in self.shelf.playlists.entries(kept.id)], [track for track, _ in tracks]
        if own == wanted:
            return Fate.SAME
        rest = iter(wanted)
        return Fate.FILLED if all(track in rest for track in own) else Fate.KEPT
