"""The stages that every library has, in the order in which they run."""

from collections.abc import Sequence

from musfuse.library.catalog.database import Database
from musfuse.library.naming import Settled, ViewRules
from musfuse.library.pipeline.browse import Browsing
from musfuse.library.pipeline.cue import Cue
from musfuse.library.pipeline.entities import Entities
from musfuse.library.pipeline.identity import Identifying
from musfuse.library.pipeline.overlay import Overlaying
from musfuse.library.pipeline.place import Places, Settle
from musfuse.library.pipeline.search import Searching
from musfuse.library.pipeline.stage import Stage


def built_in(
    database: Database,
    cue: Cue,
    identifying: Identifying,
    overlaying: Overlaying,
    views: Sequence[ViewRules],
    settled: Settled,
) -> list[Stage]:
    """Parts of images, who is who, what is said over tags, then the names that follow, what is found by words, and
    what is browsed."""
    return [cue, identifying, overlaying, *naming(database, views, settled), Searching(database), Browsing(database)]


def naming(database: Database, views: Sequence[ViewRules], settled: Settled) -> list[Stage]:
    """What belongs together, where items want to be in each view, and the folders made of that."""
    return [Entities(database), Places(database, views), Settle(database, views, settled)]
