"""Builds the drive of each view out of its branches."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from musfuse_winfsp.options import WinFspOptions

from musfuse.app.build.library import Catalog
from musfuse.app.build.media import Media
from musfuse.app.build.store import Stores
from musfuse.config import Config
from musfuse.drive import Drive
from musfuse.drive.accesses import Accesses
from musfuse.drive.activity import Activity
from musfuse.drive.branches.ahead import FolderAhead
from musfuse.drive.branches.collections import CollectionsBranch
from musfuse.drive.branches.companions import CompanionsBranch
from musfuse.drive.branches.covers_ahead import CoversAhead
from musfuse.drive.branches.freshness import Freshness
from musfuse.drive.branches.items import Items
from musfuse.drive.branches.library import LibraryBranch
from musfuse.drive.branches.port import Branch, Entry
from musfuse.drive.branches.prefetch import PrefetchBranch
from musfuse.drive.branches.search import SearchBranch
from musfuse.drive.branches.visits import Visits
from musfuse.drive.drive import Asked
from musfuse.drive.lately import Lately
from musfuse.drive.listening import Listening
from musfuse.drive.rearranging import Edits
from musfuse.drive.volume import Volume
from musfuse.errors import StoreError
from musfuse.events import EventBus, TrackIndexed, TreeChanged
from musfuse.library.catalog import Database, Nodes, RowOf, Tracks
from musfuse.library.catalog.arranged import hidden
from musfuse.library.catalog.copies import Copies, companion_names
from musfuse.library.catalog.finding import Found
from musfuse.library.catalog.gone import Went
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.covers import Covers
from musfuse.library.grammar import parse_query
from musfuse.library.search.engine import Search
from musfuse.library.sizes import Sizes
from musfuse.library.vocabulary import CatalogVocabulary
from musfuse.media.art.options import ArtOptions
from musfuse.origins import Origin
from musfuse.platform import system

if TYPE_CHECKING:
    from musfuse.library.arranging.arranger import Edited
    from musfuse.library.collections.showing import ShownCollections
    from musfuse.metrics import Recorder

log = logging.getLogger(__name__)

MakeBranch = Callable[[Database, Items], Branch[Any]]
"""Makes a branch of one drive; `Items.view` tells of which view."""

_KNOWN_SECONDS = 2.0


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
    listening: Listening | None = None
    prefetch: Callable[[int, RowOf], object] | None = None
    more: Sequence[MakeBranch] = ()
    recorder: "Recorder | None" = None
    on_opened: Callable[[Sequence[int]], object] = lambda _: None
    edits: Callable[[int], Edits | None] = lambda _: None
    hides: Callable[[], bool] = lambda: False
    lately: Lately = field(default_factory=Lately)

    def build(self, view: int, closing: ExitStack) -> tuple[Drive, CollectionsBranch]:
        """The drive of a view, and the branch of it that is told of other collections."""
        database, config = self.catalog.database, self.config
        nodes, tracks = Nodes(database, view), Tracks(database, view, remembers=True)
        sizes = self.sizes.over(tracks)
        freshness = Freshness(tracks, self.origin_of, self.refresh)
        items = Items(nodes, tracks, self.media.engine, sizes, freshness, self.activity, hides=self.hides)
        ahead, visits = FolderAhead(nodes, tracks, sizes), Visits(nodes, freshness)
        seconds = config[WinFspOptions].list_seconds  # of the one face that has to tell sizes with the names
        library = LibraryBranch(
            nodes, items, on_waited=ahead.queue, list_seconds=seconds, copies=Copies(database, view)
        )
        companions, volume = self._companions(nodes), Volume(nodes, database)
        branches: list[Branch[Any]] = [library, companions]
        prefetch = PrefetchBranch(nodes, items, self.prefetch, list_seconds=seconds) if self.prefetch else None
        if prefetch is not None:
            branches.append(prefetch)
        search = self._search(nodes, items, seconds)
        collections = CollectionsBranch(
            nodes, items, self._shown_collections(view), on_opened=self.on_opened, list_seconds=seconds
        )
        branches += [search, collections]
        branches += [make(database, items) for make in self.more]
        drive = self._maker()(
            library.root, branches, items, volume, Accesses(self.activity, self.events, items.row, self.listening),
            asked=Asked(self.media.pool.warm, self.on_listed, visits.note, self.lately), edits=self.edits(view),
            open_limit=system.open_handles(16_384),
        )  # fmt: skip
        search.changed = collections.changed = drive.forget_paths
        if prefetch is not None:
            prefetch.changed = drive.forget_paths
        closing.callback(drive.shut_down)
        closing.callback(volume.close)
        closing.callback(ahead.close)
        closing.callback(visits.close)
        return drive, collections

    def _shown_collections(self, view: int) -> "Callable[[], ShownCollections]":
        """The collections as a view shows them. Loaded when somebody looks at one, because mounting is not to wait."""

        @cache
        def shown() -> "ShownCollections":
            from musfuse.app.build.collections import build_shelf
            from musfuse.library.collections.showing import ShownCollections

            database = self.catalog.database
            return ShownCollections(build_shelf(self.stores.user, database, self.media.formats), database, view)

        return shown

    def _maker(self) -> Callable[..., Drive]:
        if self.recorder is None:
            return Drive
        from musfuse.drive.timed import TimedDrive

        return partial(TimedDrive, self.recorder)

    def _search(self, nodes: Nodes, items: Items, seconds: float) -> SearchBranch:
        engine, vocabulary = Search(self.catalog.database), CatalogVocabulary(self.catalog.database, self.media.formats)
        view = None if nodes.view == MAIN else nodes.view

        def find(text: str, most: int) -> Sequence[Found]:
            return [hit.found for hit in engine.best(parse_query(text, vocabulary), most, view=view).hits]

        return SearchBranch(nodes, items, find, list_seconds=seconds)

    def covers_ahead(self, views: Iterable[int]) -> CoversAhead:
        """A run over the covers of views."""
        nodes = [Nodes(self.catalog.database, view) for view in views]
        return CoversAhead(self.catalog.database, [(one, self._companions(one)) for one in nodes])

    def _companions(self, nodes: Nodes) -> CompanionsBranch:
        covers = Covers(
            self.catalog.tracks, self.catalog.renditions, self.stores.pictures, self.media.inspectors, self.origin_of
        )
        return CompanionsBranch(
            nodes, self.catalog.companions, covers, self.origin_of, show_covers=self.config[ArtOptions].covers,
            hidden=partial(hidden, self.catalog.database, nodes.view),
            copied=partial(companion_names, self.catalog.database, nodes.view),
        )  # fmt: skip


class Drives(Mapping[str, Drive]):
    """The drives of the views that there are now, by name; they hear of what changes."""

    def __init__(self, parts: DriveParts, closing: ExitStack) -> None:
        self._parts = parts
        self._made: dict[str, tuple[int, Drive, CollectionsBranch, ExitStack]] = {}
        closing.callback(lambda: self.follow({}))
        parts.events.listen(TrackIndexed, self._indexed)

    def follow(self, views: Mapping[str, int]) -> None:
        """Have a drive for each of these views, numbers by name, and none for others."""
        gone = [name for name, (view, _, _, _) in self._made.items() if views.get(name) != view]
        made = {name: drive for name, drive in self._made.items() if name not in gone}
        for name in views.keys() - made.keys():
            closing = ExitStack()
            made[name] = (views[name], *self._parts.build(views[name], closing), closing)
        before, self._made = self._made, made
        for name in gone:
            before[name][3].close()

    @property
    def recorder(self) -> "Recorder | None":
        """What counts and times the calls of all of them, where somebody wants that."""
        return self._parts.recorder

    def of_view(self, view: int) -> Drive | None:
        """The drive of a view by its number; None where there is none."""
        return next((drive for number, drive, _, _ in self._made.values() if number == view), None)

    def collections_changed(self) -> None:
        """There are other collections, or their rules are others: no drive shows what it did."""
        for _, _, collections, _ in list(self._made.values()):
            collections.collections_changed()
        self.known_to_all()

    def known_to_all(self) -> None:
        """Wait until the systems that show the drives know what changed, but not for long: who made a change, and
        looks, sees it."""
        for drive in self.values():
            drive.changes.caught_up(_KNOWN_SECONDS)

    def edited(self, view: int, edited: "Edited") -> None:
        """Somebody changed a view by hand."""
        drive = self.of_view(view)
        if drive is not None:
            drive.rearranged(edited.folders, (*edited.paths, *self.gone().paths), edited.moved)
        self._parts.events.publish(TreeChanged(self._parts.catalog.nodes.generation()))

    def taken_back(self, view: int) -> None:
        """Edits of a view were taken back, also such that hid what has no name of its own."""
        drive = self.of_view(view)
        if drive is not None:
            drive.invalidate()
            drive.changes.caught_up(_KNOWN_SECONDS)

    def gone(self) -> Went:
        """Names of nodes that went, or are another entry's, since this was asked last."""
        catalog = self._parts.catalog
        try:
            return catalog.database.gone.take(catalog.nodes.above)
        except StoreError as error:
            log.warning("names that are gone may be remembered for a while: %s", error)
            return Went()

    def heard(self) -> None:
        """Something was played, or is thought of otherwise: collections may have other tracks."""
        for _, _, collections, _ in list(self._made.values()):
            collections.forget(None)

    def covers_ahead(self) -> CoversAhead:
        """A run over the covers of all views."""
        return self._parts.covers_ahead([view for view, _, _, _ in self._made.values()])

    def __getitem__(self, name: str) -> Drive:
        return self._made[name][1]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._made))

    def __len__(self) -> int:
        return len(self._made)

    def _indexed(self, indexed: TrackIndexed) -> None:
        for drive in self.values():
            drive.forget_track(indexed.track_id)
