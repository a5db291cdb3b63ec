"""Makes the covers of folders before somebody asks for their sizes, so that a walk reads no original."""

import logging
import threading
from collections.abc import Callable, Sequence

from musfuse.drive.branches.companions import CompanionsBranch
from musfuse.errors import MusfuseError
from musfuse.library.catalog import Database, Nodes
from musfuse.library.catalog.companions import Companions

log = logging.getLogger(__name__)

_PAGE = 500
_META = "covers"


class CoversAhead:
    """One run over the folders of some views, each with the branch that shows its covers."""

    def __init__(self, database: Database, views: Sequence[tuple[Nodes, CompanionsBranch]]) -> None:
        self._db, self._views = database, views
        self._stop = threading.Event()

    def stop(self) -> None:
        """End `run` soon."""
        self._stop.set()

    def run(self, may_go_on: Callable[[], None]) -> int:
        """Make the covers; how many folders have one. Nothing is done where nothing on the drive changed since the last
        whole run. `may_go_on` is called before each folder, and may block for as long as readers need the machine.

        Raises StoreError.
        """
        now, made = self._now(), 0
        if self._db.meta(_META) == now:
            return 0
        for nodes, companions in self._views:
            after = 0
            while folders := nodes.folders(after, _PAGE):
                for folder in folders:
                    may_go_on()
                    if self._stop.is_set():
                        return made
                    made += self._make(companions, folder)
                after = folders[-1]
        self._db.set_meta(_META, now)
        return made

    def is_due(self) -> bool:
        """Whether anything on the drive changed since the last whole run began. Raises StoreError."""
        return self._db.meta(_META) != self._now()

    def _now(self) -> str:
        """What tells whether anything changed since: any view may, and one may be new."""
        views = " ".join(str(nodes.view) for nodes, _ in self._views)
        return f"{views}, {self._views[0][0].generation()}, {Companions(self._db).seen()}"

    def _make(self, companions: CompanionsBranch, folder: int) -> bool:
        try:
            return companions.make(folder)
        except MusfuseError as error:  # whoever asks for it hears of it
            log.debug("the cover of folder %d is not made: %s", folder, error)
            return False
