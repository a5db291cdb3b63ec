"""What a library knows: the tables of its catalog, and the exact sizes that indexes give."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from musfuse_winfsp.options import WinFspOptions

from musfuse.app.build.media import Media
from musfuse.app.build.store import Stores
from musfuse.app.sources import Sources
from musfuse.app.streams import Streams
from musfuse.config import Config
from musfuse.events import EventBus
from musfuse.library.catalog import CatalogSources, Database, Files, Nodes, Renditions, Reports, Tracks
from musfuse.library.catalog.companions import Companions
from musfuse.library.catalog.departures import Departures
from musfuse.library.sizes import Sizes
from musfuse.media.indexing.options import IndexOptions, worker_count
from musfuse.model import Rendition, Track
from musfuse.platform import system


@dataclass(frozen=True, slots=True)
class Catalog:
    """The tables of one catalog, by what they hold."""

    database: Database
    sources: CatalogSources
    files: Files
    tracks: Tracks
    renditions: Renditions
    departures: Departures
    nodes: Nodes
    reports: Reports
    companions: Companions


def build_catalog(database: Database) -> Catalog:
    """All tables, over one database."""
    return Catalog(
        database, CatalogSources(database), Files(database), Tracks(database), Renditions(database),
        Departures(database), Nodes(database), Reports(database), Companions(database),
    )  # fmt: skip


def build_sizes(
    catalog: Catalog,
    stores: Stores,
    media: Media,
    config: Config,
    sources: Sources,
    events: EventBus,
    after_change: Callable[[], None],
    on_heard: Callable[[Track, str], None],
    served: Callable[[], Iterable[Rendition]],
) -> Sizes:
    """Sizes over these parts. `after_change` is called when tracks have to be named anew, `on_heard` when a pass over a
    track tells what it sounds like; `served` tells what views make of lossless audio."""
    options, threads = config[IndexOptions], config[WinFspOptions].threads
    seconds = system.waiting_seconds(options.wait_seconds)
    sizes = Sizes(
        catalog.tracks, catalog.renditions, media.engine, media.indexes, stores.frame_files, media.pool,
        sources.origin, events, threads=worker_count(options), waiters=system.waiting_calls(options.waiters, threads),
        wait_seconds=seconds, turn_seconds=system.turn_seconds(seconds), after_change=after_change, on_heard=on_heard,
        idle_origin_of=sources.idle_origin, served=served,
    )  # fmt: skip
    sources.streams = Streams(catalog.database.path.parent, catalog.tracks, sizes)
    return sizes
