"""Builds the drive of each view out of its branches."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from musfuse.config import Config
from musfuse.drive import Drive
from musfuse.drive.activity import Activity
from musfuse.drive.branches.ahead import FolderAhead
from musfuse.drive.branches.companions import CompanionsBranch
from musfuse.drive.branches.freshness import Freshness
from musfuse.drive.branches.items import Items
from musfuse.drive.branches.library import LibraryBranch
from musfuse.drive.branches.port import Branch, Entry
from musfuse.drive.tree import Tree
from musfuse.drive.volume import Volume
from musfuse.events import EventBus, TrackIndexed
from musfuse.library.catalog import Database, Nodes, Tracks
from musfuse.library.catalog.companions import Companions
from musfuse.library.covers import Covers
from musfuse.library.sizes import Sizes
from musfuse.media.engine import MediaEngine
from musfuse.origins import Origin
from musfuse.platform import system

MakeBranch = Callable[[Database, Items], Branch[Any]]
"""Makes a branch of one drive; `Items.view` tells of which view."""


@dataclass(frozen=True, slots=True)
class DriveParts:
    """What the drives of a library share. `more` make branches that come after the built-in ones."""

    database: Database
    config: Config
    engine: MediaEngine
    sizes: Sizes
    covers: Covers
    origin_of: Callable[[str], Origin]
    refresh: Callable[[str, str], None]
    events: EventBus
    activity: Activity
    on_pending: Callable[[], None]
    on_listed: Callable[[Entry[Any]], None]
    more: Sequence[MakeBranch] = ()

    def build(self, view: int, closing: ExitStack) -> Drive:
        """The drive of a view, which hears of what changes."""
        nodes, tracks, config = Nodes(self.database, view), Tracks(self.database, view), self.config
        sizes = self.sizes.over(tracks)
        items = Items(
            nodes, tracks, self.engine, sizes, Freshness(tracks, self.origin_of, self.refresh), self.activity,
            hides=config.view.unindexed == "hide",
        )  # fmt: skip
        ahead = FolderAhead(nodes, tracks, sizes)
        library = LibraryBranch(nodes, items, on_waited=ahead.queue)
        companions = CompanionsBranch(
            nodes, Companions(self.database), self.covers, self.origin_of, show_covers=config.art.covers
        )
        branches: list[Branch[Any]] = [library, companions, *(make(self.database, items) for make in self.more)]
        drive = Drive(
            library.root, branches, items, Volume(nodes), self.activity,
            on_pending=self.on_pending, on_listed=self.on_listed,
            open_limit=system.open_handles(16_384),
        )  # fmt: skip
        closing.callback(drive.shut_down)
        closing.callback(ahead.close)
        self.events.subscribe(TrackIndexed, lambda indexed: drive.forget_track(indexed.track_id))
        return drive


def listing_tree(database: Database, config: Config) -> Tree:
    """The tree of the main view, for listings: no original is read, and no size found out."""
    nodes = Nodes(database)
    library = LibraryBranch(nodes)
    companions = CompanionsBranch(nodes, Companions(database), show_covers=config.art.covers)
    return Tree(library.root, [library, companions])
