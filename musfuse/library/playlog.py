"""Keeps what was played, where the listener lives: the hour of a play is that of the local day."""

import time
from collections import deque
from collections.abc import Callable

from musfuse.errors import StoreError
from musfuse.library.catalog import TrackRow
from musfuse.library.userdb.plays import Play, PlayTable
from musfuse.store import Complaint

_WAITING = 1000
_SMALLEST, _LARGEST = -(1 << 63), (1 << 63) - 1
_HOUR_NS = 3600 * 10**9


class PlayLog:
    """For one thread. `path_of` tells where an item is on the drive, `now_ns` the time in ns since 1970.

    What user.db does not take now is held in memory, and written with the next play."""

    def __init__(
        self, table: PlayTable, path_of: Callable[[int], str | None], now_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._table, self._path_of, self._now_ns = table, path_of, now_ns
        self._waiting: deque[Play] = deque(maxlen=_WAITING)
        self._complaint = Complaint(f"plays are kept in memory, the last {_WAITING}")

    @property
    def problem(self) -> str:
        """Why plays cannot be written now, '' where they can."""
        return self._complaint.problem

    def keep(self, row: TrackRow, seconds: float) -> None:
        """Keep a play of a track that began some seconds ago. A track without a public id is about to get one: then
        the play is that of nobody, and not kept."""
        if not row.public:
            return
        began = max(_SMALLEST, min(self._now_ns() - round(seconds * 1e9), _LARGEST))
        self._waiting.append(Play(row.public, began, hour_of(began), self._path_of(row.track.id) or ""))
        self.write()

    def write(self) -> None:
        """Write what waits, as far as user.db takes it."""
        waiting = list(self._waiting)
        if not waiting:
            return
        try:
            self._table.add(waiting)
        except StoreError as error:
            self._complaint.failed(error)
            return
        self._waiting.clear()
        self._complaint.worked()


def hour_of(time_ns: int) -> int:
    """The hour of the local day, 0 to 23; of the day in UTC for times that no calendar here has."""
    try:
        return time.localtime(time_ns // 10**9).tm_hour
    except (OverflowError, OSError, ValueError):
        return time_ns // _HOUR_NS % 24
