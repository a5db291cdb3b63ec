"""A mount as a face."""

import threading
from collections.abc import Sequence
from pathlib import Path

from musfuse.drive.mounts import Mount, Mounter
from musfuse.service.face import Reach


class MountFace:
    """The drive of a view, the main one for an empty name, as a file system at `mountpoint`; `options` are what the
    mounter takes."""

    keeps_host = True

    def __init__(self, mounter: Mounter, mountpoint: Path, options: Sequence[str] = (), view: str = "") -> None:
        self.view = view
        self._mounter, self._mountpoint, self._options = mounter, mountpoint, tuple(options)
        self._mount: Mount | None = None
        self._ended = threading.Event()

    @property
    def name(self) -> str:
        """The mountpoint; of one that was left open, such as `*`, the drive letter once it is mounted."""
        return str(self._mount.mountpoint if self._mount else self._mountpoint)

    @property
    def ended(self) -> threading.Event:
        """Set when the system's side of it is gone."""
        return self._mount.ended if self._mount else self._ended

    def check(self) -> None:
        """Raise MountError where `start` would, as far as that can be told without mounting."""
        self._mounter.check(self._mountpoint, self._options)

    def start(self, reach: Reach) -> None:
        """Mount. Raises MountError, ConfigError where there is no such view."""
        self._mount = self._mounter.mount(reach.drive_of(self.view), self._mountpoint, self._options)

    def withheld(self) -> Sequence[str]:
        """What nobody can open now because of what others do, and who does it."""
        return self._mount.withheld() if self._mount else ()

    def stop(self, force: bool = False) -> None:
        """Unmount. Raises MountError where files are open and `force` is not set."""
        if self._mount is not None:
            self._mount.unmount(force)
