"""What a user other than the library's owner thinks of music and played: all of it is in server.db."""

from collections.abc import Callable, Collection, Iterator, Sequence

from musfuse.errors import ConfigError
from musfuse.server.playstate import MAX_CLIENT, MOST_STARS, Count, Item, Kind, Played, Thought
from musfuse.server.queueing import Queueing
from musfuse.server.tables.plays import PlayTable
from musfuse.server.tables.queues import QueueTable
from musfuse.server.tables.thoughts import ThoughtTable


class UserState(Queueing):
    """A PlayState over server.db."""

    def __init__(
        self, user: int, thoughts: ThoughtTable, plays: PlayTable, queues: QueueTable, now_ns: Callable[[], int]
    ) -> None:
        super().__init__(user, queues, now_ns)
        self._thoughts, self._plays = thoughts, plays

    def thoughts(self, kind: Kind, ids: Collection[int]) -> dict[int, Thought]:
        """As in PlayState, as all below."""
        return self._thoughts.of_all(self._user, kind, ids)

    def starred(self, kind: Kind) -> Iterator[tuple[int, int]]:
        return self._thoughts.starred(self._user, kind)

    def rated(self, kind: Kind, least: int = 1) -> Iterator[tuple[int, int]]:
        return self._thoughts.rated(self._user, kind, least)

    def star(self, items: Sequence[Item], starred: bool = True) -> int:
        return self._thoughts.star(self._user, items, self._now_ns() if starred else None)

    def rate(self, items: Sequence[Item], stars: int) -> int:
        check_stars(stars)
        return self._thoughts.rate(self._user, items, stars)

    def scrobble(self, plays: Sequence[Played]) -> None:
        self._plays.add(self._user, [Played(play.id, play.began_ns, play.client[:MAX_CLIENT]) for play in plays])

    def plays(self, since_ns: int | None = None) -> Iterator[Played]:
        return self._plays.last(self._user, since_ns)

    def counts(self, tracks: Collection[int]) -> dict[int, Count]:
        return self._plays.of_all(self._user, tracks)

    def most_played(self) -> Iterator[Count]:
        return self._plays.most(self._user)

    def last_played(self) -> Iterator[tuple[int, int]]:
        return self._plays.latest(self._user)


def check_stars(stars: int) -> None:
    """Raise ConfigError for what is no number of stars."""
    if not 0 <= stars <= MOST_STARS:
        raise ConfigError(f"{stars}: 1 to {MOST_STARS} stars are wanted, or 0 to take them back")
