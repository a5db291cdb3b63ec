"""The queue and the bookmarks of one user, whoever he is: checked, and kept in server.db."""

from collections.abc import Callable, Sequence

from musfuse.errors import ConfigError
from musfuse.server.playstate import (
    LATEST_MS,
    MAX_CLIENT,
    MAX_COMMENT,
    MOST_BOOKMARKS,
    MOST_QUEUED,
    Bookmark,
    Queue,
)
from musfuse.server.tables.queues import QueueTable


class Queueing:
    """Of one user. `now_ns` gives the time in ns since 1970."""

    def __init__(self, user: int, table: QueueTable, now_ns: Callable[[], int]) -> None:
        self._user, self._queues, self._now_ns = user, table, now_ns

    def queue(self) -> Queue:
        """As in PlayState."""
        return self._queues.of(self._user)

    def put_queue(
        self, tracks: Sequence[int], current: int, position_ms: int, client: str, version: int | None = None
    ) -> Queue:
        """As in PlayState."""
        if len(tracks) > MOST_QUEUED:
            raise ConfigError(f"a queue has {MOST_QUEUED} tracks at most")
        if not -1 <= current < len(tracks):
            raise ConfigError(f"{current}: no place in a queue of {len(tracks)} tracks")
        _check_position(position_ms)
        queue = Queue(tuple(tracks), current, position_ms, 0, self._now_ns(), client[:MAX_CLIENT])
        return self._queues.put(self._user, queue, version)

    def bookmarks(self) -> list[Bookmark]:
        """As in PlayState."""
        return self._queues.bookmarks(self._user)

    def put_bookmark(self, track: int, position_ms: int, comment: str = "") -> Bookmark:
        """As in PlayState."""
        _check_position(position_ms)
        if len(comment) > MAX_COMMENT:
            raise ConfigError(f"a comment has {MAX_COMMENT} characters at most")
        if self._queues.count_bookmarks(self._user, track) >= MOST_BOOKMARKS:
            raise ConfigError(f"{MOST_BOOKMARKS} bookmarks are most; remove one first")
        return self._queues.put_bookmark(self._user, track, (position_ms, comment), self._now_ns())

    def drop_bookmark(self, track: int) -> bool:
        """As in PlayState."""
        return self._queues.drop_bookmark(self._user, track)


def _check_position(position_ms: int) -> None:
    if not 0 <= position_ms <= LATEST_MS:
        raise ConfigError(f"{position_ms}: no position in a track, in ms")
