"""MountController: which mountpoints show the drive. Faces do the mounting."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from musfuse.drive.drive import Drive
from musfuse.errors import MountError

log = logging.getLogger(__name__)


class Mount(Protocol):
    """A mounted drive; `ended` is set when the system's side of it is gone, whoever unmounted it."""

    @property
    def mountpoint(self) -> Path:
        """Where it really is: `*` became a drive letter."""

    @property
    def ended(self) -> threading.Event:
        """Set at the end."""

    def unmount(self, force: bool = False) -> None:
        """Unmount; raises MountError where it is in use and `force` is not set."""


class Face(Protocol):
    """A way to show a drive to the system."""

    @property
    def name(self) -> str:
        """For messages."""

    def check(self, mountpoint: Path, options: Sequence[str] = ()) -> None:
        """Raise MountError where `mount` would, as far as that can be told without mounting."""

    def mount(self, drive: Drive, mountpoint: Path, options: Sequence[str] = ()) -> Mount:
        """Mount, and return when the drive answers. Raises MountError, which says what to do."""


class MountController:
    """Mounts of one drive."""

    def __init__(self, drive: Drive, face: Face) -> None:
        self._drive, self._face = drive, face
        self._lock = threading.Lock()
        self._mounts: dict[Path, Mount] = {}

    def mount(self, mountpoint: Path, options: Sequence[str] = ()) -> Path:
        """Show the drive at one more place; where that really is."""
        if mountpoint in self.active():
            raise MountError(f"{mountpoint}: the library is mounted there already")
        made = self._face.mount(self._drive, mountpoint, options)
        with self._lock:
            self._mounts[made.mountpoint] = made
        log.info("mounted at %s", made.mountpoint)
        return made.mountpoint

    def unmount(self, mountpoint: Path, force: bool = False) -> None:
        """Take the drive away from one place; raises MountError where it is not mounted there or in use."""
        with self._lock:
            made = self._mounts.get(mountpoint)
        if made is None:
            raise MountError(f"{mountpoint}: this library is not mounted there")
        made.unmount(force)
        with self._lock:
            gone = self._mounts.pop(mountpoint, None)
        if gone is not None:
            log.info("unmounted from %s", mountpoint)

    def active(self) -> list[Path]:
        """Where the drive is mounted now."""
        with self._lock:
            gone = [path for path, made in self._mounts.items() if made.ended.is_set()]
            for path in gone:
                del self._mounts[path]
            left = list(self._mounts)
        for path in gone:
            log.info("unmounted from %s", path)
        return left

    def wait_for_end(self, stop: threading.Event) -> None:
        """Return when `stop` is set or some mount ended; looks a few times a second."""
        with self._lock:
            mounts = list(self._mounts.values())
        while not stop.wait(0.2):
            if any(made.ended.is_set() for made in mounts) or len(self._mounts) != len(mounts):
                return
