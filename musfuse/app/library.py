"""Build a library out of its parts, and take it down again in reverse."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from musfuse.app.arranging import Arranging
from musfuse.app.build.drive import DriveParts, Drives, MakeBranch
from musfuse.app.build.figures import build_recorder
from musfuse.app.build.library import build_catalog, build_sizes
from musfuse.app.build.media import build_media
from musfuse.app.build.sources import build_sources, build_sourcing
from musfuse.app.build.store import build_stores, keeping_events
from musfuse.app.care.upkeep import Upkeep
from musfuse.app.descriptors import fit
from musfuse.app.eventkeeping import event_stages, tells_of_evictions
from musfuse.app.opening import open_sound
from musfuse.app.playing import Playing
from musfuse.app.staging import Staging
from musfuse.app.state import StateFolder
from musfuse.app.views import MAIN, TreeMaking, Views, main_rules, make_viewing
from musfuse.config import Config
from musfuse.drive.activity import Activity
from musfuse.errors import StoreError
from musfuse.events import EventBus, TagsChanged, TreeChanged
from musfuse.library.backlog import Backlog
from musfuse.library.catalog import Tracks
from musfuse.library.catalog.todo import is_behind
from musfuse.library.interest import Interest
from musfuse.library.naming import Settled
from musfuse.library.options import FollowOptions, IdentityOptions, ScanOptions, ViewOptions
from musfuse.library.overlay import MetaCollector
from musfuse.library.restoring import PictureRestorer
from musfuse.library.templates import Template
from musfuse.library.userdb import ViewSpec, ViewTable
from musfuse.library.userdb.options import BackupOptions
from musfuse.logs.options import LoggingOptions
from musfuse.media.formats import FormatRegistry, default_formats
from musfuse.media.indexing.options import IndexOptions, worker_count
from musfuse.model import SampleRange
from musfuse.origins import Registry, default_registry
from musfuse.platform import system
from musfuse.store import Complaint

if TYPE_CHECKING:
    from musfuse.app.follower import Follower
    from musfuse.app.scanning import Scans
    from musfuse.app.stages import MakeStage, Stages
    from musfuse.library.collecting import Sweeper
    from musfuse.library.hearing import Hearing
    from musfuse.library.moves import Moved
    from musfuse.library.scanner import Scanner
    from musfuse.library.walk import ScanResult
    from musfuse.server.parts import Server
    from musfuse.service.handlers import Handlers
    from musfuse.service.requests.changes import Changed
    from musfuse.service.tagging import Act, Tagging
    from musfuse.service.views import Viewing
    from musfuse.store.eventtable import EventTable

log = logging.getLogger(__name__)


class Library:
    """Everything that one process needs to serve a library. Built by `open_library`; `close` undoes it in reverse."""

    def __init__(
        self,
        folder: Path,
        config: Config,
        closing: ExitStack,
        registry: Registry,
        formats: FormatRegistry,
        stages: "Sequence[MakeStage]" = (),
        views: Sequence[ViewSpec] = (),
        branches: Sequence[MakeBranch] = (),
    ) -> None:
        config, pools = fit(config, system.raise_open_file_limit())
        self.folder, self.config, self.pools = folder, config, pools
        self._closing = closing
        template = Template(config[ViewOptions].template)  # first: a bad template is the user's to mend
        self.events, self.activity = EventBus(), Activity()
        self.stores = build_stores(StateFolder(folder), config, pools, closing, tells_of_evictions(self.events))
        self.catalog = build_catalog(self.stores.database)
        self.collector = MetaCollector(self.stores.kv)
        self._unshown = Complaint("changes of tags are kept, and shown from the next change or scan on")
        self.sourcing = build_sourcing(self.stores.user, self.catalog, self.collector, registry, config)
        self.sources = build_sources(
            self.catalog, self.stores, self.sourcing, registry, config, pools.originals, self.events, closing
        )
        self.sourcing.adopt = self._adopt_sources
        self.media = build_media(
            self.stores, config, formats, self.sources.origin, self.activity.is_reading,
            self.catalog.renditions.set_untagged, self.catalog.renditions.set_picture, closing,
        )  # fmt: skip
        restorer = PictureRestorer(
            self.catalog.tracks, self.catalog.companions, self.media.inspectors, self.sources.origin
        )
        pictures = self.stores.pictures
        pictures.restore = lambda digest: restorer.restore(digest, pictures.get)
        main = main_rules(config, template, self.media.engine)
        kept = ViewTable(self.stores.user)
        self.views = Views(self.catalog.database, kept, main, formats, views)
        self._staging = Staging(self._make_stages, (*stages, *event_stages(self.stores.events)))
        self._naming = threading.Lock()
        self.sizes = build_sizes(
            self.catalog, self.stores, self.media, config, self.sources, self.events, self.name_tracks,
            lambda track, content: self.stages.identities.set_content(track.id, track.version, content),
            self.views.renditions,
        )  # fmt: skip
        self.interest = Interest(self.catalog.nodes)
        self.follower: Follower | None = None
        self.playing = Playing(self.stores.user, self.catalog, config, self.sizes, self.media.engine, self.activity)
        closing.callback(self.playing.close)
        self.arranging = Arranging(
            self.stores.user, self.catalog.database, self.views, self.views.names, self._naming, self.name_tracks,
            config[ViewOptions], (self.collector, lambda: self.stages.overlaying, self.events),
        )  # fmt: skip
        parts = DriveParts(
            self.catalog, self.stores, self.media, config, self.sizes, self.sources.origin, self.refresh, self.events,
            self.activity, self.interest.listed, self.playing.listening, self.playing.hint, branches,
            build_recorder(config), self.playing.opened.note, self.arranging.edits, self.sources.hides,
        )  # fmt: skip
        self.drives = Drives(parts, closing)
        self.arranging.on_edited, self.arranging.on_taken_back = self.drives.edited, self.drives.taken_back
        self.drives.follow(self.views.names())
        self.playing.on_heard = self.drives.heard
        self.drive = self.drives[MAIN]
        self.trees = TreeMaking(self.catalog.database, self.views, self.drives, self.events, self._naming)
        if is_behind(self.catalog.database, self.collector.last()) or self.arranging.is_behind():
            self.adopt_rules()

    @property
    def stages(self) -> "Stages":
        """What follows a scan or an edit; loaded when there is something to do first."""
        return self._staging.get()

    def _make_stages(self, more: "Sequence[MakeStage]") -> "Stages":
        from musfuse.app.stages import Stages

        return Stages(
            self.catalog.database, self.stores.user, self.collector, self.config, self.views, self._forget_part, more
        )

    def keep_events(self) -> "EventTable":
        """Have what happens written down from now on, where that is not done already."""
        with self._naming:
            if self.stores.events is None:
                self.stores = keeping_events(self.stores, self.config, StateFolder(self.folder), self._closing)
                self._staging.add(event_stages(self.stores.events))
        assert self.stores.events is not None
        return self.stores.events

    @cached_property
    def upkeep(self) -> Upkeep:
        """What is done for its databases."""
        return Upkeep(StateFolder(self.folder), self.stores, self.config[BackupOptions])

    @cached_property
    def server(self) -> "Server":
        """Accounts, and what is kept of each. Opened when it is asked for first: most libraries have none."""
        from musfuse.app.serving import owned_server

        return owned_server(self, self._closing)

    def warm_up(self) -> None:
        """Load what the first stat of a file will need: the encoder with its fingerprint, a worker, and the
        formats."""
        self.media.pool.warm()
        self.sizes.tokens()
        self.media.formats.load()

    def unwritten(self) -> list[str]:
        """Why notes in the catalog, the cache, and changes of tags cannot be written now; empty where all can."""
        self.stores.cache.settle()
        places = (self.catalog.database, self.stores.cache, self._unshown, self.playing.log, self.stores.events)
        return [place.problem for place in places if place is not None and place.problem]

    def add_sources(self, places: Sequence[str | Path]) -> None:
        """Remember places with music. Raises ConfigError where one cannot be a source."""
        if places:
            self.sourcing.add([(str(place), str(place)) for place in places])

    def handlers(self, rescan: Callable[[], object] | None = None) -> "Handlers":
        """The service over this library. `rescan` begins a scan, where somebody does that at once."""
        from musfuse.app.service import build_service
        from musfuse.app.views import ShownViews

        views = ShownViews(self.catalog.database, self.views, self.drives, self.arranging)
        service = build_service(
            self.catalog, self.stores, self.media, self.sizes, self.sources, views, self.tagging,
            self.playing.opinion, self.drives,
        )  # fmt: skip
        self.sourcing.answer(service, rescan)
        self.viewing.answer(service)
        self.tagging.answer(service, self._rehearse)
        self.playing.answer(service, self.tagging.selection)
        return service

    def _rehearse(self, act: "Act") -> "Changed":
        from musfuse.service.rehearsal import Rehearsal

        over = self.stages.naming_over
        return Rehearsal(self.catalog.database, self.stores.kv, self.tagging.selection, over).of(act)

    def scanner(self) -> "Scanner":
        """A scanner for one run over the sources."""
        from musfuse.app.scanning import Pace
        from musfuse.library.companions import CompanionFinder
        from musfuse.library.inspection import FileInspector
        from musfuse.library.scanner import Scanner

        pace = Pace(self.name_tracks)
        return Scanner(
            self.catalog.files, self.catalog.departures, self.catalog.companions,
            CompanionFinder(self.stores.pictures, self.media.inspectors, self.config[ViewOptions].sidecars),
            FileInspector(self.stores.pictures, self.media.inspectors), self.events, pace.after_batch,
            self.sizes.forget, self.stages.following.settle, self.interest.take,
        )  # fmt: skip

    @cached_property
    def scans(self) -> "Scans":
        """Scans of the sources; loaded when there is something to scan."""
        from musfuse.app.scanning import Scans

        return Scans(self.sources, self.catalog, self.events, self.interest)

    def follow(self, ask: Callable[[], object]) -> None:
        """Follow the sources until the library is closed, where the options say so; `ask` is called when there is
        something to scan, which `scans` does."""
        from musfuse.app.follower import Follower

        options = self.config[FollowOptions]
        if options.enabled:
            files, departures = self.catalog.files, self.catalog.departures
            self.follower = self.scans.follower = Follower(self.sources, files, departures, options, ask)
            self.follower.start(entering=not self.config[ScanOptions].on_mount)

    def scan_all(self, scanner: "Scanner", everything: bool = False) -> "list[ScanResult]":
        """Scan every source; a source that is away does not stop the others. `everything`: all files. What somebody
        looks at on the drive meanwhile comes first."""
        self.sourcing.purge()
        self.catalog.renditions.take_up()
        self.adopt_rules()
        return self.scans.all(scanner, everything)

    def backlog(self) -> Backlog:
        """A run over all items whose size is not known."""
        shown = [Tracks(self.catalog.database, rules.view) for rules in self.views]
        return Backlog(
            shown, self.catalog.renditions, self.sizes, queued=max(1, worker_count(self.config[IndexOptions]) - 1)
        )

    def hearing(self) -> "Hearing":
        """A run over all items whose content id is not known."""
        from musfuse.library.hearing import Hearing

        lossy = self.config[IdentityOptions].lossy == "idle"
        heard = self.stages.identities
        return Hearing(
            self.media.formats, heard, self.catalog.tracks, self.media.indexes, self.sources.idle_origin, lossy=lossy
        )

    def sweeper(self, now_ns: Callable[[], int] = time.time_ns) -> "Sweeper":
        """What drops indexes and runs that nothing refers to any more."""
        from musfuse.library.collecting import Sweeper

        kept = self.sourcing.kept_uids
        return Sweeper(
            self.catalog.database, self.stores.cache, self.media.indexes, self.stores.frame_files, kept, now_ns
        )

    def refresh(self, uid: str, path: str) -> None:
        """Look at one original again. One that is gone may have been moved, which the follower finds out soon."""
        if self.follower is not None and self.follower.finds(uid, path):
            return
        self.scanner().rescan_file(self.sources.row(uid), self.sources.origin(uid), path)

    def adopt_rules(self) -> None:
        """Have every track named that is not, also where a kill or a full disk left half of a change, and begin to make
        the trees of views whose rules are others than before; `trees.build` makes them."""
        self.stages.overlaying.catch_up()
        self.arranging.catch_up()
        self.trees.begin()
        self.stages.pipeline.adopt_rules()
        self.name_tracks()
        self._unshown.worked()

    def name_tracks(self) -> None:
        """Give names to what has none, and tell the drive."""
        settled = Settled(everywhere=True)  # where it is cut off by an error
        with self._naming:  # what another thread's run noted so far is not taken for this one's
            try:
                self.stages.pipeline.run()
                settled = self.stages.settled.take()
            finally:
                gone = self.drives.gone()
                for drive in self.drives.values():
                    drive.forget(settled, gone)
        if settled.changed:
            self.events.publish(TreeChanged(self.catalog.nodes.generation()))

    @cached_property
    def viewing(self) -> "Viewing":
        """What changes views. Trees are made at once, unless somebody has them made in the background."""
        return make_viewing(
            self.config, self.stores.user, self.catalog.database, lambda: self.tagging.selection.vocabulary(),
            self.trees,
        )  # fmt: skip

    @cached_property
    def tagging(self) -> "Tagging":
        """What changes tags and art; loaded when it is first asked for, because mounting is not to wait for it."""
        from musfuse.library.selection import Selection
        from musfuse.service.tagging import Tagging

        selection = Selection(self.catalog.database, self.sources.place, self.media.formats)
        return Tagging(selection, self.collector, self._adopt_change)

    def close(self) -> None:
        """Take everything down in reverse."""
        self._closing.close()

    def _adopt_sources(self) -> None:
        self.sources.reload()
        if self.follower is not None:
            self.follower.reload()
        self.name_tracks()
        self.drives.known_to_all()

    def _adopt_change(self, seq: int) -> "Moved":
        """Bring a change onto the drive; which files of it moved."""
        from musfuse.library.places import Places

        places = Places(self.catalog.database, self.collector.keys_of(seq))
        try:
            self.stages.overlaying.adopt(seq, self.collector.keys_of(seq))
            self.name_tracks()
        except StoreError as error:  # user.db has it
            self._unshown.failed(error)
            raise StoreError(f"change {seq} is kept; it is shown when there is room for it: {error}") from error
        self._unshown.worked()
        self.drives.known_to_all()
        self.events.publish(TagsChanged(seq))
        return places.moves().told()

    def _forget_part(self, file: int, sample_range: SampleRange) -> None:
        found = self.catalog.files.source_file(file)
        if found is not None:
            self.sizes.forget(found, sample_range)


def open_library(
    folder: Path,
    config: Config,
    closing: ExitStack | None = None,
    *,
    sources: Sequence[str | Path] = (),
    make: bool = True,
    registry: Registry | None = None,
    stages: "Sequence[MakeStage]" = (),
    views: Sequence[ViewSpec] = (),
    branches: Sequence[MakeBranch] = (),
    formats: FormatRegistry | None = None,
) -> Library:
    """Open the library whose state lies in `folder`, with more sources. Where there is none it is made, unless `make`
    is not set; what was made is gone again where that fails. `registry` knows other kinds of sources than usual;
    `stages` make more of what follows a scan or an edit, `views` show the same under other names, and `branches` add
    entries to every view, and `formats` knows other kinds of files.

    Raises ConfigError where there is no library or a source cannot be one, LibraryInUseError where another process has
    it, StoreError where its state cannot be used. What is damaged is set aside first (`app/care/healing.py`).
    """
    state = StateFolder(folder)
    if not make:
        state.check_exists()
    if formats is not None:  # one that cannot be loaded is told of now; ours are loaded when they are needed
        formats.load()
    stack = closing or ExitStack()
    with state.made():
        try:
            kinds, known = registry or default_registry(), formats or default_formats()
            for source in sources:
                kinds.check(str(source))
            library = open_sound(
                folder,
                stack,
                config[LoggingOptions],
                lambda opened: Library(folder, config, opened, kinds, known, stages, views, branches),
            )
            library.add_sources(sources)
        except BaseException:
            stack.close()
            raise
    return library
