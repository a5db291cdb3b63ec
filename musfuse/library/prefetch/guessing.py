"""What is probably played after a track: the next of its album or playlist, what followed it before, what is played at
this hour.

Each guess is a function of its own, so that more can be handed in.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from musfuse.library.catalog import TrackRow
from musfuse.library.catalog.albumorder import AlbumOrder
from musfuse.library.catalog.identities import Identities
from musfuse.library.playlog import hour_of
from musfuse.library.prefetch.queue import Wanted
from musfuse.library.userdb.playlists import PlaylistTable
from musfuse.library.userdb.plays import PlayTable

LEARNED, PLAYLIST, ALBUM, ANY_PLAYLIST, HOUR = (10, 8), (9, 7), (8, 6), (6, 5), 5
"""Priorities: of the first guess, and of the last one at least. ANY_PLAYLIST is one that nothing but the track tells
of."""
_PLAYLISTS = 5
_WITHIN_NS = 2 * 3600 * 10**9
"""What was begun later than that did not follow."""

Guess = Callable[[TrackRow], Iterable[Wanted]]
"""Guesses what is played after a track, the next one first."""


@dataclass(frozen=True, slots=True)
class NextOfAlbum:
    """The next tracks of the album, so many."""

    albums: AlbumOrder
    count: int

    def __call__(self, row: TrackRow) -> Iterator[Wanted]:
        for ahead, item in enumerate(self.albums.after(row.track.id, self.count)):
            yield Wanted(item, _falling(ALBUM, ahead))


@dataclass(frozen=True, slots=True)
class NextOfPlaylist:
    """The next tracks of a playlist that has it: of that in which it comes behind what was played last, else of that
    which was changed last."""

    playlists: PlaylistTable
    plays: PlayTable
    identities: Identities
    count: int

    def __call__(self, row: TrackRow) -> Iterator[Wanted]:
        places = self.playlists.of_track(row.public, _PLAYLISTS) if row.public else []
        if not places:
            return
        last = next((play.id for play in self.plays.last() if play.id != row.public), 0)
        behind = next((place for place in places if last and self.playlists.before(*place) == last), None)
        playlist, position = behind or places[0]
        found = self.playlists.behind(playlist, position, self.count)
        for ahead, item in enumerate(_items(self.identities, found)):
            yield Wanted(item, _falling(PLAYLIST if behind else ANY_PLAYLIST, ahead))


class NextOfOpened:
    """The next tracks of a list that somebody opened on the drive lately: the folder or playlist of a collection. May
    be used from many threads."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._lists = deque[tuple[int, ...]](maxlen=_PLAYLISTS)  # the one that was opened last first

    def note(self, items: Sequence[int]) -> None:
        """Somebody opens a list of tracks."""
        opened = tuple(items)
        with self._lock:
            if opened in self._lists:
                self._lists.remove(opened)
            self._lists.appendleft(opened)

    def __call__(self, row: TrackRow) -> Iterator[Wanted]:
        with self._lock:
            having = next((items for items in self._lists if row.track.id in items), ())
        at = having.index(row.track.id) + 1 if having else 0
        for ahead, item in enumerate(having[at : at + self._count]):
            yield Wanted(item, _falling(PLAYLIST, ahead))


@dataclass(frozen=True, slots=True)
class Learned:
    """What followed it twice or more, the most often first; and what followed that."""

    plays: PlayTable
    identities: Identities
    count: int

    def __call__(self, row: TrackRow) -> Iterator[Wanted]:
        found, last = list[int](), row.public
        while last and len(found) < self.count:
            behind = (public for public, _ in self.plays.following(last, _WITHIN_NS))
            last = next((public for public in behind if public != row.public and public not in found), 0)
            found += [last] if last else []
        for ahead, item in enumerate(_items(self.identities, found)):
            yield Wanted(item, _falling(LEARNED, ahead))


@dataclass(frozen=True, slots=True)
class HourOfDay:
    """What was played most often at this hour of the local day, twice or more. `now_ns` is ns since 1970."""

    plays: PlayTable
    identities: Identities
    count: int
    now_ns: Callable[[], int] = time.time_ns

    def __call__(self, row: TrackRow) -> Iterator[Wanted]:
        often = [public for public, _ in self.plays.of_hour(hour_of(self.now_ns())) if public != row.public]
        return (Wanted(item, HOUR) for item in _items(self.identities, often[: self.count]))


def guessed(guesses: Sequence[Guess], row: TrackRow) -> list[Wanted]:
    """What all of them guess, each item once, at its highest priority; the highest first."""
    best: dict[int, int] = {}
    for guess in guesses:
        for wanted in guess(row):
            if wanted.item != row.track.id:
                best[wanted.item] = max(wanted.priority, best.get(wanted.item, 0))
    return sorted((Wanted(*pair) for pair in best.items()), key=lambda wanted: -wanted.priority)


def _falling(between: tuple[int, int], ahead: int) -> int:
    return max(between[0] - ahead, between[1])


def _items(identities: Identities, publics: Sequence[int]) -> list[int]:
    """The items that have these public ids now, in their order."""
    known = {holder.public: holder.id for holder in identities.holders(publics)} if publics else {}
    return [known[public] for public in publics if public in known]
