"""What a host answers on the control channel before its use cases are put together: what every command may ask for."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from musfuse.app.ending import DRAIN_SECONDS
from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.service.face import RunningFaces


class Hosting(Protocol):
    """What is asked of a host. `began` is in seconds since 1970; `ready` is set once the host has asked for the jobs
    that it starts by itself; `unwatched` says why what is there for who watches over it could not be started."""

    library: Library
    jobs: Jobs
    faces: RunningFaces
    stays: bool
    began: float
    ready: threading.Event
    unwatched: list[str]

    def mount(self, mountpoint: Path, options: Sequence[str] = (), view: str = "main") -> str: ...

    def unmount(self, mountpoint: str, force: bool = False) -> None: ...

    def mounts(self) -> list[str]: ...

    def views(self) -> dict[str, str]: ...

    def is_idle(self) -> bool: ...

    def untold(self) -> tuple[str, ...]: ...

    @property
    def ending(self) -> bool: ...

    def stop(self, drain_seconds: float = 0.0) -> None: ...


class Methods:
    """Methods of the control channel, each taking the call's parameters and returning JSON."""

    def __init__(self, host: Hosting) -> None:
        self._host = host

    def table(self) -> dict[str, Callable[..., Any]]:
        """By their names."""
        return {"progress": self.progress, "stop": self.stop}

    def stop(self, graceful: bool = False, timeout_seconds: float = DRAIN_SECONDS) -> dict[str, Any]:
        """Take down every face and end; the number of the process, and how many files are open. `graceful`: nothing
        more is opened from now on, and what is open is waited for, so many seconds at most."""
        opened = sum(drive.open_handles for drive in self._host.library.drives.values())
        if graceful:
            self._host.stop(timeout_seconds)
        else:
            self._host.stop()
        return {"pid": os.getpid(), "open_files": opened}

    def progress(self) -> dict[str, Any]:
        """Where the library and its faces are, and how far the jobs: what may be asked ten times a second, so nothing
        is counted for it."""
        host = self._host
        return {
            "pid": os.getpid(),
            "library": str(host.library.folder),
            "mounts": host.mounts(),
            "views": host.views(),
            "faces": host.faces.active(),
            "scan": host.jobs.told("scan"),
            "index": host.jobs.told("index"),
        }
