"""Builds the drive of each view out of its branches."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from musfuse.app.build.library import Catalog
from musfuse.app.build.media import Media
from musfuse.app.build.store import Stores
from musfuse.config import Config
from musfuse.drive import Drive
from musfuse.drive.accesses import Accesses
from musfuse.drive.activity import Activity
from musfuse.drive.branches.ahead import FolderAhead
from musfuse.drive.branches.companions import CompanionsBranch
from musfuse.drive.branches.covers_ahead import CoversAhead
from musfuse.drive.branches.freshness import Freshness
from musfuse.drive.branches.items import Items
from musfuse.drive.branches.library import LibraryBranch
from musfuse.drive.branches.port import Branch, Entry
from musfuse.drive.branches.visits import Visits
from musfuse.drive.drive import Asked
from musfuse.drive.volume import Volume
from musfuse.events import EventBus, TrackIndexed
from musfuse.library.catalog import Database, Nodes, Tracks
from musfuse.library.covers import Covers
from musfuse.library.options import ViewOptions
from musfuse.library.sizes import Sizes
from musfuse.media.art.options import ArtOptions
from musfuse.origins import Origin
from musfuse.platform import system

MakeBranch = Callable[[Database, Items], Branch[Any]]
"""Makes a branch of one drive; `Items.view` tells of which view."""


@dataclass(frozen=True, slots=True)
class DriveParts:
    """What the drives of a library share. `more` make branches that come after the built-in ones."""

    catalog: Catalog
    stores: Stores
    media: Media
    config: Config
    sizes: Sizes
    origin_of: Callable[[str], Origin]
    refresh: Callable[[str, str], None]
    events: EventBus
    activity: Activity
    on_listed: Callable[[Entry[Any]], None]
    more: Sequence[MakeBranch] = ()

    def build(self, view: int, closing: ExitStack) -> Drive:
        """The drive of a view, which hears of what changes."""
        database, config = self.catalog.database, self.config
        nodes, tracks = Nodes(database, view), Tracks(database, view, remembers=True)
        sizes = self.sizes.over(tracks)
        freshness = Freshness(tracks, self.origin_of, self.refresh)
        items = Items(
            nodes, tracks, self.media.engine, sizes, freshness, self.activity,
            hides=config[ViewOptions].unindexed == "hide",
        )  # fmt: skip
        ahead, visits = FolderAhead(nodes, tracks, sizes), Visits(nodes, freshness)
        library = LibraryBranch(nodes, items, on_waited=ahead.queue)
        companions, volume = self._companions(nodes), Volume(nodes, database)
        branches: list[Branch[Any]] = [library, companions, *(make(database, items) for make in self.more)]
        drive = Drive(
            library.root, branches, items, volume, Accesses(self.activity, self.events, items.row),
            asked=Asked(self.media.pool.warm, self.on_listed, visits.note), open_limit=system.open_handles(16_384),
        )  # fmt: skip
        closing.callback(drive.shut_down)
        closing.callback(volume.close)
        closing.callback(ahead.close)
        closing.callback(visits.close)
        self.events.listen(TrackIndexed, lambda indexed: drive.forget_track(indexed.track_id))
        return drive

    def covers_ahead(self, views: Iterable[int]) -> CoversAhead:
        """A run over the covers of views."""
        nodes = [Nodes(self.catalog.database, view) for view in views]
        return CoversAhead(self.catalog.database, [(one, self._companions(one)) for one in nodes])

    def _companions(self, nodes: Nodes) -> CompanionsBranch:
        covers = Covers(
            self.catalog.tracks, self.catalog.renditions, self.stores.pictures, self.media.inspectors, self.origin_of
        )
        return CompanionsBranch(
            nodes, self.catalog.companions, covers, self.origin_of, show_covers=self.config[ArtOptions].covers
        )
