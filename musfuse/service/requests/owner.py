"""Requests to the process that owns a library: its state, mounts, and work to begin."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from musfuse.service.port import Answer, Request
from musfuse.service.requests.prefetch import PrefetchTold


class JobBegun(Answer, frozen=True):
    """The job that does what was asked for, by its id."""

    job: int


class JobState(Answer, frozen=True):
    """The last job of a kind; `never` where there was none in this process. Times in seconds since the epoch, 0 for not
    yet; `details` are its result, so far while it runs, with `error` where it failed."""

    id: int
    state: str
    done: int
    total: int
    began: float
    ended: float
    details: dict[str, Any]
    seconds_left: float | None


class TreeSize(Answer, frozen=True):
    """How much a drive shows."""

    folders: int
    files: int


class FollowedSource(Answer, frozen=True):
    """How a source is followed: as it tells of changes, or `polled` every so many seconds, for what `problem`."""

    source: str
    polled: int
    problem: str


class FarKept(Answer, frozen=True):
    """What is kept on this machine of sources on others: `bytes` of `limit`; of the files that are `pinned`, so many
    bytes (`pinned_bytes`) of all that they have (`pinned_size`)."""

    bytes: int
    limit: int
    pinned: int
    pinned_bytes: int
    pinned_size: int


class Status(Answer, frozen=True, omit_defaults=True):
    """The state of a library: `counts` of what is not shown as it might be, `empty` sources without music, `unscanned`
    those that no scan saw whole, `away` why others could not be reached when they were asked last, by where they lie;
    `damaged` tells of databases that are, and of those that were and are set aside.
    `withheld` tells what nobody can open because of what others have open, `untold` of webhooks that did not take what
    they were sent last. `views` are those of the mounts that do not show the main one. What only its owner knows is
    left out where there is none."""

    library: str
    mounts: tuple[str, ...]
    sources: tuple[str, ...]
    tree: TreeSize
    counts: dict[str, int]
    empty: tuple[str, ...]
    unscanned: tuple[str, ...]
    damaged: tuple[str, ...] = ()
    version: str | None = None
    pid: int | None = None
    uptime_seconds: float | None = None
    stays: bool | None = None
    faces: tuple[str, ...] | None = None
    policy: str | None = None
    template: str | None = None
    open_files: int | None = None
    pending: int | None = None
    unwritten: tuple[str, ...] | None = None
    withheld: tuple[str, ...] = ()
    views: dict[str, str] | None = None
    scan: JobState | None = None
    index: JobState | None = None
    following: tuple[FollowedSource, ...] | None = None
    prefetch: PrefetchTold | None = None
    kept: FarKept | None = None
    away: Mapping[str, str] = {}
    untold: tuple[str, ...] = ()


class Mounted(Answer, frozen=True):
    """Where the drive is mounted now, and which sources no scan saw whole yet."""

    mountpoint: str
    new: tuple[str, ...]


class Unmounted(Answer, frozen=True):
    """`last`: nothing is left to live for, so the process `pid` ends."""

    pid: int
    last: bool


class Filling(Answer, frozen=True):
    """What is not on the drive yet: sources that no scan saw whole, and the last scan (0: none); `empty` are those that
    a whole scan found no music in; `views` is the last job that makes trees (0: none)."""

    new: tuple[str, ...]
    job: int
    empty: tuple[str, ...]
    views: int = 0


class ShowStatus(Request[Status], frozen=True):
    """The state of the library."""

    METHOD: ClassVar[str] = "status"

    @property
    def live(self) -> bool:
        """The owner knows more."""
        return True


class MountAt(Request[Mounted], frozen=True):
    """Mount the drive of a view at one more place, and take in more sources. Raises FaceError, ConfigError."""

    METHOD: ClassVar[str] = "mount"
    mountpoint: Path
    options: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    view: str = "main"

    @property
    def live(self) -> bool:
        """Only an owner mounts."""
        return True


class UnmountFrom(Request[Unmounted], frozen=True):
    """Unmount from one place. Raises FaceError."""

    METHOD: ClassVar[str] = "unmount"
    mountpoint: Path
    force: bool = False

    @property
    def live(self) -> bool:
        """Only an owner has mounts."""
        return True


class ShowFilling(Request[Filling], frozen=True):
    """What is not on the drive yet."""

    METHOD: ClassVar[str] = "waiting"

    @property
    def live(self) -> bool:
        """Only an owner scans by itself."""
        return True


class BeginScan(Request[JobBegun], frozen=True):
    """Scan all sources, and these from now on; `everything`: also files that did not change. Raises ConfigError where
    one cannot be a source, or there are none."""

    METHOD: ClassVar[str] = "scan"
    sources: tuple[str, ...] = ()
    everything: bool = False


class BeginRescan(Request[JobBegun], frozen=True):
    """Scan these folders in sources with all below them, or the folders of these files; without any, all sources.
    `typed` is what was typed for each, which may be a source's name or id. Raises ConfigError where one lies in no
    source and is none."""

    METHOD: ClassVar[str] = "rescan"
    places: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()


class BeginIndex(Request[JobBegun], frozen=True):
    """Build all indexes that are missing."""

    METHOD: ClassVar[str] = "index"
