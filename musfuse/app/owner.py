"""The process that owns a library while it is mounted: mounts, background jobs, the control channel."""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musfuse import __version__
from musfuse.app.descriptors import RESERVE
from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.control.protocol import endpoint
from musfuse.control.server import Server
from musfuse.drive.mounts import Face, MountController
from musfuse.errors import MountError
from musfuse.platform import system
from musfuse.platform.reserve import Reserve

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers

log = logging.getLogger(__name__)


class Owner:
    """Runs until its last mount is gone or it is told to stop."""

    def __init__(self, library: Library, face: Face) -> None:
        self._library = library
        self._mounts = MountController(library.drive, face)
        self._jobs = Jobs(library)
        self._stop = threading.Event()
        self._began = time.time()
        methods: dict[str, Callable[..., Any]] = {
            "status": self.status,
            "progress": self.progress,
            "mount": self.mount,
            "unmount": self.unmount,
            "scan": self.scan,
            "index": self.index,
            "waiting": self.waiting,
            "info": self.info,
            "stop": self.request_stop,
        }
        self._reserve = Reserve(RESERVE)

        def service() -> "Handlers":
            return library.handlers(lambda: self._jobs.request("scan"))

        self._server = Server(
            endpoint(library.folder), methods, service, clients=library.pools.clients, reserve=self._reserve
        )

    def run(self, mountpoint: Path, options: Sequence[str], on_ready: Callable[[Path], None]) -> None:
        """Mount, call `on_ready`, serve until the end, and take everything down. Raises MountError."""
        log.info("musfuse %s starts, process %d, library %s", __version__, os.getpid(), self._library.folder)
        system.on_terminate(self._stop.set)
        try:
            where = self._mounts.mount(mountpoint, options)
            self._server.start()
            self._jobs.start()
            on_ready(where)
            if self._library.config.scan.on_mount:
                self._jobs.request("scan")
            else:
                self._jobs.settle()
            while not self._stop.is_set() and self._mounts.active():
                self._mounts.wait_for_end(self._stop)
        finally:
            self._take_down()

    def mount(self, mountpoint: Path, options: list[str], sources: list[str]) -> dict[str, Any]:
        """Mount the same drive once more, and take in more sources."""
        self._library.add_sources(sources)
        where = self._mounts.mount(mountpoint, options)
        ticket = self._jobs.request("scan") if sources else self._jobs.scan.asked
        return {"mountpoint": str(where), "ticket": ticket, "new": self._library.unscanned()}

    def unmount(self, mountpoint: Path, force: bool = False) -> dict[str, Any]:
        """Unmount one mountpoint; when it was the last, the process ends."""
        with self._reserve.lent():
            self._mounts.unmount(mountpoint, force)
        return {"pid": os.getpid(), "last": not self._mounts.active()}

    def scan(self, sources: list[str], everything: bool = False) -> dict[str, Any]:
        """Begin a scan, with more sources where they are given; `everything`: also of what did not change. Gives a
        ticket."""
        self._library.add_sources(sources)
        return {"ticket": self._jobs.request("scan all" if everything else "scan")}

    def index(self) -> dict[str, Any]:
        """Begin to build all missing indexes. The ticket of that."""
        return {"ticket": self._jobs.request("index", urgent=True)}

    def waiting(self) -> dict[str, Any]:
        """What is not on the drive yet: sources that were never scanned whole, and the ticket of the last scan; `empty`
        are those that a whole scan found no music in."""
        return {"new": self._library.unscanned(), "ticket": self._jobs.scan.asked, "empty": self._library.empty()}

    def info(self, path: str, absolute: str = "") -> dict[str, Any]:
        """Where a file of the drive comes from; where the original `absolute` is on the drive."""
        from musfuse.app.info import describe

        return describe(self._library, path, absolute)

    def request_stop(self) -> None:
        """Unmount everything and end."""
        self._stop.set()

    def progress(self) -> dict[str, Any]:
        """Where the library and its mounts are, and how far the jobs: what may be asked ten times a second, so nothing
        is counted for it."""
        return {
            "library": str(self._library.folder),
            "mounts": [str(path) for path in self._mounts.active()],
            "scan": self._jobs.scan.to_json(),
            "index": self._jobs.index.to_json(),
        }

    def status(self) -> dict[str, Any]:
        """Everything that `musfuse status` shows."""
        library = self._library
        folders, files = library.nodes.counts()
        return {
            "version": __version__,
            "pid": os.getpid(),
            "uptime_seconds": round(time.time() - self._began, 1),
            "sources": [row.root for row in library.sources.rows()],
            "empty": library.empty(),
            "policy": library.config.view.policy,
            "template": library.config.view.template,
            "tree": {"folders": folders, "files": files},
            "open_files": library.drive.open_handles,
            "counts": library.reports.counts(),
            "pending": library.renditions.pending(library.sizes.tokens()),
            "unwritten": library.unwritten(),
            **self.progress(),
        }

    def _take_down(self) -> None:
        """In order: no new work, waiters let go, mounts gone, control gone. The library is closed by who opened it."""
        self._jobs.stop()
        self._library.pool.close()
        with self._reserve.lent():
            for mountpoint in self._mounts.active():
                self._detach(mountpoint)
        self._jobs.join()
        self._server.close()
        log.info("musfuse ends, process %d", os.getpid())

    def _detach(self, mountpoint: Path) -> None:
        try:
            self._mounts.unmount(mountpoint, force=False)
        except MountError:
            log.warning("%s: in use; detached, its open files end with this process", mountpoint)
            self._mounts.unmount(mountpoint, force=True)
