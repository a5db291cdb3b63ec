"""Has server.db follow what happens to tracks. Loaded where there is one."""

import logging
from contextlib import ExitStack

from musfuse.app.state import StateFolder
from musfuse.errors import StoreError
from musfuse.server.playstates import merge
from musfuse.server.tables.database import ServerDatabase

log = logging.getLogger(__name__)


class ServerMerges:
    """Has users' stars, plays and lists follow a track that got another public id, where there are other users than the
    owner. Opens server.db when that happens first."""

    def __init__(self, state: StateFolder, closing: ExitStack) -> None:
        self._state, self._closing = state, closing
        self._database: ServerDatabase | None = None

    def __call__(self, old: int, new: int) -> None:
        """The tracks `old` and `new` are the same. What cannot be done is said in the log: a scan goes on."""
        try:
            if self._database is None and self._state.server.exists():
                self._database = ServerDatabase(self._state.server)
                self._closing.callback(self._database.close)
            if self._database is not None:
                merge(self._database, old, new)
        except StoreError as error:
            log.warning("what users said of a track that moved does not follow it: %s", error)
