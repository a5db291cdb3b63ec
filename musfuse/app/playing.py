"""What is done about what is played through the drives of a library: it is noted, and what follows is made ready."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from musfuse.app.build.library import Catalog
from musfuse.config import Config
from musfuse.drive.activity import READER_PAUSE, Activity
from musfuse.drive.listening import Listening, Played
from musfuse.library.catalog import RowOf, TrackRow
from musfuse.library.catalog.albumorder import AlbumOrder
from musfuse.library.catalog.identities import Identities
from musfuse.library.options import HistoryOptions
from musfuse.library.playlog import PlayLog
from musfuse.library.prefetch.guessing import Guess, HourOfDay, Learned, NextOfAlbum, NextOfOpened, NextOfPlaylist
from musfuse.library.prefetch.options import PrefetchOptions
from musfuse.library.prefetch.prefetcher import Prefetcher
from musfuse.library.prefetch.queue import PrefetchQueue
from musfuse.library.sizes import Sizes
from musfuse.library.userdb import PlaylistTable, PlayTable, RatingTable, UserDatabase
from musfuse.media.engine import MediaEngine

if TYPE_CHECKING:
    from musfuse.library.selection import Selection
    from musfuse.library.userdb.plays import Heard
    from musfuse.library.userdb.ratings import Rating
    from musfuse.service.handlers import Handlers


class Playing:
    """Of one library. `listening` hears of all files that are opened on its drives, None where nobody wants to know;
    `hint` has an item made ready, None where nobody may have that by a look at a file. `on_heard` is told when a track
    was played or is thought of otherwise. `clock` is a monotonic one, in seconds, `now_ns` that of the wall."""

    def __init__(
        self,
        user: UserDatabase,
        catalog: Catalog,
        config: Config,
        sizes: Sizes,
        engine: MediaEngine,
        activity: Activity,
        clock: Callable[[], float] = time.monotonic,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        history, ahead = config[HistoryOptions], config[PrefetchOptions]
        self._catalog, self._activity = catalog, activity
        self._notes, self._guesses = history.enabled, ahead.enabled
        self.on_heard: Callable[[], object] = lambda: None
        self.table, self.ratings = PlayTable(user, history.keep), RatingTable(user)
        self.playlists, self.opened = PlaylistTable(user), NextOfOpened(ahead.lookahead)
        self.log = PlayLog(self.table, self._path_of, now_ns)
        self.prefetcher = Prefetcher(
            PrefetchQueue(ahead.max_queue_size), self._all_guesses(ahead, now_ns), catalog.tracks, sizes, engine,
            self._busy_for, clock,
        )  # fmt: skip
        wanted = self._notes or self._guesses
        self.listening = Listening(self._ended, self._begun, clock) if wanted else None
        self.hint: Callable[[int, RowOf], object] | None = self.prefetcher.hint if self._guesses else None

    def answer(self, handlers: "Handlers", selection: "Selection") -> None:
        """Answer the requests about what was played, what is thought of it, and what is made ready."""
        from musfuse.service.plays import Plays
        from musfuse.service.prefetching import Prefetching
        from musfuse.service.ratings import Ratings

        Plays(self.table, selection.known_as, self.on_heard).answer(handlers)
        Ratings(self.ratings, selection, self.on_heard).answer(handlers)
        Prefetching(self.prefetcher, selection).answer(handlers)

    def opinion(self, public: int) -> "tuple[Rating, Heard | None]":
        """How a track is rated, and how often it was played, by its public id."""
        return self.ratings.of(public), self.table.of(public)

    def close(self) -> None:
        """Make nothing more ready, note the plays that ended, and hear of nothing more."""
        self.prefetcher.close()
        if self.listening is not None:
            self.listening.close()
        self.log.write()

    def _all_guesses(self, options: PrefetchOptions, now_ns: Callable[[], int]) -> list[Guess]:
        database, count = self._catalog.database, options.lookahead
        found: list[Guess] = [NextOfAlbum(AlbumOrder(database, self._catalog.nodes), count)]
        if not options.album_aware:
            found.clear()
        identities = Identities(database)
        found += [self.opened, NextOfPlaylist(self.playlists, self.table, identities, count)]
        if self._notes:
            found += [Learned(self.table, identities, count), HourOfDay(self.table, identities, count, now_ns)]
        return found

    def _busy_for(self) -> float:
        return READER_PAUSE - (time.monotonic() - self._activity.last_read)

    def _begun(self, row: TrackRow, row_of: RowOf) -> None:
        if self._guesses:
            self.prefetcher.listened(row, row_of)

    def _ended(self, played: Played) -> None:
        if self._notes:
            self.log.keep(played.row, played.seconds)
            self.on_heard()

    def _path_of(self, item: int) -> str | None:
        node = self._catalog.nodes.of_item(item)
        return self._catalog.nodes.path(node.id) if node else None
