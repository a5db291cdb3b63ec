"""What is done about what is played through the drives of a library: it is noted."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from musfuse.app.build.library import Catalog
from musfuse.config import Config
from musfuse.drive.listening import Listening, Played
from musfuse.library.options import HistoryOptions
from musfuse.library.playlog import PlayLog
from musfuse.library.userdb import PlayTable, RatingTable, UserDatabase

if TYPE_CHECKING:
    from musfuse.library.selection import Selection
    from musfuse.library.userdb.plays import Heard
    from musfuse.library.userdb.ratings import Rating
    from musfuse.service.handlers import Handlers


class Playing:
    """Of one library. `listening` hears of all files that are opened on its drives, None where nobody wants to know;
    `clock` is a monotonic one, in seconds, `now_ns` that of the wall."""

    def __init__(
        self,
        user: UserDatabase,
        catalog: Catalog,
        config: Config,
        clock: Callable[[], float] = time.monotonic,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        options = config[HistoryOptions]
        self._catalog, self._noted = catalog, options.enabled
        self.table, self.ratings = PlayTable(user, options.keep), RatingTable(user)
        self.log = PlayLog(self.table, self._path_of, now_ns)
        self.listening = Listening(catalog.tracks.track, self._ended, lambda _: None, clock) if self._noted else None

    def answer(self, handlers: "Handlers", selection: "Selection") -> None:
        """Answer the requests about what was played, and what is thought of it."""
        from musfuse.service.plays import Plays
        from musfuse.service.ratings import Ratings

        Plays(self.table, selection.known_as).answer(handlers)
        Ratings(self.ratings, selection).answer(handlers)

    def opinion(self, public: int) -> "tuple[Rating, Heard | None]":
        """How a track is rated, and how often it was played, by its public id."""
        return self.ratings.of(public), self.table.of(public)

    def close(self) -> None:
        """Note the plays that ended, and hear of nothing more."""
        if self.listening is not None:
            self.listening.close()
        self.log.write()

    def _ended(self, played: Played) -> None:
        self.log.keep(played.row, played.seconds)

    def _path_of(self, item: int) -> str | None:
        node = self._catalog.nodes.of_item(item)
        return self._catalog.nodes.path(node.id) if node else None
