"""What a host answers about itself: its state, its mounts, what is not on the drive yet."""

import os
import time
from dataclasses import dataclass

from musfuse import __version__
from musfuse.app.care.damage import told_of_damage
from musfuse.app.methods import Hosting
from musfuse.app.state import StateFolder
from musfuse.errors import StoreError
from musfuse.library.options import ViewOptions
from musfuse.service.handlers import Handlers
from musfuse.service.mounting import MountFace
from musfuse.service.prefetching import told
from musfuse.service.requests.owner import (
    FarKept,
    Filling,
    FollowedSource,
    JobState,
    MountAt,
    Mounted,
    ShowFilling,
    ShowStatus,
    Status,
    TreeSize,
    Unmounted,
    UnmountFrom,
)


@dataclass(frozen=True, slots=True)
class Answers:
    """Use cases of one host."""

    host: Hosting

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about a host."""
        handlers.on(ShowStatus, lambda _: self.status())
        handlers.on(MountAt, self._mount)
        handlers.on(UnmountFrom, self._unmount)
        handlers.on(ShowFilling, lambda _: self._filling())

    def status(self) -> Status:
        """Everything that `musfuse status` shows."""
        host, library = self.host, self.host.library
        view, problem = library.config[ViewOptions], host.jobs.runner.problem
        return Status(
            library=str(library.folder),
            mounts=tuple(host.mounts()),
            sources=tuple(row.root for row in library.sources.rows()),
            tree=TreeSize(*library.catalog.nodes.counts()),
            counts=library.catalog.reports.counts(),
            empty=tuple(library.catalog.sources.empty()),
            unscanned=tuple(library.catalog.sources.unscanned()),
            away=library.catalog.sources.away(),
            damaged=told_of_damage(StateFolder(library.folder), owned=True),
            version=__version__,
            pid=os.getpid(),
            uptime_seconds=round(time.time() - host.began, 1),
            stays=host.stays,
            faces=tuple(host.faces.active()),
            views={place: name for place, name in host.views().items() if name != "main"},
            policy=view.policy,
            template=view.template,
            open_files=library.drive.open_handles,
            pending=library.catalog.renditions.pending(library.sizes.tokens()),
            withheld=tuple(said for face in host.faces.running(MountFace) for said in face.withheld()),
            unwritten=(*library.unwritten(), *filter(None, [problem, library.stores.chunks.problem]), *host.unwatched),
            scan=JobState(**host.jobs.told("scan")),
            index=JobState(**host.jobs.told("index")),
            following=self._following(),
            prefetch=told(library.playing.prefetcher),
            kept=self._kept(),
            untold=host.untold(),
        )

    def _kept(self) -> FarKept | None:
        """None where no far source was asked for anything, or it cannot be told now."""
        store = self.host.library.stores.chunks.opened()
        try:
            if store is None:
                return None
            kept, (_, size) = store.kept(), store.pinned()
        except StoreError:  # what is wrong is told
            return None
        return FarKept(kept.chunk_bytes, store.limit, kept.pinned_files, kept.pinned_bytes, size)

    def _following(self) -> tuple[FollowedSource, ...]:
        follower = self.host.library.follower
        if follower is None:
            return ()
        return tuple(FollowedSource(one.root, one.polled, one.problem) for one in follower.told())

    def _mount(self, asked: MountAt) -> Mounted:
        library = self.host.library
        library.add_sources(asked.sources)
        where = self.host.mount(asked.mountpoint, asked.options, asked.view)
        if asked.sources:
            self.host.jobs.request("scan")
        return Mounted(where, tuple(library.catalog.sources.unscanned()))

    def _unmount(self, asked: UnmountFrom) -> Unmounted:
        self.host.unmount(str(asked.mountpoint), asked.force)
        return Unmounted(os.getpid(), self.host.is_idle())

    def _filling(self) -> Filling:
        self.host.ready.wait()
        sources, runner = self.host.library.catalog.sources, self.host.jobs.runner
        return Filling(
            tuple(sources.unscanned()), runner.asked("scan"), tuple(sources.empty()), runner.asked("views")
        )  # fmt: skip
