"""What follows a scan or an edit, put together when something is to be done first: mounting is not to wait for it."""

from collections.abc import Callable, Sequence

from musfuse.config import Config
from musfuse.library.catalog import Database, Tracks
from musfuse.library.catalog.cuesheets import CueSheets
from musfuse.library.catalog.departures import Departures
from musfuse.library.catalog.identities import Identities
from musfuse.library.following import Following
from musfuse.library.naming import Settled, ViewRules
from musfuse.library.options import ViewOptions
from musfuse.library.overlay import MetaCollector
from musfuse.library.pipeline import Pipeline, Stage
from musfuse.library.pipeline.built_in import built_in, naming
from musfuse.library.pipeline.cue import Cue
from musfuse.library.pipeline.identity import Identifying
from musfuse.library.pipeline.overlay import Overlaying
from musfuse.library.userdb import UserDatabase
from musfuse.media.cue.options import CueOptions
from musfuse.model import SampleRange

MakeStage = Callable[[Database], Stage]


class Stages:
    """The pipeline of a library, and what else brings changes into its catalog. `settled` tells what a run did.

    `on_removed` is told of parts that are gone; `more` make stages beside the built-in ones.
    """

    def __init__(
        self,
        database: Database,
        user: UserDatabase,
        collector: MetaCollector,
        config: Config,
        views: Sequence[ViewRules],
        on_removed: Callable[[int, SampleRange], None],
        more: Sequence[MakeStage] = (),
    ) -> None:
        self._db, self._views = database, views
        self.settled = Settled()
        self.identities = Identities(database)
        self.overlaying = Overlaying(database, collector)
        tracks, departures = Tracks(database), Departures(database)
        self.following = Following(user, collector, self.overlaying, departures, self.identities, tracks)
        cue = Cue(CueSheets(database), config[CueOptions], config[ViewOptions].policy != "original", on_removed)
        identifying = Identifying(self.identities, user, collector, self.overlaying)
        stages = built_in(database, cue, identifying, self.overlaying, views, self.settled)
        self.pipeline = Pipeline(database, [*stages, *(make(database) for make in more)])

    def add(self, more: Sequence[MakeStage]) -> None:
        """Have more stages from now on."""
        for make in more:
            self.pipeline.add(make(self._db))

    def naming_over(self, database: Database) -> list[Stage]:
        """The stages that give names in the main view, over another catalog."""
        return naming(database, [self._views[0]], Settled())
