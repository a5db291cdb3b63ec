"""The process that owns a library: it runs faces and background jobs, and answers on the control channel."""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from musfuse import __version__
from musfuse.app.build.faces import watching_faces
from musfuse.app.care.upkeep import Caretaker
from musfuse.app.descriptors import RESERVE
from musfuse.app.ending import Ending
from musfuse.app.eventkeeping import EventKeeper
from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.app.methods import Methods
from musfuse.app.parts import parts_of
from musfuse.app.state import StateFolder
from musfuse.app.views import MAIN
from musfuse.app.watchdog import Watchdog
from musfuse.config.load import Stated
from musfuse.control.protocol import endpoint
from musfuse.control.server import Server
from musfuse.drive.mounts import Mounter
from musfuse.errors import FaceError, MusfuseError
from musfuse.library.options import ScanOptions
from musfuse.platform import system
from musfuse.platform.reserve import Reserve
from musfuse.platform.service_manager import ServiceManager
from musfuse.service.face import Face, Reach, RunningFaces
from musfuse.service.mounting import MountFace
from musfuse.wording import counted

if TYPE_CHECKING:
    from musfuse.app.figures import OwnerFigures
    from musfuse.app.health import OwnerHealth
    from musfuse.app.reconfiguring import Reconfiguring
    from musfuse.app.webhooks import OwnedWebhooks
    from musfuse.service.handlers import Handlers
    from musfuse.store.eventtable import EventTable

log = logging.getLogger(__name__)


class Host:
    """Runs until its last face is gone or it is told to stop; one that `stays` needs no face to live.

    `mounter` is asked for when something is to be mounted first: a host without mounts needs none to be installed.
    `stated` is the configuration as it was read for it, and can be read anew; without one, options can be set only.
    """

    def __init__(
        self,
        library: Library,
        mounter: Callable[[], Mounter],
        *,
        stays: bool = False,
        stated: Stated | None = None,
    ) -> None:
        self.library, self.stays, self._mounter, self._stated = library, stays, mounter, stated
        self.faces = RunningFaces(Reach(library.drive, self._service, library.drives, self._own, parts_of(library)))
        self.jobs = Jobs(library)
        library.trees.in_background = lambda: self.jobs.request("views")
        self._caretaker = Caretaker(lambda: self.jobs.request("care"))
        self.began = time.time()
        self.ready, self.unwatched = threading.Event(), list[str]()
        self._ending = Ending()
        self._keeper: EventKeeper | None = None
        self._keeping = threading.Lock()
        self._manager = ServiceManager.of_this_process()
        self._watchdog = Watchdog(self._manager, lambda: self._health.hung())
        self._reserve = Reserve(RESERVE)
        self._server = Server(
            endpoint(library.folder), Methods(self).table(), self._service, owner=self._own,
            clients=library.pools.clients, reserve=self._reserve,
        )  # fmt: skip

    def run(self, faces: Sequence[Face], on_ready: Callable[[list[str]], None]) -> None:
        """Start what there is in order, call `on_ready` with the names of the faces, and take everything down in
        reverse at the end. Raises FaceError."""
        log.info("musfuse %s starts, process %d, library %s", __version__, os.getpid(), self.library.folder)
        system.on_terminate(self._ending.told)
        try:
            names = [self.faces.start(face) for face in faces]
            self._server.start()
            on_ready(names)
            self._manager.ready(f"shows {self.library.folder}" + (f" at {', '.join(names)}" if names else ""))
            self._watched()
            if self.library.stores.events is not None:
                self.keep_events()
                self._webhooks.adopt()
            self.library.follow(lambda: self.jobs.request("rescan"))
            self.jobs.start()  # behind that: nobody who mounts waits for what jobs did last
            self._caretaker.start()
            if self.library.config[ScanOptions].on_mount or self.library.upkeep.healed:
                self.jobs.request("scan")
            else:
                self.jobs.settle()
            if self.library.trees.is_due():
                self.jobs.request("views")
            self.ready.set()
            while not self.ending and not self.is_idle():
                self.faces.wait_for_end(self._ending.asked)
        finally:
            self._take_down()

    def mount(self, mountpoint: Path, options: Sequence[str] = (), view: str = MAIN) -> str:
        """Mount the drive of a view at one more place; where that really is. Raises FaceError, ConfigError."""
        if self.ending:
            raise FaceError(f"{mountpoint}: the process that has the library is about to end; mount again then")
        return self.faces.start(MountFace(self._mounter(), mountpoint, options, view))

    def unmount(self, mountpoint: str, force: bool = False) -> None:
        """Unmount from one place. Raises FaceError where it is not mounted there, or in use."""
        with self._reserve.lent():
            self.faces.stop(mountpoint, force)

    def mounts(self) -> list[str]:
        """Where the drive is mounted now."""
        return self.faces.active(MountFace)

    def views(self) -> dict[str, str]:
        """Which view is mounted where, by place."""
        return {face.name: face.view or MAIN for face in self.faces.running(MountFace)}

    def is_idle(self) -> bool:
        """Whether nothing is left to live for."""
        return not self.stays and not self.faces.keep_host()

    @property
    def ending(self) -> bool:
        """Whether it was told to stop."""
        return self._ending.asked.is_set()

    def reload(self) -> None:
        """Begin to read the configuration anew, and to scan all sources. Does not wait, so that a signal may call
        it."""

        def begin() -> None:
            self._manager.reloading()
            try:
                from musfuse.app.reconfiguring import told_of_reload

                said = told_of_reload(self._options.reload())
                log.info("%s", said)
            except MusfuseError as error:
                said = f"the configuration stays as it was: {error}"
                log.error("%s", said)
            self.jobs.request("scan")
            self._manager.ready(f"{said}; looks for changes in all sources")

        threading.Thread(target=begin, name="reload", daemon=True).start()

    def adopt_webhooks(self) -> None:
        """Take over which webhooks there are."""
        self._webhooks.adopt()

    def untold(self) -> tuple[str, ...]:
        """What webhooks were not told, in lines for people."""
        return self._webhooks.webhooking.untold() if self.library.stores.events is not None else ()

    def watch(self) -> None:
        """Start the faces for who watches over the library that are wanted and do not run."""
        failed = list[str]()
        for face in watching_faces(self.library.config, StateFolder(self.library.folder)):
            try:
                if not self.faces.running(type(face)):
                    self.faces.start(face)
            except FaceError as error:
                failed.append(str(error))
                log.warning("%s", error)
        self.unwatched = failed

    def keep_events(self) -> "EventTable":
        """Have what happens written down from now on, where that is not done already."""
        table = self.library.keep_events()
        with self._keeping:
            if self._keeper is None:
                self._keeper = EventKeeper(table, self.library.events)
        return table

    def stop(self, drain_seconds: float = 0.0) -> None:
        """Begin to end: at once, or when what is open is closed, for which so many seconds are waited."""
        if drain_seconds > 0:
            self._ending.gracefully(drain_seconds)
        else:
            self._ending.at_once()

    def _service(self) -> "Handlers":
        from musfuse.app.serving import answer_accounts

        service = self._own(self.library.handlers(lambda: self.jobs.request("scan")))
        answer_accounts(self.library, service)
        return service

    def _own(self, service: "Handlers | None" = None) -> "Handlers":
        """What is asked of a host itself, beside other use cases."""
        from musfuse.app.answers import Answers
        from musfuse.app.background import Background
        from musfuse.app.overview import OwnerOverview
        from musfuse.service.handlers import Handlers
        from musfuse.service.requests.configuration import ReloadConfiguration, SetOption
        from musfuse.service.requests.monitoring import ListFigures, ShowFigures, ShowHealth
        from musfuse.service.requests.webhooks import KINDS

        service = service or Handlers()
        viewing = self.library.viewing
        viewing.mounts = lambda name: [place for place, view in self.views().items() if view == name]
        viewing.unmount = lambda place: self.unmount(place, force=True)
        Background(self.library, self._begun_jobs).answer(service)
        Answers(self).answer(service)
        OwnerOverview(self).answer(service)
        for kind in KINDS:
            service.on(kind, lambda asked: self._webhooks.handlers.call(asked))
        service.on(SetOption, lambda asked: self._options.set(asked.option, asked.value))
        service.on(ReloadConfiguration, lambda _: self._options.reload())
        service.on(ListFigures, lambda _: self._figures.values())
        service.on(ShowFigures, lambda asked: self._figures.page(asked))
        service.on(ShowHealth, lambda asked: self._health.look(asked))
        return service

    def _begun_jobs(self) -> Jobs:
        """The jobs, once those are asked for that a host begins by itself: an index pass that somebody else asks for
        as soon as there is a mount comes behind the first scan."""
        self.ready.wait()
        return self.jobs

    @cached_property
    def _options(self) -> "Reconfiguring":
        from musfuse.app.reconfiguring import Reconfiguring

        config = self.library.config
        return Reconfiguring(self, self._stated or Stated(config, lambda: config))

    @cached_property
    def _webhooks(self) -> "OwnedWebhooks":
        from musfuse.app.webhooks import OwnedWebhooks

        return OwnedWebhooks(self.library, self.keep_events, sends=True)

    @cached_property
    def _figures(self) -> "OwnerFigures":
        from musfuse.app.figures import OwnerFigures

        return OwnerFigures(self, self.library.drives.recorder)

    @cached_property
    def _health(self) -> "OwnerHealth":
        from musfuse.app.health import OwnerHealth

        return OwnerHealth(self)

    def _watched(self) -> None:
        """Start the faces of who watches over the library. A drive is there without them, so they stop nothing."""
        if self.library.drives.recorder is not None:
            self._figures.listen(self.library.events)
        self.watch()
        self._watchdog.start()

    def _drain(self) -> None:
        """Wait for what is open, as long as was said; the manager goes on to hear that nothing hangs, and would not
        wait so long for one that ends."""
        drives = self.library.drives.values()
        opened = sum(drive.open_handles for drive in drives)
        if opened and self.ending:
            self._manager.status(
                f"ends when nothing is open any more ({counted(opened, 'file')} now), or its time is over"
            )
        left = self._ending.drain(drives)
        if left:
            log.warning("%s still open; they end with this process", counted(left, "file"))

    def _take_down(self) -> None:
        """Take everything down in order: what is open is read to its end, no new work, waiters let go, faces gone,
        control gone. Whoever opened the library closes it."""
        self.ready.set()
        self._drain()
        self._manager.stopping()
        self._watchdog.stop()
        if self.library.follower is not None:
            self.library.follower.close()
        self._caretaker.stop()
        self.jobs.stop()
        self.library.media.pool.close()
        with self._reserve.lent():
            self.faces.stop_all("in use; detached, its open files end with this process")
        self.jobs.join()
        self.library.events.close()
        if self._keeper is not None:
            self._keeper.close()
            self._webhooks.close()
        self._server.close()
        log.info("musfuse ends, process %d", os.getpid())
