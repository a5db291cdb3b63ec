"""Queues of users, which go with them from device to device, and bookmarks."""

from collections.abc import Sequence

from musfuse.errors import ConflictError
from musfuse.server.playstate import Bookmark, Queue
from musfuse.server.tables.database import ServerDatabase


class QueueTable:
    """Queries and updates over queue, queue_entry and bookmark. May be used from many threads; raises StoreError."""

    def __init__(self, database: ServerDatabase) -> None:
        self._db = database

    def of(self, user: int) -> Queue:
        """The queue of a user, an empty one where there is none."""
        with self._db.transaction():
            rows = self._db.execute(
                "SELECT current, position_ms, version, changed_ns, client FROM queue WHERE user = ?", user
            )
            tracks = self._db.execute("SELECT id FROM queue_entry WHERE user = ? ORDER BY position", user)
        return Queue(tuple(track for (track,) in tracks), *rows[0]) if rows else Queue()

    def put(self, user: int, queue: Queue, version: int | None = None) -> Queue:
        """Keep a queue in place of the last one, of which the version is one more; with `version` only if the last one
        has that. Raises ConflictError."""
        with self._db.transaction():
            rows = self._db.execute("SELECT version FROM queue WHERE user = ?", user)
            last = int(rows[0][0]) if rows else 0
            if version is not None and version != last:
                raise ConflictError("another device changed the queue meanwhile; read it again")
            self._db.execute(
                "INSERT OR REPLACE INTO queue (user, current, position_ms, version, changed_ns, client)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                user, queue.current, queue.position_ms, last + 1, queue.changed_ns, queue.client,
            )  # fmt: skip
            if self._tracks(user) != queue.tracks:
                self._db.execute("DELETE FROM queue_entry WHERE user = ?", user)
                entries = ((user, position, track) for position, track in enumerate(queue.tracks))
                self._db.execute_many("INSERT INTO queue_entry VALUES (?, ?, ?)", entries)
        return Queue(
            queue.tracks, queue.current, queue.position_ms, last + 1, queue.changed_ns, queue.client
        )  # fmt: skip

    def bookmarks(self, user: int) -> list[Bookmark]:
        """A user's bookmarks, those first that changed last."""
        rows = self._db.execute(
            "SELECT id, position_ms, comment, created_ns, changed_ns FROM bookmark WHERE user = ?"
            " ORDER BY changed_ns DESC, id",
            user,
        )
        return [Bookmark(*row) for row in rows]

    def put_bookmark(self, user: int, track: int, place: tuple[int, str], now_ns: int) -> Bookmark:
        """Keep a place (position in ms, comment) in a track."""
        ((*row,),) = self._db.execute(
            "INSERT INTO bookmark (user, id, position_ms, comment, created_ns, changed_ns)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO UPDATE SET position_ms = excluded.position_ms,"
            " comment = excluded.comment, changed_ns = excluded.changed_ns"
            " RETURNING id, position_ms, comment, created_ns, changed_ns",
            user, track, *place, now_ns,
        )  # fmt: skip
        return Bookmark(*row)

    def count_bookmarks(self, user: int, but: int) -> int:
        """How many bookmarks a user has, but for one of a track."""
        ((count,),) = self._db.execute("SELECT count(*) FROM bookmark WHERE user = ? AND id <> ?", user, but)
        return int(count)

    def drop_bookmark(self, user: int, track: int) -> bool:
        """Forget the place in a track; whether there was one."""
        return bool(self._db.execute("DELETE FROM bookmark WHERE user = ? AND id = ? RETURNING 1", user, track))

    def merge(self, old: int, new: int) -> None:
        """The tracks `old` and `new` are the same: queues that have the one have the other, and so have bookmarks,
        where there is none of `new`."""
        if self._db.execute("SELECT 1 FROM queue_entry WHERE id = ? LIMIT 1", old):
            self._db.execute("UPDATE queue_entry SET id = ? WHERE id = ?", new, old)
        if self._db.execute("SELECT 1 FROM bookmark WHERE id = ? LIMIT 1", old):
            with self._db.transaction():
                self._db.execute("UPDATE OR IGNORE bookmark SET id = ? WHERE id = ?", new, old)
                self._db.execute("DELETE FROM bookmark WHERE id = ?", old)

    def _tracks(self, user: int) -> Sequence[int]:
        rows = self._db.execute("SELECT id FROM queue_entry WHERE user = ? ORDER BY position", user)
        return tuple(track for (track,) in rows)
