"""What shows a drive as a file system: FUSE, WinFsp."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from musfuse.drive.drive import Drive


class Mount(Protocol):
    """A mounted drive; `ended` is set when the system's side of it is gone, whoever unmounted it."""

    @property
    def mountpoint(self) -> Path:
        """Where the drive really is: `*` became a drive letter."""

    @property
    def ended(self) -> threading.Event:
        """The event that is set when the system's side is gone."""

    def withheld(self) -> Sequence[str]:
        """What of the drive nobody can open now because of what others do, and who does it."""

    def unmount(self, force: bool = False) -> None:
        """Unmount; raises MountError where it is in use and `force` is not set."""


class Mounter(Protocol):
    """A way to show a drive as a file system."""

    @property
    def name(self) -> str:
        """What messages call this way to mount."""

    def check(self, mountpoint: Path, options: Sequence[str] = ()) -> None:
        """Raise MountError where `mount` would, as far as that can be told without mounting."""

    def mount(self, drive: Drive, mountpoint: Path, options: Sequence[str] = ()) -> Mount:
        """Mount, and return when the drive answers. Raises MountError, which says what to do."""
