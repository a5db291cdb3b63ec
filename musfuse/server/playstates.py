"""The play state of each user, and who plays what at this moment."""

import time
from collections.abc import Callable

from musfuse.server.ownerstate import LibraryTables, OwnerState
from musfuse.server.playstate import PlayState
from musfuse.server.tables.database import ServerDatabase
from musfuse.server.tables.playlists import PlaylistTable
from musfuse.server.tables.plays import PlayTable
from musfuse.server.tables.queues import QueueTable
from musfuse.server.tables.shares import ShareTable
from musfuse.server.tables.thoughts import ThoughtTable
from musfuse.server.users import User
from musfuse.server.userstate import UserState


class PlayStates:
    """Of the users of one library. For any thread."""

    def __init__(
        self,
        database: ServerDatabase,
        library: LibraryTables,
        keep: int = 100_000,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._library, self._now_ns = library, now_ns
        self._thoughts, self._plays = ThoughtTable(database), PlayTable(database, keep)
        self._queues = QueueTable(database)

    def of(self, user: User) -> PlayState:
        """That of a user."""
        if user.owner:
            return OwnerState(user.id, self._library, self._thoughts, self._queues, self._now_ns)
        return UserState(user.id, self._thoughts, self._plays, self._queues, self._now_ns)


def merge(database: ServerDatabase, old: int, new: int) -> None:
    """What users said of the track `old`, they said of `new`: both are the same. Raises StoreError."""
    ThoughtTable(database).merge(old, new)
    PlayTable(database).merge(old, new)
    QueueTable(database).merge(old, new)
    ShareTable(database).merge(old, new)
    PlaylistTable(database).merge(old, new)
