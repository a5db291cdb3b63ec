"""The sources of a library, and what is made known of those that go away."""

from contextlib import ExitStack

from musfuse.app.build.library import Catalog
from musfuse.app.build.store import Stores
from musfuse.app.outages import Outages
from musfuse.app.sources import Sources
from musfuse.config import Config
from musfuse.events import EventBus
from musfuse.library.options import ViewOptions
from musfuse.library.overlay import MetaCollector
from musfuse.library.userdb import UserDatabase
from musfuse.origins import Registry
from musfuse.service.sources import Sourcing


def build_sourcing(
    user: UserDatabase, catalog: Catalog, collector: MetaCollector, registry: Registry, config: Config
) -> Sourcing:
    """The sources that are remembered, as the catalog knows them from now on."""
    sourcing = Sourcing(user, catalog.sources, collector, registry, unindexed=config[ViewOptions].unindexed)
    sourcing.take_over()
    sourcing.purge()
    sourcing.mirror()
    return sourcing


def build_sources(
    catalog: Catalog,
    stores: Stores,
    sourcing: Sourcing,
    registry: Registry,
    config: Config,
    open_files: int,
    events: EventBus,
    closing: ExitStack,
) -> Sources:
    """The origins of the sources that there are, which `closing` closes; a new one is tried out before it is added."""
    outages = Outages(events, catalog.files, lambda uid: sources.row(uid))
    sources = Sources(
        catalog.sources.rows, sourcing.specs, registry, config, open_files, outages, stores.chunks.contents
    )
    closing.callback(sources.close)
    sourcing.reach = sources.try_out
    return sources
