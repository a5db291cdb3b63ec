"""What a host answers about itself on the control channel."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from musfuse import __version__
from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.library.options import ViewOptions
from musfuse.service.face import RunningFaces


class Hosting(Protocol):
    """What is asked of a host; `began` in seconds since 1970. `ready`: what it does by itself was asked for."""

    library: Library
    jobs: Jobs
    faces: RunningFaces
    stays: bool
    began: float
    ready: threading.Event

    def mount(self, mountpoint: Path, options: Sequence[str] = ()) -> str: ...

    def unmount(self, mountpoint: str, force: bool = False) -> None: ...

    def mounts(self) -> list[str]: ...

    def is_idle(self) -> bool: ...

    def stop(self) -> None: ...


class Methods:
    """Methods of the control channel, each taking the call's parameters and returning JSON."""

    def __init__(self, host: Hosting) -> None:
        self._host = host

    def table(self) -> dict[str, Callable[..., Any]]:
        """By their names."""
        return {
            "status": self.status,
            "progress": self.progress,
            "mount": self.mount,
            "unmount": self.unmount,
            "scan": self.scan,
            "index": self.index,
            "waiting": self.waiting,
            "stop": self.stop,
        }

    def mount(self, mountpoint: Path, options: list[str], sources: list[str]) -> dict[str, Any]:
        """Mount the same drive once more, and take in more sources."""
        library, jobs = self._host.library, self._host.jobs
        library.add_sources(sources)
        where = self._host.mount(mountpoint, options)
        ticket = jobs.request("scan").id if sources else jobs.runner.asked("scan")
        return {"mountpoint": where, "ticket": ticket, "new": library.catalog.sources.unscanned()}

    def unmount(self, mountpoint: Path, force: bool = False) -> dict[str, Any]:
        """Unmount one mountpoint; when nothing is left to live for, the process ends."""
        self._host.unmount(str(mountpoint), force)
        return {"pid": os.getpid(), "last": self._host.is_idle()}

    def scan(self, sources: list[str], everything: bool = False) -> dict[str, Any]:
        """Begin a scan, with more sources where they are given; `everything`: also of what did not change. Gives a
        ticket."""
        self._host.library.add_sources(sources)
        return {"ticket": self._host.jobs.request("scan", {"everything": everything}).id}

    def index(self) -> dict[str, Any]:
        """Begin to build all missing indexes. The ticket of that."""
        return {"ticket": self._host.jobs.request("index", urgent=True).id}

    def waiting(self) -> dict[str, Any]:
        """What is not on the drive yet: sources that were never scanned whole, and the ticket of the last scan; `empty`
        are those that a whole scan found no music in."""
        library = self._host.library
        self._host.ready.wait()
        return {
            "new": library.catalog.sources.unscanned(),
            "ticket": self._host.jobs.runner.asked("scan"),
            "empty": library.catalog.sources.empty(),
        }

    def stop(self) -> dict[str, Any]:
        """Take down every face and end. The number of the process."""
        self._host.stop()
        return {"pid": os.getpid()}

    def progress(self) -> dict[str, Any]:
        """Where the library and its faces are, and how far the jobs: what may be asked ten times a second, so nothing
        is counted for it."""
        host = self._host
        return {
            "library": str(host.library.folder),
            "mounts": host.mounts(),
            "faces": host.faces.active(),
            "scan": host.jobs.told("scan"),
            "index": host.jobs.told("index"),
        }

    def status(self) -> dict[str, Any]:
        """Everything that `musfuse status` shows."""
        library = self._host.library
        folders, files = library.catalog.nodes.counts()
        return {
            "version": __version__,
            "pid": os.getpid(),
            "uptime_seconds": round(time.time() - self._host.began, 1),
            "stays": self._host.stays,
            "sources": [row.root for row in library.sources.rows()],
            "empty": library.catalog.sources.empty(),
            "policy": library.config[ViewOptions].policy,
            "template": library.config[ViewOptions].template,
            "tree": {"folders": folders, "files": files},
            "open_files": library.drive.open_handles,
            "counts": library.catalog.reports.counts(),
            "pending": library.catalog.renditions.pending(library.sizes.tokens()),
            "unwritten": [*library.unwritten(), *filter(None, [self._host.jobs.runner.problem])],
            **self.progress(),
        }
