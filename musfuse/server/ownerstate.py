"""What the library's owner thinks of music and played: of tracks in user.db, where the drive, collections and commands
have it from; what these do not know, as albums and queues, in server.db."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from musfuse.library.playlog import hour_of
from musfuse.library.userdb.plays import Play
from musfuse.library.userdb.plays import PlayTable as LibraryPlays
from musfuse.library.userdb.ratings import Rating, RatingTable
from musfuse.server.playstate import Count, Item, Kind, Played, Thought
from musfuse.server.queueing import Queueing
from musfuse.server.tables.queues import QueueTable
from musfuse.server.tables.thoughts import ThoughtTable
from musfuse.server.userstate import check_stars


@dataclass(frozen=True, slots=True)
class LibraryTables:
    """What is the owner's in user.db. `paths` tells where tracks are on the drive, by their public ids; `changed` is
    called when the owner played something, or thinks of it otherwise. `notes`: plays are kept."""

    ratings: RatingTable
    plays: LibraryPlays
    paths: Callable[[Sequence[int]], dict[int, str]]
    changed: Callable[[], object] = lambda: None
    notes: bool = True


class OwnerState(Queueing):
    """A PlayState of tracks over user.db, of all else over server.db."""

    def __init__(
        self,
        user: int,
        library: LibraryTables,
        thoughts: ThoughtTable,
        queues: QueueTable,
        now_ns: Callable[[], int],
    ) -> None:
        super().__init__(user, queues, now_ns)
        self._library, self._thoughts = library, thoughts

    def thoughts(self, kind: Kind, ids: Collection[int]) -> dict[int, Thought]:
        """As in PlayState, as all below."""
        if kind is not Kind.TRACK:
            return self._thoughts.of_all(self._user, kind, ids)
        return {
            track: Thought(one.stars, one.starred_ns) for track, one in self._library.ratings.of_all(list(ids)).items()
        }

    def starred(self, kind: Kind) -> Iterator[tuple[int, int]]:
        if kind is not Kind.TRACK:
            return self._thoughts.starred(self._user, kind)
        return self._library.ratings.starred()

    def rated(self, kind: Kind, least: int = 1) -> Iterator[tuple[int, int]]:
        if kind is not Kind.TRACK:
            return self._thoughts.rated(self._user, kind, least)
        return self._library.ratings.rated(least)

    def star(self, items: Sequence[Item], starred: bool = True) -> int:
        now = self._now_ns()

        def change(rating: Rating) -> Rating:
            if (rating.starred_ns is not None) == starred:
                return rating
            return replace(rating, starred_ns=now if starred else None)

        changed = self._thoughts.star(self._user, _others(items), now if starred else None)
        return changed + self._change(items, change)

    def rate(self, items: Sequence[Item], stars: int) -> int:
        check_stars(stars)
        changed = self._thoughts.rate(self._user, _others(items), stars)
        return changed + self._change(items, lambda rating: replace(rating, stars=stars))

    def scrobble(self, plays: Sequence[Played]) -> None:
        if not self._library.notes or not plays:
            return
        paths = self._library.paths([play.id for play in plays])
        self._library.plays.add(
            [Play(play.id, play.began_ns, hour_of(play.began_ns), paths.get(play.id, "")) for play in plays]
        )
        self._library.changed()

    def plays(self, since_ns: int | None = None) -> Iterator[Played]:
        return (Played(play.id, play.began_ns) for play in self._library.plays.last(since_ns))

    def counts(self, tracks: Collection[int]) -> dict[int, Count]:
        found = self._library.plays.of_all(list(tracks))
        return {track: Count(track, one.plays, one.first_ns, one.last_ns) for track, one in found.items()}

    def most_played(self) -> Iterator[Count]:
        return (Count(one.id, one.plays, one.first_ns, one.last_ns) for one in self._library.plays.most())

    def last_played(self) -> Iterator[tuple[int, int]]:
        return self._library.plays.latest()

    def _change(self, items: Sequence[Item], change: Callable[[Rating], Rating]) -> int:
        tracks = list(dict.fromkeys(item.id for item in items if item.kind is Kind.TRACK))
        if not tracks:
            return 0
        with self._library.ratings.transaction():
            before = self._library.ratings.of_all(tracks)
            pairs = ((track, before.get(track, Rating())) for track in tracks)
            after = [(track, change(rating)) for track, rating in pairs if change(rating) != rating]
            self._library.ratings.put(after)
        if after:
            self._library.changed()
        return len(after)


def _others(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.kind is not Kind.TRACK]
